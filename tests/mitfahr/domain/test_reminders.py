"""When reminders are due, on the nights of the clock change too."""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.domain.reminders import Reminder, due_reminder, due_s
from mitfahr.domain.times import ZONE, local, seconds

HOUR = 3600


def at(text: str) -> int:
    return seconds(dt.datetime.fromisoformat(text).replace(tzinfo=ZONE))


@pytest.mark.parametrize(
    ("departure", "evening", "soon"),
    [
        ("2026-06-02T07:10", "2026-06-01T18:00", "2026-06-02T05:10"),
        ("2026-06-02T00:10", "2026-06-01T18:00", "2026-06-01T22:10"),
        ("2026-10-25T07:10", "2026-10-24T18:00", "2026-10-25T05:10"),  # an hour more in this night
        ("2026-10-26T07:10", "2026-10-25T18:00", "2026-10-26T05:10"),
        ("2026-03-29T07:10", "2026-03-28T18:00", "2026-03-29T05:10"),  # an hour less
        ("2026-03-29T03:30", "2026-03-28T18:00", "2026-03-29T00:30"),
    ],
)
def test_the_evening_is_by_the_clock_and_two_hours_are_two_hours(
    departure: str, evening: str, soon: str
) -> None:
    departure_s = at(departure)
    assert due_s(Reminder.DAY_BEFORE, departure_s) == at(evening)
    assert due_s(Reminder.SOON, departure_s) == at(soon)
    assert local(due_s(Reminder.DAY_BEFORE, departure_s)).hour == 18
    assert departure_s - due_s(Reminder.SOON, departure_s) == 2 * HOUR


def test_two_hours_before_a_time_that_comes_twice() -> None:
    """02:30 in winter time on 25 October 2026: two hours before, clocks show 01:30."""
    departure_s = seconds(dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC))
    assert local(departure_s).strftime("%H:%M %z") == "02:30 +0100"
    assert local(due_s(Reminder.SOON, departure_s)).strftime("%H:%M %z") == "01:30 +0200"


DEPARTURE_S = at("2026-06-02T07:10")
EVENING_S = at("2026-06-01T18:00")
BOOKED_S = at("2026-05-20T12:00")


@pytest.mark.parametrize(
    ("now_s", "booked_s", "sent", "due"),
    [
        (EVENING_S - 1, BOOKED_S, set(), None),
        (EVENING_S, BOOKED_S, set(), Reminder.DAY_BEFORE),
        (EVENING_S + 5 * HOUR, BOOKED_S, set(), Reminder.DAY_BEFORE),
        (EVENING_S, BOOKED_S, {Reminder.DAY_BEFORE}, None),
        (EVENING_S + 60, EVENING_S + 30, set(), None),
        (DEPARTURE_S - 2 * HOUR, BOOKED_S, {Reminder.DAY_BEFORE}, Reminder.SOON),
        (DEPARTURE_S - 1, BOOKED_S, set(), Reminder.SOON),
        (DEPARTURE_S - HOUR, BOOKED_S, {Reminder.SOON}, None),
        (DEPARTURE_S - HOUR, DEPARTURE_S - HOUR, set(), None),
        (DEPARTURE_S, BOOKED_S, set(), None),
    ],
)
def test_what_is_due(now_s: int, booked_s: int, sent: set[Reminder], due: Reminder | None) -> None:
    assert due_reminder(DEPARTURE_S, now_s=now_s, booked_s=booked_s, sent=sent) is due
