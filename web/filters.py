"""What the templates write with: times, distances and money in the language of the page."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from mitfahr.languages.formats import (
    clock,
    day,
    day_and_clock,
    day_short,
    distance,
    duration,
    euro,
    kilograms,
    month,
    near_day_and_clock,
    on_weekday,
    one_digit,
    quantity,
    weekday_and_day,
)
from mitfahr.languages.stored import said
from mitfahr.promise_words import promise_words


def now() -> dt.datetime:
    """This moment, for sentences that name today."""
    return dt.datetime.now(dt.UTC)


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
    month,
    one_digit,
    quantity,
    phone_link,
    promise_words,
    said,
    weekday_and_day,
)


def register(app: Flask) -> None:
    """Offer these to the templates."""
    app.jinja_env.filters.update({write.__name__: write for write in FILTERS})
    app.jinja_env.globals.update(now=now)
