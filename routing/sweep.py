"""One pass over the hours of a query, in the order of time: timetable, runs and private rides together.

What somebody standing at a place needs to know is only *when they left home at the latest*: at each moment the best
label of a place is the one that left latest, for each number of vehicles and each layer (layer 0 has used no private
ride). So a whole range of departures costs one pass:

- a vehicle that calls at a stop takes on the best label that is ready there, and leaves its own there, which walks on to
  wherever it is ready later (`_pass_calls`, `_arrive`, `_get_ready`);
- a ride is such a vehicle for every departure of its driver. Where it was boarded decides whether and when it
  can be left elsewhere, so each departure keeps the list of its riders (`sweep_rides`);
- whatever reaches the goal and left later than all that got there before is a best journey, and whatever left no later
  than that is of no use any more (`cut`).

Times are seconds after the base of the search. A label is an int64: the second of departure, then little walking, so the larger
is the better; -1 is nobody. A *lane* is a layer and a number of vehicles used: layer * n_rounds + vehicles.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from routing.changes import TAKES_S, TO, WALK_S
from routing.last_vehicle import (
    ARRIVED,
    LEAST_WALKING,
    PICK_FIRST_S,
    PICK_GAP,
    PICK_GOAL_S,
    PICK_INTO_S,
    PICK_LAST_S,
    PICK_ORDINAL,
    PICK_RIDE,
    READY_TO_BOARD,
    WALK_BITS,
)
from routing.onward import ANY, WITH_RIDE, cell
from routing.ride_clocks import FAR_S, ORIGIN_DOOR
from routing.sweep_rides import get_on, pass_places
from routing.sweep_state import (
    AFTER,
    ALWAYS,
    ARRIVAL,
    ARRIVES_S,
    COMING_RIDE,
    EVENT_AT,
    EVENT_DEPARTURE,
    EVENT_LABEL,
    EVENT_RIDE,
    EVENT_STEP,
    FOUND_LABEL,
    FREE_EVENT,
    FREE_STEP,
    GOAL,
    IS_FULL,
    IS_TIRED,
    KIND,
    LABEL,
    LANE,
    LAST_STEP,
    N_FOUND,
    N_TRIED,
    NOBODY,
    OTHER,
    PICK_UP,
    PLACE,
    READY,
    RIDE,
    RUN,
    SEAT_CALL,
    SEAT_LABEL,
    SEAT_STEP,
    STEP,
    TRIP,
    cut_of,
    forget_step,
    is_beaten,
    is_late,
    leaves_s,
    note_step,
    put,
    reaches_s,
    wait_for,
)

# Columns of a call; WHAT holds ARRIVES and the window's bits of boarding shifted by BOARD_SHIFT.
TIME, ROW, CALL, STOP, WHAT = range(5)
N_CALL_COLUMNS = 5
ARRIVES, BOARD_SHIFT = 1, 1


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
    """Fill `state.found`; stops with counts[IS_FULL] set when a list of the state is too short, or IS_TIRED."""
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
                    pass_places(task, state, now)
            if event_at[slot] < 0 or counts[IS_FULL]:
                break
        if counts[N_TRIED] > task.patience:
            counts[IS_TIRED] = 1
        if counts[IS_FULL] or counts[IS_TIRED]:
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
    if len(state.goal) == 2 and at >= 0 and len(task.onward_ready) == 0:
        least_s = np.int64(task.pick_ups[at, PICK_GOAL_S])
    for departure in range(task.fleet.n_departures[i]):
        leaves = leaves_s(task, i, gap, departure)
        clock = leaves + into_s - task.base_s
        if leaves < 0 or not task.first_s <= clock - walk_s <= task.last_s or clock > task.last_arrival_s:
            continue
        if departure and leaves_s(task, i, gap, departure - 1) == leaves:
            continue
        label = ((clock - walk_s) << WALK_BITS) + LEAST_WALKING - walk_s
        if is_late(task, clock + least_s, label):
            continue
        if at >= 0 and len(task.onward_ready):
            reached = task.onward_boarding[
                task.pick_ups[at, PICK_ORDINAL], departure, cell(len(state.goal) - 1, ANY)
            ]
            if is_late(task, task.first_s + np.int64(reached), label):
                continue
        lane = np.int64(task.fleet.next_layer[i, 0]) * len(state.goal) + 1
        event = wait_for(state, clock - task.first_s, PICK_UP, place, lane, label, np.int64(i), np.int64(-1))
        state.events[event, EVENT_AT], state.events[event, EVENT_DEPARTURE] = at, departure


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
                forget_step(state, row[EVENT_STEP])
        elif row[KIND] == READY:
            _get_ready(task, state, now, place, lane, label, row[EVENT_RIDE], row[EVENT_STEP])
        elif row[KIND] == PICK_UP:
            get_on(task, state, now, row)
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
    if label <= cut_of(task, state, vehicles + (layer == 0)):
        return False
    if place < n_stops and is_late(
        task, reaches_s(task, n_rounds - 1 - vehicles, np.int64(layer == 0), ARRIVED, place, now), label
    ):
        return False
    if is_beaten(state.arrived, state.arrived_bound, place, lane, n_rounds, label, ride):
        return False
    is_used = False
    last_s = min(np.int64(task.last_arrival_s), (label >> WALK_BITS) + task.most_s)
    if layer > 0:
        egress_s = np.int64(task.egress_s[place]) if place < n_stops else np.int64(0)
        if egress_s >= 0 and now + egress_s <= last_s and label - egress_s > state.goal[vehicles]:
            wait_for(state, now + egress_s - task.first_s, GOAL, place, lane, label - egress_s, ride, step)
            is_used = True
    put(state.arrived, state.arrived_bound, place, lane, n_rounds, label, ride, step)
    if vehicles == n_rounds - 1 or place >= n_stops:
        return is_used
    cut, bound, changes, stop_ok = (
        cut_of(task, state, vehicles + 1),
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
            and not is_late(
                task,
                reaches_s(task, n_rounds - 1 - vehicles, np.int64(layer == 0), READY_TO_BOARD, to, when),
                walked,
            )
        ):
            wait_for(state, when - task.first_s, READY, to, lane, walked, ride, step)
            is_used = True
    return is_used


@njit(cache=True, nogil=True, _nrt=False)
def _get_ready(task, state, now, place, lane, label, ride, step):  # type: ignore[no-untyped-def]
    n_rounds = len(state.goal)
    if label <= cut_of(task, state, lane % n_rounds + 1):
        return
    if is_beaten(state.ready, state.ready_bound, place, lane, n_rounds, label, ride):
        return
    row = state.ready[place, lane]
    is_second, best_ride = label <= row[LABEL], row[RIDE]
    put(state.ready, state.ready_bound, place, lane, n_rounds, label, ride, step)
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
    left, knows_onward = n_rounds - 1 - lane % n_rounds, len(task.onward_ready) > 0
    is_last = left == 1 and not knows_onward
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
        if is_last and is_late(task, first_s + goal_s, label):
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
        if knows_onward:
            reached = task.onward_boarding[pick_ups[at, PICK_ORDINAL], departure, cell(left, ANY)]
            goal_s = task.first_s + np.int64(reached) - clock
        if clock <= last_s and not ((is_last or knows_onward) and is_late(task, clock + goal_s, label)):
            event = wait_for(state, clock - task.first_s, PICK_UP, place, lane, label, np.int64(i), step)
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
                    label <= cut_of(task, state, lane % n_rounds + is_first_layer)
                    or seats[row, lane, SEAT_CALL] >= call
                ):
                    continue
                if label <= bound[lane, stop]:
                    continue
                if is_late(
                    task,
                    reaches_s(
                        task,
                        n_rounds - 1 - lane % n_rounds,
                        np.int64(is_first_layer),
                        ARRIVED,
                        stop,
                        np.int64(now),
                    ),
                    label,
                ):
                    continue
                if lane % n_rounds == n_rounds - 1 and (is_first_layer or egress[stop] < 0):
                    continue
                step = note_step(
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
                    forget_step(state, np.int64(step))
        if (what >> BOARD_SHIFT) & board_mask:
            walk_s = np.int64(access[stop])
            if walk_s >= 0 and task.first_s <= now - walk_s <= task.last_s:
                label = ((now - walk_s) << WALK_BITS) + LEAST_WALKING - walk_s
                is_better = label > seats[row, 1, SEAT_LABEL] or seats[row, 1, SEAT_CALL] > call
                if (
                    is_better
                    and label > cut_of(task, state, 2)
                    and not is_late(
                        task,
                        reaches_s(task, n_rounds - 1, WITH_RIDE, READY_TO_BOARD, stop, np.int64(now)),
                        label,
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
                if label > cut_of(task, state, (lane + 1) % n_rounds + (lane < n_rounds)) and not is_late(
                    task,
                    reaches_s(
                        task,
                        n_rounds - 1 - lane % n_rounds,
                        np.int64(lane < n_rounds),
                        READY_TO_BOARD,
                        stop,
                        np.int64(now),
                    ),
                    label,
                ):
                    _sit_down(seats[row], lane + 1, label, ready[stop, lane, STEP], call)


@njit(cache=True, nogil=True, _nrt=False)
def _sit_down(seats, lane, label, step, call):  # type: ignore[no-untyped-def]
    seats[0, SEAT_LABEL] = 0
    seats[lane, SEAT_LABEL], seats[lane, SEAT_STEP], seats[lane, SEAT_CALL] = label, step, call
