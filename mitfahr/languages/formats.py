"""How times, distances and money are written in the language of whoever reads."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import Literal, cast

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from babel.support import LazyProxy

from mitfahr.domain.times import ZONE
from mitfahr.languages.words import _, current, lazy, ngettext

Moment = dt.datetime | int | float
"""An aware datetime or UTC seconds."""

_ON_WEEKDAY = (
    lazy("montags"),
    lazy("dienstags"),
    lazy("mittwochs"),
    lazy("donnerstags"),
    lazy("freitags"),
    lazy("samstags"),
    lazy("sonntags"),
)


def local(moment: Moment) -> dt.datetime:
    """The moment on a clock in Germany."""
    if isinstance(moment, dt.datetime):
        return moment.astimezone(ZONE)
    return dt.datetime.fromtimestamp(moment, ZONE)


def clock(moment: Moment) -> str:
    """07:05; seconds are cut off, as on a departure board. The hour that comes twice says which one is meant."""
    shown = local(moment)
    text = f"{shown:%H:%M}"
    if shown.utcoffset() == shown.replace(fold=1 - shown.fold).utcoffset():
        return text
    return _("%(time)s (Sommerzeit)", time=text) if shown.dst() else _("%(time)s (Winterzeit)", time=text)


def oclock(moment: Moment) -> str:
    """07:05 Uhr"""
    return _("%(time)s Uhr", time=clock(moment))


def day(moment: Moment | dt.date) -> str:
    """Montag, 23. November 2026"""
    return _date_text(_date(moment), "full", current().locale)


def day_short(moment: Moment | dt.date) -> str:
    """23.11.2026"""
    return _date_text(_date(moment), "medium", current().locale)


def weekday_and_day(moment: Moment | dt.date) -> str:
    """Montag, 23.11.2026"""
    date = _date(moment)
    return _("%(weekday)s, %(day)s", weekday=weekday(date.weekday()), day=day_short(date))


def day_and_clock(moment: Moment) -> str:
    """Montag, 23. November 2026, 07:05 Uhr"""
    return _("%(day)s, %(time)s Uhr", day=day(moment), time=clock(moment))


def near_day_and_clock(moment: Moment, near: Moment) -> str:
    """07:05 Uhr, with the day in front when it is another than that of `near`."""
    if local(moment).date() == local(near).date():
        return oclock(moment)
    return day_and_clock(moment)


def weekday(number: int) -> str:
    """Dienstag; 0 is Monday."""
    return str(Locale.parse(current().locale).days["stand-alone"]["wide"][number])


WEEKDAYS = tuple(cast(str, LazyProxy(weekday, number, enable_cache=False)) for number in range(7))
"""Their names, for choices of forms."""


def on_weekday(number: int) -> str:
    """dienstags; 0 is Monday."""
    return str(_ON_WEEKDAY[number])


def duration(seconds: float) -> str:
    """35 Minuten, 1 Stunde 5 Minuten; rounded to whole minutes, but nothing takes no time."""
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    words = []
    if hours:
        words.append(ngettext("%(num)s Stunde", "%(num)s Stunden", hours))
    if minutes or not hours:
        words.append(ngettext("%(num)s Minute", "%(num)s Minuten", minutes))
    return " ".join(words)


def distance(metres: float) -> str:
    """350 m, 1,2 km; rounded to what a walker notices."""
    if metres < 1000:
        return _("%(number)s m", number=max(10, round(metres / 10) * 10))
    return _("%(number)s km", number=one_digit(metres / 1000))


def kilograms(grams: float) -> str:
    """0,9 kg; below 50 g nobody tells it from nothing."""
    return _("%(number)s kg", number=one_digit(grams / 1000))


def amount(cents: int) -> str:
    """2,40"""
    return _decimal(Decimal(cents) / 100, "0.00", current().locale)


def euro(cents: int) -> str:
    """2,40 €"""
    return _("%(amount)s €", amount=amount(cents))


def one_digit(number: float) -> str:
    """1,2"""
    return _decimal(round(number, 1), "0.0", current().locale)


def quantity(number: float) -> str:
    """1.234; 12,5: no decimals where nobody reads them."""
    return _decimal(round(number, 1 if abs(number) < 100 else 0), "#,##0.#", current().locale)


def month(first: dt.date) -> str:
    """Mai 2027"""
    return format_date(first, "LLLL yyyy", locale=current().locale)


# Babel takes half a millisecond, and a page of results says the same few days and numbers again and again.


@lru_cache(maxsize=1024)
def _date_text(date: dt.date, style: Literal["full", "medium"], locale: str) -> str:
    return format_date(date, style, locale=locale)


@lru_cache(maxsize=4096)
def _decimal(number: float | Decimal, pattern: str, locale: str) -> str:
    return format_decimal(number, pattern, locale=locale)


def _date(moment: Moment | dt.date) -> dt.date:
    return moment if type(moment) is dt.date else local(moment).date()  # type: ignore[arg-type]
