"""How far the feet go: from a door to stops, from stops to a door, and from door to door."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing import walking
from routing.changes import walking_s
from routing.driving import Streets
from routing.earth import METRES_PER_DEGREE, beeline_m
from routing.links import BEELINE_FACTOR
from routing.query import Point, Query, StopRef
from routing.roads import Mode, Positions, RoadGraph, locate
from routing.timetable import StopIdx, Timetable


@dataclass(frozen=True)
class Walk:
    """One walk of whole seconds and metres."""

    seconds: int
    metres: int
    is_beeline: bool


@dataclass(frozen=True)
class Reach:
    """What can be walked to from one end of a query; walks are the same in both directions.

    walk_s      (n_stops + 2,) int32, -1 where nobody walks to; the door itself (place n_stops for the
                origin, n_stops + 1 for the destination) is 0 when the end is a point
    metres, is_beeline      (n_stops,) int32, uint8
    """

    walk_s: NDArray[np.int32]
    metres: NDArray[np.int32]
    is_beeline: NDArray[np.uint8]

    @property
    def places(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.walk_s >= 0)

    def walk_to(self, place: int) -> Walk:
        if place >= len(self.metres):
            return Walk(0, 0, False)
        return Walk(int(self.walk_s[place]), int(self.metres[place]), bool(self.is_beeline[place]))


def reach(streets: Streets, roads: RoadGraph | None, end: Point | StopRef, door: int, query: Query) -> Reach:
    """Stops within one walk of an end of the query; raises UnknownStop."""
    timetable = streets.timetable
    metres = np.full(timetable.n_stops, np.iinfo(np.int32).max, np.int32)
    beeline = np.zeros(timetable.n_stops, np.uint8)
    if isinstance(end, Point):
        _from_point(streets, roads, end, _limit_m(query), metres, beeline)
    else:
        for stop in platforms(timetable, end):
            _from_stop(streets, stop, metres, beeline)
    near = np.flatnonzero(metres <= _limit_m(query))
    walk_s = np.full(timetable.n_stops + 2, -1, np.int32)
    walk_s[near] = walking_s(metres[near], query.walk_speed_m_s)
    if isinstance(end, Point):
        walk_s[timetable.n_stops + door] = 0
    return Reach(walk_s, metres, beeline)


def platforms(timetable: Timetable, ref: StopRef) -> list[StopIdx]:
    """The stop itself, or every platform of a station; raises UnknownStop."""
    stop = timetable.stop(ref.stop_id)
    if not timetable.stop_is_station[stop]:
        return [stop]
    return [StopIdx(int(i)) for i in np.flatnonzero(timetable.stop_parent == stop)]


def direct_walk(streets: Streets, roads: RoadGraph | None, query: Query, origin: Reach) -> Walk | None:
    """The walk from origin to destination, None when longer than the longest walk.

    `origin` is what is reached from the origin.
    """
    ends = query.origin, query.destination
    if isinstance(ends[0], Point) and isinstance(ends[1], Point):
        return _point_to_point(streets, roads, ends[0], ends[1], query)
    if isinstance(ends[1], StopRef):
        goals = platforms(streets.timetable, ends[1])
        walks = [origin.walk_to(stop) for stop in goals if origin.walk_s[stop] >= 0]
    else:
        arrival = reach(streets, roads, ends[1], 1, query)
        starts = platforms(streets.timetable, ends[0]) if isinstance(ends[0], StopRef) else []
        walks = [arrival.walk_to(stop) for stop in starts if arrival.walk_s[stop] >= 0]
    return min(walks, key=lambda walk: walk.seconds, default=None)


def position(roads: RoadGraph, point: Point, mode: Mode) -> Positions:
    """One position, its edge -1 off the network."""
    return locate(roads, np.array([point.lat]), np.array([point.lon]), mode)


def _limit_m(query: Query) -> int:
    return math.floor(query.max_walk_s * query.walk_speed_m_s)


def _from_point(
    streets: Streets,
    roads: RoadGraph | None,
    point: Point,
    limit_m: int,
    metres: NDArray[np.int32],
    beeline: NDArray[np.uint8],
) -> None:
    timetable, links = streets.timetable, streets.links
    joined = np.zeros(timetable.n_stops, np.bool_)
    if roads is not None:
        place = position(roads, point, Mode.FOOT)
        stops, found_m = walking.walks_from(roads, links, place, limit_m)
        metres[stops] = found_m
        joined = walking.is_joined(roads, links, place)
    # No way is shorter than its difference in latitude, which is quickly compared.
    band = np.abs(timetable.stop_lat - point.lat) <= (limit_m + 1) / METRES_PER_DEGREE
    apart = np.flatnonzero(band & ~joined & (timetable.stop_is_station == 0))
    straight_m = beeline_m(point.lat, point.lon, timetable.stop_lat[apart], timetable.stop_lon[apart])
    straight_m = np.ceil(straight_m * BEELINE_FACTOR)
    near = straight_m <= limit_m
    metres[apart[near]] = straight_m[near].astype(np.int32)
    beeline[apart[near]] = 1
    here = (
        (timetable.stop_lat == point.lat)
        & (timetable.stop_lon == point.lon)
        & (timetable.stop_is_station == 0)
    )
    metres[here] = 0
    beeline[here] = 0


def _from_stop(
    streets: Streets, stop: StopIdx, metres: NDArray[np.int32], beeline: NDArray[np.uint8]
) -> None:
    links = streets.links
    walks = slice(links.walk_start[stop], links.walk_start[stop + 1])
    to, walk_m = links.walk_to[walks], links.walk_m[walks]
    shorter = walk_m < metres[to]
    metres[to[shorter]] = walk_m[shorter]
    beeline[to[shorter]] = links.walk_is_beeline[walks][shorter]
    metres[stop] = 0
    beeline[stop] = 0


def _point_to_point(
    streets: Streets, roads: RoadGraph | None, origin: Point, destination: Point, query: Query
) -> Walk | None:
    if (origin.lat, origin.lon) == (destination.lat, destination.lon):
        return Walk(0, 0, False)
    limit_m = _limit_m(query)
    metres: int | None = None
    is_beeline = True
    if roads is not None:
        one, other = position(roads, origin, Mode.FOOT), position(roads, destination, Mode.FOOT)
        is_beeline = not walking.is_joined_to(roads, streets.links, one, other)
        if not is_beeline:
            metres = walking.walk_between(roads, one, other, limit_m)
    if is_beeline:
        straight_m = beeline_m(origin.lat, origin.lon, destination.lat, destination.lon)
        metres = math.ceil(float(straight_m) * BEELINE_FACTOR)
    if metres is None or metres > limit_m:
        return None
    return Walk(math.ceil(metres / query.walk_speed_m_s), metres, is_beeline)
