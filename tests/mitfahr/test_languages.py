"""Words, dates, numbers and plurals in each language; stored phrases; what happens without a translation."""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.languages import GERMAN, KNOWN, Language, _, current, lazy, ngettext, using
from mitfahr.languages.formats import (
    clock,
    day,
    day_short,
    distance,
    duration,
    euro,
    weekday,
)
from mitfahr.languages.stored import NEAR, RIDE_WITH, said
from mitfahr.languages.words import load

BY_CODE = {language.code: language for language in KNOWN}
MORNING = dt.datetime(2026, 11, 23, 6, 5, tzinfo=dt.UTC)
TWICE = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("code", "long", "short", "money", "walk"),
    [
        ("de", "Montag, 23. November 2026", "23.11.2026", "2,40 €", "1,2 km"),
        ("de-simple", "Montag, 23. November 2026", "23.11.2026", "2,40 €", "1,2 km"),
        ("en", "Monday, 23 November 2026", "23 Nov 2026", "€2.40", "1.2 km"),
        ("cs", "pondělí 23. listopadu 2026", "23. 11. 2026", "2,40 €", "1,2 km"),
        ("pl", "poniedziałek, 23 listopada 2026", "23 lis 2026", "2,40 €", "1,2 km"),
        ("uk", "понеділок, 23 листопада 2026\u202fр.", "23 лист. 2026\u202fр.", "2,40 €", "1,2 км"),
    ],
)
def test_dates_and_numbers(code: str, long: str, short: str, money: str, walk: str) -> None:
    with using(BY_CODE[code]):
        assert (day(MORNING), day_short(MORNING), euro(240), distance(1240)) == (long, short, money, walk)
        assert clock(MORNING) == "07:05"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("de", ["1 Person", "2 Personen", "5 Personen", "22 Personen"]),
        ("en", ["1 person", "2 people", "5 people", "22 people"]),
        ("cs", ["1 osoba", "2 osoby", "5 osob", "22 osob"]),
        ("pl", ["1 osoba", "2 osoby", "5 osób", "22 osoby"]),
        ("uk", ["1 особа", "2 особи", "5 осіб", "22 особи"]),
    ],
)
def test_plurals(code: str, words: list[str]) -> None:
    with using(BY_CODE[code]):
        assert [ngettext("%(num)s Person", "%(num)s Personen", number) for number in (1, 2, 5, 22)] == words


def test_the_hour_that_comes_twice_is_named() -> None:
    with using(BY_CODE["en"]):
        assert clock(TWICE) == "02:30 (summer time)"
    assert clock(TWICE) == "02:30 (Sommerzeit)"


def test_lazy_words_are_read_when_they_are_shown() -> None:
    label = lazy("Abfahrt")
    with using(BY_CODE["pl"]):
        assert str(label) == "Odjazd" and f"{label}" == "Odjazd"
        assert duration(3900) == "1 godzina 5 minut"
    assert str(label) == "Abfahrt"


def test_blocks_within_blocks_give_the_language_back() -> None:
    with using(BY_CODE["cs"]):
        with using(BY_CODE["uk"]):
            assert weekday(0) == "понеділок"
        assert current() == BY_CODE["cs"]
    assert current() == GERMAN


def test_what_nobody_has_translated_is_said_in_german() -> None:
    with using(BY_CODE["en"]):
        assert _("Das hat niemand übersetzt: %(name)s", name="Ö") == "Das hat niemand übersetzt: Ö"


def test_stored_phrases_are_said_in_the_readers_language() -> None:
    ride, area = RIDE_WITH % {"name": "Anna"}, NEAR % {"stop": "Markt"}
    assert said(ride) == "Fahrt mit Anna"
    with using(BY_CODE["en"]):
        assert said(ride) == "Ride with Anna" and said(area) == "near Markt"
        assert said("Ich stehe am Markt.") == "Ich stehe am Markt."


def test_leichte_sprache_falls_back_to_german() -> None:
    with using(BY_CODE["de-simple"]):
        assert _("Abfahrt") == "Abfahrt"
        assert _("Für diese Zeit bietet niemand eine passende Mitfahrt an.") != (
            "Für diese Zeit bietet niemand eine passende Mitfahrt an."
        )


@pytest.mark.parametrize("language", KNOWN, ids=lambda language: language.code)
def test_every_catalogue_loads(language: Language) -> None:
    assert load(language).gettext("Tag")
