"""Standing orders as people see them: when, and what became of the coming days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mitfahr.db.bookings import Booking, booking_of, bookings_of_trip, replacements_of
from mitfahr.db.standing_orders import StandingDay, StandingOrder
from mitfahr.domain.recurrence import PlannedDay, Recurrence, Skip
from mitfahr.domain.states import BookingState
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import day_short
from mitfahr.messages import HITCH_WORDS
from web.bookings_view import BOOKING_SIGN, Sign
from web.day_words import weekdays_words

SKIP_WORDS = {
    Skip.EXCEPTION: lazy("ausgelassen"),
    Skip.HOLIDAY: lazy("Feiertag"),
    Skip.VACATION: lazy("Schulferien"),
    Skip.UNKNOWN: lazy("Ferien noch nicht bekannt"),
}


@dataclass(frozen=True, slots=True)
class BookedWay:
    """One way of a booked day."""

    booking_id: str
    departure_s: int
    arrival_s: int
    sign: Sign


@dataclass(frozen=True, slots=True)
class OrderDay:
    """`skipped` and `hitch` are words; where all three are missing, the day will be booked soon."""

    day: dt.date
    skipped: str | None
    hitch: str | None
    ways: Sequence[BookedWay]

    @property
    def can_be_left_out(self) -> bool:
        return self.skipped is None and (self.hitch is not None or not self.ways or self.is_booked)

    @property
    def is_booked(self) -> bool:
        return any(way.sign.look in ("success", "warning") for way in self.ways)


def skip_words(planned: PlannedDay) -> str | None:
    """Why a day of the plan is left out; None when it takes place."""
    return None if planned.skip is None else planned.reason or SKIP_WORDS[planned.skip]


def plan_words(plan: Recurrence, arrive_by: bool) -> list[str]:
    """The plan in short sentences."""
    week = plan.weeks[0]
    days, out = weekdays_words(week.weekdays), f"{week.out:%H:%M}"
    sentences = [
        _("%(days)s: Ankunft bis %(time)s Uhr", days=days, time=out)
        if arrive_by
        else _("%(days)s: Abfahrt ab %(time)s Uhr", days=days, time=out)
    ]
    if week.back is not None:
        back = f"{week.back:%H:%M}"
        sentences.append(
            _("zurück ab %(time)s Uhr", time=back)
            if week.back > week.out
            else _("zurück ab %(time)s Uhr am nächsten Tag", time=back)
        )
    first = day_short(plan.first)
    sentences.append(
        _("vom %(first)s bis %(last)s", first=first, last=day_short(plan.last))
        if plan.last
        else _("ab %(first)s, bis auf Weiteres", first=first)
    )
    if plan.skips_holidays:
        sentences.append(_("nicht an sächsischen Feiertagen"))
    if plan.skips_vacations:
        sentences.append(_("nicht in den sächsischen Schulferien"))
    if plan.exceptions:
        days = ", ".join(day_short(day) for day in sorted(plan.exceptions))
        sentences.append(_("nicht am %(days)s", days=days))
    return sentences


def order_plan_words(order: StandingOrder) -> list[str]:
    return plan_words(order.recurrence, order.request.arrive_by)


def order_days(
    session: Session, planned: Sequence[PlannedDay], known: Mapping[dt.date, StandingDay]
) -> list[OrderDay]:
    """Days of the plan and days that were dealt with, soonest first."""
    skipped = {one.day: skip_words(one) for one in planned}
    found = []
    for day in sorted(skipped.keys() | known.keys()):
        row = known.get(day)
        is_open = row is not None and row.hitch is not None and row.settled_at is None
        found.append(
            OrderDay(
                day,
                skipped.get(day),
                str(HITCH_WORDS[row.hitch]) if row and row.hitch and is_open else None,
                ways_of(session, row.booking_id) if row and row.booking_id else (),
            )
        )
    return found


def ways_of(session: Session, booking_id: str) -> list[BookedWay]:
    """What was booked for one day, or in its place."""
    trip = bookings_of_trip(session, booking_of(session, booking_id))
    replaced = replacements_of(session, [one.id for one in trip])
    standing = [one for one in trip if one.id not in replaced]
    known = {one.id for one in trip}
    standing += [booking_of(session, later) for later in replaced.values() if later not in known]
    return [_way(one) for one in sorted(standing, key=lambda one: one.departure_s)]


def _way(booking: Booking) -> BookedWay:
    state: BookingState = booking.state
    return BookedWay(booking.id, booking.departure_s, booking.arrival_s, BOOKING_SIGN[state])
