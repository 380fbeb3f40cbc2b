"""Walks in words: streets, turns, stairs."""

from __future__ import annotations

import numpy as np

from routing.directions import Bend, Compass, Step, directions, has_stairs
from routing.roads import Mode, RoadGraph, locate
from routing.street_lines import Piece
from routing.walking import walked_streets
from tests.routing.road_worlds import Street, at, road_graph

TOWN = road_graph(
    [at(0, 0), at(0, 200), at(100, 200), at(100, 210), at(200, 210), at(200, 100), at(0, 300)],
    [
        Street(0, 1, name="Hauptstraße"),
        Street(1, 2, name="Markt"),
        Street(2, 3, highway="footway"),
        Street(3, 4, name="Markt"),
        Street(4, 5, highway="steps", car=False),
        Street(1, 6, name="Hauptstraße"),
    ],
)
"""North along the main street, right over the market (with a few nameless metres), down the stairs."""


def walked(roads: RoadGraph, start: tuple[float, float], end: tuple[float, float]) -> list[Piece]:
    a, b = (locate(roads, np.array([at(*p)[0]]), np.array([at(*p)[1]]), Mode.FOOT) for p in (start, end))
    walk = walked_streets(roads, a, b)
    assert walk is not None
    return walk[0]


def test_streets_turns_and_stairs() -> None:
    pieces = walked(TOWN, (0, 50), (200, 120))
    assert directions(TOWN, pieces) == [
        Step("Hauptstraße", "residential", 150, heading=Compass.NORTH),
        Step("Markt", "residential", 210, bend=Bend.RIGHT),
        Step("", "steps", 90, bend=Bend.RIGHT),
    ]
    assert has_stairs(TOWN, pieces)


def test_the_way_back_turns_the_other_way() -> None:
    steps = directions(TOWN, walked(TOWN, (200, 120), (0, 50)))
    assert [(step.name, step.bend, step.heading) for step in steps] == [
        ("", None, Compass.NORTH),
        ("Markt", Bend.LEFT, None),
        ("Hauptstraße", Bend.LEFT, None),
    ]


def test_one_street_is_one_step() -> None:
    pieces = walked(TOWN, (0, 250), (0, 20))
    assert directions(TOWN, pieces) == [Step("Hauptstraße", "residential", 230, heading=Compass.SOUTH)]
    assert not has_stairs(TOWN, pieces)


def test_a_walk_that_ends_at_a_corner_names_no_street_of_no_length() -> None:
    steps = directions(TOWN, walked(TOWN, (0, 50), (0, 200)))
    assert [step.name for step in steps] == ["Hauptstraße"]
