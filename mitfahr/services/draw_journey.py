"""A journey as lines on the map: walks along their streets, drives along their roads, lines where they run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from routing.drive_line import drive_line
from routing.earth import beeline_m
from routing.journey import Boarding, Journey, Leg, Place
from routing.query import LegKind
from routing.roads import Mode, Positions, RoadGraph, locate
from routing.snapshot import Snapshot
from routing.street_lines import LatLon
from routing.timetable import ON_DEMAND_BUS, PatternIdx, Timetable
from routing.trip_lines import TripLines
from routing.walking import walk_line

_BUSES = frozenset({3, 11, 800, ON_DEMAND_BUS, *range(200, 300), *range(700, 800)})
"""GTFS (extended) route types that drive on roads."""

_FARTHEST_ROUND = 2.0
_AND_M = 300.0
"""A drive longer than twice the straight line and this is not how a bus gets from stop to stop."""


@dataclass(frozen=True, slots=True)
class DrawnLeg:
    """`line` runs from the leg's origin to its destination; `stops` are those passed between them.

    `is_exact`: the line is where people will be; otherwise straight from stop to stop.
    """

    leg: Leg
    line: list[LatLon]
    stops: tuple[Place, ...]
    is_exact: bool


def draw_journey(snapshot: Snapshot, lines: TripLines | None, journey: Journey) -> list[DrawnLeg]:
    """Every leg, in order. What another timetable knew is drawn straight."""
    return [_drawn(snapshot, lines, leg) for leg in journey.legs]


def _drawn(snapshot: Snapshot, lines: TripLines | None, leg: Leg) -> DrawnLeg:
    if leg.kind is LegKind.WALK:
        way = _walk(snapshot, leg.origin, leg.destination)
        return DrawnLeg(leg, _ended(way or [], leg.origin, leg.destination), (), way is not None)
    if leg.boarding is not None:
        places = _ride_places(snapshot, leg, leg.boarding)
    else:
        places = _trip_places(snapshot.timetable, leg)
        known = _known_line(snapshot.timetable, lines, leg)
        if known is not None:
            return DrawnLeg(leg, known, tuple(places[1:-1]), True)
    hops = [_drive(snapshot, leg, here, there) for here, there in pairwise(places)]
    line = [(leg.origin.lat, leg.origin.lon)]
    for hop, there in zip(hops, places[1:], strict=True):
        line += [*(hop or []), (there.lat, there.lon)]
    return DrawnLeg(leg, line, tuple(places[1:-1]), all(hop is not None for hop in hops))


def _ended(line: list[LatLon], origin: Place, destination: Place) -> list[LatLon]:
    """With the bits between the street and the doors."""
    return [(origin.lat, origin.lon), *line, (destination.lat, destination.lon)]


def _walk(snapshot: Snapshot, origin: Place, destination: Place) -> list[LatLon] | None:
    if snapshot.roads is None:
        return None
    here, there = (_on_street(snapshot.roads, place, Mode.FOOT) for place in (origin, destination))
    found = walk_line(snapshot.roads, here, there)
    return found[0] if found else None


def _drive(snapshot: Snapshot, leg: Leg, here: Place, there: Place) -> list[LatLon] | None:
    driving = snapshot.streets.driving
    if driving is None or (leg.boarding is None and not _is_bus(snapshot.timetable, leg)):
        return None
    ends = [_on_street(driving.roads, place, Mode.CAR) for place in (here, there)]
    found = drive_line(driving.roads, driving.car, *ends)
    if found is None:
        return None
    straight_m = float(beeline_m(here.lat, here.lon, there.lat, there.lon))
    goes_round = leg.boarding is None and found[1] > _FARTHEST_ROUND * straight_m + _AND_M
    return None if goes_round else found[0]


def _on_street(roads: RoadGraph, place: Place, mode: Mode) -> Positions:
    return locate(roads, np.array([place.lat]), np.array([place.lon]), mode)


def _ride_places(snapshot: Snapshot, leg: Leg, boarding: Boarding) -> list[Place]:
    """The leg's ends and the halts between them, as far as the ride is still known."""
    ride = snapshot.rides.get(boarding.ride_id)
    between = []
    if ride is not None and leg.kind is LegKind.BUERGERBUS:
        halts = ride.stops[boarding.board_after + 1 : boarding.alight_after]
        between = [Place(halt.name, halt.lat, halt.lon, halt.stop_id) for halt in halts]
    return [leg.origin, *between, leg.destination]


def _trip_places(timetable: Timetable, leg: Leg) -> list[Place]:
    """The leg's ends and the stops between them, as the timetable has them."""
    pattern = _pattern(timetable, leg)
    if pattern is None or leg.board_pos is None or leg.alight_pos is None:
        return [leg.origin, leg.destination]
    first = int(timetable.pattern_stop_start[pattern])
    between = timetable.pattern_stops[first + leg.board_pos + 1 : first + leg.alight_pos].tolist()
    return [leg.origin, *(_stop(timetable, stop) for stop in between), leg.destination]


def _known_line(timetable: Timetable, lines: TripLines | None, leg: Leg) -> list[LatLon] | None:
    pattern = _pattern(timetable, leg)
    if lines is None or pattern is None or leg.board_pos is None or leg.alight_pos is None:
        return None
    return lines.between(timetable, pattern, leg.board_pos, leg.alight_pos)


def _pattern(timetable: Timetable, leg: Leg) -> PatternIdx | None:
    """The stop sequence of the leg's trip; None where this timetable has no such trip, or another one by its name."""
    sections = timetable.sections_by_trip_id.get(leg.trip_id or "")
    if sections is None or leg.board_pos is None or leg.alight_pos is None:
        return None
    pattern = int(timetable.trip_pattern[timetable.trip_of_section(sections[0])])
    first, end = timetable.pattern_stop_start[pattern : pattern + 2].tolist()
    if not 0 <= leg.board_pos < leg.alight_pos < end - first:
        return None
    ends = (leg.board_pos, leg.origin), (leg.alight_pos, leg.destination)
    is_same = all(
        timetable.stop_id[int(timetable.pattern_stops[first + position])] == place.stop_id
        for position, place in ends
    )
    return PatternIdx(pattern) if is_same else None


def _is_bus(timetable: Timetable, leg: Leg) -> bool:
    sections = timetable.sections_by_trip_id.get(leg.trip_id or "", [])
    return any(int(timetable.route_type[timetable.section_route[one]]) in _BUSES for one in sections[:1])


def _stop(timetable: Timetable, stop: int) -> Place:
    return Place(
        timetable.stop_name[stop],
        float(timetable.stop_lat[stop]),
        float(timetable.stop_lon[stop]),
        timetable.stop_id[stop],
    )
