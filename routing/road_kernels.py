"""The compiled loops over road graphs: walking, contraction, driving times.

Frontiers are binary heaps of whole numbers, `distance << 32 | node`, so that one comparison orders by
distance and then by node; a node pushed twice is skipped the second time (lazy deletion). Every search
leaves `dist` as it found it: `FAR` everywhere.
"""

from __future__ import annotations

import threading

import numpy as np
from numba import int32, int64, njit, types, void
from numpy.typing import NDArray

FAR = 2**31 - 1
"""Distance of what has not been reached, in millimetres or milliseconds."""

_CAR, _FOOT = np.uint8(1), np.uint8(2)
_NODE = np.int64(0xFFFFFFFF)

# What comes out of a snapshot folder is read-only; writable arrays fit these signatures as well.
_BYTES = types.Array(types.uint8, 1, "C", readonly=True)
_INTS = types.Array(int32, 1, "C", readonly=True)
_LONGS = types.Array(int64, 1, "C", readonly=True)
_TABLE = types.Array(int32, 2, "C", readonly=True)


class Scratch(threading.local):
    """Working arrays of the searches of one thread, made once and left clean by every search.

    dist        (>= n_nodes,) int32, FAR everywhere between searches
    via         (>= n_nodes,) int32, edge by which a node was reached
    reached     (>= n_nodes,) int32, nodes reached by the search
    heap        (>= n_arcs + 4,) int64; pages never touched cost no memory
    """

    def __init__(self) -> None:
        self._room(0, 0)

    def _room(self, n_nodes: int, n_arcs: int) -> None:
        self.dist = np.full(n_nodes, FAR, np.int32)
        self.via = np.empty(n_nodes, np.int32)
        self.reached = np.empty(n_nodes, np.int32)
        self.heap = np.empty(n_arcs + 4, np.int64)

    def sized(self, n_nodes: int, n_arcs: int) -> Scratch:
        """This scratch, large enough for a graph of that size."""
        if len(self.dist) < n_nodes or len(self.heap) < n_arcs + 4:
            self._room(max(n_nodes, len(self.dist)), max(n_arcs, len(self.heap) - 4))
        return self


scratch = Scratch()


@njit(int64(int64[::1], int64, int64), cache=True, nogil=True)
def _push(heap: NDArray[np.int64], size: int, key: int) -> int:
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if heap[parent] <= key:
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = key
    return size + 1


@njit(int64(int64[::1], int64), cache=True, nogil=True)
def _pop(heap: NDArray[np.int64], size: int) -> int:
    """Take the least key away (the caller has read heap[0])."""
    size -= 1
    key = heap[size]
    i = 0
    child = 1
    while child < size:
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[i] = heap[child]
        i = child
        child = 2 * i + 1
    heap[i] = key
    return size


@njit(void(int32[::1], int32[::1], int64), cache=True, nogil=True)
def forget(dist: NDArray[np.int32], reached: NDArray[np.int32], n_reached: int) -> None:
    """Leave `dist` clean for the next search."""
    for i in range(n_reached):
        dist[reached[i]] = FAR


# --- walking -------------------------------------------------------------------------------------


