"""Lines on the map, put together from pieces of streets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from routing.roads import RoadGraph, line_between

LatLon = tuple[float, float]


class Piece(NamedTuple):
    """Part of an edge between two fractions of its length; start > end runs against its direction."""

    edge: int
    start: float
    end: float


def line_over(roads: RoadGraph, pieces: Iterable[Piece]) -> list[LatLon]:
    """[(latitude, longitude)] over pieces that each begin where the one before ends."""
    line: list[LatLon] = []
    for piece in pieces:
        line += line_between(roads, piece.edge, piece.start, piece.end)[1 if line else 0 :]
    return line
