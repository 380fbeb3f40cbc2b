"""Small road graphs drawn by hand.

    roads = road_graph([at(0, 0), at(500, 0), at(500, 300)], [Street(0, 1), Street(1, 2, oneway=True)])

A street is two edges that name each other, as in every RoadGraph; the second one of a one-way street is
for feet only, and missing where nobody may walk.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from routing.earth import EARTH_RADIUS_M, beeline_m
from routing.roads import Mode, Positions, RoadGraph
from routing.store import Texts

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


@dataclass
class _Edges:
    ends: list[tuple[int, int]] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)
    access: list[int] = field(default_factory=list)
    reverse: list[int] = field(default_factory=list)
    lines: list[list[LatLon]] = field(default_factory=list)

    def add(self, street: Street, line: list[LatLon], access: int, ends: tuple[int, int]) -> None:
        self.ends.append(ends)
        self.streets.append(street)
        self.access.append(access)
        self.reverse.append(-1)
        self.lines.append(line)


def road_graph(nodes: Sequence[LatLon], streets: Iterable[Street]) -> RoadGraph:
    """The road graph of these nodes (latitude, longitude) and streets."""
    edges = _Edges()
    for street in streets:
        line = [nodes[street.start], *street.via, nodes[street.end]]
        edges.add(street, line, street.access, (street.start, street.end))
        if street.access_back:
            edges.add(street, line[::-1], street.access_back, (street.end, street.start))
            edges.reverse[-2:] = [len(edges.ends) - 1, len(edges.ends) - 2]
    return _frozen(nodes, edges)


def _frozen(nodes: Sequence[LatLon], edges: _Edges) -> RoadGraph:
    ends = np.array(edges.ends, np.int32).reshape(-1, 2)
    order = np.argsort(ends[:, 0], kind="stable")
    new_number = np.empty(len(order) + 1, np.int32)
    new_number[order] = np.arange(len(order))
    new_number[-1] = -1
    lines = [edges.lines[i] for i in order]
    ordered = [edges.streets[i] for i in order]
    lengths = [_length_mm(street, line) for street, line in zip(ordered, lines, strict=True)]
    names = sorted({street.name for street in ordered})
    classes = sorted({street.highway for street in ordered})
    shape = np.array([place for line in lines for place in line], np.float64).reshape(-1, 2)
    places = np.array(nodes, np.float64).reshape(-1, 2)
    return RoadGraph(
        node_lat=places[:, 0].copy(),
        node_lon=places[:, 1].copy(),
        out_start=np.searchsorted(ends[order, 0], np.arange(len(nodes) + 1)).astype(np.int32),
        edge_from=ends[order, 0].copy(),
        edge_to=ends[order, 1].copy(),
        edge_access=np.array(edges.access, np.uint8)[order],
        edge_length_mm=np.array(lengths, np.int32),
        edge_drive_ms=np.array([_drive_ms(s, mm) for s, mm in zip(ordered, lengths, strict=True)], np.int32),
        edge_reverse=new_number[np.array(edges.reverse, np.int64)[order]],
        edge_name=np.array([names.index(street.name) for street in ordered], np.int32),
        edge_class=np.array([classes.index(street.highway) for street in ordered], np.int8),
        edge_shape_start=np.cumsum([0] + [len(line) for line in lines]).astype(np.int64),
        shape_lat=shape[:, 0].copy(),
        shape_lon=shape[:, 1].copy(),
        names=Texts.of(names),
        classes=Texts.of(classes),
        source="drawn by hand",
        attribution="nobody",
    )


def _length_mm(street: Street, line: list[LatLon]) -> int:
    if street.length_mm is not None:
        return street.length_mm
    lat, lon = np.array(line).T
    return round(1000 * float(beeline_m(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum()))


def _drive_ms(street: Street, length_mm: int) -> int:
    return round(length_mm * 3.6 / street.kmh) if street.drive_ms is None else street.drive_ms


def edge_between(roads: RoadGraph, start: int, end: int) -> int:
    """The first edge from node `start` to node `end`."""
    edges = np.flatnonzero((roads.edge_from == start) & (roads.edge_to == end))
    return int(edges[0])


def places_on(*places: tuple[int, float] | tuple[int, float, int]) -> Positions:
    """Positions from (edge, fraction) or (edge, fraction, off_mm)."""
    rows = [(*place, 0)[:3] for place in places]
    return Positions(
        np.array([row[0] for row in rows], np.int32),
        np.array([row[1] for row in rows], np.float64),
        np.array([row[2] for row in rows], np.int32),
    )
