"""What may be told of a place before two people are matched: never a door, always a stop."""

from __future__ import annotations

import numpy as np

from routing.earth import beeline_m
from routing.journey import Place
from routing.timetable import Timetable


def told_area(timetable: Timetable, place: Place) -> str:
    """The stop itself, or for a door the name of the nearest stop."""
    if place.stop_id is not None or not timetable.n_stops:
        return place.name
    metres = beeline_m(place.lat, place.lon, timetable.stop_lat, timetable.stop_lon)
    return f"in der Nähe von {timetable.stop_name[int(np.argmin(metres))]}"
