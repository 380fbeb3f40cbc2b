"""Which vehicles somebody might be waiting for do not come: cancelled, or not stopping where they should."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mitfahr.domain.times import seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.network import network
from routing.journey import Journey
from routing.live_runs import Expected, LiveRun
from routing.query import LegKind, StopRef
from routing.snapshot import Snapshot
from routing.trip_calls import TripCalls, section_at

MOST = 5
BY_LINE = (LegKind.TRANSIT, LegKind.RUFBUS)


@dataclass(frozen=True, slots=True)
class CancelledTrip:
    """A departure of the timetable that takes nobody from `origin` to `destination` today; `planned_s` is UTC."""

    route_type: int
    route: str
    planned_s: int
    origin: str
    destination: str


def find_cancelled(
    snapshot: Snapshot, asked: TripRequest, journeys: Iterable[Journey]
) -> list[CancelledTrip]:
    """In the time asked for, between the stops of the journeys found and from end to end; the soonest few."""
    closed = [
        (row, expected)
        for row, expected in snapshot.live.expected.items()
        if expected.added is None and _is_closed_somewhere(expected)
    ]
    if not closed:
        return []
    known, timetable = network(snapshot), snapshot.timetable
    pairs = {
        (
            int(known.stop_of[timetable.stop_by_id[origin]]),
            int(known.stop_of[timetable.stop_by_id[destination]]),
        )
        for origin, destination in _stop_ids(asked, journeys)
        if origin in timetable.stop_by_id and destination in timetable.stop_by_id
    }
    when_s, window_s = seconds(asked.when), asked.window_s
    from_s, until_s = (when_s - window_s, when_s) if asked.arrive_by else (when_s, when_s + window_s)
    found: set[CancelledTrip] = set()
    for row, expected in closed:
        if expected.first_s > until_s or expected.last_s < from_s:
            continue
        planned = TripCalls.as_planned(timetable, row)
        stops = known.stop_of[planned.face.stops]
        for origin, destination in pairs:
            for on, off in _positions(planned, stops == origin, stops == destination):
                at_s = int(planned.arr[off] if asked.arrive_by else planned.dep[on])
                if from_s <= at_s <= until_s and not any(_takes(run, on, off) for run in expected.runs):
                    section = section_at(timetable, row[0], on)
                    route = int(timetable.section_route[section])
                    found.add(
                        CancelledTrip(
                            int(timetable.route_type[route]),
                            timetable.route_short_name[route] or timetable.route_long_name[route],
                            int(planned.dep[on]),
                            timetable.stop_name[int(planned.face.stops[on])],
                            timetable.stop_name[int(planned.face.stops[off])],
                        )
                    )
    return sorted(found, key=lambda one: (one.planned_s, one.route, one.origin, one.destination))[:MOST]


def _is_closed_somewhere(expected: Expected) -> bool:
    return not expected.runs or any(run.face is not None for run in expected.runs)


def _stop_ids(asked: TripRequest, journeys: Iterable[Journey]) -> Iterator[tuple[str, str]]:
    if isinstance(asked.origin, StopRef) and isinstance(asked.destination, StopRef):
        yield asked.origin.stop_id, asked.destination.stop_id
    for journey in journeys:
        for leg in journey.legs:
            if leg.kind in BY_LINE:
                yield leg.origin.stop_id or "", leg.destination.stop_id or ""


def _positions(
    planned: TripCalls, here: NDArray[np.bool_], there: NDArray[np.bool_]
) -> Iterator[tuple[int, int]]:
    """Where people get on and off by the timetable: each boarding with the first call after it."""
    for on in np.flatnonzero(here & (planned.face.board != 0)).tolist():
        offs = np.flatnonzero(there[on + 1 :] & (planned.face.alight[on + 1 :] != 0))
        if len(offs):
            yield on, on + 1 + int(offs[0])


def _takes(run: LiveRun, on: int, off: int) -> bool:
    return run.face is None or bool(run.face.board[on] and run.face.alight[off])
