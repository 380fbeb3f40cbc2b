"""Looking ahead: when the goal is reached at the earliest from every stop in every minute, by how many vehicles are left.

One pass over the hours against the order of time: whoever gets off a vehicle goes on with the next, timetable, runs and private rides
alike, so what lies ahead is known when a vehicle is passed. Rides are looked at with the detour of both halts where people get
on and off between the same two stops of the driver. A `sweep` then follows only those who lead to something new. With many
rides, which lead from everywhere to everywhere, looking at each of their pairs of places would take longer than it saves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.changes import TAKES_S
from routing.fleet import Fleet
from routing.last_vehicle import ARRIVED, saved_by_halt_s
from routing.onward import MINUTE_S, N_CELLS, N_LEFT, TOO_LATE_S, arrived_row, ready_slot, walked_on
from routing.overlay import HALT_S
from routing.ride_clocks import DESTINATION_DOOR, FAR_S, NO_WAY
from routing.sweep import ARRIVES, BOARD_SHIFT, ROW, STOP, TIME, WHAT
from routing.sweep_state import Task

MOST_PAIRS = 70_000_000
"""With more pairs of places to get on and off it takes longer to look at them than it saves; two bytes each."""

MOST_SPAN_S = 60_000
"""The longest time from the first departure to the last arrival that such a table can tell."""

MOST_ROWS = 6_000_000
"""The longest table, of which there are two: 16 bytes a row."""

# Columns of where and when a ride picks up: ORDINAL counts all entries of all gaps of the Fleet, ENTRY those of the table of rides.
MOMENT, RIDE, GAP, DEPARTURE, ORDINAL, ENTRY = range(6)
N_EVENT_COLUMNS = 6
NOT_USEFUL = -1


def fits(task: Task) -> bool:
    """Whether it pays to know what lies ahead, and the hours can be told."""
    fleet, span_s = task.fleet, task.last_arrival_s - task.first_s
    n_entries = np.diff(fleet.entry_start)[_gaps(fleet)]
    n_rows = span_s // MINUTE_S * len(task.stop_ok)
    return span_s <= MOST_SPAN_S and n_rows <= MOST_ROWS and int((n_entries**2).sum()) <= MOST_PAIRS


class Onward(NamedTuple):
    """What a `Task` says about what lies ahead."""

    onward_ready: NDArray[np.uint16]
    onward_arrived: NDArray[np.uint16]
    onward_known: NDArray[np.uint8]
    onward_boarding: NDArray[np.uint16]


def look_ahead(task: Task, is_useful: NDArray[np.uint8], n_rows: tuple[int, int]) -> Onward:
    """What lies ahead of a search of which nothing is known yet.

    is_useful   of `last_vehicle.pick_ups` for all journeys
    n_rows      how many trips and runs the calls of the task are of
    """
    n_slots, n_stops = int(ready_slot(task, task.last_arrival_s)) + 1, len(task.stop_ok)
    n_departures = int(task.fleet.n_departures.max())
    tables = Onward(
        np.empty((n_slots, n_stops, N_CELLS), np.uint16),
        np.empty((n_slots, n_stops, N_CELLS), np.uint16),
        np.zeros((n_slots, n_stops), np.uint8),
        np.full((len(is_useful), n_departures, N_LEFT), TOO_LATE_S, np.uint16),
    )
    task = task._replace(**tables._asdict())
    trips, runs = (np.full((n, N_CELLS), TOO_LATE_S, np.uint16) for n in n_rows)
    least = _least_of_meetings(task)
    _fill(task, _events(task, is_useful), _between(task, least), _reached_later(task, least), trips, runs)
    return tables


@njit(cache=True, nogil=True)
def _events(task, is_useful):  # type: ignore[no-untyped-def]
    """(n, N_EVENT_COLUMNS) int64: where and when rides come by, every place of every departure, the last moment first."""
    fleet = task.fleet
    n = 0
    rows = np.empty((0, N_EVENT_COLUMNS), np.int64)
    for is_counted in range(2):
        if is_counted:
            rows = np.empty((n, N_EVENT_COLUMNS), np.int64)
        n, first = 0, 0
        for i in range(len(fleet.n_gaps)):
            for gap in range(fleet.n_gaps[i]):
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
                    for at in range(n_entries):
                        clock = leaves + fleet.into_s[entry + at] - task.base_s
                        if clock < task.first_s or clock > task.last_arrival_s:
                            continue
                        if is_counted:
                            rows[n, MOMENT], rows[n, RIDE], rows[n, GAP] = clock, i, gap
                            rows[n, DEPARTURE], rows[n, ENTRY] = departure, entry + at
                            rows[n, ORDINAL] = first + at if is_useful[first + at] else NOT_USEFUL
                        n += 1
                first += n_entries
    return rows[np.argsort(rows[:, MOMENT])[::-1]]


class _Between(NamedTuple):
    """Driving between all places of every gap; its places stand in the order of how soon the goal is reached from them at the least.

    entry       (n,) int64 of the table of rides, gap by gap; those of a gap are entry[first[g]:first[g + 1]]
    least_s     (n, N_LEFT) int32 from a place to the goal with so many vehicles less than one of N_LEFT says
    into_s      (n,) int32 from the driver's stop before to a place
    start       (n_gaps + 1,) int64 into drive_s: a row for each place to get on, in the order of the table of rides
    drive_s     (…,) uint16, NO_WAY where the driver's budget does not allow it
    place       (n,) int64, where the entries of a gap stand in this order
    passed_start, passed    (n_gaps + 1,) int64 into (…, N_LEFT) uint16, a row for each place and departure of a gap: when the goal is reached
                by way of it, if the driver comes by without a detour; 0 until then
    """

    first: NDArray[np.int64]
    entry: NDArray[np.int64]
    least_s: NDArray[np.int32]
    into_s: NDArray[np.int32]
    start: NDArray[np.int64]
    drive_s: NDArray[np.uint16]
    place: NDArray[np.int64]
    passed_start: NDArray[np.int64]
    passed: NDArray[np.uint16]


def _gaps(fleet: Fleet) -> NDArray[np.int64]:
    """(n_gaps,) the stops of the table of rides before the gaps."""
    first = np.repeat(fleet.first_stop - fleet.gap_start[:-1], fleet.n_gaps)
    gaps: NDArray[np.int64] = first + np.arange(len(first))
    return gaps


def _between(task: Task, least: NDArray[np.int32]) -> _Between:
    """`least` is what `_least_of_meetings` says."""
    fleet = task.fleet
    gaps = _gaps(fleet)
    begin, end = fleet.entry_start[gaps], fleet.entry_start[gaps + 1]
    first = np.concatenate(([0], np.cumsum(end - begin)))
    entry, least_s = np.empty(first[-1], np.int64), np.empty((first[-1], N_LEFT), np.int32)
    into_s, place = np.empty(first[-1], np.int32), np.empty_like(entry)
    start = np.concatenate(([0], np.cumsum((end - begin) ** 2)))
    drive_s = np.empty(start[-1], np.uint16)
    passed_start = np.concatenate(
        ([0], np.cumsum((end - begin) * np.repeat(fleet.n_departures, fleet.n_gaps)))
    )
    passed = np.zeros((passed_start[-1], N_LEFT), np.uint16)
    between = _Between(first, entry, least_s, into_s, start, drive_s, place, passed_start, passed)
    _lay_out(task, least, np.repeat(fleet.spare_s, fleet.n_gaps), gaps, between)
    return between


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
def _lay_out(task, least, spare_s, gaps, between):  # type: ignore[no-untyped-def]
    """Fill what `between` says."""
    fleet = task.fleet
    for gap in range(len(gaps)):
        stop = gaps[gap]
        begin, end = fleet.entry_start[stop], fleet.entry_start[stop + 1]
        n, most_s = end - begin, np.int64(fleet.leg_s[stop]) + spare_s[gap]
        order = np.argsort(least[fleet.meeting[begin:end], N_LEFT - 1])
        for place in range(n):
            to = begin + order[place]
            row = between.first[gap] + place
            between.entry[row] = to
            between.least_s[row] = least[fleet.meeting[to]]
            between.into_s[row] = fleet.into_s[to]
            between.place[between.first[gap] + order[place]] = place
            # The matrix is read by rows: one place to get off, all places to get on.
            by_place, left_s = fleet.drive_from_s[fleet.meeting[to]], most_s - fleet.out_s[to]
            for of in range(n):
                between_s = by_place[fleet.meeting[begin + of]]
                if of == order[place] or np.int64(fleet.into_s[begin + of]) + between_s > left_s:
                    between_s = np.uint16(NO_WAY)
                between.drive_s[between.start[gap] + of * n + place] = between_s


@njit(cache=True, nogil=True)
def _fill(task, events, between, later, trips, runs):  # type: ignore[no-untyped-def]
    """Fill `task.onward_ready` and `task.onward_boarding`; the other tables of it must be empty.

    events      of `_events`, between of `_between`, later of `_reached_later`
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
                task, now, slot, task.trip_calls, trip_at, trips, row, soonest_change_s
            )
            run_end, is_new_too = _pass_calls(
                task, now, slot, task.run_calls, run_at, runs, row, soonest_change_s
            )
            event_end, is_new_also = _pass_by(
                task, now, slot, events, event_at, between, later, row, soonest_change_s
            )
            # A change that takes no time leads to what leaves in this very second, which may stand before it.
            if soonest_change_s > 0 or not (is_new or is_new_too or is_new_also):
                break
        trip_at, run_at, event_at = trip_end, run_end, event_end


