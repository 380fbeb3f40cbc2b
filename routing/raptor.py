"""The search by rounds without private rides: RAPTOR (Delling, Pajor, Werneck 2012).

Round k finds where k vehicles lead. From every stop where somebody got ready in round k - 1 (`routing.rounds`)

1. every pattern that calls there is queued, with its first and last such call (`_queue_all`),
2. each queued pattern is ridden along once, always in the earliest trip that could be caught so far, until somebody
   was there before in the same trip or an earlier one (`_ride_all`),
3. from the stops reached so, people walk to the goal and to wherever they are ready for round k + 1, as long as
   that is before the best known arrival (`_walk_home`, `_walk_on`).

BürgerBus runs are a second fleet of patterns with one trip each (`routing.runs`).

*A range* leaves at each moment at which a vehicle is caught exactly, the latest first, and keeps all labels
(range-RAPTOR): what does not get anywhere earlier than by leaving later is of no use, whatever it walks, because
a label says when it left (`routing.labels`). So each moment only looks at what it makes better.

*A single departure* is one moment at which one may wait for anything. Each of its best arrivals is then searched
back for the latest departure, only through the stops, and not before the times, that the search forth has found.

*Arrive-by* is the same in the mirrored world: times negated, patterns reversed, ends swapped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from routing import rounds
from routing.asked import Asked
from routing.journey import Journey
from routing.labels import INF, SHIFT
from routing.legs import OwnLeg, settled_journey
from routing.rounds import Lane, State, Task
from routing.snapshot import window_base_s
from routing.ties import ALIGHT_STOP, BOARD_STOP, Settled, Travellers, journeys_in, settled
from routing.window import IS_RUN, Window, calls_at_stops, mirror

T = TypeVar("T", np.int32, np.int64)


@dataclass(frozen=True)
class OwnLegs:
    """Vehicles that are laid out for one query alone. Its places are the stops and, behind them, others of its own.

    window      forwards; boarding counts as `bit`
    access_s, egress_s      (n_places,) int32 walks between the ends of the query and its places, -1 without
    stop_ok     (n_places,) uint8, see `Asked.stop_ok`
    leg         the leg of a settled vehicle (see `routing.ties`) and the spare time before it
    stop        the stop (or n_stops + door) that a place is
    """

    window: Window
    access_s: NDArray[np.int32]
    egress_s: NDArray[np.int32]
    stop_ok: NDArray[np.uint8]
    bit: int
    leg: OwnLeg
    stop: Callable[[int], int]


def journeys(asked: Asked, own: OwnLegs | None = None) -> list[Journey]:
    """The best journeys with a vehicle and without private rides, in no order."""
    found = _Search(asked, own)
    return found.over_range() if asked.query.window_s > 0 else found.at_moment()


@dataclass(frozen=True)
class _Search:
    """One query, searched in one direction or both; times of a direction are mirrored seconds where it is."""

    asked: Asked
    own: OwnLegs | None

    def over_range(self) -> list[Journey]:
        query, is_mirrored = self.asked.query, self.asked.query.arrive_by
        task = self._task(is_mirrored)
        first_s = self._time(self.asked.moment_s, is_mirrored)
        last_s = first_s + query.window_s
        stops = np.flatnonzero(task.access != INF)
        moments = rounds.moments_worth(
            task.trips, task.runs, stops, task.access, task.board_mask, first_s, last_s
        )
        moments = moments[np.argsort(-moments[:, rounds.LEAVES], kind="stable")]
        state = _scratch.state(0, task, query.max_vehicles + 1, query.max_vehicles + 1)
        found = rounds.search_moments(
            task, state, self._stop_ok, moments, last_s, self._last_goal_s(is_mirrored), is_mirrored
        )
        return [self._journey(one) for one in self._settled(found)]

    def at_moment(self) -> list[Journey]:
        query, is_mirrored = self.asked.query, self.asked.query.arrive_by
        task, back = self._task(is_mirrored), self._task(not is_mirrored)
        n_rounds = query.max_vehicles + 1
        found = rounds.search_moment(
            task,
            back,
            _scratch.state(0, task, n_rounds, 1),
            _scratch.state(1, back, n_rounds, 1),
            self._stop_ok,
            self._time(self.asked.moment_s, is_mirrored),
            self._last_goal_s(is_mirrored),
            is_mirrored,
        )
        best: dict[int, Settled] = {}
        for one in self._settled(found):
            known = best.get(len(one.vehicles))
            if known is None or self._tightness(one) <= self._tightness(known):
                best[len(one.vehicles)] = one
        return [self._journey(one) for one in best.values()]

    def _tightness(self, one: Settled) -> tuple[int, int]:
        """Of journeys that arrive at the same time (leave, with arrive-by) the smallest is the best."""
        if self.asked.query.arrive_by:
            return one.arrival_s, one.walk_s
        return -one.departure_s, one.walk_s

    def _settled(self, found: NDArray[np.int64]) -> list[Settled]:
        return list(journeys_in(settled(self._travellers, found), self._base_s)) if len(found) else []

    def _journey(self, one: Settled) -> Journey:
        own = self.own
        if own is not None:
            for vehicle in one.vehicles:
                for side in (BOARD_STOP, ALIGHT_STOP):
                    vehicle[side] = own.stop(vehicle[side])
        return settled_journey(
            self.asked.snapshot,
            self.asked.ends,
            self._travellers.changes,
            one,
            None if own is None else (own.bit, own.leg),
        )

    @property
    def _base_s(self) -> int:
        return window_base_s(self.asked.from_s)

    def _time(self, clock_s: int, is_mirrored: bool) -> int:
        """UTC seconds as the seconds of a direction."""
        return self._base_s - clock_s if is_mirrored else clock_s - self._base_s

    def _last_goal_s(self, is_mirrored: bool) -> int:
        return self._time(self.asked.from_s if is_mirrored else self.asked.until_s, is_mirrored)

    def _trips(self, is_mirrored: bool) -> Window:
        asked = self.asked
        return asked.snapshot.window(asked.from_s, asked.until_s, asked.needs, is_mirrored)

    @property
    def _stop_ok(self) -> NDArray[np.uint8]:
        return self.asked.stop_ok if self.own is None else self.own.stop_ok

    @cached_property
    def _runs(self) -> Window:
        """The runs that this query may use, forwards, and its own vehicles."""
        asked = self.asked
        runs = asked.snapshot.runs.window(asked.usable_runs, asked.query.party, self._base_s)
        return runs if self.own is None else _beside(runs, self.own.window)

    @cached_property
    def _travellers(self) -> Travellers:
        asked = self.asked
        return Travellers(
            self._trips(False),
            self._runs,
            asked.changes(False),
            *self._walks_s,
            self._stop_ok,
        )

    @property
    def _walks_s(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """From the origin and to the destination, by place."""
        if self.own is not None:
            return self.own.access_s, self.own.egress_s
        return self.asked.ends.origin.walk_s, self.asked.ends.destination.walk_s

    def _task(self, is_mirrored: bool) -> Task:
        asked = self.asked
        start_s, goal_s = self._walks_s
        kinds = asked.kinds | IS_RUN
        trips, feet = self._trips(is_mirrored), asked.feet(is_mirrored)
        if self.own is not None:
            kinds |= self.own.bit
            n_places = len(self._stop_ok)
            trips = trips._replace(at_start=_longer(trips.at_start, n_places))
            feet = feet._replace(start=_longer(feet.start, n_places))
        return Task(
            trips=trips,
            runs=mirror(self._runs) if is_mirrored and len(self._runs.n_trips) else self._runs,
            feet=feet,
            access=_labels(goal_s if is_mirrored else start_s, self._stop_ok),
            egress=_labels(start_s if is_mirrored else goal_s, self._stop_ok),
            direct_s=-1 if asked.walk is None else asked.walk.seconds,
            board_mask=1 if is_mirrored else kinds,
            alight_mask=kinds if is_mirrored else 1,
        )


def _beside(runs: Window, own: Window) -> Window:
    """Two forward windows as one, over the places of the second."""
    stop_start = np.append(runs.stop_start[:-1], own.stop_start + len(runs.stops)).astype(np.int32)
    stops = np.append(runs.stops, own.stops)
    at_start, at_pattern, at_pos = calls_at_stops(stop_start, stops, len(own.at_start) - 1)

    def joined(name: str) -> NDArray[np.int32]:
        return np.concatenate((getattr(runs, name), getattr(own, name)))

    return Window(
        group=np.arange(len(stop_start) - 1, dtype=np.int64),
        stop_start=stop_start,
        stops=stops,
        board=np.append(runs.board, own.board),
        alight=np.append(runs.alight, own.alight),
        n_trips=joined("n_trips"),
        time_start=np.append(runs.time_start, own.time_start + len(runs.dep)),
        dep=joined("dep"),
        arr=joined("arr"),
        trip_times=joined("trip_times"),
        trip_start=np.append(runs.trip_start, own.trip_start + np.int32(len(runs.trip))),
        trip=joined("trip"),
        day=joined("day"),
        at_start=at_start,
        at_pattern=at_pattern,
        at_pos=at_pos,
    )


def _longer(start: NDArray[T], n: int) -> NDArray[T]:
    """(n + 1,) starts of as many things; the last ones have none of them."""
    return np.append(start, np.full(n + 1 - len(start), start[-1], start.dtype))


def _labels(walk_s: NDArray[np.int32], stop_ok: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n_places,) what the walk between an end of the query and a place adds to a label, INF without."""
    walk_s = walk_s[: len(stop_ok)].astype(np.int64)
    return np.where((walk_s >= 0) & (stop_ok == 1), (walk_s << SHIFT) + walk_s, INF)


