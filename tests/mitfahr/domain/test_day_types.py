"""Days with equal departures become periods and columns; the few that differ are named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from mitfahr.domain.day_types import Cell, Kind, Unusual, cell_of, columns, periods
from mitfahr.school_vacations import read_vacations

VACATIONS = read_vacations()
MONDAY = dt.date(2026, 11, 23)
"""Four weeks before the Christmas vacations."""


def keys(n_days: int, key: Callable[[dt.date, Cell], int], first: dt.date = MONDAY) -> list[int]:
    days = [first + dt.timedelta(days=i) for i in range(n_days)]
    return [key(day, cell_of(day, VACATIONS)) for day in days]


def test_a_day_belongs_to_its_cell() -> None:
    assert cell_of(dt.date(2026, 11, 24), VACATIONS) == (Kind.SCHOOL, 1)
    assert cell_of(dt.date(2026, 12, 28), VACATIONS) == (Kind.VACATION, 0)
    assert cell_of(dt.date(2026, 12, 26), VACATIONS) == (Kind.SUNDAY, 6)  # a Saturday, but a holiday
    assert cell_of(dt.date(2026, 11, 18), VACATIONS) == (Kind.SUNDAY, 6)  # Buß- und Bettag, a Wednesday
    assert cell_of(dt.date(2026, 12, 19), VACATIONS) == (Kind.SATURDAY, 5)


def test_four_columns_where_school_and_vacations_differ() -> None:
    told = keys(95, lambda _day, cell: int(cell[0]))
    (period,) = periods(MONDAY, told, VACATIONS)
    assert (period.first, period.last) == (MONDAY, dt.date(2027, 2, 25))
    assert period.unusual == ()
    found = columns(period, told, MONDAY)
    assert [column.kinds for column in found] == [{kind} for kind in Kind]
    assert found[0].weekdays == {0, 1, 2, 3, 4}


def test_vacations_like_school_days_are_one_column() -> None:
    told = keys(95, lambda _day, cell: max(0, cell[0] - 1))
    (period,) = periods(MONDAY, told, VACATIONS)
    assert [column.kinds for column in columns(period, told, MONDAY)] == [
        {Kind.SCHOOL, Kind.VACATION},
        {Kind.SATURDAY},
        {Kind.SUNDAY},
    ]


def test_weekdays_may_differ_without_being_unusual() -> None:
    told = keys(95, lambda _day, cell: cell[1] in (1, 3))
    (period,) = periods(MONDAY, told, VACATIONS)
    assert period.unusual == ()
    assert told[(period.usual[Kind.SCHOOL, 1] - MONDAY).days]
    assert not told[(period.usual[Kind.SCHOOL, 2] - MONDAY).days]


def test_single_days_are_named_and_told_what_they_are_like() -> None:
    eve, closed = dt.date(2026, 12, 24), dt.date(2026, 12, 3)
    special = {eve: int(Kind.SATURDAY), closed: 99}
    told = keys(95, lambda day, cell: special.get(day, int(cell[0])))
    (period,) = periods(MONDAY, told, VACATIONS)
    assert period.unusual == (Unusual(closed, None), Unusual(eve, (Kind.SATURDAY, 5)))


def test_a_new_timetable_begins_a_period_of_its_own() -> None:
    change = dt.date(2026, 12, 13)
    told = keys(95, lambda day, cell: int(cell[0]) + 10 * (day >= change))
    old, new = periods(MONDAY, told, VACATIONS)
    assert (old.last, new.first) == (change - dt.timedelta(days=1), change)
    assert old.unusual == new.unusual == ()


def test_no_day_at_all() -> None:
    assert periods(MONDAY, [], VACATIONS) == []
