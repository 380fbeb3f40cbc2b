"""The timetable of a few days, laid out for the scan.

A `Timetable` says which trips exist and on which service days they run; a `Window` lists every trip
that moves between two moments, with plain times, so that the scan never thinks of calendars. Trips of
yesterday that run past midnight stand beside today's in one pattern. Within a pattern of a window no
trip overtakes another (those that do get a pattern of their own), which is what makes "the first trip
at or after" the best one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.timetable import NONE, PHONE, Timetable

DAY_S = 86_400
ON_DEMAND_BUS = 715
"""GTFS extended route type "Demand and Response Bus Service"."""

IS_TRANSIT, IS_RUFBUS = 1, 2
"""Bits of `board` (mirrored windows: of `alight`): what a boarding there counts as."""


class Window(NamedTuple):
    """Times are int32 seconds after `base_s` (mirrored: negated, so later means earlier).

    stop_start      (n_patterns + 1,) int32 into stops, board, alight
    stops           (n,) int32 StopIdx
    board, alight   (n,) uint8, 0 = not here, else bits
    n_trips         (n_patterns,) int32
    time_start      (n_patterns,) int64: trip row t at position i is at time_start + i * n_trips + t
    dep, arr        (n,) int32
    trip_start      (n_patterns,) int32: trip row t is entry trip_start + t of the next two
    trip, day       (n,) int32 TripIdx and service-day index
    at_start        (n_stops + 1,) int32 into at_pattern, at_pos: the patterns that call at a stop
    """

    stop_start: NDArray[np.int32]
    stops: NDArray[np.int32]
    board: NDArray[np.uint8]
    alight: NDArray[np.uint8]
    n_trips: NDArray[np.int32]
    time_start: NDArray[np.int64]
    dep: NDArray[np.int32]
    arr: NDArray[np.int32]
    trip_start: NDArray[np.int32]
    trip: NDArray[np.int32]
    day: NDArray[np.int32]
    at_start: NDArray[np.int32]
    at_pattern: NDArray[np.int32]
    at_pos: NDArray[np.int32]


def open_window(timetable: Timetable, from_s: int, until_s: int, wheelchair: bool) -> Window:
    """Every trip that is under way at some moment of [from_s, until_s] (UTC seconds), forwards.

    `base_s` of its times is `from_s`. With `wheelchair`, trips known to be impossible are left out.
    """
    trip, day = _moving_trips(timetable, from_s, until_s, wheelchair)
    shift = (timetable.day_start_s[day] - from_s).astype(np.int64)
    first = timetable.trip_time_start[trip]
    group = _group_of_trips(timetable)[trip]
    starts = timetable.time_dep[first] + shift
    order = np.lexsort((day, trip, starts, group))
    trip, day, shift, group = trip[order], day[order], shift[order], group[order]
    chain = _chains(group, timetable.trip_time_start, timetable.time_arr, timetable.time_dep, trip, shift)
    order = np.argsort(chain, kind="stable")
    trip, day, shift, chain = trip[order], day[order], shift[order], chain[order]
    return _laid_out(timetable, trip, day, shift, chain)


def mirror(window: Window) -> Window:
    """The same trips driven backwards in time: arrive-by is depart-at in the mirrored world."""
    n_patterns = len(window.n_trips)
    stops, board, alight = window.stops.copy(), window.alight.copy(), window.board.copy()
    dep, arr = np.empty_like(window.dep), np.empty_like(window.arr)
    trip, day = window.trip.copy(), window.day.copy()
    at_pos = window.at_pos.copy()
    for p in range(n_patterns):
        calls = slice(window.stop_start[p], window.stop_start[p + 1])
        for column in (stops, board, alight):
            column[calls] = column[calls][::-1]
        n = window.n_trips[p]
        rows = slice(window.trip_start[p], window.trip_start[p] + n)
        trip[rows], day[rows] = trip[rows][::-1], day[rows][::-1]
        times = slice(window.time_start[p], window.time_start[p] + n * (calls.stop - calls.start))
        dep[times] = -window.arr[times][::-1]
        arr[times] = -window.dep[times][::-1]
    lengths = np.diff(window.stop_start)
    at_pos = (lengths[window.at_pattern] - 1 - window.at_pos).astype(np.int32)
    return window._replace(
        stops=stops, board=board, alight=alight, dep=dep, arr=arr, trip=trip, day=day, at_pos=at_pos
    )


def _moving_trips(
    timetable: Timetable, from_s: int, until_s: int, wheelchair: bool
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(trip, service day) of every trip whose own span touches [from_s, until_s]."""
    leaves = timetable.time_dep[timetable.trip_time_start[:-1]].astype(np.int64)
    arrives = timetable.time_arr[timetable.trip_time_start[1:] - 1].astype(np.int64)
    usable = timetable.trip_wheelchair != 2 if wheelchair else np.ones(timetable.n_trips, dtype=np.bool_)
    trips: list[NDArray[np.int64]] = []
    days: list[NDArray[np.int64]] = []
    longest_s = int(arrives.max(initial=0))
    for day, start_s in enumerate(timetable.day_start_s.tolist()):
        if start_s > until_s or start_s + longest_s < from_s:
            continue
        runs = timetable.service_runs[timetable.trip_service, day] == 1
        moving = runs & usable & (start_s + leaves <= until_s) & (start_s + arrives >= from_s)
        found = np.flatnonzero(moving)
        trips.append(found)
        days.append(np.full(len(found), day))
    if not trips:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    return np.concatenate(trips).astype(np.int32), np.concatenate(days).astype(np.int32)