@njit(cache=True, nogil=True, _nrt=False)
def _pass_calls(task, now, slot, calls, at, seats, row, soonest_change_s):  # type: ignore[no-untyped-def]
    """All calls of a second, the last first: (the next one before them, whether anything is better now)."""
    is_new = False
    while at >= 0 and calls[at, TIME] == now:
        stop, what, sits = calls[at, STOP], calls[at, WHAT], seats[calls[at, ROW]]
        at -= 1
        if task.stop_ok[stop] == 0:
            continue
        if (what >> BOARD_SHIFT) & task.board_mask:
            there = task.onward_ready[slot, stop]
            for one in range(N_CELLS):
                is_new = is_new or sits[one] < there[one]
                there[one] = min(there[one], sits[one])
        if what & ARRIVES == 0:
            continue
        egress_s = np.int64(task.egress_s[stop])
        if egress_s >= 0 and now + egress_s <= task.last_arrival_s:
            sits[0] = min(sits[0], np.uint16(now + egress_s - task.first_s))
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
def _pass_by(task, now, slot, events, event_at, between, later, row, soonest_change_s):  # type: ignore[no-untyped-def]
    """All rides that come by anywhere in a second: (the first event after them, whether anything is better now)."""
    fleet, is_new = task.fleet, False
    while event_at < len(events) and events[event_at, MOMENT] == now:
        event = events[event_at]
        event_at += 1
        i, gap, entry, departure = event[RIDE], event[GAP], event[ENTRY], event[DEPARTURE]
        of_gap, meeting, stop = fleet.gap_start[i] + gap, fleet.meeting[entry], fleet.first_stop[i] + gap
        n, of = between.first[of_gap + 1] - between.first[of_gap], entry - fleet.entry_start[stop]
        if event[ORDINAL] != NOT_USEFUL:
            reached = task.onward_boarding[event[ORDINAL], departure]
            door = _by_door(task, now, i, of_gap, stop, entry)
            for left in range(N_LEFT):
                reached[left] = min(later[task.gap_departures[of_gap] + departure, left], door)
            _ride_on(task, now, of_gap, of, departure, between, reached)
            for at in range(fleet.meeting_start[meeting], fleet.meeting_start[meeting + 1]):
                there = task.onward_ready[slot, fleet.meeting_stops[at]]
                for left in range(N_LEFT):
                    is_new = is_new or reached[left] < there[left] or reached[left] < there[N_LEFT + left]
                    there[left] = min(there[left], reached[left])
                    there[N_LEFT + left] = min(there[N_LEFT + left], reached[left])
        place = between.place[between.first[of_gap] + of]
        passed = between.passed[between.passed_start[of_gap] + departure * n + place]
        for left in range(N_LEFT):
            passed[left] = TOO_LATE_S
        for at in range(fleet.meeting_start[meeting], fleet.meeting_start[meeting + 1]):
            if soonest_change_s < MINUTE_S:
                walked_on(task, fleet.meeting_stops[at], now, row)
                _get_off_at(task, fleet.meeting_stops[at], now, row, passed)
            else:
                known = arrived_row(task, fleet.meeting_stops[at], now)
                arrived = task.onward_arrived[known, fleet.meeting_stops[at]]
                _get_off_at(task, fleet.meeting_stops[at], now, arrived, passed)
    return event_at, is_new


