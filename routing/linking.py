"""Lay a timetable's stops on a road graph: walks between stops, meeting points, driving times."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from routing import hierarchy as car
from routing import walk_kernels
from routing.earth import EARTH_RADIUS_M, beeline_m
from routing.frontier import scratch
from routing.hierarchy import Hierarchy
from routing.kept_walks import kept_walks
from routing.links import BEELINE_FACTOR, FOOTPATH_LIMIT_M, UNREACHABLE_S, Links
from routing.progress import Progress, silent
from routing.roads import Mode, Positions, RoadGraph, locate
from routing.timetable import Timetable
from routing.walking import foot_ends, street_arrays, whole_metres

ONE_MEETING_M = 25
"""Stops on the same street no farther apart share a meeting point, for example both sides of the road."""

_THREADS = 2
_STOPS_AT_ONCE = 64


_Result = TypeVar("_Result")


class _Walks(NamedTuple):
    """Walks as columns: from, to (StopIdx), metres, is_beeline; all (n,)."""

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    metres: NDArray[np.int32]
    is_beeline: NDArray[np.uint8]


def link(
    timetable: Timetable,
    roads: RoadGraph | None,
    hierarchy: Hierarchy | None,
    progress: Progress = silent,
    *,
    timetable_name: str = "",
    roads_name: str = "",
    known: tuple[Timetable, Links] | None = None,
) -> Links:
    """Link a timetable and a road graph; the names are their snapshot folders'.

    Without `roads` every walk is a straight line and there are no meeting points. `hierarchy` must be
    that of `roads`; without it one is built. `known` is another timetable with its links to these very
    streets: what it has in common is not searched again, and the result is the same.
    """
    progress("Haltestellen auf dem Straßennetz suchen", 0.0)
    foot = _located(timetable, roads, Mode.FOOT)
    node_island, stop_island = _islands(roads, foot)
    walks = _walks(timetable, roads, foot, stop_island, known, progress)
    progress("Treffpunkte und Fahrzeiten berechnen", 0.6)
    stop_meeting, meetings = _meetings(roads, _located(timetable, roads, Mode.CAR))
    drive_s = _drive_matrix(roads, hierarchy, meetings, progress)
    node_stop_start, node_stop, node_stop_mm = _stops_at_nodes(roads, foot)
    progress("Haltestellen und Straßen verknüpft", 1.0)
    return Links(
        foot_edge=foot.edge,
        foot_fraction=foot.fraction,
        foot_off_mm=foot.off_mm,
        node_island=node_island,
        stop_island=stop_island,
        node_stop_start=node_stop_start,
        node_stop=node_stop,
        node_stop_mm=node_stop_mm,
        walk_start=np.searchsorted(walks.start, np.arange(timetable.n_stops + 1)).astype(np.int64),
        walk_to=walks.end,
        walk_m=walks.metres,
        walk_is_beeline=walks.is_beeline,
        stop_meeting=stop_meeting,
        meeting_edge=meetings.edge,
        meeting_fraction=meetings.fraction,
        meeting_off_mm=meetings.off_mm,
        drive_s=drive_s,
        timetable=timetable_name,
        roads=roads_name,
    )


def linked_anew_on_foot(timetable: Timetable, roads: RoadGraph, links: Links) -> Links:
    """`links` with the walks of a graph that has the same edges, some of them closed to feet.

    What the whole graph joins stays joined: no straight line stands in for a street that was closed.
    """
    foot = _located(timetable, roads, Mode.FOOT)
    start = np.repeat(np.arange(timetable.n_stops, dtype=np.int32), np.diff(links.walk_start))
    stored = _Walks(start, links.walk_to, links.walk_m, links.walk_is_beeline)
    beelines = _joined([_selected(stored, stored.is_beeline == 1), _within_stations(timetable)])
    walks = _shortest(_joined([_street_walks(roads, foot, silent), beelines]))
    node_stop_start, node_stop, node_stop_mm = _stops_at_nodes(roads, foot)
    return replace(
        links,
        foot_edge=foot.edge,
        foot_fraction=foot.fraction,
        foot_off_mm=foot.off_mm,
        node_stop_start=node_stop_start,
        node_stop=node_stop,
        node_stop_mm=node_stop_mm,
        walk_start=np.searchsorted(walks.start, np.arange(timetable.n_stops + 1)).astype(np.int64),
        walk_to=walks.end,
        walk_m=walks.metres,
        walk_is_beeline=walks.is_beeline,
    )


def _located(timetable: Timetable, roads: RoadGraph | None, mode: Mode) -> Positions:
    """Positions of all stops; stations, which nobody walks to, lie nowhere."""
    n_stops = timetable.n_stops
    edge, fraction, off_mm = np.full(n_stops, -1, np.int32), np.zeros(n_stops), np.zeros(n_stops, np.int32)
    if roads is not None:
        stops = np.flatnonzero(timetable.stop_is_station == 0)
        found = locate(roads, timetable.stop_lat[stops], timetable.stop_lon[stops], mode)
        edge[stops], fraction[stops], off_mm[stops] = found.edge, found.fraction, found.off_mm
    return Positions(edge, fraction, off_mm)


def _islands(roads: RoadGraph | None, foot: Positions) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """`Links.node_island` and `Links.stop_island`."""
    if roads is None:
        return np.empty(0, np.int32), np.full(len(foot), -1, np.int32)
    node_island = walk_kernels.foot_islands(
        roads.out_start, roads.edge_from, roads.edge_to, roads.edge_access, roads.edge_reverse
    )
    stop_island = np.where(foot.edge >= 0, node_island[roads.edge_from[foot.edge]], np.int32(-1))
    return node_island, stop_island


def _stops_at_nodes(
    roads: RoadGraph | None, foot: Positions
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """`Links.node_stop_start`, `node_stop` and `node_stop_mm`."""
    if roads is None:
        return np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.int32)
    stops = np.flatnonzero(foot.edge >= 0).astype(np.int32)
    nodes, mm = foot_ends(roads, Positions(foot.edge[stops], foot.fraction[stops], foot.off_mm[stops]))
    order = np.argsort(nodes.ravel(), kind="stable")
    start = np.searchsorted(nodes.ravel()[order], np.arange(roads.n_nodes + 1)).astype(np.int64)
    return start, np.repeat(stops, 2)[order], mm.ravel()[order]


def _walks(
    timetable: Timetable,
    roads: RoadGraph | None,
    foot: Positions,
    stop_island: NDArray[np.int32],
    known: tuple[Timetable, Links] | None,
    progress: Progress,
) -> _Walks:
    """Streets where they join two stops, else the straight line; within a station the shorter of both."""
    progress("Fußwege zwischen Haltestellen berechnen", 0.05)
    beeline = _beelines(timetable, stop_island)
    if known is None:
        streets = _street_walks(roads, foot, progress)
    else:
        kept = kept_walks(timetable, *known)
        there = _street_walks(roads, foot, progress, kept.again)
        back = there._replace(start=there.end, end=there.start)
        on_streets = np.zeros(len(kept.start), np.uint8)
        streets = _joined([_Walks(kept.start, kept.end, kept.metres, on_streets), there, back])
    return _shortest(_joined([streets, beeline, _within_stations(timetable)]))


def _street_walks(
    roads: RoadGraph | None, foot: Positions, progress: Progress, origins: NDArray[np.int32] | None = None
) -> _Walks:
    """From these stops (None: from all) to all others."""
    if roads is None:
        return _joined([])
    node_stop_start, node_stop, node_stop_mm = _stops_at_nodes(roads, foot)

    def walks_of(origins: NDArray[np.int32]) -> _Walks:
        work = scratch.sized(roads.n_nodes, roads.n_edges)
        start, end, mm = walk_kernels.walks_between_stops(
            *street_arrays(roads),
            roads.edge_from,
            node_stop_start,
            node_stop,
            node_stop_mm,
            foot.edge,
            foot.fraction,
            foot.off_mm,
            origins,
            FOOTPATH_LIMIT_M * 1000,
            work.dist,
            work.via,
            work.reached,
            work.heap,
        )
        return _Walks(start, end, whole_metres(mm), np.zeros(len(end), np.uint8))

    steps = _in_threads(walks_of, np.arange(len(foot), dtype=np.int32) if origins is None else origins)
    found: list[_Walks] = []
    for walks, fraction in steps:
        found.append(walks)
        progress("Fußwege zwischen Haltestellen berechnen", 0.05 + 0.5 * fraction)
    return _joined(found)


def _beelines(timetable: Timetable, stop_island: NDArray[np.int32]) -> _Walks:
    """Straight-line walks between all stops that no street joins."""
    stops = np.flatnonzero(timetable.stop_is_station == 0)
    near = _pairs_within(
        timetable.stop_lat[stops], timetable.stop_lon[stops], FOOTPATH_LIMIT_M / BEELINE_FACTOR
    )
    start, end = stops[near[:, 0]], stops[near[:, 1]]
    is_apart = (stop_island[start] < 0) | (stop_island[start] != stop_island[end])
    walks = _beeline_walks(timetable, start[is_apart], end[is_apart])
    return _selected(walks, walks.metres <= FOOTPATH_LIMIT_M)


def _within_stations(timetable: Timetable) -> _Walks:
    """Straight-line walks between all platforms of each station."""
    members: dict[int, list[int]] = {}
    for stop, station in enumerate(timetable.stop_parent.tolist()):
        if station >= 0 and not timetable.stop_is_station[stop]:
            members.setdefault(station, []).append(stop)
    pairs = [pair for platforms in members.values() for pair in itertools.permutations(platforms, 2)]
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    return _beeline_walks(timetable, ends[:, 0], ends[:, 1])


def _beeline_walks(timetable: Timetable, start: NDArray[np.int64], end: NDArray[np.int64]) -> _Walks:
    lat, lon = timetable.stop_lat, timetable.stop_lon
    # The lower stop first: the same bits of the same formula in both directions.
    low, high = np.minimum(start, end), np.maximum(start, end)
    metres = np.ceil(beeline_m(lat[low], lon[low], lat[high], lon[high]) * BEELINE_FACTOR)
    return _Walks(
        start.astype(np.int32),
        end.astype(np.int32),
        np.minimum(metres, FOOTPATH_LIMIT_M + 1).astype(np.int32),
        np.ones(len(start), np.uint8),
    )


def _pairs_within(lat: NDArray[np.float64], lon: NDArray[np.float64], limit_m: float) -> NDArray[np.int64]:
    """Pairs of indices (n, 2), both orders, of places no farther apart than `limit_m` in a straight line."""
    from scipy.spatial import cKDTree

    phi, theta = np.radians(lat), np.radians(lon)
    on_globe = np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], axis=1)
    tree = cKDTree(on_globe * EARTH_RADIUS_M)
    # The chord is never longer than the arc, so no pair is missed; `_beelines` measures exactly.
    pairs = tree.query_pairs(limit_m, output_type="ndarray").astype(np.int64).reshape(-1, 2)
    return np.concatenate([pairs, pairs[:, ::-1]])


def _joined(parts: list[_Walks]) -> _Walks:
    return _Walks(
        np.concatenate([np.empty(0, np.int32), *(part.start for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.end for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.metres for part in parts)]),
        np.concatenate([np.empty(0, np.uint8), *(part.is_beeline for part in parts)]),
    )


def _selected(walks: _Walks, rows: NDArray[np.bool_] | NDArray[np.int64]) -> _Walks:
    return _Walks(walks.start[rows], walks.end[rows], walks.metres[rows], walks.is_beeline[rows])


def _shortest(walks: _Walks) -> _Walks:
    """One walk for every pair of stops, streets before the straight line at equal length, sorted by pair."""
    walks = _selected(walks, walks.metres <= FOOTPATH_LIMIT_M)
    walks = _selected(walks, np.lexsort((walks.is_beeline, walks.metres, walks.end, walks.start)))
    is_first = np.ones(len(walks.start), np.bool_)
    is_first[1:] = (walks.start[1:] != walks.start[:-1]) | (walks.end[1:] != walks.end[:-1])
    return _selected(walks, is_first)


def _meetings(roads: RoadGraph | None, cars: Positions) -> tuple[NDArray[np.int32], Positions]:
    """`Links.stop_meeting` and the meeting points: along each street, one for all stops within ONE_MEETING_M."""
    stop_meeting = np.full(len(cars), -1, np.int32)
    firsts: list[int] = []
    if roads is not None:
        stops = np.flatnonzero(cars.edge >= 0)
        places = [
            walk_kernels.street_place(
                roads.edge_length_mm, roads.edge_reverse, int(cars.edge[stop]), float(cars.fraction[stop])
            )
            for stop in stops
        ]
        begun = (-1, 0)
        for (street, along), stop in sorted(zip(places, stops.tolist(), strict=True)):
            if street != begun[0] or along - begun[1] > ONE_MEETING_M * 1000:
                begun = street, along
                firsts.append(stop)
            stop_meeting[stop] = len(firsts) - 1
    return stop_meeting, Positions(cars.edge[firsts], cars.fraction[firsts], cars.off_mm[firsts])


def _drive_matrix(
    roads: RoadGraph | None, hierarchy: Hierarchy | None, meetings: Positions, progress: Progress
) -> NDArray[np.uint16]:
    n_meetings = len(meetings)
    drive_s = np.empty((n_meetings, n_meetings), np.uint16)
    if roads is None:
        return drive_s
    streets, contracted = roads, hierarchy or car.build(roads)
    targets = car.sweep_to(streets, contracted, meetings)

    def fill(rows: NDArray[np.int32]) -> None:
        doors = Positions(meetings.edge[rows], meetings.fraction[rows], meetings.off_mm[rows])
        seconds = car.door_drive_s(streets, contracted, doors, targets)
        drive_s[rows] = np.minimum(seconds, UNREACHABLE_S)

    for _, fraction in _in_threads(fill, np.arange(n_meetings, dtype=np.int32)):
        progress("Fahrzeiten zwischen Treffpunkten berechnen", 0.65 + 0.35 * fraction)
    return drive_s


def _in_threads(
    work: Callable[[NDArray[np.int32]], _Result], items: NDArray[np.int32]
) -> Iterator[tuple[_Result, float]]:
    """The results of `work` on slices of `items`, in order, each with the finished fraction."""
    slices = [items[first : first + _STOPS_AT_ONCE] for first in range(0, len(items), _STOPS_AT_ONCE)]
    with ThreadPoolExecutor(_THREADS) as threads:
        for done, result in enumerate(threads.map(work, slices), start=1):
            yield result, done / len(slices)
