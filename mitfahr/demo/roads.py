"""Draws the demonstration district as an OpenStreetMap file: roads, streets, addresses, places, destinations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from mitfahr.demo.boundaries import boundaries
from mitfahr.demo.copies import Copy, copies, neighbours
from mitfahr.demo.geometry import Line, chance, point_along, to_degrees, to_metres
from mitfahr.demo.highways import ROUNDABOUTS, Junction, Motorway, Road, junctions, motorways, roads
from mitfahr.demo.places import OTHER_NAMES, Place, destinations, municipalities, places
from mitfahr.demo.scenery import scenery
from mitfahr.demo.stations import Station, stations
from mitfahr.demo.stops import square_heading
from mitfahr.demo.streets import BuiltUp, built_up, through_street_name

Tags = dict[str, str]

_MAXSPEED_KMH = {"primary": 100, "secondary": 80, "tertiary": 70, "unclassified": 60}
_MAXSPEED_BUILT_UP_KMH = {"primary": 50, "secondary": 50, "tertiary": 50, "unclassified": 30}
_ROUNDABOUT_RADIUS_M = 22.0
_CARRIAGEWAY_ASIDE_M = 12.0
_SQUARE_M = 60.0
_HOUSE_EVERY_M = 28.0
_HOUSE_ASIDE_M = 14.0
_PEOPLE_PER_ADDRESS = 15
_MOST_ADDRESSES = 120

JOINTS = (("Königsbrück", "Döbeln"), ("Elsterwerda", "Freiberg"))
"""Places that join a copy of the district to the next one, to the east and to the north."""


@dataclass
class Drawing:
    """Nodes and ways of one district; a node's id is its place in `nodes`."""

    nodes: list[tuple[float, float, Tags]] = field(default_factory=list)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)
    middle: dict[str, list[int]] = field(default_factory=dict)
    """By junction name: its node, or the nodes of its roundabout."""

    def node(self, x: float, y: float, tags: Tags | None = None) -> int:
        self.nodes.append((*to_degrees(x, y), tags or {}))
        return len(self.nodes) - 1

    def way(self, nodes: Sequence[int], tags: Tags) -> None:
        self.ways.append((list(nodes), {key: value for key, value in tags.items() if value}))


def generate_roads(path: Path, scale: int = 1) -> None:
    """Write the district (`scale` copies of it: 1, 4, 9, 16 …) as an .osm.pbf or .osm file; the same bytes every time."""
    drawing = draw_district()
    all_copies = copies(scale)
    base = {copy: 1 + copy.index * len(drawing.nodes) for copy in all_copies}
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for copy in all_copies:
            _write_nodes(writer, drawing, copy, base[copy])
        joints = list(_joining_ways(drawing, all_copies, base))
        for node_id, (lat, lon) in (node for nodes, _ in joints for node in nodes):
            writer.add_node(osmium.osm.mutable.Node(id=node_id, location=(lon, lat), version=1))
        for copy in all_copies:
            for i, (nodes, tags) in enumerate(drawing.ways):
                way_id = 1 + copy.index * len(drawing.ways) + i
                writer.add_way(_way(way_id, (base[copy] + n for n in nodes), tags))
        for i, (_, refs) in enumerate(joints):
            way_id = 1 + len(all_copies) * len(drawing.ways) + i
            writer.add_way(_way(way_id, refs, {"highway": "primary", "maxspeed": "100", "ref": "B 900"}))


@cache
def draw_district() -> Drawing:
    """The whole district, once a process."""
    drawing = Drawing()
    for junction in junctions().values():
        _draw_middle(drawing, junction)
    road_nodes = {id(road): _draw_road(drawing, road) for road in roads()}
    for junction in junctions().values():
        streets = built_up(junction)
        if streets is not None:
            _draw_streets(drawing, streets, road_nodes)
    corners = _corners(drawing)
    for station in stations().values():
        _draw_station(drawing, station, corners)
    for motorway in motorways():
        _draw_motorway(drawing, motorway)
    for place in places():
        _draw_place(drawing, place)
    for destination in destinations():
        key, value = destination.tag.split("=")
        other = OTHER_NAMES.get(destination.name, "")
        tags = {"name": destination.name, key: value} | ({"alt_name": other} if other else {})
        drawing.node(*to_metres(destination.lat, destination.lon), tags)
    for line, tags in chain(scenery(), boundaries()):
        _draw_scenery(drawing, line, tags)
    return drawing


