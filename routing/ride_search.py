"""Journeys with private rides: which rides matter to a query, and which may be boarded twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing import bounds, last_vehicle, look_ahead, onward, sweep, sweep_state
from routing.access import position
from routing.asked import Asked
from routing.fleet import Fleet, fleet, usable_rows
from routing.journey import Journey
from routing.last_vehicle import LEAST_WALKING
from routing.legs import Used, ride_journey
from routing.query import MAX_RIDE_JOURNEY_S, LegKind, Point, StopRef
from routing.ride_clocks import FAR_S
from routing.roads import Mode, Positions
from routing.snapshot import window_base_s
from routing.sweep_state import ARRIVES_S, BEFORE, FOUND_LABEL, LAST_STEP, State, Task
from routing.window import IS_RUN, Window

DOOR_OFF_STREET_MM = 100_000
"""A car comes to a door that is at most this far from a street; farther ones are not "at the door"."""

MOST_WATCHED_RIDES = 4
"""So many rides are watched for being boarded twice; see `_watch`."""

MOST_VEHICLES = (1, 2)
"""Journeys with so few vehicles are searched first: what they reach by when cuts off most of the search for more."""

MOST_VEHICLES_ONWARD = (1, 2, 3, 4, 5)
"""The same where it is known what lies ahead with so many vehicles left."""

PATIENCE = 3_000_000
"""After so many tries of getting off private rides in one pass it pays to look what lies ahead, and to begin the pass anew."""
ENDLESS = 1 << 62

_FIRST_CAPACITY = 1 << 16


def journeys(asked: Asked) -> list[Journey]:
    """Journeys with a private ride, the best of them among them."""
    query = asked.query
    span_s = query.window_s + MAX_RIDE_JOURNEY_S
    from_s = asked.moment_s - span_s if query.arrive_by else asked.moment_s
    rows = usable_rows(asked.snapshot.overlay, query, from_s, from_s + span_s)
    # Of two rides equal in everything that end a journey the one offered first wins: what waits last happens first, twice.
    rows = rows[np.lexsort((rows, asked.snapshot.overlay.columns.earliest[rows]))]
    if not len(rows):
        return []
    search = _Search(asked, rows, from_s)
    watched: tuple[int, ...] = ()
    found = list(search.journeys(watched, []))
    while True:
        once = [one for one in found if not search.boarded_twice(one.journey)]
        twice = {row for one in found for row in search.boarded_twice(one.journey)}
        wider = _watch(watched, twice)
        if wider == watched:
            return [one.journey for one in once if search.answers(one)]
        watched = wider
        found = once + list(search.journeys(watched, once))


@dataclass(frozen=True)
class _Found:
    """A journey, with its label and arrival in the seconds of the search."""

    journey: Journey
    label: int
    arrival_s: int


def _watch(watched: tuple[int, ...], twice: set[int]) -> tuple[int, ...]:
    """Which rides get layers of their own: a label then remembers whether its ride was used already.

    Only rides that a best journey boarded twice, with another vehicle between, are watched (rare), so the layers stay few.
    """
    return (*watched, *sorted(twice - set(watched)))[:MOST_WATCHED_RIDES]


@dataclass
class _Search:
    """One query over the rides of `rows`; nobody sets out before `from_s`.

    `onward` is what lies ahead, once that was looked at, of whoever is better than the journeys known by then.
    """

    asked: Asked
    rows: NDArray[np.int64]
    from_s: int
    onward: look_ahead.Onward | None = None

    def journeys(self, watched: tuple[int, ...], found: list[_Found]) -> Iterator[_Found]:
        """All that is better than what is found already."""
        asked, task = self.asked, self._task(watched)
        n_rounds = asked.query.max_vehicles + 1
        used = Used(asked.trips, self._runs, self._fleet, asked.changes(False), asked.stop_ok, self._base_s)
        n_rows = len(used.trips.trip), len(used.runs.trip)
        known, most_before = list(found), 0
        seen = {(one.label, one.arrival_s) for one in found}
        if self.onward:
            # Looked ahead already, when fewer rides were watched.
            task = task._replace(**self.onward._asdict())
        few = MOST_VEHICLES_ONWARD if self.onward else MOST_VEHICLES
        passes = _passes(few, most_before, n_rounds - 1)
        while passes:
            most = passes.pop(0)
            task = task._replace(first_new=most_before + 1)
            if known:
                task = task._replace(known=_known(task, known))
            if self.onward:
                _, pick_start, pick_ups = last_vehicle.pick_ups(task, self._home_s[0])
                task = task._replace(pick_start=pick_start, pick_ups=pick_ups)
            elif most_before < 2:
                # A table made from what two vehicles reach says hardly more than the one before.
                task = self._with_last_vehicle(task, most)
            is_patient = self.onward is not None or most in MOST_VEHICLES or not look_ahead.fits(task)
            state = _swept(task._replace(patience=ENDLESS if is_patient else PATIENCE), most + 1, n_rows)
            if state.counts[sweep_state.IS_TIRED]:
                self.onward = self._look_ahead(task)
                task = task._replace(**self.onward._asdict())
                passes = _passes(MOST_VEHICLES_ONWARD, most_before, most)
                continue
            for row in state.found[: state.counts[sweep_state.N_FOUND]].tolist():
                if (row[FOUND_LABEL], row[ARRIVES_S]) in seen:
                    continue
                journey = ride_journey(asked.snapshot, asked.ends, used, _steps_to(state, row[LAST_STEP]))
                one = _Found(journey, row[FOUND_LABEL], row[ARRIVES_S])
                if not self.boarded_twice(journey):
                    known.append(one)
                    seen.add((one.label, one.arrival_s))
                yield one
            most_before = most

    def _look_ahead(self, task: Task) -> look_ahead.Onward:
        n_rows = len(self.asked.trips.trip), len(self._runs.trip)
        return look_ahead.look_ahead(task, self.asked.snapshot.streets, *self._home_s, n_rows)

    def answers(self, found: _Found) -> bool:
        """Whether it arrives within the window; earlier ones are only looked for because they beat others."""
        return found.arrival_s >= self._first_task.first_arrival_s

    @property
    def _base_s(self) -> int:
        return window_base_s(self.asked.from_s)

    @cached_property
    def _runs(self) -> Window:
        asked = self.asked
        return asked.snapshot.runs.window(asked.usable_runs, asked.query.party, self._base_s)

    def boarded_twice(self, journey: Journey) -> set[int]:
        """Rows of rides."""
        row_of = self.asked.snapshot.overlay.row_of
        used = [leg.boarding.ride_id for leg in journey.legs if leg.kind is LegKind.RIDE and leg.boarding]
        return {row_of[ride_id] for ride_id in used if used.count(ride_id) > 1}

    def _task(self, watched: tuple[int, ...]) -> Task:
        return self._first_task._replace(fleet=self._fleet._replace(next_layer=self._next_layer(watched)))

    @cached_property
    def _first_task(self) -> Task:
        """Nothing is watched and nothing known yet."""
        asked, snapshot, query = self.asked, self.asked.snapshot, self.asked.query
        base_s, n_stops = self._base_s, snapshot.timetable.n_stops
        moment_s, first_s = asked.moment_s - base_s, self.from_s - base_s
        if query.arrive_by:
            last_s = last_arrival_s = moment_s
            first_arrival_s = moment_s - query.window_s if query.window_s else first_s
        else:
            last_arrival_s = first_s + query.window_s + MAX_RIDE_JOURNEY_S
            last_s = first_s + query.window_s if query.window_s else last_arrival_s
            first_arrival_s = first_s
        chosen, egress_s = self._fleet, asked.ends.destination.walk_s[:n_stops]
        is_goal = np.zeros(len(chosen.from_origin_s), np.uint8)
        is_goal[chosen.stop_meeting[(egress_s >= 0) & (chosen.stop_meeting >= 0) & (asked.stop_ok > 0)]] = 1
        goal_first, goal_last, goal_entry = last_vehicle.goal_entries(chosen, is_goal)
        of_gap = np.cumsum(np.repeat(chosen.n_departures, chosen.n_gaps))
        return Task(
            trip_calls=snapshot.calls_in_order(asked.from_s, asked.until_s, asked.needs),
            run_calls=sweep.in_order(self._runs),
            change_start=asked.changes(False).start,
            change=asked.change_rows,
            stop_ok=asked.stop_ok,
            access_s=asked.ends.origin.walk_s[:n_stops],
            egress_s=egress_s,
            board_mask=asked.kinds | IS_RUN,
            base_s=base_s,
            first_s=first_s,
            last_s=last_s,
            first_arrival_s=first_arrival_s,
            last_arrival_s=last_arrival_s,
            is_single=query.window_s == 0 and not query.arrive_by,
            most_s=MAX_RIDE_JOURNEY_S,
            known=np.full(last_arrival_s - first_s + 2, sweep_state.NOBODY, np.int64),
            least_s=self._least_s,
            first_new=1,
            pick_start=np.empty(0, np.int64),
            pick_ups=np.empty((0, last_vehicle.N_PICK_UP_COLUMNS), np.int32),
            goal_first=goal_first,
            goal_last=goal_last,
            goal_entry=goal_entry,
            patience=ENDLESS,
            gap_departures=np.append(0, of_gap).astype(np.int32),
            soonest=np.empty((2, 0, 0), np.int32),
            onward_ready=np.empty((0, 0, onward.N_CELLS), np.uint16),
            onward_arrived=np.empty((0, 0, onward.N_CELLS), np.uint16),
            onward_known=np.empty((0, 0), np.uint8),
            onward_boarding=np.empty((0, 0, onward.N_LEFT), np.uint16),
            area_drive_s=np.empty((0, 0), np.uint16),
            area_out_s=np.empty((0, 0), np.uint16),
            area_first=np.empty((0, 0), np.int32),
            area_entry=np.empty(0, np.int64),
            area_reached=np.empty((0, 0, onward.N_LEFT), np.uint16),
            area_known=np.empty((0, 0), np.uint8),
            fleet=chosen,
        )

    def _with_last_vehicle(self, task: Task, most_vehicles: int) -> Task:
        """With the rides that journeys of up to so many vehicles may board and when they reach the goal, as far as known by now."""
        home_s = np.full(len(task.fleet.from_origin_s), bounds.NEVER_S)
        if most_vehicles > 1:
            home_s = self._home_s[0]
        else:
            at = np.flatnonzero((task.access_s >= 0) & (task.fleet.stop_meeting >= 0))
            np.minimum.at(home_s, task.fleet.stop_meeting[at], task.access_s[at])
        is_useful, pick_start, rows = last_vehicle.pick_ups(task, home_s)
        task = task._replace(pick_start=pick_start, pick_ups=rows)
        return task._replace(soonest=last_vehicle.soonest(task, is_useful, self.asked.trips, self._runs))

    def _next_layer(self, watched: tuple[int, ...]) -> NDArray[np.int8]:
        """(n_rides, n_layers): layer 0 has used no private ride, layer 1 + bits those of `watched` whose bit is set."""
        layers = np.arange(1 + (1 << len(watched)), dtype=np.int8)
        table = np.tile(layers, (len(self.rows), 1))
        table[:, 0] = 1
        used = np.maximum(layers - 1, 0)
        for bit, row in enumerate(watched):
            table[self.rows == row] = np.where(used & (1 << bit), -1, 1 + (used | (1 << bit)))
        return table

    @cached_property
    def _least_s(self) -> NDArray[np.int64]:
        asked = self.asked
        egress_s = asked.ends.destination.walk_s[: asked.snapshot.timetable.n_stops]
        least_s: NDArray[np.int64] = bounds.least_s(
            *self._fastest, asked.changes(True), self._roads, self._fleet, egress_s, asked.query.max_vehicles
        )
        return least_s

    @cached_property
    def _home_s(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """By meeting points and by stops, see `bounds.home_s`."""
        asked = self.asked
        access_s = asked.ends.origin.walk_s[: asked.snapshot.timetable.n_stops]
        home_s: tuple[NDArray[np.int64], NDArray[np.int64]] = bounds.home_s(
            *self._fastest, asked.changes(False), self._roads, self._fleet, access_s, asked.query.max_vehicles
        )
        return home_s

    @cached_property
    def _fastest(self) -> tuple[Window, NDArray[np.int32], Window, NDArray[np.int32]]:
        """Trips and runs, each with how long they take from call to call at their fastest."""
        asked = self.asked
        trip_hops_s = asked.snapshot.hops_s(asked.from_s, asked.until_s, asked.needs)
        return asked.trips, trip_hops_s, self._runs, bounds.hops_s(self._runs)

    @cached_property
    def _roads(self) -> bounds.Roads:
        snapshot = self.asked.snapshot
        return bounds.Roads(
            snapshot.links.stop_meeting,
            snapshot.streets.drive_from_s,
            self._fleet.to_destination_s,
            0 if snapshot.roads is None else snapshot.roads.halt_saves_s,
            snapshot.roads is not None and len(snapshot.roads.ban_edge) > 0,
        )

    @cached_property
    def _fleet(self) -> Fleet:
        query = self.asked.query
        doors = self._door(query.origin), self._door(query.destination)
        nobody = np.empty((len(self.rows), 0), np.int8)
        chosen = fleet(self.asked.snapshot.overlay, self.rows, query, doors, nobody)
        if _same_point(query.origin, query.destination):
            return chosen._replace(door_to_door_s=FAR_S)
        return chosen

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


def _passes(few: Sequence[int], before: int, most: int) -> list[int]:
    """With how many vehicles journeys are searched one after the other, those of up to `before` being known."""
    return sorted({n for n in (*few, most) if before < n <= most})


def _swept(task: Task, n_rounds: int, n_rows: tuple[int, int]) -> State:
    """The state after a pass; one that ran out of room is made again."""
    while True:
        state = _state(task, n_rounds, n_rows, _scratch.capacity)
        sweep.sweep(task, state)
        if not state.counts[sweep_state.IS_FULL]:
            return state
        _scratch.capacity *= 4


def _steps_to(state: State, step: int) -> list[list[int]]:
    """The steps of a journey in the order of travel."""
    steps = []
    while step >= 0:
        steps.append(state.steps[step].tolist())
        step = steps[-1][BEFORE]
    return steps[::-1]


def _known(task: Task, found: list[_Found]) -> NDArray[np.int64]:
    """`Task.known` when these journeys are."""
    known = np.full_like(task.known, sweep_state.NOBODY)
    # Only whoever arrives later than somebody is beaten for sure: of the same second less walking wins.
    after = np.array([one.arrival_s for one in found]) - task.first_s + 1
    np.maximum.at(known, after, np.array([one.label for one in found]) | LEAST_WALKING)
    if task.is_single:
        known[after.min() :] = sweep_state.ALWAYS
    return np.maximum.accumulate(known)


class _Scratch(threading.local):
    """How much room searches of this thread needed."""

    def __init__(self) -> None:
        self.capacity = _FIRST_CAPACITY


_scratch = _Scratch()


def _state(task: Task, n_rounds: int, n_rows: tuple[int, int], capacity: int) -> State:
    n_stops, n_layers = len(task.stop_ok), task.fleet.next_layer.shape[1]
    n_lanes, n_seconds = n_layers * n_rounds, task.last_arrival_s - task.first_s + 1
    n_departures = int(task.fleet.departure_start[-1])

    def rows(*shape: int) -> NDArray[np.int64]:
        return np.empty(shape, np.int64)

    return State(
        trip_seats=rows(n_rows[0], n_lanes, sweep_state.N_SEAT_COLUMNS),
        run_seats=rows(n_rows[1], n_lanes, sweep_state.N_SEAT_COLUMNS),
        arrived=rows(n_stops + 2, n_lanes, sweep_state.N_BEST_COLUMNS),
        arrived_bound=rows(n_lanes, n_stops + 2),
        ready=rows(n_stops + 2, n_lanes, sweep_state.N_BEST_COLUMNS),
        coming=rows(n_stops + 2, n_lanes, 2, sweep_state.N_COMING_COLUMNS),
        is_ready=np.empty(n_stops + 2, np.uint8),
        ready_bound=rows(n_lanes, n_stops + 2),
        event_at=np.empty(n_seconds, np.int32),
        events=rows(capacity, sweep_state.N_EVENT_COLUMNS),
        rider_at=np.empty((n_departures, n_lanes), np.int32),
        riders=rows(capacity, sweep_state.N_RIDER_COLUMNS),
        rider_best=rows(n_departures, n_lanes),
        driver_at=np.empty(n_seconds, np.int32),
        drivers=rows(capacity, sweep_state.N_DRIVER_COLUMNS),
        is_driven=np.empty(int(task.gap_departures[-1]), np.uint8),
        passed=rows(len(task.fleet.from_origin_s)),
        cut=rows(n_rounds + 1),
        goal=rows(n_rounds),
        goal_step=rows(n_rounds),
        steps=np.empty((capacity, sweep_state.N_STEP_COLUMNS), np.int32),
        found=rows(capacity, sweep_state.N_FOUND_COLUMNS),
        counts=np.zeros(sweep_state.N_COUNTS, np.int64),
    )
