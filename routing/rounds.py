"""The compiled rounds of RAPTOR over patterns and walks; `routing.raptor` explains the algorithm.

Times are seconds after the base of the search in its own direction: a mirrored search (arrive-by) runs on
negated times, so that "later" is always "more". Labels and ride labels: `routing.labels`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.labels import INF, LAG_SHIFT, NEVER, SHIFT, VEHICLE, label_of, low_of, time_of
from routing.window import Window

# Columns of a step, one vehicle of a journey: where it comes from is the step before, -1 for the first vehicle.
FLEET, PATTERN, ROW, BOARD, ALIGHT, BEFORE = range(6)
N_COLUMNS = 6
HEAD = -1
"""In FLEET: this row of a result is the head of a journey."""

# Columns of a moment, a vehicle that is caught exactly by whoever leaves then.
LEAVES, OF_FLEET, OF_PATTERN, AT_CALL, AT_STOP = range(5)


class Feet(NamedTuple):
    """Changes from stop s are start[s]:start[s + 1], the shortest first.

    to      (n,) int32 StopIdx
    cost    (n,) int64 label: from getting off to ready to board, and how much of that is walking
    """

    start: NDArray[np.int64]
    to: NDArray[np.int32]
    cost: NDArray[np.int64]


class Task(NamedTuple):
    """What one direction of a query searches in.

    trips, runs     the two fleets: trips of the timetable, and runs (each a pattern of its own)
    access, egress  (n_stops,) int64 labels: the walk from the start and to the goal, INF without
    direct_s        the walk from start to goal, -1 without
    """

    trips: Window
    runs: Window
    feet: Feet
    access: NDArray[np.int64]
    egress: NDArray[np.int64]
    direct_s: int
    board_mask: int
    alight_mask: int


class Lane(NamedTuple):
    """How far one fleet has been ridden.

    ridden          (n_levels, n_calls) int64 ride label: the best that anybody sat in on the way into the call
    first, last     (n_patterns,) int32 the first and last call where somebody is ready in this round, first -1 = none
    queue           (n_patterns,) int32 the patterns where somebody is ready; n_queued[0] of them
    """

    ridden: NDArray[np.int64]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    queue: NDArray[np.int32]
    n_queued: NDArray[np.int64]


class State(NamedTuple):
    """Scratch of one search.

    A *level* is what bounds are kept by: the round when many moments are searched one after the other (with up to
    that many vehicles), or a single level for all rounds of one moment.

    of_trips, of_runs   how far the two fleets have been ridden
    reached         (n_stops, n_levels) int64 label: best arrival by vehicle; what is no better is of no use
    ready           (n_stops, n_levels) int64 label: the same for being ready to board
    now, now_from   (n_stops,) int64 label and int32 step: ready to board in this round, INF elsewhere
    marked          (n_stops,) int32: the stops where `now` is; n_marked[0] of them
    arrived         (n_stops,) int32: the stops reached by vehicle in this round; n_arrived[0] of them
    arrived_by      (n_stops,) int32: the step that got there, -1 elsewhere
    steps           (n_rounds * n_stops, N_COLUMNS) int32; n_steps[0] of them since the moment began
    step_label      (n_rounds * n_stops,) int64 label at the end of a step
    goal            (n_rounds,) int64 label: best arrival at the goal with up to so many vehicles
    goal_by         (n_rounds,) int64: the last step on the way, -1 when nothing was found since the moment began
    """

    of_trips: Lane
    of_runs: Lane
    reached: NDArray[np.int64]
    ready: NDArray[np.int64]
    now: NDArray[np.int64]
    now_from: NDArray[np.int32]
    marked: NDArray[np.int32]
    n_marked: NDArray[np.int64]
    arrived: NDArray[np.int32]
    n_arrived: NDArray[np.int64]
    arrived_by: NDArray[np.int32]
    steps: NDArray[np.int32]
    n_steps: NDArray[np.int64]
    step_label: NDArray[np.int64]
    goal: NDArray[np.int64]
    goal_by: NDArray[np.int64]


@njit(cache=True, nogil=True)
def search_moment(task, back, state, state_back, stop_ok, leave_s, last_goal_s, is_mirrored):  # type: ignore[no-untyped-def]
    """Leave at one moment, waiting for anything, then search back from each of the best arrivals.

    `back` is the same task in the mirrored world. Returns rows of journeys, see `_traced`: each best arrival as
    found on the way forth, then the one on the way back that leaves latest and gives the same.
    """
    _begin(state, stop_ok, last_goal_s)
    out = np.empty((16, N_COLUMNS), np.int64)
    n_out = 0
    _leave(task, state, leave_s, len(state.goal) - 1)
    for k in range(1, len(state.goal)):
        if state.goal_by[k] < 0:
            continue
        out, n_out = _traced(state, k, leave_s, out, n_out, is_mirrored)
        arrive_s = time_of(state.goal[k])
        _begin_back(state_back, state, -leave_s)
        _leave(back, state_back, -arrive_s, k)
        for fewer in range(1, k + 1):
            if state_back.goal_by[fewer] >= 0:
                out, n_out = _traced(state_back, fewer, -arrive_s, out, n_out, not is_mirrored)
    return out[:n_out]


@njit(cache=True, nogil=True, _nrt=False)
def _begin(state, stop_ok, last_goal_s):  # type: ignore[no-untyped-def]
    """Forget everything; nobody gets on or off at stops where `stop_ok` (n_stops,) is 0."""
    for stop in range(len(stop_ok)):
        bound = INF if stop_ok[stop] else NEVER
        state.reached[stop, :] = bound
        state.ready[stop, :] = bound
    state.of_trips.ridden[:] = INF
    state.of_runs.ridden[:] = INF
    state.goal[:] = label_of(last_goal_s + 1, 0)


@njit(cache=True, nogil=True, _nrt=False)
def _begin_back(state, forth, last_goal_s):  # type: ignore[no-untyped-def]
    """Forget everything; search back only where a search `forth` (of one moment) was before.

    Who gets off somewhere before anybody can be there, or on before anybody is ready to, is on no journey.
    """
    for stop in range(len(forth.reached)):
        state.reached[stop, 0] = _mirrored_bound(forth.ready[stop, 0])
        state.ready[stop, 0] = _mirrored_bound(forth.reached[stop, 0])
    state.of_trips.ridden[:] = INF
    state.of_runs.ridden[:] = INF
    state.goal[:] = label_of(last_goal_s + 1, 0)


@njit(cache=True, nogil=True, inline="always")
def _mirrored_bound(label):  # type: ignore[no-untyped-def]
    """The bound that only lets through what is at least as early in the mirrored world."""
    return NEVER if label in (INF, NEVER) else label_of(1 - time_of(label), 0)


@njit(cache=True, nogil=True, _nrt=False)
def _leave(task, state, leave_s, max_vehicles):  # type: ignore[no-untyped-def]
    """All rounds from one moment."""
    _forget_steps(task, state, leave_s)
    for stop in range(len(task.access)):
        label = label_of(leave_s, 0) + task.access[stop]
        if task.access[stop] < INF and label < state.ready[stop, 0]:
            state.ready[stop, 0] = state.now[stop] = label
            state.now_from[stop] = -1
            state.marked[state.n_marked[0]] = stop
            state.n_marked[0] += 1
    _rounds(task, state, max_vehicles, False)


@njit(cache=True, nogil=True)
def search_moments(task, state, stop_ok, moments, last_s, last_goal_s, is_mirrored):  # type: ignore[no-untyped-def]
    """Leave at each of `moments` (see `moments_worth`), the latest first, and keep what is better than leaving later.

    No moment is later than `last_s`. Returns rows of journeys, see `_traced`.
    """
    _begin(state, stop_ok, last_goal_s)
    out = np.empty((64, N_COLUMNS), np.int64)
    n_out = 0
    i = 0
    while i < len(moments):
        leave_s = moments[i, LEAVES]
        _forget_steps(task, state, leave_s)
        left = label_of(leave_s, 0) + ((last_s - leave_s) << LAG_SHIFT)
        while i < len(moments) and moments[i, LEAVES] == leave_s:
            if moments[i, OF_FLEET] == 0:
                _start_with(state.of_trips, state, moments[i], left + task.access[moments[i, AT_STOP]])
            else:
                _start_with(state.of_runs, state, moments[i], left + task.access[moments[i, AT_STOP]])
            i += 1
        _rounds(task, state, len(state.goal) - 1, True)
        for k in range(1, len(state.goal)):
            if state.goal_by[k] >= 0:
                out, n_out = _traced(state, k, leave_s, out, n_out, is_mirrored)
    return out[:n_out]


@njit(cache=True, nogil=True, _nrt=False)
def _forget_steps(task, state, leave_s):  # type: ignore[no-untyped-def]
    state.n_steps[0] = 0
    state.goal_by[:] = -1
    if task.direct_s >= 0:
        on_foot = label_of(leave_s + task.direct_s, 0)
        for k in range(len(state.goal)):
            state.goal[k] = min(state.goal[k], on_foot)


@njit(cache=True, nogil=True, _nrt=False)
def _rounds(task, state, max_vehicles, is_range):  # type: ignore[no-untyped-def]
    """Round k: one vehicle more from wherever somebody is ready, then on foot to where one is ready for the next.

    In a range the first vehicles are caught already.
    """
    for k in range(1, max_vehicles + 1):
        level = k if is_range else 0
        if k > 1 or not is_range:
            _queue_all(task.trips, state.of_trips, state)
            if len(task.runs.n_trips):
                _queue_all(task.runs, state.of_runs, state)
        _ride_all(task, 0, state, level, k, is_range and k == 1)
        if len(task.runs.n_trips):
            _ride_all(task, 1, state, level, k, is_range and k == 1)
        for i in range(state.n_marked[0]):
            state.now[state.marked[i]] = INF
        state.n_marked[0] = 0
        if state.n_arrived[0] == 0:
            break
        _walk_home(task, state, k)
        if k < max_vehicles:
            _walk_on(task, state, level, k)
        for i in range(state.n_arrived[0]):
            state.arrived_by[state.arrived[i]] = -1
        state.n_arrived[0] = 0


@njit(cache=True, nogil=True, _nrt=False)
def _start_with(lane, state, moment, label):  # type: ignore[no-untyped-def]
    """Somebody is ready at a stop for the first vehicle, which leaves just then."""
    stop, p, call = moment[AT_STOP], moment[OF_PATTERN], moment[AT_CALL]
    if state.now[stop] == INF:
        state.marked[state.n_marked[0]] = stop
        state.n_marked[0] += 1
    state.now[stop], state.now_from[stop] = label, -1
    if lane.first[p] < 0:
        lane.first[p] = lane.last[p] = call
        lane.queue[lane.n_queued[0]] = p
        lane.n_queued[0] += 1
    else:
        lane.first[p], lane.last[p] = min(lane.first[p], call), max(lane.last[p], call)


@njit(cache=True, nogil=True, _nrt=False)
def _queue_all(window, lane, state):  # type: ignore[no-untyped-def]
    """Every pattern that calls where somebody is ready."""
    at_start, at_pattern, at_pos = window.at_start, window.at_pattern, window.at_pos
    stop_start, first, last, queue = window.stop_start, lane.first, lane.last, lane.queue
    n_queued = lane.n_queued[0]
    for i in range(state.n_marked[0]):
        stop = state.marked[i]
        for at in range(at_start[stop], at_start[stop + 1]):
            p = at_pattern[at]
            call = stop_start[p] + at_pos[at]
            if first[p] < 0:
                first[p] = last[p] = call
                queue[n_queued] = p
                n_queued += 1
            elif call < first[p]:
                first[p] = call
            elif call > last[p]:
                last[p] = call
    lane.n_queued[0] = n_queued


@njit(cache=True, nogil=True, _nrt=False)
def _ride_all(task, fleet, state, level, k, only_exactly):  # type: ignore[no-untyped-def]
    """Along every queued pattern, always in the best trip so far, until somebody was there in a better one.

    With `only_exactly` only what leaves at the very moment somebody is ready is boarded.
    """
    # Arrays are taken out of their bundles before the loops: numba counts references whenever one is touched.
    window, lane = (task.trips, state.of_trips) if fleet == 0 else (task.runs, state.of_runs)
    board_mask, alight_mask = task.board_mask, task.alight_mask
    stop_start, stops, board, alight = window.stop_start, window.stops, window.board, window.alight
    n_trips, time_start, dep, trip_times = window.n_trips, window.time_start, window.dep, window.trip_times
    ridden, first, last, queue = lane.ridden, lane.first, lane.last, lane.queue
    now, now_from, reached = state.now, state.now_from, state.reached
    arrived, arrived_by, steps, step_label = state.arrived, state.arrived_by, state.steps, state.step_label
    n_steps, n_arrived, n_levels = state.n_steps[0], state.n_arrived[0], state.reached.shape[1]
    too_late = (time_of(state.goal[k]) + 1) << SHIFT
    for i in range(lane.n_queued[0]):
        p = queue[i]
        first_call, end_call = stop_start[p], stop_start[p + 1]
        n_calls, n, begins = np.int64(end_call - first_call), np.int64(n_trips[p]), time_start[p]
        last_call = min(last[p], end_call - 2)
        ride, in_trip, boarded_at, came_from = INF, np.int64(0), 0, 0
        for call in range(first[p], end_call):
            stop = stops[call]
            if ride < INF:
                if ridden[level, call] <= ride:
                    ride = INF
                else:
                    ridden[level, call] = ride
                    if alight[call] & alight_mask:
                        label = (np.int64(trip_times[in_trip + call, 0]) << SHIFT) + low_of(ride)
                        if label >= too_late:
                            ride = INF
                        elif label < reached[stop, level]:
                            for more in range(level, n_levels):
                                if label >= reached[stop, more]:
                                    break
                                reached[stop, more] = label
                            number = arrived_by[stop]
                            if number < 0:
                                number = n_steps
                                n_steps += 1
                                arrived_by[stop] = number
                                arrived[n_arrived] = stop
                                n_arrived += 1
                            step_label[number] = label
                            steps[number, FLEET], steps[number, PATTERN] = fleet, p
                            steps[number, ROW], steps[number, BEFORE] = time_of(ride), came_from
                            steps[number, BOARD] = boarded_at - first_call
                            steps[number, ALIGHT] = call - first_call
            if call > last_call:
                if ride == INF:
                    break
                continue
            if now[stop] >= too_late or board[call] & board_mask == 0:
                continue
            # Who sat in it from here before, or sits in it now, is only beaten by an earlier trip (or less walking).
            known = min(ride, ridden[level, call + 1])
            for fewer in range(1, level):
                known = min(known, ridden[fewer, call + 1])
            end = min(n, (known >> SHIFT) + 1)
            ready_s = time_of(now[stop])
            row = first_trip(dep, begins + (call - first_call) * n, end, ready_s)
            if row == end:
                continue
            caught = (row << SHIFT) + low_of(now[stop]) + VEHICLE
            if caught >= known or (only_exactly and dep[begins + (call - first_call) * n + row] != ready_s):
                continue
            ride, boarded_at, came_from = caught, call, now_from[stop]
            in_trip = begins + row * n_calls - first_call
        first[p] = -1
    lane.n_queued[0], state.n_steps[0], state.n_arrived[0] = 0, n_steps, n_arrived


@njit(cache=True, nogil=True, inline="always")
def first_trip(dep, column, end, ready_s):  # type: ignore[no-untyped-def]
    """The first row < `end` of a column of departures that leaves at or after `ready_s`, else `end`."""
    if end == 0 or dep[column + end - 1] < ready_s:
        return end
    if end == 1 or dep[column + end - 2] < ready_s:
        return end - 1
    low, high = np.int64(0), end - 2
    while low < high:
        middle = (low + high) >> 1
        if dep[column + middle] >= ready_s:
            high = middle
        else:
            low = middle + 1
    return low


@njit(cache=True, nogil=True, _nrt=False)
def _walk_home(task, state, k):  # type: ignore[no-untyped-def]
    """From every stop reached in this round to the goal."""
    for i in range(state.n_arrived[0]):
        stop = state.arrived[i]
        if task.egress[stop] == INF:
            continue
        step = state.arrived_by[stop]
        home = state.step_label[step] + task.egress[stop]
        if home < state.goal[k]:
            for more in range(k, len(state.goal)):
                if home >= state.goal[more]:
                    break
                state.goal[more] = home
            state.goal_by[k] = step


@njit(cache=True, nogil=True, _nrt=False)
def _walk_on(task, state, level, k):  # type: ignore[no-untyped-def]
    """From every stop reached in this round to wherever one can change."""
    start, to, cost = task.feet.start, task.feet.to, task.feet.cost
    ready, now, now_from, marked = state.ready, state.now, state.now_from, state.marked
    n_marked, n_levels = state.n_marked[0], state.ready.shape[1]
    too_late = (time_of(state.goal[k + 1]) + 1) << SHIFT
    for i in range(state.n_arrived[0]):
        step = state.arrived_by[state.arrived[i]]
        label = state.step_label[step]
        for change in range(start[state.arrived[i]], start[state.arrived[i] + 1]):
            there = label + cost[change]
            if there >= too_late:
                break
            stop = to[change]
            if there >= ready[stop, level]:
                continue
            for more in range(level, n_levels):
                if there >= ready[stop, more]:
                    break
                ready[stop, more] = there
            if now[stop] == INF:
                marked[n_marked] = stop
                n_marked += 1
            now[stop], now_from[stop] = there, step
    state.n_marked[0] = n_marked


@njit(cache=True, nogil=True)
def _traced(state, k, leave_s, out, n_out, is_mirrored):  # type: ignore[no-untyped-def]
    """Append the journey of k vehicles to `out` (…, N_COLUMNS).

    It is a head (HEAD, k, moment of leaving, arrival, is_mirrored) and its steps, the last first.
    """
    if n_out + k + 1 > len(out):
        wider = np.empty((2 * len(out) + k + 1, N_COLUMNS), np.int64)
        wider[:n_out] = out[:n_out]
        out = wider
    head = out[n_out]
    head[0], head[1], head[2], head[3], head[4] = HEAD, k, leave_s, time_of(state.goal[k]), is_mirrored
    step = state.goal_by[k]
    for vehicle in range(1, k + 1):
        out[n_out + vehicle, :] = state.steps[step]
        step = state.steps[step, BEFORE]
    return out, n_out + k + 1


@njit(cache=True, nogil=True)
def moments_worth(trips, runs, stops, access, board_mask, first_s, last_s):  # type: ignore[no-untyped-def]
    """(n, 5) int64, unsorted: every vehicle at `stops` that is caught exactly by leaving in [first_s, last_s]."""
    found = np.empty((256, 5), np.int64)
    n_found = 0
    for fleet in range(2):
        window = trips if fleet == 0 else runs
        for stop in stops:
            walk_s = time_of(access[stop])
            for at in range(window.at_start[stop], window.at_start[stop + 1]):
                p, pos = window.at_pattern[at], window.at_pos[at]
                call = window.stop_start[p] + pos
                if window.board[call] & board_mask == 0 or call + 1 == window.stop_start[p + 1]:
                    continue
                n = np.int64(window.n_trips[p])
                column = window.time_start[p] + np.int64(pos) * n
                row = first_trip(window.dep, column, n, first_s + walk_s)
                while row < n and window.dep[column + row] - walk_s <= last_s:
                    if n_found == len(found):
                        wider = np.empty((2 * n_found, 5), np.int64)
                        wider[:n_found] = found
                        found = wider
                    moment = found[n_found]
                    moment[LEAVES], moment[OF_FLEET] = window.dep[column + row] - walk_s, fleet
                    moment[OF_PATTERN], moment[AT_CALL], moment[AT_STOP] = p, call, stop
                    n_found += 1
                    row += 1
    return found[:n_found]
