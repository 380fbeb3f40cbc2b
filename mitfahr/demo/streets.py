"""The built-up part of a place: side streets along the roads that lead into it, and their names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from mitfahr.demo.geometry import Line, chance, length_m, point_along
from mitfahr.demo.highways import Junction, Road, roads_at

_FIRST_SIDE_STREET_M = 60.0
_BETWEEN_SIDE_STREETS_M = 75.0
_LONGEST_SIDE_STREET_M = 190.0
_SHORTEST_SIDE_STREET_M = 45.0
_SIDE_STREET_STEP_M = 60.0
_PEOPLE_PER_SIDE_STREET = 70
_MOST_SIDE_STREETS = 60

_STREET_NAMES = """
Am Anger; Gartenstraße; Schulstraße; Kirchgasse; Lindenstraße; Bergstraße; Feldstraße; Mühlweg; Am Teich;
Siedlung; Birkenweg; Rosenweg; Wiesenweg; Obere Dorfstraße; Untere Dorfstraße; Am Bach; Friedhofsweg;
Bahnhofstraße; Ringstraße; Goethestraße; Schillerstraße; Lessingstraße; Kastanienweg; Ahornweg; Eichenweg;
Buchenweg; Amselweg; Lerchenweg; Am Sportplatz; Weinbergstraße; Am Hang; Talstraße; Poststraße;
Brunnengasse; Badweg; Am Park; Parkstraße; Steinweg; Robert-Koch-Straße; Clara-Zetkin-Straße;
Käthe-Kollwitz-Straße; Pestalozzistraße; Heinrich-Heine-Straße; Beethovenstraße; Mozartstraße; Bachstraße;
Albert-Schweitzer-Straße; Geschwister-Scholl-Straße; Querstraße; Hohe Straße; Kurze Straße; Neue Straße;
Alte Poststraße; Am Ring; Gerberstraße; Töpfergasse; Fischergasse; Webergasse; Mittelstraße; Nordstraße;
Südstraße; Weststraße; Oststraße; Fliederweg; Tulpenweg; Nelkenweg; Am Wäldchen; Kirschallee; Apfelweg;
Pflaumenallee
"""

_ADJECTIVES = {
    "Meißen": "Meißner",
    "Riesa": "Riesaer",
    "Döbeln": "Döbelner",
    "Nossen": "Nossener",
    "Dresden": "Dresdner",
    "Radebeul": "Radebeuler",
}


@dataclass(frozen=True)
class SideStreet:
    """`line` begins at `distance_m` along `road` as seen from the middle of the place."""

    road: Road
    distance_m: float
    line: Line
    name: str


@dataclass(frozen=True)
class CrossStreet:
    """Joins the far ends of two side streets, given by their places in `BuiltUp.side_streets`."""

    first: int
    second: int
    highway: str
    name: str


@dataclass(frozen=True)
class BuiltUp:
    """`reach_m[i]` is how far the houses go along `roads[i]` from the middle."""

    junction: Junction
    roads: tuple[Road, ...]
    reach_m: tuple[float, ...]
    side_streets: tuple[SideStreet, ...]
    cross_streets: tuple[CrossStreet, ...]

    def reach_along(self, road: Road) -> float:
        """0 for a road without houses (a field track)."""
        return next((m for other, m in zip(self.roads, self.reach_m, strict=True) if other is road), 0.0)


@cache
def built_up(junction: Junction) -> BuiltUp | None:
    """The streets of a place; None for bridge heads, exits and places outside the district."""
    if junction.place is None or junction.place.people == 0:
        return None
    roads = tuple(
        sorted((r for r in roads_at(junction) if r.is_for_cars), key=lambda r: _heading(r, junction))
    )
    per_side = math.ceil(_side_street_count(junction) / (2 * len(roads)))
    reach_m = tuple(_reach_m(road, per_side) for road in roads)
    side_streets, cross_streets = _side_streets(junction, roads, reach_m)
    return BuiltUp(junction, roads, reach_m, side_streets, cross_streets)


def through_street_name(road: Road, junction: Junction) -> str:
    """What the road to the next place is called inside `junction`: "Meißner Straße"."""
    other_end = road.other_end(junction)
    if other_end.place is None:
        return "Hauptstraße"
    towards = other_end.name
    town = next((name for name in _ADJECTIVES if towards.startswith(name)), None)
    if town is not None and not junction.name.startswith(town):
        return f"{_ADJECTIVES[town]} Straße"
    parts = towards.split(" bei ")[0].split(" ")[-1].split("-")
    word = parts[0] if parts[-1] == "Süd" else parts[-1]
    return f"{word}{'r' if word.endswith('e') else 'er'} Straße"


def _side_street_count(junction: Junction) -> int:
    people = junction.place.people if junction.place else 0
    return min(max(2, people // _PEOPLE_PER_SIDE_STREET), _MOST_SIDE_STREETS)


def _reach_m(road: Road, per_side: int) -> float:
    wanted_m = _FIRST_SIDE_STREET_M + _BETWEEN_SIDE_STREETS_M * per_side
    return float(min(wanted_m, 0.42 * length_m(road.line)))


def _side_streets(
    junction: Junction, roads: tuple[Road, ...], reach_m: tuple[float, ...]
) -> tuple[tuple[SideStreet, ...], tuple[CrossStreet, ...]]:
    found: list[SideStreet] = []
    crossing: list[CrossStreet] = []
    for i, road in enumerate(roads):
        for side in (1, -1):
            gap = _gap(junction, roads, i, side)
            previous = None
            for distance_m in np.arange(_FIRST_SIDE_STREET_M, reach_m[i], _BETWEEN_SIDE_STREETS_M).tolist():
                line = _side_line(road, junction, distance_m, side, gap)
                if line is None:
                    previous = None
                    continue
                found.append(SideStreet(road, distance_m, line, _name(junction, len(found))))
                if previous is not None and chance(junction.name, "cross", len(found)) < 0.7:
                    crossing.append(_cross_street(junction, previous, len(found) - 1))
                previous = len(found) - 1
    return tuple(found), tuple(crossing)


def _side_line(road: Road, junction: Junction, distance_m: float, side: int, gap: float) -> Line | None:
    """A side street, kept on its own side of the line halfway to the next road; None where there is no room."""
    room_m = 0.8 * distance_m * math.tan(gap / 2) if gap < math.pi * 0.9 else _LONGEST_SIDE_STREET_M
    wanted_m = _LONGEST_SIDE_STREET_M * (
        0.55 + 0.45 * chance(junction.name, road.other_end(junction).name, distance_m, side)
    )
    length = min(room_m, wanted_m)
    if length < _SHORTEST_SIDE_STREET_M:
        return None
    x, y, heading = point_along(road.seen_from(junction), distance_m)
    heading += side * math.pi / 2
    t = np.linspace(0.0, length, max(2, round(length / _SIDE_STREET_STEP_M) + 1))
    return np.stack([x + t * math.cos(heading), y + t * math.sin(heading)], axis=1)


def _cross_street(junction: Junction, first: int, second: int) -> CrossStreet:
    highway = "residential" if chance(junction.name, first, "kind") < 0.7 else "footway"
    return CrossStreet(
        first, second, highway, _name(junction, first + 31) if highway == "residential" else ""
    )


def _gap(junction: Junction, roads: tuple[Road, ...], i: int, side: int) -> float:
    """The angle from road i to the next one on that side, radians in (0, 2π]."""
    neighbour = roads[(i + side) % len(roads)]
    angle = side * (_heading(neighbour, junction) - _heading(roads[i], junction)) % (2 * math.pi)
    return angle or 2 * math.pi


def _heading(road: Road, junction: Junction) -> float:
    return point_along(road.seen_from(junction), 100.0)[2]


def _name(junction: Junction, number: int) -> str:
    names = _street_names()
    first = int(chance(junction.name, "street names") * len(names))
    return names[(first + number) % len(names)]


@cache
def _street_names() -> list[str]:
    return _STREET_NAMES.strip().replace("\n", " ").split("; ")
