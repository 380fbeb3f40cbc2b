"""A kept journey at the times of now: what is known is shown, what is not stays as it was kept."""

from __future__ import annotations

import pytest

from mitfahr.languages.formats import clock
from mitfahr.legs_now import journey_now
from routing.journey import Journey
from routing.query import LegKind, Party
from routing.search import search
from tests.worlds import World, world

DRAWN = """
at A 0 0
at B 5000 0
at B2 5100 0
at C 10000 0
at F 280 0
street F A 280 m 30 s
street A B 5000 m 300 s
street B B2 100 m 10 s
street B2 C 4900 m 300 s
line 1 | A B
t1 | 09:00 09:20
line 2 | B2 C
t2 | 09:25 09:45
"""


def kept(drawn: World) -> Journey:
    found = search(drawn.snapshot(), drawn.query("F", "C", "08:50", window_s=1200))
    return next(one for one in found if one.vehicles == 2)


def told(journey: Journey) -> str:
    """ "walk 08:56–09:00 | 1 09:00–09:20 | …", with the planned time in brackets where live data speaks of it."""
    parts = []
    for leg in journey.legs:
        name = "walk" if leg.kind is LegKind.WALK else str(leg.route)
        planned = f" ({clock(leg.planned_departure_s)})" if leg.planned_departure_s is not None else ""
        parts.append(f"{name} {clock(leg.departure_s)}–{clock(leg.arrival_s)}{planned}")
    return " | ".join(parts)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("", "walk 08:56–09:00 | 1 09:00–09:20 | walk 09:20–09:21 | 2 09:25–09:45"),
        (
            "expected t1 | 09:01 09:21",
            "walk 08:56–09:00 | 1 09:01–09:21 (09:00) | walk 09:21–09:22 | 2 09:25–09:45",
        ),
        (
            "expected t1 | 08:59 09:20",
            "walk 08:55–08:59 | 1 08:59–09:20 (09:00) | walk 09:20–09:21 | 2 09:25–09:45",
        ),
        (
            "expected t2 | 09:25 09:45",
            "walk 08:56–09:00 | 1 09:00–09:20 | walk 09:20–09:21 | 2 09:25–09:45 (09:25)",
        ),
        ("cancelled t1", "walk 08:56–09:00 | 1 09:00–09:20 | walk 09:20–09:21 | 2 09:25–09:45"),
    ],
)
def test_vehicles_at_their_expected_times(facts: str, expected: str) -> None:
    journey = kept(world(DRAWN))
    drawn = world(f"{DRAWN}\n{facts}")
    now = journey_now(drawn.snapshot().live, Party(), journey)
    assert told(now) == expected
    assert (now.departure_s, now.arrival_s) == (now.legs[0].departure_s, now.legs[-1].arrival_s)


def test_a_delay_that_is_over_is_forgotten_and_spare_time_follows() -> None:
    late = world(f"{DRAWN}\nexpected t1 | 09:01 09:21")
    journey = kept(late)
    assert journey.legs[1].planned_departure_s is not None
    again = journey_now(world(DRAWN).snapshot().live, Party(), journey)
    assert again.legs[1].planned_departure_s is None
    assert again.legs[-1].slack_s == (journey.legs[-1].slack_s or 0) + 60
    assert journey_now(late.snapshot().live, Party(), journey) == journey
