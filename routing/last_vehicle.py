"""When the goal is reached by just one more vehicle, for every stop and every minute.

`bounds` knows how long it takes at least, whatever the clock says; this is what the clock says for the last vehicle of
a journey: which trip, run or ride really goes there next. Rides are looked at one by one with the detour of both halts, as far
as they lead to somewhere from where one can walk to the goal. The sweep drops whoever would come later than journeys that
are known already, before he waits for any vehicle that leads nowhere.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from routing.overlay import HALT_S
from routing.ride_clocks import DESTINATION_DOOR, FAR_S, NO_WAY

SLOT_S = 60
"""Moments are told apart by the minute; somebody is taken to be there when it begins."""

# Columns of where rides pick up, by meeting point, the ride that may leave first at the head. GOAL_S is how long it takes
# at least from there to the goal without another vehicle, FAR_S without a way.
PICK_RIDE, PICK_GAP, PICK_INTO_S, PICK_OUT_S, PICK_GOAL_S = range(5)
N_PICK_UP_COLUMNS = 5

ARRIVED, READY_TO_BOARD = range(2)


@njit(cache=True, nogil=True)
def goal_entries(rides, is_goal):  # type: ignore[no-untyped-def]
    """(first, last, entries): in gap g people get off for the goal at the entries first[g]:last[g] of a Fleet.

    is_goal     (n_meetings,) uint8, where somebody can walk from to the goal
    """
    n_gaps = len(rides.room)
    first, last = np.zeros(n_gaps, np.int64), np.zeros(n_gaps, np.int64)
    meeting, entry_start = rides.meeting, rides.entry_start
    n = 0
    for i in range(len(rides.n_gaps)):
        for gap in range(rides.n_gaps[i]):
            stop = rides.first_stop[i] + gap
            for entry in range(entry_start[stop], entry_start[stop + 1]):
                n += is_goal[meeting[entry]]
    entries = np.empty(n, np.int64)
    n = 0
    for i in range(len(rides.n_gaps)):
        for gap in range(rides.n_gaps[i]):
            stop, of_gap = rides.first_stop[i] + gap, rides.gap_start[i] + gap
            first[of_gap] = n
            for entry in range(entry_start[stop], entry_start[stop + 1]):
                if is_goal[meeting[entry]]:
                    entries[n] = entry
                    n += 1
            last[of_gap] = n
    return first, last, entries


@njit(cache=True, nogil=True)
def pick_ups(rides, n_meetings):  # type: ignore[no-untyped-def]
    """(start, rows): the rides of a Fleet, ordered by `earliest`, can be boarded at meeting point m as rows[start[m]:start[m + 1]]
    say; PICK_GOAL_S is FAR_S yet, see `soonest`.
    """
    start = np.zeros(n_meetings + 1, np.int64)
    meeting, into_s, out_s, entry_start = rides.meeting, rides.into_s, rides.out_s, rides.entry_start
    for i in range(len(rides.n_gaps)):
        for gap in range(rides.n_gaps[i]):
            stop = rides.first_stop[i] + gap
            if rides.room[rides.gap_start[i] + gap]:
                for entry in range(entry_start[stop], entry_start[stop + 1]):
                    start[meeting[entry] + 1] += 1
    for m in range(n_meetings):
        start[m + 1] += start[m]
    rows = np.empty((start[-1], N_PICK_UP_COLUMNS), np.int32)
    end = start.copy()
    for i in range(len(rides.n_gaps)):
        for gap in range(rides.n_gaps[i]):
            stop = rides.first_stop[i] + gap
            if rides.room[rides.gap_start[i] + gap]:
                for entry in range(entry_start[stop], entry_start[stop + 1]):
                    row = rows[end[meeting[entry]]]
                    end[meeting[entry]] += 1
                    row[PICK_RIDE], row[PICK_GAP] = i, gap
                    row[PICK_INTO_S], row[PICK_OUT_S] = into_s[entry], out_s[entry]
                    row[PICK_GOAL_S] = FAR_S
    return start, rows


@njit(cache=True, nogil=True)
def soonest(task, trips, runs):  # type: ignore[no-untyped-def]
    """(2, n_stops, n_minutes) int32: the second at which the goal is reached at the earliest, ARRIVED at a stop and able to
    walk or change there, or READY_TO_BOARD one more vehicle; `task.last_arrival_s` + 1 without a way.

    Fills PICK_GOAL_S of `task.pick_ups`. `trips` and `runs` are Windows.
    """
    fleet, egress_s = task.fleet, task.egress_s
    n_stops, n_slots = len(egress_s), (task.last_arrival_s - task.first_s) // SLOT_S + 1
    at_goal = np.full((2, n_stops, n_slots), np.int32(task.last_arrival_s + 1))
    arrived, ready = at_goal[ARRIVED], at_goal[READY_TO_BOARD]
    by_ride = np.full((len(fleet.from_origin_s), n_slots), np.int32(task.last_arrival_s + 1))
    _ride_to(task, by_ride)
    _travel_to(task, trips, ready)
    _travel_to(task, runs, ready)
    for stop in range(n_stops):
        meeting, row = fleet.stop_meeting[stop], ready[stop]
        if meeting >= 0:
            for slot in range(n_slots):
                row[slot] = min(row[slot], by_ride[meeting, slot])
        for slot in range(n_slots - 2, -1, -1):
            row[slot] = min(row[slot], row[slot + 1])
    for stop in range(n_stops):
        row = arrived[stop]
        if egress_s[stop] >= 0:
            for slot in range(n_slots):
                row[slot] = task.first_s + slot * SLOT_S + egress_s[stop]
        for change in range(task.change_start[stop], task.change_start[stop + 1]):
            to, later = task.change[change, 0], task.change[change, 1] // SLOT_S
            if task.stop_ok[to]:
                for slot in range(n_slots - later):
                    row[slot] = min(row[slot], ready[to, slot + later])
    return at_goal


@njit(cache=True, nogil=True)
def _travel_to(task, window, ready):  # type: ignore[no-untyped-def]
    """By trips or runs: `ready` gets what each calling vehicle gives, not yet what waiting for a later one gives."""
    first_s, last_s, egress_s, stop_ok = task.first_s, task.last_arrival_s, task.egress_s, task.stop_ok
    for p in range(len(window.n_trips)):
        begin, first_call = window.time_start[p], window.stop_start[p]
        n_calls = window.stop_start[p + 1] - first_call
        leads_there = False
        for i in range(n_calls):
            leads_there = leads_there or egress_s[window.stops[first_call + i]] >= 0
        if not leads_there:
            continue
        for t in range(window.n_trips[p]):
            reached = np.int64(last_s + 1)
            for i in range(n_calls - 1, -1, -1):
                stop = window.stops[first_call + i]
                arr = np.int64(window.trip_times[begin + t * n_calls + i, 0])
                dep = np.int64(window.trip_times[begin + t * n_calls + i, 1])
                if dep < first_s:
                    break
                if not stop_ok[stop]:
                    continue
                if window.board[first_call + i] & task.board_mask and dep <= last_s:
                    slot = (dep - first_s) // SLOT_S
                    ready[stop, slot] = min(ready[stop, slot], reached)
                if window.alight[first_call + i] and egress_s[stop] >= 0 and arr <= last_s:
                    reached = min(reached, arr + egress_s[stop])


@njit(cache=True, nogil=True)
def _ride_to(task, by_ride):  # type: ignore[no-untyped-def]
    """By private rides: `by_ride` (n_meetings, n_slots) gets what each ride gives, and PICK_GOAL_S of the pick-ups."""
    fleet, rows = task.fleet, task.pick_ups
    into_s, entry_start = fleet.into_s, fleet.entry_start
    walk_s = _walks_to_goal(task)
    most = 1
    for i in range(len(fleet.n_gaps)):
        for stop in range(fleet.first_stop[i], fleet.first_stop[i] + fleet.n_gaps[i]):
            most = max(most, entry_start[stop + 1] - entry_start[stop])
    takes_s, goal_s = np.empty(most, np.int64), np.empty(most, np.int64)
    # Pick-ups of a meeting point stand in the order of rides and gaps, so each is the next one of its meeting point.
    next_row = task.pick_start[:-1].copy()
    for i in range(len(fleet.n_gaps)):
        for gap in range(fleet.n_gaps[i]):
            if fleet.room[fleet.gap_start[i] + gap] == 0:
                continue
            stop = fleet.first_stop[i] + gap
            first, n = entry_start[stop], entry_start[stop + 1] - entry_start[stop]
            _drive_on(task, i, gap, walk_s, takes_s)
            goal_s[:n] = FAR_S
            for departure in range(fleet.n_departures[i]):
                leaves = fleet.leave[fleet.leave_start[i] + np.int64(gap) * fleet.n_departures[i] + departure]
                if leaves < 0:
                    continue
                later_s = _reached_later(task, i, gap, departure, walk_s)
                for at in range(n):
                    clock = leaves - task.base_s + into_s[first + at]
                    if clock > task.last_arrival_s:
                        break
                    reached = min(clock + takes_s[at], later_s)
                    if clock < task.first_s or reached > task.last_arrival_s:
                        continue
                    goal_s[at] = min(goal_s[at], reached - clock)
                    best = by_ride[fleet.meeting[first + at]]
                    slot = (clock - task.first_s) // SLOT_S
                    best[slot] = min(best[slot], reached)
            for at in range(n):
                meeting = fleet.meeting[first + at]
                rows[next_row[meeting], PICK_GOAL_S] = goal_s[at]
                next_row[meeting] += 1


@njit(cache=True, nogil=True)
def _walks_to_goal(task):  # type: ignore[no-untyped-def]
    """(n_meetings,) int64 from a meeting point on foot to the goal, FAR_S without a way."""
    fleet = task.fleet
    walk_s = np.full(len(fleet.from_origin_s), np.int64(FAR_S))
    for meeting in range(len(walk_s)):
        for at in range(fleet.meeting_start[meeting], fleet.meeting_start[meeting + 1]):
            stop = fleet.meeting_stops[at]
            if task.stop_ok[stop] and task.egress_s[stop] >= 0:
                walk_s[meeting] = min(walk_s[meeting], np.int64(task.egress_s[stop]))
    return walk_s


@njit(cache=True, nogil=True)
def _drive_on(task, i, gap, walk_s, takes_s):  # type: ignore[no-untyped-def]
    """`takes_s` from being picked up at each entry of a gap to the goal, getting off in the same gap."""
    fleet = task.fleet
    meeting, into_s, out_s = fleet.meeting, fleet.into_s, fleet.out_s
    stop, of_gap = fleet.first_stop[i] + gap, fleet.gap_start[i] + gap
    first, last = fleet.entry_start[stop], fleet.entry_start[stop + 1]
    takes_s[: last - first] = FAR_S
    budget_s = np.int64(fleet.spare_s[i]) + fleet.leg_s[stop]
    for drop in range(task.goal_first[of_gap], task.goal_last[of_gap]):
        entry = task.goal_entry[drop]
        drive_s, left_s = fleet.drive_from_s[meeting[entry]], budget_s - out_s[entry]
        on_foot_s = HALT_S + walk_s[meeting[entry]]
        for at in range(first, last):
            between_s = np.int64(drive_s[meeting[at]])
            if between_s + into_s[at] <= left_s and between_s != NO_WAY:
                takes_s[at - first] = min(takes_s[at - first], between_s + on_foot_s)
    if fleet.door_into_s[DESTINATION_DOOR, of_gap] < FAR_S:
        left_s = budget_s - fleet.door_out_s[DESTINATION_DOOR, of_gap]
        for at in range(first, last):
            between_s = np.int64(fleet.to_destination_s[meeting[at]])
            if between_s + into_s[at] <= left_s:
                takes_s[at - first] = min(takes_s[at - first], between_s + HALT_S)


@njit(cache=True, nogil=True)
def _reached_later(task, i, gap, departure, walk_s):  # type: ignore[no-untyped-def]
    """When the goal is reached at the earliest by whoever gets on in a gap and off in a later one."""
    fleet = task.fleet
    reached = np.int64(task.last_arrival_s + 1)
    for later in range(gap + 1, fleet.n_gaps[i]):
        of_gap = fleet.gap_start[i] + later
        leaves = fleet.leave[fleet.leave_start[i] + np.int64(later) * fleet.n_departures[i] + departure]
        if leaves < 0 or fleet.room[of_gap] == 0:
            break
        clock = leaves - task.base_s
        for drop in range(task.goal_first[of_gap], task.goal_last[of_gap]):
            entry = task.goal_entry[drop]
            reached = min(reached, clock + fleet.into_s[entry] + walk_s[fleet.meeting[entry]])
        if fleet.door_into_s[DESTINATION_DOOR, of_gap] < FAR_S:
            reached = min(reached, clock + fleet.door_into_s[DESTINATION_DOOR, of_gap])
    return reached - _saved_by_halt_s(task, i, gap)


@njit(cache=True, nogil=True)
def _saved_by_halt_s(task, i, gap):  # type: ignore[no-untyped-def]
    """By how much a halt in a gap may bring a driver to his next stop sooner: only where it breaks a forbidden sequence of streets."""
    fleet = task.fleet
    stop = fleet.first_stop[i] + gap
    saved_s = np.int64(0)
    for entry in range(fleet.entry_start[stop], fleet.entry_start[stop + 1]):
        around_s = np.int64(fleet.into_s[entry]) + fleet.out_s[entry] + HALT_S
        saved_s = max(saved_s, fleet.leg_s[stop] - around_s)
    return saved_s