def _group_of_trips(timetable: Timetable) -> NDArray[np.int64]:
    """(n_trips,) trips of one pattern with the same sections on demand share a number."""
    on_demand = timetable.route_type[timetable.section_route] == ON_DEMAND_BUS
    first = timetable.trip_section_start[:-1]
    sign = on_demand[first].astype(np.int64)
    signs: dict[tuple[tuple[int, bool], ...], int] = {}
    for trip in np.flatnonzero(np.diff(timetable.trip_section_start) > 1):
        sections = range(timetable.trip_section_start[trip], timetable.trip_section_start[trip + 1])
        key = tuple((int(timetable.section_first_pos[i]), bool(on_demand[i])) for i in sections)
        if len({demand for _, demand in key}) > 1:
            sign[trip] = signs.setdefault(key, len(signs) + 2)
    group: NDArray[np.int64] = timetable.trip_pattern * np.int64(len(signs) + 2) + sign
    return group


@njit(cache=True, nogil=True)
def _chains(group, time_start, time_arr, time_dep, trip, shift):  # type: ignore[no-untyped-def]
    """Number of the overtaking-free chain of each row; rows come sorted by group and departure.

    Greedy: a row joins the first chain of its group that it follows at every stop.
    """
    chain = np.empty(len(trip), np.int32)
    last_row = np.empty(len(trip), np.int64)
    first_chain = 0
    n_chains = 0
    for row in range(len(trip)):
        if row == 0 or group[row] != group[row - 1]:
            first_chain = n_chains
        start = time_start[trip[row]]
        n_calls = time_start[trip[row] + 1] - start
        found = -1
        for candidate in range(first_chain, n_chains):
            before = last_row[candidate]
            before_start = time_start[trip[before]]
            follows = True
            for i in range(n_calls):
                if (
                    time_dep[before_start + i] + shift[before] > time_dep[start + i] + shift[row]
                    or time_arr[before_start + i] + shift[before] > time_arr[start + i] + shift[row]
                ):
                    follows = False
                    break
            if follows:
                found = candidate
                break
        if found < 0:
            found = n_chains
            n_chains += 1
        chain[row] = found
        last_row[found] = row
    return chain


