"""Short codes that show that somebody reads a mailbox or answers a telephone."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import hmac
import secrets

from mitfahr.domain.phone_numbers import international

MAIL_CODE_VALID = dt.timedelta(hours=1)
CALL_CODE_VALID = dt.timedelta(days=7)
"""Staff call when the office is open."""

MAX_TRIES = 5
DIGITS = 6


class Address(enum.StrEnum):
    """What a code confirms."""

    MAIL = "mail"
    PHONE = "phone"


def new_code() -> str:
    """Six digits that nobody can foresee."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def code_hash(code: str, person_id: str, secret_key: str) -> str:
    """What is kept of a code: six digits alone would be guessed from a plain hash at once."""
    return hmac.new(secret_key.encode(), f"code {person_id} {code}".encode(), hashlib.sha256).hexdigest()


def typed_code(text: str) -> str:
    """A code as people type it, with spaces or without."""
    return "".join(sign for sign in text if sign.isdigit())


def same_number(first: str | None, second: str | None) -> bool:
    """Whether two ways of writing a telephone number mean the same one."""
    numbers = [international(text) or "".join(filter(str.isdigit, text or "")) for text in (first, second)]
    return bool(numbers[0]) and numbers[0] == numbers[1]
