"""What the templates write with: times, distances and money as filters."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from mitfahr.languages.formats import (
    WEEKDAYS,
    clock,
    day,
    day_and_clock,
    day_short,
    distance,
    duration,
    euro,
    kilograms,
    local,
    near_day_and_clock,
    on_weekday,
)
from mitfahr.languages.stored import said

__all__ = [
    "WEEKDAYS",
    "clock",
    "count",
    "day",
    "day_and_clock",
    "day_short",
    "distance",
    "duration",
    "euro",
    "kilograms",
    "local",
    "near_day_and_clock",
    "now",
    "on_weekday",
    "phone_link",
]


def now() -> dt.datetime:
    """This moment, for sentences that name today."""
    return dt.datetime.now(dt.UTC)


def count(number: int, one: str, many: str) -> str:
    """1 Person, 3 Personen"""
    return f"{number} {one if number == 1 else many}"


def phone_link(number: str) -> str:
    """The number as a `tel:` link wants it: digits and a leading plus."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


FILTERS = (
    on_weekday,
    clock,
    day,
    day_short,
    day_and_clock,
    near_day_and_clock,
    duration,
    distance,
    euro,
    kilograms,
    phone_link,
    said,
)


def register(app: Flask) -> None:
    """Offer these to the templates."""
    app.jinja_env.filters.update({write.__name__: write for write in FILTERS})
    app.jinja_env.globals.update(count=count, now=now)
