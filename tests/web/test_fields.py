"""Times and dates as people write them."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from werkzeug.datastructures import MultiDict
from wtforms import Form

from web.forms.fields import ClockField, DayField


class Typed(Form):  # type: ignore[misc]
    clock = ClockField()
    day = DayField()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7:05", dt.time(7, 5)),
        ("07.05", dt.time(7, 5)),
        ("0705", dt.time(7, 5)),
        ("705", dt.time(7, 5)),
        ("7", dt.time(7)),
        ("7 Uhr", dt.time(7)),
        ("7 uhr 05", dt.time(7, 5)),
        (" 23:59 Uhr ", dt.time(23, 59)),
        ("12", dt.time(12)),
        ("1430", dt.time(14, 30)),
    ],
)
def test_times(typed: str, meant: dt.time) -> None:
    form = Typed(MultiDict({"clock": typed}))
    assert form.validate(), form.errors
    assert form.clock.data == meant


@pytest.mark.parametrize("typed", ["24:00", "7:60", "früh", "7:5:3", "-1", "12345"])
def test_what_is_no_time_is_kept_and_explained(typed: str) -> None:
    form = Typed(MultiDict({"clock": typed}))
    assert not form.validate()
    assert "wie 7:30" in form.clock.errors[0]
    assert form.clock._value() == typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-23", dt.date(2026, 11, 23)),
        ("23.11.2026", dt.date(2026, 11, 23)),
        ("23.11.26", dt.date(2026, 11, 23)),
        ("23. 11. 2026", dt.date(2026, 11, 23)),
        ("Mo, 23.11.2026", dt.date(2026, 11, 23)),
        ("30.11.", dt.date(2026, 11, 30)),
        ("1.2.", dt.date(2027, 2, 1)),
        ("heute", dt.date(2026, 11, 24)),
        ("Morgen", dt.date(2026, 11, 25)),
        ("Dienstag", dt.date(2026, 11, 24)),
        ("montag", dt.date(2026, 11, 30)),
    ],
)
def test_days(typed: str, meant: dt.date) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC), tick=False):
        form = Typed(MultiDict({"day": typed}))  # in Germany it is the 24th already
        assert form.validate(), form.errors
    assert form.day.data == meant


@pytest.mark.parametrize("typed", ["31.2.2026", "bald", "2026-13-01"])
def test_what_is_no_date_is_explained(typed: str) -> None:
    form = Typed(MultiDict({"day": typed}))
    assert not form.validate()
    assert form.day._value() == typed


def test_a_value_is_written_back() -> None:
    form = Typed(clock=dt.time(7, 5), day=dt.date(2026, 11, 23))
    assert (form.clock._value(), form.day._value()) == ("07:05", "23.11.2026")
