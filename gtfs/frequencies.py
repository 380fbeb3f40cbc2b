"""frequencies.txt → one repetition of a trip for each departure.

Both kinds are spelled out: exact_times = 1 is a short way to write a timetable, and with exact_times = 0
("every ten minutes or so") a planned departure is the best a search can promise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.stop_times import Halts
from gtfs.table import Mask, Table

MAX_REPETITIONS = 100_000
MAX_HALTS = 2_000_000
"""Of all repetitions together, since each is spelled out."""

_CORRECT = Words("Bitte berichtigen Sie start_time und end_time.", "Please correct start_time and end_time.")
_BACKWARD = Notice(
    "start_and_end_range_out_of_order",
    Words(
        "Der Zeitraum endet, bevor er beginnt; er ergibt keine Fahrt.",
        "The period ends before it begins; it yields no trip.",
    ),
    _CORRECT,
)
_EMPTY = Notice(
    "start_and_end_range_equal",
    Words(
        "Der Zeitraum endet, wenn er beginnt; er ergibt keine Fahrt.",
        "The period ends when it begins; it yields no trip.",
    ),
    _CORRECT,
)
_OVERLAPPING = Notice(
    "overlapping_frequency",
    Words(
        "Der Zeitraum überschneidet sich mit einem früheren derselben Fahrt; es fahren beide.",
        "The period overlaps an earlier one of the same trip; both are run.",
    ),
    _CORRECT,
)
_TOO_MANY = Notice(
    "number_out_of_range",
    Words(
        "Die Takte ergeben {n} Fahrten; so viele sind nicht glaubhaft.",
        "The headways yield {n} trips; so many are not plausible.",
    ),
    Words("Bitte prüfen Sie headway_secs.", "Please check headway_secs."),
)


@dataclass(frozen=True)
class Repetitions:
    """`trip` and `shift_s`, (n,) int64: a trip of the feed and the seconds to add to its times.

    `repeated` (n_trips,) are the trips whose own times are only a pattern for these.
    """

    trip: NDArray[np.int64]
    shift_s: NDArray[np.int64]
    repeated: Mask


def read_repetitions(
    table: Table | None, trip_index: dict[str, int], halts: Halts, findings: Findings
) -> Repetitions:
    """Repetitions of the trips that have halts; the first stop's departure is what is repeated."""
    repeated = np.zeros(len(trip_index), dtype=bool)
    empty = np.zeros(0, dtype=np.int64)
    if table is None or not len(table):
        return Repetitions(empty, empty, repeated)
    trip = table.positions("trip_id", trip_index)
    start = table.parsed("start_time", values.time_s, 0).astype(np.int64)
    end = table.parsed("end_time", values.time_s, 0).astype(np.int64)
    headway = table.parsed("headway_secs", values.integer, 1).astype(np.int64)
    repeated[trip[trip >= 0]] = True
    _check(table, trip, start, end, findings)
    count = np.maximum(-(-(end - start) // headway), 0)
    count[(trip < 0) | (np.append(halts.counts(), 0)[trip] < 2)] = 0
    if count.sum() > MAX_REPETITIONS or (count * np.append(halts.counts(), 0)[trip]).sum() > MAX_HALTS:
        _refuse_number(table, count, findings)
        return Repetitions(empty, empty, repeated)
    row = np.repeat(np.arange(len(table)), count)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    first_departure = halts.dep[halts.start[trip[row]]]
    return Repetitions(trip[row], start[row] + turn * headway[row] - first_departure, repeated)


def _check(
    table: Table,
    trip: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    findings: Findings,
) -> None:
    order = np.lexsort((start, trip))
    same = np.diff(trip[order]) == 0
    overlapping = order[1:][same & (start[order][1:] < end[order][:-1])]
    for rows, notice in (
        (np.flatnonzero(start > end), _BACKWARD),
        (np.flatnonzero(start == end), _EMPTY),
        (overlapping, _OVERLAPPING),
    ):
        findings.rows(Severity.WARNING, table, rows, "start_time", notice)


def _refuse_number(table: Table, count: NDArray[np.int64], findings: Findings) -> None:
    worst = int(np.argmax(count))
    findings.error(
        _TOO_MANY.about(n=int(count.sum())),
        file=table.file,
        line=table.lines[worst],
        field="headway_secs",
        value=table.cell(worst, "headway_secs"),
    )
