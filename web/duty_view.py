"""Shifts as pages show them: how each stands in colour and words, weeks, months, hours."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mitfahr.db.duty import (
    DutyShift,
    booked_people,
    deadlines_of,
    papers_of,
    runs_of_shifts,
    shifts_between,
)
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride
from mitfahr.domain.duty import NOTED_WITHIN_S, Availability, Deadlines, Light, Paper, light, paper
from mitfahr.domain.rosters import OpenShift, propose
from mitfahr.domain.saxony import public_holiday
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.languages import _, ngettext
from mitfahr.languages.formats import near_day_and_clock

A_DAY = dt.timedelta(days=1)
AHEAD_DAYS = 28
"""The overview tells of so many days."""

TAGS = {Light.GREEN: "success", Light.YELLOW: "warning", Light.RED: "danger", Light.OFF: "info"}


_URGENT_FIRST = (Light.RED, Light.YELLOW, Light.OFF, Light.GREEN)


@dataclass(frozen=True, slots=True)
class ShiftView:
    """`people` are booked on its runs; `cancels_s` is when the first of them is cancelled if nobody is found."""

    shift: DutyShift
    light: Light
    runs: Sequence[Ride]
    people: int
    cancels_s: int | None
    paper: Paper
    now_s: int

    @property
    def tag(self) -> str:
        return TAGS[self.light]

    @property
    def is_over(self) -> bool:
        return self.shift.ends_s <= self.now_s

    @property
    def has_begun(self) -> bool:
        """By plan, or because whoever drives has said so."""
        return self.shift.begins_s <= self.now_s or self.shift.began_s is not None

    @property
    def is_driven(self) -> bool:
        """Whether hours can be noted: somebody drives, it takes place, and it is near."""
        near = self.shift.begins_s - NOTED_WITHIN_S <= self.now_s
        return near and self.shift.driver_id is not None and self.light is not Light.OFF

    @property
    def is_open(self) -> bool:
        """Whether a driver may still take it."""
        free = self.shift.driver_id is None or (
            self.shift.substitute_since is not None and self.shift.begins_s > self.now_s
        )
        return free and not self.is_over and self.light is not Light.OFF

    @property
    def words(self) -> str:
        """How it stands, for those who do not see the colour too."""
        driver = self.shift.driver
        if self.light is Light.OFF:
            return _("Fällt aus: Die Fahrten sind abgesagt.")
        if driver is None:
            if self.is_over:
                return _("Niemand ist gefahren.")
            return (
                _("Dringend: Es fehlt jemand, der fährt.")
                if self.light is Light.RED
                else _("Noch offen: Es fehlt jemand, der fährt.")
            )
        if self.is_over:
            return _("Gefahren von %(name)s.", name=driver.full_name)
        if self.light is Light.YELLOW:
            return _("%(name)s fährt, sucht aber jemanden, der übernimmt.", name=driver.full_name)
        return _("Besetzt: Es fährt %(name)s.", name=driver.full_name)

    @property
    def short(self) -> str:
        """For a calendar: the name, or what is missing."""
        if self.light is Light.OFF:
            return _("fällt aus")
        if self.shift.driver is None:
            return _("dringend") if self.light is Light.RED else _("offen")
        if self.light is Light.YELLOW:
            return _("%(name)s, sucht Ersatz", name=self.shift.driver.full_name)
        return self.shift.driver.full_name

    @property
    def deadline(self) -> str | None:
        """What happens if nobody is found."""
        if self.cancels_s is None or self.shift.driver is not None or self.light is Light.OFF:
            return None
        return _(
            "Findet sich bis %(moment)s niemand, sagen wir die Fahrten ab.",
            moment=near_day_and_clock(self.cancels_s, self.now_s),
        )

    @property
    def asked(self) -> str | None:
        """Whether the others know that somebody is looked for."""
        if self.shift.asked_at is None or self.is_over or self.light is Light.OFF:
            return None
        moment = near_day_and_clock(self.shift.asked_at, self.now_s)
        return _("Die anderen sind per E-Mail gefragt: %(moment)s.", moment=moment)


@dataclass(frozen=True, slots=True)
class DayView:
    day: dt.date
    holiday: str | None
    shifts: Sequence[ShiftView]
    is_today: bool
    is_outside: bool = False
    """Of another month than the page is about."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How many shifts stand how."""

    numbers: Mapping[Light, int]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Tag and words of each, the most urgent first; never nothing."""
        return [
            (TAGS[light], self._words(light, n)) for light in _URGENT_FIRST if (n := self.numbers[light])
        ] or [(TAGS[Light.OFF], _("Es ist kein Dienst geplant."))]

    @staticmethod
    def _words(light: Light, n: int) -> str:
        if light is Light.RED:
            return ngettext("%(num)s Dienst ist dringend offen.", "%(num)s Dienste sind dringend offen.", n)
        if light is Light.YELLOW:
            return ngettext(
                "%(num)s Dienst ist noch offen oder sucht Ersatz.",
                "%(num)s Dienste sind noch offen oder suchen Ersatz.",
                n,
            )
        if light is Light.GREEN:
            return ngettext("%(num)s Dienst ist besetzt.", "%(num)s Dienste sind besetzt.", n)
        return ngettext("%(num)s Dienst fällt aus.", "%(num)s Dienste fallen aus.", n)


@dataclass(frozen=True, slots=True)
class Hours:
    """What somebody has driven: shifts that are over. Of `noted` ones the real times count, of the others the plan."""

    person: Person
    shifts: int
    noted: int
    seconds: int

    @property
    def hours(self) -> float:
        return self.seconds / 3600


def views_of(
    session: Session, shifts: Sequence[DutyShift], organisation_id: str, now: dt.datetime
) -> list[ShiftView]:
    ids = [shift.id for shift in shifts]
    runs, people = runs_of_shifts(session, ids), booked_people(session, ids)
    deadlines, papers = deadlines_of(session, organisation_id), papers_of(session, organisation_id)

    def view(shift: DutyShift) -> ShiftView:
        held = papers.get(shift.driver_id or "")
        until = held.good_until if held is not None else None
        mine = runs[shift.id]
        taking_place = [run for run in mine if run.withdrawn_at is None]
        return ShiftView(
            shift=shift,
            light=light(
                has_driver=shift.driver_id is not None,
                looks_for_substitute=shift.substitute_since is not None,
                is_cancelled=bool(mine) and not taking_place,
                begins_s=shift.begins_s,
                asks_s=deadlines.asks_s(shift.begins_s),
                now_s=seconds(now),
            ),
            runs=mine,
            people=people.get(shift.id, 0),
            cancels_s=_cancels_s(shift, taking_place, deadlines),
            paper=paper(until, local(shift.begins_s).date()) if held is not None else Paper.UNKNOWN,
            now_s=seconds(now),
        )

    return [view(shift) for shift in shifts]


def days_of(
    session: Session,
    organisation_id: str,
    first: dt.date,
    days: int,
    now: dt.datetime,
    month: int | None = None,
) -> list[DayView]:
    """Every day from `first` on with its shifts."""
    until = first + days * A_DAY
    from_s, until_s = (seconds(resolve(day, dt.time(0)).moment) for day in (first, until))
    by_day = defaultdict(list)
    for view in views_of(
        session, shifts_between(session, organisation_id, from_s, until_s), organisation_id, now
    ):
        by_day[local(view.shift.begins_s).date()].append(view)
    today = local(seconds(now)).date()
    return [
        DayView(day, public_holiday(day), by_day[day], day == today, month is not None and day.month != month)
        for day in (first + n * A_DAY for n in range(days))
    ]


def overview(session: Session, organisation_id: str, now: dt.datetime) -> Overview:
    """Of the next AHEAD_DAYS days."""
    now_s = seconds(now)
    shifts = [
        shift
        for shift in shifts_between(session, organisation_id, now_s - 86_400, now_s + AHEAD_DAYS * 86_400)
        if shift.ends_s > now_s
    ]
    numbers = dict.fromkeys(Light, 0)
    for view in views_of(session, shifts, organisation_id, now):
        numbers[view.light] += 1
    return Overview(numbers)


def hours_of(shifts: Iterable[DutyShift]) -> list[Hours]:
    """What was driven, by person, by last name."""
    driven: dict[str, list[DutyShift]] = defaultdict(list)
    for shift in shifts:
        if shift.driver_id is not None:
            driven[shift.driver_id].append(shift)
    people = {shift.driver_id: shift.driver for mine in driven.values() for shift in mine}
    return sorted(
        (
            Hours(
                person,
                len(driven[person.id]),
                sum(one.is_noted for one in driven[person.id]),
                sum(one.worked_s for one in driven[person.id]),
            )
            for person in people.values()
            if person is not None
        ),
        key=lambda one: (one.person.last_name, one.person.first_name, one.person.id),
    )


def _cancels_s(shift: DutyShift, runs: Sequence[Ride], deadlines: Deadlines) -> int | None:
    if shift.driverless_since is None:
        return None
    return deadlines.first_cancels_s((run.begins_s for run in runs), seconds(shift.driverless_since))


def proposal(shifts: Iterable[DutyShift], answers: Mapping[tuple[str, str], Availability]) -> dict[str, str]:
    """Open shift → who could drive it by the answers, which are by (shift, person)."""
    said = defaultdict[str, dict[str, Availability]](dict)
    busy = defaultdict[str, list[tuple[int, int]]](list)
    for (shift_id, person_id), answer in answers.items():
        said[shift_id][person_id] = answer
    asked = list[OpenShift]()
    for shift in shifts:
        if shift.driver_id is None:
            asked.append(OpenShift(shift.id, shift.begins_s, shift.ends_s, said[shift.id]))
        else:
            busy[shift.driver_id].append((shift.begins_s, shift.ends_s))
    return propose(asked, busy)
