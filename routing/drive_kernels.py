"""The compiled loops of driving: contraction of the road graph, and driving times over the result.

The hierarchy numbers nodes by rank, 0 the most important. An arc row of node v is
(to, out_ms, in_ms), `to` < v: the arc v → to and the arc to → v, FAR where there is none.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, assignment, return-value, arg-type"
# Whole numbers are numba's here: int and numpy's integers are one.

from __future__ import annotations

import numpy as np
from numba import float64, int32, int64, njit, types, void
from numpy.typing import NDArray

from routing.frontier import FAR, NODE, forget, pop, push

_CAR = 1
TO, OUT, IN = 0, 1, 2
"""Columns of an arc row; OUT and IN also name the direction of a search."""

# What comes out of a snapshot folder is read-only; writable arrays fit these signatures as well.
_BYTES = types.Array(types.uint8, 1, "C", readonly=True)
_INTS = types.Array(int32, 1, "C", readonly=True)
_LONGS = types.Array(int64, 1, "C", readonly=True)
_REALS = types.Array(float64, 1, "C", readonly=True)
_ROWS = types.Array(int32, 2, "C", readonly=True)
_POOL = int32[:, ::1]
_LISTS = (int64[::1], int32[::1])

# --- contraction ---------------------------------------------------------------------------------
#
# While contracting, each node has a list of neighbours with both directions in one row:
# NEIGHBOUR, OUT_MS, IN_MS, OUT_VIA, IN_VIA. If v is in the list of u then u is in the list of v.
# A via >= 0 is an EdgeIdx, a via < 0 the inverted (~) node that a shortcut bypasses.

_NEIGHBOUR, _OUT_MS, _IN_MS, _OUT_VIA, _IN_VIA = 0, 1, 2, 3, 4
_WITNESS_SETTLED = 60


@njit(cache=True, nogil=True)
def _append(pool, used, start, count, room, node, neighbour):  # type: ignore[no-untyped-def]
    """Row for a new neighbour of `node`; returns the pool, moved when it was full."""
    if count[node] == room[node]:
        wanted = max(4, 2 * room[node])
        if used[0] + wanted > len(pool):
            larger = np.empty((2 * len(pool) + wanted, 5), np.int32)
            larger[: used[0]] = pool[: used[0]]
            pool = larger
        for i in range(count[node]):
            pool[used[0] + i] = pool[start[node] + i]
        start[node] = used[0]
        room[node] = wanted
        used[0] += wanted
    row = start[node] + count[node]
    count[node] += 1
    pool[row, _NEIGHBOUR] = neighbour
    pool[row, _OUT_MS] = FAR
    pool[row, _IN_MS] = FAR
    pool[row, _OUT_VIA] = -1
    pool[row, _IN_VIA] = -1
    return pool


@njit(cache=True, nogil=True)
def _row_of(pool, start, count, node, neighbour):  # type: ignore[no-untyped-def]
    for row in range(start[node], start[node] + count[node]):
        if pool[row, _NEIGHBOUR] == neighbour:
            return row
    return np.int64(-1)


@njit(cache=True, nogil=True)
def _join(pool, used, start, count, room, tail, head, ms, via):  # type: ignore[no-untyped-def]
    """Make the arc tail → head at most `ms` long."""
    row = _row_of(pool, start, count, tail, head)
    if row < 0:
        pool = _append(pool, used, start, count, room, tail, head)
        pool = _append(pool, used, start, count, room, head, tail)
        row = start[tail] + count[tail] - 1
    if ms < pool[row, _OUT_MS]:
        pool[row, _OUT_MS] = ms
        pool[row, _OUT_VIA] = via
        row = _row_of(pool, start, count, head, tail)
        pool[row, _IN_MS] = ms
        pool[row, _IN_VIA] = via
    return pool


@njit(cache=True, nogil=True)
def _remove(pool, start, count, node, neighbour):  # type: ignore[no-untyped-def]
    row = _row_of(pool, start, count, node, neighbour)
    count[node] -= 1
    pool[row] = pool[start[node] + count[node]]


@njit(cache=True, nogil=True)
def _witness_search(pool, start, count, source, bypassed, bound, dist, reached, heap):  # type: ignore[no-untyped-def]
    """Distances from `source` without `bypassed`; cut off early they are too long, never too short."""
    dist[source] = 0
    reached[0] = source
    n_reached = 1
    heap[0] = source
    size = 1
    settled = 0
    while size > 0 and settled < _WITNESS_SETTLED:
        key = heap[0]
        size = pop(heap, size)
        ms = key >> 32
        node = key & NODE
        if ms > dist[node]:
            continue
        if ms > bound:
            break
        settled += 1
        for row in range(start[node], start[node] + count[node]):
            to = pool[row, _NEIGHBOUR]
            to_ms = ms + pool[row, _OUT_MS]
            if to != bypassed and to_ms <= bound and to_ms < dist[to]:
                if dist[to] == FAR:
                    reached[n_reached] = to
                    n_reached += 1
                dist[to] = to_ms
                size = push(heap, size, (np.int64(to_ms) << 32) | to)
    return n_reached


@njit(cache=True, nogil=True)
def _needed_shortcuts(pool, start, count, node, dist, reached, heap, found):  # type: ignore[no-untyped-def]
    """Shortcuts that removing `node` makes necessary, as rows (tail, head, ms) of `found`; returns it and their number."""
    n_found = 0
    first, last = start[node], start[node] + count[node]
    for into in range(first, last):
        if pool[into, _IN_MS] == FAR:
            continue
        tail = pool[into, _NEIGHBOUR]
        bound = np.int64(-1)
        for out in range(first, last):
            if out != into and pool[out, _OUT_MS] != FAR:
                bound = max(bound, np.int64(pool[into, _IN_MS]) + pool[out, _OUT_MS])
        if bound < 0:
            continue
        n_reached = _witness_search(pool, start, count, tail, node, bound, dist, reached, heap)
        for out in range(first, last):
            if out == into or pool[out, _OUT_MS] == FAR:
                continue
            ms = np.int64(pool[into, _IN_MS]) + pool[out, _OUT_MS]
            if dist[pool[out, _NEIGHBOUR]] > ms:
                if n_found == len(found):
                    larger = np.empty((2 * n_found, 3), np.int32)
                    larger[:n_found] = found
                    found = larger
                found[n_found, 0] = tail
                found[n_found, 1] = pool[out, _NEIGHBOUR]
                found[n_found, 2] = ms
                n_found += 1
        forget(dist, reached, n_reached)
    return found, n_found


@njit(cache=True, nogil=True)
def _importance(pool, start, count, level, node, n_shortcuts):  # type: ignore[no-untyped-def]
    """Edge difference and level: nodes that add few arcs go first, and evenly over the map."""
    n_arcs = 0
    for row in range(start[node], start[node] + count[node]):
        n_arcs += (pool[row, _OUT_MS] != FAR) + (pool[row, _IN_MS] != FAR)
    return np.int64(2 * n_shortcuts - n_arcs + level[node] + 1_000_000)


@njit(
    types.Tuple((int32[::1], int64[::1], int32[:, ::1]))(int64, _INTS, _INTS, _INTS, _INTS),
    cache=True,
    nogil=True,
)
def contract(
    n_nodes: int,
    arc_from: NDArray[np.int32],
    arc_to: NDArray[np.int32],
    arc_ms: NDArray[np.int32],
    arc_edge: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Contract all nodes, least important first.

    Returns the order (node numbers, least important first); for each node, by its old number, where its rows
    begin, (n_nodes + 1,) int64; and the rows (neighbour, out_ms, in_ms, out_via, in_via) to neighbours that
    were contracted later. See the comment above for `via`.
    """
    start = np.zeros(n_nodes, np.int64)
    count = np.zeros(n_nodes, np.int32)
    room = np.zeros(n_nodes, np.int32)
    used = np.zeros(1, np.int64)
    pool = np.empty((4 * len(arc_from) + 64, 5), np.int32)
    for arc in range(len(arc_from)):
        if arc_from[arc] != arc_to[arc]:
            pool = _join(
                pool, used, start, count, room, arc_from[arc], arc_to[arc], arc_ms[arc], arc_edge[arc]
            )
    dist = np.full(n_nodes, FAR, np.int32)
    reached = np.empty(n_nodes + 1, np.int32)
    found = np.empty((16, 3), np.int32)
    level = np.zeros(n_nodes, np.int32)
    queue = np.empty(n_nodes + 1, np.int64)
    size = 0
    # A witness search settles few nodes, but each may push all of its neighbours.
    frontier = np.empty(64 * n_nodes + 4096, np.int64)
    for node in range(n_nodes):
        found, n_found = _needed_shortcuts(pool, start, count, node, dist, reached, frontier, found)
        size = push(queue, size, (_importance(pool, start, count, level, node, n_found) << 32) | node)
    order = np.empty(n_nodes, np.int32)
    n_ordered = 0
    while size > 0:
        node = np.int32(queue[0] & NODE)
        size = pop(queue, size)
        found, n_found = _needed_shortcuts(pool, start, count, node, dist, reached, frontier, found)
        key = (_importance(pool, start, count, level, node, n_found) << 32) | node
        if size > 0 and key > queue[0]:
            size = push(queue, size, key)
            continue
        order[n_ordered] = node
        n_ordered += 1
        for row in range(start[node], start[node] + count[node]):
            neighbour = pool[row, _NEIGHBOUR]
            level[neighbour] = max(level[neighbour], level[node] + 1)
            _remove(pool, start, count, neighbour, node)
        for i in range(n_found):
            pool = _join(
                pool, used, start, count, room, found[i, 0], found[i, 1], found[i, 2], np.int32(~node)
            )
    row_start = np.zeros(n_nodes + 1, np.int64)
    for node in range(n_nodes):
        row_start[node + 1] = row_start[node] + count[node]
    rows = np.empty((row_start[n_nodes], 5), np.int32)
    for node in range(n_nodes):
        for i in range(count[node]):
            rows[row_start[node] + i] = pool[start[node] + i]
    return order, row_start, rows


