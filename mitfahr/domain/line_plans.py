"""When a line of an association runs: some departures on the same days of the week, with single days more or less."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mitfahr.domain.errors import PlanInvalid
from mitfahr.domain.recurrence import PlannedDay, Recurrence, Week, check_plan, planned_days
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import resolve

MOST_DEPARTURES = 24
MOST_ADDED = 100


@dataclass(frozen=True, slots=True)
class Departure:
    """One run: on which day, at which time of the wall clock, and when that is."""

    day: dt.date
    clock: dt.time
    leaves: dt.datetime


@dataclass(frozen=True, slots=True)
class LinePlan:
    """`days.weeks` has one week, whose time is the first of `departures`; cancelled days are `days.exceptions`.

    On the days in `added` the line runs whatever else is said.
    """

    days: Recurrence
    departures: tuple[dt.time, ...]
    added: frozenset[dt.date] = frozenset()

    @classmethod
    def weekly(
        cls,
        weekdays: frozenset[int],
        departures: tuple[dt.time, ...],
        first: dt.date,
        last: dt.date | None = None,
        *,
        skips_holidays: bool = False,
        skips_vacations: bool = False,
    ) -> LinePlan:
        """Raises PlanInvalid for no weekday, no or too many departures, or an end before the beginning."""
        if not 1 <= len(departures) <= MOST_DEPARTURES:
            raise PlanInvalid("departures")
        clocks = tuple(sorted(set(departures)))
        days = Recurrence(
            (Week(weekdays, clocks[0]),),
            first,
            last,
            skips_holidays=skips_holidays,
            skips_vacations=skips_vacations,
        )
        check_plan(days)
        return cls(days, clocks)

    def clocks_after(self, after_s: int) -> list[dt.time]:
        """When a stop so many seconds after the departure is served on a day, in the order of `departures`."""
        day = dt.date.min
        return [
            (dt.datetime.combine(day, clock) + dt.timedelta(seconds=after_s)).time()
            for clock in self.departures
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "days": self.days.as_json(),
            "departures": [clock.isoformat("minutes") for clock in self.departures],
            "added": sorted(day.isoformat() for day in self.added),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LinePlan:
        return cls(
            Recurrence.from_json(data["days"]),
            tuple(dt.time.fromisoformat(clock) for clock in data["departures"]),
            frozenset(dt.date.fromisoformat(day) for day in data["added"]),
        )


def line_days(plan: LinePlan, vacations: Vacations, since: dt.date, until: dt.date) -> list[PlannedDay]:
    """Every day from `since` to `until` (both included) on which the line runs, or would: then with the reason."""
    regular = {one.day: one for one in planned_days(plan.days, vacations, since, until)}
    added = {day: PlannedDay(day, None, None, ()) for day in plan.added if since <= day <= until}
    return [day for _, day in sorted((regular | added).items())]


def departures(plan: LinePlan, vacations: Vacations, since: dt.date, until: dt.date) -> Iterator[Departure]:
    """Every run of the line on the days from `since` to `until`, both included."""
    for planned in line_days(plan, vacations, since, until):
        if planned.skip is None:
            for clock in plan.departures:
                yield Departure(planned.day, clock, resolve(planned.day, clock).moment)
