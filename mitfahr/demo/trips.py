"""The trips of an ordinary week: where each line drives, at which stops it calls and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import networkx as nx
import numpy as np

from mitfahr.demo.days import NIGHT, SATURDAY, SCHOOL, SUNDAY, WORKING
from mitfahr.demo.geometry import chance, length_m, to_metres
from mitfahr.demo.highways import Junction, Road, junctions, roads, roads_at
from mitfahr.demo.lines import (
    BUS,
    ON_CALL_BUS,
    TRAM,
    BusLine,
    Headway,
    RailLine,
    bus_lines,
    night_lines,
    rail_lines,
)
from mitfahr.demo.places import municipalities, places
from mitfahr.demo.stations import stations
from mitfahr.demo.stops import Stop, bus_stop, platform, stop_along
from mitfahr.demo.tracks import rail_line

BUS_AGENCY, RAIL_AGENCY, SUBURBAN_AGENCY, NARROW_GAUGE_AGENCY = (
    "demo-vg",
    "demo-bahn",
    "demo-sbahn",
    "demo-kleinbahn",
)

_BUS_KMH = {"primary": 58.0, "secondary": 52.0, "tertiary": 45.0, "unclassified": 38.0}
_HALT_S = 20.0
_WEEKEND_ONLY = "14627130"
"""Lommatzsch: on working days the BürgerBus serves its villages, so the on-call bus comes at weekends."""


@dataclass(frozen=True)
class Route:
    """A row of routes.txt."""

    id: str
    agency: str
    short_name: str
    long_name: str
    route_type: int


@dataclass(frozen=True)
class Pattern:
    """Stops and whole minutes after the start, never decreasing; `line` in metres is where the vehicle drives."""

    stops: tuple[Stop, ...]
    minutes: tuple[int, ...]
    line: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Trip:
    """One trip of a service; `start_min` may lie past 24:00. `wheelchair` and `bikes` are GTFS values."""

    id: str
    route: Route
    service: str
    direction: int
    pattern: Pattern
    start_min: int
    wheelchair: int
    bikes: int

    @property
    def is_on_call(self) -> bool:
        return self.route.route_type == ON_CALL_BUS


@cache
def all_trips() -> tuple[Trip, ...]:
    """Every trip of the district, rail first."""
    scheduled = [*_rail_trips(), *_bus_trips(), *_night_trips()]
    served = {stop.id for trip in scheduled for stop in trip.pattern.stops}
    return (*scheduled, *_on_call_trips(served))


def _rail_trips() -> Iterator[Trip]:
    for index, line in enumerate(rail_lines()):
        names = [name for name, _ in line.calls]
        route = Route(
            f"demo-{line.number}",
            _rail_agency(line),
            line.number,
            f"{names[0]} – {names[-1]}",
            line.route_type,
        )
        accessible = 2 if line.agency == "Kleinbahn" else 1
        for direction in (0, 1):
            pattern = _rail_pattern(line, index, direction)
            for service, (first, last) in (
                (WORKING, line.hours),
                (SATURDAY, line.weekend_hours),
                (SUNDAY, line.weekend_hours),
            ):
                for start in _rail_starts(line, pattern, direction, first, last):
                    yield _trip(route, service, direction, pattern, start, accessible, 1)


def _rail_agency(line: RailLine) -> str:
    return {"S-Bahn": SUBURBAN_AGENCY, "Bahn": RAIL_AGENCY, "Kleinbahn": NARROW_GAUGE_AGENCY}[line.agency]


def _rail_pattern(line: RailLine, index: int, direction: int) -> Pattern:
    calls = line.calls if direction == 0 else line.calls[::-1]
    begin = calls[0][1]
    stops = tuple(platform(stations()[name], 1 + 2 * index + direction) for name, _ in calls)
    minutes = tuple(abs(minute - begin) for _, minute in calls)
    return Pattern(stops, minutes, rail_line([name for name, _ in calls]))


def _rail_starts(line: RailLine, pattern: Pattern, direction: int, first: int, last: int) -> range:
    """Minutes of departure; the way back arrives where the line begins as long before the hour as trains leave after it."""
    if direction == 0:
        return range(first * 60 + line.first_min, last * 60 + line.first_min + 1, line.headway_min)
    mirrored = -line.first_min % line.headway_min - pattern.minutes[-1]
    return range((first + 1) * 60 + mirrored, (last + 1) * 60 + mirrored + 1, line.headway_min)


def _bus_trips() -> Iterator[Trip]:
    for line in bus_lines():
        route = _bus_route(line.number, line.via, line.route_type)
        out, back = bus_pattern(line.via, line.number), bus_pattern(line.via[::-1], line.number)
        for service, headway in ((WORKING, line.weekday), (SATURDAY, line.saturday), (SUNDAY, line.sunday)):
            if headway is not None:
                yield from _headway_trips(route, service, headway, line.offset_min, out, back)
        yield from _school_trips(route, line, out, back)


def _bus_route(number: str, via: tuple[str, ...], route_type: int) -> Route:
    middle = [] if len(via) < 4 else [via[len(via) // 2]]
    long_name = " – ".join([via[0], *middle, via[-1]])
    return Route(f"demo-{number}", BUS_AGENCY, number, long_name, route_type)


def _headway_trips(
    route: Route, service: str, headway: Headway, offset_min: int, out: Pattern, back: Pattern
) -> Iterator[Trip]:
    """Away from the hub at `offset_min` past the hour, back there `offset_min` before it."""
    for hour_min in range(headway.first * 60, headway.last * 60 + 1, headway.minutes):
        yield _trip(route, service, 0, out, hour_min + offset_min)
        start = hour_min + 60 - offset_min - back.minutes[-1]
        if start >= 0:
            yield _trip(route, service, 1, back, start)


def _school_trips(route: Route, line: BusLine, out: Pattern, back: Pattern) -> Iterator[Trip]:
    for way, clock in line.school:
        if way == "<":
            yield _trip(route, SCHOOL, 1, back, _minutes(clock) - back.minutes[-1])
        else:
            yield _trip(route, SCHOOL, 0, out, _minutes(clock))


def _night_trips() -> Iterator[Trip]:
    for number, via, departures in night_lines():
        route = _bus_route(number, via, BUS)
        pattern = bus_pattern(via, number)
        for clock in departures:
            yield _trip(route, NIGHT, 0, pattern, _minutes(clock))


def _on_call_trips(served: set[str]) -> Iterator[Trip]:
    """On-call buses from the seat of a municipality round the villages that no other line serves, and back."""
    number = 0
    for municipality in municipalities():
        left = [
            junctions()[place.name]
            for place in places()
            if place.municipality == municipality and place.people and not _is_served(place.name, served)
        ]
        while left:
            number += 1
            tour, left = _tour(_busiest(municipality), left)
            route = _bus_route(f"ALB {number}", tuple(j.name for j in tour[:-1]), ON_CALL_BUS)
            pattern = bus_pattern(tuple(j.name for j in tour), route.short_name)
            served |= {stop.id for stop in pattern.stops}
            left = [j for j in left if not _is_served(j.name, served)]
            yield from _on_call_departures(route, pattern, municipality)


def _on_call_departures(route: Route, pattern: Pattern, municipality: str) -> Iterator[Trip]:
    minute = 20 + 5 * int(4 * chance(route.id, "minute"))
    days: list[tuple[str, range]] = [(SATURDAY, range(8, 19, 2)), (SUNDAY, range(9, 18, 4))]
    if municipality != _WEEKEND_ONLY:
        days.append((WORKING, range(8, 19, 2)))
    for service, hours in days:
        for hour in hours:
            yield _trip(route, service, 0, pattern, hour * 60 + minute)


def _is_served(place: str, served: set[str]) -> bool:
    stop = bus_stop(junctions()[place], "")
    return stop is None or bool(stop.parent) or stop.id in served


def _busiest(municipality: str) -> Junction:
    own = [p for p in places() if p.municipality == municipality]
    return junctions()[max(own, key=lambda p: p.people).name]


_LONGEST_TOUR = 9
_LONGEST_TOUR_HOP_S = 15 * 60.0


def _tour(hub: Junction, villages: list[Junction]) -> tuple[list[Junction], list[Junction]]:
    """Always on to the village that is reached soonest; (the tour from the hub back to it, the rest)."""
    tour, left = [hub], list(villages)
    while left and len(tour) <= _LONGEST_TOUR:
        drive_s = nx.single_source_dijkstra_path_length(_network(), tour[-1].name, weight="drive_s")
        nearest = min(left, key=lambda j: drive_s[j.name])
        if len(tour) > 1 and drive_s[nearest.name] > _LONGEST_TOUR_HOP_S:
            break
        tour.append(nearest)
        left.remove(nearest)
    return [*tour, hub], left


def bus_pattern(via: tuple[str, ...], line: str) -> Pattern:
    """Along the quickest roads between the given places, calling at every stop on the way."""
    calls: list[tuple[Stop, float]] = []
    line_m: list[tuple[float, float]] = []
    clock_s = 0.0

    def call(stop: Stop | None, at_s: float) -> None:
        nonlocal clock_s
        if stop is not None and (not calls or calls[-1][0] != stop):
            calls.append((stop, at_s))
            clock_s += _HALT_S
            if stop.parent:  # to the bay in front of the station, away from the road
                line_m.append(to_metres(stop.lat, stop.lon))

    names = _way(via)
    call(bus_stop(junctions()[names[0]], line), 0.0)
    for first, second in pairwise(names):
        start, end = junctions()[first], junctions()[second]
        road = _road_between(first, second)
        drive_s = _bus_s(road)
        line_m.extend(map(tuple, road.seen_from(start).tolist()))
        call(stop_along(road, start), clock_s + 0.15 * drive_s)
        call(stop_along(road, end), clock_s + 0.85 * drive_s)
        clock_s += drive_s
        call(bus_stop(end, line), clock_s)
    minutes = np.maximum.accumulate(np.floor(np.array([at_s for _, at_s in calls]) / 60 + 0.5).astype(int))
    return Pattern(tuple(stop for stop, _ in calls), tuple(minutes.tolist()), tuple(line_m))


def _way(via: tuple[str, ...]) -> list[str]:
    names = [via[0]]
    for first, second in pairwise(via):
        names += nx.dijkstra_path(_network(), first, second, weight="drive_s")[1:]
    return names


@cache
def _network() -> nx.Graph[str]:
    network: nx.Graph[str] = nx.Graph()
    for road in roads():
        if road.is_for_cars:
            network.add_edge(road.start.name, road.end.name, drive_s=_bus_s(road))
    return network


@cache
def _road_between(first: str, second: str) -> Road:
    return next(
        road
        for road in roads_at(junctions()[first])
        if road.is_for_cars and road.other_end(junctions()[first]).name == second
    )


def _bus_s(road: Road) -> float:
    return length_m(road.line) / _BUS_KMH[road.highway] * 3.6


def _trip(
    route: Route,
    service: str,
    direction: int,
    pattern: Pattern,
    start_min: int,
    wheelchair: int = -1,
    bikes: int = 0,
) -> Trip:
    trip_id = f"{route.id}-{service}-{direction}-{start_min:04d}".replace(" ", "")
    return Trip(
        trip_id,
        route,
        service,
        direction,
        pattern,
        start_min,
        _bus_wheelchair(route, trip_id) if wheelchair < 0 else wheelchair,
        bikes,
    )


def _bus_wheelchair(route: Route, trip_id: str) -> int:
    """Low-floor buses in towns; elsewhere often unknown, as in the real feeds."""
    if route.route_type == TRAM or not route.short_name[0].isdigit():
        return 0 if route.route_type == ON_CALL_BUS else 1
    draw = chance(trip_id, "wheelchair")
    return 0 if draw < 0.5 else 1 if draw < 0.9 else 2


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
