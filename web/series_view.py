"""Series in words: the plan in a few sentences, the coming days with what becomes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mitfahr.db.rides import Ride
from mitfahr.db.series import SeriesGap
from mitfahr.domain.recurrence import Direction, PlannedDay, Recurrence, Skip, Week
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import day_short, weekday
from mitfahr.languages.stored import said

SKIP_WORDS = {
    Skip.EXCEPTION: lazy("Sie fahren nicht"),
    Skip.HOLIDAY: lazy("Feiertag"),
    Skip.VACATION: lazy("Schulferien"),
    Skip.UNKNOWN: lazy("Ferien noch nicht bekannt"),
}
_NUMBERED = (
    lazy("Erste Woche:"),
    lazy("Zweite Woche:"),
    lazy("Dritte Woche:"),
    lazy("Vierte Woche:"),
)


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
        of_day += [SeriesRide(gap.direction, None, 0, said(gap.reason)) for gap in gaps if gap.day == day]
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
            f"{_NUMBERED[i]} {_week(week) if week.weekdays else _('frei')}"
            for i, week in enumerate(plan.weeks)
        ]
    first = day_short(plan.first)
    if plan.last:
        sentences.append(_("ab %(first)s, bis %(last)s", first=first, last=day_short(plan.last)))
    else:
        sentences.append(_("ab %(first)s, bis Sie die Fahrt beenden", first=first))
    if plan.skips_holidays:
        sentences.append(_("nicht an sächsischen Feiertagen"))
    if plan.skips_vacations:
        sentences.append(_("nicht in den sächsischen Schulferien"))
    if plan.exceptions:
        days = ", ".join(day_short(day) for day in sorted(plan.exceptions))
        sentences.append(_("nicht am %(days)s", days=days))
    return sentences


def _week(week: Week) -> str:
    days = ", ".join(weekday(day) for day in sorted(week.weekdays))
    if week.weekdays == frozenset(range(5)):
        days = _("Montag bis Freitag")
    if week.weekdays == frozenset(range(7)):
        days = _("jeden Tag")
    out = _("%(days)s: hin %(time)s Uhr", days=days, time=f"{week.out:%H:%M}")
    if week.back is None:
        return out
    time = f"{week.back:%H:%M}"
    if week.back <= week.out:
        return _("%(out)s, zurück %(time)s Uhr am nächsten Tag", out=out, time=time)
    return _("%(out)s, zurück %(time)s Uhr", out=out, time=time)