@njit(cache=True, nogil=True, _nrt=False)
def _ride_on(task, now, of_gap, of, departure, between, reached):  # type: ignore[no-untyped-def]
    """Who gets on now at the place `of` of a gap gets off at another one of it, by which `reached` (N_LEFT,) becomes better."""
    first, n = between.first[of_gap], between.first[of_gap + 1] - between.first[of_gap]
    drive_s, least_s, fleet = between.drive_s, between.least_s, task.fleet
    row, from_s, last_s = between.start[of_gap] + of * n, now + HALT_S, task.last_arrival_s
    passed, soon = between.passed, from_s - task.first_s
    passed_row = between.passed_start[of_gap] + departure * n
    into_s, halted_s = between.into_s, HALT_S - np.int64(between.into_s[first + between.place[first + of]])
    for place in range(n):
        between_s = drive_s[row + place]
        if between_s == NO_WAY:
            continue
        by = passed[passed_row + place]
        one, there = first + place, soon + between_s
        if (
            by[3] >= reached[3]
            and by[2] >= reached[2]
            and by[1] >= reached[1]
            and by[0] >= reached[0]
            # Where the halt breaks a forbidden sequence of streets, he may be there before he would come by without it.
            and halted_s + between_s >= into_s[one]
        ):
            continue
        if (
            there + least_s[one, 3] >= reached[3]
            and there + least_s[one, 2] >= reached[2]
            and there + least_s[one, 1] >= reached[1]
            and there + least_s[one, 0] >= reached[0]
        ):
            continue
        when = from_s + between_s
        if when > last_s:
            continue
        meeting = fleet.meeting[between.entry[one]]
        for at in range(fleet.meeting_start[meeting], fleet.meeting_start[meeting + 1]):
            stop = fleet.meeting_stops[at]
            _get_off_at(task, stop, when, task.onward_arrived[arrived_row(task, stop, when), stop], reached)


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _get_off_at(task, stop, when, row, reached):  # type: ignore[no-untyped-def]
    """Off a ride at a stop from where `row` leads on."""
    if task.stop_ok[stop]:
        egress_s = np.int64(task.egress_s[stop])
        if egress_s >= 0 and when + egress_s <= task.last_arrival_s:
            reached[0] = min(reached[0], np.uint16(when + egress_s - task.first_s))
        for left in range(1, N_LEFT - 1):
            reached[left] = min(reached[left], row[left - 1])
        reached[N_LEFT - 1] = min(reached[N_LEFT - 1], row[N_LEFT - 1])


