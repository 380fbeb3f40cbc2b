"""The trips of a few days, laid out for the scan.

A `Timetable` says which trips exist and on which service days they run; a `Window` lists every trip
that moves between two moments, with plain times, so that the scan never thinks of calendars. Trips of
yesterday that run past midnight stand beside today's in one pattern. Within a pattern of a window no
trip overtakes another (those that do get a pattern of their own), which is what makes "the first trip
at or after" the best one.

`routing.live_windows` lays out anew those groups of a window about which live data says something.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.query import Needs
from routing.timetable import NONE, ON_DEMAND_BUS, PHONE, Timetable

DAY_S = 86_400
IS_TRANSIT, IS_RUFBUS, IS_RUN = 1, 2, 4
"""Bits of `board` (mirrored windows: of `alight`): what a boarding there counts as."""

FIRST_OWN_GROUP = np.int64(1) << np.int64(62)
"""Groups from here on are not of the timetable: live data leaves stops out, or adds trips."""


class Window(NamedTuple):
    """Times are int32 seconds after `base_s` (mirrored: negated, so later means earlier).

    group           (n_patterns,) int64, ascending: the group whose trips run here, see `Timetable.trip_group`
    stop_start      (n_patterns + 1,) int32 into stops, board, alight
    stops           (n,) int32 StopIdx
    board, alight   (n,) uint8, 0 = not here, else bits
    n_trips         (n_patterns,) int32
    time_start      (n_patterns,) int64: trip row t at position i is at time_start + i * n_trips + t
    dep, arr        (n,) int32
    trip_times      (n, 2) int32 the same arrivals and departures trip by trip, for whoever rides along:
                    row t at position i is at time_start + t * n_calls + i
    trip_start      (n_patterns,) int32: trip row t is entry trip_start + t of the next two
    trip, day       (n,) int32 TripIdx and service-day index; from n_trips of the timetable on, trips that
                    live data added
    at_start        (n_stops + 1,) int32 into at_pattern, at_pos: the patterns that call at a stop

    With live data, `dep`, `arr`, `trip` and `day` also hold entries that nothing points to any more.
    """

    group: NDArray[np.int64]
    stop_start: NDArray[np.int32]
    stops: NDArray[np.int32]
    board: NDArray[np.uint8]
    alight: NDArray[np.uint8]
    n_trips: NDArray[np.int32]
    time_start: NDArray[np.int64]
    dep: NDArray[np.int32]
    arr: NDArray[np.int32]
    trip_times: NDArray[np.int32]
    trip_start: NDArray[np.int32]
    trip: NDArray[np.int32]
    day: NDArray[np.int32]
    at_start: NDArray[np.int32]
    at_pattern: NDArray[np.int32]
    at_pos: NDArray[np.int32]


class Rows(NamedTuple):
    """Trips of some days, each with its own times, in any order.

    group           (n,) int64
    trip, day       (n,) int32
    start           (n + 1,) int64 into the next two: the calls of a row
    arr, dep        (n_calls,) int32 seconds after `base_s`
    """

    group: NDArray[np.int64]
    trip: NDArray[np.int32]
    day: NDArray[np.int32]
    start: NDArray[np.int64]
    arr: NDArray[np.int32]
    dep: NDArray[np.int32]


class Face(NamedTuple):
    """Where the trips of one group call: stops, board and alight of as many calls, as in Window."""

    stops: NDArray[np.int32]
    board: NDArray[np.uint8]
    alight: NDArray[np.uint8]


def open_window(timetable: Timetable, from_s: int, until_s: int, needs: Needs) -> Window:
    """Every trip that is under way at some moment of [from_s, until_s] (UTC seconds), forwards.

    `base_s` of its times is `from_s`. Trips known to refuse what is needed are left out.
    """
    trip, day = _moving_trips(timetable, from_s, until_s, needs)
    return lay_out(timetable, planned_rows(timetable, trip, day, from_s), {})


def planned_rows(timetable: Timetable, trip: NDArray[np.int32], day: NDArray[np.int32], base_s: int) -> Rows:
    """Trips of the timetable at their planned times."""
    shift = timetable.day_start_s[day] - base_s
    first = timetable.trip_time_start[trip]
    lengths = timetable.trip_time_start[trip + 1] - first
    start = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    source = np.repeat(first - start[:-1], lengths) + np.arange(start[-1])
    moved = np.repeat(shift, lengths)
    return Rows(
        timetable.trip_group[trip],
        trip,
        day,
        start,
        (timetable.time_arr[source] + moved).astype(np.int32),
        (timetable.time_dep[source] + moved).astype(np.int32),
    )


def lay_out(timetable: Timetable, rows: Rows, own_faces: Mapping[int, Face]) -> Window:
    """Rows as patterns without overtaking, sorted by group; `own_faces` are those of groups that the
    timetable does not have.
    """
    order = np.lexsort((rows.day, rows.trip, rows.dep[rows.start[:-1]], rows.group)).astype(np.int64)
    chain = _chains(rows, order)
    by_chain = np.argsort(chain, kind="stable")
    order, chain = order[by_chain], chain[by_chain]
    n_patterns = int(chain[-1]) + 1 if len(chain) else 0
    trip_start = np.searchsorted(chain, np.arange(n_patterns + 1)).astype(np.int32)
    n_trips = np.diff(trip_start).astype(np.int32)
    example = order[trip_start[:-1]]
    n_calls = np.diff(rows.start)[example]
    time_start = np.concatenate(([0], np.cumsum(n_calls * n_trips))).astype(np.int64)
    stop_start = np.concatenate(([0], np.cumsum(n_calls))).astype(np.int32)
    dep, arr, trip_times = _columns(rows, order, trip_start, n_calls, time_start)
    face = _faces(timetable, rows.group[example], rows.trip[example], own_faces)
    at_start, at_pattern, at_pos = calls_at_stops(stop_start, face.stops, timetable.n_stops)
    return Window(
        group=rows.group[example],
        stop_start=stop_start,
        stops=face.stops,
        board=face.board,
        alight=face.alight,
        n_trips=n_trips,
        time_start=time_start[:-1],
        dep=dep,
        arr=arr,
        trip_times=trip_times,
        trip_start=trip_start[:-1],
        trip=rows.trip[order],
        day=rows.day[order],
        at_start=at_start,
        at_pattern=at_pattern,
        at_pos=at_pos,
    )


def mirror(window: Window) -> Window:
    """The same trips driven backwards in time: arrive-by is depart-at in the mirrored world."""
    mirrored = window._replace(
        stops=window.stops.copy(),
        board=window.alight.copy(),
        alight=window.board.copy(),
        dep=-window.arr,
        arr=-window.dep,
        trip_times=np.ascontiguousarray(-window.trip_times[:, ::-1]),
        trip=window.trip.copy(),
        day=window.day.copy(),
    )
    _turn_round(mirrored)
    at_start, at_pattern, at_pos = calls_at_stops(
        mirrored.stop_start, mirrored.stops, len(window.at_start) - 1
    )
    return mirrored._replace(at_start=at_start, at_pattern=at_pattern, at_pos=at_pos)


@njit(cache=True, nogil=True)
def _turn_round(window):  # type: ignore[no-untyped-def]
    """Reverse the calls and the trips of every pattern, in place."""
    for p in range(len(window.n_trips)):
        first, last, n = window.stop_start[p], window.stop_start[p + 1], window.n_trips[p]
        window.stops[first:last] = window.stops[first:last][::-1].copy()
        for column in (window.board, window.alight):
            column[first:last] = column[first:last][::-1].copy()
        rows = window.trip_start[p]
        for column in (window.trip, window.day):
            column[rows : rows + n] = column[rows : rows + n][::-1].copy()
        begin = window.time_start[p]
        end = begin + np.int64(last - first) * n
        for column in (window.dep, window.arr):
            column[begin:end] = column[begin:end][::-1].copy()
        window.trip_times[begin:end] = window.trip_times[begin:end][::-1].copy()


def face_of_trips(timetable: Timetable, trip: NDArray[np.int32]) -> Face:
    """Where trips of the timetable call, one trip after the other."""
    pattern = timetable.trip_pattern[trip]
    first = timetable.pattern_stop_start[pattern].astype(np.int64)
    n_calls = timetable.pattern_stop_start[pattern + 1] - first
    start = np.concatenate(([0], np.cumsum(n_calls)))
    source = np.repeat(first - start[:-1], n_calls) + np.arange(start[-1])
    return Face(
        timetable.pattern_stops[source].astype(np.int32),
        _boarding_bits(timetable, trip, source, start),
        np.where(timetable.pattern_alight[source] == NONE, 0, 1).astype(np.uint8),
    )


def _moving_trips(
    timetable: Timetable, from_s: int, until_s: int, needs: Needs
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(trip, service day) of every trip whose own span touches [from_s, until_s]."""
    leaves = timetable.time_dep[timetable.trip_time_start[:-1]].astype(np.int64)
    arrives = timetable.time_arr[timetable.trip_time_start[1:] - 1].astype(np.int64)
    refused = (timetable.trip_wheelchair == 2) & needs.wheelchair | (
        timetable.trip_bikes == 2
    ) & needs.bicycle
    trips: list[NDArray[np.int64]] = []
    days: list[NDArray[np.int64]] = []
    longest_s = int(arrives.max(initial=0))
    for day, start_s in enumerate(timetable.day_start_s.tolist()):
        if start_s > until_s or start_s + longest_s < from_s:
            continue
        runs = timetable.service_runs[timetable.trip_service, day] == 1
        moving = runs & ~refused & (start_s + leaves <= until_s) & (start_s + arrives >= from_s)
        found = np.flatnonzero(moving)
        trips.append(found)
        days.append(np.full(len(found), day))
    if not trips:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    return np.concatenate(trips).astype(np.int32), np.concatenate(days).astype(np.int32)


