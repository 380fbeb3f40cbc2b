"""What a point on the map is called: the stop, house or street there, or how far it is from the next village."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mitfahr.languages import _
from mitfahr.languages.formats import distance
from mitfahr.services.find_places import stop_label
from mitfahr.services.stop_nearby import stop_nearby
from routing.earth import beeline_m
from routing.gazetteer import Gazetteer, Kind
from routing.roads import Mode, RoadGraph, locate
from routing.timetable import Timetable

_AT_STOP_M = 40.0
_AT_HOUSE_M = 40.0
_AT_SIGHT_M = 60.0
_ON_STREET_M = 80.0
_NEAR_M = 8_000.0


def name_point(
    timetable: Timetable, gazetteer: Gazetteer | None, roads: RoadGraph | None, lat: float, lon: float
) -> str:
    """Words for a point, for people to recognise it; its position where nothing is known around."""
    around = _Around(gazetteer, lat, lon) if gazetteer is not None else None
    stop = _stop(timetable, lat, lon)
    if stop is not None:
        return stop
    if around is not None:
        house = around.nearest(Kind.ADDRESS, _AT_HOUSE_M) or around.nearest(Kind.POI, _AT_SIGHT_M)
        if house is not None:
            return house
    street = _street(roads, lat, lon)
    village = around.village() if around is not None else None
    if street and village:
        return _("%(street)s, %(village)s", street=street, village=village)
    if village is not None and around is not None:
        metres = distance(round(around.village_m()))
        return _("Punkt %(metres)s von %(village)s", metres=metres, village=village)
    return street or _("Punkt %(lat)s, %(lon)s", lat=f"{lat:.5f}", lon=f"{lon:.5f}")


class _Around:
    def __init__(self, gazetteer: Gazetteer, lat: float, lon: float) -> None:
        self._gazetteer = gazetteer
        self._metres: NDArray[np.float64] = beeline_m(gazetteer.lat, gazetteer.lon, lat, lon)

    def nearest(self, kind: Kind, within_m: float) -> str | None:
        found = self._index(kind)
        if found is None or self._metres[found] > within_m:
            return None
        name = self._gazetteer[found]
        return f"{name.name}, {name.context}" if name.context else name.name

    def village(self) -> str | None:
        found = self._index(Kind.PLACE)
        return self._gazetteer.name[found] if found is not None and self._metres[found] <= _NEAR_M else None

    def village_m(self) -> float:
        found = self._index(Kind.PLACE)
        return float(self._metres[found]) if found is not None else 0.0

    def _index(self, kind: Kind) -> int | None:
        those = np.flatnonzero(self._gazetteer.kind == kind)
        return int(those[np.argmin(self._metres[those])]) if len(those) else None


def _stop(timetable: Timetable, lat: float, lon: float) -> str | None:
    nearest = stop_nearby(timetable, lat, lon, _AT_STOP_M)
    return None if nearest is None else stop_label(timetable.stop_name[nearest])


def _street(roads: RoadGraph | None, lat: float, lon: float) -> str:
    if roads is None:
        return ""
    at = locate(roads, np.array([lat]), np.array([lon]), Mode.FOOT)
    if at.edge[0] < 0 or at.off_mm[0] > _ON_STREET_M * 1000:
        return ""
    return roads.names[int(roads.edge_name[at.edge[0]])]