def _laid_out(
    timetable: Timetable,
    trip: NDArray[np.int32],
    day: NDArray[np.int32],
    shift: NDArray[np.int64],
    chain: NDArray[np.int32],
) -> Window:
    n_patterns = int(chain[-1]) + 1 if len(chain) else 0
    trip_start = np.searchsorted(chain, np.arange(n_patterns + 1)).astype(np.int32)
    n_trips = np.diff(trip_start).astype(np.int32)
    example = trip[trip_start[:-1]]
    pattern = timetable.trip_pattern[example]
    n_calls = (timetable.pattern_stop_start[pattern + 1] - timetable.pattern_stop_start[pattern]).astype(
        np.int64
    )
    stop_start = np.concatenate(([0], np.cumsum(n_calls))).astype(np.int32)
    time_start = np.concatenate(([0], np.cumsum(n_calls * n_trips))).astype(np.int64)
    call = np.arange(stop_start[-1]) - np.repeat(stop_start[:-1], n_calls)
    source = np.repeat(timetable.pattern_stop_start[pattern], n_calls) + call
    stops = timetable.pattern_stops[source].astype(np.int32)
    dep, arr = _columns(
        timetable.trip_time_start,
        timetable.time_arr,
        timetable.time_dep,
        trip,
        shift,
        trip_start,
        n_calls,
        time_start,
    )
    of_pattern = np.repeat(np.arange(n_patterns), n_calls)
    order = np.argsort(stops, kind="stable")
    at_start = np.searchsorted(stops[order], np.arange(timetable.n_stops + 1)).astype(np.int32)
    return Window(
        stop_start=stop_start,
        stops=stops,
        board=_boarding_bits(timetable, example, source, stop_start),
        alight=np.where(timetable.pattern_alight[source] == NONE, 0, 1).astype(np.uint8),
        n_trips=n_trips,
        time_start=time_start[:-1],
        dep=dep,
        arr=arr,
        trip_start=trip_start[:-1],
        trip=trip,
        day=day,
        at_start=at_start,
        at_pattern=of_pattern[order].astype(np.int32),
        at_pos=call[order].astype(np.int32),
    )


def _boarding_bits(
    timetable: Timetable, example: NDArray[np.int32], source: NDArray[np.int64], stop_start: NDArray[np.int32]
) -> NDArray[np.uint8]:
    """(n,) uint8 over all calls: 0, IS_TRANSIT or IS_RUFBUS; `example` is one trip of each pattern."""
    rule = timetable.pattern_board[source]
    on_demand = timetable.route_type[timetable.section_route] == ON_DEMAND_BUS
    first = timetable.trip_section_start[example]
    demand = np.repeat(on_demand[first], np.diff(stop_start))
    for p in np.flatnonzero(timetable.trip_section_start[example + 1] - first > 1):
        for section in range(first[p], timetable.trip_section_start[example[p] + 1]):
            begins = stop_start[p] + timetable.section_first_pos[section]
            demand[begins : stop_start[p + 1]] = on_demand[section]
    kind = np.where(demand | (rule == PHONE), IS_RUFBUS, IS_TRANSIT)
    return np.where(rule == NONE, 0, kind).astype(np.uint8)


@njit(cache=True, nogil=True)
def _columns(trip_time_start, time_arr, time_dep, trip, shift, trip_start, n_calls, time_start):  # type: ignore[no-untyped-def]
    dep = np.empty(time_start[-1], np.int32)
    arr = np.empty(time_start[-1], np.int32)
    for p in range(len(n_calls)):
        n = trip_start[p + 1] - trip_start[p]
        for t in range(n):
            row = trip_start[p] + t
            source = trip_time_start[trip[row]]
            for i in range(n_calls[p]):
                dep[time_start[p] + i * n + t] = time_dep[source + i] + shift[row]
                arr[time_start[p] + i * n + t] = time_arr[source + i] + shift[row]
    return dep, arr
