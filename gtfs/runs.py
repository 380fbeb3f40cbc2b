"""Trips as vehicles run them: frequencies spelled out, and trips one may stay seated in joined.

A *run* is one trip of the timetable: a chain of one or more of the feed's trips (its *sections*), moved in
time by `shift_s` where frequencies.txt repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs.frequencies import Repetitions
from gtfs.stop_times import Halts


@dataclass(frozen=True)
class Runs:
    """Run r has sections `section_start[r]` … `section_start[r + 1] - 1`.

    section_trip   (n_sections,) int64 row of the feed's trip
    section_shift_s  (n_sections,) int64 seconds added to its times
    """

    section_start: NDArray[np.int64]
    section_trip: NDArray[np.int64]
    section_shift_s: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.section_start) - 1


@dataclass(frozen=True)
class RunHalts:
    """The halts of all runs; run r has rows `start[r]` … `start[r + 1] - 1`.

    stop, board, alight, arr, dep   as in `Halts`
    section_first_pos  (n_sections,) int32 position within the run at which the section begins
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int32]
    board: NDArray[np.int8]
    alight: NDArray[np.int8]
    arr: NDArray[np.int32]
    dep: NDArray[np.int32]
    section_first_pos: NDArray[np.int32]


def as_runs(single: NDArray[np.int64], chains: list[list[int]], repetitions: Repetitions) -> Runs:
    """One run for each trip of `single` in order (a chain in place of its first trip), then the repetitions."""
    chain_of = {chain[0]: chain for chain in chains}
    inner = {trip for chain in chains for trip in chain[1:]}
    sections = [chain_of.get(trip, [trip]) for trip in single.tolist() if trip not in inner]
    trips = np.array([trip for chain in sections for trip in chain], dtype=np.int64)
    lengths = [len(chain) for chain in sections] + [1] * len(repetitions.trip)
    return Runs(
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([trips, repetitions.trip]),
        np.concatenate([np.zeros(len(trips), dtype=np.int64), repetitions.shift_s]),
    )


def rows_in_order(
    start: NDArray[np.int64], order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of groups `start` when the groups are put in `order`, and the groups' new starts."""
    count = np.diff(start)[order]
    new_start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    rows = np.repeat(start[order] - new_start[:-1], count) + np.arange(new_start[-1])
    return rows, new_start


def lay_out(runs: Runs, halts: Halts) -> RunHalts:
    """Put the sections' halts one after another.

    Where a section begins at the very stop at which the one before ends, both halts are one: arrival and
    drop-off rule of the one, departure and pick-up rule of the other.
    """
    row, begin = rows_in_order(halts.start, runs.section_trip)
    shift = np.repeat(runs.section_shift_s, np.diff(begin))
    stop, board, alight = halts.stop[row], halts.board[row].copy(), halts.alight[row]
    arr, dep = (halts.arr[row] + shift).astype(np.int32), (halts.dep[row] + shift).astype(np.int32)

    later = np.ones(len(runs.section_trip), dtype=bool)
    later[runs.section_start[:-1]] = False
    seam = begin[:-1][later]
    seam = seam[stop[seam] == stop[seam - 1]]
    dep[seam - 1], board[seam - 1] = dep[seam], board[seam]
    kept = np.ones(len(row), dtype=bool)
    kept[seam] = False

    position = np.concatenate([[0], np.cumsum(kept)])
    start = position[begin[runs.section_start]]
    merged = np.zeros(len(row) + 1, dtype=bool)
    merged[seam] = True
    of_run = np.repeat(start[:-1], np.diff(runs.section_start))
    first_pos = position[begin[:-1]] - merged[begin[:-1]] - of_run
    return RunHalts(
        start, stop[kept], board[kept], alight[kept], arr[kept], dep[kept], first_pos.astype(np.int32)
    )
