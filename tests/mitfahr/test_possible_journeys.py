"""What the portal makes of the router's answer: little walking, and no stairs for a wheelchair."""

from __future__ import annotations

from dataclasses import replace

from mitfahr.domain.mobility import Preference
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.find_itineraries import possible_journeys
from routing.journey import Journey
from routing.linking import link
from routing.query import Party, Point, StopRef
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


def snapshot(near_street: str) -> Snapshot:
    """A door, 100 m from one stop and 1 km from another; the way to the near one may be stairs."""
    roads = road_graph(
        [at(0, 0), at(100, 0), at(0, 50), at(1000, 0)],
        [
            Street(0, 1, highway=near_street, car=False),
            Street(0, 2, highway="footway", car=False),
            Street(2, 3, highway="footway", car=False),
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


def test_a_wheelchair_is_sent_over_no_stairs() -> None:
    now, streets = DRAWN.at("08:00"), snapshot("steps")
    assert lines(possible_journeys(streets, REQUEST, now)) == ["fast", "soon"]
    sitting = replace(REQUEST, party=Party(0, 1))
    assert lines(possible_journeys(streets, sitting, now)) == ["fast"]
