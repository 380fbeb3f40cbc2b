"""The compiled form of `routing.tour.insert`: does any of some tours take a party from here to there at a moment?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.hierarchy import UNREACHABLE
from routing.overlay import HALT_S

NOBODY = -1
"""No tour takes the party."""


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
    driven before `now_s`, nor may arrive after `until_s`.
    """

    party: NDArray[np.int32]
    window_s: int
    detour_s: int
    now_s: int
    until_s: int


@njit(cache=True, nogil=True)
def takers(tours, usable, ways, slots, terms):  # type: ignore[no-untyped-def]
    """(n_p, n_q, n_slots) int32: the first tour that takes the party from p to q, picked up from a slot on, or NOBODY."""
    n_p, n_q = ways.direct.shape
    found = np.full((n_p, n_q, len(slots)), NOBODY, np.int32)
    for tour in range(len(usable)):
        if not usable[tour] or _lacks(terms.party, tours.room[tour], terms.party, 0):
            continue
        first, last = tours.node_start[tour], tours.node_start[tour + 1] - 1
        open_from = first
        while open_from < last and tours.sets_off_s[open_from] < terms.now_s:
            open_from += 1
        for p in range(n_p):
            for slot in range(len(slots)):
                latest_s = slots[slot] + terms.window_s
                for on in range(open_from, last + 1):
                    if tours.free_s[on] > latest_s:
                        break
                    to_p = np.int64(ways.to_p[on, p])
                    at_p = max(max(tours.free_s[on], terms.now_s) + to_p, slots[slot])
                    if to_p < UNREACHABLE and at_p <= latest_s:
                        _take(tours, ways, terms, tour, on, p, slots[slot], at_p, found[p, :, slot])
    return found


@njit(cache=True, nogil=True)
def _take(tours, ways, terms, tour, on, p, slot_s, at_p, found):  # type: ignore[no-untyped-def]
    """Try every drop-off for a pick-up that comes behind node `on` at a moment; `found` is (n_q,)."""
    first, last = tours.node_start[tour], tours.node_start[tour + 1] - 1
    room, drives = tours.room[tour], ways.direct[p]
    free_s = at_p + HALT_S
    onward_s = np.int64(ways.from_p[on + 1 if on < last else first, p])
    for node in range(on, last + 1):
        # The vehicle is free behind this node (the first time: at the pick-up) and everybody still has room.
        if _lacks(tours.load[node], room, terms.party, 1):
            return
        for q in range(len(found)):
            direct_s = np.int64(ways.direct[p, q])
            if found[q] != NOBODY or direct_s >= UNREACHABLE or drives[q] >= UNREACHABLE:
                continue
            earliest_s = slot_s + HALT_S + direct_s
            latest_s = earliest_s + terms.window_s + terms.detour_s
            at_q = max(max(free_s, terms.now_s) + drives[q], earliest_s)
            if at_q <= latest_s and latest_s <= terms.until_s:
                to_next_s = np.int64(ways.from_q[node + 1 if node < last else first, q])
                at = max(max(at_q + HALT_S, tours.known_s[node]) + to_next_s, tours.from_s[node])
                if to_next_s < UNREACHABLE and at <= tours.latest_s[node]:
                    found[q] = tour
        if node == last:
            return
        at = max(max(free_s, tours.known_s[node]) + onward_s, tours.from_s[node])
        if onward_s >= UNREACHABLE or at > tours.latest_s[node]:
            return
        free_s, onward_s, drives = at + HALT_S, np.int64(tours.drive_s[node + 1]), ways.to_q[node + 1]


@njit(cache=True, nogil=True, inline="always")
def _lacks(load, room, party, times):  # type: ignore[no-untyped-def]
    """Whether a load with so many parties on top of it is too much."""
    seats = load[0] + times * party[0] > room[0] or load[1] + times * party[1] > room[1]
    return seats or load[2] + times * party[2] > room[2] or load[3] + times * party[3] > room[3]
