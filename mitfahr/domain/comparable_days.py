"""Which days of two timetables are held against each other.

Where both timetables know the same dates, the same dates are compared: from today on, and where none of those is left
the earlier ones. For a cell (a kind of day and a weekday, see `day_types`) that has no such date, both timetables give
those of their own days that lie nearest to the days of the other one. A cell that only one of them has at all is not
compared. Nothing depends on which of the two comes first.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mitfahr.domain.day_types import Cell, Kind, cell_of
from mitfahr.domain.losses import WEEK
from mitfahr.domain.saxony import Vacations

NEAREST = 8
"""So many days of a cell stand for a timetable that shares no date of this cell with the other."""

LEAST_MONTH_DAYS = 7
"""Fewer common days of a month say nothing about a month."""


@dataclass(frozen=True, slots=True)
class DayRange:
    """From `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    def days(self) -> list[dt.date]:
        return [self.first + dt.timedelta(days=i) for i in range((self.last - self.first).days + 1)]

    def distance(self, day: dt.date) -> int:
        """Days to the nearest day of the range, 0 within."""
        return max((self.first - day).days, (day - self.last).days, 0)


@dataclass(frozen=True, slots=True)
class DayPair:
    """Days of the timetable before and of the one after; equal where both know the same dates."""

    before: tuple[dt.date, ...]
    after: tuple[dt.date, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """What is told of one kind of days: the sum over `cells` of the mean of each, divided by `divisor`.

    `key` is WEEK, the name of a Kind in small letters, or that and a weekday from 0 as in "school-2".
    """

    key: str
    cells: tuple[Cell, ...]
    divisor: int


@dataclass(frozen=True, slots=True)
class ComparableDays:
    """`months` are dates both know, by month ("2027-05"); `not_compared` are kinds that only one of them has.

    `common` are the first and last date that both know and that are compared, None where there is none.
    """

    cells: dict[Cell, DayPair]
    months: dict[str, tuple[dt.date, ...]]
    common: DayRange | None
    not_compared: tuple[Kind, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The week, then the kinds, then each weekday of working days."""
        week = [cell for weekday in range(7) if (cell := self._usual(weekday))]
        kinds = [(kind, tuple(cell for cell in self.cells if cell[0] is kind)) for kind in Kind]
        working = [cell for cell in self.cells if cell[0] in (Kind.SCHOOL, Kind.VACATION)]
        return (
            *([Column(WEEK, tuple(week), 1)] if week else []),
            *(Column(kind.name.lower(), cells, len(cells)) for kind, cells in kinds if cells),
            *(Column(f"{kind.name.lower()}-{weekday}", ((kind, weekday),), 1) for kind, weekday in working),
        )

    def _usual(self, weekday: int) -> Cell | None:
        kinds = (Kind.SCHOOL, Kind.VACATION, Kind.SATURDAY, Kind.SUNDAY)
        return next((cell for kind in kinds if (cell := (kind, weekday)) in self.cells), None)


def comparable_days(
    before: DayRange, after: DayRange, today: dt.date, vacations: Vacations
) -> ComparableDays:
    """The days of two timetables that are compared."""
    shared = sorted(set(before.days()) & set(after.days()))
    shared = [day for day in shared if day >= today] or shared
    of_cell, of_before, of_after = (
        _by_cell(days, vacations) for days in (shared, before.days(), after.days())
    )
    cells: dict[Cell, DayPair] = {}
    for cell in sorted(of_before.keys() & of_after.keys()):
        if cell in of_cell:
            cells[cell] = DayPair(tuple(of_cell[cell]), tuple(of_cell[cell]))
        else:
            cells[cell] = DayPair(_nearest(of_before[cell], after), _nearest(of_after[cell], before))
    compared = {kind for kind, _ in cells}
    known = {kind for kind, _ in of_before.keys() | of_after.keys()}
    return ComparableDays(
        cells,
        _by_month(shared),
        DayRange(shared[0], shared[-1]) if shared else None,
        tuple(sorted(known - compared)),
    )


def _by_cell(days: Iterable[dt.date], vacations: Vacations) -> dict[Cell, list[dt.date]]:
    found: dict[Cell, list[dt.date]] = defaultdict(list)
    for day in days:
        found[cell_of(day, vacations)].append(day)
    return dict(found)


def _nearest(days: Iterable[dt.date], other: DayRange) -> tuple[dt.date, ...]:
    return tuple(sorted(sorted(days, key=lambda day: (other.distance(day), day))[:NEAREST]))


def _by_month(days: Iterable[dt.date]) -> dict[str, tuple[dt.date, ...]]:
    found: dict[str, list[dt.date]] = defaultdict(list)
    for day in days:
        found[f"{day:%Y-%m}"].append(day)
    return {month: tuple(own) for month, own in found.items() if len(own) >= LEAST_MONTH_DAYS}
