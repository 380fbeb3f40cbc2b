"""One OSM file → the streets and named things in it, as plain columns. The only user of pyosmium."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.earth import beeline_m
from routing.errors import RoadsRefused
from routing.osm import places, streets
from routing.osm.places import Boundary, Entry
from routing.osm.restrictions import Restriction, restriction
from routing.osm.speeds import Speeds
from routing.progress import Progress

_UNKNOWN_COORDINATE = 2147483647
"""What libosmium says for a node that the file does not have."""

_PER_DEGREE = 1e7
_BOUNDARY_LEVELS = ("6", "7", "8")


@dataclass(frozen=True)
class RawStreets:
    """All ways that are streets, uncropped.

    kinds           distinct meanings of tags
    way_kind        (n_ways,) int32 into `kinds`
    way_start       (n_ways + 1,) int64: nodes way_start[w]:way_start[w + 1] are way w
    node_id         (n,) int64 OSM ids
    node_lat, node_lon  (n,) float64 degrees, NaN where the file lacks the node
    way_id          (n_ways,) int64 OSM ids
    car_barriers    sorted OSM ids of nodes no car passes
    halt_node       sorted OSM ids of nodes that cost cars time; halt_s (n, 2) float64 along the way and against it
    restrictions    turn restrictions for cars, and `outcome`: how many are not used, by reason
    """

    kinds: list[streets.Way]
    way_kind: NDArray[np.int32]
    way_start: NDArray[np.int64]
    node_id: NDArray[np.int64]
    node_lat: NDArray[np.float64]
    node_lon: NDArray[np.float64]
    way_id: NDArray[np.int64]
    car_barriers: NDArray[np.int64]
    halt_node: NDArray[np.int64]
    halt_s: NDArray[np.float64]
    restrictions: list[Restriction]
    outcome: Counter[str]


@dataclass(frozen=True)
class RawExtract:
    """`timestamp` is what the file says about its age, "" if nothing."""

    streets: RawStreets
    entries: list[Entry]
    boundaries: list[Boundary]
    timestamp: str


@dataclass
class _Reader:
    """Columns growing while the file is read; the counts say where reading stopped if it fails."""

    path: Path
    speeds: Speeds
    kind_of: dict[streets.Way, int] = field(default_factory=dict)
    way_kind: array[int] = field(default_factory=lambda: array("i"))
    way_size: array[int] = field(default_factory=lambda: array("q"))
    node_id: array[int] = field(default_factory=lambda: array("q"))
    node_x: array[int] = field(default_factory=lambda: array("i"))
    node_y: array[int] = field(default_factory=lambda: array("i"))
    way_id: array[int] = field(default_factory=lambda: array("q"))
    car_barriers: list[int] = field(default_factory=list)
    halts: dict[int, tuple[float, float]] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    outcome: Counter[str] = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)
    houses: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    n_nodes: int = 0
    n_ways: int = 0

    def node(self, node: Any) -> None:
        self.n_nodes += 1
        tags = dict(node.tags)
        if streets.stops_cars(tags):
            self.car_barriers.append(node.id)
        halt_s = streets.halt_s(tags, self.speeds)
        if any(halt_s):
            self.halts[node.id] = halt_s
        if node.location.valid():
            self.entries += places.entries(tags, node.lat, node.lon)
            house = places.house(tags)
            if house is not None:
                self.houses[node.id] = house

    def way(self, way: Any) -> None:
        self.n_ways += 1
        tags = dict(way.tags)
        street = streets.way(tags, self.speeds)
        if street is None and "route" in tags:
            street = streets.ferry(tags, _length_m(way.nodes), self.speeds)
        if street is not None:
            self.way_id.append(way.id)
            self._street(street, way.nodes)
        if "addr:interpolation" in tags:
            lat, lon = _located(way.nodes)
            if len(lat) == len(way.nodes):
                houses = [self.houses.get(node.ref) for node in way.nodes]
                self.entries += places.houses_between(tags, houses, lat, lon)
        if places.is_named_thing(tags):
            lat, lon = _located(way.nodes)
            if len(lat):
                self.entries += places.entries(tags, _middle(lat), _middle(lon))

    def relation(self, relation: Any) -> None:
        members = [(member.type, member.ref, member.role) for member in relation.members]
        found = restriction(dict(relation.tags), members, self.outcome)
        if found is not None:
            self.restrictions.append(found)

    def _street(self, street: streets.Way, nodes: Iterable[Any]) -> None:
        before = len(self.node_id)
        for node in nodes:
            self.node_id.append(node.ref)
            self.node_x.append(node.x)
            self.node_y.append(node.y)
        self.way_size.append(len(self.node_id) - before)
        self.way_kind.append(self.kind_of.setdefault(street, len(self.kind_of)))

    def streets(self) -> RawStreets:
        way_start = np.zeros(len(self.way_size) + 1, dtype=np.int64)
        np.cumsum(np.array(self.way_size, dtype=np.int64), out=way_start[1:])
        return RawStreets(
            list(self.kind_of),
            np.array(self.way_kind, dtype=np.int32),
            way_start,
            np.array(self.node_id, dtype=np.int64),
            _degrees(self.node_y),
            _degrees(self.node_x),
            np.array(self.way_id, dtype=np.int64),
            np.array(sorted(self.car_barriers), dtype=np.int64),
            np.array(sorted(self.halts), dtype=np.int64),
            np.array([self.halts[node] for node in sorted(self.halts)], dtype=np.float64).reshape(-1, 2),
            self.restrictions,
            self.outcome,
        )

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Turn whatever libosmium stumbles over into RoadsRefused with the place it had reached."""
        from osmium import InvalidLocationError

        try:
            yield
        except (InvalidLocationError, RuntimeError, OSError, ValueError, OverflowError) as error:
            raise RoadsRefused(
                f"{self.path.name}: keine lesbare OpenStreetMap-Datei, sie ist beschädigt, unvollständig oder "
                f"von anderer Art (gelesen: {self.n_nodes} benannte Punkte, {self.n_ways} Wege): {error}"
            ) from error


