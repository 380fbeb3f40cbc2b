"""What a window says, whatever the order of its columns in memory; and a timetable made from live data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from routing.live_trips import LiveTrip
from routing.query import LegKind
from routing.store import Texts
from routing.timetable import NONE, PHONE, REGULAR, Timetable
from routing.window import Window
from tests.live_calls import Call, vehicles_of


def contents(window: Window) -> list[tuple[Any, ...]]:
    """One entry for each pattern in order: its calls and every trip with its times."""
    patterns = []
    for p in range(len(window.n_trips)):
        calls = slice(int(window.stop_start[p]), int(window.stop_start[p + 1]))
        n, n_calls = int(window.n_trips[p]), calls.stop - calls.start
        rows = slice(int(window.trip_start[p]), int(window.trip_start[p]) + n)
        times = slice(int(window.time_start[p]), int(window.time_start[p]) + n * n_calls)
        patterns.append(
            (
                int(window.group[p]),
                *(column[calls].tolist() for column in (window.stops, window.board, window.alight)),
                *(column[rows].tolist() for column in (window.trip, window.day)),
                *(column[times].reshape(n_calls, n).tolist() for column in (window.dep, window.arr)),
            )
        )
    return patterns


def calls_at_stops(window: Window) -> list[list[tuple[int, int]]]:
    """(pattern, position) of all calls, by stop."""
    ends = window.at_start.tolist()
    pairs = list(zip(window.at_pattern.tolist(), window.at_pos.tolist(), strict=True))
    return [pairs[a:b] for a, b in pairwise(ends)]


def as_if_planned(timetable: Timetable, live: Iterable[LiveTrip]) -> Timetable:
    """A timetable that plans every vehicle of every day just as it is expected: each a trip of service day 0."""
    trips = [(part, one) for one in vehicles_of(timetable, live) for part in _driven(one.calls)]
    calls = [call for part, _ in trips for call in part]
    start = np.concatenate(([0], np.cumsum([len(part) for part, _ in trips]))).astype(np.int32)
    n, day_start_s = len(trips), int(timetable.day_start_s[0])
    numbers = np.arange(n, dtype=np.int32)
    on_day_0 = np.zeros((1, timetable.n_days), np.uint8)
    on_day_0[0, 0] = 1
    return replace(
        timetable,
        pattern_stop_start=start,
        pattern_stops=np.array([call.stop for call in calls], np.int32),
        pattern_board=np.array([_boarding(call) for call in calls], np.int8),
        pattern_alight=np.array([REGULAR if call.can_alight else NONE for call in calls], np.int8),
        pattern_trip_start=np.arange(n + 1, dtype=np.int32),
        trip_pattern=numbers,
        trip_service=np.zeros(n, np.int32),
        trip_wheelchair=np.array([vehicle.wheelchair for _, vehicle in trips], np.int8),
        trip_bikes=np.array([vehicle.bikes for _, vehicle in trips], np.int8),
        trip_time_start=start.astype(np.int64),
        time_arr=np.array([call.arrival_s - day_start_s for call in calls], np.int32),
        time_dep=np.array([call.departure_s - day_start_s for call in calls], np.int32),
        trip_section_start=np.arange(n + 1, dtype=np.int32),
        section_first_pos=np.zeros(n, np.int32),
        section_route=np.zeros(n, np.int32),
        section_trip_id=Texts.of(str(number) for number in numbers),
        section_headsign=Texts.of("" for _ in numbers),
        route_type=np.full_like(timetable.route_type, 3),
        service_runs=on_day_0,
    )


def _driven(calls: list[Call]) -> list[list[Call]]:
    """The unbroken stretches of two calls or more."""
    parts: list[list[Call]] = [[]]
    for call in calls:
        parts[-1].append(call)
        if not call.goes_on:
            parts.append([])
    return [part for part in parts if len(part) > 1]


def _boarding(call: Call) -> int:
    if not call.can_board:
        return NONE
    return PHONE if call.kind is LegKind.RUFBUS else REGULAR
