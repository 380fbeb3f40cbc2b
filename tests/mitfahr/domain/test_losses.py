"""Differences, shares and days as rules: a with b is minus b with a, and a with itself is nothing."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from mitfahr.domain.comparable_days import NEAREST, DayPair, DayRange, comparable_days
from mitfahr.domain.day_types import Kind, cell_of
from mitfahr.domain.losses import WEEK, Figure, HeldLoss, LossKind, held_loss, worst_first
from mitfahr.school_vacations import read_vacations

VACATIONS = read_vacations()
NUMBERS = st.integers(0, 10**6).map(lambda thousandths: thousandths / 1000)
FIGURES = st.builds(Figure, NUMBERS, NUMBERS)
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
RANGES = st.builds(lambda first, days: DayRange(first, first + dt.timedelta(days)), DAYS, st.integers(0, 400))


@given(FIGURES)
def test_the_difference_turned_round_is_its_negative(figure: Figure) -> None:
    turned = Figure(figure.after, figure.before)
    assert turned.difference == -figure.difference
    assert not (figure.lost_share and turned.lost_share)
    assert Figure(figure.before, figure.before).lost_share == 0
    assert (figure.percent == 0) == (figure.before == figure.after and figure.before > 0)
    assert (figure.percent == -100) == (figure.after == 0 < figure.before)


@given(st.dictionaries(st.sampled_from([WEEK, "school", "sunday", "2027-05"]), FIGURES), st.floats(0.01, 0.9))
def test_what_is_held_is_above_the_threshold_and_the_week_comes_first(
    figures: dict[str, Figure], threshold: float
) -> None:
    held = held_loss("line|1", LossKind.LINE, "1", figures.items(), threshold)
    above = {days for days, figure in figures.items() if figure.lost_share > threshold}
    assert (held is None) == (not above)
    if held is not None:
        assert held.days in above and (held.days == WEEK or WEEK not in above)
        assert HeldLoss.from_json(held.as_json()) == held
        nothing = {days: Figure(one.before, one.before) for days, one in figures.items()}
        assert held_loss("line|1", LossKind.LINE, "1", nothing.items(), threshold) is None


def test_exactly_the_threshold_is_not_above_it() -> None:
    assert held_loss("k", LossKind.LINE, "1", [(WEEK, Figure(100, 80))], 0.2) is None
    assert held_loss("k", LossKind.LINE, "1", [(WEEK, Figure(1000, 799))], 0.2) is not None


def test_municipalities_and_whole_weeks_are_named_first() -> None:
    def loss(kind: LossKind, name: str, days: str, after: float) -> HeldLoss:
        return HeldLoss(name, kind, name, days, 100, after, 1 - after / 100)

    line = loss(LossKind.LINE, "416", WEEK, 0)
    town = loss(LossKind.MUNICIPALITY, "Lommatzsch", WEEK, 5)
    sundays = loss(LossKind.MUNICIPALITY, "Nossen", "sunday", 0)
    assert [one.name for one in worst_first([line, sundays, town])] == ["Lommatzsch", "Nossen", "416"]


@given(RANGES, RANGES, DAYS)
def test_days_are_of_one_kind_of_either_timetable_and_the_order_does_not_matter(
    before: DayRange, after: DayRange, today: dt.date
) -> None:
    days = comparable_days(before, after, today, VACATIONS)
    turned = comparable_days(after, before, today, VACATIONS)
    assert turned.cells == {cell: DayPair(pair.after, pair.before) for cell, pair in days.cells.items()}
    assert (turned.common, turned.months, turned.not_compared) == (
        days.common,
        days.months,
        days.not_compared,
    )
    for cell, pair in days.cells.items():
        for dates, own in ((pair.before, before), (pair.after, after)):
            assert dates and all(own.first <= day <= own.last for day in dates)
            assert {cell_of(day, VACATIONS) for day in dates} == {cell}
        assert pair.before == pair.after or max(len(pair.before), len(pair.after)) <= NEAREST
    weights = [column.key for column in days.columns]
    assert len(weights) == len(set(weights))


@given(RANGES, DAYS)
def test_the_same_dates_are_compared_with_themselves(own: DayRange, today: dt.date) -> None:
    days = comparable_days(own, own, today, VACATIONS)
    assert all(pair.before == pair.after for pair in days.cells.values())
    assert not days.not_compared and days.common is not None
    assert days.common.first == max(today, own.first) or days.common.first == own.first


def test_a_day_of_a_kind_that_is_not_shared_is_taken_from_both_sides() -> None:
    """Old until Friday, 11 December; new from Thursday on: the two common days are no Monday and no Sunday."""
    before = DayRange(dt.date(2026, 11, 2), dt.date(2026, 12, 11))
    after = DayRange(dt.date(2026, 12, 10), dt.date(2027, 1, 31))
    days = comparable_days(before, after, dt.date(2026, 11, 23), VACATIONS)
    assert days.cells[Kind.SCHOOL, 4].before == days.cells[Kind.SCHOOL, 4].after == (dt.date(2026, 12, 11),)
    monday = days.cells[Kind.SCHOOL, 0]
    assert monday.before[-1] == dt.date(2026, 12, 7) and monday.after[0] == dt.date(2026, 12, 14)
    assert Kind.VACATION in days.not_compared
    assert "week" in {column.key for column in days.columns}
