"""What the portal makes of the router's answer: little walking, and round stairs with a wheelchair or a pram."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mitfahr.domain.mobility import Aid, Preference
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.find_itineraries import possible_journeys
from mitfahr.walk_ways import goes_over_stairs, walk_ways
from routing.check import check
from routing.journey import Journey
from routing.linking import link
from routing.query import Party, Point, StopRef
from routing.reasons import Reason
from routing.snapshot import Snapshot
from tests.routing.road_worlds import Street, at, road_graph
from tests.worlds import world

DRAWN = world("""
at NEAR 100 0
at FAR 1000 0
at GOAL 9000 0
line soon | NEAR GOAL
s1 | 09:00 09:25
line slow | NEAR GOAL
s2 | 09:05 09:55
line fast | FAR GOAL
f1 | 09:20 09:30
""")
DOOR = Point(*at(0, 0), "Haustür")
REQUEST = TripRequest(DOOR, StopRef("GOAL"), DRAWN.at("08:30"), window_s=3600)


def snapshot(near_street: str, around: bool = False) -> Snapshot:
    """A door, 100 m from one stop and 1 km from another; the way to the pavement of the near one may be stairs.

    With `around` there is another way to it, of a good 800 m.
    """
    path = [(0, 2), (2, 3), (1, 5), *([(2, 4), (4, 5)] if around else [])]
    roads = road_graph(
        [at(0, 0), at(100, 0), at(0, 50), at(1000, 0), at(100, 400), at(100, 10)],
        [
            Street(0, 1, highway=near_street, car=False),
            *(Street(*ends, highway="footway", car=False) for ends in path),
        ],
    )
    return Snapshot.of(DRAWN.timetable, link(DRAWN.timetable, roads, None), roads)


def lines(found: list[Journey]) -> list[str]:
    return sorted(leg.route or "" for journey in found for leg in journey.legs if leg.trip_id)


def test_whoever_walks_little_is_shown_the_slow_bus_at_the_door_too() -> None:
    now, streets = DRAWN.at("08:00"), snapshot("footway")
    assert lines(possible_journeys(streets, REQUEST, now)) == ["fast", "soon"]
    little = replace(REQUEST, prefers=Preference.LESS_WALKING)
    assert lines(possible_journeys(streets, little, now)) == ["fast", "slow", "soon"]


@pytest.mark.parametrize(
    "asked",
    [replace(REQUEST, party=Party(0, 1)), replace(REQUEST, aids=frozenset({Aid.PRAM}))],
    ids=["wheelchair", "pram"],
)
def test_wheels_are_sent_over_no_stairs(asked: TripRequest) -> None:
    now, streets = DRAWN.at("08:00"), snapshot("steps")
    assert lines(possible_journeys(streets, REQUEST, now)) == ["fast", "soon"]
    assert lines(possible_journeys(streets, asked, now)) == ["fast"]


def test_wheels_are_sent_round_stairs() -> None:
    now, streets = DRAWN.at("08:00"), snapshot("steps", around=True)
    sitting = replace(REQUEST, party=Party(0, 1))
    for asked, steep in ((REQUEST, True), (sitting, False)):
        found = possible_journeys(streets, asked, now)
        assert lines(found) == ["fast", "soon"]
        walk = next(one.legs[0] for one in found if one.legs[1].route == "soon")
        assert (walk.distance_m == 100) == steep
        ways = walk_ways(streets, found, avoids_stairs=asked.avoids_steps)
        assert any(goes_over_stairs(one, ways) for one in found) == steep
        for one in found:
            assert check(streets, asked.query(), one) == []
    over_stairs = next(one for one in possible_journeys(streets, REQUEST, now) if one.legs[1].route == "soon")
    assert check(streets, sitting.query(), over_stairs) == [Reason.NO_WAY]
