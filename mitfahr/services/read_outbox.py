"""What became of messages, without saying to whom they go or what they say: in them stand codes and ways of people."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mitfahr.db.outbox import OutboxMessage, latest_messages
from mitfahr.domain.channels import Channel, Delivery
from mitfahr.domain.sms import parts, plain

AGAIN_WITHIN = dt.timedelta(days=7)
"""What is older speaks of days that are over, and of codes that open nothing any more."""

_LOCAL_PART = re.compile(r"[^\s<>()\"',;:]+@")
_NUMBER = re.compile(r"\+?\d[\d /()-]{5,}\d")


@dataclass(frozen=True, slots=True)
class Dispatch:
    """`recipient` is masked; `answer` is what the server said last, without addresses and numbers.

    `parts` is how many short messages it is paid as, None for mails. `can_again`: it may be sent once more.
    """

    id: str
    channel: Channel
    recipient: str
    delivery: Delivery
    written_at: dt.datetime
    moved_at: dt.datetime
    """Sent, given up, or when it is tried next."""
    attempts: int
    parts: int | None
    answer: str
    can_again: bool


def read_outbox(
    session: Session,
    limit: int,
    now: dt.datetime,
    *,
    channels: Collection[Channel] = tuple(Channel),
    deliveries: Collection[Delivery] = tuple(Delivery),
) -> list[Dispatch]:
    """The newest first."""
    return [
        _dispatch(message, now)
        for message in latest_messages(session, limit, channels=channels, deliveries=deliveries)
    ]


def _dispatch(message: OutboxMessage, now: dt.datetime) -> Dispatch:
    is_sms = message.channel is Channel.SMS
    return Dispatch(
        id=message.id,
        channel=message.channel,
        recipient=f"…{message.recipient[-4:]}" if is_sms else f"…@{message.recipient.rpartition('@')[2]}",
        delivery=message.delivery,
        written_at=message.created_at,
        moved_at=message.sent_at or message.given_up_at or message.next_try_at,
        attempts=message.attempts,
        parts=parts(plain(message.body)) if is_sms else None,
        answer=_NUMBER.sub("…", _LOCAL_PART.sub("…@", message.last_error or "")),
        can_again=message.delivery is Delivery.GIVEN_UP and message.created_at >= now - AGAIN_WITHIN,
    )
