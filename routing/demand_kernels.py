"""The compiled form of `routing.tour.insert`: which of some tours takes a party from here to there, and when?"""

# mypy: disable-error-code="no-untyped-call, assignment, call-overload"
# Whole numbers are numba's here: int and numpy's integers are one.

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.hierarchy import UNREACHABLE
from routing.overlay import HALT_S

NOBODY = -1
"""No tour takes the party."""
FAR_S = 1 << 40


class Tours(NamedTuple):
    """Tours as columns; a *node* is the base or a visit, and every node has the drive on from it (back to the base
    from the last one). Times are UTC seconds.

    Per tour: node_start (n_tours + 1,) int64; room (n_tours, 4) int32, seats and places for wheelchairs, luggage, bicycles
    Per node: free_s int64, when the vehicle may go on; load (n_nodes, 4) int32 on the drive on; sets_off_s int64, when it does
        go on (long ago where it was there already); drive_s int32, how long that takes; known_s, from_s, latest_s int64 of
        the visit behind it: nobody sets off before, it begins no earlier, and it is reached no later, or a promise breaks
    """

    node_start: NDArray[np.int64]
    room: NDArray[np.int32]
    free_s: NDArray[np.int64]
    load: NDArray[np.int32]
    sets_off_s: NDArray[np.int64]
    drive_s: NDArray[np.int32]
    known_s: NDArray[np.int64]
    from_s: NDArray[np.int64]
    latest_s: NDArray[np.int64]


class Ways(NamedTuple):
    """Driving seconds (int32) between nodes and places where a party gets on (p) or off (q).

    to_p, from_p (n_nodes, n_p); to_q, from_q (n_nodes, n_q); direct (n_p, n_q), UNREACHABLE also where p is q
    """

    to_p: NDArray[np.int32]
    from_p: NDArray[np.int32]
    to_q: NDArray[np.int32]
    from_q: NDArray[np.int32]
    direct: NDArray[np.int32]


class Terms(NamedTuple):
    """For whom and when: `party` (4,) int32; seconds of the promised span and of the longest detour; nobody is
    driven before `now_s`, nor may arrive after `until_s`. A pick-up is promised from `first_slot_s` on or from any number of
    `step_s` seconds later.
    """

    party: NDArray[np.int32]
    window_s: int
    detour_s: int
    now_s: int
    until_s: int
    first_slot_s: int
    step_s: int


