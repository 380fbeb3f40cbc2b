"""Deadlines and papers of duty, as pure rules."""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.domain.duty import Deadlines, Light, Paper, light, paper, paper_step

HOUR_S, MINUTE_S = 3600, 60
DEPARTS_S = 1_800_000_000


@pytest.mark.parametrize(
    ("lost_before_s", "told_before_s"),
    [
        (30 * HOUR_S, 18 * HOUR_S),  # in time: on the day before
        (18 * HOUR_S + 10 * MINUTE_S, 16 * HOUR_S + 10 * MINUTE_S),  # the others have two hours
        (3 * HOUR_S, 90 * MINUTE_S),  # half of what is left for them, half for the passengers
        (HOUR_S, 30 * MINUTE_S),
        (45 * MINUTE_S, 30 * MINUTE_S),  # not longer: people have to know before they leave the house
        (10 * MINUTE_S, 10 * MINUTE_S),  # at once
        (-5 * MINUTE_S, -5 * MINUTE_S),  # somewhere on the way
    ],
)
def test_when_passengers_are_told(lost_before_s: int, told_before_s: int) -> None:
    told_s = Deadlines().cancels_s(DEPARTS_S, DEPARTS_S - lost_before_s)
    assert DEPARTS_S - told_s == told_before_s


def test_lights() -> None:
    def shown(now_s: int, **how: bool) -> Light:
        state = {"has_driver": False, "looks_for_substitute": False, "is_cancelled": False} | how
        return light(begins_s=100, asks_s=50, now_s=now_s, **state)

    assert shown(49) is Light.YELLOW
    assert shown(50) is Light.RED
    assert shown(50, has_driver=True) is Light.GREEN
    assert shown(50, has_driver=True, looks_for_substitute=True) is Light.YELLOW
    assert shown(50, is_cancelled=True) is Light.OFF


def test_papers() -> None:
    today = dt.date(2026, 11, 23)

    def left(days: int) -> dt.date:
        return today + dt.timedelta(days=days)

    assert [paper(left(days), today) for days in (61, 60, 0, -1)] == [
        Paper.GOOD,
        Paper.SOON,
        Paper.SOON,
        Paper.OVER,
    ]
    assert paper(None, today) is Paper.UNKNOWN
    assert [paper_step(left(days), today) for days in (61, 60, 15, 14, 1, 0, -3)] == [
        None,
        60,
        60,
        14,
        14,
        0,
        0,
    ]
