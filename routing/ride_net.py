"""Rides laid out for the scan: where each can be boarded and left, and at what price in driving.

A ride is *prepared* once (driving times between its stops and every meeting point near its way); a
query then selects the rides that could matter to it and adds the traveller's own doors. Only places
whose single visit fits the budget are kept; the joint visit of two is tried inside the scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing import hierarchy
from routing.hierarchy import UNREACHABLE, Hierarchy, Sweep
from routing.links import Links
from routing.overlay import DEPARTURE_STEP_S, Ride, RideKind, RideStop
from routing.query import Party
from routing.ride_kernels import leaving_clocks
from routing.roads import Mode, Positions, RoadGraph, locate
from routing.timetable import Timetable

NO_PROMISE = -1
ORIGIN_DOOR, DESTINATION_DOOR = 0, 1
"""Added to n_stops: the places behind the last stop that stand for the traveller's own doors."""


class RideNet(NamedTuple):
    """Rides as one query sees them; clocks are int64 UTC seconds, places are StopIdx or n_stops + door.

    Per ride (n_rides,): kind uint8 RideKind; earliest, latest_arrival int64; n_departures int32;
        spare_s int32, driving still free for detours; stop_start int32 (n_rides + 1) and entry_start
        int32 (n_rides + 1) into the next two groups; next_layer int8 (n_rides, n_layers), the layer a
        journey is in after boarding, -1 where it may not board
    Per stop of a ride: arr, dep int64 (runs); pick, drop int64 promises or NO_PROMISE; leg_s int32
        driving to the next stop; room uint8, 1 when the hop to the next stop takes the party; leave_start
        int64 into leave, when the driver leaves that stop by departure, see `ride_kernels.leaving_clocks`
    Per entry, a place where a ride can be boarded or left: place int32; gap int32, the stop of the ride
        it comes after (runs: the stop it is); into_s, out_s int32 driving from that stop to it and from it
        to the next stop; ride int32; at_start int32 (n_stops + 3) and at_entry int32 list them by place
    meeting int32 (n_stops + 2), drive_s uint16 (n_meetings, n_meetings): see Links
    from_origin_s, to_destination_s int32 (n_meetings,), door_to_door_s int32: driving to and from the doors
    """

    kind: NDArray[np.uint8]
    earliest: NDArray[np.int64]
    latest_arrival: NDArray[np.int64]
    n_departures: NDArray[np.int32]
    spare_s: NDArray[np.int32]
    stop_start: NDArray[np.int32]
    entry_start: NDArray[np.int32]
    next_layer: NDArray[np.int8]
    arr: NDArray[np.int64]
    dep: NDArray[np.int64]
    pick: NDArray[np.int64]
    drop: NDArray[np.int64]
    leg_s: NDArray[np.int32]
    room: NDArray[np.uint8]
    leave_start: NDArray[np.int64]
    leave: NDArray[np.int64]
    place: NDArray[np.int32]
    gap: NDArray[np.int32]
    into_s: NDArray[np.int32]
    out_s: NDArray[np.int32]
    ride: NDArray[np.int32]
    at_start: NDArray[np.int32]
    at_entry: NDArray[np.int32]
    meeting: NDArray[np.int32]
    drive_s: NDArray[np.uint16]
    from_origin_s: NDArray[np.int32]
    to_destination_s: NDArray[np.int32]
    door_to_door_s: int


@dataclass(frozen=True)
class Driving:
    """Driving times over one road graph, to and from the meeting points of one timetable too."""

    roads: RoadGraph
    car: Hierarchy
    links: Links

    @cached_property
    def _to_meetings(self) -> Sweep:
        return hierarchy.sweep_to(self.roads, self.car, self.links.meetings)

    @cached_property
    def _from_meetings(self) -> Sweep:
        return hierarchy.sweep_from(self.roads, self.car, self.links.meetings)

    def onward_s(self, places: Positions) -> NDArray[np.int64]:
        """(n_places, n_meetings) from the places to every meeting point."""
        return hierarchy.door_drive_s(self.roads, self.car, places, self._to_meetings).astype(np.int64)

    def back_s(self, places: Positions) -> NDArray[np.int64]:
        """(n_places, n_meetings) from every meeting point to the places."""
        return hierarchy.door_drive_s(self.roads, self.car, places, self._from_meetings).astype(np.int64)

    def between_s(self, origins: Positions, destinations: Positions) -> NDArray[np.int64]:
        """(n_origins, n_destinations)"""
        return hierarchy.drive_s(self.roads, self.car, origins, destinations).astype(np.int64)


