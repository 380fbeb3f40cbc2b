"""Who still has to be called, and that it is done."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.calls_to_make import CallToMake, open_calls
from mitfahr.domain.errors import Unknown
from mitfahr.domain.times import seconds
from mitfahr.services.find_callers import booking_for_caller, may_handle

STILL_NEWS_S = 4 * 3600
"""So long after the planned arrival somebody who was let down should still be called."""


def calls_to_make(session: Session, actor_id: str, now: dt.datetime) -> list[CallToMake]:
    """Those that are the actor's business, the soonest journey first. Raises NotAllowed."""
    found = open_calls(session, seconds(now) - STILL_NEWS_S, now)
    return [one for one in found if may_handle(session, actor_id, one.booking)]


def call_made(sessions: sessionmaker[Session], *, call_id: str, actor_id: str, now: dt.datetime) -> None:
    """The person knows now; commits. Said again, the first stays. Raises Unknown, NotAllowed."""
    with sessions.begin() as session:
        call = session.get(CallToMake, call_id)
        if call is None:
            raise Unknown("call", call_id)
        booking_for_caller(session, actor_id, call.booking_id)
        if call.done_at is None:
            call.done_at, call.done_by_id = now, actor_id
