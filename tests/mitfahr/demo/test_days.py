"""Public holidays and school holidays as the timetable knows them."""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.demo.days import NIGHT, SATURDAY, SCHOOL, SUNDAY, WORKING, exceptions, services_on


@pytest.mark.parametrize(
    ("day", "services"),
    [
        ("2026-11-24", {WORKING, SCHOOL}),  # an ordinary Tuesday
        ("2026-11-18", {SUNDAY}),  # Buß- und Bettag, a holiday in Saxony only
        ("2026-10-31", {SUNDAY, NIGHT}),  # Reformationstag on a Saturday
        ("2026-12-24", {SATURDAY}),
        ("2026-12-28", {WORKING}),  # school holidays
        ("2027-01-01", {SUNDAY, NIGHT}),
        ("2027-03-26", {SUNDAY, NIGHT}),  # Good Friday
        ("2027-07-20", {WORKING}),  # summer holidays
        ("2026-11-28", {SATURDAY, NIGHT}),
        ("2026-11-29", {SUNDAY}),
    ],
)
def test_what_runs_on(day: str, services: set[str]) -> None:
    assert services_on(dt.date.fromisoformat(day)) == services


def test_exceptions_turn_the_ordinary_week_into_the_real_one() -> None:
    found = set(exceptions(dt.date(2026, 11, 16), dt.date(2026, 11, 20)))
    wednesday = dt.date(2026, 11, 18)
    assert found == {(wednesday, SCHOOL, False), (wednesday, WORKING, False), (wednesday, SUNDAY, True)}
