"""The land as layers: streets from the road graph, names from the gazetteer, and what lies between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
import shapely

from mitfahr.map.layers import Drawn, Layer
from mitfahr.map.mvt import Word
from routing.gazetteer import Gazetteer, Kind
from routing.osm.landscape import Scenery
from routing.roads import RoadGraph

_STREETS: dict[str, tuple[str, int]] = {
    "motorway": ("motorway", 6),
    "motorway_link": ("motorway", 10),
    "trunk": ("trunk", 6),
    "trunk_link": ("trunk", 11),
    "primary": ("primary", 7),
    "primary_link": ("primary", 11),
    "secondary": ("secondary", 9),
    "secondary_link": ("secondary", 12),
    "tertiary": ("tertiary", 10),
    "tertiary_link": ("tertiary", 12),
    "unclassified": ("minor", 11),
    "residential": ("minor", 12),
    "living_street": ("minor", 12),
    "road": ("minor", 12),
    "service": ("service", 13),
    "track": ("track", 13),
    "ferry": ("ferry", 8),
}
"""OSM highway value → class of the OpenMapTiles schema and the zoom from which it shows."""
_OTHER_STREET = ("path", 13)
_NAMED_FROM = {"motorway": 14, "trunk": 12, "primary": 12, "secondary": 12, "tertiary": 13}

_SCENERY_FROM = {
    "water": 6,
    "river": 6,
    "canal": 10,
    "stream": 12,
    "rail": 7,
    "transit": 11,
    "wood": 7,
    "residential": 8,
    "industrial": 9,
    "commercial": 9,
}
_SMALL_SCENERY_FROM = 11

_PLACES_FROM = {"city": 6, "town": 8, "borough": 11, "suburb": 11, "village": 10, "quarter": 12, "hamlet": 11}
_SMALL_PLACES_FROM = 12
_LEAST_RANK_OF_SIGHTS = 500
"""Hospitals, stations, schools, town halls, castles: what people tell the way by."""


def land_layers(roads: RoadGraph, gazetteer: Gazetteer, scenery: Iterable[Scenery]) -> list[Layer]:
    """All layers of the land, areas first."""
    between: dict[str, list[Drawn]] = {
        name: [] for name in ("landcover", "landuse", "water", "waterway", "transportation")
    }
    names: list[Drawn] = []
    for one in scenery:
        shows_from = _SCENERY_FROM.get(one.kind, _SMALL_SCENERY_FROM)
        between[one.layer].append(
            Drawn(one.shape, 6 if one.layer == "water" else shows_from, {"class": one.kind})
        )
        if one.name and one.layer == "waterway":
            names.append(Drawn(one.shape, max(shows_from, 9), {"class": one.kind, "name": one.name}))
    streets = list(_streets(roads))
    return [
        *(Layer.of(name, drawn) for name, drawn in between.items() if name != "transportation"),
        Layer.of("transportation", chain(between["transportation"], (street for street, _ in streets))),
        Layer.of("waterway_name", names),
        Layer.of("transportation_name", (named for _, named in streets if named is not None)),
        Layer.of("place", _places(gazetteer)),
        Layer.of("poi", _sights(gazetteer)),
    ]


def _streets(roads: RoadGraph) -> Iterator[tuple[Drawn, Drawn | None]]:
    """Every street once, and once more where it has a name."""
    edges = np.flatnonzero((roads.edge_reverse < 0) | (np.arange(roads.n_edges) < roads.edge_reverse))
    counts = np.diff(roads.edge_shape_start)[edges]
    point = np.repeat(roads.edge_shape_start[edges] - np.cumsum(counts) + counts, counts) + np.arange(
        counts.sum()
    )
    lines = shapely.linestrings(
        np.column_stack([roads.shape_lon[point], roads.shape_lat[point]]),
        indices=np.repeat(np.arange(len(edges)), counts),
    )
    classes, names = list(roads.classes), list(roads.names)
    for line, edge in zip(lines, edges.tolist(), strict=True):
        kind, shows_from = _STREETS.get(classes[roads.edge_class[edge]], _OTHER_STREET)
        name = names[roads.edge_name[edge]]
        named = Drawn(line, _NAMED_FROM.get(kind, 14), {"class": kind, "name": name}) if name else None
        yield Drawn(line, shows_from, {"class": kind}), named


def _places(gazetteer: Gazetteer) -> Iterator[Drawn]:
    for i in np.flatnonzero(gazetteer.kind == Kind.PLACE).tolist():
        place = gazetteer[i]
        shows_from = _PLACES_FROM.get(place.feature, _SMALL_PLACES_FROM)
        words: dict[str, Word] = {"class": place.feature, "name": place.name, "rank": place.rank}
        yield Drawn(shapely.Point(place.lon, place.lat), shows_from, words)


def _sights(gazetteer: Gazetteer) -> Iterator[Drawn]:
    wanted = (gazetteer.kind == Kind.POI) & (gazetteer.rank >= _LEAST_RANK_OF_SIGHTS)
    for i in np.flatnonzero(wanted).tolist():
        sight = gazetteer[i]
        words: dict[str, Word] = {"class": sight.feature, "name": sight.name, "rank": sight.rank}
        yield Drawn(shapely.Point(sight.lon, sight.lat), 14, words)
