"""Which reminders have been sent: the row is written with the mail, so each leaves once whatever happens."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base, stored_enum
from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.states import LIVE

LONGEST_JOURNEY_S = 24 * 3600
LONGEST_AHEAD_S = 31 * 3600
"""From the evening before to the end of the next day, on the night that has an hour more."""


class BookingReminder(Base):
    """The rider of a booking has been reminded."""

    __tablename__ = "booking_reminder"

    booking_id: Mapped[str] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True)
    reminder: Mapped[Reminder] = mapped_column(stored_enum(Reminder), primary_key=True)
    written_at: Mapped[dt.datetime]


def bookings_to_remind(session: Session, now_s: int) -> list[Booking]:
    """Bookings with a leg still to come that a reminder may be due for, soonest first."""
    to_come = select(BookingLeg.booking_id).where(
        BookingLeg.booking_id == Booking.id, BookingLeg.state.in_(LIVE), BookingLeg.departure_s > now_s
    )
    return list(
        session.scalars(
            select(Booking)
            .where(
                Booking.departure_s > now_s - LONGEST_JOURNEY_S,
                Booking.departure_s <= now_s + LONGEST_AHEAD_S,
                to_come.exists(),
            )
            .order_by(Booking.departure_s, Booking.id)
        )
    )


def reminders_sent(session: Session, booking_ids: Collection[str]) -> dict[str, set[Reminder]]:
    """What has been sent already, by booking id; bookings without any are left out."""
    sent: dict[str, set[Reminder]] = defaultdict(set)
    for row in session.scalars(select(BookingReminder).where(BookingReminder.booking_id.in_(booking_ids))):
        sent[row.booking_id].add(row.reminder)
    return sent


def claim_reminder(session: Session, booking_id: str, reminder: Reminder, now: dt.datetime) -> bool:
    """Whether this transaction is the one to send it; another waits until this one has ended."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    claimed = session.execute(
        dialect.insert(BookingReminder)
        .values(booking_id=booking_id, reminder=reminder, written_at=now)
        .on_conflict_do_nothing()
        .returning(sa.literal(1))
    )
    return claimed.first() is not None
