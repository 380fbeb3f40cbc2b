"""When the goal is reached by just one more vehicle, for every stop and every minute.

`bounds` knows how long it takes at least, whatever the clock says; this is what the clock says for the last vehicle of
a journey: which trip, run or ride really goes there next. Rides are looked at one by one with the detour of both halts, as far
as they lead to somewhere from where one can walk to the goal. The sweep drops whoever would come later than journeys that
are known already, before he waits for any vehicle that leads nowhere.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from routing.bounds import NEVER_S
from routing.changes import TAKES_S, TO
from routing.overlay import HALT_S
from routing.ride_clocks import DESTINATION_DOOR, FAR_S, NO_WAY

WALK_BITS = 20
LEAST_WALKING = (1 << WALK_BITS) - 1
"""The label of whoever leaves at second s and has not walked yet is (s << WALK_BITS) + LEAST_WALKING; see `sweep`."""

SLOT_S = 60
"""Moments are told apart by the minute; somebody is taken to be there when it begins."""

# Columns of where rides pick up, by meeting point, the ride that may leave first at the head. GOAL_S is how long it takes
# at least from there to the goal without another vehicle, FAR_S without a way.
# The first and the last departure of the ride are there at FIRST_S and LAST_S. ORDINAL counts all entries of all gaps.
PICK_RIDE, PICK_GAP, PICK_INTO_S, PICK_OUT_S, PICK_GOAL_S, PICK_FIRST_S, PICK_LAST_S, PICK_ORDINAL = range(8)
N_PICK_UP_COLUMNS = 8

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
def pick_ups(task, home_s):  # type: ignore[no-untyped-def]
    """(is_useful, start, rows): rides can be boarded at meeting point m as rows[start[m]:start[m + 1]] say, ordered by `earliest`
    as the rides of the Fleet are. PICK_GOAL_S is FAR_S yet, see `soonest`.

    home_s      (n_meetings,) int64 how long it takes from home at least: where nobody can be picked up in time to be at the
                goal before journeys that are known, there is no row
    is_useful   uint8 for all entries of all gaps, one after the other: 1 where there is a row
    """
    fleet = task.fleet
    meeting, into_s, out_s, entry_start = fleet.meeting, fleet.into_s, fleet.out_s, fleet.entry_start
    first_s, last_s = _first_and_last(fleet)
    goal_s = goal_from_meetings_s(task)
    n = 0
    for i in range(len(fleet.n_gaps)):
        n += entry_start[fleet.first_stop[i] + fleet.n_gaps[i]] - entry_start[fleet.first_stop[i]]
    is_useful, start = np.zeros(n, np.uint8), np.zeros(len(home_s) + 1, np.int64)
    n = 0
    for i in range(len(fleet.n_gaps)):
        for gap in range(fleet.n_gaps[i]):
            stop = fleet.first_stop[i] + gap
            begin = fleet.leave_start[i] + np.int64(gap) * fleet.n_departures[i]
            leaves = fleet.leave[begin : begin + fleet.n_departures[i]]
            for entry in range(entry_start[stop], entry_start[stop + 1]):
                m = meeting[entry]
                if first_s[fleet.gap_start[i] + gap] >= 0 and _is_useful(
                    task, leaves, np.int64(into_s[entry]) - task.base_s, home_s[m], goal_s[m]
                ):
                    is_useful[n] = 1
                    start[m + 1] += 1
                n += 1
    for m in range(len(home_s)):
        start[m + 1] += start[m]
    rows = np.empty((start[-1], N_PICK_UP_COLUMNS), np.int32)
    end = start.copy()
    n = 0
    for i in range(len(fleet.n_gaps)):
        for gap in range(fleet.n_gaps[i]):
            stop, of_gap = fleet.first_stop[i] + gap, fleet.gap_start[i] + gap
            for entry in range(entry_start[stop], entry_start[stop + 1]):
                if is_useful[n]:
                    row = rows[end[meeting[entry]]]
                    end[meeting[entry]] += 1
                    row[PICK_RIDE], row[PICK_GAP] = i, gap
                    row[PICK_INTO_S], row[PICK_OUT_S] = into_s[entry], out_s[entry]
                    row[PICK_GOAL_S], row[PICK_ORDINAL] = FAR_S, n
                    row[PICK_FIRST_S] = first_s[of_gap] + into_s[entry] - task.base_s
                    row[PICK_LAST_S] = last_s[of_gap] + into_s[entry] - task.base_s
                n += 1
    return is_useful, start, rows


@njit(cache=True, nogil=True, inline="always")
def _is_useful(task, leaves, into_s, home_s, goal_s):  # type: ignore[no-untyped-def]
    """Whether any of a ride's departures may pick up somebody whom it brings to the goal better than what is known."""
    for leave in leaves:
        if leave < 0:
            continue
        if is_promising(task, leave + into_s, home_s, goal_s):
            return True
    return False


