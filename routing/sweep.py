"""One pass over the hours of a query, in the order of time: timetable, runs and private rides together.

What somebody standing at a place needs to know is only *when they left home at the latest*: at each moment the best
label of a place is the one that left latest, for each number of vehicles and each layer (layer 0 has used no private
ride). So a whole range of departures costs one pass:

- a vehicle that calls at a stop takes on the best label that is ready there, and leaves its own there, which walks on to
  wherever it is ready later (`_pass_calls`, `_arrive`, `_get_ready`);
- a ride is such a vehicle for every departure of its driver. Where it was boarded decides whether and when it
  can be left elsewhere, so each departure keeps the list of its riders (`_pass_places`, `_board`, `_leave`);
- whatever reaches the goal and left later than all that got there before is a best journey, and whatever left no later
  than that is of no use any more (`cut`).

Times are seconds after the base of the search. A label is an int64: the second of departure, then little walking, so the larger
is the better; -1 is nobody. A *lane* is a layer and a number of vehicles used: layer * n_rounds + vehicles.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.fleet import Fleet
from routing.last_vehicle import (
    ARRIVED,
    LEAST_WALKING,
    PICK_FIRST_S,
    PICK_GAP,
    PICK_GOAL_S,
    PICK_INTO_S,
    PICK_LAST_S,
    PICK_OUT_S,
    PICK_RIDE,
    READY_TO_BOARD,
    SLOT_S,
    WALK_BITS,
)
from routing.ride_clocks import DESTINATION_DOOR, FAR_S, NO_WAY, ORIGIN_DOOR, detour_s, dropped_at, has_room

NOBODY = np.int64(-1)
ALWAYS = np.int64(1) << np.int64(62)

# Columns of a call; WHAT holds ARRIVES and the window's bits of boarding shifted by BOARD_SHIFT.
TIME, ROW, CALL, STOP, WHAT = range(5)
N_CALL_COLUMNS = 5
ARRIVES, BOARD_SHIFT = 1, 1

# Columns of a change.
TO, TAKES_S, WALK_S = range(3)

# Columns of the best label of a place, and of the best besides that came by another private ride: who has just left a ride
# may not board it again, so the second best counts for that ride alone. RIDE is -1 after any other vehicle.
LABEL, STEP, RIDE, OTHER, OTHER_STEP = range(5)
N_BEST_COLUMNS = 5

# Columns of who is on his way to a place by private ride: the last one that was told.
COMING_LABEL, COMING_S, COMING_RIDE = range(3)
N_COMING_COLUMNS = 3

# Columns of who sits in a trip; CALL is where he got on. LABEL of lane 0 tells that anybody sits there.
SEAT_LABEL, SEAT_STEP, SEAT_CALL = range(3)
N_SEAT_COLUMNS = 3

# Columns of what waits for its moment, a list by second.
# A PICK_UP also tells which of `Task.pick_ups` it is (-1 - gap at the origin's door) and which departure of the ride.
AFTER, KIND, PLACE, LANE, EVENT_LABEL, EVENT_RIDE, EVENT_STEP, EVENT_AT, EVENT_DEPARTURE = range(9)
N_EVENT_COLUMNS = 9
ARRIVAL, READY, GOAL, PICK_UP = range(4)

# Columns of who boarded a departure of a ride, a list by departure.
(
    RIDER_AFTER,
    RIDER_GAP,
    RIDER_PLACE,
    RIDER_LANE,
    RIDER_STEP,
    RIDER_LABEL,
    RIDER_CLOCK,
    RIDER_INTO_S,
    RIDER_OUT_S,
) = range(9)
N_RIDER_COLUMNS = 9

# Columns of a driver with riders in one gap of his ride, a list by the second in which he is at his next place; DRIVER_AT is an
# entry, or DOOR for the destination's.
DRIVER_AFTER, DRIVER_RIDE, DRIVER_GAP, DRIVER_DEPARTURE, DRIVER_AT = range(5)
N_DRIVER_COLUMNS = 5
DOOR = -1

# Columns of a step, one vehicle of a journey: where it comes from is the step before, -1 for the first vehicle.
FLEET, REF, BOARD_PLACE, ALIGHT_PLACE, BOARD_AT, ALIGHT_AT, BOARD_S, ALIGHT_S, DEPARTURE, DETOUR_S, BEFORE = (
    range(11)
)
N_STEP_COLUMNS = 11
TRIP, RUN, BY_RIDE = range(3)
"""In FLEET. BOARD_AT and ALIGHT_AT are calls of the window, or gaps of the ride."""

# Columns of what was found, and what is counted.
ARRIVES_S, FOUND_LABEL, LAST_STEP = range(3)
N_FOUND_COLUMNS = 3
N_EVENTS, N_STEPS, N_RIDERS, N_DRIVERS, N_FOUND, IS_FULL, FREE_EVENT, FREE_STEP = range(8)
N_COUNTS = 8


class Task(NamedTuple):
    """One query.

    trip_calls, run_calls   (n, N_CALL_COLUMNS) int32 by time, of one trip in the order of its calls: see `in_order`
    change_start, change    (n_stops + 1,) int64 into (n, 3) int32 TO, TAKES_S, WALK_S
    access_s, egress_s      (n_stops,) int32 walks from the origin and to the destination, -1 without
    first_s, last_s         departures from the origin; last_arrival_s at the destination, first_arrival_s the first of the answer
    is_single               leaving at one moment: of each number of vehicles only the first arrival counts
    most_s                  longest journey
    known                   (n_seconds + 1,) int64: labels up to known[s] are of no use where the goal is not reached before
                            second s, because of journeys that are known already; see `routing.bounds` for `least_s`
    least_s                 (n_rounds, 2, n_stops) int64 to the goal at least with so many more vehicles, having arrived and being ready
    first_new               journeys with fewer vehicles than that are all known
    pick_start, pick_ups    (n_meetings + 1,) int64 into (n, N_PICK_UP_COLUMNS) int32 PICK_RIDE …
    goal_first, goal_last   (n_gaps,) int64 into goal_entry, see `last_vehicle.goal_entries`
    soonest                 (2, n_stops, n_minutes) int32, see `last_vehicle.soonest`
    gap_departures          (n_gaps + 1,) int32: the departures of a gap in lists of all departures of all gaps
    """

    trip_calls: NDArray[np.int32]
    run_calls: NDArray[np.int32]
    change_start: NDArray[np.int64]
    change: NDArray[np.int32]
    stop_ok: NDArray[np.uint8]
    access_s: NDArray[np.int32]
    egress_s: NDArray[np.int32]
    board_mask: int
    base_s: int
    first_s: int
    last_s: int
    first_arrival_s: int
    last_arrival_s: int
    is_single: bool
    most_s: int
    known: NDArray[np.int64]
    least_s: NDArray[np.int64]
    first_new: int
    pick_start: NDArray[np.int64]
    pick_ups: NDArray[np.int32]
    goal_first: NDArray[np.int64]
    goal_last: NDArray[np.int64]
    goal_entry: NDArray[np.int64]
    soonest: NDArray[np.int32]
    gap_departures: NDArray[np.int32]
    fleet: Fleet


class State(NamedTuple):
    """Scratch of one pass; it is flat because every bundle inside a bundle costs the kernels more than their work.

    trip_seats, run_seats   (n_rows, n_lanes, N_SEAT_COLUMNS) int64
    arrived, ready          (n_places, n_lanes, N_BEST_COLUMNS) int64
    coming                  (n_places, n_lanes, 2, N_COMING_COLUMNS) int64, of two rides
    is_ready                (n_places,) uint8: 1 where anybody is or was ready, so that most calls are passed at one glance
    arrived_bound, ready_bound  (n_lanes, n_places) int64: who left no later than that is of no use there, with that
                            many vehicles or more, whatever was ridden last
    event_at, events        (n_seconds,) int32 into (…, N_EVENT_COLUMNS) int64
    rider_at, riders        (n_departures,) int32 into (…, N_RIDER_COLUMNS) int64
    rider_best              (n_departures, n_lanes) int64: the best label that sits there
    driver_at, drivers      (n_seconds,) int32 into (…, N_DRIVER_COLUMNS) int64
    is_driven               (n departures of gaps,) uint8: 1 where there is a driver of the gap, because he has riders
    passed                  (n_meetings,) int64: pick-ups before it are over
    cut                     (n_rounds + 1,) int64: labels up to here are of no use any more with that many vehicles
    goal, goal_step         (n_rounds,) int64: the best so far
    steps                   (…, N_STEP_COLUMNS) int32
    found                   (…, N_FOUND_COLUMNS) int64
    counts                  (N_COUNTS,) int64
    """

    trip_seats: NDArray[np.int64]
    run_seats: NDArray[np.int64]
    arrived: NDArray[np.int64]
    arrived_bound: NDArray[np.int64]
    ready: NDArray[np.int64]
    coming: NDArray[np.int64]
    is_ready: NDArray[np.uint8]
    ready_bound: NDArray[np.int64]
    event_at: NDArray[np.int32]
    events: NDArray[np.int64]
    rider_at: NDArray[np.int32]
    riders: NDArray[np.int64]
    rider_best: NDArray[np.int64]
    driver_at: NDArray[np.int32]
    drivers: NDArray[np.int64]
    is_driven: NDArray[np.uint8]
    passed: NDArray[np.int64]
    cut: NDArray[np.int64]
    goal: NDArray[np.int64]
    goal_step: NDArray[np.int64]
    steps: NDArray[np.int32]
    found: NDArray[np.int64]
    counts: NDArray[np.int64]


@njit(cache=True, nogil=True)
def in_order(window):  # type: ignore[no-untyped-def]
    """(n, N_CALL_COLUMNS) int32: the calls of a window in the order of time; one that lasts stands there twice."""
    stop_start, trip_start, time_start, n_trips = (
        window.stop_start,
        window.trip_start,
        window.time_start,
        window.n_trips,
    )
    trip_times, stops, board, alight = window.trip_times, window.stops, window.board, window.alight
    n = 0
    first, last = np.int64(1 << 40), np.int64(-(1 << 40))
    for p in range(len(n_trips)):
        begin, n_calls = time_start[p], stop_start[p + 1] - stop_start[p]
        for i in range(begin, begin + n_calls * n_trips[p]):
            arr, dep = np.int64(trip_times[i, 0]), np.int64(trip_times[i, 1])
            n += 1 if arr == dep else 2
            first, last = min(first, arr), max(last, dep)
    start = np.zeros(max(last - first + 2, 1), np.int64)
    for p in range(len(n_trips)):
        begin, n_calls = time_start[p], stop_start[p + 1] - stop_start[p]
        for i in range(begin, begin + n_calls * n_trips[p]):
            arr, dep = np.int64(trip_times[i, 0]), np.int64(trip_times[i, 1])
            start[arr - first + 1] += 1
            if dep != arr:
                start[dep - first + 1] += 1
    for second in range(1, len(start)):
        start[second] += start[second - 1]
    calls = np.empty((n, N_CALL_COLUMNS), np.int32)
    for p in range(len(n_trips)):
        begin, n_calls = time_start[p], stop_start[p + 1] - stop_start[p]
        for t in range(n_trips[p]):
            for i in range(n_calls):
                arr = np.int64(trip_times[begin + t * n_calls + i, 0])
                dep = np.int64(trip_times[begin + t * n_calls + i, 1])
                call = stop_start[p] + i
                off, on = np.int32(alight[call] > 0), np.int32(board[call]) << BOARD_SHIFT
                for leaving in range(2):
                    when = dep if leaving else arr
                    if leaving and arr == dep:
                        continue
                    at = start[when - first]
                    start[when - first] += 1
                    calls[at, TIME], calls[at, ROW] = when, trip_start[p] + t
                    calls[at, CALL], calls[at, STOP] = call, stops[call]
                    calls[at, WHAT] = off | on if arr == dep else (on if leaving else off)
    return calls


@njit(cache=True, nogil=True, _nrt=False)
def sweep(task, state):  # type: ignore[no-untyped-def]
    """Fill `state.found`; stops with counts[IS_FULL] set when a list of the state is too short."""
    _set_out(task, state)
    trip_calls, run_calls = task.trip_calls, task.run_calls
    trip_at = np.searchsorted(trip_calls[:, TIME], task.first_s)
    run_at = np.searchsorted(run_calls[:, TIME], task.first_s)
    event_at, driver_at, counts = state.event_at, state.driver_at, state.counts
    for now in range(task.first_s, task.last_arrival_s + 1):
        slot = now - task.first_s
        trip_end, run_end = trip_at, run_at
        while trip_end < len(trip_calls) and trip_calls[trip_end, TIME] == now:
            trip_end += 1
        while run_end < len(run_calls) and run_calls[run_end, TIME] == now:
            run_end += 1
        is_first = True
        while True:
            if event_at[slot] >= 0:
                _happen(task, state, now)
            if trip_at < trip_end:
                _pass_calls(task, state, now, TRIP, trip_calls, trip_at, trip_end, state.trip_seats)
            if run_at < run_end:
                _pass_calls(task, state, now, RUN, run_calls, run_at, run_end, state.run_seats)
            if is_first:
                is_first = False
                if driver_at[slot] >= 0:
                    _pass_places(task, state, now)
            if event_at[slot] < 0 or counts[IS_FULL]:
                break
        if counts[IS_FULL]:
            return
        trip_at, run_at = trip_end, run_end
        _note_found(task, state, now)


@njit(cache=True, nogil=True, _nrt=False)
def _set_out(task, state):  # type: ignore[no-untyped-def]
    """Forget the search before, and put every driver where he is first."""
    state.trip_seats[:, :, SEAT_LABEL] = NOBODY
    state.run_seats[:, :, SEAT_LABEL] = NOBODY
    for best in (state.arrived, state.ready):
        best[:, :, LABEL] = NOBODY
        best[:, :, OTHER] = NOBODY
        best[:, :, RIDE] = -1
    state.coming[:, :, :, COMING_RIDE] = -1
    state.is_ready[:] = 0
    state.arrived_bound[:] = NOBODY
    state.ready_bound[:] = NOBODY
    state.event_at[:] = -1
    state.driver_at[:] = -1
    state.is_driven[:] = 0
    state.rider_at[:] = -1
    state.rider_best[:] = NOBODY
    for meeting in range(len(state.passed)):
        state.passed[meeting] = task.pick_start[meeting]
    state.cut[:] = NOBODY
    state.goal[:] = NOBODY
    state.counts[:] = 0
    state.counts[FREE_EVENT] = state.counts[FREE_STEP] = -1
    for stop in range(len(task.access_s)):
        meeting = task.fleet.stop_meeting[stop]
        if task.access_s[stop] >= 0 and meeting >= 0 and task.stop_ok[stop]:
            walk_s = np.int64(task.access_s[stop])
            for at in range(task.pick_start[meeting], task.pick_start[meeting + 1]):
                row = task.pick_ups[at]
                into_s = np.int64(row[PICK_INTO_S])
                _set_out_by_ride(
                    task, state, stop, at, np.int64(row[PICK_RIDE]), np.int64(row[PICK_GAP]), into_s, walk_s
                )
    for i in range(len(task.fleet.n_gaps)):
        for gap in range(task.fleet.n_gaps[i]):
            into_s = np.int64(task.fleet.door_into_s[ORIGIN_DOOR, task.fleet.gap_start[i] + gap])
            if into_s < FAR_S and task.fleet.room[task.fleet.gap_start[i] + gap]:
                place = len(task.stop_ok) + ORIGIN_DOOR
                _set_out_by_ride(task, state, place, -1 - gap, i, gap, into_s, np.int64(0))


@njit(cache=True, nogil=True, _nrt=False)
def _set_out_by_ride(task, state, place, at, i, gap, into_s, walk_s):  # type: ignore[no-untyped-def]
    """Every departure of a ride that can be caught at a place just in time."""
    least_s = task.least_s[len(state.goal) - 1, 1, place] if place < len(task.stop_ok) else np.int64(0)
    if len(state.goal) == 2 and at >= 0:
        least_s = np.int64(task.pick_ups[at, PICK_GOAL_S])
    for departure in range(task.fleet.n_departures[i]):
        leaves = _leaves(task, i, gap, departure)
        clock = leaves + into_s - task.base_s
        if leaves < 0 or not task.first_s <= clock - walk_s <= task.last_s or clock > task.last_arrival_s:
            continue
        if departure and _leaves(task, i, gap, departure - 1) == leaves:
            continue
        label = ((clock - walk_s) << WALK_BITS) + LEAST_WALKING - walk_s
        if _is_late(task, clock + least_s, label):
            continue
        lane = np.int64(task.fleet.next_layer[i, 0]) * len(state.goal) + 1
        event = _await(state, clock - task.first_s, PICK_UP, place, lane, label, np.int64(i), np.int64(-1))
        state.events[event, EVENT_AT], state.events[event, EVENT_DEPARTURE] = at, departure


@njit(cache=True, nogil=True, _nrt=False)
def _leaves(task, i, gap, departure):  # type: ignore[no-untyped-def]
    """When a driver leaves the stop before a gap (UTC), -1 if a promise breaks."""
    return task.fleet.leave[
        task.fleet.leave_start[i] + np.int64(gap) * task.fleet.n_departures[i] + departure
    ]


# --- labels ------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, _nrt=False)
def _is_beaten(best, bound, place, lane, n_rounds, label, ride):  # type: ignore[no-untyped-def]
    """Whether somebody with as few vehicles is there already who can go on wherever this one could."""
    if label <= bound[lane, place]:
        return True
    if ride >= 0:
        for fewer in range(lane - lane % n_rounds + 1, lane + 1):
            if best[place, fewer, RIDE] == ride and best[place, fewer, LABEL] >= label:
                return True
    return False


@njit(cache=True, nogil=True, _nrt=False)
def _put(best, bound, place, lane, n_rounds, label, ride, step):  # type: ignore[no-untyped-def]
    """Write down a label that is not beaten."""
    row = best[place, lane]
    if label > row[LABEL]:
        if ride != row[RIDE]:
            row[OTHER], row[OTHER_STEP] = row[LABEL], row[STEP]
        row[LABEL], row[RIDE], row[STEP] = label, ride, step
    elif ride != row[RIDE] and label > row[OTHER]:
        row[OTHER], row[OTHER_STEP] = label, step
    sure = row[LABEL] if row[RIDE] < 0 else row[OTHER]
    for more in range(lane, lane - lane % n_rounds + n_rounds):
        if bound[more, place] >= sure:
            break
        bound[more, place] = sure


@njit(cache=True, nogil=True, _nrt=False)
def _goal_s(task, left, state_there, place, when):  # type: ignore[no-untyped-def]
    """When somebody at a stop, ARRIVED or READY_TO_BOARD, is at the goal at the earliest with so many more vehicles."""
    reached = when + task.least_s[left, state_there, place]
    if left == 1 and when <= task.last_arrival_s:
        reached = max(reached, np.int64(task.soonest[state_there, place, (when - task.first_s) // SLOT_S]))
    return reached


@njit(cache=True, nogil=True, _nrt=False)
def _is_late(task, when, label):  # type: ignore[no-untyped-def]
    """Whether reaching the goal at a moment is no better than what is known, or too late anyway.

    Who is there before the window begins is of no use where he is beaten at its beginning.
    """
    return when > task.last_arrival_s or label <= task.known[max(when, task.first_arrival_s) - task.first_s]


@njit(cache=True, nogil=True, _nrt=False)
def _cut(task, state, vehicles):  # type: ignore[no-untyped-def]
    """Labels up to here are of no use any more with that many vehicles at the goal."""
    return state.cut[max(vehicles, task.first_new)]


@njit(cache=True, nogil=True, _nrt=False)
def _await(state, slot, kind, place, lane, label, ride, step):  # type: ignore[no-untyped-def]
    """The row of what will happen then."""
    n = state.counts[FREE_EVENT]
    if n >= 0:
        state.counts[FREE_EVENT] = state.events[n, AFTER]
    else:
        n = state.counts[N_EVENTS]
        if n >= len(state.events):
            state.counts[IS_FULL] = 1
            return n - 1
        state.counts[N_EVENTS] = n + 1
    row = state.events[n]
    row[AFTER] = state.event_at[slot]
    state.event_at[slot] = n
    row[KIND], row[PLACE], row[LANE] = kind, place, lane
    row[EVENT_LABEL], row[EVENT_RIDE], row[EVENT_STEP] = label, ride, step
    return n


@njit(cache=True, nogil=True, _nrt=False)
def _happen(task, state, now):  # type: ignore[no-untyped-def]
    """All that was waiting for this moment."""
    event_at, events, slot = state.event_at, state.events, now - task.first_s
    while event_at[slot] >= 0 and not state.counts[IS_FULL]:
        event = event_at[slot]
        row = events[event]
        event_at[slot] = row[AFTER]
        place, lane, label = row[PLACE], row[LANE], row[EVENT_LABEL]
        if row[KIND] == ARRIVAL:
            if not _arrive(task, state, now, place, lane, label, row[EVENT_RIDE], row[EVENT_STEP]):
                _forget_step(state, row[EVENT_STEP])
        elif row[KIND] == READY:
            _get_ready(task, state, now, place, lane, label, row[EVENT_RIDE], row[EVENT_STEP])
        elif row[KIND] == PICK_UP:
            _get_on(task, state, now, row)
        else:
            _reach_goal(state, lane, label, row[EVENT_STEP])
        # What is over makes room at once: the rows in use then stay few, near each other in memory.
        row[AFTER] = state.counts[FREE_EVENT]
        state.counts[FREE_EVENT] = event


@njit(cache=True, nogil=True, _nrt=False)
def _arrive(task, state, now, place, lane, label, ride, step):  # type: ignore[no-untyped-def]
    """Off a vehicle at a place, and on foot to the goal and to wherever one can board again; whether `step` is of any use."""
    n_rounds, n_stops = len(state.goal), len(task.stop_ok)
    vehicles, layer = lane % n_rounds, lane // n_rounds
    if label <= _cut(task, state, vehicles + (layer == 0)):
        return False
    if place < n_stops and _is_late(task, _goal_s(task, n_rounds - 1 - vehicles, ARRIVED, place, now), label):
        return False
    if _is_beaten(state.arrived, state.arrived_bound, place, lane, n_rounds, label, ride):
        return False
    is_used = False
    last_s = min(np.int64(task.last_arrival_s), (label >> WALK_BITS) + task.most_s)
    if layer > 0:
        egress_s = np.int64(task.egress_s[place]) if place < n_stops else np.int64(0)
        if egress_s >= 0 and now + egress_s <= last_s and label - egress_s > state.goal[vehicles]:
            _await(state, now + egress_s - task.first_s, GOAL, place, lane, label - egress_s, ride, step)
            is_used = True
    _put(state.arrived, state.arrived_bound, place, lane, n_rounds, label, ride, step)
    if vehicles == n_rounds - 1 or place >= n_stops:
        return is_used
    cut, bound, changes, stop_ok = (
        _cut(task, state, vehicles + 1),
        state.ready_bound[lane],
        task.change,
        task.stop_ok,
    )
    for change in range(task.change_start[place], task.change_start[place + 1]):
        to, walked = changes[change, TO], label - changes[change, WALK_S]
        if walked <= bound[to] or walked <= cut:
            continue
        when = now + changes[change, TAKES_S]
        if (
            when <= last_s
            and stop_ok[to]
            and not _is_late(task, _goal_s(task, n_rounds - 1 - vehicles, READY_TO_BOARD, to, when), walked)
        ):
            _await(state, when - task.first_s, READY, to, lane, walked, ride, step)
            is_used = True
    return is_used


@njit(cache=True, nogil=True, _nrt=False)
def _get_ready(task, state, now, place, lane, label, ride, step):  # type: ignore[no-untyped-def]
    n_rounds = len(state.goal)
    if label <= _cut(task, state, lane % n_rounds + 1):
        return
    if _is_beaten(state.ready, state.ready_bound, place, lane, n_rounds, label, ride):
        return
    row = state.ready[place, lane]
    is_second, best_ride = label <= row[LABEL], row[RIDE]
    _put(state.ready, state.ready_bound, place, lane, n_rounds, label, ride, step)
    state.is_ready[place] = 1
    meeting = task.fleet.stop_meeting[place]
    if meeting < 0:
        return
    # Nobody waits for a ride longer than until this label is of no use any more.
    least_s = task.least_s[n_rounds - 1 - lane % n_rounds, 1, place]
    last_s = min(
        np.searchsorted(task.known, label) - 1 - least_s + task.first_s,
        (label >> WALK_BITS) + task.most_s,
        np.int64(task.last_arrival_s),
    )
    pick_ups, end = task.pick_ups, task.pick_start[meeting + 1]
    is_last = lane % n_rounds == n_rounds - 2
    is_over = True
    for at in range(state.passed[meeting], end):
        if pick_ups[at, PICK_LAST_S] < now:
            if is_over:
                state.passed[meeting] = at + 1
            continue
        is_over = False
        i, goal_s = pick_ups[at, PICK_RIDE], np.int64(pick_ups[at, PICK_GOAL_S])
        first_s = max(now, np.int64(pick_ups[at, PICK_FIRST_S]))
        if first_s > last_s:
            if task.fleet.earliest[i] - task.base_s > last_s:
                break
            continue
        if is_last and _is_late(task, first_s + goal_s, label):
            continue
        # The second best of a place is for the ride alone that brought the best.
        if i == ride or (is_second and i != best_ride):
            continue
        if task.fleet.next_layer[i, lane // n_rounds] < 0:
            continue
        gap, into_s = pick_ups[at, PICK_GAP], np.int64(pick_ups[at, PICK_INTO_S])
        first = task.fleet.leave_start[i] + np.int64(gap) * task.fleet.n_departures[i]
        departure, ready = np.int64(0), now + task.base_s - into_s
        while task.fleet.leave[first + departure] < ready:
            departure += 1
        # A later departure gains nothing.
        clock = task.fleet.leave[first + departure] + into_s - task.base_s
        if clock <= last_s and not (is_last and _is_late(task, clock + goal_s, label)):
            event = _await(state, clock - task.first_s, PICK_UP, place, lane, label, np.int64(i), step)
            state.events[event, EVENT_AT], state.events[event, EVENT_DEPARTURE] = at, departure


@njit(cache=True, nogil=True, _nrt=False)
def _reach_goal(state, lane, label, step):  # type: ignore[no-untyped-def]
    vehicles = lane % len(state.goal)
    if label > state.cut[vehicles] and label > state.goal[vehicles]:
        state.goal[vehicles], state.goal_step[vehicles] = label, step


@njit(cache=True, nogil=True, _nrt=False)
def _note_found(task, state, now):  # type: ignore[no-untyped-def]
    """What is best of all that reached the goal in this second; from now on nothing that left no later is of use."""
    goal, cut = state.goal, state.cut
    for vehicles in range(1, len(goal)):
        label = goal[vehicles]
        if label <= cut[vehicles]:
            continue
        n = state.counts[N_FOUND]
        if n >= len(state.found):
            state.counts[IS_FULL] = 1
            return
        state.counts[N_FOUND] = n + 1
        row = state.found[n]
        row[ARRIVES_S], row[FOUND_LABEL], row[LAST_STEP] = now, label, state.goal_step[vehicles]
        for more in range(vehicles, len(cut)):
            cut[more] = ALWAYS if task.is_single else max(cut[more], label | LEAST_WALKING)


@njit(cache=True, nogil=True, _nrt=False)
def _note_step(state, fleet, ref, places, ats, clocks, departure, detour, before):  # type: ignore[no-untyped-def]
    n = state.counts[FREE_STEP]
    if n >= 0:
        state.counts[FREE_STEP] = state.steps[n, BEFORE]
    else:
        n = state.counts[N_STEPS]
        if n >= len(state.steps):
            state.counts[IS_FULL] = 1
            return np.int64(0)
        state.counts[N_STEPS] = n + 1
    row = state.steps[n]
    row[FLEET], row[REF] = fleet, ref
    row[BOARD_PLACE], row[ALIGHT_PLACE] = places
    row[BOARD_AT], row[ALIGHT_AT] = ats
    row[BOARD_S], row[ALIGHT_S] = clocks
    row[DEPARTURE], row[DETOUR_S], row[BEFORE] = departure, detour, before
    return n


@njit(cache=True, nogil=True, _nrt=False)
def _forget_step(state, step):  # type: ignore[no-untyped-def]
    """Its row is free again; not after the lists ran full, when steps are no longer counted."""
    if not state.counts[IS_FULL]:
        state.steps[step, BEFORE] = state.counts[FREE_STEP]
        state.counts[FREE_STEP] = step


# --- trips and runs ----------------------------------------------------------------------------------


@njit(cache=True, nogil=True, _nrt=False)
def _pass_calls(task, state, now, fleet, calls, at, end, seats):  # type: ignore[no-untyped-def]
    """People get off and on at the calls at:end, all of this moment."""
    n_rounds, n_lanes = len(state.goal), seats.shape[1]
    ready, is_ready, bound = state.ready, state.is_ready, state.arrived_bound
    stop_ok, access, egress, board_mask = task.stop_ok, task.access_s, task.egress_s, task.board_mask
    for one in range(at, end):
        row, call, stop, what = calls[one, ROW], calls[one, CALL], calls[one, STOP], calls[one, WHAT]
        if stop_ok[stop] == 0:
            continue
        if what & ARRIVES and seats[row, 0, SEAT_LABEL] >= 0:
            for lane in range(1, n_lanes):
                label = seats[row, lane, SEAT_LABEL]
                is_first_layer = lane < n_rounds
                # In a moment that is looked at again, people sit here already who get on only further on.
                if (
                    label <= _cut(task, state, lane % n_rounds + is_first_layer)
                    or seats[row, lane, SEAT_CALL] >= call
                ):
                    continue
                if label <= bound[lane, stop]:
                    continue
                if _is_late(
                    task, _goal_s(task, n_rounds - 1 - lane % n_rounds, ARRIVED, stop, np.int64(now)), label
                ):
                    continue
                if lane % n_rounds == n_rounds - 1 and (is_first_layer or egress[stop] < 0):
                    continue
                step = _note_step(
                    state,
                    fleet,
                    row,
                    (np.int64(-1), np.int64(stop)),
                    (seats[row, lane, SEAT_CALL], np.int64(call)),
                    (np.int64(-1), np.int64(now)),
                    0,
                    0,
                    seats[row, lane, SEAT_STEP],
                )
                if not _arrive(
                    task, state, now, np.int64(stop), np.int64(lane), label, np.int64(-1), np.int64(step)
                ):
                    _forget_step(state, np.int64(step))
        if (what >> BOARD_SHIFT) & board_mask:
            walk_s = np.int64(access[stop])
            if walk_s >= 0 and task.first_s <= now - walk_s <= task.last_s:
                label = ((now - walk_s) << WALK_BITS) + LEAST_WALKING - walk_s
                is_better = label > seats[row, 1, SEAT_LABEL] or seats[row, 1, SEAT_CALL] > call
                if (
                    is_better
                    and label > _cut(task, state, 2)
                    and not _is_late(
                        task, _goal_s(task, n_rounds - 1, READY_TO_BOARD, stop, np.int64(now)), label
                    )
                ):
                    _sit_down(seats[row], 1, label, -1, call)
            if is_ready[stop] == 0:
                continue
            for lane in range(1, n_lanes - 1):
                label = ready[stop, lane, LABEL]
                if label < 0 or lane % n_rounds == n_rounds - 1:
                    continue
                if label <= seats[row, lane + 1, SEAT_LABEL] and seats[row, lane + 1, SEAT_CALL] <= call:
                    continue
                if label > _cut(task, state, (lane + 1) % n_rounds + (lane < n_rounds)) and not _is_late(
                    task,
                    _goal_s(task, n_rounds - 1 - lane % n_rounds, READY_TO_BOARD, stop, np.int64(now)),
                    label,
                ):
                    _sit_down(seats[row], lane + 1, label, ready[stop, lane, STEP], call)


@njit(cache=True, nogil=True, _nrt=False)
def _sit_down(seats, lane, label, step, call):  # type: ignore[no-untyped-def]
    seats[0, SEAT_LABEL] = 0
    seats[lane, SEAT_LABEL], seats[lane, SEAT_STEP], seats[lane, SEAT_CALL] = label, step, call


# --- private rides -----------------------------------------------------------------------------------


@njit(cache=True, nogil=True, _nrt=False)
def _get_on(task, state, now, event):  # type: ignore[no-untyped-def]
    """Somebody who waited for a driver boards, unless somebody better has come meanwhile."""
    place, lane, label, at = event[PLACE], event[LANE], event[EVENT_LABEL], event[EVENT_AT]
    i, departure, n_rounds = event[EVENT_RIDE], event[EVENT_DEPARTURE], len(state.goal)
    if at < 0:
        gap = -1 - at
        of_gap = task.fleet.gap_start[i] + gap
        into_s, out_s = (
            np.int64(task.fleet.door_into_s[ORIGIN_DOOR, of_gap]),
            np.int64(task.fleet.door_out_s[ORIGIN_DOOR, of_gap]),
        )
    else:
        gap = np.int64(task.pick_ups[at, PICK_GAP])
        into_s, out_s = np.int64(task.pick_ups[at, PICK_INTO_S]), np.int64(task.pick_ups[at, PICK_OUT_S])
    if event[EVENT_STEP] >= 0:
        row = state.ready[place, lane]
        if label < (row[OTHER] if row[RIDE] == i else row[LABEL]):
            return
        lane = np.int64(task.fleet.next_layer[i, lane // n_rounds]) * n_rounds + lane % n_rounds + 1
    if label <= _cut(task, state, lane % n_rounds):
        return
    riders, one = state.riders, task.fleet.departure_start[i] + departure
    rider = state.counts[N_RIDERS]
    if rider >= len(riders):
        state.counts[IS_FULL] = 1
        return
    state.counts[N_RIDERS] = rider + 1
    row = riders[rider]
    row[RIDER_GAP], row[RIDER_PLACE], row[RIDER_LANE] = gap, place, lane
    row[RIDER_STEP], row[RIDER_LABEL], row[RIDER_CLOCK] = event[EVENT_STEP], label, now
    row[RIDER_INTO_S], row[RIDER_OUT_S] = into_s, out_s
    if lane % n_rounds == n_rounds - 1:
        # His row is free again at once: nobody looks for him in the list of riders.
        state.counts[N_RIDERS] = rider
        _ride_to_goal(task, state, now, i, gap, departure, rider)
        return
    row[RIDER_AFTER] = state.rider_at[one]
    state.rider_at[one] = rider
    state.rider_best[one, lane] = max(state.rider_best[one, lane], label)
    for here in range(gap, task.fleet.n_gaps[i]):
        of_gap = task.fleet.gap_start[i] + here
        if task.fleet.room[of_gap] == 0:
            return
        _turn_back(task, state, now, i, gap, here, departure, rider)
        if state.is_driven[task.gap_departures[of_gap] + departure] == 0:
            state.is_driven[task.gap_departures[of_gap] + departure] = 1
            _send(task, state, now, i, here, departure)


@njit(cache=True, nogil=True, _nrt=False)
def _ride_to_goal(task, state, now, i, gap, departure, rider):  # type: ignore[no-untyped-def]
    """Who has boarded his last vehicle gets off where one can walk to the goal, or at its door."""
    for here in range(gap, task.fleet.n_gaps[i]):
        of_gap = task.fleet.gap_start[i] + here
        if task.fleet.room[of_gap] == 0:
            return
        for at in range(task.goal_first[of_gap], task.goal_last[of_gap]):
            entry = np.int64(task.goal_entry[at])
            _get_off(task, state, now, i, here, departure, (entry, entry + 1), rider, True)
        if task.fleet.door_into_s[DESTINATION_DOOR, of_gap] < FAR_S:
            _get_off(task, state, now, i, here, departure, (np.int64(DOOR), np.int64(DOOR + 1)), rider, True)


@njit(cache=True, nogil=True, _nrt=False)
def _turn_back(task, state, now, i, gap, here, departure, rider):  # type: ignore[no-untyped-def]
    """Who has just got on gets off at places that the driver would have passed by now, if it were not for him.

    Those lie in his own gap, and after a long detour behind the next stop too.
    """
    passed_s = now + task.base_s - _leaves(task, i, here, departure)
    stop = task.fleet.first_stop[i] + here
    first, last = task.fleet.entry_start[stop], task.fleet.entry_start[stop + 1]
    nearest_s = np.int64(0)
    if here == gap and state.riders[rider, RIDER_PLACE] < len(task.stop_ok):
        nearest_s = passed_s - task.fleet.back_s[task.fleet.first_stop[i] + gap]
    passed = first + np.searchsorted(task.fleet.into_s[first:last], passed_s, "right")
    nearest = first + np.searchsorted(task.fleet.into_s[first:last], nearest_s, "left")
    _get_off(task, state, now, i, here, departure, (nearest, passed), rider, True)
    if task.fleet.door_into_s[DESTINATION_DOOR, task.fleet.gap_start[i] + here] <= passed_s:
        _get_off(task, state, now, i, here, departure, (np.int64(DOOR), np.int64(DOOR + 1)), rider, True)


@njit(cache=True, nogil=True, _nrt=False)
def _send(task, state, now, i, gap, departure):  # type: ignore[no-untyped-def]
    """From now on people can get off a departure of a ride in this gap, at its meeting points and at the door."""
    passed_s = now + task.base_s - _leaves(task, i, gap, departure)
    of_gap = task.fleet.gap_start[i] + gap
    stop = task.fleet.first_stop[i] + gap
    first, last = task.fleet.entry_start[stop], task.fleet.entry_start[stop + 1]
    at = first + np.searchsorted(task.fleet.into_s[first:last], passed_s, "right")
    if at < last:
        _wait(task, state, i, gap, departure, at)
    if passed_s < task.fleet.door_into_s[DESTINATION_DOOR, of_gap] < FAR_S:
        _wait(task, state, i, gap, departure, np.int64(DOOR))


@njit(cache=True, nogil=True, _nrt=False)
def _wait(task, state, i, gap, departure, at):  # type: ignore[no-untyped-def]
    driver = state.counts[N_DRIVERS]
    if driver >= len(state.drivers):
        state.counts[IS_FULL] = 1
        return
    state.counts[N_DRIVERS] = driver + 1
    row = state.drivers[driver]
    row[DRIVER_RIDE], row[DRIVER_GAP], row[DRIVER_DEPARTURE] = i, gap, departure
    _wait_at(task, state, driver, at)


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _wait_at(task, state, driver, at):  # type: ignore[no-untyped-def]
    """Put a driver down for the moment at which he is at a place."""
    row = state.drivers[driver]
    i, gap = row[DRIVER_RIDE], row[DRIVER_GAP]
    into_s = np.int64(
        task.fleet.into_s[at]
        if at >= 0
        else task.fleet.door_into_s[DESTINATION_DOOR, task.fleet.gap_start[i] + gap]
    )
    clock = _leaves(task, i, gap, row[DRIVER_DEPARTURE]) + into_s - task.base_s
    if clock <= task.last_arrival_s:
        row[DRIVER_AT] = at
        row[DRIVER_AFTER] = state.driver_at[clock - task.first_s]
        state.driver_at[clock - task.first_s] = driver


@njit(cache=True, nogil=True, _nrt=False)
def _pass_places(task, state, now):  # type: ignore[no-untyped-def]
    """All drivers with riders who are at a place now: some get off, and they drive on to their next places.

    One call for all of them, since every call copies the bundles.
    """
    after = np.int64(state.driver_at[now - task.first_s])
    while after >= 0:
        driver, row = after, state.drivers[after]
        after = row[DRIVER_AFTER]
        i, gap, departure, at = row[DRIVER_RIDE], row[DRIVER_GAP], row[DRIVER_DEPARTURE], row[DRIVER_AT]
        one = task.fleet.departure_start[i] + departure
        if at == DOOR:
            _get_off(task, state, now, i, gap, departure, (at, at + 1), np.int64(state.rider_at[one]), False)
            continue
        best, n_rounds = state.rider_best[one], len(state.goal)
        is_of_use = False
        for lane in range(n_rounds + 1, len(best)):
            is_of_use = is_of_use or (
                best[lane] > _cut(task, state, lane % n_rounds)
                and best[lane] > task.known[now - task.first_s]
            )
        if not is_of_use:
            state.is_driven[task.gap_departures[task.fleet.gap_start[i] + gap] + departure] = 0
            continue
        end = task.fleet.entry_start[task.fleet.first_stop[i] + gap + 1]
        here_s = task.fleet.into_s[at]
        while at < end and task.fleet.into_s[at] == here_s:
            if _is_wanted(task, state, now, i, best, task.fleet.meeting[at]):
                _get_off(
                    task, state, now, i, gap, departure, (at, at + 1), np.int64(state.rider_at[one]), False
                )
            at += 1
        if at < end:
            _wait_at(task, state, driver, at)


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _is_wanted(task, state, now, i, best, meeting):  # type: ignore[no-untyped-def]
    """Whether a place would gain by anybody who rides along, as far as one knows by now."""
    n_rounds = len(state.goal)
    for lane in range(n_rounds + 1, len(best)):
        if best[lane] <= _cut(task, state, lane % n_rounds):
            continue
        for at in range(task.fleet.meeting_start[meeting], task.fleet.meeting_start[meeting + 1]):
            stop = task.fleet.meeting_stops[at]
            if lane % n_rounds == n_rounds - 1 and task.egress_s[stop] < 0:
                continue
            if _is_late(task, _goal_s(task, n_rounds - 1 - lane % n_rounds, ARRIVED, stop, now), best[lane]):
                continue
            if not _is_beaten(state.arrived, state.arrived_bound, stop, lane, n_rounds, best[lane], i):
                return True
    return False


@njit(cache=True, nogil=True, _nrt=False)
def _get_off(task, state, now, i, gap, departure, entries, rider, is_alone):  # type: ignore[no-untyped-def]
    """The rider, and unless `is_alone` all after him in the list, who may and want to get off at entries first:last of
    the gap, or at the door.

    One call for many entries, since every call copies the bundles.
    """
    for entry in range(entries[0], entries[1]):
        one = rider
        while one >= 0:
            row = state.riders[one]
            _get_off_at(task, state, now, i, gap, departure, entry, row)
            one = np.int64(-1) if is_alone else row[RIDER_AFTER]


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _get_off_at(task, state, now, i, gap, departure, entry, row):  # type: ignore[no-untyped-def]
    n_rounds, n_stops, n_meetings = len(state.goal), len(task.stop_ok), len(task.fleet.from_origin_s)
    of_gap = task.fleet.gap_start[i] + gap
    lane, label = row[RIDER_LANE], row[RIDER_LABEL]
    left = n_rounds - 1 - lane % n_rounds
    if label <= _cut(task, state, lane % n_rounds) or row[RIDER_GAP] > gap:
        return
    if entry == DOOR:
        meeting = np.int64(n_meetings + DESTINATION_DOOR)
        into_s, out_s = (
            np.int64(task.fleet.door_into_s[1, of_gap]),
            np.int64(task.fleet.door_out_s[1, of_gap]),
        )
        first, last = np.int64(0), np.int64(1)
    else:
        meeting = np.int64(task.fleet.meeting[entry])
        into_s, out_s = np.int64(task.fleet.into_s[entry]), np.int64(task.fleet.out_s[entry])
        first, last = task.fleet.meeting_start[meeting], task.fleet.meeting_start[meeting + 1]
        leg_s = task.fleet.leg_s[task.fleet.first_stop[i] + gap]
        if row[RIDER_GAP] == gap and row[RIDER_INTO_S] + out_s > leg_s + np.int64(task.fleet.spare_s[i]):
            return
    dropped, detour = np.int64(-2), np.int64(0)
    for at in range(first, last):
        place = np.int64(n_stops + DESTINATION_DOOR)
        if entry >= 0:
            place = np.int64(task.fleet.meeting_stops[at])
            if task.stop_ok[place] == 0 or (left == 0 and task.egress_s[place] < 0):
                continue
            if dropped == -2 and _is_late(task, _goal_s(task, left, ARRIVED, place, now), label):
                continue
            if _is_beaten(state.arrived, state.arrived_bound, place, lane, n_rounds, label, i):
                continue
        if dropped == -2:
            dropped, detour = _dropped(task, i, row, gap, meeting, into_s, out_s)
        when = dropped - task.base_s
        if dropped < 0 or when > min(np.int64(task.last_arrival_s), (label >> WALK_BITS) + task.most_s):
            return
        if _is_late(task, _goal_s(task, left, ARRIVED, place, when) if entry >= 0 else when, label):
            continue
        if _is_overtaken(state.coming[place, lane], label, when, i):
            continue
        step = _note_step(
            state,
            BY_RIDE,
            i,
            (row[RIDER_PLACE], place),
            (row[RIDER_GAP], gap),
            (row[RIDER_CLOCK], when),
            departure,
            detour,
            row[RIDER_STEP],
        )
        # Never into the past, should turns that are closed make a way by somebody's halt the only one.
        slot = max(when, now) - task.first_s
        _await(state, slot, ARRIVAL, place, lane, label, i, np.int64(step))


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _is_overtaken(coming, label, when, ride):  # type: ignore[no-untyped-def]
    """Whether others who left later will be at a place sooner: by the same ride, or by two different ones, as one of them may be the
    very one that is to be boarded next. Whoever is not is written down.
    """
    n, of_ride = 0, np.int64(-1)
    for one in range(2):
        known, known_s = coming[one, COMING_LABEL], coming[one, COMING_S]
        if coming[one, COMING_RIDE] == ride:
            of_ride = np.int64(one)
        if (
            coming[one, COMING_RIDE] >= 0
            and known >= label
            and known_s <= when
            and (known > label or known_s < when)
        ):
            n += 2 if coming[one, COMING_RIDE] == ride else 1
    if n >= 2:
        return True
    one = of_ride
    if one < 0:
        one = np.int64(coming[1, COMING_RIDE] < 0 or coming[1, COMING_LABEL] < coming[0, COMING_LABEL])
        if coming[0, COMING_RIDE] < 0:
            one = np.int64(0)
    if coming[one, COMING_RIDE] < 0 or coming[one, COMING_LABEL] <= label:
        coming[one, COMING_LABEL], coming[one, COMING_S], coming[one, COMING_RIDE] = label, when, ride
    return False


@njit(cache=True, nogil=True, _nrt=False)
def _dropped(task, i, rider, gap, meeting, into_s, out_s):  # type: ignore[no-untyped-def]
    """(UTC second of the drop-off, extra driving) of a rider, the first -1 where it is not possible."""
    from_gap, place = rider[RIDER_GAP], rider[RIDER_PLACE]
    n_meetings = len(task.fleet.from_origin_s)
    never = np.int64(-1), np.int64(0)
    if place >= len(task.stop_ok):
        is_door = meeting >= n_meetings
        between_s = np.int64(task.fleet.door_to_door_s if is_door else task.fleet.from_origin_s[meeting])
        if is_door and between_s >= FAR_S:
            # Doors with equal coordinates are one place.
            return never
    else:
        at = task.fleet.stop_meeting[place]
        if at == meeting:
            return never
        if meeting < n_meetings:
            between_s = np.int64(task.fleet.drive_from_s[meeting, at])
            if between_s == NO_WAY:
                between_s = np.int64(FAR_S)
        else:
            between_s = np.int64(task.fleet.to_destination_s[at])
    if from_gap == gap and between_s >= FAR_S:
        return never
    pick, drop = (from_gap, rider[RIDER_INTO_S], rider[RIDER_OUT_S]), (np.int64(gap), into_s, out_s)
    extra_s = detour_s(task.fleet, i, pick, drop, between_s)
    if extra_s > task.fleet.spare_s[i] or not has_room(task.fleet, i, from_gap, gap):
        return never
    if from_gap < gap:
        between_s = np.int64(0)
    return dropped_at(task.fleet, i, pick, drop, between_s, rider[RIDER_CLOCK] + task.base_s), extra_s
