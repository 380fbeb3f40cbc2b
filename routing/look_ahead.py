"""Looking ahead: when the goal is reached at the earliest from every stop in every minute, by how many vehicles are left.

One pass over the hours against the order of time: whoever gets off a vehicle goes on with the next, timetable, runs and private rides
alike, so what lies ahead is known when a vehicle is passed. Where people get off a ride, places close together are taken as one (`areas`):
looking at each pair of places of each ride would take longer than it saves. A `sweep` then follows only those who lead to
something new.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.areas import Areas
from routing.changes import TAKES_S
from routing.last_vehicle import ARRIVED, saved_by_halt_s
from routing.onward import MINUTE_S, N_CELLS, N_LEFT, TOO_LATE_S, arrived_row, ready_slot, walked_on
from routing.overlay import HALT_S
from routing.ride_clocks import DESTINATION_DOOR, FAR_S, NO_WAY
from routing.sweep import ARRIVES, BOARD_SHIFT, ROW, STOP, TIME, WHAT
from routing.sweep_state import Task

MOST_BOARDINGS = 12_000_000
"""With more places and departures of rides it takes longer to look at them than it saves; eight bytes each."""

MOST_SPAN_S = 60_000
"""The longest time from the first departure to the last arrival that such a table can tell."""

MOST_ROWS = 6_000_000
"""The longest table, of which there are two: 16 bytes a row."""

# Columns of where and when a ride picks up: ORDINAL counts all entries of all gaps of the Fleet, ENTRY those of the table of rides.
MOMENT, RIDE, GAP, DEPARTURE, ORDINAL, ENTRY = range(6)
N_EVENT_COLUMNS = 6


def fits(task: Task) -> bool:
    """Whether it pays to know what lies ahead, and the hours can be told."""
    fleet, span_s = task.fleet, task.last_arrival_s - task.first_s
    n_entries = fleet.entry_start[fleet.first_stop + fleet.n_gaps] - fleet.entry_start[fleet.first_stop]
    n_rows = span_s // MINUTE_S * len(task.stop_ok)
    n_boardings = int(n_entries.sum()) * int(fleet.n_departures.max(initial=0))
    return span_s <= MOST_SPAN_S and n_rows <= MOST_ROWS and n_boardings <= MOST_BOARDINGS


class Onward(NamedTuple):
    """What a `Task` says about what lies ahead."""

    onward_ready: NDArray[np.uint16]
    onward_arrived: NDArray[np.uint16]
    onward_known: NDArray[np.uint8]
    onward_boarding: NDArray[np.uint16]


def look_ahead(task: Task, areas: Areas, is_useful: NDArray[np.uint8], n_rows: tuple[int, int]) -> Onward:
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
    _fill(
        task, _events(task, is_useful), _drops(task, areas, least), _reached_later(task, least), trips, runs
    )
    return tables


@njit(cache=True, nogil=True)
def _events(task, is_useful):  # type: ignore[no-untyped-def]
    """(n, N_EVENT_COLUMNS) int32: where and when somebody may board a ride, the last moment first."""
    fleet = task.fleet
    n = 0
    rows = np.empty((0, N_EVENT_COLUMNS), np.int32)
    for is_counted in range(2):
        if is_counted:
            rows = np.empty((n, N_EVENT_COLUMNS), np.int32)
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
                        if is_useful[first + at] == 0 or clock < task.first_s or clock > task.last_arrival_s:
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

    first       (n_gaps + 1,) int64 into area and out_s: those of a gap are area[first[g]:first[g + 1]]
    area        (n,) int32; out_s (n,) uint16, how long it takes at least from there to the driver's next stop
    drive_s     of `Areas`
    start, meeting      (n_areas + 1,) int64 into (n_meetings,) int32, the meeting points of an area
    least_s     (n_areas, N_LEFT) int32 like `_least_of_meetings`, of the best of them
    reached     (n_slots, n_areas, N_LEFT) uint16, when whoever gets off there in that minute is at the goal, with so many vehicles more
    known       (n_slots, n_areas) uint8, which rows of `reached` have been worked out
    """

    first: NDArray[np.int64]
    area: NDArray[np.int32]
    out_s: NDArray[np.uint16]
    drive_s: NDArray[np.uint16]
    start: NDArray[np.int64]
    meeting: NDArray[np.int32]
    least_s: NDArray[np.int32]
    reached: NDArray[np.uint16]
    known: NDArray[np.uint8]


