"""What one on-demand service can promise for one query: from where to where, from which moments on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing import demand_kernels
from routing.access import position
from routing.asked import Asked
from routing.demand_fleet import ServiceFleet
from routing.hierarchy import UNREACHABLE
from routing.journey import Place
from routing.links import UNREACHABLE_S
from routing.query import MAX_DEMAND_AHEAD_S, Point
from routing.ride_clocks import DESTINATION_DOOR, ORIGIN_DOOR
from routing.ride_search import DOOR_OFF_STREET_MM
from routing.roads import Mode, Positions

NEAREST_HALTS = 3
"""So many of a service's halts near an end of the query are looked at where the vehicle does not come to its door."""
BEGINS, ENDS = 0, 1
"""Which end of a journey a vehicle on demand serves."""


class Halt(NamedTuple):
    """Where an end of the query meets a vehicle: `stop` is a StopIdx, or n_stops + door; `place` is its number among
    the places of the search, which nobody walks to or from but from or to that end.
    """

    place: int
    stop: int
    walk_s: int


class Places(NamedTuple):
    """(n_places,) int32: `place` and `stop` of several `Halt`s."""

    place: NDArray[np.int32]
    stop: NDArray[np.int32]


@dataclass(frozen=True)
class Door:
    """An end of the query to which a car comes."""

    place: Place
    position: Positions


@dataclass(frozen=True)
class Offer:
    """What one service offers between some places.

    board, alight       (n_board,), (n_alight,) int32 places of the search
    direct_s            (n_board, n_alight) int32 the direct drive
    slots               (n_slots,) int64 UTC seconds from which a pick-up is promised
    taker               (n_board, n_alight, n_slots) int32 tour of the fleet, or NOBODY
    """

    fleet: ServiceFleet
    board: NDArray[np.int32]
    alight: NDArray[np.int32]
    direct_s: NDArray[np.int32]
    slots: NDArray[np.int64]
    taker: NDArray[np.int32]


def doors(asked: Asked) -> dict[int, Door]:
    """The ends of the query to which a car comes, by n_stops + door."""
    roads, n_stops = asked.snapshot.roads, asked.snapshot.timetable.n_stops
    found: dict[int, Door] = {}
    for door, end in ((ORIGIN_DOOR, asked.query.origin), (DESTINATION_DOOR, asked.query.destination)):
        if roads is None or not isinstance(end, Point):
            continue
        at = position(roads, end, Mode.CAR)
        if at.edge[0] >= 0 and at.off_mm[0] <= DOOR_OFF_STREET_MM:
            found[n_stops + door] = Door(Place(end.name, end.lat, end.lon), at)
    return found


