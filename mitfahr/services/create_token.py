"""Make a key with which a program acts for a person."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.access_tokens import AccessToken, tokens_of
from mitfahr.domain.access_tokens import MOST_KEYS, Scope, new_token, token_hash
from mitfahr.domain.errors import TooManyTokens


def create_token(
    sessions: sessionmaker[Session], *, person_id: str, name: str, scope: Scope, now: dt.datetime
) -> str:
    """The new key; commits. It can be shown now and never again. Raises TooManyTokens."""
    token = new_token()
    with sessions.begin() as session:
        if len(tokens_of(session, person_id)) >= MOST_KEYS:
            raise TooManyTokens(MOST_KEYS)
        session.add(
            AccessToken(
                person_id=person_id, name=name, token_hash=token_hash(token), scope=scope, created_at=now
            )
        )
    return token
