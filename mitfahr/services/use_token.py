"""Let a program in that shows a key."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.access_tokens import AccessToken, token_by_hash
from mitfahr.domain.access_tokens import USE_NOTED_EVERY, Scope, opens, token_hash
from mitfahr.domain.errors import TokenTooNarrow, TokenUnknown


def use_token(
    readers: sessionmaker[Session],
    sessions: sessionmaker[Session],
    *,
    token: str,
    wanted: Scope,
    now: dt.datetime,
) -> AccessToken:
    """The key with its owner, and a note of its use; raises TokenUnknown or TokenTooNarrow."""
    with readers() as session:
        found = token_by_hash(session, token_hash(token))
    if found is None or not found.person.is_active:
        raise TokenUnknown()
    if not opens(found.scope, wanted):
        raise TokenTooNarrow()
    if found.last_used_at is None or now - found.last_used_at >= USE_NOTED_EVERY:
        with sessions.begin() as session:
            session.execute(update(AccessToken).where(AccessToken.id == found.id).values(last_used_at=now))
    return found