@dataclass(frozen=True)
class Offers:
    """One service for one query."""

    asked: Asked
    fleet: ServiceFleet
    doors: Mapping[int, Door]

    def halts_near(self, end: int) -> list[tuple[int, int]]:
        """(stop or n_stops + door, walk) at one end of the query: its door if the vehicle comes there, else the nearest
        halts, one for each meeting point.
        """
        place = self._n_stops + (ORIGIN_DOOR, DESTINATION_DOOR)[end]
        door = self.doors.get(place)
        if door is not None and self.fleet.service.halts_at(door.place):
            return [(place, 0)]
        walk_s = (self.asked.ends.origin, self.asked.ends.destination)[end].walk_s
        near = self._stops[walk_s[self._stops] >= 0]
        by_meeting: dict[int, tuple[int, int]] = {}
        for stop in near[np.lexsort((near, walk_s[near]))].tolist():
            if len(by_meeting) == NEAREST_HALTS:
                break
            meeting = int(self.asked.snapshot.links.stop_meeting[stop])
            by_meeting.setdefault(meeting, (stop, int(walk_s[stop])))
        return list(by_meeting.values())

    def between(self, begins: list[Halt], ends: list[Halt]) -> Iterator[Offer]:
        """From where the query begins to every halt and to the destination's door; from every halt to where it ends."""
        from_home, middle, home = _places(begins), Places(self._stops, self._stops), _places(ends)
        at_door = home.stop >= self._n_stops
        onward = Places(*(np.append(all_, own[at_door]) for all_, own in zip(middle, home, strict=True)))
        if len(from_home.stop) and len(onward.stop):
            yield self._offer(from_home, onward, self._slots(BEGINS))
        if len(middle.stop) and len(home.stop):
            yield self._offer(middle, home, self._slots(ENDS))

    @property
    def _n_stops(self) -> int:
        return self.asked.snapshot.timetable.n_stops

    @cached_property
    def _stops(self) -> NDArray[np.int32]:
        """The platforms of the service where this party can get on and off."""
        stops = self.fleet.stops
        usable: NDArray[np.int32] = stops[self.asked.stop_ok[stops] == 1]
        return usable

    @property
    def _span(self) -> tuple[int, int]:
        """Vehicles on demand come and have arrived within this."""
        moment_s, ahead_s = self.asked.moment_s, self.asked.query.window_s + MAX_DEMAND_AHEAD_S
        return (
            (moment_s - ahead_s, moment_s) if self.asked.query.arrive_by else (moment_s, moment_s + ahead_s)
        )

    def _slots(self, end: int) -> NDArray[np.int64]:
        query, service = self.asked.query, self.fleet.service
        first_s, last_s = self._span
        if query.booked_at is not None:
            first_s = max(first_s, query.asked_s + service.lead_s)
        if (
            end == BEGINS and query.window_s and not query.arrive_by
        ):  # whoever begins so leaves within the window
            last_s = min(last_s, self.asked.moment_s + query.window_s + query.max_walk_s)
        step_s = service.step_s
        return np.arange(-(-first_s // step_s) * step_s, last_s + 1, step_s, dtype=np.int64)

    def _offer(self, board: Places, alight: Places, slots: NDArray[np.int64]) -> Offer:
        fleet, party = self.fleet, self.asked.query.party
        direct_s = self._direct_s(board.stop, alight.stop)
        taker = demand_kernels.takers(
            fleet.nodes,
            np.array([self._is_open(i) for i in range(len(fleet.tours))], np.bool_),
            demand_kernels.Ways(*self._drives(board.stop), *self._drives(alight.stop), direct_s),
            demand_kernels.Terms(
                np.array([party.seats, party.wheelchairs, party.luggage, party.bicycles], np.int32),
                fleet.service.window_s,
                fleet.service.detour_s,
                self.asked.query.asked_s,
                self._span[1],
                int(slots[0]) if len(slots) else 0,
                fleet.service.step_s,
            ),
            len(slots),
        )
        return Offer(fleet, board.place, alight.place, direct_s, slots, taker)

    def _is_open(self, i: int) -> bool:
        """Whether a tour still takes people, and nobody is banned."""
        tour, query = self.fleet.tours[i].tour, self.asked.query
        if {tour.tour_id, tour.driver_id, tour.service_id} & query.banned:
            return False
        return tour.bookable_until_s is None or query.asked_s <= tour.bookable_until_s

    def _drives(self, stops: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(n_nodes, n_places) from the tours' nodes to halts and, behind them, doors, and from them to the nodes."""
        fleet = self.fleet
        columns = np.searchsorted(fleet.stops, stops[stops < self._n_stops])
        tables = [fleet.to_halts_s, fleet.from_halts_s]
        if len(columns) < len(fleet.stops):
            tables = [np.take(table, columns, axis=1) for table in tables]
        for door in stops[stops >= self._n_stops].tolist():
            ways = fleet.door_s(self.doors[door].position)
            tables = [np.column_stack((table, way)) for table, way in zip(tables, ways, strict=True)]
        to, back = (np.ascontiguousarray(table, np.int32) for table in tables)
        return to, back

    def _direct_s(self, on: NDArray[np.int32], off: NDArray[np.int32]) -> NDArray[np.int32]:
        """(n_on, n_off) int32, UNREACHABLE where there is no way or both are one place."""
        links, driving = self.asked.snapshot.links, self.fleet.driving
        found = np.full((len(on), len(off)), UNREACHABLE, np.int32)
        rows, columns = (np.flatnonzero(stops < self._n_stops) for stops in (on, off))
        from_, to = links.stop_meeting[on[rows]], links.stop_meeting[off[columns]]
        between = links.drive_s[np.ix_(from_, to)].astype(np.int32)
        is_none = (between >= UNREACHABLE_S) | (from_[:, None] == to[None])
        found[np.ix_(rows, columns)] = np.where(is_none, np.int32(UNREACHABLE), between)
        doors_on, doors_off = (
            {i: self.doors[int(stops[i])] for i in np.flatnonzero(stops >= self._n_stops).tolist()}
            for stops in (on, off)
        )
        for i, door in doors_on.items():
            found[i, columns] = driving.onward_s(door.position)[0, to]
        for j, door in doors_off.items():
            found[rows, j] = driving.back_s(door.position)[0, from_]
        for (i, a), (j, b) in itertools.product(doors_on.items(), doors_off.items()):
            if (a.place.lat, a.place.lon) != (b.place.lat, b.place.lon):
                found[i, j] = driving.between_s(a.position, b.position)[0, 0]
        return found


def _places(halts: list[Halt]) -> Places:
    columns = np.array([(halt.place, halt.stop) for halt in halts], np.int32).reshape(-1, 2)
    return Places(columns[:, 0], columns[:, 1])
