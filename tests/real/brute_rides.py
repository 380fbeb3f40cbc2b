"""Every journey with a private ride and one or two vehicles, by trying them all with numpy.

The sentences of routing/README.md once more, independent of the core and its data structures: driving times
come from scipy's Dijkstra (between meeting points from `Links.drive_s`, which tests/real/test_ways.py holds
to the same), walks and changes from `tests.oracle`. A ride is tried with every departure and every order
of stops at all pairs of places at once. Times are whole UTC seconds; FAR_S stands for never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.links import UNREACHABLE_S
from routing.overlay import DEPARTURE_STEP_S, HALT_S, PROMISE_TOLERANCE_S, Ride, RideKind, RideStop
from routing.query import MAX_RIDE_JOURNEY_S, LegKind, Point, Query, StopRef
from routing.roads import Mode, Positions
from routing.snapshot import Snapshot
from routing.timetable import Timetable
from tests.oracle import DESTINATION, DOOR_OFF_STREET_MM, ORIGIN, Criteria, Found, Hop, Oracle
from tests.real.offers import OwnPlaces, where
from tests.real.pattern_trips import Changes, PatternTrips, by_stop, pattern_trips
from tests.real.ways import FAR_S, CarTimes, RealStreets

Seconds = NDArray[np.int64]
Indices = NDArray[np.int64]


A_RIDE = Hop("any", ORIGIN, DESTINATION, 0, 0, "any")


class Places(NamedTuple):
    """Where a rider may get on (or off), with the driving times to and from the rides' own places.

    stop    (n,) StopIdx, ORIGIN or DESTINATION
    at      (n,) the stop's meeting point, -1 at a door
    into_s  (n_own, n)
    out_s   (n, n_own)
    """

    stop: Indices
    at: Indices
    into_s: Seconds
    out_s: Seconds


class Boardings(NamedTuple):
    """One ride with one departure and one order of stops, at all pairs of places.

    pickup_s    (n_pickups,)
    dropoff_s   (n_pickups, n_dropoffs), FAR_S where it is impossible
    """

    ride: Ride
    pickup_s: Seconds
    dropoff_s: Seconds


@dataclass(frozen=True)
class First:
    """The origin left at `home_s` by one vehicle: at_stop_s (n_stops,) earliest arrivals, FAR_S elsewhere."""

    vehicle: str
    home_s: int
    at_stop_s: Seconds


@dataclass(frozen=True)
class Last:
    """One ride, departure and order of stops: (n_stops,) when it is boarded and then is at the destination."""

    ride_id: str
    pickup_s: Seconds
    home_s: Seconds


class Ground:
    """What stays the same for all queries: streets, meeting points and the rides' own places."""

    def __init__(self, snapshot: Snapshot, streets: RealStreets, own: OwnPlaces) -> None:
        assert snapshot.roads is not None
        self.snapshot, self.streets, self.own = snapshot, streets, own
        self.cars = CarTimes(snapshot.roads)
        self.meetings = snapshot.links.meetings
        between = snapshot.links.drive_s.astype(np.int64)
        self.meeting_to_meeting_s = np.where(between < UNREACHABLE_S, between, FAR_S)
        self.own_to_meeting_s = self.cars.between_s(own.positions, self.meetings)
        self.meeting_to_own_s = self.cars.between_s(self.meetings, own.positions)


