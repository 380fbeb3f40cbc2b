"""Searching with private rides: which rides matter to a query, and which may be boarded twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing import ride_raptor
from routing.access import position
from routing.asked import Asked
from routing.journey import Journey
from routing.legs import journey_of
from routing.overlay import Ride, RideKind
from routing.query import MAX_RIDE_JOURNEY_S, LegKind, Point, Query, StopRef
from routing.ride_net import RideNet, select
from routing.ride_raptor import Problem, RawJourney
from routing.roads import Mode, Positions
from routing.snapshot import Snapshot, window_base_s

DOOR_OFF_STREET_MM = 100_000
"""A car comes to a door that is at most this far from a street; farther ones are not "at the door"."""

MOST_WATCHED_RIDES = 4
"""So many rides are watched for being boarded twice; see `_watch`."""

MOST_LAYERED_ENTRIES = 100_000
"""Every watched ride doubles the layers, and each layer tries every place of every ride: beyond this product
no more rides are watched, and a journey that boards an unwatched ride twice is dropped without looking for
what it may have hidden. A hundred live rides with large budgets reach it; watching them took minutes."""


def journeys(asked: Asked) -> list[Journey]:
    """Journeys with private rides, the best of them among all."""
    span_s = asked.query.window_s + MAX_RIDE_JOURNEY_S
    from_s = asked.moment_s - span_s if asked.query.arrive_by else asked.moment_s
    usable = _usable_rides(asked.snapshot, asked.query, from_s, from_s + span_s)
    if not (usable & (asked.snapshot.overlay.rows.kind == RideKind.PRIVATE)).any():
        return []
    rounds = _Rounds(asked, usable)
    watched: tuple[int, ...] = ()
    while True:
        found = list(rounds.journeys(watched))
        twice = _boarded_twice(found, rounds.overlay_rides)
        wider = _watch(watched, twice)
        layers = 1 + (1 << len(wider))
        if wider == watched or layers * rounds.n_entries > MOST_LAYERED_ENTRIES:
            break
        watched = wider
    return [journey for journey in found if not _boarded_twice([journey], rounds.overlay_rides)]


def _watch(watched: tuple[int, ...], twice: set[int]) -> tuple[int, ...]:
    """Which rides get layers of their own: a label then remembers whether its ride was used already.

    Only rides that a best journey boarded twice are watched (rare), so that the layers stay few.
    """
    new = sorted(twice - set(watched))
    return (*watched, *new)[:MOST_WATCHED_RIDES]


def _boarded_twice(journeys: Iterable[Journey], rides: list[Ride]) -> set[int]:
    index = {ride.ride_id: i for i, ride in enumerate(rides) if ride.kind is RideKind.PRIVATE}
    twice: set[int] = set()
    for journey in journeys:
        used = [leg.boarding.ride_id for leg in journey.legs if leg.boarding is not None]
        twice |= {index[ride_id] for ride_id in used if ride_id in index and used.count(ride_id) > 1}
    return twice


@dataclass(frozen=True)
class _Rounds:
    """The rounds of one query, in both directions."""

    asked: Asked
    usable: NDArray[np.bool_]

    @property
    def overlay_rides(self) -> list[Ride]:
        return self.asked.snapshot.overlay.rows.rides

    @property
    def n_entries(self) -> int:
        """How many places of usable rides the rounds can try."""
        return int(self.usable[self.asked.snapshot.overlay.rows.ride].sum())

    @cached_property
    def usable_rides(self) -> list[Ride]:
        """The rides of every RideNet of this query, in its order."""
        return [self.overlay_rides[i] for i in np.flatnonzero(self.usable)]

    def journeys(self, watched: tuple[int, ...]) -> Iterable[Journey]:
        query, moment_s = self.asked.query, self.asked.moment_s
        problem = self._problem(query.arrive_by, watched)
        latest_goal_s = problem.to_time(self.asked.from_s if query.arrive_by else self.asked.until_s)
        now_s = problem.to_time(moment_s)
        if query.window_s > 0:
            for raw in ride_raptor.over_range(problem, now_s, now_s + query.window_s, latest_goal_s):
                yield self._journey(problem, raw)
            return
        other_way = self._problem(not query.arrive_by, watched)
        for raw in ride_raptor.at_moment(problem, now_s, latest_goal_s, query.max_vehicles):
            yield self._tightened(problem, other_way, raw)

    def _tightened(self, problem: Problem, other_way: Problem, raw: RawJourney) -> Journey:
        """The journey that gives the same arrival with the same number of vehicles but leaves latest (and mirrored).

        Found by searching back from where the first search got to.
        """
        found = self._journey(problem, raw)
        goal_s = found.departure_s if problem.is_mirrored else found.arrival_s
        limit_s = other_way.to_time(self.asked.moment_s)
        answers = ride_raptor.at_moment(other_way, other_way.to_time(goal_s), limit_s, len(raw.vehicles))
        ways = [*(self._journey(other_way, answer) for answer in answers), found]
        if problem.is_mirrored:
            return min(ways, key=lambda j: (j.arrival_s, j.walk_s))
        return min(ways, key=lambda j: (-j.departure_s, j.walk_s))

    def _journey(self, problem: Problem, raw: RawJourney) -> Journey:
        return journey_of(
            self.asked.snapshot, self.asked.ends, problem, self.usable_rides, self.asked.changes(False), raw
        )

    def _problem(self, is_mirrored: bool, watched: tuple[int, ...]) -> Problem:
        asked, snapshot = self.asked, self.asked.snapshot
        start, goal = asked.ends.origin, asked.ends.destination
        if is_mirrored:
            start, goal = goal, start
        of_window = asked.from_s, asked.until_s, asked.wheelchair, is_mirrored
        return Problem(
            window=snapshot.window(*of_window),
            changes=asked.changes(is_mirrored),
            rides=self._rides(watched),
            start=start,
            goal=goal,
            base_s=window_base_s(asked.from_s),
            is_mirrored=is_mirrored,
            kinds=asked.kinds,
            stop_ok=asked.stop_ok,
            max_vehicles=asked.query.max_vehicles,
            trip_segments=snapshot.segments(*of_window),
            changes_back=asked.changes(not is_mirrored),
        )

    def _rides(self, watched: tuple[int, ...]) -> RideNet:
        query = self.asked.query
        doors = [self._door(end) for end in (query.origin, query.destination)]
        net = select(
            self.asked.snapshot.overlay,
            self.usable,
            query.party,
            doors[0],
            doors[1],
            _next_layer(self.overlay_rides, watched),
            self.asked.stop_ok,
        )
        if _same_point(query.origin, query.destination):
            return net._replace(door_to_door_s=ride_raptor.NO_DRIVE_S)
        return net

    def _door(self, end: Point | StopRef) -> Positions | None:
        roads = self.asked.snapshot.roads
        if roads is None or isinstance(end, StopRef):
            return None
        place = position(roads, end, Mode.CAR)
        return place if place.edge[0] >= 0 and place.off_mm[0] <= DOOR_OFF_STREET_MM else None


def _same_point(origin: Point | StopRef, destination: Point | StopRef) -> bool:
    return (
        isinstance(origin, Point)
        and isinstance(destination, Point)
        and (origin.lat, origin.lon) == (destination.lat, destination.lon)
    )


def _usable_rides(snapshot: Snapshot, query: Query, from_s: int, until_s: int) -> NDArray[np.bool_]:
    """(n_rides,) rides of an asked-for kind that can still be booked, are not banned and move in time."""
    rows = snapshot.overlay.rows
    is_run = rows.kind == RideKind.RUN
    usable = np.where(is_run, LegKind.BUERGERBUS in query.kinds, LegKind.RIDE in query.kinds)
    usable &= (rows.last_clock >= from_s) & (rows.earliest <= until_s)
    if query.booked_at is not None:
        usable &= rows.bookable_until >= query.booked_at.timestamp()
    if query.banned:
        usable &= np.array(
            [not {ride.ride_id, ride.driver_id} & query.banned for ride in rows.rides], dtype=np.bool_
        )
    return usable


def _next_layer(rides: list[Ride], watched: tuple[int, ...]) -> NDArray[np.int8]:
    """(n_rides, n_layers): layer 0 has used no private ride, layer 1 + bits those of `watched` whose bit is set."""
    is_private = np.array([ride.kind is RideKind.PRIVATE for ride in rides], dtype=np.bool_)
    layers = np.arange(1 + (1 << len(watched)), dtype=np.int8)
    table = np.tile(layers, (len(rides), 1))
    table[is_private, 0] = 1
    for bit, ride in enumerate(watched):
        used = np.maximum(layers - 1, 0)
        table[ride] = np.where(used & (1 << bit), -1, 1 + (used | (1 << bit)))
    return table
