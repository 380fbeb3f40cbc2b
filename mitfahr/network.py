"""The stops and lines of a timetable as people call them.

A feed lists platforms, and sometimes a station above them; people know one stop. A feed may also cut a line into
several routes; people know one line with one number. Here each of them is stood for by one of its members.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing.earth import beeline_m
from routing.snapshot import Snapshot
from routing.timetable import RouteIdx, StopIdx, Timetable

SAME_STOP_M = 400
"""What has the same name is one stop within this distance."""

SAME_LINE_STOPS = 2
"""Routes of one operator and number are one line when they share so many stops: there may be two lines "A"."""


@dataclass(frozen=True)
class Network:
    """stop_of     (n_stops,) int32: the stop that stands for this one; a station for its platforms
    line_of     (n_routes,) int32: the route that stands for the line of this one
    visits      (n_stops,) int64, of stops that stand for others: trips that call there on any day
    """

    timetable: Timetable
    stop_of: NDArray[np.int32]
    line_of: NDArray[np.int32]
    visits: NDArray[np.int64]

    @classmethod
    def of(cls, timetable: Timetable) -> Network:
        visits = np.zeros(timetable.n_stops, np.int64)
        trips = np.diff(timetable.pattern_trip_start)
        np.add.at(visits, timetable.pattern_stops, np.repeat(trips, np.diff(timetable.pattern_stop_start)))
        stop_of = _stop_of(timetable, visits)
        together = np.bincount(stop_of, weights=visits, minlength=timetable.n_stops).astype(np.int64)
        return cls(timetable, stop_of, _line_of(timetable, stop_of), together)

    def platforms(self, stop: StopIdx) -> NDArray[np.int64]:
        """The members of a stop at which vehicles may stop."""
        return np.flatnonzero((self.stop_of == self.stop_of[stop]) & (self.timetable.stop_is_station == 0))

    def routes(self, line: RouteIdx) -> NDArray[np.int64]:
        """The routes of the feed that belong to a line."""
        return np.flatnonzero(self.line_of == self.line_of[line])

    @cached_property
    def stops(self) -> list[tuple[str, StopIdx]]:
        """(name, stop) of every stop that is served, by name as a German dictionary sorts."""
        name = self.timetable.stop_name
        found = [(name[i], StopIdx(i)) for i in np.flatnonzero(self.visits).tolist()]
        return sorted(found, key=lambda entry: (dictionary_order(entry[0]), entry[1]))

    @cached_property
    def lines(self) -> list[RouteIdx]:
        """Every line on which something runs, by number: 2 before 10 before A."""
        used = np.unique(self.line_of[np.unique(self.timetable.section_route)])
        return [
            RouteIdx(i)
            for i in sorted(used.tolist(), key=lambda i: number_order(self.line_name(RouteIdx(i))))
        ]

    @cached_property
    def route_by_id(self) -> dict[str, RouteIdx]:
        return {route_id: RouteIdx(i) for i, route_id in enumerate(self.timetable.route_id)}

    def line_name(self, line: RouteIdx) -> str:
        """What stands on the vehicle: its number, else its name."""
        return self.timetable.route_short_name[line] or self.timetable.route_long_name[line]


def network(snapshot: Snapshot) -> Network:
    """The stops and lines of what serves, found once per timetable."""
    return snapshot.kept.get("network", lambda: Network.of(snapshot.timetable))


_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e"})


def dictionary_order(name: str) -> str:
    """Sorts Ä as A and ß as ss, as DIN 5007 does."""
    return name.casefold().translate(_PLAIN)


def number_order(name: str) -> list[tuple[int, int, str]]:
    """Sorts numbers within names by their value, and before letters."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def _stop_of(timetable: Timetable, visits: NDArray[np.int64]) -> NDArray[np.int32]:
    """Platforms join their station, and what has the same name close by joins that of them which is served, has
    platforms, or is called at most.
    """
    own = np.arange(timetable.n_stops, dtype=np.int32)
    parent = np.where(timetable.stop_parent >= 0, timetable.stop_parent, own).astype(np.int32)
    total = np.bincount(parent, weights=visits, minlength=timetable.n_stops)
    heads = np.flatnonzero(parent == own)
    order = np.lexsort((-total[heads], timetable.stop_is_station[heads] == 0, total[heads] == 0))
    joined = own.copy()
    of_name: dict[str, list[int]] = defaultdict(list)
    for i in heads[order].tolist():
        here = timetable.stop_lat[i], timetable.stop_lon[i]
        known = of_name[timetable.stop_name[i]]
        for other in known:
            if beeline_m(*here, timetable.stop_lat[other], timetable.stop_lon[other]) <= SAME_STOP_M:
                joined[i] = other
                break
        else:
            known.append(i)
    return joined[parent]


def _line_of(timetable: Timetable, stop_of: NDArray[np.int32]) -> NDArray[np.int32]:
    line_of = np.arange(len(timetable.route_id), dtype=np.int32)
    named: dict[tuple[int, str], list[int]] = defaultdict(list)
    n_sections = np.bincount(timetable.section_route, minlength=len(line_of))
    for route in np.argsort(-n_sections, kind="stable").tolist():
        name = timetable.route_short_name[route]
        if name and n_sections[route]:
            named[int(timetable.route_agency[route]), name].append(route)
    several = [routes for routes in named.values() if len(routes) > 1]
    stops = _stops_of_routes(timetable, stop_of, {route for routes in several for route in routes})
    for routes in several:
        lines: dict[int, set[int]] = {}
        for route in routes:
            line = next((i for i, own in lines.items() if len(own & stops[route]) >= SAME_LINE_STOPS), route)
            line_of[route] = line
            lines.setdefault(line, set()).update(stops[route])
    return line_of


def _stops_of_routes(
    timetable: Timetable, stop_of: NDArray[np.int32], wanted: set[int]
) -> dict[int, set[int]]:
    trip_of_section = np.repeat(np.arange(timetable.n_trips), np.diff(timetable.trip_section_start))
    pattern = timetable.trip_pattern[trip_of_section].astype(np.int64)
    pairs = np.unique(np.stack((timetable.section_route, pattern), axis=1), axis=0)
    stops: dict[int, set[int]] = defaultdict(set)
    for route, of_pattern in pairs[np.isin(pairs[:, 0], list(wanted))].tolist():
        start, end = timetable.pattern_stop_start[of_pattern : of_pattern + 2]
        stops[route].update(stop_of[timetable.pattern_stops[start:end]].tolist())
    return stops
