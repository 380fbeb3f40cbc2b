"""The rule of one boarding as compiled code: `routing.rides` in numbers.

A *spot* of a ride is where somebody gets on or off: (gap, into_s, out_s), the gap being the stop of the ride it comes
after, with the driving from that stop to it and from it to the next. `fleet` is anything with the columns of
`routing.fleet.Fleet`. Clocks are UTC seconds, -1 where something promised breaks.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from routing.overlay import DEPARTURE_STEP_S, HALT_S, PROMISE_TOLERANCE_S

NO_PROMISE = -1
FAR_S = 2**31 - 1
NO_WAY = 65_535
"""In the matrix of driving times between meeting points."""
ORIGIN_DOOR, DESTINATION_DOOR = 0, 1
"""Added to the number of meetings (of stops): the traveller's own doors as places."""


@njit(cache=True, nogil=True)
def pass_stop(pick, drop, reached):  # type: ignore[no-untyped-def]
    """When a stop promised to people on board is left again; -1 if reached too late."""
    if drop >= 0 and reached > drop + PROMISE_TOLERANCE_S:
        return np.int64(-1)
    if pick >= 0:
        reached = max(reached, pick)
        if reached > pick + PROMISE_TOLERANCE_S:
            return np.int64(-1)
    return reached + HALT_S


@njit(cache=True, nogil=True)
def leaving_clocks(pick, drop, leg_s, earliest, n_departures):  # type: ignore[no-untyped-def]
    """(n_stops, n_departures) int64: when a driver leaves each stop but the last, for each departure."""
    clocks = np.empty((len(pick), n_departures), np.int64)
    for k in range(n_departures):
        clock = np.int64(earliest) + np.int64(k) * DEPARTURE_STEP_S
        for stop in range(len(pick)):
            if stop > 0 and clock >= 0:
                clock = pass_stop(pick[stop], drop[stop], clock + leg_s[stop - 1])
            clocks[stop, k] = clock
    return clocks


@njit(cache=True, nogil=True)
def farthest_back(drive_s, places, spare_s):  # type: ignore[no-untyped-def]
    """(n_stops,) int32 per gap: by how many seconds of `into_s` a drop-off can lie behind its pick-up within the budget.

    places      entry_start, meeting, into_s, out_s and leg_s of one ride in `RideColumns`, entry_start from 0
    """
    entry_start, meeting, into_s, out_s, leg_s = places
    back_s = np.zeros(len(entry_start), np.int32)
    for gap in range(len(entry_start) - 1):
        first, last = entry_start[gap], entry_start[gap + 1]
        for pick in range(first, last):
            to = drive_s[meeting[pick]]
            most = np.int64(leg_s[gap]) + spare_s - into_s[pick]
            for drop in range(first, pick):
                if np.int64(into_s[pick]) - into_s[drop] <= back_s[gap]:
                    break
                if to[meeting[drop]] + np.int64(out_s[drop]) <= most and meeting[drop] != meeting[pick]:
                    back_s[gap] = np.int64(into_s[pick]) - into_s[drop]
                    break
    return back_s


@njit(cache=True, nogil=True)
def is_brought_on(drive_s, places):  # type: ignore[no-untyped-def]
    """Whether picking somebody up may bring a driver to another place sooner than without him: a halt breaks a forbidden
    sequence of streets. `places` as in `farthest_back`.
    """
    entry_start, meeting, into_s, out_s, leg_s = places
    for gap in range(len(entry_start) - 1):
        first, last = entry_start[gap], entry_start[gap + 1]
        for pick in range(first, last):
            to, left_s = drive_s[meeting[pick]], np.int64(into_s[pick]) + HALT_S
            if left_s + out_s[pick] < leg_s[gap]:
                return True
            for drop in range(pick + 1, last):
                if left_s + to[meeting[drop]] < into_s[drop]:
                    return True
    return False


@njit(cache=True, nogil=True, inline="always")
def detour_s(fleet, i, pick, drop, between_s):  # type: ignore[no-untyped-def]
    """Extra driving of a boarding; FAR_S or more without a way."""
    first = fleet.first_stop[i]
    if pick[0] == drop[0]:
        return pick[1] + between_s + drop[2] - fleet.leg_s[first + pick[0]]
    extra = pick[1] + pick[2] - fleet.leg_s[first + pick[0]]
    return extra + drop[1] + drop[2] - fleet.leg_s[first + drop[0]]


@njit(cache=True, nogil=True, inline="always")
def has_room(fleet, i, first_gap, last_gap):  # type: ignore[no-untyped-def]
    for gap in range(fleet.gap_start[i] + first_gap, fleet.gap_start[i] + last_gap + 1):
        if fleet.room[gap] == 0:
            return False
    return True


@njit(cache=True, nogil=True)
def dropped_at(fleet, i, pick, drop, between_s, pickup):  # type: ignore[no-untyped-def]
    """When somebody picked up at a clock is dropped off; -1 if a promise or the latest arrival breaks."""
    first = fleet.first_stop[i]
    a, b = pick[0], drop[0]
    clock = pickup + HALT_S
    if a == b:
        dropped = clock + between_s
    else:
        clock += pick[2]
        for stop in range(first + a + 1, first + b):
            clock = pass_stop(fleet.pick[stop], fleet.drop[stop], clock)
            if clock < 0:
                return clock
            clock += fleet.leg_s[stop]
        clock = pass_stop(fleet.pick[first + b], fleet.drop[first + b], clock)
        if clock < 0:
            return clock
        dropped = clock + drop[1]
    clock = dropped + HALT_S + drop[2]
    for stop in range(first + b + 1, first + fleet.n_gaps[i]):
        clock = pass_stop(fleet.pick[stop], fleet.drop[stop], clock)
        if clock < 0:
            return clock
        clock += fleet.leg_s[stop]
    return dropped if clock <= fleet.latest_arrival[i] else np.int64(-1)
