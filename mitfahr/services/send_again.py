"""Send once more what was given up: the gateway was not paid, the mail server was set up wrongly."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.outbox import refused_messages
from mitfahr.db.people import Person
from mitfahr.domain.roles import Action, require
from mitfahr.services.read_outbox import AGAIN_WITHIN


def send_again(
    sessions: sessionmaker[Session], *, message_id: str | None, actor_id: str, now: dt.datetime
) -> int:
    """Put the message, or (None) all of the last AGAIN_WITHIN, back in front of the worker; commits.

    Returns how many; done again, none. Raises NotAllowed.
    """
    with sessions.begin() as session:
        require(session.get_one(Person, actor_id).roles, Action.SEE_OUTBOX)
        messages = refused_messages(session, now - AGAIN_WITHIN, message_id)
        for message in messages:
            message.given_up_at = message.leased_until = None
            message.attempts, message.next_try_at = 0, now
        return len(messages)
