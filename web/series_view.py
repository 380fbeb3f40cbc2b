"""Series in words: the plan in a few sentences, the coming days with what becomes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mitfahr.db.rides import Ride
from mitfahr.db.series import SeriesGap
from mitfahr.domain.recurrence import Direction, PlannedDay, Recurrence, Skip, Week
from mitfahr.languages.formats import weekday
from web.german import day_short

SKIP_WORDS = {
    Skip.EXCEPTION: "Sie fahren nicht",
    Skip.HOLIDAY: "Feiertag",
    Skip.VACATION: "Schulferien",
    Skip.UNKNOWN: "Ferien noch nicht bekannt",
}
_NUMBERS = ("Erste", "Zweite", "Dritte", "Vierte")


@dataclass(frozen=True, slots=True)
class SeriesRide:
    """A dated ride, or why there is none."""

    direction: Direction
    ride: Ride | None
    people: int
    """Passengers and requests."""
    gap: str | None


@dataclass(frozen=True, slots=True)
class SeriesDay:
    day: dt.date
    skipped: str | None
    rides: Sequence[SeriesRide]

    @property
    def can_be_left_out(self) -> bool:
        """Nobody has booked, and there is something to leave out."""
        return self.skipped is None and not any(one.people for one in self.rides)


def series_days(
    planned: Sequence[PlannedDay],
    rides: Sequence[Ride],
    gaps: Sequence[SeriesGap],
    people: Mapping[str, int],
) -> list[SeriesDay]:
    """Days of the plan and days that still have rides of it, soonest first."""
    skipped = {one.day: skip_words(one) for one in planned}
    days = sorted(skipped.keys() | {ride.series_day for ride in rides if ride.series_day is not None})
    found = []
    for day in days:
        of_day = [
            SeriesRide(ride.series_direction or Direction.OUT, ride, people.get(ride.id, 0), None)
            for ride in rides
            if ride.series_day == day
        ]
        of_day += [SeriesRide(gap.direction, None, 0, gap.reason) for gap in gaps if gap.day == day]
        found.append(SeriesDay(day, skipped.get(day), of_day))
    return found


def skip_words(planned: PlannedDay) -> str | None:
    """Why a day of the plan is left out; None when it takes place."""
    if planned.skip is None:
        return None
    return planned.reason or SKIP_WORDS[planned.skip]


def plan_words(plan: Recurrence) -> list[str]:
    """The plan in short sentences."""
    if len(plan.weeks) == 1:
        sentences = [_week(plan.weeks[0])]
    else:
        sentences = [
            f"{_NUMBERS[i]} Woche: {_week(week) if week.weekdays else 'frei'}"
            for i, week in enumerate(plan.weeks)
        ]
    until = f"bis {day_short(plan.last)}" if plan.last else "bis Sie die Fahrt beenden"
    sentences.append(f"ab {day_short(plan.first)}, {until}")
    if plan.skips_holidays:
        sentences.append("nicht an sächsischen Feiertagen")
    if plan.skips_vacations:
        sentences.append("nicht in den sächsischen Schulferien")
    if plan.exceptions:
        sentences.append(f"nicht am {', '.join(day_short(day) for day in sorted(plan.exceptions))}")
    return sentences


def _week(week: Week) -> str:
    days = ", ".join(weekday(day) for day in sorted(week.weekdays))
    if week.weekdays == frozenset(range(5)):
        days = "Montag bis Freitag"
    if week.weekdays == frozenset(range(7)):
        days = "jeden Tag"
    back = f", zurück {week.back:%H:%M} Uhr" if week.back else ""
    next_day = " am nächsten Tag" if week.back is not None and week.back <= week.out else ""
    return f"{days}: hin {week.out:%H:%M} Uhr{back}{next_day}"
