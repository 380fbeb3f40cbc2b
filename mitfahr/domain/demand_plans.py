"""When an on-demand service drives: hours by weekday, what holidays are, single days more or less."""

from __future__ import annotations

import datetime as dt
import enum
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mitfahr.domain.errors import PlanInvalid
from mitfahr.domain.recurrence import MAX_EXCEPTIONS, Skip, why_skipped
from mitfahr.domain.saxony import Vacations, public_holiday
from mitfahr.domain.times import resolve

MOST_HOURS = 6
SUNDAY = 6
_A_DAY = dt.timedelta(days=1)


class OnHolidays(enum.StrEnum):
    """What a public holiday is for the service."""

    AS_USUAL = "as_usual"
    AS_SUNDAY = "as_sunday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Hours:
    """On these weekdays (0 = Monday) from `begins` to `ends`; an end at or before that is of the next day."""

    weekdays: frozenset[int]
    begins: dt.time
    ends: dt.time


@dataclass(frozen=True, slots=True)
class Span:
    """Service hours of one day: `clock` is when they begin by the wall clock, the moments are aware."""

    clock: dt.time
    begins: dt.datetime
    ends: dt.datetime


@dataclass(frozen=True, slots=True)
class ServiceDay:
    """A day on which the service drives, or would: then `skip` says why not, `reason` what that is called."""

    day: dt.date
    skip: Skip | None
    reason: str | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DemandPlan:
    """`last` None means until further notice; on the days of `exceptions` nobody drives."""

    hours: tuple[Hours, ...]
    first: dt.date
    last: dt.date | None = None
    on_holidays: OnHolidays = OnHolidays.AS_USUAL
    skips_vacations: bool = False
    exceptions: frozenset[dt.date] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """Plain values, to be stored; `from_json` gives the same plan back."""
        return {
            "hours": [
                {
                    "weekdays": sorted(one.weekdays),
                    "begins": one.begins.isoformat("minutes"),
                    "ends": one.ends.isoformat("minutes"),
                }
                for one in self.hours
            ],
            "first": self.first.isoformat(),
            "last": self.last.isoformat() if self.last else None,
            "on_holidays": self.on_holidays.value,
            "skips_vacations": self.skips_vacations,
            "exceptions": sorted(day.isoformat() for day in self.exceptions),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DemandPlan:
        return cls(
            hours=tuple(
                Hours(
                    frozenset(one["weekdays"]),
                    dt.time.fromisoformat(one["begins"]),
                    dt.time.fromisoformat(one["ends"]),
                )
                for one in data["hours"]
            ),
            first=dt.date.fromisoformat(data["first"]),
            last=dt.date.fromisoformat(data["last"]) if data["last"] else None,
            on_holidays=OnHolidays(data["on_holidays"]),
            skips_vacations=data["skips_vacations"],
            exceptions=frozenset(dt.date.fromisoformat(day) for day in data["exceptions"]),
        )


def check_demand_plan(plan: DemandPlan) -> None:
    """Raises PlanInvalid: no hours or weekdays, hours of one vehicle that overlap, an end before the beginning."""
    if not 1 <= len(plan.hours) <= MOST_HOURS:
        raise PlanInvalid("hours")
    if any(not one.weekdays or not one.weekdays <= frozenset(range(7)) for one in plan.hours):
        raise PlanInvalid("weekdays")
    week = sorted(span for one in plan.hours for span in _minutes_of_week(one))
    pairs = [*itertools.pairwise(week), (week[-1], (week[0][0] + 7 * 24 * 60, 0))]
    if any(begins < ends for (_, ends), (begins, _) in pairs):
        raise PlanInvalid("overlap")
    if plan.last is not None and plan.last < plan.first:
        raise PlanInvalid("last")
    if len(plan.exceptions) > MAX_EXCEPTIONS:
        raise PlanInvalid("exceptions")


def service_days(
    plan: DemandPlan, vacations: Vacations, since: dt.date, until: dt.date
) -> Iterator[ServiceDay]:
    """Every day of the plan from `since` to `until` (both included), those that are skipped too."""
    day, end = max(since, plan.first), until if plan.last is None else min(until, plan.last)
    while day <= end:
        holiday = public_holiday(day)
        as_sunday = holiday is not None and plan.on_holidays is OnHolidays.AS_SUNDAY
        weekday = SUNDAY if as_sunday else day.weekday()
        hours = [one for one in plan.hours if weekday in one.weekdays]
        if hours:
            skip, reason = why_skipped(
                day,
                plan.exceptions,
                holiday if plan.on_holidays is OnHolidays.CLOSED else None,
                vacations if plan.skips_vacations else None,
            )
            spans = () if skip else tuple(_span(day, one) for one in sorted(hours, key=_begins))
            yield ServiceDay(day, skip, reason, spans)
        day += _A_DAY


def _span(day: dt.date, hours: Hours) -> Span:
    day_of_end = day if hours.ends > hours.begins else day + _A_DAY
    return Span(hours.begins, resolve(day, hours.begins).moment, resolve(day_of_end, hours.ends).moment)


def _begins(hours: Hours) -> dt.time:
    return hours.begins


def _minutes_of_week(hours: Hours) -> list[tuple[int, int]]:
    begins, ends = (clock.hour * 60 + clock.minute for clock in (hours.begins, hours.ends))
    lasts = (ends - begins) % (24 * 60) or 24 * 60
    return [(day * 24 * 60 + begins, day * 24 * 60 + begins + lasts) for day in hours.weekdays]
