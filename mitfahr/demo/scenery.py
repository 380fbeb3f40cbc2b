"""What lies between the roads of the demonstration district, for its map: the Elbe, woods, built-up ground, tracks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

import numpy as np
import shapely

from mitfahr.demo.geometry import Line, chance, point_along, to_metres
from mitfahr.demo.highways import elbe, junctions
from mitfahr.demo.streets import BuiltUp, built_up
from mitfahr.demo.tracks import tracks

Tags = dict[str, str]

_HALF_ELBE_M = 65.0
_GARDEN_M = 55.0
_SIMPLER_M = 25.0
_LEAST_CLEARING_M2 = 20_000.0

# Middle and reach in kilometres of the larger woods.
_WOODS = """
Friedewald                  51.157 13.640 4.2 3.2
Moritzburger Wald           51.178 13.705 2.6 2.4
Gohrischheide               51.372 13.395 4.6 2.4
Zeithainer Wald             51.352 13.350 2.4 1.6
Laußnitzer Heide            51.238 13.815 4.2 3.6
Golk                        51.235 13.452 1.6 2.2
Zellwald                    51.030 13.265 3.4 2.4
Tharandter Rand             51.010 13.520 2.4 1.6
Raschütz                    51.332 13.585 3.6 2.2
Königsbrücker Heide         51.320 13.880 3.0 3.4
Spaargebirge                51.138 13.505 1.2 0.9
Dahlener Rand               51.360 13.130 2.6 2.2
Triebischtal                51.085 13.435 1.4 2.6
Dresdner Heide              51.088 13.820 3.6 2.6
"""


def scenery() -> Iterator[tuple[Line, Tags]]:
    """(outline or line in metres, tags); an outline ends where it begins."""
    yield elbe(), {"waterway": "river", "name": "Elbe"}
    yield from _outlines(_river(), {"natural": "water", "water": "river"})
    for ground in _built_up_ground():
        yield from _outlines(ground, {"landuse": "residential"})
    for row in _WOODS.strip().splitlines():
        name, lat, lon, east_km, north_km = row.rsplit(maxsplit=4)
        wood = _wood(name, float(lat), float(lon), float(east_km), float(north_km))
        yield from _outlines(wood.difference(_clearings()), {"landuse": "forest", "name": name})
    for line in tracks():
        yield line, {"railway": "rail"}


def _outlines(shape: shapely.Geometry, tags: Tags) -> Iterator[tuple[Line, Tags]]:
    """The outer ring of every part; holes smaller than a village are left out of the drawing."""
    for part in shapely.get_parts(shape):
        ring = shapely.get_coordinates(shapely.get_exterior_ring(part))
        if shapely.area(part) >= _LEAST_CLEARING_M2 and len(ring) > 3:
            yield ring, tags


@cache
def _river() -> shapely.Geometry:
    return shapely.simplify(shapely.LineString(elbe()).buffer(_HALF_ELBE_M), _SIMPLER_M)


@cache
def _built_up_ground() -> tuple[shapely.Geometry, ...]:
    found = (built_up(junction) for junction in junctions().values())
    return tuple(_ground(streets) for streets in found if streets is not None)


def _ground(streets: BuiltUp) -> shapely.Geometry:
    lines = [street.line for street in streets.side_streets]
    for road, reach_m in zip(streets.roads, streets.reach_m, strict=True):
        seen = road.seen_from(streets.junction)
        along = [point_along(seen, metres)[:2] for metres in np.linspace(0.0, reach_m, 12).tolist()]
        lines.append(np.array(along))
    ground = shapely.union_all([shapely.LineString(line).buffer(_GARDEN_M) for line in lines])
    return shapely.simplify(ground.buffer(40.0).buffer(-30.0), _SIMPLER_M).difference(_river())


@cache
def _clearings() -> shapely.Geometry:
    return shapely.union_all([*(ground.buffer(80.0) for ground in _built_up_ground()), _river().buffer(60.0)])


def _wood(name: str, lat: float, lon: float, east_km: float, north_km: float) -> shapely.Geometry:
    """A blob with a ragged edge."""
    x, y = to_metres(lat, lon)
    edge = []
    for i, angle in enumerate(np.linspace(0.0, 2 * math.pi, 48, endpoint=False).tolist()):
        ragged = 0.78 + 0.3 * chance(name, i // 3) + 0.1 * chance(name, "edge", i)
        edge.append(
            (x + 1000 * east_km * ragged * math.cos(angle), y + 1000 * north_km * ragged * math.sin(angle))
        )
    return shapely.Polygon(edge).buffer(0)
