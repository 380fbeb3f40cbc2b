"""Standing orders as people see them: when, and what became of the coming days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mitfahr.db.bookings import Booking
from mitfahr.db.standing_orders import StandingDay, StandingOrder, standing_bookings
from mitfahr.domain.recurrence import PlannedDay, Recurrence, Skip
from mitfahr.domain.standing_orders import NOTHING_ASKED
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
    pending: str | None
    """What the worker will do with the day in a moment, because the order was changed."""

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
    session: Session,
    order: StandingOrder,
    planned: Sequence[PlannedDay],
    known: Mapping[dt.date, StandingDay],
) -> list[OrderDay]:
    """Days of the plan and days that were dealt with, soonest first."""
    planned_on = {one.day: one for one in planned}
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
                ways := ways_of(session, row.booking_id) if row and row.booking_id else [],
                None if row is None or is_open else _pending(order, row, ways, planned_on.get(day)),
            )
        )
    return found


def _pending(
    order: StandingOrder, row: StandingDay, ways: Sequence[BookedWay], planned: PlannedDay | None
) -> str | None:
    if row.asked == NOTHING_ASKED:
        stands = any(way.sign.look in ("success", "warning") for way in ways)
        return _("wird gleich abgesagt") if stands else None
    if row.asked is None or planned is None or not planned.rides or row.asked == order.asked_on(planned):
        return None
    return _("wird gleich umgebucht")


def ways_of(session: Session, booking_id: str) -> list[BookedWay]:
    """What was booked for one day, or in its place."""
    return [_way(one) for one in standing_bookings(session, booking_id)]


def _way(booking: Booking) -> BookedWay:
    state: BookingState = booking.state
    return BookedWay(booking.id, booking.departure_s, booking.arrival_s, BOOKING_SIGN[state])