@njit(cache=True, nogil=True, _nrt=False)
def _by_door(task, now, i, of_gap, stop, entry):  # type: ignore[no-untyped-def]
    """When whoever gets on now is at the destination's door."""
    fleet = task.fleet
    door_s = np.int64(fleet.door_out_s[DESTINATION_DOOR, of_gap])
    between_s = np.int64(fleet.to_destination_s[fleet.meeting[entry]])
    budget_s = np.int64(fleet.leg_s[stop]) + fleet.spare_s[i]
    if door_s >= FAR_S or between_s >= FAR_S or np.int64(fleet.into_s[entry]) + between_s + door_s > budget_s:
        return np.uint16(TOO_LATE_S)
    when = now + HALT_S + between_s
    return np.uint16(when - task.first_s if when <= task.last_arrival_s else TOO_LATE_S)


@njit(cache=True, nogil=True)
def _reached_later(task, least):  # type: ignore[no-untyped-def]
    """(n departures of all gaps, N_LEFT) uint16: when the goal is reached at the very least by whoever gets on in a gap and off in a later
    one. From there on `least` is counted whatever the clock says: few rides have people on board.
    """
    fleet = task.fleet
    later = np.full((task.gap_departures[-1], N_LEFT), np.uint16(TOO_LATE_S))
    for i in range(len(fleet.n_gaps)):
        for gap in range(fleet.n_gaps[i] - 1):
            saved_s = saved_by_halt_s(task, i, gap)
            for departure in range(fleet.n_departures[i]):
                row = later[task.gap_departures[fleet.gap_start[i] + gap] + departure]
                for behind in range(gap + 1, fleet.n_gaps[i]):
                    of_gap, stop = fleet.gap_start[i] + behind, fleet.first_stop[i] + behind
                    leaves = fleet.leave[
                        fleet.leave_start[i] + np.int64(behind) * fleet.n_departures[i] + departure
                    ]
                    if leaves < 0 or fleet.room[of_gap] == 0:
                        break
                    clock = leaves - task.base_s - saved_s
                    for entry in range(fleet.entry_start[stop], fleet.entry_start[stop + 1]):
                        for left in range(N_LEFT):
                            when = clock + fleet.into_s[entry] + least[fleet.meeting[entry], left]
                            if when <= task.last_arrival_s:
                                row[left] = min(row[left], np.uint16(max(when - task.first_s, 0)))
                    if fleet.door_into_s[DESTINATION_DOOR, of_gap] < FAR_S:
                        when = clock + np.int64(fleet.door_into_s[DESTINATION_DOOR, of_gap])
                        if when <= task.last_arrival_s:
                            for left in range(N_LEFT):
                                row[left] = min(row[left], np.uint16(max(when - task.first_s, 0)))
    return later
