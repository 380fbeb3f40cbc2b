"""How people and programs write places, moments, durations and areas; the API and the command line read alike.

Every function raises NotationInvalid with a German sentence that shows how it should look.
"""

from __future__ import annotations

import datetime as dt
import math
import re

from mitfahr.domain.times import resolve

DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
MAX_DURATION_S = 24 * 3600
YEARS = range(1970, 2200)
"""Beyond these, moments near the ends of the calendar could not be turned into another time zone."""


class NotationInvalid(ValueError):
    """A text that cannot be read; the message says what is expected."""


def lat_lon(text: str) -> tuple[float, float]:
    """`51.1614,13.4737` → latitude and longitude in degrees (WGS84)."""
    numbers = _numbers(text, 2)
    if numbers is None or not (-90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180):
        raise NotationInvalid(
            f"{text!r} ist kein Ort: erwartet werden geografische Breite und Länge wie 51.1614,13.4737"
        )
    return numbers[0], numbers[1]


def bounding_box(text: str) -> tuple[float, float, float, float]:
    """`13.1,51.0,13.7,51.4` → west, south, east, north in degrees."""
    numbers = _numbers(text, 4)
    if numbers is None or not _is_box(numbers):
        raise NotationInvalid(
            f"{text!r} ist kein Ausschnitt: erwartet werden West,Süd,Ost,Nord in Grad wie 13.1,51.0,13.7,51.4"
        )
    return numbers[0], numbers[1], numbers[2], numbers[3]


def moment(text: str) -> dt.datetime:
    """`2026-11-24T07:30`, with or without UTC offset → aware; without one, clocks in the district are meant."""
    try:
        read = dt.datetime.fromisoformat(text.strip())
        if read.year not in YEARS:
            raise ValueError(read)
    except ValueError:
        raise NotationInvalid(
            f"{text!r} ist kein Zeitpunkt: erwartet wird z. B. 2026-11-24T07:30 oder 2026-11-24T07:30:00+01:00"
        ) from None
    return resolve(read.date(), read.time()).moment if read.tzinfo is None else read


def duration_s(text: str) -> int:
    """`PT2H`, `PT1H30M` or whole minutes (`90`) → seconds, at most a day."""
    plain = text.strip()
    match = DURATION.fullmatch(plain)
    if plain.isascii() and plain.isdigit():
        total = int(plain) * 60
    elif match and any(match.groups()):
        days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    else:
        raise NotationInvalid(f"{text!r} ist keine Dauer: erwartet wird z. B. PT2H, PT30M oder 90 (Minuten)")
    if total > MAX_DURATION_S:
        raise NotationInvalid(f"{text!r} ist zu lang: höchstens ein Tag (PT24H)")
    return total


def _numbers(text: str, count: int) -> list[float] | None:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return None
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else None


def _is_box(numbers: list[float]) -> bool:
    west, south, east, north = numbers
    return -180 <= west < east <= 180 and -90 <= south < north <= 90