def _draw_scenery(drawing: Drawing, line: Line, tags: Tags) -> None:
    """A line with nodes of its own: no street meets it."""
    is_closed = bool((line[0] == line[-1]).all())
    nodes = [drawing.node(x, y) for x, y in line[: -1 if is_closed else None].tolist()]
    drawing.way([*nodes, nodes[0]] if is_closed else nodes, tags)


def _draw_middle(drawing: Drawing, junction: Junction) -> None:
    if junction.name not in ROUNDABOUTS:
        drawing.middle[junction.name] = [drawing.node(junction.x, junction.y)]
        return
    angles = np.linspace(0.0, 2 * math.pi, 8, endpoint=False).tolist()
    ring = [
        drawing.node(
            junction.x + _ROUNDABOUT_RADIUS_M * math.cos(a), junction.y + _ROUNDABOUT_RADIUS_M * math.sin(a)
        )
        for a in angles
    ]
    drawing.middle[junction.name] = ring
    drawing.way([*ring, ring[0]], {"highway": "secondary", "junction": "roundabout", "maxspeed": "30"})


def _end_node(drawing: Drawing, junction: Junction, line: Line) -> int:
    ring = drawing.middle[junction.name]
    if len(ring) == 1:
        return ring[0]
    heading = point_along(line, 10.0)[2]
    return ring[round(heading / (2 * math.pi) * len(ring)) % len(ring)]


def _draw_road(drawing: Drawing, road: Road) -> dict[tuple[str, float], int]:
    """Ways for the outer part and the built-up ends; returns the nodes side streets begin at, by (place, metres)."""
    length = float(np.hypot(*np.diff(road.line, axis=0).T).sum())
    marks: dict[float, tuple[str, float] | None] = dict.fromkeys(_inner_distances(road.line))
    borders = [0.0, length]
    for i, junction in enumerate((road.start, road.end)):
        streets = built_up(junction)
        reach_m = streets.reach_along(road) if streets else 0.0
        borders[i] = length - reach_m if i else reach_m
        if streets is None or reach_m == 0.0:
            continue
        marks[borders[i]] = None
        for street in (s for s in streets.side_streets if s.road is road):
            marks[length - street.distance_m if i else street.distance_m] = (junction.name, street.distance_m)
    nodes = {
        0.0: _end_node(drawing, road.start, road.line),
        length: _end_node(drawing, road.end, road.line[::-1]),
    }
    for distance_m in sorted(marks):
        nodes[distance_m] = drawing.node(*point_along(road.line, distance_m)[:2])
    _draw_road_ways(drawing, road, sorted(nodes.items()), (0.0, borders[0], borders[1], length))
    return {mark: nodes[distance_m] for distance_m, mark in marks.items() if mark is not None}


def _inner_distances(line: Line) -> list[float]:
    distances: list[float] = np.cumsum(np.hypot(*np.diff(line, axis=0).T))[:-1].tolist()
    return distances


def _draw_road_ways(
    drawing: Drawing, road: Road, nodes: list[tuple[float, int]], borders: tuple[float, float, float, float]
) -> None:
    outer = _MAXSPEED_KMH.get(road.highway)
    inner = _MAXSPEED_BUILT_UP_KMH.get(road.highway)
    tags = {"highway": road.highway, "ref": road.ref, "bridge": "yes" if road.is_bridge else ""}
    if road.highway == "track":
        tags |= {"tracktype": "grade2", "motor_vehicle": "agricultural", "foot": "yes"}
    parts = (
        (borders[0], borders[1], inner, through_street_name(road, road.start)),
        (borders[1], borders[2], outer, "Elbbrücke" if road.is_bridge else ""),
        (borders[2], borders[3], inner, through_street_name(road, road.end)),
    )
    for begin, end, maxspeed, name in parts:
        if end > begin:
            refs = [node for distance_m, node in nodes if begin <= distance_m <= end]
            drawing.way(refs, tags | {"maxspeed": str(maxspeed or ""), "name": name})


def _draw_streets(
    drawing: Drawing, streets: BuiltUp, road_nodes: dict[int, dict[tuple[str, float], int]]
) -> None:
    far_ends = []
    for street in streets.side_streets:
        first = road_nodes[id(street.road)][streets.junction.name, street.distance_m]
        nodes = [first, *(drawing.node(x, y) for x, y in street.line[1:].tolist())]
        far_ends.append(nodes[-1])
        drawing.way(nodes, {"highway": "residential", "maxspeed": "30", "name": street.name})
    for cross in streets.cross_streets:
        drawing.way(
            [far_ends[cross.first], far_ends[cross.second]], {"highway": cross.highway, "name": cross.name}
        )
    _draw_addresses(drawing, streets)


