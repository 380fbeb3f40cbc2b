"""A Timetable of stops without any trip, for what only depends on where stops lie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from routing.store import Texts
from routing.timetable import Timetable

LatLon = tuple[float, float]


def timetable_of_stops(
    places: Sequence[LatLon], parents: dict[int, int] | None = None, stations: Sequence[int] = ()
) -> Timetable:
    """Stops at these places; `parents` gives the station of a platform."""
    n = len(places)
    columns = np.array(places, np.float64).reshape(-1, 2)
    parent = np.full(n, -1, np.int32)
    for stop, station in (parents or {}).items():
        parent[stop] = station
    is_station = np.zeros(n, np.uint8)
    is_station[list(stations)] = 1
    none = {name: Texts.of([]) for name in _NO_TEXTS}
    empty = {name: np.empty(0, dtype) for name, dtype in _NO_ROWS.items()}
    return Timetable(
        stop_id=Texts.of(f"s{i}" for i in range(n)),
        stop_name=Texts.of(f"Halt {i}" for i in range(n)),
        stop_platform=Texts.of("" for _ in range(n)),
        stop_lat=columns[:, 0].copy(),
        stop_lon=columns[:, 1].copy(),
        stop_parent=parent,
        stop_is_station=is_station,
        stop_wheelchair=np.zeros(n, np.int8),
        pattern_stop_start=np.zeros(1, np.int32),
        pattern_trip_start=np.zeros(1, np.int32),
        trip_time_start=np.zeros(1, np.int64),
        trip_section_start=np.zeros(1, np.int32),
        service_runs=np.zeros((0, 1), np.uint8),
        day_start_s=np.zeros(1, np.int64),
        first_day=dt.date(2026, 1, 1),
        timezone="Europe/Berlin",
        version="drawn",
        name="drawn by hand",
        is_demo=False,
        **none,
        **empty,
    )


_NO_TEXTS = (
    "agency_id", "agency_name", "agency_url", "agency_phone", "route_id", "route_short_name", "route_long_name",
    "section_trip_id", "section_headsign",
)  # fmt: skip
_NO_ROWS = {
    "route_type": np.int16,
    "route_agency": np.int32,
    "pattern_stops": np.int32,
    "pattern_board": np.int8,
    "pattern_alight": np.int8,
    "trip_pattern": np.int32,
    "trip_service": np.int32,
    "trip_wheelchair": np.int8,
    "trip_bikes": np.int8,
    "time_arr": np.int32,
    "time_dep": np.int32,
    "section_first_pos": np.int32,
    "section_route": np.int32,
    "transfer_from": np.int32,
    "transfer_to": np.int32,
    "transfer_type": np.int8,
    "transfer_min_s": np.int32,
}