@dataclass(frozen=True)
class Streets:
    """What rides need of the frozen parts; `driving` is None where no roads are known."""

    timetable: Timetable
    links: Links
    driving: Driving | None

    @cached_property
    def stops_of_meeting(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(start, stops): the platforms at meeting point m are stops[start[m]:start[m + 1]]."""
        usable = np.flatnonzero((self.links.stop_meeting >= 0) & (self.timetable.stop_is_station == 0))
        order = np.argsort(self.links.stop_meeting[usable], kind="stable")
        stops = usable[order].astype(np.int32)
        start = np.searchsorted(self.links.stop_meeting[stops], np.arange(self.links.n_meetings + 1))
        return start.astype(np.int64), stops

    def drive_s(self, origin: RideStop, destination: RideStop) -> int | None:
        """Driving time between two places; None where no road leads there (or no roads are known)."""
        if self.driving is None:
            return None
        one, other = (car_positions(self, self.driving.roads, (place,)) for place in (origin, destination))
        seconds = int(self.driving.between_s(one, other)[0, 0])
        return seconds if seconds < UNREACHABLE else None


def car_positions(streets: Streets, roads: RoadGraph, places: Sequence[RideStop]) -> Positions:
    """Where cars halt for these places: a stop's meeting point, else the nearest street."""
    lat, lon = (np.array([getattr(place, axis) for place in places]) for axis in ("lat", "lon"))
    found = locate(roads, lat, lon, Mode.CAR)
    edge, fraction, off_mm = found.edge.copy(), found.fraction.copy(), found.off_mm.copy()
    links = streets.links
    for i, place in enumerate(places):
        stop = streets.timetable.stop_by_id.get(place.stop_id) if place.stop_id else None
        meeting = -1 if stop is None else int(links.stop_meeting[stop])
        if meeting >= 0:
            edge[i] = links.meeting_edge[meeting]
            fraction[i] = links.meeting_fraction[meeting]
            off_mm[i] = links.meeting_off_mm[meeting]
    return Positions(edge, fraction, off_mm)


@dataclass(frozen=True)
class PreparedRide:
    """A ride with its driving times; entries as in RideNet, by platform."""

    ride: Ride
    positions: Positions
    leg_s: NDArray[np.int32]
    spare_s: int
    place: NDArray[np.int32]
    gap: NDArray[np.int32]
    into_s: NDArray[np.int32]
    out_s: NDArray[np.int32]


_NOWHERE = Positions(np.empty(0, np.int32), np.empty(0, np.float64), np.empty(0, np.int32))
_NONE = np.empty(0, np.int32)
_Ints = NDArray[np.int32]
_Entries = tuple[_Ints, _Ints, _Ints, _Ints, _Ints]
"""Columns place, gap, into_s, out_s, ride of RideNet."""


def prepare(streets: Streets, ride: Ride) -> PreparedRide:
    """Find the places where a ride can be boarded or left."""
    if ride.kind is RideKind.RUN:
        return _prepare_run(streets.timetable, ride)
    driving = streets.driving
    if driving is None:
        return PreparedRide(
            ride, _NOWHERE, np.zeros(len(ride.stops) - 1, np.int32), -1, _NONE, _NONE, _NONE, _NONE
        )
    positions = car_positions(streets, driving.roads, ride.stops)
    onward_s, back_s = driving.onward_s(positions), driving.back_s(positions)
    between_s = driving.between_s(positions, positions)
    leg_s = np.diagonal(between_s, 1)
    spare_s = int(between_s[0, -1]) + ride.budget_s - int(leg_s.sum())
    if leg_s.max() >= UNREACHABLE or between_s[0, -1] >= UNREACHABLE:
        spare_s = -1
    # A place too far off by itself may lie on the way to another: a halt there saves turns.
    allowed_s = spare_s + driving.roads.halt_saves_s
    gap, meeting = np.nonzero(onward_s[:-1] + back_s[1:] - leg_s[:, None] <= allowed_s)
    start, stops = streets.stops_of_meeting
    count = start[meeting + 1] - start[meeting]
    row = np.repeat(np.arange(len(meeting)), count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return PreparedRide(
        ride,
        positions,
        np.minimum(leg_s, UNREACHABLE).astype(np.int32),
        spare_s,
        place=stops[start[meeting[row]] + offset],
        gap=gap[row].astype(np.int32),
        into_s=onward_s[gap, meeting][row].astype(np.int32),
        out_s=back_s[gap + 1, meeting][row].astype(np.int32),
    )


def _prepare_run(timetable: Timetable, ride: Ride) -> PreparedRide:
    known = [
        (timetable.stop_by_id[stop.stop_id], i)
        for i, stop in enumerate(ride.stops)
        if stop.stop_id in timetable.stop_by_id
        and not timetable.stop_is_station[timetable.stop_by_id[stop.stop_id]]
    ]
    place = np.array([stop for stop, _ in known], np.int32)
    gap = np.array([i for _, i in known], np.int32)
    zeros = np.zeros(len(known), np.int32)
    return PreparedRide(ride, _NOWHERE, np.zeros(len(ride.stops) - 1, np.int32), 0, place, gap, zeros, zeros)


@dataclass(frozen=True)
class Overlay:
    """All live rides of one snapshot, prepared; changing it gives a new one that shares what stayed."""

    streets: Streets
    prepared: Mapping[str, PreparedRide] = field(default_factory=dict)

    def with_ride(self, ride: Ride) -> Overlay:
        known = self.prepared.get(ride.ride_id)
        if known is not None and known.ride == ride:
            return self
        return Overlay(self.streets, {**self.prepared, ride.ride_id: prepare(self.streets, ride)})

    def without_ride(self, ride_id: str) -> Overlay:
        return Overlay(self.streets, {key: one for key, one in self.prepared.items() if key != ride_id})

    def with_rides(self, rides: Iterable[Ride]) -> Overlay:
        """Exactly these rides; those that did not change are not prepared again."""
        prepared: dict[str, PreparedRide] = {}
        for ride in rides:
            known = self.prepared.get(ride.ride_id)
            same = known is not None and known.ride == ride
            prepared[ride.ride_id] = known if same and known else prepare(self.streets, ride)
        return Overlay(self.streets, prepared)

    @cached_property
    def has_private_rides(self) -> bool:
        return any(one.ride.kind is RideKind.PRIVATE for one in self.prepared.values())

    @cached_property
    def rows(self) -> _Rows:
        return _Rows.of([self.prepared[key] for key in sorted(self.prepared)])

    @cached_property
    def _stop_sweeps(self) -> tuple[Sweep, Sweep]:
        driving = self.streets.driving
        if driving is None:
            raise LookupError("without roads no ride has a place on a street")
        places = self.rows.positions
        return (
            hierarchy.sweep_to(driving.roads, driving.car, places),
            hierarchy.sweep_from(driving.roads, driving.car, places),
        )

    def door_s(self, driving: Driving, door: Positions) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Driving (n_stops_of_rides,) from every stop of every ride to a door, and from the door to it."""
        outward, inward = self._stop_sweeps
        return (
            hierarchy.door_drive_s(driving.roads, driving.car, door, inward)[0].astype(np.int64),
            hierarchy.door_drive_s(driving.roads, driving.car, door, outward)[0].astype(np.int64),
        )


@dataclass(frozen=True)
class _Rows:
    """All rides of an overlay as columns, in the order of their ids; see RideNet."""

    rides: list[Ride]
    kind: NDArray[np.uint8]
    earliest: NDArray[np.int64]
    latest_arrival: NDArray[np.int64]
    last_clock: NDArray[np.int64]
    n_departures: NDArray[np.int32]
    bookable_until: NDArray[np.int64]
    spare_s: NDArray[np.int32]
    stop_start: NDArray[np.int32]
    arr: NDArray[np.int64]
    dep: NDArray[np.int64]
    pick: NDArray[np.int64]
    drop: NDArray[np.int64]
    leg_s: NDArray[np.int32]
    seats: NDArray[np.int32]
    wheelchairs: NDArray[np.int32]
    luggage: NDArray[np.int32]
    bicycles: NDArray[np.int32]
    positions: Positions
    place: NDArray[np.int32]
    gap: NDArray[np.int32]
    into_s: NDArray[np.int32]
    out_s: NDArray[np.int32]
    ride: NDArray[np.int32]

    @classmethod
    def of(cls, prepared: list[PreparedRide]) -> _Rows:
        rides = [one.ride for one in prepared]
        private = [ride.kind is RideKind.PRIVATE for ride in rides]
        stops = [stop for ride in rides for stop in ride.stops]
        n_stops = np.array([len(ride.stops) for ride in rides], np.int64)

        def per_ride(values: Iterable[int], dtype: type) -> NDArray[np.int64]:
            return np.fromiter(values, dtype, len(rides))

        def per_stop(values: Iterable[int | None]) -> NDArray[np.int64]:
            return np.fromiter((NO_PROMISE if v is None else v for v in values), np.int64, len(stops))

        def entries(name: str) -> NDArray[np.int32]:
            return np.concatenate([np.empty(0, np.int32), *(getattr(one, name) for one in prepared)])

        def hops(rows: Iterable[Iterable[int]]) -> NDArray[np.int32]:
            """Per-hop values with a zero behind each ride, so that they line up with its stops."""
            return np.fromiter((v for row in rows for v in (*row, 0)), np.int32, len(stops))

        return cls(
            rides=rides,
            kind=per_ride((ride.kind for ride in rides), np.uint8).astype(np.uint8),
            earliest=per_ride(
                (
                    ride.earliest_s if p else ride.stops[0].departure_s
                    for ride, p in zip(rides, private, strict=True)
                ),
                np.int64,
            ),
            latest_arrival=per_ride((ride.latest_arrival_s for ride in rides), np.int64),
            last_clock=per_ride(
                (
                    ride.latest_arrival_s if p else ride.stops[-1].arrival_s
                    for ride, p in zip(rides, private, strict=True)
                ),
                np.int64,
            ),
            n_departures=per_ride(
                ((ride.latest_s - ride.earliest_s) // DEPARTURE_STEP_S + 1 for ride in rides), np.int32
            ).astype(np.int32),
            bookable_until=per_ride((ride.bookable_until_s for ride in rides), np.int64),
            spare_s=per_ride((one.spare_s for one in prepared), np.int32).astype(np.int32),
            stop_start=np.concatenate(([0], np.cumsum(n_stops))).astype(np.int32),
            arr=per_stop(stop.arrival_s for stop in stops),
            dep=per_stop(stop.departure_s for stop in stops),
            pick=per_stop(stop.promised_pickup_s for stop in stops),
            drop=per_stop(stop.promised_dropoff_s for stop in stops),
            leg_s=hops(one.leg_s.tolist() for one in prepared),
            seats=hops(ride.seats_free for ride in rides),
            wheelchairs=hops(ride.wheelchairs_free for ride in rides),
            luggage=hops(ride.luggage_free for ride in rides),
            bicycles=hops(ride.bicycles_free for ride in rides),
            positions=_all_positions(prepared),
            place=entries("place"),
            gap=entries("gap"),
            into_s=entries("into_s"),
            out_s=entries("out_s"),
            ride=np.repeat(np.arange(len(rides)), [len(one.place) for one in prepared]).astype(np.int32),
        )

    def room(self, party: Party) -> NDArray[np.uint8]:
        """Per stop: 1 when the hop to the next stop takes the party."""
        fits = (self.seats >= party.seats) & (self.wheelchairs >= party.wheelchairs)
        fits &= (self.luggage >= party.luggage) & (self.bicycles >= party.bicycles)
        return fits.astype(np.uint8)


def _all_positions(prepared: list[PreparedRide]) -> Positions:
    """One position per stop of every ride, off the network for runs (they make no detours)."""
    parts = [
        one.positions
        if len(one.positions)
        else Positions(
            np.full(len(one.ride.stops), -1, np.int32),
            np.zeros(len(one.ride.stops)),
            np.zeros(len(one.ride.stops), np.int32),
        )
        for one in prepared
    ]
    return Positions(
        np.concatenate([np.empty(0, np.int32), *(part.edge for part in parts)]),
        np.concatenate([np.empty(0, np.float64), *(part.fraction for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.off_mm for part in parts)]),
    )


def select(
    overlay: Overlay,
    usable: NDArray[np.bool_],
    party: Party,
    origin: Positions | None,
    destination: Positions | None,
    next_layer: NDArray[np.int8],
    stop_ok: NDArray[np.uint8],
) -> RideNet:
    """The rides of `usable` (n_rides,) as one query sees them, with its doors as places.

    Stops where `stop_ok` (n_stops,) is 0 are left out.

    `origin` and `destination` are positions of one place on car streets, None where the door is a stop
    or off the network. `next_layer` is (n_rides, n_layers) over all rides of the overlay.
    """
    rows, streets = overlay.rows, overlay.streets
    links, n_stops = streets.links, streets.timetable.n_stops
    doors = [(n_stops + ORIGIN_DOOR, origin), (n_stops + DESTINATION_DOOR, destination)]
    columns: list[_Entries] = [(rows.place, rows.gap, rows.into_s, rows.out_s, rows.ride)]
    columns += [_door_entries(overlay, place, door) for place, door in doors if door is not None]
    place, gap, into_s, out_s, ride = (np.concatenate(column) for column in zip(*columns, strict=True))
    new_index = (np.cumsum(usable) - 1).astype(np.int32)
    kept = np.flatnonzero(usable[ride] & np.append(stop_ok, [1, 1])[place].astype(np.bool_))
    kept = kept[np.argsort(ride[kept], kind="stable")]
    place, gap, into_s, out_s, ride = place[kept], gap[kept], into_s[kept], out_s[kept], new_index[ride[kept]]
    chosen = np.flatnonzero(usable)
    n_calls = np.diff(rows.stop_start)[chosen]
    stop_start = np.concatenate(([0], np.cumsum(n_calls))).astype(np.int32)
    calls = np.repeat(rows.stop_start[chosen] - stop_start[:-1], n_calls) + np.arange(stop_start[-1])
    by_place = np.argsort(place, kind="stable").astype(np.int32)
    from_origin_s, to_destination_s, door_to_door_s = _door_times(streets, origin, destination)
    earliest, n_departures = rows.earliest[chosen], rows.n_departures[chosen]
    leg_s, pick, drop = rows.leg_s[calls], rows.pick[calls], rows.drop[calls]
    leave_start, leave = leaving_clocks(stop_start, earliest, n_departures, leg_s, pick, drop)
    return RideNet(
        kind=rows.kind[chosen],
        earliest=earliest,
        latest_arrival=rows.latest_arrival[chosen],
        n_departures=n_departures,
        spare_s=rows.spare_s[chosen],
        stop_start=stop_start,
        entry_start=np.searchsorted(ride, np.arange(len(chosen) + 1)).astype(np.int32),
        next_layer=np.ascontiguousarray(next_layer[chosen]),
        arr=rows.arr[calls],
        dep=rows.dep[calls],
        pick=pick,
        drop=drop,
        leg_s=leg_s,
        room=rows.room(party)[calls],
        leave_start=leave_start,
        leave=leave,
        place=place,
        gap=gap,
        into_s=into_s,
        out_s=out_s,
        ride=ride,
        at_start=np.searchsorted(place[by_place], np.arange(n_stops + 3)).astype(np.int32),
        at_entry=by_place,
        meeting=np.concatenate((links.stop_meeting, [-1, -1])).astype(np.int32),
        drive_s=links.drive_s,
        from_origin_s=from_origin_s,
        to_destination_s=to_destination_s,
        door_to_door_s=door_to_door_s,
    )


def _door_entries(overlay: Overlay, place: int, door: Positions) -> _Entries:
    """The door as an entry of every private ride whose budget allows to come by."""
    rows, streets = overlay.rows, overlay.streets
    if streets.driving is None or not rows.rides:
        return _NONE, _NONE, _NONE, _NONE, _NONE
    to_door, from_door = overlay.door_s(streets.driving, door)
    ride_of_stop = np.repeat(np.arange(len(rows.rides)), np.diff(rows.stop_start))
    is_last = np.zeros(len(ride_of_stop), np.bool_)
    is_last[rows.stop_start[1:] - 1] = True
    onward = np.append(from_door[1:], UNREACHABLE)
    fits = (
        ~is_last
        & (to_door < UNREACHABLE)
        & (onward < UNREACHABLE)
        & (rows.kind[ride_of_stop] == RideKind.PRIVATE)
    )
    allowed_s = rows.spare_s[ride_of_stop] + streets.driving.roads.halt_saves_s
    fits &= to_door + onward - rows.leg_s <= allowed_s
    stop = np.flatnonzero(fits)
    ride = ride_of_stop[stop].astype(np.int32)
    gap = (stop - rows.stop_start[ride]).astype(np.int32)
    return (
        np.full(len(stop), place, np.int32),
        gap,
        to_door[stop].astype(np.int32),
        onward[stop].astype(np.int32),
        ride,
    )


def _door_times(
    streets: Streets, origin: Positions | None, destination: Positions | None
) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    far = np.full(streets.links.n_meetings, UNREACHABLE, np.int32)
    driving = streets.driving
    if driving is None:
        return far, far, UNREACHABLE
    from_origin_s = far if origin is None else driving.onward_s(origin)[0].astype(np.int32)
    to_destination_s = far if destination is None else driving.back_s(destination)[0].astype(np.int32)
    if origin is None or destination is None:
        return from_origin_s, to_destination_s, UNREACHABLE
    return from_origin_s, to_destination_s, int(driving.between_s(origin, destination)[0, 0])
