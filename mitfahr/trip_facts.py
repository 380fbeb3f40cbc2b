"""What the timetable says about the vehicle of a leg, for people to read: kind, operator, stops on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mitfahr.domain.mobility import Known
from routing.earth import beeline_m
from routing.journey import Leg
from routing.timetable import Timetable


@dataclass(frozen=True, slots=True)
class StopOnTheWay:
    name: str
    departure_s: int
    """UTC seconds."""


@dataclass(frozen=True, slots=True)
class TripFacts:
    """`route_type` is a GTFS (extended) route type; phone and address are "" when the feed has none.

    `distance_m` runs straight from stop to stop. Wheelchairs and bicycles as the timetable states them.
    """

    route_id: str
    route_type: int
    route_long_name: str
    agency: str
    agency_phone: str
    stops_between: tuple[StopOnTheWay, ...]
    distance_m: int | None
    wheelchair: Known
    bicycles: Known


def trip_facts(timetable: Timetable, leg: Leg) -> TripFacts | None:
    """The facts of a timetable leg; None for a walk, a run, a ride, or a trip this timetable does not have."""
    sections = timetable.sections_by_trip_id.get(leg.trip_id or "")
    if sections is None:
        return None
    section = sections[0]  # repetitions of a trip share their facts
    route = int(timetable.section_route[section])
    agency = int(timetable.route_agency[route])
    trip = timetable.trip_of_section(section)
    return TripFacts(
        route_id=timetable.route_id[route],
        route_type=int(timetable.route_type[route]),
        route_long_name=timetable.route_long_name[route],
        agency=timetable.agency_name[agency] if agency >= 0 else "",
        agency_phone=timetable.agency_phone[agency] if agency >= 0 else "",
        stops_between=_stops_between(timetable, leg, section),
        distance_m=_distance_m(timetable, leg, section),
        wheelchair=Known.of_gtfs(int(timetable.trip_wheelchair[trip])),
        bicycles=Known.of_gtfs(int(timetable.trip_bikes[trip])),
    )


def stop_is_accessible(timetable: Timetable, stop_id: str | None) -> Known:
    """Whether a wheelchair gets on and off there, as far as the timetable says."""
    stop = timetable.stop_by_id.get(stop_id or "")
    return Known.UNKNOWN if stop is None else Known.of_gtfs(int(timetable.stop_wheelchair[stop]))


def _distance_m(timetable: Timetable, leg: Leg, section: int) -> int | None:
    if leg.board_pos is None or leg.alight_pos is None:
        return None
    first = int(timetable.pattern_stop_start[timetable.trip_pattern[timetable.trip_of_section(section)]])
    stops = timetable.pattern_stops[first + leg.board_pos : first + leg.alight_pos + 1]
    lat, lon = timetable.stop_lat[stops], timetable.stop_lon[stops]
    return round(float(np.sum(beeline_m(lat[:-1], lon[:-1], lat[1:], lon[1:]))))


def _stops_between(timetable: Timetable, leg: Leg, section: int) -> tuple[StopOnTheWay, ...]:
    if leg.board_pos is None or leg.alight_pos is None:
        return ()
    trip = timetable.trip_of_section(section)
    stops = int(timetable.pattern_stop_start[timetable.trip_pattern[trip]])
    times = int(timetable.trip_time_start[trip])
    # a trip of frequencies.txt stands for its repetitions: only the times between its stops count
    shift_s = leg.departure_s - int(timetable.time_dep[times + leg.board_pos])
    return tuple(
        StopOnTheWay(
            timetable.stop_name[int(timetable.pattern_stops[stops + position])],
            shift_s + int(timetable.time_dep[times + position]),
        )
        for position in range(leg.board_pos + 1, leg.alight_pos)
    )
