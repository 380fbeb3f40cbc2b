"""The search with private rides: the rounds of `routing.raptor` with rides inside.

Round k finds where k vehicles lead. From every place where somebody got ready in round k - 1 it takes

1. the rides and runs that can be boarded there (each to every place it can drop off at),
2. the timetable patterns that call there (each scanned once, always on the first trip caught),
3. from everywhere reached so, the walks and changes to places where one is ready for round k + 1.

A range query leaves at each *moment worth leaving at*, the latest first, and keeps all labels
(range-RAPTOR): a journey counts only if it is better than everything that leaves later. Labels with
a private ride live in a layer of their own, and only they reach the goal: journeys without are found
by `routing.raptor`. Further layers watch rides that would otherwise be boarded twice.

Arrive-by is the same search in the mirrored world: times negated, patterns reversed, ends swapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing import ride_kernels
from routing.access import Reach
from routing.bounds import Segments, least_s
from routing.changes import Changes
from routing.query import MAX_RIDE_JOURNEY_S
from routing.ride_net import DESTINATION_DOOR, ORIGIN_DOOR, RideNet
from routing.window import Window

NO_DRIVE_S = ride_kernels.FAR_S


class State(NamedTuple):
    """Scratch of one search, by round, layer and place (stops, then the two doors).

    ready           (n_rounds, n_layers, n_places) int64 label: ready to board after that many vehicles
    by_vehicle      the same: off the vehicle of that round
    bound, ready_bound      the best of both so far with that many vehicles or fewer
    parent          (…, N_COLUMNS) int64 and changed_from (…) int32: how a label came about
    goal, goal_from (n_rounds, n_layers) int64: best arrival at the goal, and the last stop on its way
    limit           (n_layers,) int64 label that is of no use any more at the goal in this round
    next_limit      (n_layers,) the same for what still needs a vehicle
    egress          (n_places,) int64 label: the walk to the goal, endless without one
    least           (n_places,) int64 label: what it takes at least from there to the goal (`routing.bounds`)
    ride_best       int64 clocks, see `ride_kernels.best_by_ride`
    marked, is_marked, n_marked, arrived, is_arrived, n_arrived: places touched in this round, by layer
    is_queued, ride_queue   (n_rides,): rides to be tried in this round
    tried, tried_clock, tried_departure, kept, kept_departure   (most entries of a ride,): boardings of one ride
    from_pos, queue (n_patterns,) int32: where to begin scanning a pattern, -1 not at all
    """

    ready: NDArray[np.int64]
    ready_bound: NDArray[np.int64]
    by_vehicle: NDArray[np.int64]
    bound: NDArray[np.int64]
    parent: NDArray[np.int64]
    changed_from: NDArray[np.int32]
    goal: NDArray[np.int64]
    goal_from: NDArray[np.int64]
    limit: NDArray[np.int64]
    next_limit: NDArray[np.int64]
    egress: NDArray[np.int64]
    least: NDArray[np.int64]
    ride_best: NDArray[np.int64]
    marked: NDArray[np.int32]
    is_marked: NDArray[np.uint8]
    n_marked: NDArray[np.int64]
    arrived: NDArray[np.int32]
    is_arrived: NDArray[np.uint8]
    n_arrived: NDArray[np.int64]
    is_queued: NDArray[np.uint8]
    ride_queue: NDArray[np.int32]
    tried: NDArray[np.int64]
    tried_clock: NDArray[np.int64]
    tried_departure: NDArray[np.int64]
    kept: NDArray[np.int64]
    kept_departure: NDArray[np.int64]
    from_pos: NDArray[np.int32]
    queue: NDArray[np.int32]


@dataclass(frozen=True)
class Problem:
    """One direction of one query, everything the kernels need; times as in `routing.ride_kernels`."""

    window: Window
    changes: Changes
    rides: RideNet
    start: Reach
    goal: Reach
    base_s: int
    is_mirrored: bool
    kinds: int
    """Window bits that may be boarded."""
    stop_ok: NDArray[np.uint8]
    max_vehicles: int
    trip_segments: Segments
    changes_back: Changes
    """The changes of this direction, found from their end."""

    @property
    def n_stops(self) -> int:
        return len(self.stop_ok)

    @property
    def board_mask(self) -> int:
        return 1 if self.is_mirrored else self.kinds

    @property
    def alight_mask(self) -> int:
        return self.kinds if self.is_mirrored else 1

    @property
    def egress_s(self) -> NDArray[np.int32]:
        """Walks to the goal by place; somebody who is at the start's door has not been driven to the goal."""
        egress_s = self.goal.walk_s.copy()
        egress_s[self.n_stops + (DESTINATION_DOOR if self.is_mirrored else ORIGIN_DOOR)] = -1
        return egress_s

    @cached_property
    def least_s(self) -> NDArray[np.int64]:
        """(n_places,) seconds to the goal at the very least."""
        return least_s(self.trip_segments, self.changes_back, self.rides, self.egress_s, self.is_mirrored)

    @cached_property
    def ride_best(self) -> NDArray[np.int64]:
        best: NDArray[np.int64] = ride_kernels.best_by_ride(
            self.rides, self.least_s, -1 if self.is_mirrored else 1
        )
        return best

    def to_time(self, clock_s: int) -> int:
        """UTC seconds → seconds of this search."""
        return self.base_s - clock_s if self.is_mirrored else clock_s - self.base_s


