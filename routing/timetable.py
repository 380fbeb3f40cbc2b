"""The frozen timetable: what a GTFS feed says, as arrays.

Nothing here knows the feed format; `gtfs.build` fills it. All times are seconds after the start of
a *service day*, which is noon minus 12 hours in the feed's time zone: on the two clock-change days
that is not midnight, and a trip at 25:10 belongs to the day before. `day_start_s` holds those starts
as UTC seconds, so the rest of the core only ever adds.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from routing import store
from routing.errors import UnknownStop
from routing.store import Texts

StopIdx = NewType("StopIdx", int)
TripIdx = NewType("TripIdx", int)
PatternIdx = NewType("PatternIdx", int)
RouteIdx = NewType("RouteIdx", int)
ServiceIdx = NewType("ServiceIdx", int)

REGULAR, NONE, PHONE, DRIVER = 0, 1, 2, 3
"""Values of `pattern_board` and `pattern_alight`, GTFS pickup_type and drop_off_type."""

ON_DEMAND_BUS = 715
"""GTFS extended route type "Demand and Response Bus Service"."""


@dataclass(frozen=True)
class Timetable:
    """Arrays of one merged timetable; `n_*` are the lengths of the groups.

    Stops (platforms and stations alike; entrances, nodes and boarding areas are left out):
        stop_id, stop_name, stop_platform   texts; platform "" when unknown
        stop_lat, stop_lon                  (n_stops,) float64, WGS84 degrees
        stop_parent                         (n_stops,) int32 StopIdx of the station, -1 without
        stop_is_station                     (n_stops,) uint8, 1 = location_type 1 (no vehicle stops there)
        stop_wheelchair                     (n_stops,) int8: 0 unknown, 1 yes, 2 no (own value, else the station's)
    Agencies: agency_id, agency_name, agency_url, agency_phone, texts
    Routes:
        route_id, route_short_name, route_long_name     texts
        route_type                          (n_routes,) int16, GTFS (extended) route type
        route_agency                        (n_routes,) int32
    Patterns (one stop sequence with its boarding rules; its trips are contiguous):
        pattern_stop_start                  (n_patterns + 1,) int32 into the next three
        pattern_stops                       (n,) int32 StopIdx
        pattern_board, pattern_alight       (n,) int8: REGULAR, NONE, PHONE, DRIVER
        pattern_trip_start                  (n_patterns + 1,) int32 TripIdx
    Trips (what a passenger can stay seated in; trips joined by transfer_type 4 or block are one):
        trip_pattern, trip_service          (n_trips,) int32
        trip_wheelchair, trip_bikes         (n_trips,) int8: 0 unknown, 1 yes, 2 no (worst of its sections)
        trip_time_start                     (n_trips + 1,) int64 into the next two
        time_arr, time_dep                  (n,) int32, seconds after service-day start, never decreasing
    Sections (the feed's own trips within a trip; nearly always exactly one):
        trip_section_start                  (n_trips + 1,) int32
        section_first_pos                   (n_sections,) int32, position in the pattern where it begins
        section_route                       (n_sections,) int32 RouteIdx
        section_trip_id, section_headsign   texts; a trip of frequencies.txt has its trip_id repeated
    Services and days:
        service_runs                        (n_services, n_days) uint8
        day_start_s                         (n_days,) int64, UTC seconds of the service-day start
    Transfers between two stops as the feed states them (stations already expanded to their platforms):
        transfer_from, transfer_to          (n,) int32 StopIdx
        transfer_type                       (n,) int8: 0 recommended, 1 timed, 2 minimum time, 3 not possible
        transfer_min_s                      (n,) int32, meaningful for type 2

    `first_day` is the first service day; day d is `first_day + d`. `timezone` is an IANA name.
    `version` is the operator's word for it (feed_version or the file's hash); `name` the feed's publisher.
    `is_demo` marks the generated demonstration timetable.
    """

    stop_id: Texts
    stop_name: Texts
    stop_platform: Texts
    stop_lat: NDArray[np.float64]
    stop_lon: NDArray[np.float64]
    stop_parent: NDArray[np.int32]
    stop_is_station: NDArray[np.uint8]
    stop_wheelchair: NDArray[np.int8]
    agency_id: Texts
    agency_name: Texts
    agency_url: Texts
    agency_phone: Texts
    route_id: Texts
    route_short_name: Texts
    route_long_name: Texts
    route_type: NDArray[np.int16]
    route_agency: NDArray[np.int32]
    pattern_stop_start: NDArray[np.int32]
    pattern_stops: NDArray[np.int32]
    pattern_board: NDArray[np.int8]
    pattern_alight: NDArray[np.int8]
    pattern_trip_start: NDArray[np.int32]
    trip_pattern: NDArray[np.int32]
    trip_service: NDArray[np.int32]
    trip_wheelchair: NDArray[np.int8]
    trip_bikes: NDArray[np.int8]
    trip_time_start: NDArray[np.int64]
    time_arr: NDArray[np.int32]
    time_dep: NDArray[np.int32]
    trip_section_start: NDArray[np.int32]
    section_first_pos: NDArray[np.int32]
    section_route: NDArray[np.int32]
    section_trip_id: Texts
    section_headsign: Texts
    service_runs: NDArray[np.uint8]
    day_start_s: NDArray[np.int64]
    transfer_from: NDArray[np.int32]
    transfer_to: NDArray[np.int32]
    transfer_type: NDArray[np.int8]
    transfer_min_s: NDArray[np.int32]
    first_day: dt.date
    timezone: str
    version: str
    name: str
    is_demo: bool

    @property
    def n_stops(self) -> int:
        return len(self.stop_lat)

    @property
    def n_trips(self) -> int:
        return len(self.trip_pattern)

    @property
    def n_patterns(self) -> int:
        return len(self.pattern_stop_start) - 1

    @property
    def n_days(self) -> int:
        return len(self.day_start_s)

    @property
    def last_day(self) -> dt.date:
        return self.first_day + dt.timedelta(days=self.n_days - 1)

    @cached_property
    def stop_by_id(self) -> dict[str, StopIdx]:
        return {stop_id: StopIdx(i) for i, stop_id in enumerate(self.stop_id)}

    @cached_property
    def sections_by_trip_id(self) -> dict[str, list[int]]:
        """The section of each of the feed's trips; frequencies.txt repeats a trip, then its repetitions in order."""
        sections: dict[str, list[int]] = {}
        for section, trip_id in enumerate(self.section_trip_id):
            sections.setdefault(trip_id, []).append(section)
        return sections

    def trip_of_section(self, section: int) -> TripIdx:
        return TripIdx(int(np.searchsorted(self.trip_section_start, section, side="right")) - 1)

    @cached_property
    def trip_group(self) -> NDArray[np.int64]:
        """(n_trips,) trips of one pattern that are on demand on the same stretches share a number below 2^62."""
        on_demand = self.route_type[self.section_route] == ON_DEMAND_BUS
        sign = on_demand[self.trip_section_start[:-1]].astype(np.int64)
        signs: dict[tuple[tuple[int, bool], ...], int] = {}
        for trip in np.flatnonzero(np.diff(self.trip_section_start) > 1):
            sections = range(self.trip_section_start[trip], self.trip_section_start[trip + 1])
            key = tuple((int(self.section_first_pos[i]), bool(on_demand[i])) for i in sections)
            if len({demand for _, demand in key}) > 1:
                sign[trip] = signs.setdefault(key, len(signs) + 2)
        group: NDArray[np.int64] = self.trip_pattern * np.int64(len(signs) + 2) + sign
        return group

    def stop(self, stop_id: str) -> StopIdx:
        """The stop of this id; raises UnknownStop."""
        try:
            return self.stop_by_id[stop_id]
        except KeyError:
            raise UnknownStop(stop_id) from None

    def save(self, parent: Path) -> Path:
        """Write a folder `timetable-<hash>` below `parent`; returns it."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values["first_day"] = self.first_day.isoformat()
        return store.write(parent, "timetable", values)

    @classmethod
    def open(cls, folder: Path) -> Timetable:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        values = store.read(folder, "timetable", cls)
        values["first_day"] = dt.date.fromisoformat(values["first_day"])
        return cls(**values)
