"""Where vehicles stop: a stop in the middle of every place, more along the roads of bigger ones, stations with platforms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from mitfahr.demo.geometry import chance, point_along, to_degrees, to_metres
from mitfahr.demo.highways import Junction, Road, junctions
from mitfahr.demo.stations import Station, stations, stations_by_junction
from mitfahr.demo.streets import built_up, through_street_name

STATION, PLATFORM = 1, 0
_PREFIX = "demo:14627"
_ASIDE_M = 30.0
_PEOPLE_FOR_MORE_STOPS = 900
_SHORTEST_REACH_M = 250.0


@dataclass(frozen=True)
class Stop:
    """A row of stops.txt; `parent` is a stop id or ""."""

    id: str
    name: str
    lat: float
    lon: float
    location_type: int
    parent: str
    platform: str
    wheelchair: int


def bus_stop(junction: Junction, line: str) -> Stop | None:
    """Where a bus of `line` stops in the middle: a bay of the bus station if there is one; None for a mere road junction."""
    station = stations_by_junction().get(junction.name)
    if station is not None and station.bays:
        return _member(station, "Bussteig", 1 + int(chance(line, station.name) * station.bays))
    return _village_stop(junction) if junction.place is not None else None


def stop_along(road: Road, junction: Junction) -> Stop | None:
    """The stop on the way out of a bigger place along `road`, if it is long enough to deserve one."""
    streets = built_up(junction)
    if streets is None or junction.place is None or junction.place.people < _PEOPLE_FOR_MORE_STOPS:
        return None
    reach_m = streets.reach_along(road)
    if reach_m < _SHORTEST_REACH_M:
        return None
    return _street_stop(junction, road, 0.8 * reach_m)


def platform(station: Station, number: int) -> Stop:
    """Platform `number`, counted on from 1 when there are fewer."""
    return _member(station, "Gleis", 1 + (number - 1) % station.platforms)


@cache
def bay(station: Station, number: int) -> Stop:
    return _member(station, "Bussteig", number)


@cache
def station_stop(station: Station) -> Stop:
    return Stop(
        _number("station", station.name),
        station.name,
        station.lat,
        station.lon,
        STATION,
        "",
        "",
        station.wheelchair,
    )


@cache
def _member(station: Station, kind: str, number: int) -> Stop:
    """Bays on one side of the station's square, platforms on the other, 9 m apart."""
    x, y = to_metres(station.lat, station.lon)
    along = 9.0 * number
    aside = 12.0 if kind == "Gleis" else -12.0
    angle = square_heading(station)
    lat, lon = to_degrees(
        x + along * math.cos(angle) - aside * math.sin(angle),
        y + along * math.sin(angle) + aside * math.cos(angle),
    )
    code = f"{_number('station', station.name)}:{0 if kind == 'Gleis' else 1}:{number}"
    return Stop(
        code, station.name, lat, lon, PLATFORM, _number("station", station.name), f"{kind} {number}", 0
    )


def square_heading(station: Station) -> float:
    """The direction in which the square in front of the station stretches, radians."""
    return 2 * math.pi * chance(station.name, "square")


@cache
def _village_stop(junction: Junction) -> Stop:
    streets = built_up(junction)
    lat, lon = to_degrees(junction.x, junction.y)
    if streets is not None:
        lat, lon = to_degrees(*point_along(streets.roads[0].seen_from(junction), _ASIDE_M)[:2])
    return Stop(
        _number("place", junction.name), junction.name, lat, lon, PLATFORM, "", "", _wheelchair(junction.name)
    )


@cache
def _street_stop(junction: Junction, road: Road, distance_m: float) -> Stop:
    name = f"{junction.name} {through_street_name(road, junction)}"
    lat, lon = to_degrees(*point_along(road.seen_from(junction), distance_m)[:2])
    return Stop(
        _number("street", junction.name, road.other_end(junction).name),
        name,
        lat,
        lon,
        PLATFORM,
        "",
        "",
        _wheelchair(name),
    )


def _wheelchair(name: str) -> int:
    """Mostly unknown, as in the real feeds of the region."""
    draw = chance(name, "wheelchair")
    return 1 if draw < 0.08 else 2 if draw < 0.14 else 0


def _number(*key: str) -> str:
    return f"{_PREFIX}:{_numbers()[key]}"


@cache
def _numbers() -> dict[tuple[str, ...], int]:
    """Stop numbers by key, stations first; a fixed order, so that ids never change between runs."""
    keys: list[tuple[str, ...]] = [("station", name) for name in stations()]
    for junction in junctions().values():
        streets = built_up(junction)
        keys.append(("place", junction.name))
        keys += [
            ("street", junction.name, road.other_end(junction).name)
            for road in (streets.roads if streets else ())
        ]
    return {key: 4000 + i for i, key in enumerate(keys)}
