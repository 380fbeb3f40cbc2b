"""Everything that on-demand services can promise for one query, tried out: every pair of places, moment, vehicle and order.

Shares nothing with the core but the frozen data classes; `tests.oracle` grows journeys from what this finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from routing.demand import DemandService
from routing.query import MAX_DEMAND_AHEAD_S, Party, Query
from routing.tour import Tour

DriveS = Callable[[object, object], int | None]


@dataclass(frozen=True)
class Meeting:
    """Where a vehicle meets the party: `name` in the oracle's hops, `place` on the streets, the walk from or to there."""

    name: int
    stop: int | None
    place: object
    walk_s: int = 0


@dataclass(frozen=True)
class Promised:
    """One ride that some vehicle of the service has time for."""

    board: int
    alight: int
    from_s: int
    until_s: int


@dataclass(frozen=True)
class Demand:
    """One service for one query; `spot` finds a visited place on the streets."""

    service: DemandService
    tours: tuple[Tour, ...]
    query: Query
    drive_s: DriveS
    spot: Callable[[object], object]

    def promised(
        self,
        begins: list[Meeting],
        ends: list[Meeting],
        halts: list[Meeting],
        is_same: Callable[[Meeting, Meeting], bool],
    ) -> Iterator[Promised]:
        pairs = [(a, b) for a in begins for b in [*halts, *(end for end in ends if end.stop is None)]]
        pairs += [(a, b) for a in halts for b in ends]
        for a, b in pairs:
            direct_s = self.drive_s(a.place, b.place)
            if direct_s is None or is_same(a, b):
                continue
            for moment_s in self._moments():
                until_s = moment_s + self.service.window_s + 60 + direct_s + self.service.detour_s
                if until_s <= self._span[1] and any(
                    self._fits(tour, a.place, b.place, moment_s, moment_s + 60 + direct_s, until_s)
                    for tour in self.tours
                ):
                    yield Promised(a.name, b.name, moment_s, until_s)

    @property
    def _span(self) -> tuple[int, int]:
        when = int(self.query.when.timestamp())
        ahead_s = self.query.window_s + MAX_DEMAND_AHEAD_S
        return (when - ahead_s, when) if self.query.arrive_by else (when, when + ahead_s)

    @property
    def _now_s(self) -> float:
        return 0 if self.query.booked_at is None else self.query.booked_at.timestamp()

    def _moments(self) -> Iterator[int]:
        for moment_s in range(self._span[0], self._span[1] + 1):
            asked_late = self.query.booked_at is not None and self._now_s > moment_s - self.service.lead_s
            if moment_s % self.service.step_s == 0 and not asked_late:
                yield moment_s

    def _fits(self, tour: Tour, a: object, b: object, from_s: int, there_s: int, until_s: int) -> bool:
        """Whether some order of a vehicle's stops takes the party along as well."""
        if {tour.tour_id, tour.driver_id, tour.service_id} & self.query.banned:
            return False
        if tour.bookable_until_s is not None and self._now_s > tour.bookable_until_s:
            return False
        old = [
            _Stop(v.is_pickup, self.spot(v.place), v.party, v.from_s, v.until_s, v.known_s, v.reached_s)
            for v in tour.visits
        ]
        as_it_is = self._driven(tour, old)
        if as_it_is is None:
            return False
        begun = sum(left_s < self._now_s for left_s in as_it_is)
        now_s = int(self._now_s)
        on = _Stop(True, a, self.query.party, from_s, from_s + self.service.window_s, now_s)
        off = _Stop(False, b, self.query.party, there_s, until_s, now_s)
        return any(
            self._driven(tour, [*old[:i], on, *old[i:j], off, *old[j:]]) is not None
            for i in range(begun, len(old) + 1)
            for j in range(i, len(old) + 1)
        )

    def _driven(self, tour: Tour, stops: list[_Stop]) -> list[int] | None:
        """When the vehicle sets off for each stop, as late as it may (-1: it did); None where anything does not hold."""
        left: list[int] = []
        here, free_s = self.spot(tour.base), tour.begins_s
        on_board = [0, 0, 0, 0]
        for stop in stops:
            way_s = self.drive_s(here, stop.place)
            if way_s is None:
                return None
            there_s = max(stop.from_s, way_s + max(free_s, stop.known_s))
            if stop.there_s is not None:
                there_s = stop.there_s
            elif there_s > stop.until_s:
                return None
            left.append(-1 if stop.there_s is not None else there_s - way_s)
            needs = stop.party.seats, stop.party.wheelchairs, stop.party.luggage, stop.party.bicycles
            on_board = [n + (m if stop.gets_on else -m) for n, m in zip(on_board, needs, strict=True)]
            room = tour.room.seats, tour.room.wheelchairs, tour.room.luggage, tour.room.bicycles
            if any(n > m for n, m in zip(on_board, room, strict=True)):
                return None
            here, free_s = stop.place, there_s + 60
        home_s = self.drive_s(here, self.spot(tour.base))
        return left if home_s is not None and free_s + home_s <= tour.ends_s else None


@dataclass(frozen=True)
class _Stop:
    gets_on: bool
    place: object
    party: Party
    from_s: int
    until_s: int
    known_s: int
    there_s: int | None = None