def _faces(
    timetable: Timetable,
    group: NDArray[np.int64],
    example: NDArray[np.int32],
    own_faces: Mapping[int, Face],
) -> Face:
    """The faces of patterns one after the other; `example` is one trip of each, `group` ascends."""
    n_planned = int(np.searchsorted(group, FIRST_OWN_GROUP))
    planned = face_of_trips(timetable, example[:n_planned])
    own = [own_faces[one] for one in group[n_planned:].tolist()]
    if not own:
        return planned
    stops, board, alight = (np.concatenate(column) for column in zip(planned, *own, strict=True))
    return Face(stops, board, alight)


@njit(cache=True, nogil=True)
def _chains(rows, order):  # type: ignore[no-untyped-def]
    """Number of the overtaking-free chain of each row in `order`, which is by group and departure.

    Greedy: a row joins the first chain of its group that it follows at every stop.
    """
    chain = np.empty(len(order), np.int32)
    last_row = np.empty(len(order), np.int64)
    first_chain = 0
    n_chains = 0
    for i in range(len(order)):
        row = order[i]
        if i == 0 or rows.group[row] != rows.group[order[i - 1]]:
            first_chain = n_chains
        start = rows.start[row]
        n_calls = rows.start[row + 1] - start
        found = -1
        for candidate in range(first_chain, n_chains):
            before = rows.start[last_row[candidate]]
            follows = True
            for call in range(n_calls):
                if (
                    rows.dep[before + call] > rows.dep[start + call]
                    or rows.arr[before + call] > rows.arr[start + call]
                ):
                    follows = False
                    break
            if follows:
                found = candidate
                break
        if found < 0:
            found = n_chains
            n_chains += 1
        chain[i] = found
        last_row[found] = row
    return chain


