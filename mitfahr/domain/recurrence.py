"""When a driver who drives again and again drives: weekdays, shifts in rotation, free days, exceptions.

Times are those of the wall clock: who leaves at 07:10 leaves at 07:10 on the day after a clock change
too, whatever that is in UTC. On the night of the change `mitfahr.domain.times` says what is meant.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mitfahr.domain.errors import PlanInvalid
from mitfahr.domain.saxony import Vacations, public_holiday
from mitfahr.domain.times import Resolved, resolve

MAX_WEEKS = 4
"""Longest rotation of shifts."""

MAX_EXCEPTIONS = 100

_A_DAY = dt.timedelta(days=1)


class Direction(enum.StrEnum):
    OUT = "out"
    BACK = "back"


class Skip(enum.StrEnum):
    """Why a ride of the plan does not take place."""

    EXCEPTION = "exception"
    HOLIDAY = "holiday"
    VACATION = "vacation"
    UNKNOWN = "unknown"
    """Nobody has announced yet whether it is a school vacation."""


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a rotation: on these weekdays (0 = Monday) out at `out` and, if so, back at `back`.

    A way back at or before `out` is that of the next day: a night shift.
    """

    weekdays: frozenset[int]
    out: dt.time
    back: dt.time | None = None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`weeks` follow each other in rotation; the first is the week in which `first` lies.

    `last` None means until further notice. `exceptions` are days on which the driver does not leave.
    """

    weeks: tuple[Week, ...]
    first: dt.date
    last: dt.date | None = None
    exceptions: frozenset[dt.date] = frozenset()
    skips_holidays: bool = False
    skips_vacations: bool = False

    def week_of(self, day: dt.date) -> Week:
        """The week of the rotation that `day` lies in."""
        passed = (_monday(day) - _monday(self.first)).days // 7
        return self.weeks[passed % len(self.weeks)]

    def as_json(self) -> dict[str, Any]:
        """Plain values, to be stored; `from_json` gives the same plan back."""
        return {
            "weeks": [
                {
                    "weekdays": sorted(week.weekdays),
                    "out": week.out.isoformat("minutes"),
                    "back": week.back.isoformat("minutes") if week.back else None,
                }
                for week in self.weeks
            ],
            "first": self.first.isoformat(),
            "last": self.last.isoformat() if self.last else None,
            "exceptions": sorted(day.isoformat() for day in self.exceptions),
            "skips_holidays": self.skips_holidays,
            "skips_vacations": self.skips_vacations,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Recurrence:
        return cls(
            weeks=tuple(
                Week(
                    frozenset(week["weekdays"]),
                    dt.time.fromisoformat(week["out"]),
                    dt.time.fromisoformat(week["back"]) if week["back"] else None,
                )
                for week in data["weeks"]
            ),
            first=dt.date.fromisoformat(data["first"]),
            last=dt.date.fromisoformat(data["last"]) if data["last"] else None,
            exceptions=frozenset(dt.date.fromisoformat(day) for day in data["exceptions"]),
            skips_holidays=data["skips_holidays"],
            skips_vacations=data["skips_vacations"],
        )


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A ride of the plan: `day` is that of the way out, also for a way back after midnight."""

    day: dt.date
    direction: Direction
    leaves: Resolved


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day on which the plan drives, or would drive: then `skip` says why not, `reason` what it is called."""

    day: dt.date
    skip: Skip | None
    reason: str | None
    rides: tuple[Occurrence, ...]
    """The rides that take place, way out first; none on a day that is skipped."""


def check_plan(plan: Recurrence) -> None:
    """Raises PlanInvalid."""
    if not 1 <= len(plan.weeks) <= MAX_WEEKS:
        raise PlanInvalid("weeks")
    if not any(week.weekdays for week in plan.weeks) or any(
        not week.weekdays <= frozenset(range(7)) for week in plan.weeks
    ):
        raise PlanInvalid("weekdays")
    if plan.last is not None and plan.last < plan.first:
        raise PlanInvalid("last")
    if len(plan.exceptions) > MAX_EXCEPTIONS:
        raise PlanInvalid("exceptions")


def planned_days(
    plan: Recurrence, vacations: Vacations, since: dt.date, until: dt.date
) -> Iterator[PlannedDay]:
    """Every day of the plan from `since` to `until` (both included), those that are skipped too."""
    day, end = max(since, plan.first), until if plan.last is None else min(until, plan.last)
    while day <= end:
        week = plan.week_of(day)
        if day.weekday() in week.weekdays:
            skip, reason = why_skipped(
                day,
                plan.exceptions,
                public_holiday(day) if plan.skips_holidays else None,
                vacations if plan.skips_vacations else None,
            )
            yield PlannedDay(day, skip, reason, () if skip else _rides(day, week))
        day += _A_DAY


def occurrences(
    plan: Recurrence, vacations: Vacations, since: dt.date, until: dt.date
) -> Iterator[Occurrence]:
    """Every ride of the plan whose way out is on a day from `since` to `until`, both included."""
    for planned in planned_days(plan, vacations, since, until):
        yield from planned.rides


def next_days(plan: Recurrence, vacations: Vacations, since: dt.date, rides: int) -> list[PlannedDay]:
    """The days of the plan from `since` on until so many take place, for a preview; a year at most."""
    found: list[PlannedDay] = []
    taking_place = 0
    for planned in planned_days(plan, vacations, since, since + dt.timedelta(days=366)):
        if taking_place == rides:
            break
        found.append(planned)
        taking_place += planned.skip is None
    return found


def why_skipped(
    day: dt.date, exceptions: frozenset[dt.date], holiday: str | None, vacations: Vacations | None
) -> tuple[Skip | None, str | None]:
    """Why a plan leaves out a day, and what that is called; (None, None) if it does not.

    `holiday` and `vacations` are None for a plan that drives on the holiday, or in vacations.
    """
    if day in exceptions:
        return Skip.EXCEPTION, None
    if holiday:
        return Skip.HOLIDAY, holiday
    if vacations is not None:
        if not vacations.knows(day):
            return Skip.UNKNOWN, None
        if name := vacations.on(day):
            return Skip.VACATION, name
    return None, None


def _rides(day: dt.date, week: Week) -> tuple[Occurrence, ...]:
    out = Occurrence(day, Direction.OUT, resolve(day, week.out))
    if week.back is None:
        return (out,)
    day_back = day if week.back > week.out else day + _A_DAY
    return out, Occurrence(day, Direction.BACK, resolve(day_back, week.back))


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
