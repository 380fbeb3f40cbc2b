"""Passwords are kept as argon2id hashes; this is the only place that knows how."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mitfahr.domain.errors import PasswordUnfit

SHORTEST, LONGEST = 10, 200
"""Length is what makes a password strong; no rules about signs. The upper bound keeps hashing cheap."""

hasher = PasswordHasher()
"""Tests that are not about passwords put a quicker one here."""


def hash_password(password: str) -> str:
    """The hash to keep. Slow on purpose (tens of milliseconds): never inside a transaction.

    Raises PasswordUnfit.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordUnfit(SHORTEST, LONGEST)
    return hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; takes as long for an account that does not exist (None)."""
    try:
        right = hasher.verify(password_hash or _nobody(hasher), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def needs_new_hash(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return hasher.check_needs_rehash(password_hash)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")