def read_extract(path: Path, progress: Progress, speeds: Speeds) -> RawExtract:
    """Read `path` (.osm.pbf, .osm, .osm.gz, .osm.bz2) completely; objects may stand in any order.

    Raises RoadsRefused naming the file, how far reading came, and libosmium's reason (with the line in XML).
    """
    import osmium
    from osmium.filter import KeyFilter

    reader = _Reader(path, speeds)
    with reader.refusing():
        timestamp = _timestamp(path)
        locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
        locations.ignore_errors()
        halt_keys = {key.partition("=")[0] for key in speeds.halt_s}
        node_keys = KeyFilter(*places.KEYS, "barrier", *halt_keys)
        way_keys = KeyFilter(*places.KEYS, "highway", "route", "addr:interpolation")
        progress("Orte und Adressen lesen", 0.0)
        for node in _objects(path, osmium.osm.NODE, locations, node_keys):
            reader.node(node)
        progress("Straßen lesen", 0.1)
        for way in _objects(path, osmium.osm.WAY, locations, way_keys):
            reader.way(way)
        for relation in _objects(path, osmium.osm.RELATION, KeyFilter("type")):
            if relation.tags["type"].startswith("restriction"):
                reader.relation(relation)
        progress("Gemeinden lesen", 0.25)
        entries, boundaries = _from_relations(path, locations)
    return RawExtract(reader.streets(), reader.entries + entries, boundaries, timestamp)


def _objects(path: Path, entities: Any, *handlers: Any) -> Iterator[Any]:
    import osmium

    with osmium.io.Reader(str(path), entities) as reader:
        yield from osmium.OsmFileIterator(reader, *handlers)


def _timestamp(path: Path) -> str:
    import osmium

    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        header = reader.header()
        if header.has_multiple_object_versions:
            raise ValueError("a change or history file, not a state of the map")
        return str(header.get("osmosis_replication_timestamp", ""))


def _from_relations(path: Path, locations: Any) -> tuple[list[Entry], list[Boundary]]:
    """Named things and municipalities that are drawn as relations of several ways."""
    import osmium
    from osmium.filter import IdFilter, KeyFilter

    found: list[tuple[dict[str, str], list[int]]] = []
    for relation in _objects(path, osmium.osm.RELATION, KeyFilter(*places.KEYS, "boundary")):
        tags = dict(relation.tags)
        if _is_boundary(tags) or places.is_named_thing(tags):
            outer = [m.ref for m in relation.members if m.type == "w" and m.role in ("outer", "")]
            found.append((tags, outer))
    wanted = {way for _, ways in found for way in ways}
    lines: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    if wanted:
        for way in _objects(path, osmium.osm.WAY, locations, IdFilter(wanted)):
            lines[way.id] = _located(way.nodes)
    entries: list[Entry] = []
    boundaries: list[Boundary] = []
    for tags, ways in found:
        known = [lines[way] for way in ways if way in lines and len(lines[way][0])]
        if not known:
            continue
        if _is_boundary(tags):
            boundaries.append(Boundary(tags["name"], int(tags["admin_level"]), known))
        else:
            lat, lon = known[0]
            entries += places.entries(tags, _middle(lat), _middle(lon))
    return entries, boundaries


def _is_boundary(tags: dict[str, str]) -> bool:
    return (
        tags.get("boundary") == "administrative"
        and tags.get("admin_level") in _BOUNDARY_LEVELS
        and bool(tags.get("name"))
    )


def _located(nodes: Iterable[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = [(node.y, node.x) for node in nodes if node.x != _UNKNOWN_COORDINATE]
    lat, lon = np.array(known, dtype=np.float64).reshape(-1, 2).T / _PER_DEGREE
    return lat, lon


def _length_m(nodes: Iterable[Any]) -> float:
    lat, lon = _located(nodes)
    return float(beeline_m(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum())


def _middle(degrees: NDArray[np.float64]) -> float:
    """The middle of an outline; its first point is not counted twice when it is closed."""
    return float((degrees.min() + degrees.max()) / 2)


def _degrees(column: array[int]) -> NDArray[np.float64]:
    values = np.array(column, dtype=np.float64)
    values[values == _UNKNOWN_COORDINATE] = np.nan
    degrees: NDArray[np.float64] = values / _PER_DEGREE
    return degrees
