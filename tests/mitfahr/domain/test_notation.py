"""Texts from command lines and web addresses are read exactly or refused with a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from mitfahr.domain.notation import NotationInvalid, bounding_box, duration_s, lat_lon, moment

BERLIN_WINTER = dt.timezone(dt.timedelta(hours=1))


def test_places_and_areas() -> None:
    assert lat_lon("51.1614, 13.4737") == (51.1614, 13.4737)
    assert bounding_box("13.1,51.0,13.7,51.4") == (13.1, 51.0, 13.7, 51.4)


def test_moments_with_and_without_offset() -> None:
    half_past_seven = dt.datetime(2026, 11, 24, 7, 30, tzinfo=BERLIN_WINTER)
    assert moment("2026-11-24T07:30") == half_past_seven
    assert moment("2026-11-24T06:30:00Z") == half_past_seven
    assert moment("2026-11-24T07:30:00+01:00") == half_past_seven


def test_a_wall_clock_time_that_comes_twice_is_the_first() -> None:
    assert moment("2026-10-25T02:30") == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT2H", 7200), ("PT1H30M", 5400), ("PT45S", 45), ("P1D", 86400), ("90", 5400), ("PT0S", 0)],
)
def test_durations(text: str, seconds: int) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lat_lon, "51.1614"),
        (lat_lon, "91,13"),
        (lat_lon, "51,nan"),
        (lat_lon, "51;13"),
        (lat_lon, ""),
        (bounding_box, "13.7,51.0,13.1,51.4"),
        (bounding_box, "13.1,51.0,13.7"),
        (moment, "24.11.2026 07:30"),
        (moment, "2026-13-01T00:00"),
        (moment, "morgen"),
        (duration_s, "P"),
        (duration_s, "PT"),
        (duration_s, "-5"),
        (duration_s, "PT25H"),
        (duration_s, "zwei Stunden"),
        (duration_s, "²"),
    ],
)
def test_everything_else_is_refused(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(NotationInvalid, match=r"erwartet|höchstens"):
        read(text)
