"""Getting on and off private rides in a pass of the `sweep`.

Where a ride was boarded decides whether and when it can be left elsewhere, so each departure of a driver keeps the list of its
riders, and is led from place to place while it has any.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from routing.last_vehicle import ARRIVED, PICK_GAP, PICK_INTO_S, PICK_OUT_S, WALK_BITS
from routing.onward import ANY, MINUTE_S, N_LEFT
from routing.overlay import HALT_S
from routing.ride_clocks import DESTINATION_DOOR, FAR_S, NO_WAY, ORIGIN_DOOR, detour_s, dropped_at, has_room
from routing.sweep_state import (
    ALWAYS,
    ARRIVAL,
    BY_RIDE,
    COMING_LABEL,
    COMING_RIDE,
    COMING_S,
    DOOR,
    DRIVER_AFTER,
    DRIVER_AT,
    DRIVER_DEPARTURE,
    DRIVER_GAP,
    DRIVER_RIDE,
    EVENT_AT,
    EVENT_DEPARTURE,
    EVENT_LABEL,
    EVENT_RIDE,
    EVENT_STEP,
    IS_FULL,
    LABEL,
    LANE,
    N_DRIVERS,
    N_RIDERS,
    N_TRIED,
    OTHER,
    PLACE,
    RIDE,
    RIDER_AFTER,
    RIDER_CLOCK,
    RIDER_GAP,
    RIDER_INTO_S,
    RIDER_LABEL,
    RIDER_LANE,
    RIDER_OUT_S,
    RIDER_PLACE,
    RIDER_STEP,
    cut_of,
    is_beaten,
    is_late,
    leaves_s,
    note_step,
    reaches_s,
    wait_for,
)


@njit(cache=True, nogil=True, _nrt=False)
def get_on(task, state, now, event):  # type: ignore[no-untyped-def]
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
    if label <= cut_of(task, state, lane % n_rounds):
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
    # Whoever gets off at once, by his own clock, needs no row any longer: nobody looks for him in the list of riders.
    if lane % n_rounds == n_rounds - 1:
        state.counts[N_RIDERS] = rider
        _ride_to_goal(task, state, now, i, gap, departure, rider)
        return
    if task.fleet.is_brought_on[i]:
        state.counts[N_RIDERS] = rider
        _ride_anywhere(task, state, now, i, gap, departure, rider)
        return
    _sit_down(state, one, lane, rider)
    for here in range(gap, task.fleet.n_gaps[i]):
        of_gap = task.fleet.gap_start[i] + here
        if task.fleet.room[of_gap] == 0:
            return
        _turn_back(task, state, now, i, gap, here, departure, rider)
        if state.is_driven[task.gap_departures[of_gap] + departure] == 0:
            state.is_driven[task.gap_departures[of_gap] + departure] = 1
            _send(task, state, now, i, here, departure)


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _sit_down(state, one, lane, rider):  # type: ignore[no-untyped-def]
    """Into the list of a departure and a lane, behind all who left later."""
    label, before, after = state.riders[rider, RIDER_LABEL], np.int64(-1), np.int64(state.rider_at[one, lane])
    while after >= 0 and state.riders[after, RIDER_LABEL] > label:
        before, after = after, state.riders[after, RIDER_AFTER]
    state.riders[rider, RIDER_AFTER] = after
    if before >= 0:
        state.riders[before, RIDER_AFTER] = rider
    else:
        state.rider_at[one, lane], state.rider_best[one, lane] = rider, label


@njit(cache=True, nogil=True, _nrt=False)
def _ride_to_goal(task, state, now, i, gap, departure, rider):  # type: ignore[no-untyped-def]
    """Who has boarded his last vehicle gets off where one can walk to the goal, or at its door."""
    for here in range(gap, task.fleet.n_gaps[i]):
        of_gap = task.fleet.gap_start[i] + here
        if task.fleet.room[of_gap] == 0:
            return
        for at in range(task.goal_first[of_gap], task.goal_last[of_gap]):
            entry = np.int64(task.goal_entry[at])
            _get_off(task, state, now, i, here, departure, (entry, entry + 1), rider)
        if task.fleet.door_into_s[DESTINATION_DOOR, of_gap] < FAR_S:
            _get_off(task, state, now, i, here, departure, (np.int64(DOOR), np.int64(DOOR + 1)), rider)


@njit(cache=True, nogil=True, _nrt=False)
def _ride_anywhere(task, state, now, i, gap, departure, rider):  # type: ignore[no-untyped-def]
    """Who has just got on gets off at all places of his gap and of those behind it."""
    for here in range(gap, task.fleet.n_gaps[i]):
        if task.fleet.room[task.fleet.gap_start[i] + here] == 0:
            return
        stop = task.fleet.first_stop[i] + here
        entries = task.fleet.entry_start[stop], task.fleet.entry_start[stop + 1]
        _get_off(task, state, now, i, here, departure, entries, rider)
        if task.fleet.door_into_s[DESTINATION_DOOR, task.fleet.gap_start[i] + here] < FAR_S:
            _get_off(task, state, now, i, here, departure, (np.int64(DOOR), np.int64(DOOR + 1)), rider)


@njit(cache=True, nogil=True, _nrt=False)
def _turn_back(task, state, now, i, gap, here, departure, rider):  # type: ignore[no-untyped-def]
    """Who has just got on gets off at places that the driver would have passed by now, if it were not for him.

    Those lie in his own gap, and after a long detour behind the next stop too.
    """
    passed_s = now + task.base_s - leaves_s(task, i, here, departure)
    stop = task.fleet.first_stop[i] + here
    first, last = task.fleet.entry_start[stop], task.fleet.entry_start[stop + 1]
    nearest_s = np.int64(0)
    if here == gap and state.riders[rider, RIDER_PLACE] < len(task.stop_ok):
        nearest_s = passed_s - task.fleet.back_s[task.fleet.first_stop[i] + gap]
    passed = first + np.searchsorted(task.fleet.into_s[first:last], passed_s, "right")
    nearest = first + np.searchsorted(task.fleet.into_s[first:last], nearest_s, "left")
    if here == gap and state.riders[rider, RIDER_PLACE] < len(task.stop_ok) and len(task.onward_ready):
        _turn_back_by_area(task, state, now, i, here, departure, (nearest, passed), rider)
    else:
        _get_off(task, state, now, i, here, departure, (nearest, passed), rider)
    if task.fleet.door_into_s[DESTINATION_DOOR, task.fleet.gap_start[i] + here] <= passed_s:
        _get_off(task, state, now, i, here, departure, (np.int64(DOOR), np.int64(DOOR + 1)), rider)


@njit(cache=True, nogil=True, _nrt=False)
def _turn_back_by_area(task, state, now, i, gap, departure, entries, rider):  # type: ignore[no-untyped-def]
    """The same, at entries first:last of his own gap, with a look at areas first, of which few lead anywhere."""
    row, fleet = state.riders[rider], task.fleet
    of_gap, meeting = fleet.gap_start[i] + gap, fleet.stop_meeting[row[RIDER_PLACE]]
    most_s = np.int64(fleet.leg_s[fleet.first_stop[i] + gap]) + fleet.spare_s[i] - row[RIDER_INTO_S]
    left = min(len(state.goal) - 1 - row[RIDER_LANE] % len(state.goal), N_LEFT - 1)
    drive_s, out_s, first = task.area_drive_s[meeting], task.area_out_s[of_gap], task.area_first[of_gap]
    for area in range(len(drive_s)):
        if np.int64(drive_s[area]) + out_s[area] > most_s:
            continue
        when = now + HALT_S + np.int64(drive_s[area])
        if when > task.last_arrival_s:
            continue
        slot = when // MINUTE_S - task.first_s // MINUTE_S
        if task.area_known[slot, area] and is_late(
            task, task.first_s + np.int64(task.area_reached[slot, area, left]), row[RIDER_LABEL]
        ):
            continue
        for at in range(first[area], first[area + 1]):
            entry = task.area_entry[at]
            if entries[0] <= entry < entries[1]:
                state.counts[N_TRIED] += 1
                _get_off_at(task, state, now, i, gap, departure, entry, row)


@njit(cache=True, nogil=True, _nrt=False)
def _send(task, state, now, i, gap, departure):  # type: ignore[no-untyped-def]
    """From now on people can get off a departure of a ride in this gap, at its meeting points and at the door."""
    passed_s = now + task.base_s - leaves_s(task, i, gap, departure)
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
    clock = leaves_s(task, i, gap, row[DRIVER_DEPARTURE]) + into_s - task.base_s
    if clock <= task.last_arrival_s:
        row[DRIVER_AT] = at
        row[DRIVER_AFTER] = state.driver_at[clock - task.first_s]
        state.driver_at[clock - task.first_s] = driver


@njit(cache=True, nogil=True, _nrt=False)
def pass_places(task, state, now):  # type: ignore[no-untyped-def]
    """All drivers with riders who are at a place now: some get off, and they drive on to their next places.

    One call for all of them, since every call copies the bundles.
    """
    after = np.int64(state.driver_at[now - task.first_s])
    while after >= 0:
        driver, row = after, state.drivers[after]
        after = row[DRIVER_AFTER]
        i, gap, departure, at = row[DRIVER_RIDE], row[DRIVER_GAP], row[DRIVER_DEPARTURE], row[DRIVER_AT]
        one, n_rounds = task.fleet.departure_start[i] + departure, len(state.goal)
        best = state.rider_best[one]
        is_of_use = False
        for lane in range(n_rounds + 1, len(best)):
            is_of_use = is_of_use or (
                best[lane] > cut_of(task, state, lane % n_rounds)
                and best[lane] > task.known[now - task.first_s]
            )
        if not is_of_use:
            state.is_driven[task.gap_departures[task.fleet.gap_start[i] + gap] + departure] = 0
            continue
        end, here_s = np.int64(0), np.int64(0)
        if at != DOOR:
            end, here_s = task.fleet.entry_start[task.fleet.first_stop[i] + gap + 1], task.fleet.into_s[at]
        while True:
            for lane in range(n_rounds + 1, len(best)):
                if best[lane] <= cut_of(task, state, lane % n_rounds):
                    continue
                needed = _needed(task, state, now, lane, at)
                rider = np.int64(state.rider_at[one, lane])
                while rider >= 0 and state.riders[rider, RIDER_LABEL] > needed:
                    state.counts[N_TRIED] += 1
                    _get_off_at(task, state, now, i, gap, departure, at, state.riders[rider])
                    rider = state.riders[rider, RIDER_AFTER]
            at += 1
            if at >= end or task.fleet.into_s[at] != here_s:
                break
        if at < end:
            _wait_at(task, state, driver, at)


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _needed(task, state, now, lane, entry):  # type: ignore[no-untyped-def]
    """Nobody who left no later than that is of use at an entry or at the door, as far as one knows by now."""
    if entry == DOOR:
        return task.known[max(now, task.first_arrival_s) - task.first_s]
    meeting, n_rounds = task.fleet.meeting[entry], len(state.goal)
    left, least = n_rounds - 1 - lane % n_rounds, ALWAYS
    for at in range(task.fleet.meeting_start[meeting], task.fleet.meeting_start[meeting + 1]):
        stop = task.fleet.meeting_stops[at]
        if task.stop_ok[stop] == 0 or (left == 0 and task.egress_s[stop] < 0):
            continue
        bound = state.arrived_bound[lane, stop]
        if bound < least:
            reached = reaches_s(task, left, ANY, ARRIVED, stop, now)
            if reached <= task.last_arrival_s:
                known = task.known[max(reached, task.first_arrival_s) - task.first_s]
                least = min(least, max(bound, known))
    return least


@njit(cache=True, nogil=True, _nrt=False)
def _get_off(task, state, now, i, gap, departure, entries, rider):  # type: ignore[no-untyped-def]
    """A rider who may and wants to get off at entries first:last of the gap, or at the door.

    One call for many entries, since every call copies the bundles.
    """
    for entry in range(entries[0], entries[1]):
        state.counts[N_TRIED] += 1
        _get_off_at(task, state, now, i, gap, departure, entry, state.riders[rider])


@njit(cache=True, nogil=True, _nrt=False, inline="always")
def _get_off_at(task, state, now, i, gap, departure, entry, row):  # type: ignore[no-untyped-def]
    n_rounds, n_stops, n_meetings = len(state.goal), len(task.stop_ok), len(task.fleet.from_origin_s)
    of_gap = task.fleet.gap_start[i] + gap
    lane, label = row[RIDER_LANE], row[RIDER_LABEL]
    left = n_rounds - 1 - lane % n_rounds
    if label <= cut_of(task, state, lane % n_rounds) or row[RIDER_GAP] > gap:
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
            if dropped == -2 and is_late(task, reaches_s(task, left, ANY, ARRIVED, place, now), label):
                continue
            if is_beaten(state.arrived, state.arrived_bound, place, lane, n_rounds, label, i):
                continue
        if dropped == -2:
            dropped, detour = _dropped(task, i, row, gap, meeting, into_s, out_s)
        when = dropped - task.base_s
        if dropped < 0 or when > min(np.int64(task.last_arrival_s), (label >> WALK_BITS) + task.most_s):
            return
        if is_late(task, reaches_s(task, left, ANY, ARRIVED, place, when) if entry >= 0 else when, label):
            continue
        if _is_overtaken(state.coming[place, lane], label, when, i):
            continue
        step = note_step(
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
        wait_for(state, when - task.first_s, ARRIVAL, place, lane, label, i, np.int64(step))


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
