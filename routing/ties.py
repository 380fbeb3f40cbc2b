"""Where to change: among the ways of using the same vehicles, the one with the least walking.

The rounds find the best departure, arrival and number of vehicles; two vehicles that meet twice, or
stop at both ends of a square, can still be combined in several ways. The best of them walks least, and
among those its shortest change is the longest. Found exactly by one pass over the vehicles' calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.changes import Changes
from routing.rounds import ALIGHT, BOARD, FLEET, HEAD, PATTERN, ROW
from routing.window import Window

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
def best_changes(calls, changes, access_s, egress_s, departure_s, arrival_s, at_place):  # type: ignore[no-untyped-def]
    """(n_vehicles, 2) int64: the call to get on and the call to get off at, for each vehicle.

    The journey leaves at `departure_s` and arrives at `arrival_s` exactly; `access_s` and `egress_s` are
    (n_places,) walks, -1 without; `at_place` is (n_places,) int64 scratch of -1.
    """
    n, n_vehicles = len(calls.place), len(calls.start) - 1
    # Two states per call: sitting in the vehicle having got on there, and having got off there.
    walked = np.full((2, n), WORST)
    spare = np.full((2, n), np.int64(-1))
    came = np.full((2, n), np.int64(-1))
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
    at_place = np.full(len(access_s), -1, np.int64)
    used = best_changes(calls, changes, access_s, egress_s, departure_s, arrival_s, at_place)
    return [
        (int(on - start), int(off - start)) for (on, off), start in zip(used, calls.start[:-1], strict=True)
    ]


# Columns of a settled vehicle.
OF_FLEET, TRIP, DAY, BOARD_POS, ALIGHT_POS, DEP, ARR, BOARD_STOP, ALIGHT_STOP, KIND, CHANGE = range(11)
N_SETTLED = 11


class Travellers(NamedTuple):
    """What matters for one query's journeys once their vehicles are known, in the ordinary direction of time.

    trips, runs     the two fleets
    changes         from stop to stop
    access_s, egress_s      (n_places,) int32 walks, -1 without
    stop_ok         (n_stops,) uint8, 1 where one can get on and off
    """

    trips: Window
    runs: Window
    changes: Changes
    access_s: NDArray[np.int32]
    egress_s: NDArray[np.int32]
    stop_ok: NDArray[np.uint8]


class Settled(NamedTuple):
    """One journey of `settled`; times are UTC seconds, `vehicles` rows of the columns above."""

    departure_s: int
    arrival_s: int
    walk_s: int
    vehicles: list[list[int]]


def journeys_in(rows: NDArray[np.int64], base_s: int) -> Iterator[Settled]:
    """The journeys of `settled`, whose times count from `base_s`."""
    rows[:, DEP : ARR + 1] += base_s
    values = rows.tolist()
    head = 0
    while head < len(values):
        _, n_vehicles, departure_s, arrival_s, walk_s = values[head][:5]
        vehicles = values[head + 1 : head + 1 + n_vehicles]
        yield Settled(base_s + departure_s, base_s + arrival_s, walk_s, vehicles)
        head += 1 + n_vehicles


@njit(cache=True, nogil=True)
def settled(who, found):  # type: ignore[no-untyped-def]
    """Where the journeys of `found` (rows of `routing.rounds`) get on and off, see the columns above.

    Each is a head (HEAD, number of vehicles, departure, arrival, walking) and its vehicles in the order of travel;
    KIND is the bit of Window that boarding there counts as, CHANGE the row of the change before it, -1 for the
    first one.
    """
    out = np.empty((len(found), N_SETTLED), np.int64)
    at_place = np.full(len(who.access_s), np.int64(-1))
    head = 0
    while head < len(found):
        n_vehicles = found[head, 1]
        steps = found[head + 1 : head + 1 + n_vehicles]
        vehicles = _in_order_of_travel(who, steps, found[head, 4] == 1)
        calls = _calls_between(who, vehicles)
        first, last = vehicles[0], vehicles[n_vehicles - 1]
        board, alight = calls.start[0] + first[BOARD], calls.start[n_vehicles - 1] + last[ALIGHT]
        departure_s = calls.dep[board] - who.access_s[calls.place[board]]
        arrival_s = calls.arr[alight] + who.egress_s[calls.place[alight]]
        used = best_changes(calls, who.changes, who.access_s, who.egress_s, departure_s, arrival_s, at_place)
        walk_s = np.int64(0)
        for i in range(n_vehicles):
            board, alight = used[i]
            fleet, p, row = vehicles[i, FLEET], vehicles[i, PATTERN], vehicles[i, ROW]
            window = who.trips if fleet == 0 else who.runs
            settle = out[head + 1 + i]
            settle[OF_FLEET] = fleet
            settle[TRIP] = window.trip[window.trip_start[p] + row]
            settle[DAY] = window.day[window.trip_start[p] + row]
            settle[BOARD_POS], settle[ALIGHT_POS] = board - calls.start[i], alight - calls.start[i]
            settle[DEP], settle[ARR] = calls.dep[board], calls.arr[alight]
            settle[BOARD_STOP], settle[ALIGHT_STOP] = calls.place[board], calls.place[alight]
            settle[KIND] = window.board[window.stop_start[p] + settle[BOARD_POS]]
            settle[CHANGE] = -1
            if i > 0:
                settle[CHANGE] = _change_between(who.changes, out[head + i, ALIGHT_STOP], settle[BOARD_STOP])
                walk_s += who.changes.walk_s[settle[CHANGE]]
        walk_s += who.access_s[out[head + 1, BOARD_STOP]]
        walk_s += who.egress_s[out[head + n_vehicles, ALIGHT_STOP]]
        whole = out[head]
        whole[0], whole[1], whole[2], whole[3], whole[4] = HEAD, n_vehicles, departure_s, arrival_s, walk_s
        head += 1 + n_vehicles
    return out


@njit(cache=True, nogil=True)
def _in_order_of_travel(who, steps, is_mirrored):  # type: ignore[no-untyped-def]
    """The steps of one journey as rows and positions of the fleets in the ordinary direction of time."""
    if not is_mirrored:
        return steps[::-1].copy()
    vehicles = steps.copy()
    for vehicle in vehicles:
        window = who.trips if vehicle[FLEET] == 0 else who.runs
        p = vehicle[PATTERN]
        last = window.stop_start[p + 1] - window.stop_start[p] - 1
        vehicle[ROW] = window.n_trips[p] - 1 - vehicle[ROW]
        vehicle[BOARD], vehicle[ALIGHT] = last - vehicle[ALIGHT], last - vehicle[BOARD]
    return vehicles


@njit(cache=True, nogil=True)
def _calls_between(who, vehicles):  # type: ignore[no-untyped-def]
    """All calls of some vehicles; one may only get on where that is a leg of the same kind."""
    start = np.zeros(len(vehicles) + 1, np.int64)
    for i in range(len(vehicles)):
        window = who.trips if vehicles[i, FLEET] == 0 else who.runs
        p = vehicles[i, PATTERN]
        start[i + 1] = start[i] + window.stop_start[p + 1] - window.stop_start[p]
    n = start[-1]
    calls = Calls(
        start,
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.uint8),
        np.empty(n, np.uint8),
    )
    for i in range(len(vehicles)):
        window = who.trips if vehicles[i, FLEET] == 0 else who.runs
        p, row = vehicles[i, PATTERN], vehicles[i, ROW]
        first = window.stop_start[p]
        kind = window.board[first + vehicles[i, BOARD]]
        for pos in range(start[i + 1] - start[i]):
            call = start[i] + pos
            time = window.time_start[p] + np.int64(pos) * window.n_trips[p] + row
            stop = window.stops[first + pos]
            calls.place[call] = stop
            calls.dep[call], calls.arr[call] = window.dep[time], window.arr[time]
            calls.board[call] = window.board[first + pos] == kind and who.stop_ok[stop]
            calls.alight[call] = window.alight[first + pos] != 0 and who.stop_ok[stop]
    return calls


@njit(cache=True, nogil=True)
def _change_between(changes, origin, to):  # type: ignore[no-untyped-def]
    """The row of a change that there is."""
    first = changes.start[origin]
    return first + np.searchsorted(changes.to[first : changes.start[origin + 1]], to)
