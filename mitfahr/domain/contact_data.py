"""Phone numbers, mail addresses and links in what anybody can read: found, so that they can be refused.

Contact data is given away by the portal, to the matched side and for as long as it is needed. Written into a
note it would stand there for everybody. What is found is meant to stop people who do not think of that; whoever
wants to hide a number from a program always finds a way.
"""

from __future__ import annotations

import enum
import re
import unicodedata

from mitfahr.domain.errors import ContactInText


class Contact(enum.StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    LINK = "link"


SHORTEST_PHONE = 7
"""Digits. Fewer are a postcode, a line, a year or a price."""

_EMAIL = re.compile(r"[\w.+-]+\s*(?:@|[\[({]\s*(?:at|ät)\s*[\])}])\s*[\w-]+", re.IGNORECASE)
_LINK = re.compile(
    r"https?:|\bwww\.|\b[\w-]{2,}\.(?:de|com|org|net|eu)\b|\b[\w-]{1,}\.(?:me|info|app|io|ly|at|ch|cz|pl)/\w",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<![\d.])(?:0?[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.(?:\s?(?:20)?\d\d)?(?!\d)")
_CLOCK = re.compile(r"(?<![\d.:])(?:[01]?\d|2[0-4])[:.][0-5]\d(?![\d.:])")
_DIGITS = re.compile(r"\+?\d(?:[\s/().\-–_*]{0,3}\d)+")
_WORDS = re.compile(
    r"(?:\b(?:null|eins?|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun)\b[\s,.\-]*){6,}", re.IGNORECASE
)


def contact_in(text: str) -> Contact | None:
    """What kind of contact data stands in `text`; None for a text that anybody may read."""
    plain = unicodedata.normalize("NFKC", text)
    if _EMAIL.search(plain):
        return Contact.EMAIL
    if _LINK.search(plain):
        return Contact.LINK
    without_times = _CLOCK.sub(" – ".center(9), _DATE.sub(" – ".center(9), plain))
    numbers = _DIGITS.findall(without_times)
    if any(sum(sign.isdigit() for sign in number) >= SHORTEST_PHONE for number in numbers):
        return Contact.PHONE
    return Contact.PHONE if _WORDS.search(plain) else None


def check_public_text(text: str | None) -> None:
    """Raises ContactInText."""
    found = contact_in(text or "")
    if found is not None:
        raise ContactInText(found)