def takers(
    tours: Tours, usable: NDArray[np.bool_], ways: Ways, terms: Terms, n_slots: int
) -> NDArray[np.int32]:
    """(n_p, n_q, n_slots) int32: the first tour that takes the party from p to q, picked up from a slot on, or NOBODY."""
    taker = np.full((*ways.direct.shape, n_slots), NOBODY, np.int32)
    longest_s = HALT_S + ways.direct.astype(np.int64) + terms.window_s + terms.detour_s
    n_open = np.clip((terms.until_s - longest_s - terms.first_slot_s) // terms.step_s + 1, 0, n_slots)
    n_open[ways.direct >= UNREACHABLE] = 0
    _fill(tours, usable, ways, terms, taker, n_open, np.count_nonzero(n_open, axis=1))
    return taker


@njit(cache=True, nogil=True, _nrt=False)
def _fill(tours, usable, ways, terms, taker, n_open, n_open_q):  # type: ignore[no-untyped-def]
    """Fill `taker`; `n_open` (n_p, n_q) says how many slots of a pair could still have one, `n_open_q` (n_p,) how many
    places q have such slots.

    No slot is tried. Whoever is picked up behind one node and dropped off behind another by one vehicle may be so from
    one moment to another: the pick-up is at the slot or at `soonest_s`, whichever is later, and whatever the vehicle reaches
    behind it is so at the later of `after_s` behind the pick-up and `least_s`. So what is promised to anybody is a bound of the slot.
    """
    # Arrays are taken out of their bundles before the loops: numba counts references whenever one is touched.
    node_start, room, free_s, load = tours.node_start, tours.room, tours.free_s, tours.load
    sets_off_s, drive_s, known_s = tours.sets_off_s, tours.drive_s, tours.known_s
    from_s, latest_s, party = tours.from_s, tours.latest_s, terms.party
    all_to_p, all_from_p, all_to_q, all_from_q, direct = ways
    window_s, spare_s = terms.window_s, terms.window_s + terms.detour_s
    n_p, n_q, n_slots = taker.shape
    first_slot_s, step_s = terms.first_slot_s, terms.step_s
    last_slot_s = first_slot_s + (n_slots - 1) * step_s
    for tour in range(len(usable)):
        if not usable[tour]:
            continue
        first, last = node_start[tour], node_start[tour + 1] - 1
        begin = first
        while begin < last and sets_off_s[begin] < terms.now_s:
            begin += 1
        for on in range(begin, last + 1):
            if free_s[on] > last_slot_s + window_s:
                break
            if latest_s[on] < first_slot_s + HALT_S:
                continue
            for p in range(n_p):
                to_p = np.int64(all_to_p[on, p])
                soonest_s = max(free_s[on], terms.now_s) + to_p
                earliest_slot_s, latest_slot_s = soonest_s - window_s, last_slot_s
                if n_open_q[p] == 0 or to_p >= UNREACHABLE or earliest_slot_s > latest_slot_s:
                    continue
                onward_s = np.int64(all_from_p[on + 1 if on < last else first, p])
                after_s, least_s = np.int64(HALT_S), -FAR_S
                for node in range(on, last + 1):
                    # The vehicle is free behind this node (the first time: at the pick-up).
                    if _lacks(load, node, room, tour, party):
                        break
                    behind = node + 1 if node < last else first
                    for q in range(n_q):
                        if n_open[p, q] == 0:
                            continue
                        direct_s, next_s = np.int64(direct[p, q]), np.int64(all_from_q[behind, q])
                        to_q = direct_s if node == on else np.int64(all_to_q[node, q])
                        if max(to_q, next_s) >= UNREACHABLE:
                            continue
                        if max(known_s[node] + next_s, from_s[node]) > latest_s[node]:
                            continue
                        # Reached at q no later than this, or the next visit is too late.
                        until_s = latest_s[node] - next_s - HALT_S
                        longest_s, there_s = HALT_S + direct_s + spare_s, after_s + to_q
                        there_soonest_s = max(soonest_s + there_s, least_s + to_q)
                        if there_s > longest_s or there_soonest_s > until_s:
                            continue
                        low_s = max(there_soonest_s - longest_s, earliest_slot_s)
                        high_s = min(until_s - max(there_s, HALT_S + direct_s), terms.until_s - longest_s)
                        high_s = min(high_s, latest_slot_s)
                        slot = (max(0, low_s - first_slot_s) + step_s - 1) // step_s
                        while first_slot_s + slot * step_s <= high_s:
                            if taker[p, q, slot] == NOBODY:
                                taker[p, q, slot] = tour
                                n_open[p, q] -= 1
                            slot += 1
                        n_open_q[p] -= n_open[p, q] == 0
                    if node == last or onward_s >= UNREACHABLE:
                        break
                    least_s = max(max(least_s, known_s[node]) + onward_s, from_s[node])
                    latest_slot_s = min(latest_slot_s, latest_s[node] - onward_s - after_s)
                    is_late = max(soonest_s + after_s + onward_s, least_s) > latest_s[node]
                    if is_late or earliest_slot_s > latest_slot_s:
                        break
                    after_s += onward_s + HALT_S
                    least_s += HALT_S
                    onward_s = np.int64(drive_s[node + 1])


@njit(cache=True, nogil=True, inline="always")
def _lacks(load, node, room, tour, party):  # type: ignore[no-untyped-def]
    """Whether a party has no room on the drive on from a node."""
    seats = load[node, 0] + party[0] > room[tour, 0] or load[node, 1] + party[1] > room[tour, 1]
    return seats or load[node, 2] + party[2] > room[tour, 2] or load[node, 3] + party[3] > room[tour, 3]


@njit(cache=True, nogil=True, _nrt=False)
def lay_out(taker, n_trips, leaves_s, lasts_s, offer, first, trip, day, times, trip_times):  # type: ignore[no-untyped-def]
    """Write what some tour takes as trips of two calls, number `first` the first of them, slot by slot, pair by pair.

    n_trips, lasts_s    (n_p, n_q) of each pair, how many there are and how long they last
    leaves_s            (n_slots,)
    trip, day           (n,) the tour and the offer
    times, trip_times   (2 n,), (2 n, 2) as `routing.window.Window` has `dep` and `trip_times`
    """
    at = first
    for p in range(n_trips.shape[0]):
        for q in range(n_trips.shape[1]):
            if n_trips[p, q] == 0:
                continue
            begin = at
            for slot in range(len(leaves_s)):
                if taker[p, q, slot] != NOBODY:
                    there_s = leaves_s[slot] + lasts_s[p, q]
                    trip[at], day[at] = taker[p, q, slot], offer
                    times[begin + at], times[begin + n_trips[p, q] + at] = leaves_s[slot], there_s
                    trip_times[2 * at, 0] = trip_times[2 * at, 1] = leaves_s[slot]
                    trip_times[2 * at + 1, 0] = trip_times[2 * at + 1, 1] = there_s
                    at += 1