@njit(cache=True, nogil=True, _nrt=False)
def is_promising(task, when, home_s, goal_s):  # type: ignore[no-untyped-def]
    """Whether somebody who is at a place at a moment may have left home, and be at the goal, so that he is better than what is known."""
    left_s, reached_s = min(when - home_s, np.int64(task.last_s)), max(when + goal_s, task.first_arrival_s)
    if left_s < task.first_s or reached_s > task.last_arrival_s:
        return False
    return (left_s << WALK_BITS) + LEAST_WALKING > task.known[reached_s - task.first_s]


@njit(cache=True, nogil=True)
def goal_from_meetings_s(task):  # type: ignore[no-untyped-def]
    """(n_meetings,) int64 from being ready to board at a meeting point to the goal, at least."""
    goal_s = np.full(len(task.fleet.from_origin_s), NEVER_S)
    least_s = task.least_s[len(task.least_s) - 1, READY_TO_BOARD]
    for stop in range(len(least_s)):
        meeting = task.fleet.stop_meeting[stop]
        if meeting >= 0:
            goal_s[meeting] = min(goal_s[meeting], least_s[stop])
    return goal_s


@njit(cache=True, nogil=True)
def _first_and_last(rides):  # type: ignore[no-untyped-def]
    """(n_gaps,) int64 each, UTC: the first and the last departure into a gap; -1 where nobody can get on."""
    first_s, last_s = np.full(len(rides.room), np.int64(-1)), np.full(len(rides.room), np.int64(-1))
    for i in range(len(rides.n_gaps)):
        for of_gap in range(rides.gap_start[i], rides.gap_start[i] + rides.n_gaps[i]):
            if rides.room[of_gap] == 0:
                continue
            begin = rides.leave_start[i] + np.int64(of_gap - rides.gap_start[i]) * rides.n_departures[i]
            for at in range(begin, begin + rides.n_departures[i]):
                if rides.leave[at] >= 0:
                    first_s[of_gap] = rides.leave[at] if first_s[of_gap] < 0 else first_s[of_gap]
                    last_s[of_gap] = rides.leave[at]
    return first_s, last_s


@njit(cache=True, nogil=True)
def soonest(task, is_useful, trips, runs):  # type: ignore[no-untyped-def]
    """(2, n_stops, n_minutes) int32: the second at which the goal is reached at the earliest, ARRIVED at a stop and able to
    walk or change there, or READY_TO_BOARD one more vehicle; `task.last_arrival_s` + 1 without a way, or no better than known.

    Fills PICK_GOAL_S of `task.pick_ups`; `is_useful` is what they were made with. `trips` and `runs` are Windows.
    """
    fleet, egress_s = task.fleet, task.egress_s
    n_stops, n_slots = len(egress_s), (task.last_arrival_s - task.first_s) // SLOT_S + 1
    at_goal = np.full((2, n_stops, n_slots), np.int32(task.last_arrival_s + 1))
    arrived, ready = at_goal[ARRIVED], at_goal[READY_TO_BOARD]
    by_ride = np.full((len(fleet.from_origin_s), n_slots), np.int32(task.last_arrival_s + 1))
    _ride_to(task, is_useful, by_ride)
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
            to, later = task.change[change, TO], task.change[change, TAKES_S] // SLOT_S
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
def _ride_to(task, is_useful, by_ride):  # type: ignore[no-untyped-def]
    """By private rides: `by_ride` (n_meetings, n_slots) gets what each ride gives, and PICK_GOAL_S of the pick-ups."""
    fleet, rows = task.fleet, task.pick_ups
    meeting, into_s, entry_start = fleet.meeting, fleet.into_s, fleet.entry_start
    walk_s = _walks_to_goal(task)
    goals = np.flatnonzero(walk_s < FAR_S)
    drive_s, nearest = _drives_to_goal(fleet.drive_from_s, goals, walk_s)
    goal_of = np.full(len(walk_s), -1)
    goal_of[goals] = np.arange(len(goals))
    ways = drive_s, nearest, walk_s, goal_of, np.full(len(goals), -1)
    # Pick-ups of a meeting point stand in the order of rides and gaps, so each is the next one of its meeting point.
    next_row = task.pick_start[:-1].copy()
    n = 0
    for i in range(len(fleet.n_gaps)):
        for gap in range(fleet.n_gaps[i]):
            first, last = entry_start[fleet.first_stop[i] + gap], entry_start[fleet.first_stop[i] + gap + 1]
            useful = is_useful[n : n + last - first]
            n += last - first
            if not _leads_to_goal(task, i, gap):
                for at in range(len(useful)):
                    next_row[meeting[first + at]] += useful[at]
                continue
            begin = fleet.leave_start[i] + np.int64(gap) * fleet.n_departures[i]
            later_s = np.empty(fleet.n_departures[i], np.int64)
            for departure in range(len(later_s)):
                later_s[departure] = _reached_later(task, i, gap, departure, walk_s)
            takes_s = _drive_on(task, i, gap, useful, ways)
            for at in range(len(useful)):
                if useful[at] == 0:
                    continue
                m, goal_s = meeting[first + at], np.int64(FAR_S)
                for departure in range(len(later_s)):
                    clock = fleet.leave[begin + departure] - task.base_s + into_s[first + at]
                    reached = min(clock + takes_s[at], later_s[departure])
                    if (
                        fleet.leave[begin + departure] < 0
                        or clock < task.first_s
                        or reached > task.last_arrival_s
                    ):
                        continue
                    goal_s = min(goal_s, reached - clock)
                    slot = (clock - task.first_s) // SLOT_S
                    by_ride[m, slot] = min(by_ride[m, slot], reached)
                rows[next_row[m], PICK_GOAL_S] = goal_s
                next_row[m] += 1