def _drops(task: Task, areas: Areas, least: NDArray[np.int32]) -> _Drops:
    """`least` is what `_least_of_meetings` says."""
    n_slots, n_areas = len(task.onward_ready), areas.drive_s.shape[1]
    order = np.argsort(areas.of_meeting, kind="stable")
    start = np.searchsorted(areas.of_meeting[order], np.arange(n_areas + 1))
    least_s = np.full((n_areas, N_LEFT), np.int32(TOO_LATE_S))
    np.minimum.at(least_s, areas.of_meeting[order[start[0] :]], least[order[start[0] :]])
    return _Drops(
        *_areas_of_gaps(task.fleet, areas.of_meeting, n_areas),
        areas.drive_s,
        start,
        order.astype(np.int32),
        least_s,
        np.full((n_slots, n_areas, N_LEFT), TOO_LATE_S, np.uint16),
        np.zeros((n_slots, n_areas), np.uint8),
    )


@njit(cache=True, nogil=True)
def _areas_of_gaps(fleet, of_meeting, n_areas):  # type: ignore[no-untyped-def]
    """(first, area, out_s) of `_Drops`."""
    n_gaps = len(fleet.room)
    first, place = np.zeros(n_gaps + 1, np.int64), np.full(n_areas, np.int64(-1))
    area, out_s = np.empty(n_gaps * n_areas, np.int32), np.empty(n_gaps * n_areas, np.uint16)
    n = 0
    for i in range(len(fleet.n_gaps)):
        for gap in range(fleet.n_gaps[i]):
            stop, begin = fleet.first_stop[i] + gap, n
            for entry in range(fleet.entry_start[stop], fleet.entry_start[stop + 1]):
                one = of_meeting[fleet.meeting[entry]]
                if place[one] < begin:
                    place[one] = n
                    area[n], out_s[n] = one, fleet.out_s[entry]
                    n += 1
                out_s[place[one]] = min(out_s[place[one]], fleet.out_s[entry])
            first[fleet.gap_start[i] + gap + 1] = n
    return first, area[:n].copy(), out_s[:n].copy()


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
def _fill(task, events, drops, later, trips, runs):  # type: ignore[no-untyped-def]
    """Fill `task.onward_ready` and `task.onward_boarding`; the other tables of it must be empty.

    events      of `_events`, drops of `_drops`, later of `_reached_later`
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
            event_end, is_new_also = _pass_by(task, now, slot, events, event_at, drops, later)
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
def _pass_by(task, now, slot, events, event_at, drops, later):  # type: ignore[no-untyped-def]
    """All rides that can be boarded anywhere in a second: (the first event after them, whether anything is better now)."""
    fleet, is_new = task.fleet, False
    while event_at < len(events) and events[event_at, MOMENT] == now:
        event = events[event_at]
        event_at += 1
        i, gap, entry, departure = event[RIDE], event[GAP], event[ENTRY], event[DEPARTURE]
        of_gap, stop = fleet.gap_start[i] + gap, fleet.first_stop[i] + gap
        reached = task.onward_boarding[event[ORDINAL], departure]
        door = _by_door(task, now, i, of_gap, stop, entry)
        for left in range(N_LEFT):
            reached[left] = min(later[task.gap_departures[of_gap] + departure, left], door)
        most_s = np.int64(fleet.leg_s[stop]) + fleet.spare_s[i] - fleet.into_s[entry]
        _ride_on(task, now, of_gap, fleet.meeting[entry], most_s, drops, reached)
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
def _ride_on(task, now, of_gap, meeting, most_s, drops, reached):  # type: ignore[no-untyped-def]
    """Who gets on now at a meeting point gets off in any area of the gap, by which `reached` (N_LEFT,) becomes better; from there on
    the driver may drive for `most_s`.
    """
    drive_s, least_s, from_s = drops.drive_s[meeting], drops.least_s, now + HALT_S
    soon = from_s - task.first_s
    for at in range(drops.first[of_gap], drops.first[of_gap + 1]):
        area = drops.area[at]
        between_s = np.int64(drive_s[area])
        if between_s + drops.out_s[at] > most_s or between_s == NO_WAY:
            continue
        there = soon + between_s
        if (
            there + least_s[area, 3] >= reached[3]
            and there + least_s[area, 2] >= reached[2]
            and there + least_s[area, 1] >= reached[1]
            and there + least_s[area, 0] >= reached[0]
        ):
            continue
        when = from_s + between_s
        if when > task.last_arrival_s:
            continue
        row = _got_off(task, area, when, drops)
        for left in range(N_LEFT):
            reached[left] = min(reached[left], row[left])


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
            reached[0] = min(reached[0], np.uint16(max(when + egress_s - task.first_s, 0)))
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
