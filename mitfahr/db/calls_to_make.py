"""Who has to be called, because they have no mail address and something has happened to their journey."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id
from mitfahr.db.bookings import Booking
from mitfahr.db.outbox import OutboxMessage

MAX_SUBJECT = 300

SMS_MAY_TAKE = dt.timedelta(minutes=15)
"""A short message that has not left by then is not waited for any longer: somebody calls."""


class CallToMake(Base):
    """In place of a mail: `subject` says in a line what it would have told. Open until somebody has called.

    Where the same goes by SMS (`sms_id`, a row of the outbox), the call is only needed if that does not leave.
    """

    __tablename__ = "call_to_make"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    booking_id: Mapped[str] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(sa.String(MAX_SUBJECT))
    created_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    done_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    sms_id: Mapped[str | None] = mapped_column(sa.String(32))

    booking: Mapped[Booking] = relationship(lazy="joined")


def note_call_to_make(
    session: Session, booking: Booking, subject: str, now: dt.datetime, sms: OutboxMessage | None = None
) -> None:
    """Somebody should call the rider, unless this short message reaches them; in the caller's transaction."""
    session.add(
        CallToMake(
            id=new_id(),
            booking_id=booking.id,
            subject=" ".join(subject.split())[:MAX_SUBJECT],
            created_at=now,
            sms_id=sms.id if sms else None,
        )
    )


def open_calls(session: Session, since_s: int, now: dt.datetime) -> list[CallToMake]:
    """Those that nobody has made yet, of journeys that end after `since_s`, the soonest journey first.

    What an SMS tells is none of them, as long as that is on its way or has left.
    """
    told_by_sms = sa.exists().where(
        OutboxMessage.id == CallToMake.sms_id,
        OutboxMessage.given_up_at.is_(None),
        sa.or_(OutboxMessage.sent_at.is_not(None), OutboxMessage.created_at > now - SMS_MAY_TAKE),
    )
    return list(
        session.scalars(
            select(CallToMake)
            .join(Booking)
            .where(CallToMake.done_at.is_(None), Booking.arrival_s > since_s, ~told_by_sms)
            .order_by(Booking.departure_s, CallToMake.created_at, CallToMake.id)
        )
    )


def forget_calls_about(session: Session, booking_ids: Collection[str]) -> None:
    session.execute(delete(CallToMake).where(CallToMake.booking_id.in_(booking_ids)))
