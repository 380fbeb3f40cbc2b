"""How long it takes at the very least from a place to the goal, whatever the clock says.

Every trip at its fastest, every walk without waiting, every road without a halt: no journey beats that.
The rounds drop a label that could not reach the goal in time even so, which changes no answer and
spares them the parts of the network that lead away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.changes import Changes
from routing.frontier import pop, push
from routing.ride_net import RideNet
from routing.window import Window

NEVER_S = np.int64(1) << np.int64(30)


class Segments(NamedTuple):
    """The fastest way of every vehicle from stop to next stop, found from its end.

    start       (n_stops + 1,) int64: segments that end at stop v are start[v]:start[v + 1]
    origin      (n,) int32 StopIdx
    seconds     (n,) int32
    """

    start: NDArray[np.int64]
    origin: NDArray[np.int32]
    seconds: NDArray[np.int32]


def segments(window: Window, n_stops: int) -> Segments:
    """Of the trips of a window."""
    origin, to, seconds = _fastest(window)
    order = np.argsort(to, kind="stable")
    start = np.searchsorted(to[order], np.arange(n_stops + 1)).astype(np.int64)
    return Segments(start, origin[order], seconds[order])


def least_s(
    of_trips: Segments,
    changes_back: Changes,
    rides: RideNet,
    egress_s: NDArray[np.int32],
    is_mirrored: bool,
) -> NDArray[np.int64]:
    """(n_stops + 2,) seconds to the goal at least, NEVER_S from where there is no way; 0 at the doors.

    `changes_back` are the changes of this direction found from their end, `egress_s` the walks to the goal.
    """
    n_stops = len(egress_s) - 2
    run_origin, run_to, run_s = _runs(rides, is_mirrored)
    order = np.argsort(run_to, kind="stable")
    of_runs = Segments(
        np.searchsorted(run_to[order], np.arange(n_stops + 1)).astype(np.int64),
        run_origin[order],
        run_s[order],
    )
    has_private = bool((rides.kind == 0).any())
    to_goal_s = rides.from_origin_s if is_mirrored else rides.to_destination_s
    stops_of_meeting = np.argsort(rides.meeting[:n_stops], kind="stable").astype(np.int32)
    meeting_start = np.searchsorted(
        rides.meeting[:n_stops][stops_of_meeting], np.arange(len(to_goal_s) + 1)
    ).astype(np.int64)
    least: NDArray[np.int64] = _dijkstra(
        of_trips,
        of_runs,
        changes_back,
        rides,
        egress_s,
        to_goal_s,
        has_private,
        is_mirrored,
        meeting_start,
        stops_of_meeting,
    )
    return least


@njit(cache=True, nogil=True)
def _fastest(window):  # type: ignore[no-untyped-def]
    n = len(window.stops)
    origin, to, seconds = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    found = 0
    for p in range(len(window.n_trips)):
        trips = window.n_trips[p]
        for i in range(window.stop_start[p], window.stop_start[p + 1] - 1):
            leave = window.time_start[p] + np.int64(i - window.stop_start[p]) * trips
            reach = leave + trips
            least = window.arr[reach] - window.dep[leave]
            for t in range(1, trips):
                least = min(least, window.arr[reach + t] - window.dep[leave + t])
            origin[found], to[found], seconds[found] = window.stops[i], window.stops[i + 1], max(least, 0)
            found += 1
    return origin[:found], to[:found], seconds[:found]


@njit(cache=True, nogil=True)
def _runs(rides, is_mirrored):  # type: ignore[no-untyped-def]
    n = len(rides.place)
    origin, to, seconds = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    found = 0
    for r in range(len(rides.kind)):
        if rides.kind[r] == 0:
            continue
        for entry in range(rides.entry_start[r], rides.entry_start[r + 1] - 1):
            here, there = rides.place[entry], rides.place[entry + 1]
            first = rides.stop_start[r]
            least = rides.arr[first + rides.gap[entry + 1]] - rides.dep[first + rides.gap[entry]]
            origin[found], to[found] = (there, here) if is_mirrored else (here, there)
            seconds[found] = max(least, 0)
            found += 1
    return origin[:found], to[:found], seconds[:found]


@njit(cache=True, nogil=True)
def _dijkstra(  # type: ignore[no-untyped-def]
    of_trips,
    of_runs,
    changes_back,
    rides,
    egress_s,
    to_goal_s,
    has_private,
    is_mirrored,
    meeting_start,
    stops_of_meeting,
):
    n_places = len(egress_s)
    n_stops = n_places - 2
    least = np.full(n_places, NEVER_S)
    # Every stop can be pushed once per better time; the heap grows as it must.
    heap = np.empty(4 * n_places + 16, np.int64)
    size = 0
    by_car = np.full(len(to_goal_s), NEVER_S)
    for stop in range(n_stops):
        meeting = rides.meeting[stop]
        if has_private and meeting >= 0:
            by_car[meeting] = min(np.int64(to_goal_s[meeting]), NEVER_S)
            least[stop] = by_car[meeting]
        if egress_s[stop] >= 0:
            least[stop] = min(least[stop], np.int64(egress_s[stop]))
        if least[stop] < NEVER_S:
            size = push(heap, size, (least[stop] << 24) | stop)
    drained = np.zeros(len(to_goal_s), np.uint8)
    while size > 0:
        key = heap[0]
        size = pop(heap, size)
        seconds, stop = key >> 24, key & 0xFFFFFF
        if seconds > least[stop]:
            continue
        if size + 8192 > len(heap):
            wider = np.empty(2 * len(heap) + 16384, np.int64)
            wider[:size] = heap[:size]
            heap = wider
        for edges in (of_trips, of_runs):
            for edge in range(edges.start[stop], edges.start[stop + 1]):
                size = _relax(least, heap, size, edges.origin[edge], seconds + edges.seconds[edge])
        for change in range(changes_back.start[stop], changes_back.start[stop + 1]):
            size = _relax(least, heap, size, changes_back.to[change], seconds + changes_back.walk_s[change])
        meeting = rides.meeting[stop]
        # Driving to a place that is itself best left by car is never better than driving on at once.
        if has_private and meeting >= 0 and drained[meeting] == 0 and seconds < by_car[meeting]:
            drained[meeting] = 1
            for other in range(len(to_goal_s)):
                drive_s = rides.drive_s[meeting, other] if is_mirrored else rides.drive_s[other, meeting]
                if drive_s == 65_535 or seconds + drive_s >= by_car[other]:
                    continue
                by_car[other] = seconds + drive_s
                for i in range(meeting_start[other], meeting_start[other + 1]):
                    if size + 1 >= len(heap):
                        wider = np.empty(2 * len(heap), np.int64)
                        wider[:size] = heap[:size]
                        heap = wider
                    size = _relax(least, heap, size, stops_of_meeting[i], by_car[other])
    least[n_stops:] = 0
    return least


@njit(cache=True, nogil=True)
def _relax(least, heap, size, place, seconds):  # type: ignore[no-untyped-def]
    if seconds < least[place]:
        least[place] = seconds
        return push(heap, size, (seconds << 24) | place)
    return size
