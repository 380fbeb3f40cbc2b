"""What lies between the streets, for maps: water, woods, fields, built-up areas, railways, borders.

A pass over the file of its own, because no search needs any of it. Classes are those of the OpenMapTiles schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely

from routing.errors import RoadsRefused
from routing.osm.area import Area

Tags = Mapping[str, str]


class Scenery(NamedTuple):
    """`layer` and `kind` are layer and class of the OpenMapTiles schema; `shape` a shapely geometry in degrees."""

    layer: str
    kind: str
    name: str
    shape: Any


_AREAS: dict[tuple[str, str], tuple[str, str]] = {
    ("natural", "water"): ("water", "lake"),
    ("waterway", "riverbank"): ("water", "river"),
    ("landuse", "reservoir"): ("water", "lake"),
    ("landuse", "basin"): ("water", "lake"),
    ("landuse", "forest"): ("landcover", "wood"),
    ("natural", "wood"): ("landcover", "wood"),
    ("landuse", "meadow"): ("landcover", "grass"),
    ("landuse", "grass"): ("landcover", "grass"),
    ("natural", "grassland"): ("landcover", "grass"),
    ("landuse", "orchard"): ("landcover", "farmland"),
    ("landuse", "vineyard"): ("landcover", "farmland"),
    ("leisure", "park"): ("landcover", "grass"),
    ("landuse", "residential"): ("landuse", "residential"),
    ("landuse", "commercial"): ("landuse", "commercial"),
    ("landuse", "retail"): ("landuse", "commercial"),
    ("landuse", "industrial"): ("landuse", "industrial"),
    ("landuse", "cemetery"): ("landuse", "cemetery"),
    ("amenity", "hospital"): ("landuse", "hospital"),
    ("amenity", "school"): ("landuse", "school"),
}
_LINES: dict[tuple[str, str], tuple[str, str]] = {
    ("waterway", "river"): ("waterway", "river"),
    ("waterway", "canal"): ("waterway", "canal"),
    ("waterway", "stream"): ("waterway", "stream"),
    ("railway", "rail"): ("transportation", "rail"),
    ("railway", "light_rail"): ("transportation", "rail"),
    ("railway", "tram"): ("transportation", "transit"),
}
_HIDDEN = frozenset({"service", "tunnel"})
"""Sidings, and what runs below the ground."""


def read_landscape(path: Path, area: Area) -> Iterator[Scenery]:
    """Everything that has a point inside `area`; raises RoadsRefused for a file that cannot be read."""
    import osmium
    from osmium.filter import EntityFilter, KeyFilter

    keys = KeyFilter("natural", "waterway", "landuse", "leisure", "amenity", "railway")
    wanted = EntityFilter(osmium.osm.AREA | osmium.osm.WAY)
    try:
        things: Any = osmium.FileProcessor(str(path)).with_areas(keys).with_filter(keys).with_filter(wanted)
        write = osmium.geom.WKBFactory()
        for thing in things:
            tags = dict(thing.tags)
            found = _meant(tags, _AREAS if thing.is_area() else _LINES)
            if found is None or (not thing.is_area() and _HIDDEN & tags.keys()):
                continue
            shape = _shape(write, thing)
            if shape is not None and _touches(shape, area):
                yield Scenery(*found, tags.get("name", ""), shape)
    except (RuntimeError, OSError, ValueError) as error:
        raise RoadsRefused(f"{path.name}: die Landschaft der Karte ist nicht lesbar: {error}") from error


def _meant(tags: Tags, meanings: Mapping[tuple[str, str], tuple[str, str]]) -> tuple[str, str] | None:
    return next((meanings[item] for item in tags.items() if item in meanings), None)


def _shape(write: Any, thing: Any) -> Any:
    """The geometry; None for one with missing or coinciding points."""
    import osmium

    try:
        wkb = write.create_multipolygon(thing) if thing.is_area() else write.create_linestring(thing)
    except (RuntimeError, osmium.InvalidLocationError):
        return None
    shape = shapely.from_wkb(wkb)
    return shape if shape.is_valid else shapely.make_valid(shape)


def _touches(shape: Any, area: Area) -> bool:
    lon, lat = shapely.get_coordinates(shape).T
    return bool(np.any(area.contains(lat, lon)))