# --- driving times -------------------------------------------------------------------------------


@njit(
    int64(_LONGS, _ROWS, int64, _INTS, _INTS, int32[::1], int32[::1], int32[::1], int64[::1]),
    cache=True,
    nogil=True,
)
def climb(
    arc_start: NDArray[np.int64],
    arcs: NDArray[np.int32],
    direction: int,
    seed: NDArray[np.int32],
    seed_ms: NDArray[np.int32],
    dist: NDArray[np.int32],
    via: NDArray[np.int32],
    reached: NDArray[np.int32],
    heap: NDArray[np.int64],
) -> int:
    """Dijkstra that only climbs: from the seeds along arcs OUT, or to the seeds along arcs IN.

    Seeds of -1 are left out. Returns the number of `reached` nodes; their `dist` is at least the true
    distance, and equal to it for the highest node of every shortest way. `via` is the arc row climbed
    to get there, -1 at a seed.
    """
    n_reached = 0
    size = 0
    for i in range(len(seed)):
        node = seed[i]
        if node >= 0 and seed_ms[i] < dist[node]:
            if dist[node] == FAR:
                reached[n_reached] = node
                n_reached += 1
            dist[node] = seed_ms[i]
            via[node] = -1
            size = push(heap, size, (np.int64(seed_ms[i]) << 32) | node)
    against = IN if direction == OUT else OUT
    while size > 0:
        key = heap[0]
        size = pop(heap, size)
        ms = key >> 32
        node = key & NODE
        if ms > dist[node]:
            continue
        is_detour = False
        for arc in range(arc_start[node], arc_start[node + 1]):
            # Coming down from a higher node is shorter: no shortest way climbs on from here.
            if np.int64(dist[arcs[arc, TO]]) + arcs[arc, against] < ms:
                is_detour = True
                break
        if is_detour:
            continue
        for arc in range(arc_start[node], arc_start[node + 1]):
            to = arcs[arc, TO]
            to_ms = ms + arcs[arc, direction]
            if to_ms < dist[to]:
                if dist[to] == FAR:
                    reached[n_reached] = to
                    n_reached += 1
                dist[to] = to_ms
                via[to] = arc
                size = push(heap, size, (to_ms << 32) | to)
    return n_reached


