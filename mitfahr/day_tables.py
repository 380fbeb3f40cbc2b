"""When things of a timetable run, told as people plan: in periods, by day types, with the weekdays of each thing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mitfahr.domain.day_types import Cell, Column, Period, Unusual, columns, periods
from mitfahr.domain.saxony import Vacations
from routing.timetable import Timetable

NEARLY, FEW_OTHERS = 0.2, 2
"""A day is nearly like others when no more than this share of their departures differs, or one or two of many."""


@dataclass(frozen=True)
class DayTables:
    """What holds in the period that is asked for.

    `later` are the periods that follow it. `runs` (n_things, n_cells) bool tells on which `cells` each thing runs.
    `knows_vacations` is False where nobody has told the vacations of the whole period: then vacation days stand among
    the school days.
    """

    period: Period
    later: tuple[Period, ...]
    columns: tuple[Column, ...]
    cells: tuple[Cell, ...]
    runs: NDArray[np.bool_]
    knows_vacations: bool

    def in_column(self, column: Column) -> NDArray[np.bool_]:
        """(n_things,) what runs on any day of a column."""
        found = self.runs[:, [self.cells.index(cell) for cell in column.cells]]
        return np.asarray(found.any(axis=1), np.bool_)

    def weekdays(self, things: Iterable[int], column: Column) -> frozenset[int]:
        """On which weekdays of a column any of these things runs."""
        bits, together = self._weekday_bits[column], 0
        for thing in things:
            together |= bits[thing]
        return _WEEKDAYS_OF_BITS[together]

    @cached_property
    def _weekday_bits(self) -> dict[Column, list[int]]:
        """For each thing 2^weekday of the days it runs on, summed up: there are thousands of things."""
        bits = {}
        for column in self.columns:
            runs = self.runs[:, [self.cells.index(cell) for cell in column.cells]]
            bits[column] = (runs @ (1 << np.array([weekday for _, weekday in column.cells]))).tolist()
        return bits


_WEEKDAYS_OF_BITS = [frozenset(day for day in range(7) if bits >> day & 1) for bits in range(1 << 7)]


def day_tables(
    timetable: Timetable,
    service: NDArray[np.int32],
    fingerprint: NDArray[np.uint64],
    day: dt.date,
    vacations: Vacations,
) -> DayTables:
    """The tables of the period around `day`, or of the nearest one.

    Things (n,): `service` says on which days each runs, `fingerprint` is equal for those that look the same.
    """
    keys = _day_keys(timetable, service, fingerprint)
    all_periods = periods(timetable.first_day, keys, vacations)
    at = next((i for i, period in enumerate(all_periods) if day <= period.last), len(all_periods) - 1)
    period = all_periods[at]
    days = [(date - timetable.first_day).days for date in period.usual.values()]
    runs = timetable.service_runs[service][:, days] != 0
    return DayTables(
        _with_likeness(timetable, period, service, fingerprint, runs),
        tuple(all_periods[at + 1 :]),
        tuple(columns(period, keys, timetable.first_day)),
        tuple(period.usual),
        runs,
        vacations.knows(period.first) and vacations.knows(period.last),
    )


def fingerprints(*columns: NDArray[np.integer] | NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(n,) equal for equal rows of the columns, each (n,), and otherwise different as good as always.

    Every bit is mixed into every other (splitmix64), because they are summed up: the sum of what runs is to tell
    one day from another.
    """
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = mixed + column.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return mixed


def _with_likeness(
    timetable: Timetable,
    period: Period,
    service: NDArray[np.int32],
    fingerprint: NDArray[np.uint64],
    runs: NDArray[np.bool_],
) -> Period:
    """The period with its unusual days told by the cell they are nearly like, where they are like none."""
    if all(one.like for one in period.unusual):
        return period
    cells = list(period.usual)
    _, look = np.unique(fingerprint, return_inverse=True)
    usual = np.zeros((int(look.max()) + 1, len(cells)), np.bool_)
    for i in range(len(cells)):
        usual[look[runs[:, i]], i] = True

    def told(one: Unusual) -> Unusual:
        if one.like is not None:
            return one
        on_this_day = timetable.service_runs[service, (one.day - timetable.first_day).days] != 0
        present = np.zeros(len(usual), np.bool_)
        present[look[on_this_day]] = True
        others = (usual != present[:, None]).sum(axis=0)
        best = int(np.argmin(others))
        n_others, n_usual = int(others[best]), int(usual[:, best].sum())
        is_near = n_others <= max(FEW_OTHERS, NEARLY * n_usual) and n_others < n_usual / 2
        return Unusual(one.day, cells[best], is_exact=False) if is_near else one

    return replace(period, unusual=tuple(told(one) for one in period.unusual))


def _day_keys(timetable: Timetable, service: NDArray[np.int32], fingerprint: NDArray[np.uint64]) -> list[int]:
    """One for each service day; overflow of the sums is meant."""
    used, of_thing = np.unique(service, return_inverse=True)
    of_service = np.zeros(len(used), np.uint64)
    np.add.at(of_service, of_thing, fingerprint)
    runs = timetable.service_runs[used].astype(np.uint64)
    keys: list[int] = (runs * of_service[:, None]).sum(axis=0, dtype=np.uint64).tolist()
    return keys
