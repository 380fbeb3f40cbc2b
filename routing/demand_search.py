"""Journeys that begin or end with a vehicle on demand.

Everything that the services of a snapshot can promise for one query is written down as trips of two calls, one for
each pair of places and each moment at which some vehicle has time (`demand_kernels.takers`). The rounds ride them
beside the timetable. Where such a leg begins a journey it begins at a place of its own that no walk leads to, and
where it ends one it ends at such a place, so nobody rides on demand in the middle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing import demand_kernels, raptor, ties
from routing.asked import Asked
from routing.demand_fleet import ServiceFleet, drive_table
from routing.demand_kernels import NOBODY
from routing.demand_offers import BEGINS, ENDS, Door, Halt, Offer, Offers, doors
from routing.journey import Boarding, Journey, Leg, Place
from routing.legs import stop_place
from routing.query import LegKind
from routing.snapshot import window_base_s
from routing.tour import Request, insert
from routing.window import Window, calls_at_stops

IS_DEMAND = 8
"""Bit of `Window.board`, beside those of `routing.window`."""


def journeys(asked: Asked, others: list[Journey]) -> list[Journey]:
    """Those with a vehicle on demand that are best among themselves and `others`, the answer without them."""
    fleets = [fleet for fleet in asked.snapshot.on_demand.fleets.values() if fleet.tours]
    if not fleets or LegKind.DEMAND not in asked.query.kinds:
        return []
    return _better(asked, others, _valid(asked, fleets, frozenset()))


def _valid(asked: Asked, fleets: list[ServiceFleet], without: frozenset[tuple[str, int]]) -> list[Journey]:
    """No journey uses one service twice: where the best do, one of its two sides is left out, and then the other.

    `without` are (service, side) that are left out.
    """
    legs = _legs(asked, fleets, without)
    if not legs.offers:
        return []
    found = [one for one in raptor.journeys(asked, legs.rounds()) if one.uses_demand]
    twice = {service for one in found for service in _used_twice(one)}
    if not twice:
        return found
    service = min(twice)
    return [one for side in (BEGINS, ENDS) for one in _valid(asked, fleets, without | {(service, side)})]


def _used_twice(journey: Journey) -> Iterator[str]:
    used = [leg.promise.service_id for leg in journey.legs if leg.promise]
    yield from (service for service in set(used) if used.count(service) > 1)


def _better(asked: Asked, others: list[Journey], found: Iterable[Journey]) -> list[Journey]:
    """Those that nothing beats, one for each departure, arrival and number of vehicles that `others` do not have."""
    one_each: dict[tuple[int, int, int], Journey] = {}
    for journey in found:
        known = one_each.get(_criteria(journey))
        if known is None or journey.walk_s < known.walk_s:
            one_each[_criteria(journey)] = journey
    at_moment, arrive_by = asked.query.window_s == 0, asked.query.arrive_by
    keys: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for criteria in [*one_each, *map(_criteria, others)]:
        departure_s, arrival_s, vehicles = criteria
        keys[criteria] = (
            departure_s if not at_moment or arrive_by else 0,
            arrival_s if not at_moment or not arrive_by else 0,
            vehicles,
        )
    best = [one for one in keys if not any(_beats(keys[other], keys[one]) for other in keys)]
    best = [one for one in best if not any(_beats(other, one) for other in best)]
    taken = set(map(_criteria, others))
    return [one_each[one] for one in best if one not in taken]


def _criteria(journey: Journey) -> tuple[int, int, int]:
    return journey.departure_s, journey.arrival_s, journey.vehicles


def _beats(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return one != other and one[0] >= other[0] and one[1] <= other[1] and one[2] <= other[2]


def _legs(asked: Asked, fleets: list[ServiceFleet], without: frozenset[tuple[str, int]]) -> _Legs:
    """Everything that can be promised for a query."""
    n_stops, known_doors = asked.snapshot.timetable.n_stops, doors(asked)
    halts = [Halt(n_stops, n_stops, 0), Halt(n_stops + 1, n_stops + 1, 0)]
    found: list[Offer] = []
    for fleet in fleets:
        offers = Offers(asked, fleet, known_doors)
        near: tuple[list[Halt], list[Halt]] = ([], [])
        for end in (BEGINS, ENDS):
            if (fleet.service.service_id, end) in without:
                continue
            for stop, walk_s in offers.halts_near(end):
                if stop < n_stops:
                    halts.append(Halt(n_stops + len(halts), stop, walk_s))
                near[end].append(halts[-1] if stop < n_stops else halts[stop - n_stops])
        found += offers.between(*near)
    return _Legs(asked, known_doors, halts, [offer for offer in found if (offer.taker != NOBODY).any()])


@dataclass(frozen=True)
class _Legs:
    """All that is on offer for one query, ready to be searched."""

    asked: Asked
    doors: Mapping[int, Door]
    halts: list[Halt]
    offers: list[Offer]

    def rounds(self) -> raptor.OwnLegs:
        asked, n_stops = self.asked, self.asked.snapshot.timetable.n_stops
        n_places = n_stops + len(self.halts)
        access_s, egress_s = np.full(n_places, -1, np.int32), np.full(n_places, -1, np.int32)
        access_s[:n_stops] = asked.ends.origin.walk_s[:n_stops]
        egress_s[:n_stops] = asked.ends.destination.walk_s[:n_stops]
        stop_ok = np.concatenate((asked.stop_ok, np.ones(len(self.halts), np.uint8)))
        begins = {place for offer in self.offers for place in offer.board.tolist()}
        for halt in self.halts:
            (access_s if halt.place in begins else egress_s)[halt.place] = halt.walk_s
        return raptor.OwnLegs(
            self._window(n_places), access_s, egress_s, stop_ok, IS_DEMAND, self._leg, self._stop
        )

    def _window(self, n_places: int) -> Window:
        """One pattern for each pair, its trips the slots; `trip` of a row is the tour, `day` the offer."""
        base_s = window_base_s(self.asked.from_s)
        counts = [np.count_nonzero(offer.taker != NOBODY, axis=2) for offer in self.offers]
        n = sum(int(count.sum()) for count in counts)
        trip, day = np.empty(n, np.int32), np.empty(n, np.int32)
        times, trip_times = np.empty(2 * n, np.int32), np.empty((2 * n, 2), np.int32)
        stops, n_trips, first = [], [], 0
        for number, (offer, count) in enumerate(zip(self.offers, counts, strict=True)):
            on, off = np.nonzero(count)
            stops.append(np.stack((offer.board[on], offer.alight[off]), axis=1))
            n_trips.append(count[on, off])
            lasts_s = offer.fleet.service.longest_s(offer.direct_s)
            demand_kernels.lay_out(
                offer.taker, count, offer.slots - base_s, lasts_s, number, first, trip, day, times, trip_times
            )
            first += int(count.sum())
        return _two_call_window(
            np.concatenate(stops), np.concatenate(n_trips), trip, day, times, trip_times, n_places
        )

    def _stop(self, place: int) -> int:
        """The stop (or n_stops + door) that a place is."""
        n_stops = self.asked.snapshot.timetable.n_stops
        return place if place < n_stops else self.halts[place - n_stops].stop

    def _leg(self, vehicle: list[int], slack_s: int | None) -> Leg:
        """The leg of one of these vehicles, as `routing.ties` settles them, at stops and doors."""
        fleet = self.offers[vehicle[ties.DAY]].fleet
        tour = fleet.tours[vehicle[ties.TRIP]].tour
        origin, destination = (self._place(vehicle[side]) for side in (ties.BOARD_STOP, ties.ALIGHT_STOP))
        direct_s = vehicle[ties.ARR] - vehicle[ties.DEP] - fleet.service.longest_s(0)
        promise = fleet.service.promise(vehicle[ties.DEP], direct_s)
        drives = drive_table(
            self.asked.snapshot.streets,
            (tour.base, origin, destination, *(visit.place for visit in tour.visits)),
        )
        request = Request("", origin, destination, self.asked.query.party, promise)
        found = insert(tour, request, drives, self.asked.query.asked_s)
        return Leg(
            kind=LegKind.DEMAND,
            departure_s=promise.pickup_from_s,
            arrival_s=promise.dropoff_until_s,
            origin=origin,
            destination=destination,
            route=fleet.service.label,
            boarding=Boarding(
                tour.tour_id,
                found.pickup_at,
                found.dropoff_at - 1,
                found.schedule.sets_off_s[found.pickup_at],
                found.added_s,
            ),
            bookable_until_s=fleet.bookable_until_s(promise),
            slack_s=slack_s,
            promise=promise,
        )

    def _place(self, stop: int) -> Place:
        door = self.doors.get(stop)
        return stop_place(self.asked.snapshot, stop) if door is None else door.place


def _two_call_window(
    stops: NDArray[np.int32],
    n_trips: NDArray[np.int64],
    trip: NDArray[np.int32],
    day: NDArray[np.int32],
    times: NDArray[np.int32],
    trip_times: NDArray[np.int32],
    n_places: int,
) -> Window:
    """Patterns of two calls (n_patterns, 2), each with its trips one after the other in the columns."""
    n = len(n_trips)
    trip_start = np.concatenate(([0], np.cumsum(n_trips)))
    calls = stops.ravel().astype(np.int32)
    stop_start = np.arange(0, 2 * n + 1, 2, dtype=np.int32)
    at_start, at_pattern, at_pos = calls_at_stops(stop_start, calls, n_places)
    return Window(
        group=np.arange(n, dtype=np.int64),
        stop_start=stop_start,
        stops=calls,
        board=np.tile(np.array([IS_DEMAND, 0], np.uint8), n),
        alight=np.tile(np.array([0, 1], np.uint8), n),
        n_trips=n_trips.astype(np.int32),
        time_start=(2 * trip_start[:-1]).astype(np.int64),
        dep=times,
        arr=times,
        trip_times=trip_times,
        trip_start=trip_start[:-1].astype(np.int32),
        trip=trip,
        day=day,
        at_start=at_start,
        at_pattern=at_pattern,
        at_pos=at_pos,
    )
