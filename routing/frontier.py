"""What every search over streets needs: a heap of whole numbers and clean working arrays.

A frontier is a binary heap of `distance << 32 | node`, so that one comparison orders by distance and
then by node; a node pushed twice is skipped the second time (lazy deletion). Every search leaves
`dist` as it found it: `FAR` everywhere.

numba notices a change of the file a kernel is in, not of this one: after editing this file touch
`walk_kernels.py`, `contraction.py` and `drive_kernels.py`, or their cached machine code keeps the old heap.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np
from numba import int32, int64, njit, void
from numpy.typing import NDArray

FAR = 2**31 - 1
"""Distance of what has not been reached, in millimetres or milliseconds."""

NODE = 0xFFFFFFFF
"""Bits of a key that hold the node."""


class Work(NamedTuple):
    """Working arrays of one search.

    dist        (>= n_nodes,) int32, FAR everywhere between searches
    via         (>= n_nodes,) int32, edge by which a node was reached
    reached     (>= n_nodes,) int32, nodes reached by the search
    heap        (>= n_arcs + 4,) int64; pages never touched cost no memory
    """

    dist: NDArray[np.int32]
    via: NDArray[np.int32]
    reached: NDArray[np.int32]
    heap: NDArray[np.int64]


class Scratch(threading.local):
    """Working arrays of the searches of one thread, made once and left clean by every search."""

    def __init__(self) -> None:
        self._make_room(0, 0)

    def _make_room(self, n_nodes: int, n_arcs: int) -> None:
        self.work = Work(
            np.full(n_nodes, FAR, np.int32),
            np.empty(n_nodes, np.int32),
            np.empty(n_nodes, np.int32),
            np.empty(n_arcs + 4, np.int64),
        )

    def sized(self, n_nodes: int, n_arcs: int) -> Work:
        """Working arrays large enough for a graph of that size."""
        n_known, n_room = len(self.work.dist), len(self.work.heap) - 4
        if n_known < n_nodes or n_room < n_arcs:
            self._make_room(max(n_nodes, n_known), max(n_arcs, n_room))
        return self.work


scratch = Scratch()
scratch_back = Scratch()
"""For the other end of searches that meet in the middle."""


@njit(int64(int64[::1], int64, int64), cache=True, nogil=True)
def push(heap: NDArray[np.int64], size: int, key: int) -> int:
    """Add `key` to a heap of `size` keys; returns the new size."""
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
def pop(heap: NDArray[np.int64], size: int) -> int:
    """Take away the least key, which the caller has read as heap[0]; returns the new size."""
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