@njit(cache=True, nogil=True)
def _columns(rows, order, trip_start, n_calls, time_start):  # type: ignore[no-untyped-def]
    dep = np.empty(time_start[-1], np.int32)
    arr = np.empty(time_start[-1], np.int32)
    trip_times = np.empty((time_start[-1], 2), np.int32)
    for p in range(len(n_calls)):
        n = trip_start[p + 1] - trip_start[p]
        for t in range(n):
            source = rows.start[order[trip_start[p] + t]]
            for i in range(n_calls[p]):
                dep[time_start[p] + i * n + t] = rows.dep[source + i]
                arr[time_start[p] + i * n + t] = rows.arr[source + i]
                in_trip = trip_times[time_start[p] + t * n_calls[p] + i]
                in_trip[0], in_trip[1] = rows.arr[source + i], rows.dep[source + i]
    return dep, arr, trip_times


@njit(cache=True, nogil=True)
def calls_at_stops(stop_start, stops, n_stops):  # type: ignore[no-untyped-def]
    """(at_start, at_pattern, at_pos) of a window with these calls."""
    at_start = np.zeros(n_stops + 1, np.int32)
    for stop in stops:
        at_start[stop + 1] += 1
    for stop in range(n_stops):
        at_start[stop + 1] += at_start[stop]
    at_pattern, at_pos = np.empty(len(stops), np.int32), np.empty(len(stops), np.int32)
    end = at_start[:-1].copy()
    for p in range(len(stop_start) - 1):
        for call in range(stop_start[p], stop_start[p + 1]):
            at = end[stops[call]]
            end[stops[call]] += 1
            at_pattern[at], at_pos[at] = p, call - stop_start[p]
    return at_start, at_pattern, at_pos


def _boarding_bits(
    timetable: Timetable, trip: NDArray[np.int32], source: NDArray[np.int64], start: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """(n,) uint8 over the calls of some trips: 0, IS_TRANSIT or IS_RUFBUS."""
    rule = timetable.pattern_board[source]
    first, end = timetable.trip_section_start[trip], timetable.trip_section_start[trip + 1]
    demand = np.repeat(_is_on_demand(timetable, first), np.diff(start))
    for p in np.flatnonzero(end - first > 1):
        for section in range(first[p], end[p]):
            begins = start[p] + timetable.section_first_pos[section]
            demand[begins : start[p + 1]] = _is_on_demand(timetable, section)
    kind = np.where(demand | (rule == PHONE), IS_RUFBUS, IS_TRANSIT)
    return np.where(rule == NONE, 0, kind).astype(np.uint8)


def _is_on_demand(timetable: Timetable, section: int | NDArray[np.int32]) -> Any:
    return timetable.route_type[timetable.section_route[section]] == ON_DEMAND_BUS
