"""How GTFS writes dates, times and numbers."""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import cache
from zoneinfo import available_timezones

_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)", re.ASCII)
_DATE = re.compile(r"\d{8}", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_COLOUR = re.compile(r"[0-9a-fA-F]{6}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")

LONGEST_TIME_S = 7 * 24 * 3600
"""Times beyond a week after the service day's start are no times."""


def time_s(text: str) -> int | None:
    """Seconds after the service-day start of "25:10:00"; None if it is no time."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hours, minutes, seconds = map(int, match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return total if total < LONGEST_TIME_S else None


def date_of(text: str) -> dt.date | None:
    """The day written as YYYYMMDD; None if it is no day between 1900 and 2199."""
    if not _DATE.fullmatch(text) or not 1900 <= int(text[:4]) < 2200:
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def day_number(text: str) -> int | None:
    """The proleptic ordinal of a date; None if it is no day."""
    day = date_of(text)
    return None if day is None else day.toordinal()


def integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def decimal(text: str) -> float | None:
    """A finite number with a decimal point; None for anything else."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def is_web_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://")) and not any(c.isspace() for c in text)


def is_colour(text: str) -> bool:
    return _COLOUR.fullmatch(text) is not None


def is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def is_phone_number(text: str) -> bool:
    """Numbers are written in many ways; what has no three digits is none."""
    return sum(c.isdigit() for c in text) >= 3


def is_language(text: str) -> bool:
    """Of the form of a BCP 47 code: "de", "de-CH", "mul"."""
    return _LANGUAGE.fullmatch(text) is not None


def is_currency(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def is_twice_encoded(text: str) -> bool:
    """UTF-8 that was taken for Windows-1252 and saved again: "MeiÃŸen"."""
    if text.isascii():
        return False
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_timezone(text: str) -> bool:
    return text in _timezones()
