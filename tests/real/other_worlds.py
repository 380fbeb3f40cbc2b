"""The same world the other way round in time, later, and elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing import Query, Snapshot
from routing.overlay import Ride, RideStop
from routing.query import Point, StopRef
from routing.timetable import Timetable
from tests.real.pattern_trips import LONGEST_S

PIVOT_S = 4_000_000_000
"""Backwards, a moment is this much minus itself: a clock for arrivals becomes one for departures."""


def backwards(snapshot: Snapshot) -> Snapshot:
    """Every trip in the opposite direction at mirrored times, getting on and off exchanged; no rides.

    Of joined trips only the first route counts: the kinds of legs are not mirrored.
    """
    return _of(snapshot, _backwards(snapshot.timetable))


def _backwards(t: Timetable) -> Timetable:
    calls, times = _reversed(t.pattern_stop_start), _reversed(t.trip_time_start)
    sections = t.trip_section_start[:-1]
    return replace(
        t,
        pattern_stops=t.pattern_stops[calls],
        pattern_board=t.pattern_alight[calls],
        pattern_alight=t.pattern_board[calls],
        time_dep=(LONGEST_S - t.time_arr[times]).astype(np.int32),
        time_arr=(LONGEST_S - t.time_dep[times]).astype(np.int32),
        trip_section_start=np.arange(t.n_trips + 1, dtype=np.int32),
        section_first_pos=np.zeros(t.n_trips, np.int32),
        section_route=t.section_route[sections],
        section_trip_id=type(t.section_trip_id).of(t.section_trip_id[int(s)] for s in sections),
        section_headsign=type(t.section_headsign).of("" for _ in sections),
        service_runs=np.ascontiguousarray(t.service_runs[:, ::-1]),
        day_start_s=np.ascontiguousarray((PIVOT_S - LONGEST_S - t.day_start_s)[::-1]),
        transfer_from=t.transfer_to,
        transfer_to=t.transfer_from,
    )


def asked_backwards(query: Query) -> Query:
    """From the destination to the origin, arriving for leaving."""
    when = dt.datetime.fromtimestamp(PIVOT_S - int(query.when.timestamp()), dt.UTC)
    return replace(
        query,
        origin=query.destination,
        destination=query.origin,
        when=when,
        arrive_by=not query.arrive_by,
    )


def _reversed(start: NDArray[Any]) -> NDArray[np.int64]:
    """(n,) positions with each group start[i]:start[i + 1] turned round."""
    lengths = np.diff(start).astype(np.int64)
    return np.repeat(start[:-1].astype(np.int64) + start[1:] - 1, lengths) - np.arange(lengths.sum())


def later(snapshot: Snapshot, seconds: int) -> Snapshot:
    """Everything so much later."""
    timetable = replace(snapshot.timetable, day_start_s=snapshot.timetable.day_start_s + seconds)
    return _of(snapshot, timetable).with_rides(_ride_later(r, seconds) for r in snapshot.rides.values())


def _ride_later(ride: Ride, seconds: int) -> Ride:
    moments = ("bookable_until_s", "earliest_s", "latest_s", "latest_arrival_s")
    return replace(
        ride,
        stops=tuple(_stop_later(stop, seconds) for stop in ride.stops),
        **{name: getattr(ride, name) + seconds for name in moments},
    )


def _stop_later(stop: RideStop, seconds: int) -> RideStop:
    moments = ("arrival_s", "departure_s", "promised_pickup_s", "promised_dropoff_s")
    known = {name: getattr(stop, name) for name in moments}
    return replace(stop, **{name: moment + seconds for name, moment in known.items() if moment is not None})


def further_east(snapshot: Snapshot, degrees: float) -> Snapshot:
    """Everything so much further east."""
    timetable = replace(snapshot.timetable, stop_lon=snapshot.timetable.stop_lon + degrees)
    assert snapshot.roads is not None
    frame = snapshot.roads.grid_frame.copy()
    frame[1] += degrees
    roads = replace(
        snapshot.roads,
        node_lon=snapshot.roads.node_lon + degrees,
        shape_lon=snapshot.roads.shape_lon + degrees,
        grid_frame=frame,
    )
    rides = [
        replace(ride, stops=tuple(replace(stop, lon=stop.lon + degrees) for stop in ride.stops))
        for ride in snapshot.rides.values()
    ]
    return _of(snapshot, timetable, roads).with_rides(rides)


def asked_further_east(query: Query, degrees: float) -> Query:
    def moved(end: Point | StopRef) -> Point | StopRef:
        return replace(end, lon=end.lon + degrees) if isinstance(end, Point) else end

    return replace(query, origin=moved(query.origin), destination=moved(query.destination))


def _of(snapshot: Snapshot, timetable: Timetable, roads: Any = None) -> Snapshot:
    driving = snapshot.streets.driving
    assert driving is not None
    return Snapshot.of(timetable, snapshot.links, roads or driving.roads, driving.car)
