"""What an association runs by a plan, as its pages show it: lines and on-demand services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from mitfahr.db.rides import Ride
from mitfahr.domain.recurrence import Skip
from mitfahr.languages import lazy

SKIP_WORDS = {
    Skip.EXCEPTION: lazy("abgesagt"),
    Skip.HOLIDAY: lazy("Feiertag"),
    Skip.VACATION: lazy("Schulferien"),
    Skip.UNKNOWN: lazy("Ferien noch nicht bekannt"),
}


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day of the plan with its rides that take place; `skip` says why there are none."""

    day: dt.date
    skip: Skip | None
    rides: list[Ride]
    n_booked: int

    @property
    def skipped(self) -> str | None:
        """The reason in words."""
        return str(SKIP_WORDS[self.skip]) if self.skip else None

    @property
    def is_cancelled(self) -> bool:
        """The association does not want this day, though its plan has it."""
        return self.skip is Skip.EXCEPTION


def shown_days(
    planned: Mapping[dt.date, Skip | None],
    rides: Iterable[tuple[dt.date | None, Ride]],
    booked: Set[str],
) -> list[ShownDay]:
    """Days of the plan and days that still have rides, each with its own, soonest first."""
    by_day: dict[dt.date, list[Ride]] = {day: [] for day in planned}
    for day, ride in rides:
        if day is not None:
            by_day.setdefault(day, []).append(ride)
    return [
        ShownDay(day, planned.get(day), of_day, sum(ride.id in booked for ride in of_day))
        for day, of_day in sorted(by_day.items(), key=lambda one: one[0])
    ]
