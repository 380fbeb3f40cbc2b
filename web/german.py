"""How times, distances and money are written in German; the templates use these as filters."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from mitfahr.domain.times import ZONE, clock_text

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)

Moment = dt.datetime | int | float
"""An aware datetime or UTC seconds."""


def local(moment: Moment) -> dt.datetime:
    """The moment on a clock in Germany."""
    if isinstance(moment, dt.datetime):
        return moment.astimezone(ZONE)
    return dt.datetime.fromtimestamp(moment, ZONE)


def clock(moment: Moment) -> str:
    """07:05; seconds are cut off, as on a departure board."""
    return clock_text(local(moment))


def day(moment: Moment | dt.date) -> str:
    """Montag, 23. November 2026"""
    date = moment if type(moment) is dt.date else local(moment).date()  # type: ignore[arg-type]
    return f"{WEEKDAYS[date.weekday()]}, {date.day}. {MONTHS[date.month - 1]} {date.year}"


def day_short(moment: Moment | dt.date) -> str:
    """23.11.2026"""
    return f"{moment if type(moment) is dt.date else local(moment):%d.%m.%Y}"  # type: ignore[arg-type]


def now() -> dt.datetime:
    """This moment, for sentences that name today."""
    return dt.datetime.now(dt.UTC)


def day_and_clock(moment: Moment) -> str:
    """Montag, 23. November 2026, 07:05 Uhr"""
    return f"{day(moment)}, {clock(moment)} Uhr"


def near_day_and_clock(moment: Moment, near: Moment) -> str:
    """07:05 Uhr, with the day in front when it is another than that of `near`."""
    if local(moment).date() == local(near).date():
        return f"{clock(moment)} Uhr"
    return day_and_clock(moment)


def duration(seconds: float) -> str:
    """35 Minuten, 1 Stunde 5 Minuten; rounded to whole minutes, but nothing takes no time."""
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    words = []
    if hours:
        words.append("1 Stunde" if hours == 1 else f"{hours} Stunden")
    if minutes or not hours:
        words.append("1 Minute" if minutes == 1 else f"{minutes} Minuten")
    return " ".join(words)


def distance(metres: float) -> str:
    """350 m, 1,2 km; rounded to what a walker notices."""
    if metres < 1000:
        return f"{max(10, round(metres / 10) * 10)} m"
    return f"{metres / 1000:.1f} km".replace(".", ",")


def euro(cents: int) -> str:
    """2,40 €"""
    return f"{cents // 100},{cents % 100:02d} €"


def count(number: int, one: str, many: str) -> str:
    """1 Person, 3 Personen"""
    return f"{number} {one if number == 1 else many}"


def phone_link(number: str) -> str:
    """The number as a `tel:` link wants it: digits and a leading plus."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


def on_weekday(weekday: int) -> str:
    """dienstags; 0 is Monday"""
    return WEEKDAYS[weekday].lower() + "s"


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
    phone_link,
)


def register(app: Flask) -> None:
    """Offer these to the templates."""
    app.jinja_env.filters.update({write.__name__: write for write in FILTERS})
    app.jinja_env.globals.update(count=count, now=now)
