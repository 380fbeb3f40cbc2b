"""What may be told of a place before two people are matched: never a door, always a stop."""

from __future__ import annotations

import numpy as np

from mitfahr.languages.stored import NEAR
from routing.earth import beeline_m
from routing.gazetteer import Gazetteer, Kind
from routing.journey import Place
from routing.timetable import Timetable

LOCALITIES = frozenset({"city", "town", "village"})


def told_area(timetable: Timetable, place: Place) -> str:
    """The stop itself, or for a door the name of the nearest stop."""
    if place.stop_id is not None or not timetable.n_stops:
        return place.name
    metres = beeline_m(place.lat, place.lon, timetable.stop_lat, timetable.stop_lon)
    return NEAR % {"stop": timetable.stop_name[int(np.argmin(metres))]}


def told_locality(timetable: Timetable, gazetteer: Gazetteer | None, place: Place) -> str:
    """The town or village that a place lies in or near; where no names are known, the nearest stop."""
    if gazetteer is not None:
        wanted = [i for i, feature in enumerate(gazetteer.features) if feature in LOCALITIES]
        rows = np.flatnonzero((gazetteer.kind == Kind.PLACE) & np.isin(gazetteer.feature, wanted))
        if rows.size:
            metres = beeline_m(place.lat, place.lon, gazetteer.lat[rows], gazetteer.lon[rows])
            return gazetteer.name[int(rows[int(np.argmin(metres))])]
    if not timetable.n_stops:
        return place.name
    metres = beeline_m(place.lat, place.lon, timetable.stop_lat, timetable.stop_lon)
    return str(timetable.stop_name[int(np.argmin(metres))])
