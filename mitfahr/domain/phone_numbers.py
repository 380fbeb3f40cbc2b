"""Telephone numbers, however they are written."""

from __future__ import annotations

import re

COUNTRY = "49"
"""Of a number that begins with a single 0."""

_OPTIONAL_ZERO = re.compile(r"\(0\)")
_GERMAN_MOBILE = re.compile(r"\+491[567]\d{7,9}")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}")


def international(text: str | None) -> str | None:
    """The number as "+4935212345"; None where it is none, or has too few or too many digits to be called.

    Without a country, and without the 0 before the area, nobody knows where it rings: None as well.
    """
    written = (text or "").strip()
    digits = re.sub(r"\D", "", _OPTIONAL_ZERO.sub("", written))
    if not written.startswith("+"):
        if digits.startswith("00"):
            digits = digits[2:]
        elif digits.startswith("0"):
            digits = COUNTRY + digits[1:]
        else:
            return None
    number = f"+{digits}"
    return number if _INTERNATIONAL.fullmatch(number) else None


def takes_sms(text: str | None) -> bool:
    """Whether a short message can be read there: at any number abroad, in Germany at mobile phones."""
    number = international(text)
    if number is None:
        return False
    return not number.startswith(f"+{COUNTRY}") or _GERMAN_MOBILE.fullmatch(number) is not None
