"""The compiled loops of walking: Dijkstra on streets open to foot, and which stops it meets.

A street is walked in both directions as soon as one of its edges is open to foot; one with a single edge
is not walked at all, because that could not be undone and walks must be as long back. The `street` of an
edge is the lower of the edge and its reverse, `along` the millimetres from that street's start: so two
places on one street are compared whichever direction names them.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, assignment, return-value, arg-type"
# Whole numbers are numba's here: int and numpy's integers are one.

from __future__ import annotations

import numpy as np
from numba import float64, int32, int64, njit, types
from numpy.typing import NDArray

from routing.frontier import FAR, NODE, forget, pop, push

_FOOT = 2

# What comes out of a snapshot folder is read-only; writable arrays fit these signatures as well.
_BYTES = types.Array(types.uint8, 1, "C", readonly=True)
_INTS = types.Array(int32, 1, "C", readonly=True)
_LONGS = types.Array(int64, 1, "C", readonly=True)
_REALS = types.Array(float64, 1, "C", readonly=True)
_STREETS = (_INTS, _INTS, _BYTES, _INTS, _INTS)
_STOPS = (_INTS, _LONGS, _INTS, _INTS, _INTS, _REALS, _INTS)
_SCRATCH = (int32[::1], int32[::1], int32[::1], int64[::1])


@njit(types.boolean(_BYTES, _INTS, int64), cache=True, nogil=True)
def _is_walkable(edge_access: NDArray[np.uint8], edge_reverse: NDArray[np.int32], edge: int) -> bool:
    back = edge_reverse[edge]
    return back >= 0 and (edge_access[edge] | edge_access[back]) & _FOOT != 0


@njit(types.UniTuple(int64, 2)(_INTS, _INTS, int64, float64), cache=True, nogil=True)
def street_place(
    edge_length_mm: NDArray[np.int32], edge_reverse: NDArray[np.int32], edge: int, fraction: float
) -> tuple[int, int]:
    """(street, along) of a position."""
    along = np.int64(round(fraction * edge_length_mm[edge]))
    back = edge_reverse[edge]
    if back < 0 or edge < back:
        return edge, along
    return np.int64(back), edge_length_mm[edge] - along


@njit(
    types.UniTuple(int64, 2)(*_STREETS, _INTS, _INTS, _INTS, _INTS, int64, *_SCRATCH), cache=True, nogil=True
)
def walk_search(
    out_start: NDArray[np.int32],
    edge_to: NDArray[np.int32],
    edge_access: NDArray[np.uint8],
    edge_length_mm: NDArray[np.int32],
    edge_reverse: NDArray[np.int32],
    seed_node: NDArray[np.int32],
    seed_mm: NDArray[np.int32],
    goal_node: NDArray[np.int32],
    goal_mm: NDArray[np.int32],
    limit_mm: int,
    dist: NDArray[np.int32],
    via: NDArray[np.int32],
    reached: NDArray[np.int32],
    heap: NDArray[np.int64],
) -> tuple[int, int]:
    """Dijkstra from the seeds until all within `limit_mm`, or the shortest way to a goal, is found.

    Returns the number of `reached` nodes (their `dist` and `via` hold until `forget`) and the length of
    the shortest way to a goal, `goal_mm` included; limit_mm + 1 if there is none.
    """
    n_reached = 0
    size = 0
    best = limit_mm + 1
    for i in range(len(seed_node)):
        node = seed_node[i]
        if seed_mm[i] <= limit_mm and seed_mm[i] < dist[node]:
            if dist[node] == FAR:
                reached[n_reached] = node
                n_reached += 1
            dist[node] = seed_mm[i]
            via[node] = -1
            size = push(heap, size, (np.int64(seed_mm[i]) << 32) | node)
    while size > 0:
        key = heap[0]
        size = pop(heap, size)
        mm = key >> 32
        node = key & NODE
        if mm >= best:
            break
        if mm > dist[node]:
            continue
        for i in range(len(goal_node)):
            if goal_node[i] == node:
                best = min(best, mm + goal_mm[i])
        for edge in range(out_start[node], out_start[node + 1]):
            if not _is_walkable(edge_access, edge_reverse, edge):
                continue
            to = edge_to[edge]
            to_mm = mm + edge_length_mm[edge]
            if to_mm < best and to_mm < dist[to]:
                if dist[to] == FAR:
                    reached[n_reached] = to
                    n_reached += 1
                dist[to] = to_mm
                via[to] = edge
                size = push(heap, size, (to_mm << 32) | to)
    return n_reached, best


@njit(
    int64(*_STREETS, *_STOPS, int64, float64, int64, int64, *_SCRATCH, int32[::1], int32[::1]),
    cache=True,
    nogil=True,
)
def walk_to_stops(
    out_start: NDArray[np.int32],
    edge_to: NDArray[np.int32],
    edge_access: NDArray[np.uint8],
    edge_length_mm: NDArray[np.int32],
    edge_reverse: NDArray[np.int32],
    edge_from: NDArray[np.int32],
    node_stop_start: NDArray[np.int64],
    node_stop: NDArray[np.int32],
    node_stop_mm: NDArray[np.int32],
    foot_edge: NDArray[np.int32],
    foot_fraction: NDArray[np.float64],
    foot_off_mm: NDArray[np.int32],
    edge: int,
    fraction: float,
    off_mm: int,
    limit_mm: int,
    dist: NDArray[np.int32],
    via: NDArray[np.int32],
    reached: NDArray[np.int32],
    heap: NDArray[np.int64],
    stop_mm: NDArray[np.int32],
    found: NDArray[np.int32],
) -> int:
    """Shortest walks from one position (edge, fraction, off_mm) to all stops within `limit_mm`.

    `stop_mm` (n_stops,) must be FAR everywhere; afterwards it holds the walks to the stops in `found`,
    whose number is returned.
    """
    tail, head = edge_from[edge], edge_to[edge]
    from_tail = np.int64(round(fraction * edge_length_mm[edge]))
    seed_node = np.array([tail, head], np.int32)
    seed_mm = np.array([off_mm + from_tail, off_mm + edge_length_mm[edge] - from_tail], np.int32)
    none = np.empty(0, np.int32)
    n_reached, _ = walk_search(
        out_start, edge_to, edge_access, edge_length_mm, edge_reverse,
        seed_node, seed_mm, none, none, limit_mm, dist, via, reached, heap,
    )  # fmt: skip
    n_found = 0
    for i in range(n_reached):
        node = reached[i]
        for entry in range(node_stop_start[node], node_stop_start[node + 1]):
            stop = node_stop[entry]
            mm = np.int64(dist[node]) + node_stop_mm[entry]
            if mm <= limit_mm and mm < stop_mm[stop]:
                if stop_mm[stop] == FAR:
                    found[n_found] = stop
                    n_found += 1
                stop_mm[stop] = mm
    forget(dist, reached, n_reached)
    street, along = street_place(edge_length_mm, edge_reverse, edge, fraction)
    for entry in range(node_stop_start[tail], node_stop_start[tail + 1]):
        stop = node_stop[entry]
        its_street, its_along = street_place(
            edge_length_mm, edge_reverse, foot_edge[stop], foot_fraction[stop]
        )
        mm = off_mm + abs(along - its_along) + foot_off_mm[stop]
        if its_street == street and mm <= limit_mm and mm < stop_mm[stop]:
            if stop_mm[stop] == FAR:
                found[n_found] = stop
                n_found += 1
            stop_mm[stop] = mm
    return n_found


@njit(types.UniTuple(int32[::1], 3)(*_STREETS, *_STOPS, _INTS, int64, *_SCRATCH), cache=True, nogil=True)
def walks_between_stops(
    out_start: NDArray[np.int32],
    edge_to: NDArray[np.int32],
    edge_access: NDArray[np.uint8],
    edge_length_mm: NDArray[np.int32],
    edge_reverse: NDArray[np.int32],
    edge_from: NDArray[np.int32],
    node_stop_start: NDArray[np.int64],
    node_stop: NDArray[np.int32],
    node_stop_mm: NDArray[np.int32],
    foot_edge: NDArray[np.int32],
    foot_fraction: NDArray[np.float64],
    foot_off_mm: NDArray[np.int32],
    origins: NDArray[np.int32],
    limit_mm: int,
    dist: NDArray[np.int32],
    via: NDArray[np.int32],
    reached: NDArray[np.int32],
    heap: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Walks from each of the stops `origins` to all others within `limit_mm`: (from, to, mm), unsorted within a stop."""
    n_stops = len(foot_edge)
    stop_mm = np.full(n_stops, FAR, np.int32)
    found = np.empty(n_stops, np.int32)
    walks = np.empty((16 * len(origins) + 16, 3), np.int32)
    n_walks = 0
    for origin in origins:
        if foot_edge[origin] < 0:
            continue
        n_found = walk_to_stops(
            out_start, edge_to, edge_access, edge_length_mm, edge_reverse,
            edge_from, node_stop_start, node_stop, node_stop_mm, foot_edge, foot_fraction, foot_off_mm,
            foot_edge[origin], foot_fraction[origin], foot_off_mm[origin], limit_mm,
            dist, via, reached, heap, stop_mm, found,
        )  # fmt: skip
        if n_walks + n_found > len(walks):
            larger = np.empty((2 * len(walks) + n_found, 3), np.int32)
            larger[:n_walks] = walks[:n_walks]
            walks = larger
        for i in range(n_found):
            if found[i] != origin:
                walks[n_walks, 0] = origin
                walks[n_walks, 1] = found[i]
                walks[n_walks, 2] = stop_mm[found[i]]
                n_walks += 1
            stop_mm[found[i]] = FAR
    return walks[:n_walks, 0].copy(), walks[:n_walks, 1].copy(), walks[:n_walks, 2].copy()


@njit(int32[::1](_INTS, _INTS, _INTS, _BYTES, _INTS), cache=True, nogil=True)
def foot_islands(
    out_start: NDArray[np.int32],
    edge_from: NDArray[np.int32],
    edge_to: NDArray[np.int32],
    edge_access: NDArray[np.uint8],
    edge_reverse: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Number of the connected piece of foot streets each node belongs to, (n_nodes,) int32.

    Union-find over edges. A node without any foot street is an island of its own.
    """
    n_nodes = len(out_start) - 1
    parent = np.arange(n_nodes).astype(np.int32)
    for edge in range(len(edge_from)):
        if _is_walkable(edge_access, edge_reverse, edge):
            a, b = edge_from[edge], edge_to[edge]
            while parent[a] != a:
                parent[a] = parent[parent[a]]
                a = parent[a]
            while parent[b] != b:
                parent[b] = parent[parent[b]]
                b = parent[b]
            parent[max(a, b)] = min(a, b)
    for node in range(n_nodes):
        # A root has a lower number than its members, so it is final when they come.
        parent[node] = parent[parent[node]]
    return parent
