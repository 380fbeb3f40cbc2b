"""The compiled searches over a contracted search graph: between two places, from doors to many, and their ways.

States are numbered by rank, 0 the most important. An arc row of state v is (to, out_cost, in_cost),
`to` < v: the arc v → to and the arc to → v, FAR where there is none. Costs are thousandths of what is
answered (milliseconds of a drive, millimetres of a walk); answers are rounded up once, at the end.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, assignment, return-value, arg-type, call-overload"
# Whole numbers are numba's here: int and numpy's integers are one.

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.frontier import FAR, NODE, Work, forget, pop, push

TO, OUT, IN = 0, 1, 2
"""Columns of an arc row; OUT and IN also name the direction of a search."""


class Network(NamedTuple):
    """One mode's hierarchy with what it needs of the road graph.

    arc_start       (n_states + 1,) int64: rows arc_start[v]:arc_start[v + 1] of `arcs` (n, 3) int32 leave v
    edge_state      (n_edges,) int32 at the end of each edge, -1 where the mode may not go
    entry_start     (n_edges + 1,) int64 into entry_state, entry_cost (n,) int32: how one comes on to each edge
    edge_cost       (n_edges,) int32; edge_reverse (n_edges,) int32
    is_walk         streets cost the same both ways, and the straight bit to a street counts
    """

    arc_start: NDArray[np.int64]
    arcs: NDArray[np.int32]
    edge_state: NDArray[np.int32]
    entry_start: NDArray[np.int64]
    entry_state: NDArray[np.int32]
    entry_cost: NDArray[np.int32]
    edge_cost: NDArray[np.int32]
    edge_reverse: NDArray[np.int32]
    is_walk: bool


class Places(NamedTuple):
    """The columns of `roads.Positions`."""

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    off_mm: NDArray[np.int32]


class Ends(NamedTuple):
    """States where places are left, or from where they are reached: rows start[p]:start[p + 1] of place p."""

    start: NDArray[np.int64]
    state: NDArray[np.int32]
    cost: NDArray[np.int32]


class Above(NamedTuple):
    """The part of the hierarchy above some ends, for one pass down.

    states          (n,) int32 ascending; arcs start[i]:start[i + 1] lead to states[i]
    upper, cost     (n_arcs,) int32: index into `states` of the arc's upper end, and its cost
    """

    states: NDArray[np.int32]
    start: NDArray[np.int64]
    upper: NDArray[np.int32]
    cost: NDArray[np.int32]


class Targets(NamedTuple):
    """Places prepared for `sweep`.

    ends            their `state` is an index into above.states
    by_street       (n,) int32: the places ordered by `sorted_street` (n,) int32
    """

    places: Places
    ends: Ends
    above: Above
    by_street: NDArray[np.int32]
    sorted_street: NDArray[np.int32]


# --- places --------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _passed(net, edge, fraction, is_reverse):  # type: ignore[no-untyped-def]
    """Cost from the start of an edge to a place on it; `fraction` counts against the edge if `is_reverse`."""
    cost = np.int64(net.edge_cost[edge])
    if not is_reverse:
        return np.int64(round(fraction * cost))
    # A walk is as long there as back to the millimetre, so its two parts must add up.
    return (
        cost - np.int64(round(fraction * cost)) if net.is_walk else np.int64(round((1.0 - fraction) * cost))
    )


@njit(cache=True, nogil=True)
def ends_of(net: Network, places: Places, is_leaving: bool) -> Ends:
    """Where a mover comes off each place's street (`is_leaving`), or on to it, in both directions."""
    n_places = len(places.edge)
    start = np.zeros(n_places + 1, np.int64)
    for place in range(n_places):
        start[place + 1] = start[place]
        edge = np.int64(places.edge[place])
        for _ in range(2):
            if edge >= 0:
                n_entries = net.entry_start[edge + 1] - net.entry_start[edge]
                start[place + 1] += (net.edge_state[edge] >= 0) if is_leaving else n_entries
                edge = np.int64(net.edge_reverse[edge])
    state = np.empty(start[n_places], np.int32)
    cost = np.empty(start[n_places], np.int32)
    for place in range(n_places):
        row = start[place]
        edge = np.int64(places.edge[place])
        off = places.off_mm[place] if net.is_walk else 0
        for side in range(2):
            if edge < 0:
                break
            if net.edge_state[edge] >= 0:
                passed = _passed(net, edge, places.fraction[place], side == 1)
                if is_leaving:
                    state[row] = net.edge_state[edge]
                    cost[row] = off + net.edge_cost[edge] - passed
                    row += 1
                else:
                    for entry in range(net.entry_start[edge], net.entry_start[edge + 1]):
                        state[row] = net.entry_state[entry]
                        cost[row] = off + net.entry_cost[entry] + passed
                        row += 1
            edge = np.int64(net.edge_reverse[edge])
    return Ends(start, state, cost)


