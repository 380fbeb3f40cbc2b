"""What one on-demand service can promise for one query: from where to where, from which moments on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
        near = [(int(walk_s[stop]), stop) for stop in self._stops if walk_s[stop] >= 0]
        by_meeting: dict[float, tuple[int, int]] = {}
        for seconds, stop in sorted(near):
            by_meeting.setdefault(self._key(stop)[0], (stop, seconds))
        return list(by_meeting.values())[:NEAREST_HALTS]

    def between(self, begins: list[Halt], ends: list[Halt]) -> Iterator[Offer]:
        """From where the query begins to every halt and to the destination's door; from every halt to where it ends."""
        middle = [Halt(stop, stop, 0) for stop in self._stops]
        onward = [*middle, *(halt for halt in ends if halt.stop >= self._n_stops)]
        if begins and onward:
            yield self._offer(begins, onward, self._slots(BEGINS))
        if middle and ends:
            yield self._offer(middle, ends, self._slots(ENDS))

    @property
    def _n_stops(self) -> int:
        return self.asked.snapshot.timetable.n_stops

    @property
    def _stops(self) -> list[int]:
        """The platforms of the service where this party can get on and off."""
        stops = self.fleet.stops
        return [int(stop) for stop in stops[self.asked.stop_ok[stops] == 1]]

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

    def _offer(self, board: list[Halt], alight: list[Halt], slots: NDArray[np.int64]) -> Offer:
        fleet, party = self.fleet, self.asked.query.party
        on, off = [halt.stop for halt in board], [halt.stop for halt in alight]
        direct_s = self._direct_s(on, off)
        taker = demand_kernels.takers(
            fleet.nodes,
            np.array([self._is_open(i) for i in range(len(fleet.tours))], np.bool_),
            demand_kernels.Ways(*self._drives(on), *self._drives(off), direct_s),
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
        places = [np.array([halt.place for halt in side], np.int32) for side in (board, alight)]
        return Offer(fleet, places[0], places[1], direct_s, slots, taker)

    def _is_open(self, i: int) -> bool:
        """Whether a tour still takes people, and nobody is banned."""
        tour, query = self.fleet.tours[i].tour, self.asked.query
        if {tour.tour_id, tour.driver_id, tour.service_id} & query.banned:
            return False
        return tour.bookable_until_s is None or query.asked_s <= tour.bookable_until_s

    def _drives(self, places: list[int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(n_nodes, n_places) from the tours' nodes to halts or doors, and from them to the nodes."""
        fleet = self.fleet
        column = {stop: i for i, stop in enumerate(fleet.stops.tolist())}
        to = np.empty((len(fleet.nodes.free_s), len(places)), np.int32)
        back = np.empty_like(to)
        for i, place in enumerate(places):
            if place < self._n_stops:
                to[:, i], back[:, i] = (
                    times[:, column[place]] for times in (fleet.to_halts_s, fleet.from_halts_s)
                )
            else:
                door = self.doors[place].position
                to[:, i], back[:, i] = fleet.door_s(door)
        return to, back

    def _direct_s(self, on: list[int], off: list[int]) -> NDArray[np.int32]:
        """(n_on, n_off) int32, UNREACHABLE where there is no way or both are one place."""
        links, driving = self.asked.snapshot.links, self.fleet.driving
        meetings = [np.array([self._meeting(place) for place in places], np.int64) for places in (on, off)]
        between = links.drive_s[np.ix_(*meetings)].astype(np.int32)
        found = np.where(between >= UNREACHABLE_S, np.int32(UNREACHABLE), between)
        for i, place in enumerate(on):
            if place >= self._n_stops:
                found[i] = driving.onward_s(self.doors[place].position)[0, meetings[1]]
        for j, place in enumerate(off):
            if place >= self._n_stops:
                found[:, j] = driving.back_s(self.doors[place].position)[0, meetings[0]]
        for i, j in itertools.product(range(len(on)), range(len(off))):
            if on[i] >= self._n_stops and off[j] >= self._n_stops:
                doors_s = driving.between_s(self.doors[on[i]].position, self.doors[off[j]].position)
                found[i, j] = doors_s[0, 0]
        keys = [np.array([self._key(place) for place in places]) for places in (on, off)]
        found[(keys[0][:, None] == keys[1][None]).all(axis=2)] = UNREACHABLE
        return found

    def _meeting(self, place: int) -> int:
        """Of a stop; any for a door."""
        return int(self.asked.snapshot.links.stop_meeting[place]) if place < self._n_stops else 0

    def _key(self, place: int) -> tuple[float, float]:
        """What tells places apart: the meeting point of a stop, the coordinates of a door."""
        if place >= self._n_stops:
            door = self.doors[place].place
            return 1000 + door.lat, door.lon
        return float(self.asked.snapshot.links.stop_meeting[place]), -1000.0
