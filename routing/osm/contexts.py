"""In which village and municipality something lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.osm.area import on_globe_m
from routing.osm.places import Boundary, Entry

REACH_M: dict[str, float] = {"city": 8_000, "town": 4_000, "village": 1_500, "hamlet": 600}
"""How far a place usually extends: a thing lies in the place with the least distance ÷ reach."""

_FARTHEST_M = 20_000
_DISTRICT, _MUNICIPALITY = 6, 8


@dataclass(frozen=True)
class Contexts:
    """The places and boundaries of one extract."""

    places: Sequence[Entry]
    boundaries: Sequence[Boundary]

    def around(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> list[str]:
        """ "Miltitz, Klipphausen" for every point (n,): village, then municipality if named differently."""
        localities = self._nearest(lat, lon, REACH_M, 0.0)
        municipalities = self._municipality(lat, lon)
        pairs = zip(localities, municipalities, strict=True)
        return [", ".join(part for part in dict.fromkeys(pair) if part) for pair in pairs]

    def of_places(self, places: Sequence[Entry]) -> list[str]:
        """What tells villages of one name apart: municipality, else district, else the next town."""
        lat, lon = np.array([p.lat for p in places]), np.array([p.lon for p in places])
        towns = {name: reach for name, reach in REACH_M.items() if name in ("city", "town")}
        candidates = zip(
            self._municipality(lat, lon),
            self._inside(lat, lon, _DISTRICT),
            self._nearest(lat, lon, towns, 1.0),
            strict=True,
        )
        return [
            next((text for text in options if text and text != place.name), "")
            for place, options in zip(places, candidates, strict=True)
        ]

    def _municipality(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> list[str]:
        """The municipality around each point; a city that is its own district has no boundary of level 8."""
        districts = self._inside(lat, lon, _DISTRICT)
        cities = {place.name for place in self.places if place.feature == "city"}
        return [
            municipality or (district if district in cities else "")
            for municipality, district in zip(self._inside(lat, lon, _MUNICIPALITY), districts, strict=True)
        ]

    def _nearest(
        self, lat: NDArray[np.float64], lon: NDArray[np.float64], reach_m: dict[str, float], least_m: float
    ) -> list[str]:
        """The place with the least distance ÷ reach, at least `least_m` away (to leave out itself)."""
        from scipy.spatial import cKDTree

        best = np.full(len(lat), np.inf)
        name = np.full(len(lat), "", dtype=object)
        points = on_globe_m(lat, lon)
        for feature, reach in reach_m.items():
            places = [p for p in self.places if p.feature == feature]
            if not places or not len(lat):
                continue
            tree = cKDTree(on_globe_m(np.array([p.lat for p in places]), np.array([p.lon for p in places])))
            distance_m, index = tree.query(points, k=[1, 2])
            column = (distance_m[:, 0] < least_m).astype(np.intp)
            rows = np.arange(len(lat))
            metres, nearest = distance_m[rows, column], index[rows, column]
            better = np.flatnonzero((metres <= _FARTHEST_M) & (metres / reach < best))
            best[better] = metres[better] / reach
            name[better] = [places[i].name for i in nearest[better]]
        return list(name)

    def _inside(self, lat: NDArray[np.float64], lon: NDArray[np.float64], admin_level: int) -> list[str]:
        """The boundary of this level around each point; outlines the extract cuts off count as none."""
        import shapely

        wanted = [boundary for boundary in self.boundaries if boundary.admin_level == admin_level]
        outlines = [_outline(boundary) for boundary in wanted]
        closed = [not outline.is_empty for outline in outlines]
        tree = shapely.STRtree(list(compress(outlines, closed)))
        names = [boundary.name for boundary in compress(wanted, closed)]
        found = [""] * len(lat)
        for point, outline in tree.query(shapely.points(lon, lat), predicate="intersects").T[::-1].tolist():
            found[point] = names[outline]
        return found


def _outline(boundary: Boundary) -> Any:
    import shapely

    lines = [shapely.linestrings(lon, lat) for lat, lon in boundary.lines if len(lat) > 1]
    return shapely.union_all(shapely.get_parts(shapely.polygonize(lines)))
