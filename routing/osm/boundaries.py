"""Where the municipalities lie: administrative boundaries of an extract."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import shapely

from routing.errors import RoadsRefused

MUNICIPALITY, DISTRICT = "8", "6"
"""Values of admin_level in Germany."""

KEY = "de:amtlicher_gemeindeschluessel"
_KEY_DIGITS = 8
"""Of a municipality; a district has 5."""


class MunicipalArea(NamedTuple):
    """`key` is the official one, "" where the map does not tell it; `shape` a shapely area in degrees."""

    key: str
    name: str
    shape: Any


def read_municipalities(path: Path) -> list[MunicipalArea]:
    """Every municipality whose boundary is whole in the extract, towns that are districts of their own included.

    Raises RoadsRefused for a file that cannot be read.
    """
    import osmium
    from osmium.filter import EntityFilter, TagFilter

    boundaries = TagFilter(("boundary", "administrative"))
    try:
        things: Any = (
            osmium.FileProcessor(str(path))
            .with_areas(boundaries)
            .with_filter(boundaries)
            .with_filter(EntityFilter(osmium.osm.AREA))
        )
        write = osmium.geom.WKBFactory()
        found = []
        for thing in things:
            tags = dict(thing.tags)
            if _is_municipality(tags):
                try:
                    shape = shapely.from_wkb(write.create_multipolygon(thing))
                except (RuntimeError, osmium.InvalidLocationError):
                    continue  # cut off at the edge of the extract
                found.append(MunicipalArea(tags.get(KEY, ""), tags["name"], shapely.make_valid(shape)))
        return found
    except (RuntimeError, OSError, ValueError) as error:
        raise RoadsRefused(f"{path.name}: die Gemeindegrenzen sind nicht lesbar: {error}") from error


def _is_municipality(tags: Mapping[str, str]) -> bool:
    level = tags.get("admin_level")
    is_town = level == DISTRICT and len(tags.get(KEY, "")) == _KEY_DIGITS
    return bool(tags.get("name")) and (level == MUNICIPALITY or is_town)
