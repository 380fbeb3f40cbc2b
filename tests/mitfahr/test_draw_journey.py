"""Legs as lines: along shapes where the feed has them, along roads for what drives on roads, else straight and said so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mitfahr.services.draw_journey import DrawnLeg, draw_journey
from routing.journey import Journey, Leg, Place
from routing.query import LegKind
from routing.snapshot import Snapshot
from routing.street_lines import LatLon
from routing.trip_lines import TripLines
from tests.worlds import World, world

DRAWING = """
at A 0 0
at B 2000 2000
at C 4000 0
at Corner 0 2000
street A Corner 2000 m 120 s
street Corner B 2000 m 120 s
line 1 type {route_type} | A  B  C
t1 | 08:00 08:10 08:20
"""


def drawn(world: World, lines: TripLines | None = None, **changed: object) -> DrawnLeg:
    """The leg of trip t1 from A to C, or from and to what is said."""
    begin_s = int(world.timetable.day_start_s[0]) + 8 * 3600
    places = {name: Place(name, *world.places[name], name) for name in "ABC"}
    leg = Leg(
        LegKind.TRANSIT,
        begin_s,
        begin_s + 1200,
        places["A"],
        places["C"],
        trip_id="t1",
        board_pos=0,
        alight_pos=2,
    )
    leg = replace(leg, **changed)  # type: ignore[arg-type]
    snapshot = Snapshot.of(world.timetable, world.links, world.roads, world.car)
    (found,) = draw_journey(snapshot, lines, Journey((leg,), leg.departure_s, leg.arrival_s))
    return found


def is_near(place: LatLon, other: LatLon) -> bool:
    return bool(np.allclose(place, other, atol=1e-4))


@pytest.fixture(scope="module")
def bus() -> World:
    return world(DRAWING.format(route_type=3))


def test_a_bus_follows_the_roads_as_far_as_there_are_any(bus: World) -> None:
    found = drawn(bus)
    assert [stop.name for stop in found.stops] == ["B"]
    assert any(is_near(place, bus.places["Corner"]) for place in found.line)
    assert is_near(found.line[0], bus.places["A"]) and is_near(found.line[-1], bus.places["C"])
    assert not found.is_exact  # nobody knows a road from B to C
    b = Place("B", *bus.places["B"], "B")
    assert drawn(bus, destination=b, alight_pos=1).is_exact


def test_a_train_does_not_follow_roads() -> None:
    rail = world(DRAWING.format(route_type=2))
    found = drawn(rail)
    assert [is_near(a, rail.places[b]) for a, b in zip(found.line, "ABC", strict=True)] == [True] * 3
    assert not found.is_exact


def test_the_shape_of_the_feed_comes_first(bus: World) -> None:
    points = [bus.places["A"], (51.5, 13.5), bus.places["B"], bus.places["C"]]
    lat, lon = np.array(points, dtype=np.float32).T
    lines = TripLines(np.array([0, 4]), lat, lon, np.array([0, 2, 3]))
    found = drawn(bus, lines)
    assert found.is_exact
    assert found.line[1] == (51.5, 13.5) and len(found.line) == 4


@pytest.mark.parametrize(
    "changed",
    [{"trip_id": "gone"}, {"alight_pos": 7}, {"board_pos": 1, "alight_pos": 2}, {"board_pos": None}],
)
def test_what_another_timetable_knew_is_drawn_straight(bus: World, changed: dict[str, object]) -> None:
    found = drawn(bus, **changed)
    assert [is_near(a, bus.places[b]) for a, b in zip(found.line, "AC", strict=True)] == [True, True]
    assert (found.is_exact, found.stops) == (False, ())


def test_a_walk_follows_the_streets(bus: World) -> None:
    b = Place("B", *bus.places["B"])
    found = drawn(bus, kind=LegKind.WALK, destination=b, trip_id=None, board_pos=None, alight_pos=None)
    assert found.is_exact
    assert any(is_near(place, bus.places["Corner"]) for place in found.line)
