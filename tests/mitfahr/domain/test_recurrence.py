"""A plan says on which days somebody drives, and on the others why not; 07:10 stays 07:10."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitfahr.domain.errors import PlanInvalid
from mitfahr.domain.recurrence import (
    Direction,
    Recurrence,
    Skip,
    Week,
    check_plan,
    next_days,
    occurrences,
    planned_days,
)
from mitfahr.domain.saxony import Vacations, public_holiday
from mitfahr.domain.times import ZONE, ClockChange
from mitfahr.school_vacations import read_vacations

VACATIONS = read_vacations()
WORKING_DAYS = frozenset(range(5))
SEVEN_TEN, HALF_FOUR = dt.time(7, 10), dt.time(15, 30)
MONDAY = dt.date(2026, 10, 5)
WEEKLY = Recurrence((Week(WORKING_DAYS, SEVEN_TEN, HALF_FOUR),), MONDAY)


def dates(plan: Recurrence, since: str, until: str) -> list[str]:
    """Days on which the plan leaves, as 05.10."""
    first, last = dt.date.fromisoformat(since), dt.date.fromisoformat(until)
    found = occurrences(plan, VACATIONS, first, last)
    return [f"{one.day:%d.%m.}" for one in found if one.direction is Direction.OUT]


def test_weekdays_within_the_dates() -> None:
    plan = replace(WEEKLY, weeks=(Week(frozenset({0, 3}), SEVEN_TEN),), last=dt.date(2026, 10, 15))
    assert dates(plan, "2026-09-01", "2026-12-31") == ["05.10.", "08.10.", "12.10.", "15.10."]
    assert dates(plan, "2026-10-06", "2026-10-12") == ["08.10.", "12.10."]


def test_seven_ten_stays_seven_ten_over_the_clock_change() -> None:
    found = occurrences(WEEKLY, VACATIONS, dt.date(2026, 10, 23), dt.date(2026, 10, 26))
    assert [f"{one.leaves.moment:%d.%m. %H:%M}" for one in found] == [
        "23.10. 05:10",
        "23.10. 13:30",
        "26.10. 06:10",
        "26.10. 14:30",
    ]


def test_on_the_nights_of_the_clock_change_it_is_said_what_is_meant() -> None:
    nights = Recurrence((Week(frozenset(range(7)), dt.time(2, 30)),), dt.date(2026, 1, 1))
    for day, shown, change in (
        (dt.date(2026, 3, 29), "03:30", ClockChange.SKIPPED),
        (dt.date(2026, 10, 25), "02:30", ClockChange.TWICE),
    ):
        (night,) = occurrences(nights, VACATIONS, day, day)
        assert night.leaves.clock_change is change
        assert f"{night.leaves.moment.astimezone(ZONE):%H:%M}" == shown


def test_free_days_are_named() -> None:
    plan = replace(
        WEEKLY, skips_holidays=True, skips_vacations=True, exceptions=frozenset({dt.date(2026, 11, 17)})
    )
    found = planned_days(plan, VACATIONS, dt.date(2026, 10, 23), dt.date(2026, 11, 18))
    skipped = [(f"{one.day:%d.%m.}", one.skip, one.reason) for one in found if one.skip]
    assert skipped == [
        ("23.10.", Skip.VACATION, "Herbstferien"),
        ("17.11.", Skip.EXCEPTION, None),
        ("18.11.", Skip.HOLIDAY, "Buß- und Bettag"),
    ]


def test_the_holidays_are_those_of_saxony() -> None:
    assert public_holiday(dt.date(2026, 10, 31)) == "Reformationstag"
    assert public_holiday(dt.date(2026, 1, 6)) is None, "Heilige Drei Könige is none here"
    assert public_holiday(dt.date(2026, 6, 4)) is None, "Fronleichnam only in a few communities"


def test_days_of_which_no_vacation_is_known_are_held_back() -> None:
    assert (VACATIONS.known_from.year, VACATIONS.known_to) == (2025, dt.date(2029, 8, 31))
    plan = replace(WEEKLY, skips_vacations=True, first=dt.date(2029, 8, 30))
    found = list(planned_days(plan, VACATIONS, plan.first, dt.date(2029, 9, 4)))
    assert [one.skip for one in found] == [Skip.VACATION, Skip.VACATION, Skip.UNKNOWN, Skip.UNKNOWN]
    assert next(planned_days(plan, Vacations(()), plan.first, plan.first)).skip is Skip.UNKNOWN


def test_shifts_rotate_and_the_night_shift_comes_home_the_next_day() -> None:
    early = Week(WORKING_DAYS, dt.time(5, 15), dt.time(14, 30))
    night = Week(WORKING_DAYS, dt.time(21, 15), dt.time(6, 30))
    free = Week(frozenset(), SEVEN_TEN)
    plan = Recurrence((early, night, free), dt.date(2026, 11, 4))  # a Wednesday
    found = list(occurrences(plan, VACATIONS, plan.first, dt.date(2026, 11, 23)))
    assert [f"{one.leaves.moment.astimezone(ZONE):%d.%m. %H:%M}" for one in found[:8]] == [
        "04.11. 05:15",
        "04.11. 14:30",
        "05.11. 05:15",
        "05.11. 14:30",
        "06.11. 05:15",
        "06.11. 14:30",
        "09.11. 21:15",
        "10.11. 06:30",
    ]
    assert [one.day.day for one in found if one.day >= dt.date(2026, 11, 14)] == [23, 23], (
        "a free week between"
    )


def test_the_preview_shows_what_falls_out_until_enough_takes_place() -> None:
    plan = replace(WEEKLY, skips_vacations=True)
    found = next_days(plan, VACATIONS, dt.date(2026, 10, 9), rides=3)
    assert [one.skip is None for one in found] == [True, *[False] * 10, True, True]
    assert next_days(replace(plan, last=MONDAY), VACATIONS, MONDAY + dt.timedelta(days=1), rides=3) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weeks": ()}, "weeks"),
        ({"weeks": WEEKLY.weeks * 5}, "weeks"),
        ({"weeks": (Week(frozenset(), SEVEN_TEN),)}, "weekdays"),
        ({"weeks": (Week(frozenset({7}), SEVEN_TEN),)}, "weekdays"),
        ({"last": MONDAY - dt.timedelta(days=1)}, "last"),
        ({"exceptions": frozenset(MONDAY + dt.timedelta(days=i) for i in range(101))}, "exceptions"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, object], field: str) -> None:
    check_plan(WEEKLY)
    with pytest.raises(PlanInvalid) as refused:
        check_plan(replace(WEEKLY, **changes))  # type: ignore[arg-type]
    assert refused.value.field == field


DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2030, 12, 31))
CLOCKS = st.times().map(lambda time: time.replace(second=0, microsecond=0))
WEEKS = st.builds(Week, st.frozensets(st.integers(0, 6)), CLOCKS, st.none() | CLOCKS)
PLANS = st.builds(
    Recurrence,
    st.lists(WEEKS, min_size=1, max_size=4).map(tuple),
    DAYS,
    st.none() | DAYS,
    st.frozensets(DAYS, max_size=5),
    st.booleans(),
    st.booleans(),
)


@given(PLANS, DAYS, st.integers(0, 60))
def test_every_ride_is_one_that_the_plan_says(plan: Recurrence, since: dt.date, days: int) -> None:
    until = since + dt.timedelta(days=days)
    found = list(occurrences(plan, VACATIONS, since, until))
    assert len({(one.day, one.direction) for one in found}) == len(found)
    for one in found:
        week = plan.week_of(one.day)
        assert max(since, plan.first) <= one.day <= min(until, plan.last or until)
        assert one.day.weekday() in week.weekdays and one.day not in plan.exceptions
        assert not (plan.skips_holidays and public_holiday(one.day))
        assert not plan.skips_vacations or (VACATIONS.knows(one.day) and VACATIONS.on(one.day) is None)
        clock = week.out if one.direction is Direction.OUT else week.back
        if one.leaves.clock_change is not ClockChange.SKIPPED:
            assert one.leaves.moment.astimezone(ZONE).time() == clock
        assert dt.timedelta(0) <= one.leaves.moment.astimezone(ZONE).date() - one.day <= dt.timedelta(days=1)


@given(PLANS, DAYS)
def test_a_window_of_two_halves_holds_the_same_rides(plan: Recurrence, since: dt.date) -> None:
    middle, until = since + dt.timedelta(days=13), since + dt.timedelta(days=40)
    halves = [
        *occurrences(plan, VACATIONS, since, middle),
        *occurrences(plan, VACATIONS, middle + dt.timedelta(days=1), until),
    ]
    assert halves == list(occurrences(plan, VACATIONS, since, until))


@given(PLANS)
def test_stored_and_read_again_it_is_the_same_plan(plan: Recurrence) -> None:
    assert Recurrence.from_json(plan.as_json()) == plan
