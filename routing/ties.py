"""Where to change: among the ways of using the same vehicles, the one with the least walking.

The rounds find the best departure, arrival and number of vehicles; two vehicles that meet twice, or
stop at both ends of a square, can still be combined in several ways. The best of them walks least, and
among those its shortest change is the longest. Found exactly by one pass over the vehicles' calls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.changes import Changes

WORST = np.int64(1) << np.int64(60)

Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint8]]
"""place, dep, arr, board, alight of one vehicle's calls, as in Calls."""


class Calls(NamedTuple):
    """The calls of all vehicles of one journey, one vehicle after the other.

    start       (n_vehicles + 1,) int64 into the rest
    place       (n,) int64 StopIdx or n_stops + door
    dep, arr    (n,) int64 UTC seconds
    board, alight   (n,) uint8, 1 where one may
    """

    start: NDArray[np.int64]
    place: NDArray[np.int64]
    dep: NDArray[np.int64]
    arr: NDArray[np.int64]
    board: NDArray[np.uint8]
    alight: NDArray[np.uint8]


@njit(cache=True, nogil=True)
def best_changes(calls, changes, access_s, egress_s, departure_s, arrival_s):  # type: ignore[no-untyped-def]
    """(n_vehicles, 2) int64: the call to get on and the call to get off at, for each vehicle.

    The journey leaves at `departure_s` and arrives at `arrival_s` exactly; `access_s` and `egress_s` are
    (n_places,) walks, -1 without.
    """
    n, n_vehicles = len(calls.place), len(calls.start) - 1
    # Two states per call: sitting in the vehicle having got on there, and having got off there.
    walked = np.full((2, n), WORST)
    spare = np.full((2, n), np.int64(-1))
    came = np.full((2, n), np.int64(-1))
    at_place = np.full(len(access_s), np.int64(-1))
    next_call = np.full(n, np.int64(-1))
    for call in range(calls.start[0], calls.start[1]):
        walk = access_s[calls.place[call]]
        if calls.board[call] and walk >= 0 and calls.dep[call] - walk == departure_s:
            walked[0, call], spare[0, call] = walk, WORST
    for vehicle in range(n_vehicles):
        best = np.int64(-1)
        for call in range(calls.start[vehicle], calls.start[vehicle + 1]):
            if best >= 0 and calls.alight[call]:
                walked[1, call], spare[1, call], came[1, call] = walked[0, best], spare[0, best], best
            if walked[0, call] < WORST and (
                best < 0
                or walked[0, call] < walked[0, best]
                or (walked[0, call] == walked[0, best] and spare[0, call] > spare[0, best])
            ):
                best = call
        if vehicle + 1 < n_vehicles:
            _change(calls, changes, vehicle, walked, spare, came, at_place, next_call)
    last = np.int64(-1)
    for call in range(calls.start[n_vehicles - 1], calls.start[n_vehicles]):
        walk = egress_s[calls.place[call]]
        if walked[1, call] == WORST or walk < 0 or calls.arr[call] + walk != arrival_s:
            continue
        walked[1, call] += walk
        if last < 0 or (walked[1, call], -spare[1, call]) < (walked[1, last], -spare[1, last]):
            last = call
    used = np.full((n_vehicles, 2), np.int64(-1))
    for vehicle in range(n_vehicles - 1, -1, -1):
        used[vehicle, 1] = last
        used[vehicle, 0] = came[1, last]
        last = came[0, used[vehicle, 0]]
    return used


@njit(cache=True, nogil=True)
def _change(calls, changes, vehicle, walked, spare, came, at_place, next_call):  # type: ignore[no-untyped-def]
    """From every call where one may have got off a vehicle to the calls of the next one."""
    first, last = calls.start[vehicle + 1], calls.start[vehicle + 2]
    for call in range(first, last):
        if calls.board[call]:
            next_call[call] = at_place[calls.place[call]]
            at_place[calls.place[call]] = call
    for off in range(calls.start[vehicle], calls.start[vehicle + 1]):
        if walked[1, off] == WORST or calls.place[off] >= len(changes.start) - 1:
            continue
        for change in range(changes.start[calls.place[off]], changes.start[calls.place[off] + 1]):
            on = at_place[changes.to[change]]
            while on >= 0:
                slack = calls.dep[on] - calls.arr[off] - changes.takes_s[change]
                walk = walked[1, off] + changes.walk_s[change]
                shortest = min(spare[1, off], slack)
                if slack >= 0 and (
                    walk < walked[0, on] or (walk == walked[0, on] and shortest > spare[0, on])
                ):
                    walked[0, on], spare[0, on], came[0, on] = walk, shortest, off
                on = next_call[on]
    for call in range(first, last):
        at_place[calls.place[call]] = -1


def calls_of(vehicles: list[Columns]) -> Calls:
    """Put the columns (place, dep, arr, board, alight) of several vehicles together."""
    start = np.concatenate(([0], np.cumsum([len(columns[0]) for columns in vehicles]))).astype(np.int64)
    place, dep, arr, board, alight = (np.concatenate(column) for column in zip(*vehicles, strict=True))
    return Calls(start, place, dep, arr, board, alight)


def least_walking(
    calls: Calls,
    changes: Changes,
    access_s: NDArray[np.int32],
    egress_s: NDArray[np.int32],
    departure_s: int,
    arrival_s: int,
) -> list[tuple[int, int]]:
    """For each vehicle the calls to get on and off at, counted within the vehicle."""
    used = best_changes(calls, changes, access_s, egress_s, departure_s, arrival_s)
    return [
        (int(on - start), int(off - start)) for (on, off), start in zip(used, calls.start[:-1], strict=True)
    ]
