"""What one pass of the `sweep` asks and writes down: its columns, and the few rules for labels and lists that all of it uses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.fleet import Fleet
from routing.last_vehicle import SLOT_S
from routing.onward import onward_s

NOBODY = np.int64(-1)
ALWAYS = np.int64(1) << np.int64(62)

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

# Columns of who boarded a departure of a ride, a list by departure and lane.
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
N_EVENTS, N_STEPS, N_RIDERS, N_DRIVERS, N_FOUND, IS_FULL, FREE_EVENT, FREE_STEP, N_TRIED, IS_TIRED = range(10)
N_COUNTS = 10


class Task(NamedTuple):
    """One query.

    trip_calls, run_calls   (n, N_CALL_COLUMNS) int32 by time, of one trip in the order of its calls: see `in_order`
    change_start, change    (n_stops + 1,) int64 into (n, 3) int32 of `changes.rows`
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
    soonest                 (2, n_stops, n_minutes) int32, see `last_vehicle.soonest`; not asked where `onward_ready` is there
    onward_ready, onward_arrived    (n_minutes, n_stops, N_CELLS) uint16, empty until it is looked ahead: see `onward`
    onward_known            (n_minutes, n_stops) uint8, which rows of `onward_arrived` have been worked out
    onward_boarding         (n entries of gaps, n_departures, N_LEFT) uint16, the same for whoever boards a ride
    area_drive_s …          where people get off rides by area, see `look_ahead`: `_Drops.area_drive_s`, out_s, first, entry, reached, known
    patience                after so many tries of getting off a ride the pass ends with counts[IS_TIRED]
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
    onward_ready: NDArray[np.uint16]
    onward_arrived: NDArray[np.uint16]
    onward_known: NDArray[np.uint8]
    onward_boarding: NDArray[np.uint16]
    area_drive_s: NDArray[np.uint16]
    area_out_s: NDArray[np.uint16]
    area_first: NDArray[np.int32]
    area_entry: NDArray[np.int64]
    area_reached: NDArray[np.uint16]
    area_known: NDArray[np.uint8]
    patience: int
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
    rider_at, riders        (n_departures, n_lanes) int32 into (…, N_RIDER_COLUMNS) int64, who left latest first
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


@njit(cache=True, nogil=True, _nrt=False)
def leaves_s(task, i, gap, departure):  # type: ignore[no-untyped-def]
    """When a driver leaves the stop before a gap (UTC), -1 if a promise breaks."""
    return task.fleet.leave[
        task.fleet.leave_start[i] + np.int64(gap) * task.fleet.n_departures[i] + departure
    ]


@njit(cache=True, nogil=True, _nrt=False)
def cut_of(task, state, vehicles):  # type: ignore[no-untyped-def]
    """Labels up to here are of no use any more with that many vehicles at the goal."""
    return state.cut[max(vehicles, task.first_new)]


@njit(cache=True, nogil=True, _nrt=False)
def reaches_s(task, left, lane_family, state_there, place, when):  # type: ignore[no-untyped-def]
    """When somebody at a stop, ARRIVED or READY_TO_BOARD, is at the goal at the earliest with so many more vehicles.

    lane_family     WITH_RIDE for whoever has not used a private ride yet, else ANY
    """
    reached = when + task.least_s[left, state_there, place]
    if left == 0 or reached > task.last_arrival_s:
        return reached
    if len(task.onward_ready):
        return max(reached, onward_s(task, left, lane_family, state_there, place, when))
    if left == 1:
        return max(reached, np.int64(task.soonest[state_there, place, (when - task.first_s) // SLOT_S]))
    return reached


@njit(cache=True, nogil=True, _nrt=False)
def is_late(task, when, label):  # type: ignore[no-untyped-def]
    """Whether reaching the goal at a moment is no better than what is known, or too late anyway.

    Who is there before the window begins is of no use where he is beaten at its beginning.
    """
    return when > task.last_arrival_s or label <= task.known[max(when, task.first_arrival_s) - task.first_s]


@njit(cache=True, nogil=True, _nrt=False)
def is_beaten(best, bound, place, lane, n_rounds, label, ride):  # type: ignore[no-untyped-def]
    """Whether somebody with as few vehicles is there already who can go on wherever this one could."""
    if label <= bound[lane, place]:
        return True
    if ride >= 0:
        for fewer in range(lane - lane % n_rounds + 1, lane + 1):
            if best[place, fewer, RIDE] == ride and best[place, fewer, LABEL] >= label:
                return True
    return False


@njit(cache=True, nogil=True, _nrt=False)
def put(best, bound, place, lane, n_rounds, label, ride, step):  # type: ignore[no-untyped-def]
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
def wait_for(state, slot, kind, place, lane, label, ride, step):  # type: ignore[no-untyped-def]
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
def note_step(state, fleet, ref, places, ats, clocks, departure, detour, before):  # type: ignore[no-untyped-def]
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
def forget_step(state, step):  # type: ignore[no-untyped-def]
    """Its row is free again; not after the lists ran full, when steps are no longer counted."""
    if not state.counts[IS_FULL]:
        state.steps[step, BEFORE] = state.counts[FREE_STEP]
        state.counts[FREE_STEP] = step
