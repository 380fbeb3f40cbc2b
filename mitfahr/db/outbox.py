"""Messages on their way out, written in the transaction of what they tell about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.domain.channels import Channel, Delivery
from mitfahr.domain.errors import PhoneInvalid
from mitfahr.domain.phone_numbers import international

PORTAL = "https://portal.invalid"
"""Stands in a message for the address of the portal, which only the sender knows for sure."""
CANCEL_CODE = "{Absagecode}"
"""Stands in a message for the code that cancels its booking: secrets are not kept in the database."""
DUTY_CODE = "{Dienst %s}"
"""Stands, with the id of a `mitfahr.db.duty.DutyLink`, for the code of that link."""
CONTACT = "{Kontakt}"
"""Stands in a message for how to reach the operator; the paragraph goes where nobody can be reached."""


class OutboxMessage(Base):
    """One message to one recipient; `id` becomes the Message-ID, by which a receiver knows a repetition.

    `leased_until` is set while a worker sends it: nobody else takes it before then.
    `given_up_at` is set when the server refused it for good or the last attempt failed.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (sa.Index(None, "sent_at", "given_up_at", "next_try_at"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    channel: Mapped[Channel] = mapped_column(stored_enum(Channel))
    recipient: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)
    calendar: Mapped[str | None] = mapped_column(sa.Text)
    """An .ics file to attach."""
    booking_id: Mapped[str | None] = mapped_column(sa.String(32))
    """The booking that whoever receives this may cancel with its code."""
    created_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    given_up_at: Mapped[dt.datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)

    @property
    def delivery(self) -> Delivery:
        if self.sent_at is not None:
            return Delivery.SENT
        return Delivery.WAITING if self.given_up_at is None else Delivery.GIVEN_UP


def queue_mail(
    session: Session,
    recipient: str,
    subject: str,
    body: str,
    now: dt.datetime,
    calendar: str | None = None,
    booking_id: str | None = None,
) -> OutboxMessage:
    """Write a mail into the caller's transaction: it leaves if, and only if, that commits.

    `calendar` is the text of an .ics file to attach, `booking_id` the booking whose CANCEL_CODE the
    body may name.
    """
    message = OutboxMessage(
        id=new_id(),
        channel=Channel.MAIL,
        recipient=recipient,
        subject=" ".join(subject.split())[:300],
        body=body,
        calendar=calendar,
        booking_id=booking_id,
        created_at=now,
        next_try_at=now,
    )
    session.add(message)
    return message


def queue_sms(
    session: Session, phone: str, text: str, now: dt.datetime, booking_id: str | None = None
) -> OutboxMessage:
    """Write a short message into the caller's transaction: it leaves if, and only if, that commits.

    `text` may name PORTAL, CONTACT (with an empty line before and after) and, with `booking_id`, CANCEL_CODE.
    Where SMS_URL is not set the message is given up at once: ask `Settings.sends_sms` before promising one.
    Raises PhoneInvalid: "03521 1234" and "+49 3521 1234" are numbers, "1234" rings nowhere.
    """
    number = international(phone)
    if number is None:
        raise PhoneInvalid(phone)
    message = OutboxMessage(
        id=new_id(),
        channel=Channel.SMS,
        recipient=number,
        subject="",
        body=text,
        booking_id=booking_id,
        created_at=now,
        next_try_at=now,
    )
    session.add(message)
    return message


def mails_since(session: Session, recipient: str, subject: str, since: dt.datetime) -> int:
    """How many mails of this subject were written for somebody."""
    found = session.scalar(
        select(sa.func.count()).where(
            OutboxMessage.recipient == recipient,
            OutboxMessage.subject == subject,
            OutboxMessage.created_at > since,
        )
    )
    return int(found or 0)


def due_messages(session: Session, channel: Channel, now: dt.datetime, limit: int) -> list[str]:
    """Ids of messages to send now, oldest first; those that another worker holds are left out."""
    return list(
        session.scalars(
            select(OutboxMessage.id)
            .where(
                OutboxMessage.channel == channel,
                OutboxMessage.sent_at.is_(None),
                OutboxMessage.given_up_at.is_(None),
                OutboxMessage.next_try_at <= now,
                sa.or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
            )
            .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
            .limit(limit)
        )
    )


_STANDS: dict[Delivery, tuple[sa.ColumnElement[bool], ...]] = {
    Delivery.SENT: (OutboxMessage.sent_at.is_not(None),),
    Delivery.WAITING: (OutboxMessage.sent_at.is_(None), OutboxMessage.given_up_at.is_(None)),
    Delivery.GIVEN_UP: (OutboxMessage.sent_at.is_(None), OutboxMessage.given_up_at.is_not(None)),
}


def latest_messages(
    session: Session, limit: int, *, channels: Collection[Channel], deliveries: Collection[Delivery]
) -> list[OutboxMessage]:
    """The newest first."""
    return list(
        session.scalars(
            select(OutboxMessage)
            .where(
                OutboxMessage.channel.in_(channels),
                sa.or_(sa.false(), *(sa.and_(*_STANDS[one]) for one in deliveries)),
            )
            .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id)
            .limit(limit)
        )
    )


def message_numbers(session: Session, since: dt.datetime) -> dict[tuple[Channel, Delivery], int]:
    """How many messages written since then there are of each channel, by how they stand."""
    return {
        (channel, delivery): n
        for delivery, stands in _STANDS.items()
        for channel, n in session.execute(
            select(OutboxMessage.channel, sa.func.count())
            .where(OutboxMessage.created_at >= since, *stands)
            .group_by(OutboxMessage.channel)
        )
    }


def refused_messages(
    session: Session, since: dt.datetime, message_id: str | None = None
) -> list[OutboxMessage]:
    """Given up, written since then; only the one of this id if one is named. Locked until the transaction ends."""
    wanted = select(OutboxMessage).where(OutboxMessage.created_at >= since, *_STANDS[Delivery.GIVEN_UP])
    if message_id is not None:
        wanted = wanted.where(OutboxMessage.id == message_id)
    return list(session.scalars(wanted.order_by(OutboxMessage.id).with_for_update()))


def waiting_messages(session: Session) -> int:
    """How many messages still have to leave."""
    waiting = select(sa.func.count()).where(
        OutboxMessage.sent_at.is_(None), OutboxMessage.given_up_at.is_(None)
    )
    return session.scalar(waiting) or 0
