"""When on-demand services drive: hours by weekday, holidays, vacations, nights, and what is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from mitfahr.domain.demand_plans import DemandPlan, Hours, OnHolidays, check_demand_plan, service_days
from mitfahr.domain.errors import PlanInvalid
from mitfahr.domain.recurrence import Skip
from mitfahr.school_vacations import read_vacations

VACATIONS = read_vacations()
WORKING_DAYS, WEEKEND = frozenset(range(5)), frozenset({5, 6})
EVENING = Hours(WORKING_DAYS, dt.time(17, 30), dt.time(22))
ALL_DAY = Hours(WEEKEND, dt.time(8), dt.time(22))
PLAN = DemandPlan((EVENING, ALL_DAY), dt.date(2026, 5, 1))
WHIT_MONDAY = dt.date(2026, 5, 25)


def begins(plan: DemandPlan, day: dt.date) -> list[str]:
    """When the hours of a day begin, or why there are none."""
    found = list(service_days(plan, VACATIONS, day, day))
    return [one.skip.value for one in found if one.skip] or [
        f"{span.clock:%H:%M}" for one in found for span in one.spans
    ]


def test_a_holiday_is_a_day_like_others_or_a_sunday_or_free() -> None:
    for on_holidays, expected in (
        (OnHolidays.AS_USUAL, ["17:30"]),
        (OnHolidays.AS_SUNDAY, ["08:00"]),
        (OnHolidays.CLOSED, [Skip.HOLIDAY.value]),
    ):
        assert begins(replace(PLAN, on_holidays=on_holidays), WHIT_MONDAY) == expected
    only_working_days = DemandPlan((EVENING,), PLAN.first, on_holidays=OnHolidays.AS_SUNDAY)
    assert begins(only_working_days, WHIT_MONDAY) == []


def test_vacations_single_days_and_the_end_are_kept() -> None:
    in_summer = dt.date(2026, 7, 20)
    assert begins(replace(PLAN, skips_vacations=True), in_summer) == [Skip.VACATION.value]
    assert begins(replace(PLAN, exceptions=frozenset({in_summer})), in_summer) == [Skip.EXCEPTION.value]
    assert begins(replace(PLAN, last=dt.date(2026, 6, 30)), in_summer) == []
    assert begins(PLAN, dt.date(2026, 4, 30)) == []


def test_hours_after_midnight_are_of_the_day_before_also_when_the_clock_changes() -> None:
    night = DemandPlan((Hours(frozenset({5}), dt.time(22), dt.time(3)),), PLAN.first)
    (saturday,) = service_days(night, VACATIONS, dt.date(2026, 10, 24), dt.date(2026, 10, 24))
    (span,) = saturday.spans
    assert span.ends - span.begins == dt.timedelta(hours=6)  # summer time ends in that night
    (spring,) = service_days(night, VACATIONS, dt.date(2027, 3, 27), dt.date(2027, 3, 27))
    assert spring.spans[0].ends - spring.spans[0].begins == dt.timedelta(hours=4)


def test_a_plan_comes_back_as_it_was_stored() -> None:
    plan = replace(
        PLAN, last=dt.date(2026, 12, 31), exceptions=frozenset({WHIT_MONDAY}), skips_vacations=True
    )
    assert DemandPlan.from_json(plan.as_json()) == plan


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (replace(PLAN, hours=()), "hours"),
        (replace(PLAN, hours=(Hours(frozenset(), dt.time(8), dt.time(9)),)), "weekdays"),
        (replace(PLAN, hours=(EVENING, Hours(frozenset({4}), dt.time(21), dt.time(23)))), "overlap"),
        (
            replace(
                PLAN,
                hours=(
                    Hours(frozenset({6}), dt.time(20), dt.time(2)),
                    Hours(frozenset({0}), dt.time(1), dt.time(9)),
                ),
            ),
            "overlap",
        ),
        (replace(PLAN, last=dt.date(2026, 4, 1)), "last"),
    ],
)
def test_what_cannot_be_driven_is_refused(plan: DemandPlan, field: str) -> None:
    check_demand_plan(PLAN)
    with pytest.raises(PlanInvalid) as refused:
        check_demand_plan(plan)
    assert refused.value.field == field
