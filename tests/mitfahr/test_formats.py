"""Times, distances and money in German words, as on the pages."""

from __future__ import annotations

import datetime as dt

from mitfahr.languages import formats
from web.filters import phone_link

NOON = dt.datetime(2026, 3, 29, 11, 5, 59, tzinfo=dt.UTC)


def test_moments_are_told_on_the_clocks_of_the_district() -> None:
    assert formats.clock(NOON) == "13:05"
    assert formats.clock(NOON.timestamp()) == "13:05"
    assert formats.day(NOON) == "Sonntag, 29. März 2026"
    assert formats.day(dt.date(2026, 1, 1)) == "Donnerstag, 1. Januar 2026"
    assert formats.day_short(dt.date(2026, 1, 1)) == "01.01.2026"


def test_the_day_is_named_only_when_it_is_another() -> None:
    assert formats.near_day_and_clock(NOON, NOON) == "13:05 Uhr"
    yesterday = NOON - dt.timedelta(days=1)
    assert formats.near_day_and_clock(yesterday, NOON) == "Samstag, 28. März 2026, 12:05 Uhr"


def test_durations() -> None:
    assert formats.duration(20) == "1 Minute"
    assert formats.duration(3600) == "1 Stunde"
    assert formats.duration(7500) == "2 Stunden 5 Minuten"


def test_distances_and_money() -> None:
    assert [formats.distance(metres) for metres in (3, 347, 1240)] == ["10 m", "350 m", "1,2 km"]
    assert [formats.euro(cents) for cents in (0, 5, 250)] == ["0,00 €", "0,05 €", "2,50 €"]


def test_phone_links() -> None:
    assert phone_link("+49 (3521) 725-0") == "+4935217250"
