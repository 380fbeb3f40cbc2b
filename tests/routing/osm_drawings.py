"""Small OpenStreetMap files drawn by hand.

    path = osm_file(folder, {1: (0, 0), 2: (400, 0)}, [way(1, 2, highway="residential", name="Elbstraße")])

Nodes are metres east and north of Meißen, as in `road_worlds.at`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from routing.roads import Mode, RoadGraph
from tests.routing.road_worlds import at

Tags = dict[str, str]


@dataclass(frozen=True)
class Way:
    nodes: tuple[int, ...]
    tags: Tags


@dataclass(frozen=True)
class Point:
    """A tagged node: metres east, metres north."""

    east_m: float
    north_m: float
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True)
class Relation:
    """`members` are (position of the way in the file from 0, role); `nodes` are (node, role)."""

    members: tuple[tuple[int, str], ...]
    tags: Tags
    nodes: tuple[tuple[int, str], ...] = ()


def way(*nodes: int, **tags: str) -> Way:
    return Way(nodes, _with_colons(tags))


def point(east_m: float, north_m: float, **tags: str) -> Point:
    return Point(east_m, north_m, _with_colons(tags))


def turn_restriction(
    kind: str, start: int, via: int | tuple[int, ...], end: int | tuple[int, ...], **tags: str
) -> Relation:
    """`via` is a node, or the positions of ways in the file, as `start` and `end` are."""
    nodes = ((via, "via"),) if isinstance(via, int) else ()
    via_ways = () if isinstance(via, int) else tuple((way, "via") for way in via)
    ends = (end,) if isinstance(end, int) else end
    members = ((start, "from"), *via_ways, *((way, "to") for way in ends))
    return Relation(members, {"type": "restriction", "restriction": kind, **_with_colons(tags)}, nodes)


def _with_colons(tags: Mapping[str, str]) -> Tags:
    """Keyword `addr__city` is the key `addr:city`."""
    return {key.replace("__", ":"): value for key, value in tags.items()}


def osm_file(
    folder: Path,
    nodes: Mapping[int, tuple[float, float] | Point],
    ways: Iterable[Way] = (),
    relations: Iterable[Relation] = (),
    name: str = "extract.osm",
) -> Path:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="by hand">']
    for node_id, place in nodes.items():
        spot = place if isinstance(place, Point) else Point(*place)
        lat, lon = at(spot.east_m, spot.north_m)
        lines.append(f'<node id="{node_id}" lat="{lat:.7f}" lon="{lon:.7f}">{_xml(spot.tags)}</node>')
    for number, drawn in enumerate(ways):
        refs = "".join(f'<nd ref="{node}"/>' for node in drawn.nodes)
        lines.append(f'<way id="{1000 + number}">{refs}{_xml(drawn.tags)}</way>')
    for number, relation in enumerate(relations):
        members = "".join(
            f'<member type="way" ref="{1000 + w}" role="{role}"/>' for w, role in relation.members
        ) + "".join(f'<member type="node" ref="{node}" role="{role}"/>' for node, role in relation.nodes)
        lines.append(f'<relation id="{9000 + number}">{members}{_xml(relation.tags)}</relation>')
    path = folder / name
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _xml(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def drawn_edges(roads: RoadGraph, name: str | None = None) -> list[str]:
    """Every edge (of this name) as `from>to modes`, nodes as (east, north) in hundreds of metres, modes of C, F, B."""
    return sorted(
        f"{_spot(roads, roads.edge_from[e])}>{_spot(roads, roads.edge_to[e])} {modes(roads, e)}"
        for e in (range(roads.n_edges) if name is None else edges_named(roads, name))
    )


def modes(roads: RoadGraph, edge: int) -> str:
    return "".join(mode.name[0] for mode in Mode if roads.edge_access[edge] & mode)


def _spot(roads: RoadGraph, node: int) -> str:
    lat0, lon0 = at(0, 0)
    north, east = at(100, 100)[0] - lat0, at(100, 100)[1] - lon0
    x, y = (roads.node_lon[node] - lon0) / east, (roads.node_lat[node] - lat0) / north
    return f"{round(float(x))},{round(float(y))}"


def edges_named(roads: RoadGraph, name: str) -> list[int]:
    return [e for e in range(roads.n_edges) if roads.names[int(roads.edge_name[e])] == name]


def kmh(roads: RoadGraph, edge: int) -> float:
    return float(roads.edge_length_mm[edge] / roads.edge_drive_ms[edge] * 3.6)


def edge_arrays(roads: RoadGraph) -> list[np.ndarray]:
    return [value for value in vars(roads).values() if isinstance(value, np.ndarray)]
