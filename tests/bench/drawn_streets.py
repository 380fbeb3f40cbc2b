"""Streets for a feed without an extract: invented, but as dense and as long as real ones.

Every stop is a junction; two stops are joined where no third lies within the circle over the line between them
(the Gabriel graph, which is connected and meets like country roads), bent a little and with a side street at every
bend. About what OpenStreetMap has for such an area in junctions; the ways are not real.
"""

from __future__ import annotations

import math
import random

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

from routing.earth import EARTH_RADIUS_M
from routing.roads import Mode, RoadGraph, Street
from routing.timetable import Timetable

BEND_EVERY_M = 150.0
BEND_ASIDE_M = 15.0
SIDE_STREET_M = 60.0
TOWN_BELOW_M = 700.0
TOWN_KMH, COUNTRY_KMH, SIDE_KMH = 40.0, 75.0, 25.0
EVERYBODY = Mode.CAR | Mode.FOOT | Mode.BICYCLE
DEGREE_M = math.radians(1) * EARTH_RADIUS_M


def draw_streets(timetable: Timetable) -> RoadGraph:
    """A street network over all stops of a timetable; the same for the same stops."""
    draw = random.Random(14627)
    places = np.unique(np.stack([timetable.stop_lat, timetable.stop_lon], axis=1), axis=0)
    scale = np.array([DEGREE_M, DEGREE_M * math.cos(math.radians(float(places[:, 0].mean())))])
    nodes: list[tuple[float, float]] = [tuple(place) for place in (places * scale).tolist()]
    streets: list[Street] = []

    def street(start: int, end: int, kmh: float, street_class: str) -> None:
        length_m = max(1.0, math.dist(nodes[start], nodes[end]))
        line = [tuple((np.array(nodes[node]) / scale).tolist()) for node in (start, end)]
        ms = math.ceil(length_m / kmh * 3600)
        streets.append(
            Street(start, end, line, round(length_m * 1000), EVERYBODY, EVERYBODY, ms, ms, "", street_class)
        )

    for a, b in _gabriel(np.array(nodes)):
        length_m = math.dist(nodes[a], nodes[b])
        kmh, name = (TOWN_KMH, "tertiary") if length_m < TOWN_BELOW_M else (COUNTRY_KMH, "secondary")
        before = a
        for share in np.arange(BEND_EVERY_M, length_m - BEND_EVERY_M / 2, BEND_EVERY_M) / length_m:
            bend = tuple(
                float(p + (q - p) * share + draw.uniform(-BEND_ASIDE_M, BEND_ASIDE_M))
                for p, q in zip(nodes[a], nodes[b], strict=True)
            )
            nodes.append((bend[0], bend[1]))
            street(before, len(nodes) - 1, kmh, name)
            before = len(nodes) - 1
            angle = draw.uniform(0, 2 * math.pi)
            nodes.append(
                (bend[0] + SIDE_STREET_M * math.cos(angle), bend[1] + SIDE_STREET_M * math.sin(angle))
            )
            street(before, len(nodes) - 1, SIDE_KMH, "residential")
        street(before, b, kmh, name)
    lat, lon = (np.array(nodes) / scale).T
    return RoadGraph.of(lat, lon, streets, "erfundene Straßen", "")


def _gabriel(xy: NDArray[np.float64]) -> list[tuple[int, int]]:
    triangles = Delaunay(xy).simplices
    pairs = np.sort(
        np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1
    )
    pairs = np.unique(pairs, axis=0)
    a, b = xy[pairs[:, 0]], xy[pairs[:, 1]]
    nearest_m, _ = cKDTree(xy).query((a + b) / 2)
    is_free = nearest_m >= np.hypot(*(a - b).T) / 2 - 1e-6
    return [(int(p), int(q)) for p, q in pairs[is_free]]