class _Scratch(threading.local):
    """States that one thread uses again and again, by slot; they grow with what is searched."""

    def __init__(self) -> None:
        self._int64: dict[tuple[int, str], NDArray[np.int64]] = {}
        self._int32: dict[tuple[int, str], NDArray[np.int32]] = {}
        self._states: dict[int, tuple[tuple[int, ...], State]] = {}

    def state(self, slot: int, task: Task, n_rounds: int, n_levels: int) -> State:
        """A search begins with forgetting it; what has to be clean before is left so by every search."""
        fleets = task.trips, task.runs
        sizes = (
            n_rounds,
            n_levels,
            len(task.access),
            *(len(column) for w in fleets for column in (w.stops, w.n_trips)),
        )
        known = self._states.get(slot)
        if known is None or known[0] != sizes:
            known = self._states[slot] = sizes, self._made(slot, task, n_rounds, n_levels)
        return known[1]

    def _made(self, slot: int, task: Task, n_rounds: int, n_levels: int) -> State:
        n_stops = len(task.access)

        def labels(name: str, n: int) -> NDArray[np.int64]:
            return _grown(self._int64, (slot, name), n, int(INF), np.int64)

        def numbers(name: str, n: int) -> NDArray[np.int32]:
            return _grown(self._int32, (slot, name), n, -1, np.int32)

        def count(name: str) -> NDArray[np.int64]:
            return _grown(self._int64, (slot, name), 1, 0, np.int64)

        def lane(fleet: str, window: Window) -> Lane:
            n_patterns, n_calls = len(window.n_trips), len(window.stops)
            return Lane(
                ridden=labels(f"{fleet} ridden", n_levels * n_calls).reshape(n_levels, n_calls),
                first=numbers(f"{fleet} first", n_patterns),
                last=numbers(f"{fleet} last", n_patterns),
                queue=numbers(f"{fleet} queue", n_patterns),
                n_queued=count(f"{fleet} n_queued"),
            )

        n_steps = n_rounds * n_stops
        return State(
            of_trips=lane("trips", task.trips),
            of_runs=lane("runs", task.runs),
            reached=labels("reached", n_stops * n_levels).reshape(n_stops, n_levels),
            ready=labels("ready", n_stops * n_levels).reshape(n_stops, n_levels),
            now=labels("now", n_stops),
            now_from=numbers("now_from", n_stops),
            marked=numbers("marked", n_stops),
            n_marked=count("n_marked"),
            arrived=numbers("arrived", n_stops),
            n_arrived=count("n_arrived"),
            arrived_by=numbers("arrived_by", n_stops),
            steps=numbers("steps", n_steps * rounds.N_COLUMNS).reshape(n_steps, rounds.N_COLUMNS),
            n_steps=count("n_steps"),
            step_label=labels("step_label", n_steps),
            goal=labels("goal", n_rounds),
            goal_by=labels("goal_by", n_rounds),
        )


def _grown(
    arrays: dict[tuple[int, str], NDArray[T]], key: tuple[int, str], n: int, fill: int, dtype: type[T]
) -> NDArray[T]:
    """The first n values of an array that is made anew when it is too short."""
    known = arrays.get(key)
    if known is None or len(known) < n:
        known = arrays[key] = np.full(n, fill, dtype)
    return known[:n]


_scratch = _Scratch()