class BruteRides:
    """One query."""

    def __init__(self, ground: Ground, rides: Iterable[Ride], query: Query) -> None:
        self.ground, self.query = ground, query
        snapshot = ground.snapshot
        self.timetable: Timetable = snapshot.timetable
        self.oracle = Oracle(
            self.timetable, snapshot.links, snapshot.roads, rides, query, streets=ground.streets
        )
        self.rides = [ride for ride in self.oracle.rides if ride.kind is RideKind.PRIVATE]
        when = int(query.when.timestamp())
        lasts_s = query.window_s + MAX_RIDE_JOURNEY_S
        self.from_s, self.until_s = (when - lasts_s, when) if query.arrive_by else (when, when + lasts_s)
        self.found: dict[Criteria, str] = {}
        """One way for each."""

    def pareto(self, max_vehicles: int) -> dict[Criteria, str]:
        """The complete set of journeys with a private ride and at most this many vehicles (1 or 2)."""
        self._direct()
        if max_vehicles > 1:
            self._onto_a_ride(self._first_rides)
            self._onto_a_ride(self._first_trips)
            self._onto_a_trip(self._first_rides)
        short = [c for c in self.found if not self.oracle.lasts_too_long(Found(c, (A_RIDE,)))]
        best = sorted(self.oracle.optimal(_undominated(short)))
        return {c: self.found[c] for c in best if c.arrival_s >= self.oracle.arrive_from_s}

    def _keep(self, departure_s: int, arrival_s: int, vehicles: int, told: str) -> None:
        self.found.setdefault(Criteria(departure_s, arrival_s, vehicles), told)

    def _leaves_in_time(self, departure_s: Seconds) -> NDArray[np.bool_]:
        return (departure_s >= self.from_s) & (departure_s <= min(self.oracle.leave_until_s, self.until_s))

    def _arrives_in_time(self, arrival_s: Seconds) -> NDArray[np.bool_]:
        return (arrival_s >= self.from_s) & (arrival_s <= self.until_s)

    # --- one vehicle -------------------------------------------------------------------------------

    def _direct(self) -> None:
        pickups, dropoffs = self._near_origin, self._near_destination
        walk_s = self._walk_s(pickups, self.oracle.access_s), self._walk_s(dropoffs, self.oracle.egress_s)
        for ride, pickup_s, dropoff_s in self._boardings(pickups, dropoffs, self._direct_drives):
            departure_s = np.broadcast_to((pickup_s - walk_s[0])[:, None], dropoff_s.shape)
            arrival_s = dropoff_s + walk_s[1][None, :]
            fits = self._leaves_in_time(departure_s) & self._arrives_in_time(arrival_s)
            fits &= arrival_s - departure_s <= MAX_RIDE_JOURNEY_S
            for pair in set(zip(departure_s[fits].tolist(), arrival_s[fits].tolist(), strict=True)):
                self._keep(*pair, 1, ride.ride_id)

    # --- two vehicles ------------------------------------------------------------------------------

    def _onto_a_ride(self, firsts: Iterable[First]) -> None:
        lasts = self._lasts
        if not lasts:
            return
        pickup_s, home_s = (
            np.stack([last.pickup_s for last in lasts]),
            np.stack([last.home_s for last in lasts]),
        )
        ids = np.array([last.ride_id for last in lasts])
        for first in firsts:
            can_board = self._changes.ready_s(first.at_stop_s)[None, :] <= pickup_s
            can_board[ids == first.vehicle] = False
            arrival_s = np.where(can_board, home_s, FAR_S).min(axis=1)
            if arrival_s.min() < FAR_S:
                told = f"{first.vehicle} → {ids[arrival_s.argmin()]}"
                self._keep(first.home_s, int(arrival_s.min()), 2, told)

    def _onto_a_trip(self, firsts: Iterable[First]) -> None:
        egress_s = by_stop(self.timetable, self.oracle.egress_s)
        patterns = [trips for trips in self._trips if (egress_s[trips.stops] < FAR_S).any()]
        for first in firsts:
            ready_s = self._changes.ready_s(first.at_stop_s)
            for trips in patterns:
                can_board = trips.may_board & (trips.departure_s >= ready_s[trips.stops])
                on_board = np.cumsum(can_board, axis=1) - can_board > 0
                arrival_s = trips.arrival_s + egress_s[trips.stops]
                fits = on_board & trips.may_alight & self._arrives_in_time(arrival_s)
                if fits.any():
                    told = f"{first.vehicle} → pattern {trips.pattern}"
                    self._keep(first.home_s, int(arrival_s[fits].min()), 2, told)

    @cached_property
    def _first_rides(self) -> list[First]:
        pickups, dropoffs = self._near_origin, self._anywhere
        walk_s = self._walk_s(pickups, self.oracle.access_s)
        best: dict[tuple[str, int], Seconds] = {}
        for ride, pickup_s, dropoff_s in self._boardings(pickups, dropoffs, self._drives_to_anywhere):
            departure_s = pickup_s - walk_s
            for row in np.flatnonzero(self._leaves_in_time(departure_s)):
                self._add(best, ride.ride_id, int(departure_s[row]), dropoffs.stop, dropoff_s[row])
        return _useful(best)

    @cached_property
    def _first_trips(self) -> list[First]:
        access_s = by_stop(self.timetable, self.oracle.access_s)
        best: dict[tuple[str, int], Seconds] = {}
        for trips in self._trips:
            departure_s = trips.departure_s - access_s[trips.stops]
            fits = self._leaves_in_time(departure_s) & trips.may_board
            for row, i in np.argwhere(fits).tolist():
                after = np.flatnonzero(trips.may_alight)
                after = after[after > i]
                vehicle = f"pattern {trips.pattern} trip {row}"
                arrival_s = trips.arrival_s[row, after]
                self._add(best, vehicle, int(departure_s[row, i]), trips.stops[after], arrival_s)
        return _useful(best)

    def _add(
        self,
        best: dict[tuple[str, int], Seconds],
        vehicle: str,
        home_s: int,
        stops: Indices,
        arrival_s: Seconds,
    ) -> None:
        """Earlier arrivals of one vehicle and one departure from home."""
        at_stop_s = best.setdefault((vehicle, home_s), np.full(self.timetable.n_stops, FAR_S, np.int64))
        np.minimum.at(at_stop_s, stops, arrival_s)

    @cached_property
    def _lasts(self) -> list[Last]:
        pickups, dropoffs = self._anywhere, self._near_destination
        walk_s = self._walk_s(dropoffs, self.oracle.egress_s)
        lasts = []
        for ride, pickup_s, dropoff_s in self._boardings(pickups, dropoffs, self._drives_from_anywhere):
            arrival_s = dropoff_s + walk_s[None, :]
            home_s = np.where(self._arrives_in_time(arrival_s), arrival_s, FAR_S).min(axis=1)
            if (home_s < FAR_S).any():
                all_pickups_s = np.full(self.timetable.n_stops, -FAR_S, np.int64)
                all_homes_s = np.full(self.timetable.n_stops, FAR_S, np.int64)
                all_pickups_s[pickups.stop], all_homes_s[pickups.stop] = pickup_s, home_s
                lasts.append(Last(ride.ride_id, all_pickups_s, all_homes_s))
        return lasts

    @cached_property
    def _changes(self) -> Changes:
        return Changes.of(self.oracle)

    @cached_property
    def _trips(self) -> list[PatternTrips]:
        if LegKind.TRANSIT not in self.query.kinds:
            return []
        return list(pattern_trips(self.oracle, self.from_s, self.until_s))

    # --- boarding a ride ---------------------------------------------------------------------------

    def _boardings(self, pickups: Places, dropoffs: Places, between_s: Seconds) -> Iterator[Boardings]:
        """Every possible use of every ride; between_s (n_pickups, n_dropoffs), FAR_S also at the same place."""
        for ride in self.rides:
            if ride.latest_arrival_s < self.from_s or ride.earliest_s > self.until_s:
                continue
            own = [self.ground.own.number[where(stop)] for stop in ride.stops]
            for a in range(len(own) - 1):
                for b in range(a, len(own) - 1):
                    if self.oracle.has_room(ride, a, b):
                        yield from self._in_order(ride, own, a, b, pickups, dropoffs, between_s)

    def _in_order(
        self,
        ride: Ride,
        own: list[int],
        a: int,
        b: int,
        pickups: Places,
        dropoffs: Places,
        between_s: Seconds,
    ) -> Iterator[Boardings]:
        """The rider gets on after stop a and off after stop b."""
        drives = self.ground.own.drive_s
        legs_s = [int(drives[x, y]) for x, y in pairwise(own)]
        into_s, off_out_s = pickups.into_s[own[a]][:, None], dropoffs.out_s[:, own[b + 1]][None, :]
        if a == b:
            middle_s = between_s
        else:
            on_s, off_s = pickups.out_s[:, own[a + 1]], dropoffs.into_s[own[b]]
            middle_s = on_s[:, None] + sum(legs_s[a + 1 : b]) + off_s[None, :]
        driving_s = sum(legs_s[:a]) + into_s + middle_s + off_out_s + sum(legs_s[b + 1 :])
        fits = driving_s <= int(drives[own[0], own[-1]]) + ride.budget_s
        fits &= between_s < FAR_S
        # Both can be reached and left without the other halt, which may open a turn that is closed.
        fits &= ((pickups.into_s[own[a]] < FAR_S) & (pickups.out_s[:, own[a + 1]] < FAR_S))[:, None]
        fits &= ((dropoffs.into_s[own[b]] < FAR_S) & (dropoffs.out_s[:, own[b + 1]] < FAR_S))[None, :]
        rows, columns = np.flatnonzero(fits.any(axis=1)), np.flatnonzero(fits.any(axis=0))
        if not len(rows):
            return
        chosen = np.ix_(rows, columns)
        for leaves_s in range(ride.earliest_s, ride.latest_s + 1, DEPARTURE_STEP_S):
            now_s = np.array([leaves_s], np.int64)
            for i in range(1, a + 1):
                now_s = _leave(ride.stops[i], now_s + legs_s[i - 1])
            pickup_s = now_s + pickups.into_s[own[a]][rows]
            if a == b:
                dropoff_s = pickup_s[:, None] + HALT_S + between_s[chosen]
            else:
                now_s = _leave(ride.stops[a + 1], pickup_s + HALT_S + pickups.out_s[rows, own[a + 1]])
                for i in range(a + 2, b + 1):
                    now_s = _leave(ride.stops[i], now_s + legs_s[i - 1])
                dropoff_s = now_s[:, None] + dropoffs.into_s[own[b]][columns][None, :]
            holds = fits[chosen] & self._keeps_the_rest(ride, own, b, dropoff_s, dropoffs, columns)
            if holds.any():
                all_pickups_s = np.full(len(pickups.stop), FAR_S, np.int64)
                all_pickups_s[rows] = pickup_s
                all_dropoffs_s = np.full(fits.shape, FAR_S, np.int64)
                all_dropoffs_s[chosen] = np.where(holds, dropoff_s, FAR_S)
                yield Boardings(ride, all_pickups_s, all_dropoffs_s)

    def _keeps_the_rest(
        self, ride: Ride, own: list[int], b: int, dropoff_s: Seconds, dropoffs: Places, columns: Indices
    ) -> NDArray[np.bool_]:
        """Whether the driver keeps every promise after the drop-off and the latest arrival."""
        now_s = dropoff_s + HALT_S + dropoffs.out_s[columns, own[b + 1]][None, :]
        for i in range(b + 1, len(own) - 1):
            now_s = _leave(ride.stops[i], now_s) + self.ground.own.drive_s[own[i], own[i + 1]]
        return now_s <= ride.latest_arrival_s

    # --- places ------------------------------------------------------------------------------------

    @cached_property
    def _near_origin(self) -> Places:
        return self._places([stop for stop in self.oracle.access_s if self._is_meeting(stop)], self._origin)

    @cached_property
    def _near_destination(self) -> Places:
        stops = [stop for stop in self.oracle.egress_s if self._is_meeting(stop)]
        return self._places(stops, self._destination)

    @cached_property
    def _anywhere(self) -> Places:
        return self._places([stop for stop in range(self.timetable.n_stops) if self._is_meeting(stop)], None)

    def _is_meeting(self, stop: int) -> bool:
        return self.oracle.is_usable(stop) and int(self.ground.snapshot.links.stop_meeting[stop]) >= 0

    @cached_property
    def _origin(self) -> tuple[int, Positions] | None:
        return self._door(self.query.origin, ORIGIN)

    @cached_property
    def _destination(self) -> tuple[int, Positions] | None:
        return self._door(self.query.destination, DESTINATION)

    def _door(self, end: Point | StopRef, name: int) -> tuple[int, Positions] | None:
        if isinstance(end, StopRef):
            return None
        spot = self.ground.streets.spot(end.lat, end.lon, Mode.CAR)
        if spot.edge < 0 or spot.off_mm > DOOR_OFF_STREET_MM:
            return None
        one = np.array([spot.edge], np.int32), np.array([spot.fraction]), np.array([spot.off_mm], np.int32)
        return name, Positions(*one)

    def _places(self, stops: list[int], door: tuple[int, Positions] | None) -> Places:
        ground = self.ground
        meeting = ground.snapshot.links.stop_meeting[np.array(stops, np.int64)].astype(np.int64)
        into_s, out_s = ground.own_to_meeting_s[:, meeting], ground.meeting_to_own_s[meeting]
        if door is not None:
            into_s = np.hstack((into_s, ground.cars.between_s(ground.own.positions, door[1])))
            out_s = np.vstack((out_s, ground.cars.between_s(door[1], ground.own.positions)))
            stops, meeting = [*stops, door[0]], np.append(meeting, -1)
        return Places(np.array(stops, np.int64), meeting, into_s, out_s)

    def _walk_s(self, places: Places, walks: dict[int, int]) -> Seconds:
        return np.array([walks[stop] if stop >= 0 else 0 for stop in places.stop.tolist()], np.int64)

    @cached_property
    def _direct_drives(self) -> Seconds:
        return self._drives(self._near_origin, self._near_destination)

    @cached_property
    def _drives_to_anywhere(self) -> Seconds:
        return self._drives(self._near_origin, self._anywhere)

    @cached_property
    def _drives_from_anywhere(self) -> Seconds:
        return self._drives(self._anywhere, self._near_destination)

    def _drives(self, pickups: Places, dropoffs: Places) -> Seconds:
        """(n_pickups, n_dropoffs), FAR_S between stops of one meeting point and between doors at one place."""
        ground = self.ground
        drives = np.full((len(pickups.stop), len(dropoffs.stop)), FAR_S, np.int64)
        on, off = pickups.at >= 0, dropoffs.at >= 0
        drives[np.ix_(on, off)] = ground.meeting_to_meeting_s[np.ix_(pickups.at[on], dropoffs.at[off])]
        drives[(pickups.at[:, None] == dropoffs.at[None, :]) & on[:, None]] = FAR_S
        if not on.all() and self._origin:
            drives[np.ix_(~on, off)] = ground.cars.between_s(self._origin[1], ground.meetings)[
                :, dropoffs.at[off]
            ]
        if not off.all() and self._destination:
            to_door_s = ground.cars.between_s(ground.meetings, self._destination[1])
            drives[np.ix_(on, ~off)] = to_door_s[pickups.at[on]]
        if not on.all() and not off.all() and self._origin and self._destination:
            drives[np.ix_(~on, ~off)] = self._door_to_door_s(self._origin[1], self._destination[1])
        return drives

    def _door_to_door_s(self, origin: Positions, destination: Positions) -> Seconds:
        a, b = self.query.origin, self.query.destination
        assert isinstance(a, Point) and isinstance(b, Point)
        if (a.lat, a.lon) == (b.lat, b.lon):
            return np.full((1, 1), FAR_S, np.int64)
        return self.ground.cars.between_s(origin, destination)


