"""A walk as a person would explain it: which streets, for how long, and where to turn.

Neighbouring pieces of one street are one step. Streets without a name are told by what they are (`street_class`),
and only where one turns or they change; bits of a few metres between two streets are not worth a step.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from routing.roads import STAIRS, RoadGraph
from routing.street_lines import Piece

NOTHING_MM = 1_000
"""Walks that begin or end at a corner have pieces of no length."""
SHORT_MM = 30_000
"""A nameless piece shorter than this belongs to the step before it, unless it is a stair."""
BEND_DEGREES = 45.0
"""A nameless way that bends more than this is told as a turn."""


class Bend(enum.StrEnum):
    STRAIGHT = "straight"
    HALF_LEFT = "half_left"
    LEFT = "left"
    HALF_RIGHT = "half_right"
    RIGHT = "right"
    BACK = "back"


class Compass(enum.StrEnum):
    NORTH = "north"
    NORTH_EAST = "north_east"
    EAST = "east"
    SOUTH_EAST = "south_east"
    SOUTH = "south"
    SOUTH_WEST = "south_west"
    WEST = "west"
    NORTH_WEST = "north_west"


@dataclass(frozen=True, slots=True)
class Step:
    """Walk `metres` along a street, after turning as `bend` says; the first step has a `heading` instead.

    `name` is "" where the map has none; `street_class` is an OSM highway value.
    """

    name: str
    street_class: str
    metres: int
    bend: Bend | None = None
    heading: Compass | None = None

    @property
    def is_stairs(self) -> bool:
        return self.street_class == STAIRS


@dataclass(slots=True)
class _Draft:
    name: str
    street_class: str
    mm: int
    degrees: float
    """How much one turns to get here, clockwise; unused for the first."""
    leaves_at: float


def directions(roads: RoadGraph, pieces: Iterable[Piece]) -> list[Step]:
    """The steps of a walk over `pieces`, as `walking.walked_streets` gives them."""
    drafts: list[_Draft] = []
    first_heading = 0.0
    for piece, mm in _walked(roads, pieces):
        enters_at, leaves_at = _bearings(roads, piece)
        name = roads.names[int(roads.edge_name[piece.edge])]
        street_class = roads.classes[int(roads.edge_class[piece.edge])]
        if not drafts:
            first_heading = enters_at
            drafts.append(_Draft(name, street_class, mm, 0.0, leaves_at))
            continue
        last = drafts[-1]
        degrees = _turned(last.leaves_at, enters_at)
        if _goes_on(last, name, street_class, mm, degrees):
            last.mm += mm
            last.leaves_at = leaves_at
        else:
            drafts.append(_Draft(name, street_class, mm, degrees, leaves_at))
    steps = [_step(draft) for draft in drafts]
    return [replace(steps[0], bend=None, heading=_compass(first_heading)), *steps[1:]] if steps else []


def has_stairs(roads: RoadGraph, pieces: Iterable[Piece]) -> bool:
    """Whether the walk goes over stairs, as far as the map knows."""
    return any(roads.classes[int(roads.edge_class[p.edge])] == STAIRS for p, _mm in _walked(roads, pieces))


def _walked(roads: RoadGraph, pieces: Iterable[Piece]) -> list[tuple[Piece, int]]:
    """Pieces with their millimetres, without those of no length, unless there are no others."""
    measured = [(p, round(abs(p.end - p.start) * int(roads.edge_length_mm[p.edge]))) for p in pieces]
    return [one for one in measured if one[1] >= NOTHING_MM] or measured


def _goes_on(last: _Draft, name: str, street_class: str, mm: int, degrees: float) -> bool:
    if STAIRS in (street_class, last.street_class):
        return street_class == last.street_class
    if name:
        return name == last.name
    return mm < SHORT_MM or (
        not last.name and street_class == last.street_class and abs(degrees) < BEND_DEGREES
    )


def _step(draft: _Draft) -> Step:
    return Step(draft.name, draft.street_class, round(draft.mm / 1000), bend=_bend(draft.degrees))


def _bearings(roads: RoadGraph, piece: Piece) -> tuple[float, float]:
    """Degrees clockwise from north at both ends of the street, the way it is walked."""
    first, last = int(roads.edge_shape_start[piece.edge]), int(roads.edge_shape_start[piece.edge + 1]) - 1
    at_start, at_end = _bearing(roads, first, first + 1), _bearing(roads, last - 1, last)
    if piece.start <= piece.end:
        return at_start, at_end
    return (at_end + 180.0) % 360.0, (at_start + 180.0) % 360.0


def _bearing(roads: RoadGraph, a: int, b: int) -> float:
    lat = float(roads.shape_lat[a])
    north = float(roads.shape_lat[b]) - lat
    east = (float(roads.shape_lon[b]) - float(roads.shape_lon[a])) * math.cos(math.radians(lat))
    return math.degrees(math.atan2(east, north)) % 360.0


def _turned(before: float, after: float) -> float:
    """Degrees clockwise, from -180 to 180."""
    return (after - before + 180.0) % 360.0 - 180.0


def _bend(degrees: float) -> Bend:
    size = abs(degrees)
    if size < 25.0:
        return Bend.STRAIGHT
    if size > 160.0:
        return Bend.BACK
    if size < 60.0:
        return Bend.HALF_RIGHT if degrees > 0 else Bend.HALF_LEFT
    return Bend.RIGHT if degrees > 0 else Bend.LEFT


def _compass(degrees: float) -> Compass:
    return list(Compass)[round(degrees / 45.0) % 8]
