"""Take a key for programs away again."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.access_tokens import AccessToken


def revoke_token(sessions: sessionmaker[Session], *, token_id: str, person_id: str) -> bool:
    """Whether the person had such a key; commits. It opens nothing from this moment on."""
    with sessions.begin() as session:
        token = session.get(AccessToken, token_id)
        if token is None or token.person_id != person_id:
            return False
        session.delete(token)
    return True
