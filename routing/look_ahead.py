"""Looking ahead: when the goal is reached at the earliest from every stop in every minute, by how many vehicles are left.

One pass over the hours against the order of time: whoever gets off a vehicle goes on with the next, timetable, runs and private rides
alike, so what lies ahead is known when a vehicle is passed. Where people get off a ride, places close together are first looked at as
one (`areas`), and each by itself where that may be sooner than what was found before. Promises to people on board hold here too. A `sweep`
then follows only those who lead to something new.

What is still told too soon: by less than a minute whoever misses a ride, and whoever would board the same ride twice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.areas import NO_AREA
from routing.changes import TAKES_S
from routing.driving import Streets
from routing.last_vehicle import (
    ARRIVED,
    LEAST_WALKING,
    WALK_BITS,
    goal_from_meetings_s,
    is_promising,
    saved_by_halt_s,
)
from routing.onward import MINUTE_S, N_CELLS, N_LEFT, TOO_LATE_S, arrived_row, ready_slot, walked_on
from routing.overlay import HALT_S, PROMISE_TOLERANCE_S
from routing.ride_clocks import DESTINATION_DOOR, FAR_S, NO_WAY, pass_stop
from routing.sweep import ARRIVES, BOARD_SHIFT, ROW, STOP, TIME, WHAT
from routing.sweep_state import Task, leaves_s

MOST_BOARDINGS = 12_000_000
"""With more places and departures of rides it takes longer to look at them than it saves; 14 bytes each."""

MOST_SPAN_S = 60_000
"""The longest time from the first departure to the last arrival that such a table can tell."""

MOST_ROWS = 6_000_000
"""The longest table, of which there are two: 28 bytes a row."""

# Columns of where and when a ride picks up: ORDINAL counts all entries of all gaps of the Fleet, ENTRY those of the table of rides.
MOMENT, RIDE, GAP, DEPARTURE, ORDINAL, ENTRY = range(6)
N_EVENT_COLUMNS = 6
BEGINS = -1


def fits(task: Task) -> bool:
    """Whether it pays to know what lies ahead, and the hours can be told."""
    fleet, span_s = task.fleet, task.last_arrival_s - task.first_s
    n_rows = span_s // MINUTE_S * len(task.stop_ok)
    n_boardings = _n_entries(task) * int(fleet.n_departures.max(initial=0))
    return span_s <= MOST_SPAN_S and n_rows <= MOST_ROWS and n_boardings <= MOST_BOARDINGS


def _n_entries(task: Task) -> int:
    """Of all gaps."""
    first, start = task.fleet.first_stop, task.fleet.entry_start
    return int((start[first + task.fleet.n_gaps] - start[first]).sum())


class Onward(NamedTuple):
    """What a `Task` says about what lies ahead; nobody arrives behind `last_arrival_s` who is better than what was known then."""

    last_arrival_s: int
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


def look_ahead(
    task: Task,
    streets: Streets,
    home_s: NDArray[np.int64],
    stops_home_s: NDArray[np.int64],
    n_rows: tuple[int, int],
) -> Onward:
    """What lies ahead of whoever may be better than `task.known`.

    home_s, stops_home_s    of `bounds.home_s`
    n_rows      how many trips and runs the calls of the task are of
    """
    limit = _limit(task)
    last_arrival_s = int(min(task.last_arrival_s, task.first_s + max(limit[-1], 0)))
    task = task._replace(last_arrival_s=last_arrival_s)
    n_slots, n_stops = int(ready_slot(task, task.last_arrival_s)) + 1, len(task.stop_ok)
    n_entries, n_departures = _n_entries(task), int(task.fleet.n_departures.max())
    stops = (
        np.empty((n_slots, n_stops, N_CELLS), np.uint16),
        np.empty((n_slots, n_stops, N_CELLS), np.uint16),
        np.zeros((n_slots, n_stops), np.uint8),
        np.full((n_entries, n_departures, N_LEFT), TOO_LATE_S, np.uint16),
    )
    task = task._replace(**dict(zip(Onward._fields[1:], stops, strict=False)))
    trips, runs = (np.full((n, N_CELLS), TOO_LATE_S, np.uint16) for n in n_rows)
    least = _least_of_meetings(task)
    events = _events(task, home_s, goal_from_meetings_s(task))
    drops = _drops(task, streets, least, limit)
    _fill(task, events, home_s, stops_home_s, drops, trips, runs)
    return Onward(
        last_arrival_s,
        *stops,
        drops.area_drive_s,
        drops.out_s,
        drops.first,
        drops.entry,
        drops.reached,
        drops.known,
    )


@njit(cache=True, nogil=True)
def _events(task, home_s, goal_s):  # type: ignore[no-untyped-def]
    """(n, N_EVENT_COLUMNS) int32: where and when somebody may board a ride, the last moment first.

    home_s, goal_s  (n_meetings,) int64, how long it takes at least from home to a meeting point and from there to the goal
    """
    fleet = task.fleet
    n = 0
    rows = np.empty((0, N_EVENT_COLUMNS), np.int32)
    for is_counted in range(2):
        if is_counted:
            rows = np.empty((n, N_EVENT_COLUMNS), np.int32)
        n, first = 0, 0
        for i in range(len(fleet.n_gaps)):
            saved_s = np.int64(0)
            for gap in range(fleet.n_gaps[i]):
                if gap:
                    saved_s = max(saved_s, saved_by_halt_s(task, i, gap - 1))
                stop, of_gap = fleet.first_stop[i] + gap, fleet.gap_start[i] + gap
                begin = fleet.leave_start[i] + np.int64(gap) * fleet.n_departures[i]
                entry = fleet.entry_start[stop]
                n_entries = fleet.entry_start[stop + 1] - entry
                for departure in range(fleet.n_departures[i]):
                    leaves = fleet.leave[begin + departure]
                    if leaves < 0 or fleet.room[of_gap] == 0:
                        continue
                    if departure and fleet.leave[begin + departure - 1] == leaves:
                        continue
                    begins = leaves - task.base_s - saved_s - MINUTE_S
                    if gap and task.first_s <= begins <= task.last_arrival_s:
                        if is_counted:
                            rows[n, MOMENT], rows[n, RIDE], rows[n, GAP] = begins, i, gap
                            rows[n, DEPARTURE], rows[n, ENTRY] = departure, BEGINS
                        n += 1
                    for at in range(n_entries):
                        clock = leaves + fleet.into_s[entry + at] - task.base_s
                        meeting = fleet.meeting[entry + at]
                        if not is_promising(task, clock, home_s[meeting], goal_s[meeting]):
                            continue
                        if is_counted:
                            rows[n, MOMENT], rows[n, RIDE], rows[n, GAP] = clock, i, gap
                            rows[n, DEPARTURE], rows[n, ENTRY] = departure, entry + at
                            rows[n, ORDINAL] = first + at
                        n += 1
                first += n_entries
    return rows[np.argsort(rows[:, MOMENT])[::-1]]


class _Drops(NamedTuple):
    """Where people get off rides, by area.

    out_s       (n_gaps, n_areas) uint16, how long it takes at least from an area to the driver's next stop, NO_WAY where nobody gets off
    first, entry    (n_gaps, n_areas + 1) int32 into the entries of all gaps, those of a gap by area
    drive_s     (n_meetings, n_meetings) uint16 of `Links`, from row to column; area_drive_s of `Areas`
    start, meeting      (n_areas + 1,) int64 into (n_meetings,) int32, the meeting points of an area
    least_s     (N_LEFT, n_areas) int32 like `_least_of_meetings`, of the best of them
    reached     (n_slots, n_areas, N_LEFT) uint16, when whoever gets off there in that minute is at the goal, with so many vehicles more
    known       (n_slots, n_areas) uint8, which rows of `reached` have been worked out
    best        (n departures of all gaps,) int32, the area where whoever got on last had better get off, NO_AREA before the first
    is_possible (n_areas rounded up to eight,) uint8: scratch
    least       of `_least_of_meetings`
    limit       (n_seconds,) int32, until when whoever left home then has to be at the goal to be better than what is known
    latest      (n_gaps,) int64, when the driver has to be at the stop after a gap
    behind      (n departures of all gaps, N_LEFT) uint16, when whoever sits in the car as a gap begins is at the goal at the earliest
    is_behind   (n departures of all gaps,) uint8, which rows of `behind` have been worked out
    """

    out_s: NDArray[np.uint16]
    first: NDArray[np.int32]
    entry: NDArray[np.int64]
    drive_s: NDArray[np.uint16]
    area_drive_s: NDArray[np.uint16]
    start: NDArray[np.int64]
    meeting: NDArray[np.int32]
    least_s: NDArray[np.int32]
    reached: NDArray[np.uint16]
    known: NDArray[np.uint8]
    best: NDArray[np.int32]
    is_possible: NDArray[np.uint8]
    least: NDArray[np.int32]
    limit: NDArray[np.int32]
    latest: NDArray[np.int64]
    behind: NDArray[np.uint16]
    is_behind: NDArray[np.uint8]


def _drops(task: Task, streets: Streets, least: NDArray[np.int32], limit: NDArray[np.int32]) -> _Drops:
    """`least` and `limit` as `_least_of_meetings` and `_limit` say."""
    areas, n_slots = streets.areas, len(task.onward_ready)
    n_areas = areas.drive_s.shape[1]
    order = np.argsort(areas.of_meeting, kind="stable")
    start = np.searchsorted(areas.of_meeting[order], np.arange(n_areas + 1))
    least_s, n_departures = np.full((n_areas, N_LEFT), np.int32(TOO_LATE_S)), int(task.gap_departures[-1])
    np.minimum.at(least_s, areas.of_meeting[order[start[0] :]], least[order[start[0] :]])
    return _Drops(
        *_areas_of_gaps(task.fleet, areas.of_meeting, n_areas, _n_entries(task)),
        streets.links.drive_s,
        areas.drive_s,
        start,
        order.astype(np.int32),
        np.ascontiguousarray(least_s.T),
        np.full((n_slots, n_areas, N_LEFT), TOO_LATE_S, np.uint16),
        np.zeros((n_slots, n_areas), np.uint8),
        np.full(n_departures, NO_AREA, np.int32),
        np.zeros((n_areas + 7) // 8 * 8, np.uint8),
        least,
        limit,
        _latest(task),
        np.full((n_departures, N_LEFT), np.uint16(TOO_LATE_S)),
        np.zeros(n_departures, np.uint8),
    )


def _limit(task: Task) -> NDArray[np.int32]:
    """`_Drops.limit`."""
    left_s = np.arange(task.first_s, task.last_s + 1, dtype=np.int64)
    limit = np.searchsorted(task.known, (left_s << WALK_BITS) + LEAST_WALKING) - 1
    return limit.astype(np.int32)


@njit(cache=True, nogil=True)
def _areas_of_gaps(fleet, of_meeting, n_areas, n_entries):  # type: ignore[no-untyped-def]
    """(out_s, first, entry) of `_Drops`."""
    out_s = np.full((len(fleet.room), n_areas), np.uint16(NO_WAY))
    first, by_area = np.zeros((len(fleet.room), n_areas + 1), np.int32), np.empty(n_entries, np.int64)
    n = 0
    for i in range(len(fleet.n_gaps)):
        for gap in range(fleet.n_gaps[i]):
            of_gap, stop = fleet.gap_start[i] + gap, fleet.first_stop[i] + gap
            entries = range(fleet.entry_start[stop], fleet.entry_start[stop + 1])
            for entry in entries:
                area = of_meeting[fleet.meeting[entry]]
                out_s[of_gap, area] = min(out_s[of_gap, area], fleet.out_s[entry])
                first[of_gap, area + 1] += 1
            first[of_gap, 0] = n
            for area in range(n_areas):
                first[of_gap, area + 1] += first[of_gap, area]
            for entry in entries:
                area = of_meeting[fleet.meeting[entry]]
                by_area[first[of_gap, area]] = entry
                first[of_gap, area] += 1
            # Each area has moved up to where the next begins.
            first[of_gap, 1:] = first[of_gap, :-1].copy()
            first[of_gap, 0] = n
            n += len(entries)
    return out_s, first, by_area


@njit(cache=True, nogil=True)
def _least_of_meetings(task):  # type: ignore[no-untyped-def]
    """(n_meetings, N_LEFT) int32: from getting off at a meeting point to the goal on foot, or with one, two or more vehicles."""
    fleet, most = task.fleet, len(task.least_s) - 1
    least = np.full((len(fleet.from_origin_s), N_LEFT), np.int32(TOO_LATE_S))
    for meeting in range(len(least)):
        for at in range(fleet.meeting_start[meeting], fleet.meeting_start[meeting + 1]):
            stop = fleet.meeting_stops[at]
            if task.stop_ok[stop] == 0:
                continue
            if task.egress_s[stop] >= 0:
                least[meeting, 0] = min(least[meeting, 0], task.egress_s[stop])
            for left in range(1, N_LEFT):
                after = most if left == N_LEFT - 1 else min(left, most)
                least[meeting, left] = min(least[meeting, left], task.least_s[after, ARRIVED, stop])
    return least


@njit(cache=True, nogil=True)
def _fill(task, events, meetings_home_s, home_s, drops, trips, runs):  # type: ignore[no-untyped-def]
    """Fill `task.onward_ready` and `task.onward_boarding`; the other tables of it must be empty.

    events      of `_events`, home_s (2, n_stops) of `bounds.home_s`, drops of `_drops`
    trips, runs (n_rows, N_CELLS) uint16, TOO_LATE_S: scratch
    """
    soonest_change_s = np.int64(MINUTE_S)
    for change in range(len(task.change)):
        soonest_change_s = min(soonest_change_s, task.change[change, TAKES_S])
    slot = len(task.onward_ready) - 1
    task.onward_ready[slot] = TOO_LATE_S
    row = np.empty(N_CELLS, np.uint16)
    trip_at = np.searchsorted(task.trip_calls[:, TIME], task.last_arrival_s, "right") - 1
    run_at = np.searchsorted(task.run_calls[:, TIME], task.last_arrival_s, "right") - 1
    event_at = 0
    while True:
        now = np.int64(task.first_s - 1)
        if trip_at >= 0:
            now = max(now, np.int64(task.trip_calls[trip_at, TIME]))
        if run_at >= 0:
            now = max(now, np.int64(task.run_calls[run_at, TIME]))
        if event_at < len(events):
            now = max(now, events[event_at, MOMENT])
        while slot > max(ready_slot(task, now), 0):
            task.onward_ready[slot - 1] = task.onward_ready[slot]
            slot -= 1
        if now < task.first_s:
            break
        while True:
            trip_end, is_new = _pass_calls(
                task, now, slot, task.trip_calls, trip_at, trips, row, soonest_change_s, home_s
            )
            run_end, is_new_too = _pass_calls(
                task, now, slot, task.run_calls, run_at, runs, row, soonest_change_s, home_s
            )
            event_end, is_new_also = _pass_by(task, now, slot, events, event_at, drops, meetings_home_s)
            # A change that takes no time leads to what leaves in this very second, which may stand before it.
            if soonest_change_s > 0 or not (is_new or is_new_too or is_new_also):
                break
        trip_at, run_at, event_at = trip_end, run_end, event_end


@njit(cache=True, nogil=True, _nrt=False)
def _pass_calls(task, now, slot, calls, at, seats, row, soonest_change_s, home_s):  # type: ignore[no-untyped-def]
    """All calls of a second, the last first: (the next one before them, whether anything is better now)."""
    is_new, least_s = False, task.least_s[len(task.least_s) - 1]
    while at >= 0 and calls[at, TIME] == now:
        stop, what, sits = calls[at, STOP], calls[at, WHAT], seats[calls[at, ROW]]
        at -= 1
        if task.stop_ok[stop] == 0:
            continue
        if (what >> BOARD_SHIFT) & task.board_mask and is_promising(
            task, now, home_s[1, stop], least_s[1, stop]
        ):
            there = task.onward_ready[slot, stop]
            for one in range(N_CELLS):
                is_new = is_new or sits[one] < there[one]
                there[one] = min(there[one], sits[one])
        if what & ARRIVES == 0 or not is_promising(task, now, home_s[0, stop], least_s[0, stop]):
            continue
        egress_s = np.int64(task.egress_s[stop])
        if egress_s >= 0 and now + egress_s <= task.last_arrival_s:
            there = np.uint16(now + egress_s - task.first_s)
            for left in range(N_LEFT):
                sits[left] = min(sits[left], there)
        # What leaves in this minute is known yet only as far as it leaves after this second.
        if soonest_change_s < MINUTE_S:
            walked_on(task, stop, now, row)
            _go_on(sits, row)
        else:
            _go_on(sits, task.onward_arrived[arrived_row(task, stop, now), stop])
    return at, is_new


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _go_on(sits, row):  # type: ignore[no-untyped-def]
    """One vehicle more for whoever still sits in it; where more vehicles are left than are told apart, as many after it."""
    for family in range(2):
        first = family * N_LEFT
        for at in range(first + 1, first + N_LEFT - 1):
            sits[at] = min(sits[at], row[at - 1])
        sits[first + N_LEFT - 1] = min(sits[first + N_LEFT - 1], row[first + N_LEFT - 1])


@njit(cache=True, nogil=True, _nrt=False)
def _pass_by(task, now, slot, events, event_at, drops, home_s):  # type: ignore[no-untyped-def]
    """All rides that can be boarded anywhere in a second: (the first event after them, whether anything is better now)."""
    fleet, is_new = task.fleet, False
    while event_at < len(events) and events[event_at, MOMENT] == now:
        event = events[event_at]
        event_at += 1
        i, gap, entry, departure = event[RIDE], event[GAP], event[ENTRY], event[DEPARTURE]
        of_gap, stop = fleet.gap_start[i] + gap, fleet.first_stop[i] + gap
        if entry == BEGINS:
            _begin_gap(task, now + MINUTE_S, i, gap, departure, drops)
            continue
        reached = task.onward_boarding[event[ORDINAL], departure]
        budget_s = np.int64(fleet.leg_s[stop]) + fleet.spare_s[i] - fleet.into_s[entry]
        most_s = min(budget_s, drops.latest[of_gap] - now - 2 * HALT_S)
        # What is too late to be of use need not be told from what never is.
        left_s = min(now - home_s[fleet.meeting[entry]], np.int64(task.last_s)) - task.first_s
        soonest = min(drops.limit[left_s] + 1, _by_door(task, now, of_gap, entry, most_s))
        for left in range(N_LEFT):
            reached[left] = soonest
        _ride_on(
            task,
            now,
            of_gap,
            task.gap_departures[of_gap] + departure,
            fleet.meeting[entry],
            most_s,
            drops,
            reached,
        )
        if gap + 1 < fleet.n_gaps[i]:
            _ride_beyond(task, now, i, gap, departure, entry, budget_s, drops, reached)
        for at in range(
            fleet.meeting_start[fleet.meeting[entry]], fleet.meeting_start[fleet.meeting[entry] + 1]
        ):
            there = task.onward_ready[slot, fleet.meeting_stops[at]]
            for left in range(N_LEFT):
                is_new = is_new or reached[left] < there[left] or reached[left] < there[N_LEFT + left]
                there[left] = min(there[left], reached[left])
                there[N_LEFT + left] = min(there[N_LEFT + left], reached[left])
    return event_at, is_new


@njit(cache=True, nogil=True, _nrt=False)
def _begin_gap(task, clock, i, gap, departure, drops):  # type: ignore[no-untyped-def]
    """Who sits in the car when a gap begins, at a clock or later, gets off in it or behind it."""
    fleet, one = task.fleet, task.gap_departures[task.fleet.gap_start[i] + gap] + departure
    reached, saved_s = drops.behind[one], leaves_s(task, i, gap, departure) - task.base_s - clock
    drops.is_behind[one] = 1
    for behind in range(gap, fleet.n_gaps[i]):
        of_gap = fleet.gap_start[i] + behind
        leaves = leaves_s(task, i, behind, departure)
        if leaves < 0 or fleet.room[of_gap] == 0:
            return
        other = task.gap_departures[of_gap] + departure
        if behind > gap and drops.is_behind[other]:
            for left in range(N_LEFT):
                reached[left] = min(reached[left], drops.behind[other, left])
            return
        _get_off_in(
            task, leaves - task.base_s - saved_s, i, behind, fleet.spare_s[i] + saved_s, drops, reached
        )


@njit(cache=True, nogil=True, _nrt=False)
def _ride_beyond(task, now, i, gap, departure, entry, budget_s, drops, reached):  # type: ignore[no-untyped-def]
    """Who gets on now at an entry of a gap gets off in a later one; to the next stop the driver may drive for `budget_s`."""
    fleet = task.fleet
    spare_s = budget_s - fleet.out_s[entry]
    clock = now + task.base_s + HALT_S + fleet.out_s[entry]
    for behind in range(gap + 1, fleet.n_gaps[i]):
        of_gap, stop = fleet.gap_start[i] + behind, fleet.first_stop[i] + behind
        if clock - task.base_s > drops.latest[of_gap - 1] or spare_s < 0 or fleet.room[of_gap] == 0:
            return
        other = task.gap_departures[of_gap] + departure
        if drops.is_behind[other] and not _is_sooner(drops.behind[other], reached):
            return
        clock = pass_stop(fleet.pick[stop], fleet.drop[stop], clock)
        if clock < 0:
            return
        _get_off_in(task, clock - task.base_s, i, behind, spare_s, drops, reached)
        clock += fleet.leg_s[stop]


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _is_sooner(row, reached):  # type: ignore[no-untyped-def]
    is_sooner = False
    for left in range(N_LEFT):
        is_sooner = is_sooner or row[left] < reached[left]
    return is_sooner


@njit(cache=True, nogil=True, _nrt=False)
def _get_off_in(task, clock, i, gap, spare_s, drops, reached):  # type: ignore[no-untyped-def]
    """Who sits in the car when a gap begins at a clock gets off in it, for so much extra driving at most."""
    fleet, of_gap, stop = task.fleet, task.fleet.gap_start[i] + gap, task.fleet.first_stop[i] + gap
    most_s, latest = fleet.leg_s[stop] + spare_s, drops.latest[of_gap] - HALT_S
    door_s, out_s = (
        np.int64(fleet.door_into_s[DESTINATION_DOOR, of_gap]),
        np.int64(fleet.door_out_s[DESTINATION_DOOR, of_gap]),
    )
    when = clock + door_s
    if door_s < FAR_S and door_s + out_s <= most_s and when <= task.last_arrival_s and when + out_s <= latest:
        there = np.uint16(max(when - task.first_s, 0))
        for left in range(N_LEFT):
            reached[left] = min(reached[left], there)
    soon = clock - task.first_s
    for entry in range(fleet.entry_start[stop], fleet.entry_start[stop + 1]):
        into_s, out_s = np.int64(fleet.into_s[entry]), np.int64(fleet.out_s[entry])
        when, meeting = clock + into_s, fleet.meeting[entry]
        if when > task.last_arrival_s:
            return
        if into_s + out_s > most_s or when + out_s > latest:
            continue
        is_of_use = False
        for left in range(N_LEFT):
            is_of_use = is_of_use or soon + into_s + drops.least[meeting, left] < reached[left]
        if is_of_use:
            for at in range(fleet.meeting_start[meeting], fleet.meeting_start[meeting + 1]):
                _get_off_at(task, fleet.meeting_stops[at], when, reached)


@njit(cache=True, nogil=True)
def _latest(task):  # type: ignore[no-untyped-def]
    """(n_gaps,) int64: when a driver has to be at the stop after each gap, with all the promises behind it."""
    fleet = task.fleet
    latest = np.empty(len(fleet.room), np.int64)
    for i in range(len(fleet.n_gaps)):
        at = fleet.latest_arrival[i]
        for gap in range(fleet.n_gaps[i] - 1, -1, -1):
            latest[fleet.gap_start[i] + gap] = at - task.base_s
            stop = fleet.first_stop[i] + gap
            at -= fleet.leg_s[stop] + HALT_S
            if fleet.pick[stop] >= 0:
                at = (
                    min(at, fleet.pick[stop] + PROMISE_TOLERANCE_S)
                    if at >= fleet.pick[stop]
                    else np.int64(-1)
                )
            if fleet.drop[stop] >= 0:
                at = min(at, fleet.drop[stop] + PROMISE_TOLERANCE_S)
    return latest


@njit(cache=True, nogil=True, _nrt=False)
def _ride_on(task, now, of_gap, one, meeting, most_s, drops, reached):  # type: ignore[no-untyped-def]
    """Who gets on now at a meeting point gets off in any area of the gap, by which `reached` (N_LEFT,) becomes better; from there on
    the driver may drive for `most_s`.

    one     which departure of which gap it is
    """
    # Most often it is best to get off where whoever gets on next had better do so.
    if drops.best[one] != NO_AREA:
        _get_off_in_area(task, now, of_gap, one, drops.best[one], meeting, most_s, drops, reached)
    _possible(drops, of_gap, meeting, most_s, now + HALT_S - task.first_s, reached)
    eight = drops.is_possible.view(np.uint64)
    for word in range(len(eight)):
        if eight[word]:
            for area in range(8 * word, 8 * word + 8):
                if drops.is_possible[area]:
                    _get_off_in_area(task, now, of_gap, one, area, meeting, most_s, drops, reached)


@njit(cache=True, nogil=True, _nrt=False)
def _possible(drops, of_gap, meeting, most_s, soon, reached):  # type: ignore[no-untyped-def]
    """Fill `drops.is_possible`; loops without a branch, so that a processor looks at many areas at once."""
    drive_s, out_s, is_possible = drops.area_drive_s[meeting], drops.out_s[of_gap], drops.is_possible
    for area in range(len(drive_s)):
        is_possible[area] = 0
    for left in range(N_LEFT):
        if left + 1 < N_LEFT and reached[left] == reached[left + 1]:
            continue
        least_s, most = drops.least_s[left], np.int32(np.int64(reached[left]) - soon)
        for area in range(len(drive_s)):
            is_possible[area] |= np.int32(drive_s[area]) + least_s[area] < most
    most = np.int32(min(most_s, np.int64(NO_WAY) - 1))
    for area in range(len(drive_s)):
        is_possible[area] &= np.int32(drive_s[area]) + np.int32(out_s[area]) <= most


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _get_off_in_area(task, now, of_gap, one, area, meeting, most_s, drops, reached):  # type: ignore[no-untyped-def]
    fleet, from_s = task.fleet, now + HALT_S
    between_s = np.int64(drops.area_drive_s[meeting, area])
    if between_s + drops.out_s[of_gap, area] > most_s or from_s + between_s > task.last_arrival_s:
        return
    if not _is_sooner(_got_off(task, area, from_s + between_s, drops), reached):
        return
    soonest = reached[N_LEFT - 1]
    for at in range(drops.first[of_gap, area], drops.first[of_gap, area + 1]):
        entry = drops.entry[at]
        to = fleet.meeting[entry]
        between_s = np.int64(drops.drive_s[meeting, to])
        when = from_s + between_s
        if between_s == NO_WAY or between_s + fleet.out_s[entry] > most_s or when > task.last_arrival_s:
            continue
        for stop in range(fleet.meeting_start[to], fleet.meeting_start[to + 1]):
            _get_off_at(task, fleet.meeting_stops[stop], when, reached)
    if reached[N_LEFT - 1] < soonest:
        drops.best[one] = area


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _got_off(task, area, when, drops):  # type: ignore[no-untyped-def]
    """The row of `drops.reached` for an area and the minute of a moment, worked out once."""
    slot = when // MINUTE_S - task.first_s // MINUTE_S
    row = drops.reached[slot, area]
    if drops.known[slot, area] == 0:
        drops.known[slot, area] = 1
        for of in range(drops.start[area], drops.start[area + 1]):
            meeting = drops.meeting[of]
            for at in range(task.fleet.meeting_start[meeting], task.fleet.meeting_start[meeting + 1]):
                _get_off_at(task, task.fleet.meeting_stops[at], when // MINUTE_S * MINUTE_S, row)
    return row


@njit(cache=True, nogil=True, _nrt=False)
def _get_off_at(task, stop, when, reached):  # type: ignore[no-untyped-def]
    """Off a ride at a stop: `reached` (N_LEFT,) becomes better."""
    if task.stop_ok[stop]:
        row = task.onward_arrived[arrived_row(task, stop, when), stop]
        egress_s = np.int64(task.egress_s[stop])
        if egress_s >= 0 and when + egress_s <= task.last_arrival_s:
            there = np.uint16(max(when + egress_s - task.first_s, 0))
            for left in range(N_LEFT):
                reached[left] = min(reached[left], there)
        for left in range(1, N_LEFT - 1):
            reached[left] = min(reached[left], row[left - 1])
        reached[N_LEFT - 1] = min(reached[N_LEFT - 1], row[N_LEFT - 1])


@njit(cache=True, nogil=True, _nrt=False)
def _by_door(task, now, of_gap, entry, most_s):  # type: ignore[no-untyped-def]
    """When whoever gets on now is at the destination's door; from there on the driver may drive for `most_s`."""
    fleet = task.fleet
    door_s = np.int64(fleet.door_out_s[DESTINATION_DOOR, of_gap])
    between_s = np.int64(fleet.to_destination_s[fleet.meeting[entry]])
    if door_s >= FAR_S or between_s >= FAR_S or between_s + door_s > most_s:
        return np.uint16(TOO_LATE_S)
    when = now + HALT_S + between_s
    return np.uint16(when - task.first_s if when <= task.last_arrival_s else TOO_LATE_S)