@njit(
    types.UniTuple(int64, 2)(
        _INTS, _INTS, _BYTES, _INTS, _INTS, _INTS, _INTS, _INTS, _INTS, int64,
        int32[::1], int32[::1], int32[::1], int64[::1],
    ),
    cache=True,
    nogil=True,
)  # fmt: skip
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
    """Dijkstra on foot from the seeds until all within `limit_mm`, or the shortest way to the goals, is found.

    Returns the number of `reached` nodes (their `dist` and `via` are valid until `forget`) and the
    shortest way to a goal, `goal_mm` included; limit_mm + 1 if there is none.
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
            size = _push(heap, size, (np.int64(seed_mm[i]) << 32) | node)
    while size > 0:
        key = heap[0]
        size = _pop(heap, size)
        mm = key >> 32
        node = key & _NODE
        if mm >= best:
            break
        if mm > dist[node]:
            continue
        for i in range(len(goal_node)):
            if goal_node[i] == node and mm + goal_mm[i] < best:
                best = mm + goal_mm[i]
        for edge in range(out_start[node], out_start[node + 1]):
            if not edge_access[edge] & _FOOT:
                back = edge_reverse[edge]
                if back < 0 or not edge_access[back] & _FOOT:
                    continue
            to = edge_to[edge]
            to_mm = mm + edge_length_mm[edge]
            if to_mm < best and to_mm < dist[to]:
                if dist[to] == FAR:
                    reached[n_reached] = to
                    n_reached += 1
                dist[to] = to_mm
                via[to] = edge
                size = _push(heap, size, (to_mm << 32) | to)
    return n_reached, best


@njit(
    void(_INTS, int64, int32[::1], _LONGS, _INTS, _INTS, int64, int32[::1]),
    cache=True,
    nogil=True,
)
def nearest_stops(
    reached: NDArray[np.int32],
    n_reached: int,
    dist: NDArray[np.int32],
    node_stop_start: NDArray[np.int64],
    node_stop: NDArray[np.int32],
    node_stop_mm: NDArray[np.int32],
    limit_mm: int,
    stop_mm: NDArray[np.int32],
) -> None:
    """Shorten `stop_mm` to what the reached nodes and the last bits from them to the stops make."""
    for i in range(n_reached):
        node = reached[i]
        for entry in range(node_stop_start[node], node_stop_start[node + 1]):
            mm = np.int64(dist[node]) + node_stop_mm[entry]
            if mm <= limit_mm and mm < stop_mm[node_stop[entry]]:
                stop_mm[node_stop[entry]] = mm


@njit(int32[::1](_INTS, _INTS, _BYTES, _INTS), cache=True, nogil=True)
def foot_islands(
    out_start: NDArray[np.int32],
    edge_to: NDArray[np.int32],
    edge_access: NDArray[np.uint8],
    edge_reverse: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Number of the connected piece of foot streets each node belongs to, (n_nodes,) int32; -1 without any."""
    n_nodes = len(out_start) - 1
    island = np.full(n_nodes, -1, np.int32)
    stack = np.empty(n_nodes, np.int32)
    n_islands = 0
    for first in range(n_nodes):
        if island[first] >= 0:
            continue
        island[first] = n_islands
        stack[0] = first
        height = 1
        has_street = False
        while height > 0:
            height -= 1
            node = stack[height]
            for edge in range(out_start[node], out_start[node + 1]):
                back = edge_reverse[edge]
                if edge_access[edge] & _FOOT or (back >= 0 and edge_access[back] & _FOOT):
                    has_street = True
                    to = edge_to[edge]
                    if island[to] < 0:
                        island[to] = n_islands
                        stack[height] = to
                        height += 1
        if has_street:
            n_islands += 1
        else:
            island[first] = -1
    return island


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
        size = _pop(heap, size)
        ms = key >> 32
        node = key & _NODE
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
                size = _push(heap, size, (np.int64(to_ms) << 32) | to)
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
    frontier = np.empty(n_nodes + 1, np.int64)
    found = np.empty((16, 3), np.int32)
    level = np.zeros(n_nodes, np.int32)
    queue = np.empty(n_nodes + 1, np.int64)
    size = 0
    # A witness search settles few nodes, but each may push all of its neighbours.
    frontier = np.empty(64 * n_nodes + 4096, np.int64)
    for node in range(n_nodes):
        found, n_found = _needed_shortcuts(pool, start, count, node, dist, reached, frontier, found)
        size = _push(queue, size, (_importance(pool, start, count, level, node, n_found) << 32) | node)
    order = np.empty(n_nodes, np.int32)
    n_ordered = 0
    while size > 0:
        node = np.int32(queue[0] & _NODE)
        size = _pop(queue, size)
        found, n_found = _needed_shortcuts(pool, start, count, node, dist, reached, frontier, found)
        key = (_importance(pool, start, count, level, node, n_found) << 32) | node
        if size > 0 and key > queue[0]:
            size = _push(queue, size, key)
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