def _leave(stop: RideStop, reached_s: Seconds) -> Seconds:
    """When the driver leaves a promised stop, FAR_S when too late for a promise."""
    for promised_s in (stop.promised_pickup_s, stop.promised_dropoff_s):
        if promised_s is not None:
            reached_s = np.where(reached_s > promised_s + PROMISE_TOLERANCE_S, FAR_S, reached_s)
    return np.maximum(reached_s, stop.promised_pickup_s or 0) + HALT_S


def _useful(best: dict[tuple[str, int], Seconds]) -> list[First]:
    """Without those that another of the same vehicle, leaving home no earlier, equals at every stop."""
    by_vehicle: dict[str, list[First]] = defaultdict(list)
    for (vehicle, home_s), at_stop_s in sorted(best.items(), key=lambda item: -item[0][1]):
        kept = by_vehicle[vehicle]
        if not any((other.at_stop_s <= at_stop_s).all() for other in kept):
            kept.append(First(vehicle, home_s, at_stop_s))
    return [first for kept in by_vehicle.values() for first in kept]


def _undominated(criteria: list[Criteria]) -> list[Criteria]:
    """Fewer for `optimal` to compare: without those that another of as many vehicles beats at both ends."""
    kept: dict[int, list[Criteria]] = defaultdict(list)
    for c in sorted(criteria, key=lambda c: (-c.departure_s, c.arrival_s)):
        if not kept[c.vehicles] or c.arrival_s < kept[c.vehicles][-1].arrival_s:
            kept[c.vehicles].append(c)
    return [c for of_same in kept.values() for c in of_same]