def _draw_addresses(drawing: Drawing, streets: BuiltUp) -> None:
    place = streets.junction.place
    assert place is not None  # noqa: S101 - `built_up` returns streets for places only
    town = municipalities()[place.municipality]
    tags = {"addr:postcode": town.postcode, "addr:city": town.name}
    if place.name != town.name:
        tags["addr:suburb"] = place.name
    wanted = min(max(6, place.people // _PEOPLE_PER_ADDRESS), _MOST_ADDRESSES)
    for _, (x, y, street, number) in zip(range(wanted), _house_fronts(streets), strict=False):
        drawing.node(x, y, {"addr:street": street, "addr:housenumber": str(number), **tags})


def _house_fronts(streets: BuiltUp) -> Iterator[tuple[float, float, str, int]]:
    """(x, y, street, number) of possible houses: through roads first, odd numbers left, even numbers right."""
    middle = streets.junction
    lines = [
        (road.seen_from(middle), reach_m, through_street_name(road, middle))
        for road, reach_m in zip(streets.roads, streets.reach_m, strict=True)
    ]
    lines += [(s.line, _length(s.line), s.name) for s in streets.side_streets]
    used: dict[str, int] = {}
    for line, reach_m, name in lines:
        for distance_m in np.arange(30.0, reach_m, _HOUSE_EVERY_M).tolist():
            used[name] = used.get(name, 0) + 1
            x, y, heading = point_along(line, distance_m)
            aside = heading + (math.pi / 2 if used[name] % 2 else -math.pi / 2)
            yield x + _HOUSE_ASIDE_M * math.cos(aside), y + _HOUSE_ASIDE_M * math.sin(aside), name, used[name]


def _length(line: Line) -> float:
    return float(np.hypot(*(line[-1] - line[0])))


_Corners = tuple[NDArray[np.int64], Line]


def _corners(drawing: Drawing) -> _Corners:
    """(ids, places in metres) of the nodes of all streets a station street may begin at."""
    found = {
        node
        for nodes, tags in drawing.ways
        if tags["highway"] not in ("track", "footway") and "bridge" not in tags
        for node in nodes
    }
    ids = np.array(sorted(found))
    return ids, np.array([to_metres(*drawing.nodes[i][:2]) for i in ids.tolist()])


def _draw_station(drawing: Drawing, station: Station, corners: _Corners) -> None:
    """The station, its square with platforms and bays, and a street to the nearest corner."""
    ids, places_m = corners
    x, y = to_metres(station.lat, station.lon)
    corner = int(ids[np.argmin(np.hypot(*(places_m - [x, y]).T))])
    heading = square_heading(station)
    square_end = (x + _SQUARE_M * math.cos(heading), y + _SQUARE_M * math.sin(heading))
    nodes = [corner, drawing.node(x, y), drawing.node(*square_end)]
    name = "Am Busbahnhof" if station.platforms == 0 else "Am Bahnhof"
    drawing.way(nodes, {"highway": "residential", "maxspeed": "30", "name": name})
    tag = {"amenity": "bus_station"} if station.platforms == 0 else {"railway": "station"}
    drawing.node(x, y, {"name": station.name, **tag})


def _draw_motorway(drawing: Drawing, motorway: Motorway) -> None:
    """Two carriageways, kept right, and at each exit a ramp off and a ramp on for either direction."""
    for line in (motorway.line, motorway.line[::-1]):
        aside = _to_the_right(line, _CARRIAGEWAY_ASIDE_M)
        nodes = [drawing.node(x, y) for x, y in aside.tolist()]
        drawing.way(nodes, {"highway": "motorway", "oneway": "yes", "ref": motorway.ref})
        for exit_ in motorway.exits:
            at = int(np.argmin(np.hypot(*(line - [exit_.x, exit_.y]).T)))
            middle = drawing.middle[exit_.name][0]
            ramp = {"highway": "motorway_link", "oneway": "yes", "maxspeed": "60"}
            if at > 0:
                drawing.way([nodes[at - 1], middle], ramp)
            if at < len(nodes) - 1:
                drawing.way([middle, nodes[at + 1]], ramp)


def _to_the_right(line: Line, metres: float) -> Line:
    forward = np.gradient(line, axis=0)
    forward /= np.hypot(*forward.T)[:, None]
    return line + metres * np.stack([forward[:, 1], -forward[:, 0]], axis=1)


_MUNICIPAL = (
    ("Rathaus", "amenity", "townhall"),
    ("Markt", "amenity", "marketplace"),
    ("Apotheke", "amenity", "pharmacy"),
    ("Bibliothek", "amenity", "library"),
    ("Sparkasse", "amenity", "bank"),
    ("Post", "amenity", "post_office"),
    ("Einkaufsmarkt", "shop", "supermarket"),
)
_LOCAL = (
    (300, "Gemeindehaus", "amenity", "community_centre"),
    (500, "Arztpraxis", "amenity", "doctors"),
    (400, "Feuerwehr", "amenity", "fire_station"),
    (450, "Friedhof", "landuse", "cemetery"),
    (450, "Kirche", "amenity", "place_of_worship"),
    (650, "Kindertagesstätte", "amenity", "kindergarten"),
    (900, "Grundschule", "amenity", "school"),
    (1200, "Einkaufsmarkt", "shop", "supermarket"),
)


def _draw_place(drawing: Drawing, place: Place) -> None:
    """The place itself and what it offers: more, the more people live there."""
    x, y = to_metres(place.lat, place.lon)
    town = municipalities()[place.municipality]
    is_seat = place.kind != "outside" and _seat(place.municipality) == place.name
    kind = "town" if place.kind == "outside" else place.kind
    tags = {"name": place.name, "place": kind}
    if place.kind != "outside":
        tags |= {
            "population": str(town.population if kind == "town" else place.people),
            "is_in": f"{town.name}, Landkreis Meißen",
        }
    drawing.node(x, y, tags)
    offers = [(name, key, value) for least, name, key, value in _LOCAL if place.people >= least]
    for i, (name, key, value) in enumerate([*(_MUNICIPAL if is_seat else ()), *offers]):
        angle = 2 * math.pi * chance(place.name, name)
        aside_m = 70.0 + 25.0 * i
        drawing.node(
            x + aside_m * math.cos(angle),
            y + aside_m * math.sin(angle),
            {"name": f"{name} {place.name}", key: value},
        )


@cache
def _seat(municipality: str) -> str:
    """The place of that very name, else the biggest one."""
    own = [place for place in places() if place.municipality == municipality]
    return max(own, key=lambda p: (p.name == municipalities()[municipality].name, p.people)).name


_RENAMED = ("addr:city", "addr:suburb", "name", "alt_name")


def _write_nodes(writer: osmium.SimpleWriter, drawing: Drawing, copy: Copy, base: int) -> None:
    for i, (lat, lon, tags) in enumerate(drawing.nodes):
        lat, lon = copy.shifted(lat, lon)
        if copy.index and tags:
            tags = {key: copy.renamed(value) if key in _RENAMED else value for key, value in tags.items()}
        writer.add_node(osmium.osm.mutable.Node(id=base + i, location=(lon, lat), tags=tags, version=1))


def _way(way_id: int, nodes: Iterable[int], tags: Tags) -> osmium.osm.mutable.Way:
    return osmium.osm.mutable.Way(id=way_id, nodes=list(nodes), tags=tags, version=1)


NumberedNode = tuple[int, tuple[float, float]]


def _joining_ways(
    drawing: Drawing, all_copies: list[Copy], base: dict[Copy, int]
) -> Iterator[tuple[list[NumberedNode], list[int]]]:
    """(new nodes, all node ids) of the roads that join neighbouring copies."""
    next_id = 1 + len(all_copies) * len(drawing.nodes)
    for copy, other, is_east in neighbours(all_copies):
        first_name, last_name = JOINTS[0 if is_east else 1]
        first, last = drawing.middle[first_name][0], drawing.middle[last_name][0]
        begin = copy.shifted(*drawing.nodes[first][:2])
        end = other.shifted(*drawing.nodes[last][:2])
        points = np.linspace(begin, end, 12)[1:-1].tolist()
        new = [(next_id + i, (lat, lon)) for i, (lat, lon) in enumerate(points)]
        next_id += len(new)
        yield new, [base[copy] + first, *(node for node, _ in new), base[other] + last]
