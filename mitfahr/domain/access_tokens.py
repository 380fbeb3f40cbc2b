"""Keys for programs: how they look, what is kept of them, what they open."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import secrets

PREFIX = "mitfahr_"
"""So that people, and tools that look for leaked keys, know one when they see it."""
MOST_KEYS = 20
USE_NOTED_EVERY = dt.timedelta(minutes=5)
"""A program that asks every second must not write every second."""


class Scope(enum.StrEnum):
    READ = "read"
    """See the person's bookings."""
    BOOK = "book"
    """Also book, change and cancel."""


def new_token() -> str:
    """A key that nobody can guess (256 bits)."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a key. It is random and long, so a plain hash cannot be turned round."""
    return hashlib.sha256(token.encode()).hexdigest()


def opens(scope: Scope, wanted: Scope) -> bool:
    return scope is Scope.BOOK or wanted is Scope.READ
