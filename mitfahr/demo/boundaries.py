"""Where the municipalities of the demonstration district end: half-way between their villages and those of others."""

from __future__ import annotations

from collections.abc import Iterator

import shapely

from mitfahr.demo.geometry import Line, to_metres
from mitfahr.demo.places import OUTSIDE, municipalities, places

Tags = dict[str, str]

_REACH_M = 3500.0
"""How far the land of a village reaches where no other one lies."""


def boundaries() -> Iterator[tuple[Line, Tags]]:
    """(outline in metres, tags) of the land of every village; land of one name and key is one municipality."""
    spots = [shapely.Point(to_metres(place.lat, place.lon)) for place in places()]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(spots), ordered=True))
    for place, spot, cell in zip(places(), spots, cells, strict=True):
        if place.municipality == OUTSIDE:
            continue
        land = cell.intersection(spot.buffer(_REACH_M, quad_segs=4))
        yield (
            shapely.get_coordinates(land),
            {
                "boundary": "administrative",
                "admin_level": "8",
                "name": municipalities()[place.municipality].name,
                "de:amtlicher_gemeindeschluessel": place.municipality,
            },
        )