@njit(cache=True, nogil=True)
def streets_of(net: Network, places: Places) -> NDArray[np.int32]:
    """The lower of each place's edge and its reverse, -1 off the network: (n_places,) int32."""
    street = np.empty(len(places.edge), np.int32)
    for place in range(len(places.edge)):
        edge = places.edge[place]
        back = net.edge_reverse[edge] if edge >= 0 else np.int32(-1)
        street[place] = min(edge, back) if back >= 0 else edge
    return street


@njit(cache=True, nogil=True)
def along_street(net: Network, a: Places, i: int, b: Places, j: int) -> int:
    """Cost from place i of `a` to place j of `b` without leaving their common street; FAR where not possible."""
    edge, to_edge = np.int64(a.edge[i]), np.int64(b.edge[j])
    if edge < 0 or to_edge < 0 or (to_edge != edge and net.edge_reverse[edge] != to_edge):
        return np.int64(FAR)
    fraction, to_fraction = a.fraction[i], b.fraction[j]
    is_same = to_edge == edge
    best = np.int64(FAR)
    for side in range(2):
        if edge < 0:
            break
        if net.edge_state[edge] >= 0:
            from_start = _passed(net, edge, fraction, side == 1)
            to_start = _passed(net, edge, to_fraction, is_same == (side == 1))
            # Not by their costs: on a street that takes no time a car still cannot drive backwards.
            ahead = (to_fraction if is_same else 1.0 - to_fraction) - fraction
            if to_start >= from_start and (ahead >= 0.0 if side == 0 else ahead <= 0.0):
                best = min(best, to_start - from_start)
        edge = np.int64(net.edge_reverse[edge])
    if net.is_walk:
        if best == FAR:
            return best
        best += np.int64(a.off_mm[i]) + b.off_mm[j]
    return best


# --- climbing ------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _seed(ends, place, work):  # type: ignore[no-untyped-def]
    """Begin at the ends of one place; returns the number of states reached and the size of the heap."""
    n_reached = 0
    size = 0
    for row in range(ends.start[place], ends.start[place + 1]):
        state = ends.state[row]
        cost = ends.cost[row]
        if cost < work.dist[state]:
            if work.dist[state] == FAR:
                work.reached[n_reached] = state
                n_reached += 1
            work.dist[state] = cost
            work.via[state] = -1
            size = push(work.heap, size, (np.int64(cost) << 32) | state)
    return n_reached, size


@njit(cache=True, nogil=True)
def _settle(net, direction, key, n_reached, size, work):  # type: ignore[no-untyped-def]
    """Climb on from the state of a key just taken from the heap; returns what `_seed` returns."""
    cost = key >> 32
    state = key & NODE
    if cost > work.dist[state]:
        return n_reached, size
    against = IN if direction == OUT else OUT
    first, last = net.arc_start[state], net.arc_start[state + 1]
    for arc in range(first, last):
        # Coming down from a higher state is cheaper: no best way climbs on from here.
        if np.int64(work.dist[net.arcs[arc, TO]]) + net.arcs[arc, against] < cost:
            return n_reached, size
    for arc in range(first, last):
        to = net.arcs[arc, TO]
        to_cost = cost + net.arcs[arc, direction]
        if to_cost < work.dist[to]:
            if work.dist[to] == FAR:
                work.reached[n_reached] = to
                n_reached += 1
            work.dist[to] = to_cost
            work.via[to] = arc
            size = push(work.heap, size, (to_cost << 32) | to)
    return n_reached, size


@njit(cache=True, nogil=True)
def climb(net: Network, direction: int, ends: Ends, place: int, work: Work) -> int:
    """Dijkstra that only climbs: from a place along arcs OUT, or to it along arcs IN.

    Returns the number of `reached` states; their `dist` is at least the true cost, and equal to it for the
    highest state of every best way. `via` is the arc row climbed to get there, -1 at an end of the place.
    """
    n_reached, size = _seed(ends, place, work)
    while size > 0:
        key = work.heap[0]
        size = pop(work.heap, size)
        n_reached, size = _settle(net, direction, key, n_reached, size, work)
    return n_reached


