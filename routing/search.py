"""The door of the core: one question in, the complete answer out. `routing/README.md` says what that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing import raptor
from routing.access import Walk, direct_walk, position, reach
from routing.changes import Changes
from routing.journey import Journey
from routing.legs import Ends, journey_of, walk_journey
from routing.overlay import Ride, RideKind
from routing.query import MAX_JOURNEY_S, LegKind, Point, Query, StopRef
from routing.raptor import Problem, RawJourney
from routing.ride_net import DESTINATION_DOOR, ORIGIN_DOOR, RideNet, select
from routing.roads import Mode, Positions
from routing.snapshot import Snapshot, window_base_s
from routing.window import IS_RUFBUS, IS_TRANSIT

DOOR_OFF_STREET_MM = 100_000
"""A car comes to a door that is at most this far from a street; farther ones are not "at the door"."""

MOST_WATCHED_RIDES = 4
"""So many rides are watched for being boarded twice; see `_watch`."""

MOST_LAYERED_ENTRIES = 1_000_000
"""Every watched ride doubles the layers, and each layer tries every place of every ride: beyond this product
no more rides are watched, and a journey that boards an unwatched ride twice is dropped without looking for
what it may have hidden. Some hundred live rides with large budgets reach it."""


def search(snapshot: Snapshot, query: Query) -> list[Journey]:
    """All best journeys, without and with private rides, by departure and arrival.

    Raises UnknownStop. An empty list means that nothing leads there in time.
    """
    asked = _Asked.of(snapshot, query)
    watched: tuple[int, ...] = ()
    while True:
        found = list(asked.journeys(watched))
        twice = _boarded_twice(found, asked.overlay_rides)
        wider = _watch(watched, twice)
        layers = 1 + (1 << len(wider))
        if wider == watched or layers * asked.n_entries > MOST_LAYERED_ENTRIES:
            break
        watched = wider
    found = [journey for journey in found if not _boarded_twice([journey], asked.overlay_rides)]
    walks = [] if asked.walk is None else [walk_journey(snapshot, asked.ends, asked.walk)]
    return sorted(
        walks
        + _best(query, (j for j in found if not j.uses_private_ride))
        + _best(query, (j for j in found if j.uses_private_ride)),
        key=lambda j: (j.departure_s, j.arrival_s, j.vehicles, j.uses_private_ride),
    )


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


def _best(query: Query, journeys: Iterable[Journey]) -> list[Journey]:
    """The Pareto set of one class; of equal journeys the one with less walking, then the longer shortest change.

    Without a window all journeys leave (arrive) at the moment asked for, whatever their own departure.
    """

    def criteria(journey: Journey) -> tuple[int, int, int]:
        departure_s, arrival_s = journey.departure_s, journey.arrival_s
        if query.window_s == 0 and query.arrive_by:
            arrival_s = 0
        elif query.window_s == 0:
            departure_s = 0
        return -departure_s, arrival_s, journey.vehicles

    def shortest_change_s(journey: Journey) -> int:
        return min((leg.slack_s for leg in journey.legs if leg.slack_s is not None), default=0)

    kept: list[Journey] = []
    for journey in sorted(journeys, key=lambda j: (*criteria(j), j.walk_s, -shortest_change_s(j))):
        mine = criteria(journey)
        if not any(all(a <= b for a, b in zip(criteria(other), mine, strict=True)) for other in kept):
            kept.append(journey)
    return kept


@dataclass(frozen=True)
class _Asked:
    """One query against one snapshot: everything that does not depend on the direction of search."""

    snapshot: Snapshot
    query: Query
    ends: Ends
    usable: NDArray[np.bool_]
    from_s: int
    until_s: int
    """UTC seconds that no journey leaves before or ends after."""

    @classmethod
    def of(cls, snapshot: Snapshot, query: Query) -> _Asked:
        moment_s = int(query.when.timestamp())
        span_s = query.window_s + MAX_JOURNEY_S
        from_s, until_s = (moment_s - span_s, moment_s) if query.arrive_by else (moment_s, moment_s + span_s)
        streets, roads = snapshot.streets, snapshot.roads
        origin = reach(streets, roads, query.origin, ORIGIN_DOOR, query)
        destination = reach(streets, roads, query.destination, DESTINATION_DOOR, query)
        return cls(
            snapshot,
            query,
            Ends(query, origin, destination),
            _usable_rides(snapshot, query, from_s, until_s),
            from_s,
            until_s,
        )

    @property
    def overlay_rides(self) -> list[Ride]:
        return self.snapshot.overlay.rows.rides

    @property
    def n_entries(self) -> int:
        """How many places of usable rides the rounds can try."""
        return int(self.usable[self.snapshot.overlay.rows.ride].sum())

    @cached_property
    def usable_rides(self) -> list[Ride]:
        """The rides of every RideNet of this query, in its order."""
        return [self.overlay_rides[i] for i in np.flatnonzero(self.usable)]

    @cached_property
    def walk(self) -> Walk | None:
        """The walk from door to door."""
        return direct_walk(self.snapshot.streets, self.snapshot.roads, self.query, self.ends.origin)

    def journeys(self, watched: tuple[int, ...]) -> Iterable[Journey]:
        query, moment_s = self.query, int(self.query.when.timestamp())
        problem = self._problem(query.arrive_by, watched)
        latest_goal_s = problem.to_time(self.from_s if query.arrive_by else self.until_s)
        now_s = problem.to_time(moment_s)
        if query.window_s > 0:
            for raw in raptor.over_range(problem, now_s, now_s + query.window_s, latest_goal_s):
                yield self._journey(problem, raw)
            return
        other_way = self._problem(not query.arrive_by, watched)
        for raw in raptor.at_moment(problem, now_s, latest_goal_s, query.max_vehicles):
            yield self._tightened(problem, other_way, raw)

    def _tightened(self, problem: Problem, other_way: Problem, raw: RawJourney) -> Journey:
        """The journey that gives the same arrival with the same number of vehicles but leaves latest (and mirrored).

        Found by searching back from where the first search got to.
        """
        found = self._journey(problem, raw)
        goal_s = found.departure_s if problem.is_mirrored else found.arrival_s
        limit_s = other_way.to_time(int(self.query.when.timestamp()))
        answers = raptor.at_moment(other_way, other_way.to_time(goal_s), limit_s, len(raw.vehicles))
        same_class = [
            self._journey(other_way, answer) for answer in answers if (answer.layer > 0) == (raw.layer > 0)
        ]
        if problem.is_mirrored:
            return min([*same_class, found], key=lambda j: (j.arrival_s, j.walk_s))
        return min([*same_class, found], key=lambda j: (-j.departure_s, j.walk_s))

    def _journey(self, problem: Problem, raw: RawJourney) -> Journey:
        return journey_of(self.snapshot, self.ends, problem, self.usable_rides, self._changes(False), raw)

    def _changes(self, is_mirrored: bool) -> Changes:
        query = self.query
        return self.snapshot.changes(
            query.walk_speed_m_s, query.max_walk_s, query.transfer_slack_s, is_mirrored
        )

    def _problem(self, is_mirrored: bool, watched: tuple[int, ...]) -> Problem:
        query, snapshot = self.query, self.snapshot
        wheelchair = query.party.wheelchairs > 0
        impossible = (snapshot.timetable.stop_wheelchair == 2) & wheelchair
        stop_ok = np.where(impossible | (snapshot.timetable.stop_is_station == 1), 0, 1).astype(np.uint8)
        start, goal = self.ends.origin, self.ends.destination
        if is_mirrored:
            start, goal = goal, start
        walk = self.walk
        kinds = IS_TRANSIT * (LegKind.TRANSIT in query.kinds) | IS_RUFBUS * (LegKind.RUFBUS in query.kinds)
        return Problem(
            window=snapshot.window(self.from_s, self.until_s, wheelchair, is_mirrored),
            changes=self._changes(is_mirrored),
            rides=self._rides(stop_ok, watched),
            start=start,
            goal=goal,
            direct_s=-1 if walk is None else walk.seconds,
            base_s=window_base_s(self.from_s),
            is_mirrored=is_mirrored,
            kinds=kinds,
            stop_ok=stop_ok,
            max_vehicles=query.max_vehicles,
            trip_segments=snapshot.segments(self.from_s, self.until_s, wheelchair, is_mirrored),
            changes_back=self._changes(not is_mirrored),
        )

    def _rides(self, stop_ok: NDArray[np.uint8], watched: tuple[int, ...]) -> RideNet:
        query = self.query
        doors = [self._door(end) for end in (query.origin, query.destination)]
        net = select(
            self.snapshot.overlay,
            self.usable,
            query.party,
            doors[0],
            doors[1],
            _next_layer(self.overlay_rides, self.usable, watched),
            stop_ok,
        )
        if _same_point(query.origin, query.destination):
            return net._replace(door_to_door_s=raptor.NO_DRIVE_S)
        return net

    def _door(self, end: Point | StopRef) -> Positions | None:
        roads = self.snapshot.roads
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


def _next_layer(rides: list[Ride], usable: NDArray[np.bool_], watched: tuple[int, ...]) -> NDArray[np.int8]:
    """(n_rides, n_layers): layer 0 has used no private ride, layer 1 + bits those of `watched` whose bit is set."""
    is_private = np.array([ride.kind is RideKind.PRIVATE for ride in rides], dtype=np.bool_)
    if not (is_private & usable).any():
        return np.zeros((len(rides), 1), np.int8)
    layers = np.arange(1 + (1 << len(watched)), dtype=np.int8)
    table = np.tile(layers, (len(rides), 1))
    table[is_private, 0] = 1
    for bit, ride in enumerate(watched):
        used = np.maximum(layers - 1, 0)
        table[ride] = np.where(used & (1 << bit), -1, 1 + (used | (1 << bit)))
    return table
