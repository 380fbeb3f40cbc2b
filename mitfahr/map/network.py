"""The timetable as layers: stops, and the lines between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import shapely

from mitfahr.map.layers import Drawn, Layer
from mitfahr.map.mvt import Word
from mitfahr.network import Network
from routing.street_lines import LatLon
from routing.timetable import Timetable
from routing.trip_lines import TripLines

BUS, TRAM, RAIL, FERRY = "bus", "tram", "rail", "ferry"

_LINES_FROM = {RAIL: 6, FERRY: 9, TRAM: 9, BUS: 9}
_STOPS_FROM = {RAIL: 9, FERRY: 11, TRAM: 12, BUS: 12}
_MOST_REFS = 4
"""So many lines are named along a road; of more, none: nobody could read it."""


def mode_of(route_type: int) -> str:
    """How a GTFS (extended) route type is drawn."""
    if route_type in (1, 2) or 100 <= route_type < 200 or 400 <= route_type < 500:
        return RAIL
    if route_type == 0 or 900 <= route_type < 1000:
        return TRAM
    if route_type == 4 or 1000 <= route_type < 1100 or 1200 <= route_type < 1300:
        return FERRY
    return BUS


def network_layers(timetable: Timetable, lines: TripLines | None) -> list[Layer]:
    """Lines first, stops above them."""
    return [Layer.of("line", _lines(timetable, lines)), Layer.of("stop", _stops(timetable))]


def _lines(timetable: Timetable, lines: TripLines | None) -> Iterator[Drawn]:
    """Every stretch between two neighbouring stops once for all lines that use it."""
    refs: dict[tuple[int, int, str], set[str]] = defaultdict(set)
    drawn: dict[tuple[int, int, str], list[LatLon]] = {}
    head = Network.of(timetable).stop_of
    for pattern in range(timetable.n_patterns):
        first, last = timetable.pattern_stop_start[pattern : pattern + 2].tolist()
        stops = timetable.pattern_stops[first:last].tolist()
        for position, route in enumerate(_routes(timetable, pattern, len(stops) - 1)):
            here, there = stops[position], stops[position + 1]
            one, other = sorted((int(head[here]), int(head[there])))
            key = one, other, mode_of(int(timetable.route_type[route]))
            refs[key].add(timetable.route_short_name[route])
            if key not in drawn:
                known = lines.between(timetable, pattern, position, position + 1) if lines else None
                drawn[key] = known or [_place(timetable, one), _place(timetable, other)]
    for key, line in drawn.items():
        if len(set(line)) < 2:
            continue
        names = sorted(refs[key] - {""})
        words = {"mode": key[2], "ref": ", ".join(names) if len(names) <= _MOST_REFS else ""}
        yield Drawn(shapely.LineString([(lon, lat) for lat, lon in line]), _LINES_FROM[key[2]], words)


def _routes(timetable: Timetable, pattern: int, n_hops: int) -> list[int]:
    """The route of each hop, as the pattern's first trip has it."""
    trip = int(timetable.pattern_trip_start[pattern])
    sections = slice(int(timetable.trip_section_start[trip]), int(timetable.trip_section_start[trip + 1]))
    begins = timetable.section_first_pos[sections]
    section = np.searchsorted(begins, np.arange(n_hops), side="right") - 1
    routes: list[int] = timetable.section_route[sections][np.maximum(section, 0)].tolist()
    return routes


def _stops(timetable: Timetable) -> Iterator[Drawn]:
    """One point per stop as people know it, drawn for the heaviest kind of vehicle that stops there."""
    order = [RAIL, TRAM, FERRY, BUS]
    head = Network.of(timetable).stop_of
    mode: dict[int, str] = {}
    visits: dict[int, int] = defaultdict(int)
    for pattern in range(timetable.n_patterns):
        first, last = timetable.pattern_stop_start[pattern : pattern + 2].tolist()
        stops = timetable.pattern_stops[first:last].tolist()
        routes = _routes(timetable, pattern, len(stops) - 1)
        trips = int(timetable.pattern_trip_start[pattern + 1] - timetable.pattern_trip_start[pattern])
        for position, stop in enumerate(stops):
            here = int(head[stop])
            kind = mode_of(int(timetable.route_type[routes[min(position, len(routes) - 1)]]))
            mode[here] = min(mode.get(here, kind), kind, key=order.index)
            visits[here] += trips
    for stop, kind in sorted(mode.items()):
        lat, lon = _place(timetable, stop)
        words: dict[str, Word] = {
            "id": timetable.stop_id[stop],
            "name": timetable.stop_name[stop],
            "mode": kind,
            "visits": visits[stop],
        }
        yield Drawn(shapely.Point(lon, lat), _STOPS_FROM[kind], words)


def _place(timetable: Timetable, stop: int) -> LatLon:
    return float(timetable.stop_lat[stop]), float(timetable.stop_lon[stop])