@njit(cache=True, nogil=True)
def _leads_to_goal(task, i, gap):  # type: ignore[no-untyped-def]
    """Whether people of a ride can get off for the goal in a gap or later."""
    fleet = task.fleet
    for of_gap in range(fleet.gap_start[i] + gap, fleet.gap_start[i] + fleet.n_gaps[i]):
        if task.goal_first[of_gap] < task.goal_last[of_gap]:
            return True
        if fleet.door_into_s[DESTINATION_DOOR, of_gap] < FAR_S:
            return True
    return False


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
def _drives_to_goal(drive_from_s, goals, walk_s):  # type: ignore[no-untyped-def]
    """(drive_s, nearest), (n_meetings, n_goals) each: from every meeting point to each of the goals, and these in the order of how
    soon one is at the goal by way of them.
    """
    n_meetings = len(drive_from_s)
    drive_s, nearest = (
        np.empty((n_meetings, len(goals)), np.int64),
        np.empty((n_meetings, len(goals)), np.int64),
    )
    for goal in range(len(goals)):
        drive_s[:, goal] = drive_from_s[goals[goal]]
    for meeting in range(n_meetings):
        nearest[meeting] = np.argsort(drive_s[meeting] + walk_s[goals])
    return drive_s, nearest


@njit(cache=True, nogil=True)
def _drive_on(task, i, gap, useful, ways):  # type: ignore[no-untyped-def]
    """int64 from being picked up at each useful entry of a gap to the goal, getting off in the same gap; FAR_S without a way.

    ways    drive_s and nearest of `_drives_to_goal`, walks from meeting points, which goal one is, and scratch for goals, all -1
    """
    drive_s, nearest, walk_s, goal_of, drop_at = ways
    fleet = task.fleet
    meeting, into_s, out_s = fleet.meeting, fleet.into_s, fleet.out_s
    stop, of_gap = fleet.first_stop[i] + gap, fleet.gap_start[i] + gap
    first = fleet.entry_start[stop]
    takes_s = np.full(len(useful), np.int64(FAR_S))
    budget_s = np.int64(fleet.spare_s[i]) + fleet.leg_s[stop]
    drops = task.goal_entry[task.goal_first[of_gap] : task.goal_last[of_gap]]
    for entry in drops:
        drop_at[goal_of[meeting[entry]]] = entry
    for at in range(len(useful) if len(drops) else 0):
        if useful[at]:
            by_goal, left_s = drive_s[meeting[first + at]], budget_s - into_s[first + at]
            # The first goal that the driver's budget allows is the best.
            for goal in nearest[meeting[first + at]]:
                entry = drop_at[goal]
                if entry >= 0 and by_goal[goal] + out_s[entry] <= left_s and by_goal[goal] != NO_WAY:
                    takes_s[at] = by_goal[goal] + HALT_S + walk_s[meeting[entry]]
                    break
    for entry in drops:
        drop_at[goal_of[meeting[entry]]] = -1
    if fleet.door_into_s[DESTINATION_DOOR, of_gap] < FAR_S:
        left_s = budget_s - fleet.door_out_s[DESTINATION_DOOR, of_gap]
        for at in range(len(useful)):
            between_s = np.int64(fleet.to_destination_s[meeting[first + at]])
            if useful[at] and between_s + into_s[first + at] <= left_s:
                takes_s[at] = min(takes_s[at], between_s + HALT_S)
    return takes_s


@njit(cache=True, nogil=True)
def _reached_later(task, i, gap, departure, walk_s):  # type: ignore[no-untyped-def]
    """When the goal is reached at the earliest by whoever gets on in a gap and off in a later one."""
    fleet = task.fleet
    reached = np.int64(task.last_arrival_s + 1)
    if gap + 1 == fleet.n_gaps[i]:
        return reached
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
    return reached - saved_by_halt_s(task, i, gap)


@njit(cache=True, nogil=True)
def saved_by_halt_s(task, i, gap):  # type: ignore[no-untyped-def]
    """By how much a halt in a gap may bring a driver to his next stop sooner: only where it breaks a forbidden sequence of streets."""
    fleet = task.fleet
    stop = fleet.first_stop[i] + gap
    saved_s = np.int64(0)
    for entry in range(fleet.entry_start[stop], fleet.entry_start[stop + 1]):
        around_s = np.int64(fleet.into_s[entry]) + fleet.out_s[entry] + HALT_S
        saved_s = max(saved_s, fleet.leg_s[stop] - around_s)
    return saved_s
