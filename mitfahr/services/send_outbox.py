"""Send what waits in the outbox.

A message is taken by a lease in one short transaction, sent outside of any, and marked in another.
Two workers never send the same one; only a crash between the server's "accepted" and our mark
repeats it, under the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.outbox import PORTAL, OutboxMessage, due_messages
from mitfahr.mail import MailDelayed, MailRefused, Transport, compose

LEASE = dt.timedelta(minutes=10)
"""Longer than any hand-over can take, given the timeouts of the transport."""

PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""Between attempts; after the last one the message is given up."""

BATCH = 100

log = logging.getLogger(__name__)
"""Replies of mail servers name people, so they are kept in the outbox and never logged."""


def send_outbox(
    sessions: sessionmaker[Session],
    transport: Transport,
    sender: str,
    clock: Callable[[], dt.datetime],
    base_url: str = PORTAL,
    secret_key: str = "",
    contact: str = "",
) -> int:
    """Send the due messages, oldest first; returns how many left (the last three: see `compose`).

    Stops at the first one that is delayed: the server is probably not well, and the others need
    not lose an attempt to learn that.
    """
    with sessions() as session:
        due = due_messages(session, clock(), BATCH)
    sent = 0
    try:
        for message_id in due:
            message = _claim(sessions, message_id, clock())
            if message is None:
                continue
            try:
                transport.send(compose(message, sender, base_url, secret_key, contact))
            except (MailRefused, ValueError) as refusal:  # ValueError: no mail can be made of it
                _give_up(sessions, message, str(refusal), clock())
            except MailDelayed as delay:
                _put_back(sessions, message, str(delay), clock())
                break
            else:
                _update(sessions, message, sent_at=clock(), leased_until=None, last_error=None)
                sent += 1
    finally:
        transport.close()
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
