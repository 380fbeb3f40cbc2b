"""Check address and password, and slow down guessing."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.login_attempts import (
    LoginAttempt,
    account_key,
    attempts_since,
    forget_attempts,
    forget_attempts_before,
)
from mitfahr.db.people import Person, person_by_email
from mitfahr.domain.errors import LoginFailed, TooManyAttempts
from mitfahr.services.passwords import hash_password, is_right, needs_new_hash

ATTEMPTS = 5
WINDOW = dt.timedelta(minutes=15)


def log_in(sessions: sessionmaker[Session], email: str, password: str, now: dt.datetime) -> Person:
    """The person of this address and password.

    Raises LoginFailed, and TooManyAttempts after ATTEMPTS wrong passwords within WINDOW. Every try
    is written down *before* the password is looked at, so that many guesses sent at once count too.
    """
    account = account_key(email)
    _count_attempt(sessions, account, now)
    with sessions() as session:
        person = person_by_email(session, email)
    password_hash = person.password_hash if person is not None and person.is_active else None
    if not is_right(password_hash, password) or person is None or password_hash is None:
        raise LoginFailed
    new_hash = hash_password(password) if needs_new_hash(password_hash) else None
    with sessions.begin() as session:
        forget_attempts(session, account)
        if new_hash is not None:
            session.get_one(Person, person.id).password_hash = new_hash
    return person


def _count_attempt(sessions: sessionmaker[Session], account: str, now: dt.datetime) -> None:
    attempt = LoginAttempt(id=new_id(), account=account, at=now)
    with sessions.begin() as session:
        session.add(attempt)
    with sessions.begin() as session:
        earlier = [row for row in attempts_since(session, account, now - WINDOW) if row.id != attempt.id]
        if len(earlier) < ATTEMPTS:
            return
        session.delete(session.get_one(LoginAttempt, attempt.id))  # being refused is no new guess
        forget_attempts_before(session, now - WINDOW)
    raise TooManyAttempts(earlier[-ATTEMPTS].at + WINDOW)
