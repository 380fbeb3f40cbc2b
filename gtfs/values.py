"""How GTFS writes dates, times and numbers."""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import cache
from zoneinfo import available_timezones

_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_DATE = re.compile(r"\d{8}")
_INTEGER = re.compile(r"[+-]?\d{1,9}")

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


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_timezone(text: str) -> bool:
    return text in _timezones()
