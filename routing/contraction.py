"""The compiled contraction of a search graph: which states matter least, and which shortcuts replace them.

Knows nothing of streets: states joined by directed arcs with whole costs, each arc with a name of its own.
Geisberger et al. 2008, https://doi.org/10.1007/978-3-540-68552-4_24.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, assignment, return-value, arg-type"
# Whole numbers are numba's here: int and numpy's integers are one.

from __future__ import annotations

import numpy as np
from numba import int32, int64, njit, types
from numpy.typing import NDArray

from routing.frontier import FAR, NODE, forget, pop, push

# What comes out of a snapshot folder is read-only; writable arrays fit these signatures as well.
_INTS = types.Array(int32, 1, "C", readonly=True)

# While contracting, each state has a list of neighbours with both directions in one row:
# NEIGHBOUR, OUT_COST, IN_COST, OUT_VIA, IN_VIA. If v is in the list of u then u is in the list of v.
# A via >= 0 is the name of an arc, a via < 0 the inverted (~) state that a shortcut bypasses.

_NEIGHBOUR, _OUT_COST, _IN_COST, _OUT_VIA, _IN_VIA = 0, 1, 2, 3, 4
_WITNESS_SETTLED = 60


@njit(cache=True, nogil=True)
def _append(pool, used, start, count, room, state, neighbour):  # type: ignore[no-untyped-def]
    """Row for a new neighbour of `state`; returns the pool, moved when it was full."""
    if count[state] == room[state]:
        wanted = max(4, 2 * room[state])
        if used[0] + wanted > len(pool):
            larger = np.empty((2 * len(pool) + wanted, 5), np.int32)
            larger[: used[0]] = pool[: used[0]]
            pool = larger
        for i in range(count[state]):
            pool[used[0] + i] = pool[start[state] + i]
        start[state] = used[0]
        room[state] = wanted
        used[0] += wanted
    row = start[state] + count[state]
    count[state] += 1
    pool[row, _NEIGHBOUR] = neighbour
    pool[row, _OUT_COST] = FAR
    pool[row, _IN_COST] = FAR
    pool[row, _OUT_VIA] = -1
    pool[row, _IN_VIA] = -1
    return pool


@njit(cache=True, nogil=True)
def _row_of(pool, start, count, state, neighbour):  # type: ignore[no-untyped-def]
    for row in range(start[state], start[state] + count[state]):
        if pool[row, _NEIGHBOUR] == neighbour:
            return row
    return np.int64(-1)


@njit(cache=True, nogil=True)
def _join(pool, used, start, count, room, tail, head, cost, via):  # type: ignore[no-untyped-def]
    """Make the arc tail → head at most `cost` long."""
    row = _row_of(pool, start, count, tail, head)
    if row < 0:
        pool = _append(pool, used, start, count, room, tail, head)
        pool = _append(pool, used, start, count, room, head, tail)
        row = start[tail] + count[tail] - 1
    if cost < pool[row, _OUT_COST]:
        pool[row, _OUT_COST] = cost
        pool[row, _OUT_VIA] = via
        row = _row_of(pool, start, count, head, tail)
        pool[row, _IN_COST] = cost
        pool[row, _IN_VIA] = via
    return pool


@njit(cache=True, nogil=True)
def _remove(pool, start, count, state, neighbour):  # type: ignore[no-untyped-def]
    row = _row_of(pool, start, count, state, neighbour)
    count[state] -= 1
    pool[row] = pool[start[state] + count[state]]


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
        cost = key >> 32
        state = key & NODE
        if cost > dist[state]:
            continue
        if cost > bound:
            break
        settled += 1
        for row in range(start[state], start[state] + count[state]):
            to = pool[row, _NEIGHBOUR]
            to_cost = cost + pool[row, _OUT_COST]
            if to != bypassed and to_cost <= bound and to_cost < dist[to]:
                if dist[to] == FAR:
                    reached[n_reached] = to
                    n_reached += 1
                dist[to] = to_cost
                size = push(heap, size, (np.int64(to_cost) << 32) | to)
    return n_reached


@njit(cache=True, nogil=True)
def _needed_shortcuts(pool, start, count, state, dist, reached, heap, found):  # type: ignore[no-untyped-def]
    """Shortcuts that removing `state` makes necessary, as rows (tail, head, cost) of `found`; returns it and their number."""
    n_found = 0
    first, last = start[state], start[state] + count[state]
    for into in range(first, last):
        if pool[into, _IN_COST] == FAR:
            continue
        tail = pool[into, _NEIGHBOUR]
        bound = np.int64(-1)
        for out in range(first, last):
            if out != into and pool[out, _OUT_COST] != FAR:
                bound = max(bound, np.int64(pool[into, _IN_COST]) + pool[out, _OUT_COST])
        if bound < 0:
            continue
        n_reached = _witness_search(pool, start, count, tail, state, bound, dist, reached, heap)
        for out in range(first, last):
            if out == into or pool[out, _OUT_COST] == FAR:
                continue
            cost = np.int64(pool[into, _IN_COST]) + pool[out, _OUT_COST]
            if dist[pool[out, _NEIGHBOUR]] > cost:
                if n_found == len(found):
                    larger = np.empty((2 * n_found, 3), np.int32)
                    larger[:n_found] = found
                    found = larger
                found[n_found, 0] = tail
                found[n_found, 1] = pool[out, _NEIGHBOUR]
                found[n_found, 2] = cost
                n_found += 1
        forget(dist, reached, n_reached)
    return found, n_found


@njit(cache=True, nogil=True)
def _importance(pool, start, count, level, state, n_shortcuts):  # type: ignore[no-untyped-def]
    """Edge difference and level: states that add few arcs go first, and evenly over the map."""
    n_arcs = 0
    for row in range(start[state], start[state] + count[state]):
        n_arcs += (pool[row, _OUT_COST] != FAR) + (pool[row, _IN_COST] != FAR)
    return np.int64(2 * n_shortcuts - n_arcs + level[state] + 1_000_000)


@njit(
    types.Tuple((int32[::1], int64[::1], int32[:, ::1]))(int64, _INTS, _INTS, _INTS, _INTS),
    cache=True,
    nogil=True,
)
def contract(
    n_states: int,
    arc_from: NDArray[np.int32],
    arc_to: NDArray[np.int32],
    arc_cost: NDArray[np.int32],
    arc_name: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Contract all states, least important first; arcs (n_arcs,), of parallel ones the cheapest counts.

    Returns the order (states, least important first); for each state, by its number, where its rows begin,
    (n_states + 1,) int64; and the rows (neighbour, out_cost, in_cost, out_via, in_via) to neighbours that
    were contracted later. See the comment above for `via`.
    """
    start = np.zeros(n_states, np.int64)
    count = np.zeros(n_states, np.int32)
    room = np.zeros(n_states, np.int32)
    used = np.zeros(1, np.int64)
    pool = np.empty((4 * len(arc_from) + 64, 5), np.int32)
    for arc in range(len(arc_from)):
        if arc_from[arc] != arc_to[arc]:
            pool = _join(
                pool, used, start, count, room, arc_from[arc], arc_to[arc], arc_cost[arc], arc_name[arc]
            )
    dist = np.full(n_states, FAR, np.int32)
    reached = np.empty(n_states + 1, np.int32)
    found = np.empty((16, 3), np.int32)
    level = np.zeros(n_states, np.int32)
    queue = np.empty(n_states + 1, np.int64)
    size = 0
    # A witness search settles few states, but each may push all of its neighbours.
    frontier = np.empty(64 * n_states + 4096, np.int64)
    for state in range(n_states):
        found, n_found = _needed_shortcuts(pool, start, count, state, dist, reached, frontier, found)
        size = push(queue, size, (_importance(pool, start, count, level, state, n_found) << 32) | state)
    order = np.empty(n_states, np.int32)
    n_ordered = 0
    while size > 0:
        state = np.int32(queue[0] & NODE)
        size = pop(queue, size)
        found, n_found = _needed_shortcuts(pool, start, count, state, dist, reached, frontier, found)
        key = (_importance(pool, start, count, level, state, n_found) << 32) | state
        if size > 0 and key > queue[0]:
            size = push(queue, size, key)
            continue
        order[n_ordered] = state
        n_ordered += 1
        for row in range(start[state], start[state] + count[state]):
            neighbour = pool[row, _NEIGHBOUR]
            level[neighbour] = max(level[neighbour], level[state] + 1)
            _remove(pool, start, count, neighbour, state)
        for i in range(n_found):
            pool = _join(
                pool, used, start, count, room, found[i, 0], found[i, 1], found[i, 2], np.int32(~state)
            )
    row_start = np.zeros(n_states + 1, np.int64)
    for state in range(n_states):
        row_start[state + 1] = row_start[state] + count[state]
    rows = np.empty((row_start[n_states], 5), np.int32)
    for state in range(n_states):
        for i in range(count[state]):
            rows[row_start[state] + i] = pool[start[state] + i]
    return order, row_start, rows
