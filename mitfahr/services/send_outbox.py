"""Send what waits in the outbox.

A message is taken by a lease in one short transaction, sent outside of any, and marked in another.
Two workers never send the same one; only a crash between the server's "accepted" and our mark
repeats it, under the same id (of a mail: its Message-ID).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.outbox import PORTAL, OutboxMessage, due_messages
from mitfahr.delivery import MessageDelayed, MessageRefused
from mitfahr.domain.channels import Channel
from mitfahr.mail import Transport, compose
from mitfahr.sms import SmsGateway, compose_sms

LEASE = dt.timedelta(minutes=10)
"""Longer than any hand-over can take, given the timeouts of the transport."""

PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""Between attempts; after the last one the message is given up."""

BATCH = 100

NO_GATEWAY = "SMS sind nicht eingeschaltet (Einstellung SMS_URL)"

log = logging.getLogger(__name__)
"""Replies of servers name people, so they are kept in the outbox and never logged."""


def send_outbox(
    sessions: sessionmaker[Session],
    transport: Transport,
    sender: str,
    clock: Callable[[], dt.datetime],
    base_url: str = PORTAL,
    secret_key: str = "",
    contact: str = "",
    sms: SmsGateway | None = None,
) -> int:
    """Send the due messages, oldest first; returns how many left. `sms` is None where none are sent.

    The three before it: see `text_of`. A channel rests at its first delay: its server is probably not well,
    and the others need not lose an attempt to learn that. Other channels go on.
    """

    def hand_over(message: OutboxMessage) -> None:
        if message.channel is Channel.MAIL:
            transport.send(compose(message, sender, base_url, secret_key, contact))
        elif sms is None:
            raise MessageRefused(NO_GATEWAY)
        else:
            sms.send(compose_sms(message, base_url, secret_key, contact))

    sent = 0
    try:
        for channel in Channel:
            sent += _send_due(sessions, channel, hand_over, clock)
    finally:
        transport.close()
        if sms is not None:
            sms.close()
    return sent


def _send_due(
    sessions: sessionmaker[Session],
    channel: Channel,
    hand_over: Callable[[OutboxMessage], None],
    clock: Callable[[], dt.datetime],
) -> int:
    with sessions() as session:
        due = due_messages(session, channel, clock(), BATCH)
    sent = 0
    for message_id in due:
        message = _claim(sessions, message_id, clock())
        if message is None:
            continue
        try:
            hand_over(message)
        except (MessageRefused, ValueError) as refusal:  # ValueError: nothing can be made of it
            _give_up(sessions, message, str(refusal), clock())
        except MessageDelayed as delay:
            _put_back(sessions, message, str(delay), clock())
            break
        else:
            _update(sessions, message, sent_at=clock(), leased_until=None, last_error=None)
            sent += 1
    return sent


def _claim(sessions: sessionmaker[Session], message_id: str, now: dt.datetime) -> OutboxMessage | None:
    with sessions.begin() as session:
        return session.scalar(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == message_id,
                OutboxMessage.sent_at.is_(None),
                OutboxMessage.given_up_at.is_(None),
                OutboxMessage.next_try_at <= now,
                sa.or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
            )
            .values(leased_until=now + LEASE, attempts=OutboxMessage.attempts + 1)
            .returning(OutboxMessage)
        )


def _put_back(sessions: sessionmaker[Session], message: OutboxMessage, reason: str, now: dt.datetime) -> None:
    if message.attempts > len(PAUSES):
        _give_up(sessions, message, reason, now)
        return
    log.warning("message %s delayed, attempt %d", message.id, message.attempts)
    pause = PAUSES[message.attempts - 1]
    _update(sessions, message, next_try_at=now + pause, leased_until=None, last_error=reason)


def _give_up(sessions: sessionmaker[Session], message: OutboxMessage, reason: str, now: dt.datetime) -> None:
    log.error("message %s given up, attempt %d", message.id, message.attempts)
    _update(sessions, message, given_up_at=now, leased_until=None, last_error=reason)


def _update(sessions: sessionmaker[Session], message: OutboxMessage, **values: object) -> None:
    """Only as long as the message is still ours: after a lapsed lease another worker decides."""
    with sessions.begin() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == message.id, OutboxMessage.attempts == message.attempts)
            .values(**values)
        )
