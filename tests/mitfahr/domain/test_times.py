"""Wall clock and UTC, through both nights on which the clocks change."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitfahr.domain.times import ZONE, ClockChange, local, moment, resolve, seconds

SPRING = dt.date(2026, 3, 29)
AUTUMN = dt.date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "wall_clock", "utc", "clock_change"),
    [
        (dt.date(2026, 1, 15), "07:10", "2026-01-15T06:10", ClockChange.NONE),
        (dt.date(2026, 7, 15), "07:10", "2026-07-15T05:10", ClockChange.NONE),
        (SPRING, "01:59", "2026-03-29T00:59", ClockChange.NONE),
        (SPRING, "02:00", "2026-03-29T01:00", ClockChange.SKIPPED),
        (SPRING, "02:30", "2026-03-29T01:30", ClockChange.SKIPPED),
        (SPRING, "03:00", "2026-03-29T01:00", ClockChange.NONE),
        (SPRING, "07:10", "2026-03-29T05:10", ClockChange.NONE),
        (AUTUMN, "01:59", "2026-10-24T23:59", ClockChange.NONE),
        (AUTUMN, "02:00", "2026-10-25T00:00", ClockChange.TWICE),
        (AUTUMN, "02:59", "2026-10-25T00:59", ClockChange.TWICE),
        (AUTUMN, "03:00", "2026-10-25T02:00", ClockChange.NONE),
        (AUTUMN, "07:10", "2026-10-25T06:10", ClockChange.NONE),
    ],
)
def test_wall_clock(day: dt.date, wall_clock: str, utc: str, clock_change: ClockChange) -> None:
    found = resolve(day, dt.time.fromisoformat(wall_clock))
    assert found.moment == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert found.moment.tzinfo is dt.UTC
    assert found.clock_change is clock_change


def test_a_time_that_does_not_exist_is_shown_an_hour_later() -> None:
    assert f"{resolve(SPRING, dt.time(2, 30)).moment.astimezone(ZONE):%H:%M}" == "03:30"


@given(st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)), st.times())
def test_what_is_shown_is_what_was_meant_except_in_the_missing_hour(
    day: dt.date, wall_clock: dt.time
) -> None:
    found = resolve(day, wall_clock)
    shown = found.moment.astimezone(ZONE)
    meant = dt.datetime.combine(day, wall_clock)
    late = dt.timedelta(hours=1) if found.clock_change is ClockChange.SKIPPED else dt.timedelta()
    assert shown.replace(tzinfo=None, fold=0) == (meant + late).replace(fold=0)


@given(st.integers(0, 4_000_000_000))
def test_seconds_and_moments_are_the_same_thing(utc_s: int) -> None:
    assert seconds(moment(utc_s)) == utc_s
    assert seconds(local(utc_s)) == utc_s


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without time zone"):
        seconds(dt.datetime(2026, 1, 1))