@njit(cache=True, nogil=True)
def _meet(net, source, target, work, back):  # type: ignore[no-untyped-def]
    """Climb from the source in `work` and to the target in `back` until nothing better can come.

    Returns the numbers of states reached on both sides, the cost of the best way, FAR without one, and its
    highest state.
    """
    n_reached, size = _seed(source, 0, work)
    n_back, size_back = _seed(target, 0, back)
    best = np.int64(FAR)
    top = np.int64(-1)
    while True:
        key = work.heap[0] if size > 0 else np.int64(FAR) << 32
        key_back = back.heap[0] if size_back > 0 else np.int64(FAR) << 32
        if min(key, key_back) >> 32 >= best:
            return n_reached, n_back, best, top
        if key <= key_back:
            size = pop(work.heap, size)
            state = key & NODE
            cost = (key >> 32) + back.dist[state]
            n_reached, size = _settle(net, OUT, key, n_reached, size, work)
        else:
            size_back = pop(back.heap, size_back)
            state = key_back & NODE
            cost = (key_back >> 32) + work.dist[state]
            n_back, size_back = _settle(net, IN, key_back, n_back, size_back, back)
        if cost < best:
            best = cost
            top = state


@njit(cache=True, nogil=True)
def between(net: Network, a: Places, b: Places, work: Work, back: Work) -> int:
    """Cost from the one place `a` to the one place `b`; FAR without a way."""
    along = along_street(net, a, 0, b, 0)
    n_reached, n_back, best, _ = _meet(net, ends_of(net, a, True), ends_of(net, b, False), work, back)
    forget(work.dist, work.reached, n_reached)
    forget(back.dist, back.reached, n_back)
    return min(best, along)


# --- the way itself ------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def way_between(
    net: Network, arc_via: NDArray[np.int32], a: Places, b: Places, work: Work, back: Work
) -> tuple[int, NDArray[np.int32], int, int]:
    """The best way from the one place `a` to the one place `b`, for the map.

    Returns its cost (FAR without one); the vias of the arcs between the two streets (see `turns.Arc`); and
    the sides on which it leaves a's street and comes on to b's, 0 along the place's edge, 1 along the reverse,
    -1 where it never leaves the common street.
    """
    along = along_street(net, a, 0, b, 0)
    source, target = ends_of(net, a, True), ends_of(net, b, False)
    n_reached, n_back, best, top = _meet(net, source, target, work, back)
    vias = np.empty(0, np.int32)
    departure = arrival = np.int64(-1)
    if best < along:
        n_up, first = _descended(net, top, work, back.heap)
        arcs = back.heap[:n_up][::-1].copy()
        n_down, last = _descended(net, top, back, work.heap)
        vias = _unpacked(net, arc_via, arcs, work.heap[:n_down].copy())
        departure = _side_of(net, source, a, first, work.dist[first], True)
        arrival = _side_of(net, target, b, last, back.dist[last], False)
    forget(work.dist, work.reached, n_reached)
    forget(back.dist, back.reached, n_back)
    return min(best, along), vias, departure, arrival


@njit(cache=True, nogil=True)
def _descended(net, state, work, arcs):  # type: ignore[no-untyped-def]
    """Fill `arcs` with the rows climbed to `state`, the last one first; returns their number and the lowest state."""
    n_arcs = 0
    while work.via[state] >= 0:
        arcs[n_arcs] = work.via[state]
        n_arcs += 1
        state = _lower_end(net, work.via[state])
    return n_arcs, state


@njit(cache=True, nogil=True)
def _lower_end(net, arc):  # type: ignore[no-untyped-def]
    return np.int64(np.searchsorted(net.arc_start, arc, side="right") - 1)


@njit(cache=True, nogil=True)
def _arc_between(net, lower, upper):  # type: ignore[no-untyped-def]
    """Rows of a state ascend by their upper end."""
    first, last = net.arc_start[lower], net.arc_start[lower + 1]
    return first + np.searchsorted(net.arcs[first:last, TO], upper)


@njit(cache=True, nogil=True)
def _unpacked(net, arc_via, up, down):  # type: ignore[no-untyped-def]
    """Vias of the arcs climbed (OUT), then of those come down (IN), shortcuts opened."""
    found = [np.int32(0) for _ in range(0)]
    stack = [(np.int64(0), np.int64(0)) for _ in range(0)]
    for i in range(len(down) - 1, -1, -1):
        stack.append((down[i], np.int64(IN)))
    for i in range(len(up) - 1, -1, -1):
        stack.append((up[i], np.int64(OUT)))
    while len(stack) > 0:
        arc, direction = stack.pop()
        via = np.int64(arc_via[arc, direction - OUT])
        if via >= 0:
            found.append(np.int32(via))
            continue
        lower, upper = _lower_end(net, arc), np.int64(net.arcs[arc, TO])
        tail, head = (lower, upper) if direction == OUT else (upper, lower)
        stack.append((_arc_between(net, ~via, head), np.int64(OUT)))
        stack.append((_arc_between(net, ~via, tail), np.int64(IN)))
    return np.array(found, np.int32) if len(found) > 0 else np.empty(0, np.int32)


