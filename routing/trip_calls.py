"""Where and when one vehicle calls, as it is expected: by the timetable, or by what live data says instead."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.journey import Leg, Place
from routing.live import LiveTrips
from routing.live_runs import LiveRun, Row
from routing.query import LegKind
from routing.timetable import Timetable
from routing.window import Face, face_of_trips


class TripCalls(NamedTuple):
    """The calls of one vehicle in order: where people get on and off, and (n_calls,) int64 expected UTC seconds."""

    face: Face
    arr: NDArray[np.int64]
    dep: NDArray[np.int64]

    @classmethod
    def of_run(cls, timetable: Timetable, run: LiveRun) -> TripCalls:
        return cls(run.face or _planned_face(timetable, run.row), run.arr, run.dep)

    @classmethod
    def as_planned(cls, timetable: Timetable, row: Row) -> TripCalls:
        trip, day = row
        times = slice(int(timetable.trip_time_start[trip]), int(timetable.trip_time_start[trip + 1]))
        start_s = timetable.day_start_s[day]
        return cls(
            _planned_face(timetable, row),
            start_s + timetable.time_arr[times],
            start_s + timetable.time_dep[times],
        )


def expected_calls(live: LiveTrips, row: Row, board_pos: int) -> TripCalls:
    """The vehicle of a row that can be boarded at a position (a cancelled section leaves two vehicles of one row)."""
    run = live.run_at(row, board_pos)
    return TripCalls.as_planned(live.timetable, row) if run is None else TripCalls.of_run(live.timetable, run)


def n_calls_of(live: LiveTrips, row: Row) -> int:
    """How many calls a row that runs has."""
    if row in live.expected:
        return len(live.expected[row].runs[0].arr)
    return int(live.timetable.trip_time_start[row[0] + 1] - live.timetable.trip_time_start[row[0]])


def trip_leg(
    live: LiveTrips,
    row: Row,
    kind: LegKind,
    positions: tuple[int, int],
    times_s: tuple[int, int],
    places: tuple[Place, Place],
    slack_s: int | None = None,
) -> Leg:
    """The leg on a row from one of its calls to another; `times_s` are the expected ones, UTC."""
    board, alight = positions
    timetable, (trip, day) = live.timetable, row
    expected = live.expected.get(row)
    added = expected.added if expected else None
    planned_departure_s = planned_arrival_s = None
    if added is not None:
        route, headsign, trip_id = added.route, added.headsign, added.trip_id
    else:
        section = section_at(timetable, trip, board)
        of_route = int(timetable.section_route[section])
        route = timetable.route_short_name[of_route] or timetable.route_long_name[of_route]
        headsign, trip_id = timetable.section_headsign[section], timetable.section_trip_id[section]
    if expected is not None and added is None:
        first, start_s = int(timetable.trip_time_start[trip]), int(timetable.day_start_s[day])
        planned_departure_s = start_s + int(timetable.time_dep[first + board])
        planned_arrival_s = start_s + int(timetable.time_arr[first + alight])
    return Leg(
        kind=kind,
        departure_s=times_s[0],
        arrival_s=times_s[1],
        origin=places[0],
        destination=places[1],
        route=route,
        headsign=headsign,
        trip_id=trip_id,
        service_date=timetable.first_day + dt.timedelta(days=day),
        board_pos=board,
        alight_pos=alight,
        slack_s=slack_s,
        planned_departure_s=planned_departure_s,
        planned_arrival_s=planned_arrival_s,
        is_added=added is not None,
    )


def section_at(timetable: Timetable, trip: int, pos: int) -> int:
    """The section of a trip that somebody boards at a position."""
    section = int(timetable.trip_section_start[trip])
    last = int(timetable.trip_section_start[trip + 1]) - 1
    while section < last and timetable.section_first_pos[section + 1] <= pos:
        section += 1
    return section


def _planned_face(timetable: Timetable, row: Row) -> Face:
    return face_of_trips(timetable, np.array([row[0]], np.int32))
