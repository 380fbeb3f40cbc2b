"""Remind riders of what they have booked: on the evening before, and two hours before it begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, booking_of
from mitfahr.db.reminders import bookings_to_remind, claim_reminder, reminders_sent
from mitfahr.db.session import one_view
from mitfahr.domain.reminders import Reminder, due_reminder
from mitfahr.domain.states import FALLEN
from mitfahr.domain.times import seconds
from mitfahr.messages import tell_reminder
from mitfahr.services.release_legs import legs_to_come


def remind_riders(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Write every reminder that is due, each booking in a transaction of its own; returns how many.

    The mail and the mark that it was written are one transaction: two workers, or one that is killed and
    starts again, remind once.
    """
    with one_view(sessions) as session:
        candidates = bookings_to_remind(session, seconds(now))
        sent = reminders_sent(session, [booking.id for booking in candidates])
        due = [booking.id for booking in candidates if _due(booking, sent.get(booking.id, set()), now)]
    return sum(_remind(sessions, booking_id, now) for booking_id in due)


def _remind(sessions: sessionmaker[Session], booking_id: str, now: dt.datetime) -> bool:
    """False if there is nothing (any more) to say: it was cancelled, or another worker was quicker."""
    with sessions.begin() as session:
        booking = booking_of(session, booking_id)
        due = _due(booking, set(), now)
        if due is None or not claim_reminder(session, booking_id, due, now):
            return False
        tell_reminder(session, booking, due, now)
    return True


def _due(booking: Booking, sent: Collection[Reminder], now: dt.datetime) -> Reminder | None:
    begins_s = _begins_s(booking, now)
    if begins_s is None:
        return None
    done = {*sent, *(set(Reminder) - booking.rider.wanted_reminders)}
    return due_reminder(begins_s, now_s=seconds(now), booked_s=seconds(booking.created_at), sent=done)


def _begins_s(booking: Booking, now: dt.datetime) -> int | None:
    """When the rider has to set off; None when nothing is to come or the journey has begun."""
    left = [leg for leg in booking.legs if leg.state not in FALLEN]
    if not left or left != legs_to_come(booking, now):
        return None
    return booking.departure_s if left[0].seq == 0 else left[0].departure_s
