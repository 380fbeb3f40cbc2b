"""The ways a line takes: its orders of stops, and in which of two directions each of them goes.

Feeds may say a direction, but `Timetable` does not keep it, and many feeds leave it out: it is found from the order
of the stops that two ways share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mitfahr.network import Network
from routing.timetable import RouteIdx


@dataclass(frozen=True)
class Way:
    """Calls [first, last] of one pattern, as the trips of a line make them.

    `stops` stand for the stops called at, see `Network.stop_of`. `sections` and `trips` (n,) are the feed's trips and
    the vehicles that take it. `direction` is 0 for that of the way with most trips, else 1.
    """

    pattern: int
    first: int
    last: int
    stops: tuple[int, ...]
    sections: NDArray[np.int64]
    trips: NDArray[np.int64]
    direction: int = 0


def line_ways(network: Network, line: RouteIdx) -> list[Way]:
    """The ways of a line, those with most trips first."""
    timetable = network.timetable
    sections = np.flatnonzero(np.isin(timetable.section_route, network.routes(line)))
    trips = np.searchsorted(timetable.trip_section_start, sections, side="right") - 1
    pattern = timetable.trip_pattern[trips].astype(np.int64)
    first = timetable.section_first_pos[sections].astype(np.int64)
    goes_on = sections + 1 < timetable.trip_section_start[trips + 1]
    following = timetable.section_first_pos[np.minimum(sections + 1, len(timetable.section_route) - 1)]
    n_calls = np.diff(timetable.pattern_stop_start)[pattern]
    last = np.where(goes_on, following, n_calls - 1)
    kinds, of_section = np.unique(np.stack((pattern, first, last)), axis=1, return_inverse=True)
    of_section = of_section.reshape(-1)
    ways = []
    for i, (of_pattern, begin, end) in enumerate(kinds.T.tolist()):
        own = of_section == i
        start = int(timetable.pattern_stop_start[of_pattern])
        stops = network.stop_of[timetable.pattern_stops[start + begin : start + end + 1]].tolist()
        if end + 1 < n_calls[own][0] and stops[-1] == stops[-2]:  # the vehicle goes on from another platform
            stops, end = stops[:-1], end - 1
        if len(stops) > 1:
            ways.append(Way(of_pattern, begin, end, tuple(stops), sections[own], trips[own]))
    return _with_directions(sorted(ways, key=lambda way: (-len(way.trips), -len(way.stops), way.pattern)))


def in_one_order(ways: Sequence[Sequence[int]]) -> list[int]:
    """One list in which the stops of every way stand in their order; a stop may stand in it more than once.

    The first way keeps its place, what others have besides goes between.
    """
    merged: list[int] = []
    for way in ways:
        if not is_part(way, merged):
            merged = _merged(merged, way)
    return merged


def places_in(way: Sequence[int], merged: Sequence[int]) -> list[int]:
    """Where in a list that `in_one_order` made of this way and others each of its stops stands."""
    places, at = [], 0
    for stop in way:
        while merged[at] != stop:
            at += 1
        places.append(at)
        at += 1
    return places


def is_part(way: Sequence[int], merged: Sequence[int]) -> bool:
    """Whether the stops of a way stand in this order in a list."""
    rest = iter(merged)
    return all(stop in rest for stop in way)


def _merged(known: list[int], way: Sequence[int]) -> list[int]:
    """The shortest list that holds both in order (longest common part, by the book)."""
    n, m = len(known), len(way)
    common = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        row, below = common[i], common[i + 1]
        for j in range(m - 1, -1, -1):
            row[j] = below[j + 1] + 1 if known[i] == way[j] else max(below[j], row[j + 1])
    merged, i, j = [], 0, 0
    while i < n and j < m:
        if known[i] == way[j]:
            merged.append(known[i])
            i, j = i + 1, j + 1
        elif common[i + 1][j] >= common[i][j + 1]:
            merged.append(known[i])
            i += 1
        else:
            merged.append(way[j])
            j += 1
    return [*merged, *known[i:], *way[j:]]


def _with_directions(ways: list[Way]) -> list[Way]:
    known: list[Way] = []
    for way in ways:
        agreements = ((other.direction, _agreement(other.stops, way.stops)) for other in known)
        found = next(((direction, agreed) for direction, agreed in agreements if agreed), (0, 1))
        direction, agreed = found
        known.append(replace(way, direction=direction if agreed > 0 else 1 - direction))
    return known


def _agreement(one: Sequence[int], other: Sequence[int]) -> int:
    """Above 0 when common stops come in the same order, below 0 when they come the other way round."""
    place = {stop: i for i, stop in reversed(list(enumerate(one)))}
    common = [place[stop] for stop in other if stop in place]
    return sum((b > a) - (b < a) for a, b in pairwise(common))