class RawJourney(NamedTuple):
    """Rows of `kernels` for one journey, in the order of travel; times in the search's own seconds."""

    moment_s: int
    goal_label: int
    vehicles: NDArray[np.int64]


def at_moment(problem: Problem, moment_s: int, latest_goal_s: int, max_vehicles: int) -> list[RawJourney]:
    """Leave at one moment, waiting for anything: best arrivals per number of vehicles and layer."""
    places = problem.start.places
    moments = np.empty((len(places), 2), np.int64)
    moments[:, 0] = moment_s
    moments[:, 1] = places
    return _run(problem, moments, False, latest_goal_s, max_vehicles)


def over_range(problem: Problem, first_s: int, last_s: int, latest_goal_s: int) -> list[RawJourney]:
    """Leave at any moment of [first_s, last_s]: every journey that is better than all that leave later."""
    places, walk_s = problem.start.places, problem.start.walk_s
    sign = -1 if problem.is_mirrored else 1
    stops = places[places < problem.n_stops]
    found = np.concatenate(
        (
            ride_kernels.trip_moments(
                problem.window, stops, walk_s, problem.board_mask, problem.stop_ok, first_s, last_s
            ),
            ride_kernels.ride_moments(
                problem.rides, places, walk_s, sign, problem.base_s, first_s, last_s, problem.n_stops
            ),
        )
    )
    moments = np.ascontiguousarray(np.unique(found, axis=0)[::-1])
    return _run(problem, moments, True, latest_goal_s, problem.max_vehicles)


def _run(
    problem: Problem,
    moments: NDArray[np.int64],
    is_tight: bool,
    latest_goal_s: int,
    max_vehicles: int,
) -> list[RawJourney]:
    n_layers = problem.rides.next_layer.shape[1]
    rows = ride_kernels.search_moments(
        problem.window,
        problem.changes,
        problem.rides,
        _fresh_state(problem, max_vehicles + 1, n_layers, latest_goal_s),
        moments,
        MAX_RIDE_JOURNEY_S,
        problem.start.walk_s,
        is_tight,
        problem.is_mirrored,
        problem.base_s,
        problem.n_stops,
        problem.board_mask,
        problem.alight_mask,
        problem.stop_ok,
    )
    return list(_journeys(rows, problem.is_mirrored))


def _journeys(rows: NDArray[np.int64], is_mirrored: bool) -> list[RawJourney]:
    heads = np.flatnonzero(rows[:, ride_kernels.KIND] < 0)
    journeys = []
    for head in heads.tolist():
        last = head + 1 + int(rows[head, ride_kernels.REF])
        vehicles = rows[head + 1 : last]
        journeys.append(
            RawJourney(
                int(rows[head, ride_kernels.BOARD_S]),
                int(rows[head, ride_kernels.ALIGHT_S]),
                vehicles if is_mirrored else vehicles[::-1],
            )
        )
    return journeys


def _fresh_state(problem: Problem, n_rounds: int, n_layers: int, latest_goal_s: int) -> State:
    n_places = problem.n_stops + 2
    n_patterns, n_rides = len(problem.window.n_trips), len(problem.rides.kind)
    n_entries = int(np.diff(problem.rides.entry_start).max(initial=0))
    shape = (n_rounds, n_layers, n_places)

    def never() -> NDArray[np.int64]:
        return np.full(shape, ride_kernels.INF, np.int64)

    goal = np.full((n_rounds, n_layers), (latest_goal_s + 1) << ride_kernels.WALK_BITS, np.int64)
    # Journeys without a private ride are found by `routing.raptor`; here they only lead to rides.
    goal[:, 0] = -ride_kernels.INF
    return State(
        ready=never(),
        ready_bound=never(),
        by_vehicle=never(),
        bound=never(),
        parent=np.empty((*shape, ride_kernels.N_COLUMNS), np.int64),
        changed_from=np.empty(shape, np.int32),
        goal=goal,
        goal_from=np.full((n_rounds, n_layers), -1, np.int64),
        limit=np.empty(n_layers, np.int64),
        next_limit=np.empty(n_layers, np.int64),
        egress=_as_labels(problem.egress_s),
        least=problem.least_s << ride_kernels.WALK_BITS,
        ride_best=problem.ride_best,
        marked=np.empty((n_layers, n_places), np.int32),
        is_marked=np.zeros((n_layers, n_places), np.uint8),
        n_marked=np.zeros(n_layers, np.int64),
        arrived=np.empty((n_layers, n_places), np.int32),
        is_arrived=np.zeros((n_layers, n_places), np.uint8),
        n_arrived=np.zeros(n_layers, np.int64),
        is_queued=np.zeros(n_rides, np.uint8),
        ride_queue=np.empty(n_rides, np.int32),
        tried=np.empty(n_entries, np.int64),
        tried_clock=np.empty(n_entries, np.int64),
        tried_departure=np.empty(n_entries, np.int64),
        kept=np.empty(n_entries, np.int64),
        kept_departure=np.empty(n_entries, np.int64),
        from_pos=np.full(n_patterns, -1, np.int32),
        queue=np.empty(n_patterns, np.int32),
    )


def _as_labels(walk_s: NDArray[np.int32]) -> NDArray[np.int64]:
    """What a walk adds to a label: its time, and its walking; endless where there is none (-1)."""
    seconds = walk_s.astype(np.int64)
    return np.where(seconds >= 0, (seconds << ride_kernels.WALK_BITS) + seconds, ride_kernels.INF >> 2)
