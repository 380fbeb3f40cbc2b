"""Small road graphs drawn by hand.

    roads = road_graph([at(0, 0), at(500, 0), at(500, 300)], [Street(0, 1), Street(1, 2, oneway=True)])

A street is two edges that name each other, as in every RoadGraph; the second one of a one-way street is
for feet only, and missing where nobody may walk.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from routing import roads
from routing.earth import EARTH_RADIUS_M, beeline_m
from routing.roads import Mode, Positions, RoadGraph

ORIGIN = (51.16, 13.47)
LatLon = tuple[float, float]


def at(east_m: float, north_m: float) -> LatLon:
    """The place so many metres east and north of Meißen, for drawing worlds on squared paper."""
    degree_m = EARTH_RADIUS_M * math.pi / 180
    lat = ORIGIN[0] + north_m / degree_m
    return lat, ORIGIN[1] + east_m / (degree_m * math.cos(math.radians(ORIGIN[0])))


@dataclass(frozen=True)
class Street:
    """From node `start` to node `end`, by way of the places `via`.

    Without `length_mm` as long as its line; without `drive_ms` driven at `kmh` all along.
    """

    start: int
    end: int
    length_mm: int | None = None
    drive_ms: int | None = None
    kmh: float = 50
    oneway: bool = False
    car: bool = True
    foot: bool = True
    bicycle: bool = True
    name: str = ""
    highway: str = "residential"
    via: tuple[LatLon, ...] = ()

    @property
    def access(self) -> int:
        return Mode.CAR * self.car | Mode.FOOT * self.foot | Mode.BICYCLE * self.bicycle

    @property
    def access_back(self) -> int:
        return self.access & Mode.FOOT if self.oneway else self.access


def road_graph(
    nodes: Sequence[LatLon], streets: Iterable[Street], turns: Sequence[roads.Turn] = ()
) -> RoadGraph:
    """The road graph of these nodes (latitude, longitude), streets, and turns that cost cars something."""
    places = np.array(nodes, np.float64).reshape(-1, 2)
    drawn = [_drawn(street, nodes) for street in streets]
    return RoadGraph.of(places[:, 0].copy(), places[:, 1].copy(), drawn, "drawn by hand", "nobody", turns)


def _drawn(street: Street, nodes: Sequence[LatLon]) -> roads.Street:
    line = [nodes[street.start], *street.via, nodes[street.end]]
    length_mm = _length_mm(street, line)
    drive_ms = _drive_ms(street, length_mm)
    return roads.Street(
        from_node=street.start,
        to_node=street.end,
        line=line,
        length_mm=length_mm,
        forward=street.access,
        backward=street.access_back,
        forward_ms=drive_ms,
        backward_ms=drive_ms,
        name=street.name,
        street_class=street.highway,
    )


def _length_mm(street: Street, line: list[LatLon]) -> int:
    if street.length_mm is not None:
        return street.length_mm
    lat, lon = np.array(line).T
    return round(1000 * float(beeline_m(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum()))


def _drive_ms(street: Street, length_mm: int) -> int:
    return round(length_mm * 3.6 / street.kmh) if street.drive_ms is None else street.drive_ms


def edge_between(graph: RoadGraph, start: int, end: int) -> int:
    """The first edge from node `start` to node `end`."""
    edges = np.flatnonzero((graph.edge_from == start) & (graph.edge_to == end))
    return int(edges[0])


def places_on(*places: tuple[int, float] | tuple[int, float, int]) -> Positions:
    """Positions from (edge, fraction) or (edge, fraction, off_mm)."""
    rows = [(*place, 0)[:3] for place in places]
    return Positions(
        np.array([row[0] for row in rows], np.int32),
        np.array([row[1] for row in rows], np.float64),
        np.array([row[2] for row in rows], np.int32),
    )
