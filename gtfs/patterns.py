"""Runs → patterns: one stop sequence with its boarding rules, its trips side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs.runs import RunHalts


@dataclass(frozen=True)
class Patterns:
    """`order` (n_trips,) lists the runs pattern by pattern, each by first departure.

    `of_trip` (n_trips,) int32 is the pattern of each run in that order; `first_run` (n_patterns,) a run of each.
    """

    order: NDArray[np.int64]
    of_trip: NDArray[np.int32]
    first_run: NDArray[np.int64]

    def trip_start(self) -> NDArray[np.int32]:
        return np.searchsorted(self.of_trip, np.arange(len(self.first_run) + 1)).astype(np.int32)


def group(halts: RunHalts, ids: NDArray[np.object_]) -> Patterns:
    """Patterns in order of first appearance; trips of equal first departure by `ids`, then by feed order."""
    # One number per halt, so that a run's whole pattern is one slice of bytes.
    rule = halts.stop.astype(np.int64) * 16 + halts.board * 4 + halts.alight
    content = rule.tobytes()
    size = rule.itemsize
    number: dict[bytes, int] = {}
    first_run: list[int] = []
    n_runs = len(halts.start) - 1
    pattern = np.zeros(n_runs, dtype=np.int64)
    for run, (begin, end) in enumerate(zip(halts.start[:-1], halts.start[1:], strict=True)):
        key = content[begin * size : end * size]
        if key not in number:
            number[key] = len(first_run)
            first_run.append(run)
        pattern[run] = number[key]
    # As objects: numpy's own texts would all take the room of the longest.
    by_id = np.unique(ids, return_inverse=True)[1] if n_runs else np.zeros(0, dtype=np.int64)
    departure = halts.dep[halts.start[:-1]]
    order = np.lexsort((np.arange(n_runs), by_id, departure, pattern))
    return Patterns(order, pattern[order].astype(np.int32), np.array(first_run, dtype=np.int64))