@njit(
    types.Tuple((int32[::1], int64[::1], int32[::1], int32[::1], int32[::1]))(
        _LONGS, _ROWS, int64, _INTS, int32[::1], int32[::1]
    ),
    cache=True,
    nogil=True,
)
def above(
    arc_start: NDArray[np.int64],
    arcs: NDArray[np.int32],
    direction: int,
    ends: NDArray[np.int32],
    dist: NDArray[np.int32],
    reached: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """The part of the hierarchy that can lie above `ends` (ranks, -1 left out) on ways in `direction`.

    Returns its nodes, ascending; where the arcs of each begin; the arcs' upper end (index into the
    nodes) and ms; and the index of every end, -1 for -1.
    """
    n_nodes = 0
    n_arcs = 0
    for end in ends:
        if end >= 0 and dist[end] == FAR:
            dist[end] = 0
            reached[n_nodes] = end
            n_nodes += 1
    done = 0
    while done < n_nodes:
        node = reached[done]
        done += 1
        for arc in range(arc_start[node], arc_start[node + 1]):
            if arcs[arc, direction] != FAR:
                n_arcs += 1
                to = arcs[arc, TO]
                if dist[to] == FAR:
                    dist[to] = 0
                    reached[n_nodes] = to
                    n_nodes += 1
    nodes = np.sort(reached[:n_nodes])
    for i in range(n_nodes):
        dist[nodes[i]] = i
    start = np.empty(n_nodes + 1, np.int64)
    start[0] = 0
    upper = np.empty(n_arcs, np.int32)
    ms = np.empty(n_arcs, np.int32)
    n_arcs = 0
    for i in range(n_nodes):
        for arc in range(arc_start[nodes[i]], arc_start[nodes[i] + 1]):
            if arcs[arc, direction] != FAR:
                upper[n_arcs] = dist[arcs[arc, TO]]
                ms[n_arcs] = arcs[arc, direction]
                n_arcs += 1
        start[i + 1] = n_arcs
    index = np.full(len(ends), -1, np.int32)
    for i in range(len(ends)):
        if ends[i] >= 0:
            index[i] = dist[ends[i]]
    forget(dist, reached, n_nodes)
    return nodes, start, upper, ms, index


@njit(
    types.Tuple((int32[:, ::1], int32[:, ::1], int32[::1]))(
        _INTS, _INTS, _BYTES, _INTS, _INTS, _INTS, types.boolean, _INTS, _REALS
    ),
    cache=True,
    nogil=True,
)
def street_ends(
    edge_from: NDArray[np.int32],
    edge_to: NDArray[np.int32],
    edge_access: NDArray[np.uint8],
    edge_drive_ms: NDArray[np.int32],
    edge_reverse: NDArray[np.int32],
    rank: NDArray[np.int32],
    is_leaving: bool,
    place_edge: NDArray[np.int32],
    place_fraction: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Where a car comes off each place's street (or on to it), both directions.

    Returns the ranks of these nodes, -1 where it cannot, (n, 2); the driving times there, (n, 2); and
    the street, the lower of the edge and its reverse, -1 off the network, (n,).
    """
    n_places = len(place_edge)
    ranks = np.full((n_places, 2), -1, np.int32)
    ms = np.zeros((n_places, 2), np.int32)
    street = np.full(n_places, -1, np.int32)
    for place in range(n_places):
        edge = np.int64(place_edge[place])
        fraction = place_fraction[place]
        if edge < 0:
            continue
        back = np.int64(edge_reverse[edge])
        street[place] = edge if back < 0 else min(edge, back)
        for side in range(2):
            if edge >= 0 and edge_access[edge] & _CAR:
                passed_ms = np.int64(round(fraction * edge_drive_ms[edge]))
                ranks[place, side] = rank[edge_to[edge]] if is_leaving else rank[edge_from[edge]]
                ms[place, side] = edge_drive_ms[edge] - passed_ms if is_leaving else passed_ms
            edge, fraction = back, 1.0 - fraction
    return ranks, ms, street


@njit(int64(_BYTES, _INTS, _INTS, int64, float64, int64, float64), cache=True, nogil=True)
def along_street_ms(
    edge_access: NDArray[np.uint8],
    edge_drive_ms: NDArray[np.int32],
    edge_reverse: NDArray[np.int32],
    edge: int,
    fraction: float,
    to_edge: int,
    to_fraction: float,
) -> int:
    """Driving time from one place to another on the same street without leaving it; FAR where not possible."""
    if edge < 0 or (to_edge != edge and (to_edge < 0 or edge_reverse[edge] != to_edge)):
        return FAR
    if to_edge != edge:
        to_fraction = 1.0 - to_fraction
    best = np.int64(FAR)
    for _ in range(2):
        if edge >= 0 and edge_access[edge] & _CAR and to_fraction >= fraction:
            ms = edge_drive_ms[edge]
            best = min(best, np.int64(round(to_fraction * ms)) - np.int64(round(fraction * ms)))
        edge = np.int64(edge_reverse[edge]) if edge >= 0 else np.int64(-1)
        fraction, to_fraction = 1.0 - fraction, 1.0 - to_fraction
    return best


@njit(
    void(
        _LONGS, _ROWS, int64, _BYTES, _INTS, _INTS,
        _INTS, _LONGS, _INTS, _INTS, _ROWS, _ROWS, _INTS, _REALS, _INTS, _INTS,
        _ROWS, _ROWS, _INTS, _REALS, _INTS,
        int32[::1], int32[::1], int32[::1], int64[::1], int32[:, ::1],
    ),
    cache=True,
    nogil=True,
)  # fmt: skip
def sweep(
    arc_start: NDArray[np.int64],
    arcs: NDArray[np.int32],
    direction: int,
    edge_access: NDArray[np.uint8],
    edge_drive_ms: NDArray[np.int32],
    edge_reverse: NDArray[np.int32],
    nodes: NDArray[np.int32],
    start: NDArray[np.int64],
    upper: NDArray[np.int32],
    ms: NDArray[np.int32],
    end_index: NDArray[np.int32],
    end_ms: NDArray[np.int32],
    place_edge: NDArray[np.int32],
    place_fraction: NDArray[np.float64],
    by_street: NDArray[np.int32],
    sorted_street: NDArray[np.int32],
    door_end: NDArray[np.int32],
    door_end_ms: NDArray[np.int32],
    door_edge: NDArray[np.int32],
    door_fraction: NDArray[np.float64],
    door_street: NDArray[np.int32],
    dist: NDArray[np.int32],
    via: NDArray[np.int32],
    reached: NDArray[np.int32],
    heap: NDArray[np.int64],
    drive_s: NDArray[np.int32],
) -> None:
    """Fill `drive_s` (n_doors, n_places): seconds, rounded up, from each door to all places (OUT) or back (IN).

    One climb from the door, then one pass down over the nodes above the places, each reached from those
    above it. `nodes`, `start`, `upper`, `ms` come from `above`; `by_street` orders the places by street.
    """
    down = np.empty(len(nodes), np.int32)
    for door in range(len(door_edge)):
        n_reached = climb(
            arc_start, arcs, direction, door_end[door], door_end_ms[door], dist, via, reached, heap
        )
        for i in range(len(nodes)):
            best = np.int64(dist[nodes[i]])
            for arc in range(start[i], start[i + 1]):
                best = min(best, np.int64(down[upper[arc]]) + ms[arc])
            down[i] = best
        forget(dist, reached, n_reached)
        for place in range(len(place_edge)):
            best = np.int64(FAR)
            for side in range(2):
                if end_index[place, side] >= 0:
                    best = min(best, np.int64(down[end_index[place, side]]) + end_ms[place, side])
            drive_s[door, place] = best if best == FAR else (best + 999) // 1000
        first = np.searchsorted(sorted_street, door_street[door])
        for i in range(first, len(sorted_street)):
            if sorted_street[i] != door_street[door]:
                break
            place = by_street[i]
            a, a_fraction = np.int64(door_edge[door]), door_fraction[door]
            b, b_fraction = np.int64(place_edge[place]), place_fraction[place]
            if direction == IN:
                a, a_fraction, b, b_fraction = b, b_fraction, a, a_fraction
            along = along_street_ms(edge_access, edge_drive_ms, edge_reverse, a, a_fraction, b, b_fraction)
            if along != FAR:
                drive_s[door, place] = min(drive_s[door, place], (along + 999) // 1000)