@njit(cache=True, nogil=True)
def _side_of(net, ends, places, state, cost, is_leaving):  # type: ignore[no-untyped-def]
    """Which side of the only place this end belongs to; rows of side 0 come first, see `ends_of`."""
    edge = np.int64(places.edge[0])
    n_first = np.int64(net.edge_state[edge] >= 0)
    if not is_leaving:
        n_first = net.entry_start[edge + 1] - net.entry_start[edge]
    for row in range(len(ends.state)):
        if ends.state[row] == state and ends.cost[row] == cost:
            return np.int64(row >= n_first)
    return np.int64(-1)


# --- many places ---------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def above(net: Network, direction: int, ends: Ends, work: Work) -> tuple[Above, Ends]:
    """The states that can lie above `ends` on ways in `direction`, and the ends with indices into them."""
    dist, reached = work.dist, work.reached
    n_states = 0
    n_arcs = 0
    lowest = np.int64(-1)
    for state in ends.state:
        dist[state] = 0
        lowest = max(lowest, np.int64(state))
    # Arcs lead to smaller numbers: one pass meets every state after all from which it is reached.
    for state in range(lowest, -1, -1):
        if dist[state] != FAR:
            reached[n_states] = state
            n_states += 1
            for arc in range(net.arc_start[state], net.arc_start[state + 1]):
                if net.arcs[arc, direction] != FAR:
                    n_arcs += 1
                    dist[net.arcs[arc, TO]] = 0
    states = reached[:n_states][::-1].copy()
    for i in range(n_states):
        dist[states[i]] = i
    start = np.empty(n_states + 1, np.int64)
    start[0] = 0
    upper = np.empty(n_arcs, np.int32)
    cost = np.empty(n_arcs, np.int32)
    n_arcs = 0
    for i in range(n_states):
        for arc in range(net.arc_start[states[i]], net.arc_start[states[i] + 1]):
            if net.arcs[arc, direction] != FAR:
                upper[n_arcs] = dist[net.arcs[arc, TO]]
                cost[n_arcs] = net.arcs[arc, direction]
                n_arcs += 1
        start[i + 1] = n_arcs
    index = np.empty(len(ends.state), np.int32)
    for row in range(len(ends.state)):
        index[row] = dist[ends.state[row]]
    forget(dist, reached, n_states)
    return Above(states, start, upper, cost), Ends(ends.start, index, ends.cost)


@njit(cache=True, nogil=True)
def sweep(
    net: Network, direction: int, targets: Targets, doors: Places, work: Work, found: NDArray[np.int32]
) -> None:
    """Fill `found` (n_doors, n_places) with whole units, rounded up: from each door to the places (OUT) or back (IN).

    One climb from the door, then one pass down over the states above the places, each reached from those
    above it.
    """
    ends = ends_of(net, doors, direction == OUT)
    streets = streets_of(net, doors)
    places, below, up = targets.places, targets.ends, targets.above
    down = np.empty(len(up.states), np.int32)
    for door in range(len(doors.edge)):
        n_reached = climb(net, direction, ends, door, work)
        for i in range(len(up.states)):
            best = np.int64(work.dist[up.states[i]])
            for arc in range(up.start[i], up.start[i + 1]):
                best = min(best, np.int64(down[up.upper[arc]]) + up.cost[arc])
            down[i] = best
        forget(work.dist, work.reached, n_reached)
        for place in range(len(places.edge)):
            best = np.int64(FAR)
            for row in range(below.start[place], below.start[place + 1]):
                best = min(best, np.int64(down[below.state[row]]) + below.cost[row])
            found[door, place] = whole(best)
        first = np.searchsorted(targets.sorted_street, streets[door])
        for i in range(first, len(targets.sorted_street)):
            if targets.sorted_street[i] != streets[door]:
                break
            place = np.int64(targets.by_street[i])
            if direction == OUT:
                along = along_street(net, doors, door, places, place)
            else:
                along = along_street(net, places, place, doors, door)
            found[door, place] = min(np.int64(found[door, place]), whole(along))


@njit(cache=True, nogil=True)
def whole(cost: int) -> int:
    """Thousandths rounded up to whole units; FAR stays FAR."""
    return np.int64(FAR) if cost >= FAR else (np.int64(cost) + 999) // 1000
