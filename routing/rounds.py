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
LEAVES, WALKS, OF_FLEET, OF_PATTERN, OF_ROW, AT_CALL = range(6)


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
    caught          (n_calls,) int64 ride label to be boarded at the call in this round, INF = none
    caught_from     (n_calls,) int32 the step before it
    first, last     (n_patterns,) int32 the first and last call with something caught, first -1 = none
    queue           (n_patterns,) int32 the patterns with something caught; n_queued[0] of them
    """

    ridden: NDArray[np.int64]
    caught: NDArray[np.int64]
    caught_from: NDArray[np.int32]
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
def begin(state, usable, latest_goal_s):  # type: ignore[no-untyped-def]
    """Forget everything; nobody gets on or off at stops where `usable` (n_stops,) is 0."""
    for stop in range(len(usable)):
        bound = INF if usable[stop] else NEVER
        state.reached[stop, :] = bound
        state.ready[stop, :] = bound
    state.of_trips.ridden[:] = INF
    state.of_runs.ridden[:] = INF
    state.goal[:] = label_of(latest_goal_s + 1, 0)


@njit(cache=True, nogil=True)
def begin_back(state, forth, latest_goal_s):  # type: ignore[no-untyped-def]
    """Forget everything; search back only where a search `forth` (of one moment) was before.

    Who gets off somewhere before anybody can be there, or on before anybody is ready to, is on no journey.
    """
    for stop in range(len(forth.reached)):
        state.reached[stop, 0] = _mirrored_bound(forth.ready[stop, 0])
        state.ready[stop, 0] = _mirrored_bound(forth.reached[stop, 0])
    state.of_trips.ridden[:] = INF
    state.of_runs.ridden[:] = INF
    state.goal[:] = label_of(latest_goal_s + 1, 0)


@njit(cache=True, nogil=True, inline="always")
def _mirrored_bound(label):  # type: ignore[no-untyped-def]
    """The bound that only lets through what is at least as early in the mirrored world."""
    return NEVER if label in (INF, NEVER) else label_of(1 - time_of(label), 0)


@njit(cache=True, nogil=True)
def search_moment(task, state, leave_s):  # type: ignore[no-untyped-def]
    """Leave at one moment, waiting for anything; returns rows of journeys, see `_traced`."""
    _forget_steps(task, state, leave_s)
    for stop in range(len(task.access)):
        label = label_of(leave_s, 0) + task.access[stop]
        if task.access[stop] < INF and label < state.ready[stop, 0]:
            _get_ready(state, 0, stop, label, -1)
    _rounds(task, state, False)
    out = np.empty((16, N_COLUMNS), np.int64)
    out, n_out = _traced(state, leave_s, out, 0)
    return out[:n_out]


@njit(cache=True, nogil=True)
def search_moments(task, state, moments, last_s):  # type: ignore[no-untyped-def]
    """Leave at each of `moments` (see `moments_worth`), the latest first, and keep what is better than leaving later.

    No moment is later than `last_s`. Returns rows of journeys, see `_traced`.
    """
    out = np.empty((64, N_COLUMNS), np.int64)
    n_out = 0
    i = 0
    while i < len(moments):
        leave_s = moments[i, LEAVES]
        _forget_steps(task, state, leave_s)
        left = label_of(leave_s, 0) + ((last_s - leave_s) << LAG_SHIFT)
        while i < len(moments) and moments[i, LEAVES] == leave_s:
            moment = moments[i]
            ride = (moment[OF_ROW] << SHIFT) + low_of(left) + VEHICLE + moment[WALKS]
            if moment[OF_FLEET] == 0:
                _catch(state.of_trips, moment[OF_PATTERN], moment[AT_CALL], ride, -1)
            else:
                _catch(state.of_runs, moment[OF_PATTERN], moment[AT_CALL], ride, -1)
            i += 1
        _rounds(task, state, True)
        out, n_out = _traced(state, leave_s, out, n_out)
    return out[:n_out]


@njit(cache=True, nogil=True)
def _forget_steps(task, state, leave_s):  # type: ignore[no-untyped-def]
    state.n_steps[0] = 0
    state.goal_by[:] = -1
    if task.direct_s >= 0:
        on_foot = label_of(leave_s + task.direct_s, 0)
        for k in range(len(state.goal)):
            state.goal[k] = min(state.goal[k], on_foot)


@njit(cache=True, nogil=True)
def _rounds(task, state, is_range):  # type: ignore[no-untyped-def]
    """Round k: one vehicle more from wherever somebody is ready, then on foot to where one is ready for the next.

    In a range the first vehicles are caught already.
    """
    for k in range(1, len(state.goal)):
        level = k if is_range else 0
        if k > 1 or not is_range:
            _catch_all(task.trips, state.of_trips, state, level, k, task.board_mask)
            if len(task.runs.n_trips):
                _catch_all(task.runs, state.of_runs, state, level, k, task.board_mask)
        for i in range(state.n_marked[0]):
            state.now[state.marked[i]] = INF
        state.n_marked[0] = 0
        _ride_all(task.trips, state.of_trips, state, level, k, task.alight_mask, 0)
        _ride_all(task.runs, state.of_runs, state, level, k, task.alight_mask, 1)
        if state.n_arrived[0] == 0:
            break
        _walk_home(task, state, k)
        if k + 1 < len(state.goal):
            _walk_on(task, state, level, k)
        for i in range(state.n_arrived[0]):
            state.arrived_by[state.arrived[i]] = -1
        state.n_arrived[0] = 0


@njit(cache=True, nogil=True)
def _catch_all(window, lane, state, level, k, board_mask):  # type: ignore[no-untyped-def]
    """At every stop where somebody is ready, the first trip of each pattern that nobody has ridden from there."""
    goal_s = time_of(state.goal[k])
    for i in range(state.n_marked[0]):
        stop = state.marked[i]
        ready = state.now[stop]
        for at in range(window.at_start[stop], window.at_start[stop + 1]):
            p, pos = window.at_pattern[at], window.at_pos[at]
            call = window.stop_start[p] + pos
            if window.board[call] & board_mask == 0 or call + 1 == window.stop_start[p + 1]:
                continue
            known = lane.ridden[level, call + 1]
            for fewer in range(1, level):
                known = min(known, lane.ridden[fewer, call + 1])
            n = window.n_trips[p]
            end = min(np.int64(n), (known >> SHIFT) + 1)
            column = window.time_start[p] + np.int64(pos) * n
            row = _first_trip(window.dep, column, end, time_of(ready))
            if row < end and window.dep[column + row] <= goal_s:
                ride = (row << SHIFT) + low_of(ready) + VEHICLE
                if ride < known:
                    _catch(lane, p, call, ride, state.now_from[stop])


@njit(cache=True, nogil=True, inline="always")
def _first_trip(dep, column, end, ready_s):  # type: ignore[no-untyped-def]
    """The first row < `end` of a column of departures that leaves at or after `ready_s`, else `end`."""
    if end == 0 or dep[column + end - 1] < ready_s:
        return end
    low, high = np.int64(0), end - 1
    while low < high:
        middle = (low + high) >> 1
        if dep[column + middle] >= ready_s:
            high = middle
        else:
            low = middle + 1
    return low


@njit(cache=True, nogil=True)
def _catch(lane, p, call, ride, came_from):  # type: ignore[no-untyped-def]
    if ride >= lane.caught[call]:
        return
    lane.caught[call] = ride
    lane.caught_from[call] = came_from
    if lane.first[p] < 0:
        lane.first[p] = lane.last[p] = call
        lane.queue[lane.n_queued[0]] = p
        lane.n_queued[0] += 1
    else:
        lane.first[p] = min(lane.first[p], call)
        lane.last[p] = max(lane.last[p], call)


@njit(cache=True, nogil=True)
def _ride_all(window, lane, state, level, k, alight_mask, fleet):  # type: ignore[no-untyped-def]
    """Along every pattern with something caught, in the best trip so far, until somebody was there in a better one."""
    for i in range(lane.n_queued[0]):
        p = lane.queue[i]
        n = np.int64(window.n_trips[p])
        begins = window.stop_start[p]
        ride, row, board, came_from = INF, np.int64(0), 0, 0
        last = lane.last[p]
        for call in range(lane.first[p], window.stop_start[p + 1]):
            if ride < INF:
                if lane.ridden[level, call] <= ride:
                    ride = INF
                else:
                    lane.ridden[level, call] = ride
                    if window.alight[call] & alight_mask:
                        reached_s = window.arr[window.time_start[p] + np.int64(call - begins) * n + row]
                        label = (np.int64(reached_s) << SHIFT) + low_of(ride)
                        stop = window.stops[call]
                        if label < state.reached[stop, level]:
                            if label >= ((time_of(state.goal[k]) + 1) << SHIFT):
                                ride = INF
                            else:
                                step = _arrive(state, level, stop, label)
                                columns = state.steps[step]
                                columns[FLEET], columns[PATTERN], columns[ROW] = fleet, p, row
                                columns[BOARD], columns[ALIGHT] = board - begins, call - begins
                                columns[BEFORE] = came_from
            if call <= last:
                if lane.caught[call] < INF:
                    if lane.caught[call] < ride:
                        ride, board, came_from = lane.caught[call], call, lane.caught_from[call]
                        row = time_of(ride)
                    lane.caught[call] = INF
            elif ride == INF:
                break
        lane.first[p] = -1
    lane.n_queued[0] = 0


@njit(cache=True, nogil=True)
def _arrive(state, level, stop, label):  # type: ignore[no-untyped-def]
    """Note a better arrival at a stop; returns the step to be written."""
    for more in range(level, state.reached.shape[1]):
        if label >= state.reached[stop, more]:
            break
        state.reached[stop, more] = label
    step = state.arrived_by[stop]
    if step < 0:
        step = state.n_steps[0]
        state.n_steps[0] += 1
        state.arrived_by[stop] = step
        state.arrived[state.n_arrived[0]] = stop
        state.n_arrived[0] += 1
    state.step_label[step] = label
    return step


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _walk_on(task, state, level, k):  # type: ignore[no-untyped-def]
    """From every stop reached in this round to wherever one can change."""
    feet = task.feet
    too_late = (time_of(state.goal[k + 1]) + 1) << SHIFT
    for i in range(state.n_arrived[0]):
        step = state.arrived_by[state.arrived[i]]
        label = state.step_label[step]
        for change in range(feet.start[state.arrived[i]], feet.start[state.arrived[i] + 1]):
            ready = label + feet.cost[change]
            if ready >= too_late:
                break
            to = feet.to[change]
            if ready < state.ready[to, level]:
                _get_ready(state, level, to, ready, step)


@njit(cache=True, nogil=True)
def _get_ready(state, level, stop, label, came_from):  # type: ignore[no-untyped-def]
    for more in range(level, state.ready.shape[1]):
        if label >= state.ready[stop, more]:
            break
        state.ready[stop, more] = label
    if state.now[stop] == INF:
        state.marked[state.n_marked[0]] = stop
        state.n_marked[0] += 1
    state.now[stop] = label
    state.now_from[stop] = came_from


@njit(cache=True, nogil=True)
def _traced(state, leave_s, out, n_out):  # type: ignore[no-untyped-def]
    """Append the journeys of one moment to `out` (…, N_COLUMNS).

    Each is a head (HEAD, number of vehicles, moment of leaving, arrival) and its steps, the last first.
    """
    for k in range(1, len(state.goal)):
        if state.goal_by[k] < 0:
            continue
        if n_out + k + 1 > len(out):
            wider = np.empty((2 * len(out) + k + 1, N_COLUMNS), np.int64)
            wider[:n_out] = out[:n_out]
            out = wider
        arrival = state.goal[k]
        out[n_out, 0], out[n_out, 1] = HEAD, k
        out[n_out, 2], out[n_out, 3] = leave_s, time_of(arrival)
        step = state.goal_by[k]
        for vehicle in range(1, k + 1):
            out[n_out + vehicle, :] = state.steps[step]
            step = state.steps[step, BEFORE]
        n_out += k + 1
    return out, n_out


@njit(cache=True, nogil=True)
def moments_worth(trips, runs, stops, access, board_mask, first_s, last_s):  # type: ignore[no-untyped-def]
    """(n, 6) int64, unsorted: every vehicle at `stops` that is caught exactly by leaving in [first_s, last_s]."""
    found = np.empty((256, 6), np.int64)
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
                row = _first_trip(window.dep, column, n, first_s + walk_s)
                while row < n and window.dep[column + row] - walk_s <= last_s:
                    if n_found == len(found):
                        wider = np.empty((2 * n_found, 6), np.int64)
                        wider[:n_found] = found
                        found = wider
                    moment = found[n_found]
                    moment[LEAVES], moment[WALKS] = window.dep[column + row] - walk_s, walk_s
                    moment[OF_FLEET], moment[OF_PATTERN], moment[OF_ROW] = fleet, p, row
                    moment[AT_CALL] = call
                    n_found += 1
                    row += 1
    return found[:n_found]
