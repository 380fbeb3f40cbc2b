"""The compiled inner loops of a search. `routing.raptor` explains the algorithm; here it only runs.

One label says when somebody stands somewhere and how much of that was walking, packed into one int64
(`time * 65536 + walking seconds`), so that "earlier, and among equals with less walking" is one comparison.
Times are seconds after the search's base in the direction of search: a mirrored search (arrive-by) runs
on negated times, so "later" is always "more". Clocks of rides are UTC seconds in the ordinary direction;
`sign` and `base_s` translate.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from routing.overlay import DEPARTURE_STEP_S, HALT_S, PROMISE_TOLERANCE_S

INF = np.int64(1) << np.int64(60)
WALK_BITS = 16
MOST_WALK_S = (1 << WALK_BITS) - 1
UNREACHABLE_MATRIX = 65_535
FAR_S = 2**31 - 1

# Columns of the parent of a label, and of a leg in the result.
TRIP, RIDE = 0, 1
KIND, REF, BOARD_PLACE, BOARD_AT, ALIGHT_PLACE, ALIGHT_AT, BOARD_S, ALIGHT_S, DRIVER_S, LAYER = range(10)
N_COLUMNS = 10


@njit(cache=True, nogil=True, inline="always")
def label_of(time_s, walk_s):
    return (np.int64(time_s) << WALK_BITS) + min(np.int64(walk_s), MOST_WALK_S)


@njit(cache=True, nogil=True, inline="always")
def time_of(label):
    return label >> WALK_BITS


@njit(cache=True, nogil=True, inline="always")
def walk_of(label):
    return label & MOST_WALK_S


# --- rides: when is the driver where? ---------------------------------------------------------------


@njit(cache=True, nogil=True)
def leaving_clocks(stop_start, earliest, n_departures, leg_s, pick, drop):
    """When drivers leave each stop, for each of their departures: (start, clocks).

    Departure k of a ride leaves call c at clocks[start[c] + k]; -1 where a promise breaks before.
    """
    start = np.zeros(stop_start[-1] + 1, np.int64)
    for r in range(len(earliest)):
        for call in range(stop_start[r], stop_start[r + 1]):
            start[call + 1] = start[call] + n_departures[r]
    clocks = np.empty(start[-1], np.int64)
    for r in range(len(earliest)):
        for k in range(n_departures[r]):
            clock = earliest[r] + np.int64(k) * DEPARTURE_STEP_S
            for call in range(stop_start[r], stop_start[r + 1]):
                if call > stop_start[r] and clock >= 0:
                    clock = _pass_stop(pick[call], drop[call], clock + leg_s[call - 1])
                clocks[start[call] + k] = clock
    return start, clocks


@njit(cache=True, nogil=True, inline="always")
def pickup_clock(rides, r, entry, k):
    """When a driver on departure k reaches the entry's place to pick up; -1 if a promise breaks before."""
    clock = rides.leave[rides.leave_start[rides.stop_start[r] + rides.gap[entry]] + k]
    return clock + rides.into_s[entry] if clock >= 0 else np.int64(-1)


@njit(cache=True, nogil=True)
def _pass_stop(pick, drop, reached):
    """When a stop promised to people on board is left again; -1 if reached too late."""
    if drop >= 0 and reached > drop + PROMISE_TOLERANCE_S:
        return np.int64(-1)
    if pick >= 0:
        reached = max(reached, pick)
        if reached > pick + PROMISE_TOLERANCE_S:
            return np.int64(-1)
    return reached + HALT_S


@njit(cache=True, nogil=True)
def driving_between(rides, board_place, alight_place, n_stops):
    """Driving seconds from a pick-up to a drop-off; FAR_S without a way or when both are the same place."""
    if board_place == n_stops:
        if alight_place == n_stops + 1:
            return np.int64(rides.door_to_door_s)
        return np.int64(rides.from_origin_s[rides.meeting[alight_place]])
    if alight_place == n_stops + 1:
        return np.int64(rides.to_destination_s[rides.meeting[board_place]])
    board_meeting, alight_meeting = rides.meeting[board_place], rides.meeting[alight_place]
    if board_meeting == alight_meeting:
        return np.int64(FAR_S)
    seconds = rides.drive_s[board_meeting, alight_meeting]
    return np.int64(FAR_S) if seconds == UNREACHABLE_MATRIX else np.int64(seconds)


@njit(cache=True, nogil=True)
def has_room(rides, r, first_hop, last_hop):
    first = rides.stop_start[r]
    return rides.room[first + first_hop : first + last_hop + 1].all()


@njit(cache=True, nogil=True)
def detour_s(rides, r, board, alight, between_s):
    """Extra driving of one boarding; `between_s` counts only where both places lie in one gap."""
    first = rides.stop_start[r]
    a, b = rides.gap[board], rides.gap[alight]
    if a == b:
        return rides.into_s[board] + between_s + rides.out_s[alight] - rides.leg_s[first + a]
    extra = rides.into_s[board] + rides.out_s[board] - rides.leg_s[first + a]
    return extra + rides.into_s[alight] + rides.out_s[alight] - rides.leg_s[first + b]


@njit(cache=True, nogil=True)
def fits_budget(rides, r, board, alight, between_s):
    """Whether the driving with both places stays within what the driver can spare."""
    return detour_s(rides, r, board, alight, between_s) <= rides.spare_s[r]


@njit(cache=True, nogil=True)
def dropoff_clock(rides, r, board, alight, between_s, pickup):
    """When somebody picked up at `pickup` is dropped off; -1 if a promise or the latest arrival breaks."""
    first = rides.stop_start[r]
    last_gap = rides.stop_start[r + 1] - first - 2
    a, b = rides.gap[board], rides.gap[alight]
    clock = pickup + HALT_S
    if a == b:
        dropped = clock + between_s
    else:
        clock += rides.out_s[board]
        for i in range(a + 1, b):
            clock = _pass_stop(rides.pick[first + i], rides.drop[first + i], clock)
            if clock < 0:
                return clock
            clock += rides.leg_s[first + i]
        clock = _pass_stop(rides.pick[first + b], rides.drop[first + b], clock)
        if clock < 0:
            return clock
        dropped = clock + rides.into_s[alight]
    clock = dropped + HALT_S + rides.out_s[alight]
    for i in range(b + 1, last_gap + 1):
        clock = _pass_stop(rides.pick[first + i], rides.drop[first + i], clock)
        if clock < 0:
            return clock
        clock += rides.leg_s[first + i]
    return dropped if clock <= rides.latest_arrival[r] else np.int64(-1)


# --- departures: the moments worth leaving at --------------------------------------------------------


@njit(cache=True, nogil=True)
def _grown(columns, n):
    """The same rows with room for row n."""
    if n < len(columns):
        return columns
    wider = np.empty((max(n + 1, 2 * len(columns)), columns.shape[1]), columns.dtype)
    wider[: len(columns)] = columns
    return wider


@njit(cache=True, nogil=True)
def trip_moments(window, places, walk_s, board_mask, stop_ok, first_s, last_s):
    """(n, 2) int64: (moment to leave the door, stop) for every trip caught exactly within [first_s, last_s]."""
    found = np.empty((256, 2), np.int64)
    n = 0
    for stop in places:
        if stop_ok[stop] == 0:
            continue
        for at in range(window.at_start[stop], window.at_start[stop + 1]):
            p, pos = window.at_pattern[at], window.at_pos[at]
            if window.board[window.stop_start[p] + pos] & board_mask == 0:
                continue
            column = window.time_start[p] + np.int64(pos) * window.n_trips[p]
            for t in range(window.n_trips[p]):
                moment = window.dep[column + t] - walk_s[stop]
                if moment > last_s:
                    break
                if moment >= first_s:
                    found = _grown(found, n)
                    found[n, 0] = moment
                    found[n, 1] = stop
                    n += 1
    return found[:n]


@njit(cache=True, nogil=True)
def ride_moments(rides, places, walk_s, sign, base_s, first_s, last_s, n_stops):
    """Like trip_moments, for every way a ride can pick up (mirrored: drop off) at the places."""
    found = np.empty((256, 2), np.int64)
    n = 0
    for place in places:
        for at in range(rides.at_start[place], rides.at_start[place + 1]):
            entry = rides.at_entry[at]
            r = rides.ride[entry]
            if rides.kind[r] == 1:
                call = rides.stop_start[r] + rides.gap[entry]
                clock = rides.dep[call] if sign > 0 else rides.arr[call]
                moment = sign * (clock - base_s) - walk_s[place]
                if first_s <= moment <= last_s:
                    found = _grown(found, n)
                    found[n, 0] = moment
                    found[n, 1] = place
                    n += 1
                continue
            for k in range(rides.n_departures[r]):
                if sign > 0:
                    clock = pickup_clock(rides, r, entry, k)
                    moment = clock - base_s - walk_s[place]
                    if clock >= 0 and first_s <= moment <= last_s:
                        found = _grown(found, n)
                        found[n, 0] = moment
                        found[n, 1] = place
                        n += 1
                    continue
                for board in range(rides.entry_start[r], rides.entry_start[r + 1]):
                    clock = _boarded_until(rides, r, board, entry, k, n_stops)
                    moment = base_s - clock - walk_s[place]
                    if clock >= 0 and first_s <= moment <= last_s:
                        found = _grown(found, n)
                        found[n, 0] = moment
                        found[n, 1] = place
                        n += 1
    return found[:n]


@njit(cache=True, nogil=True)
def _boarded_until(rides, r, board, alight, k, n_stops):
    """Drop-off clock of one whole boarding of a private ride, -1 when impossible."""
    if not can_pair(rides, r, board, alight, n_stops):
        return np.int64(-1)
    between_s = np.int64(0)
    if rides.gap[board] == rides.gap[alight]:
        between_s = driving_between(rides, rides.place[board], rides.place[alight], n_stops)
    if between_s >= FAR_S or not fits_budget(rides, r, board, alight, between_s):
        return np.int64(-1)
    pickup = pickup_clock(rides, r, board, k)
    if pickup < 0:
        return np.int64(-1)
    return dropoff_clock(rides, r, board, alight, between_s, pickup)


@njit(cache=True, nogil=True)
def can_pair(rides, r, board, alight, n_stops):
    """Order, doors and room: the destination's door is no pick-up, the origin's no drop-off."""
    a, b = rides.gap[board], rides.gap[alight]
    if rides.kind[r] == 1:
        return a < b and has_room(rides, r, a, b - 1)
    board_place, alight_place = rides.place[board], rides.place[alight]
    if board_place == n_stops + 1 or alight_place == n_stops:
        return False
    if (
        board_place < n_stops
        and alight_place < n_stops
        and rides.meeting[board_place] == rides.meeting[alight_place]
    ):
        return False
    return a <= b and has_room(rides, r, a, b)


# --- the rounds --------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def first_trip(window, p, pos, ready_s, before):
    """First trip row < `before` of a pattern that leaves position `pos` at or after `ready_s`, else `before`."""
    column = window.time_start[p] + np.int64(pos) * window.n_trips[p]
    low, high = 0, before
    while low < high:
        middle = (low + high) >> 1
        if window.dep[column + middle] >= ready_s:
            high = middle
        else:
            low = middle + 1
    return low


@njit(cache=True, nogil=True)
def _arrive(state, k, layer, place, label):
    """Note a better arrival by vehicle; the caller has compared with `bound` and writes the parent."""
    state.by_vehicle[k, layer, place] = label
    for later in range(k, state.bound.shape[0]):
        if label >= state.bound[later, layer, place]:
            break
        state.bound[later, layer, place] = label
    if state.is_arrived[layer, place] == 0:
        state.is_arrived[layer, place] = 1
        state.arrived[layer, state.n_arrived[layer]] = place
        state.n_arrived[layer] += 1


@njit(cache=True, nogil=True, inline="always")
def _is_wanted(state, k, layer, place, label):
    """Better than what is known there, and of use: for walking to the goal now, or with one vehicle more."""
    return label < state.bound[k, layer, place] and (
        label + state.least[place] < state.next_limit[layer]
        or label + state.egress[place] < state.goal[k, layer]
    )


@njit(cache=True, nogil=True)
def _scan_pattern(window, state, k, layer, p, from_pos, board_mask, alight_mask, stop_ok, is_tight):
    """Ride along one pattern: always the first trip that can be caught, better ones as they come."""
    first_call, n = window.stop_start[p], window.n_trips[p]
    n_calls = window.stop_start[p + 1] - first_call
    trip, board_pos, walked = n, -1, np.int64(0)
    for pos in range(from_pos, n_calls):
        stop = window.stops[first_call + pos]
        if stop_ok[stop] == 0:
            continue
        if trip < n and window.alight[first_call + pos] & alight_mask:
            reached = window.arr[window.time_start[p] + np.int64(pos) * n + trip]
            label = label_of(reached, walked)
            if _is_wanted(state, k, layer, stop, label):
                _arrive(state, k, layer, stop, label)
                parent = state.parent[k, layer, stop]
                parent[KIND], parent[REF] = TRIP, window.trip_start[p] + trip
                parent[BOARD_PLACE] = window.stops[first_call + board_pos]
                parent[BOARD_AT], parent[ALIGHT_AT] = board_pos, pos
                parent[BOARD_S] = window.dep[window.time_start[p] + np.int64(board_pos) * n + trip]
                parent[ALIGHT_S], parent[LAYER] = reached, layer
        ready = state.ready[k - 1, layer, stop]
        if ready < INF and window.board[first_call + pos] & board_mask:
            caught = first_trip(window, p, pos, time_of(ready), n if trip == n else trip + 1)
            if caught == n:
                continue
            leaves = window.dep[window.time_start[p] + np.int64(pos) * n + caught]
            if k == 1 and is_tight and leaves != time_of(ready):
                continue
            if caught < trip or (caught == trip and walk_of(ready) < walked):
                trip, board_pos, walked = caught, pos, walk_of(ready)


@njit(cache=True, nogil=True)
def _note_ride(
    state, k, layer, next_layer, place, label, rides, r, board, alight, times, driver_s, is_mirrored
):
    _arrive(state, k, next_layer, place, label)
    parent = state.parent[k, next_layer, place]
    parent[KIND], parent[REF] = RIDE, r
    start = alight if is_mirrored else board
    parent[BOARD_PLACE] = rides.place[start]
    parent[BOARD_AT], parent[ALIGHT_AT] = board, alight
    parent[BOARD_S], parent[ALIGHT_S] = times
    parent[DRIVER_S], parent[LAYER] = driver_s, layer


@njit(cache=True, nogil=True)
def best_by_ride(rides, least_s, sign):
    """What a ride can do for the goal at best, per call and departure like `rides.leave`.

    Forwards: the earliest clock at the goal for whoever boards after this stop. Backwards: the latest clock
    at the (mirrored) goal for whoever is dropped after it. No detour, no halt and no change is counted, so
    it is a bound; INF (-INF) where the ride leads nowhere.
    """
    best = np.full(len(rides.leave), INF if sign > 0 else -INF)
    for r in range(len(rides.kind)):
        first, last = rides.stop_start[r], rides.stop_start[r + 1]
        shift = np.full(last - first, INF)
        for entry in range(rides.entry_start[r], rides.entry_start[r + 1]):
            gap = rides.gap[entry]
            shift[gap] = min(shift[gap], least_s[rides.place[entry]] + sign * rides.into_s[entry])
        for k in range(rides.n_departures[r]):
            so_far = INF if sign > 0 else -INF
            for i in range(last - first):
                call = last - 1 - i if sign > 0 else first + i
                at = rides.leave_start[call] + k
                clock = rides.leave[at]
                if clock >= 0 and shift[call - first] < INF:
                    clock += sign * shift[call - first]
                    so_far = min(so_far, clock) if sign > 0 else max(so_far, clock)
                best[at] = so_far
    return best


@njit(cache=True, nogil=True)
def _take_rides(rides, state, k, layer, is_mirrored, n_stops, base_s, is_tight):
    """Every ride that can be boarded (mirrored: left) where somebody got ready, ride by ride."""
    n_queued = 0
    for i in range(state.n_marked[layer]):
        place = state.marked[layer, i]
        for at in range(rides.at_start[place], rides.at_start[place + 1]):
            r = rides.ride[rides.at_entry[at]]
            if rides.next_layer[r, layer] >= 0 and state.is_queued[r] == 0:
                state.is_queued[r] = 1
                state.ride_queue[n_queued] = r
                n_queued += 1
    for i in range(n_queued):
        r = state.ride_queue[i]
        state.is_queued[r] = 0
        if is_mirrored:
            _leave_ride(rides, state, k, layer, r, n_stops, base_s, is_tight and k == 1)
        else:
            _board_ride(rides, state, k, layer, r, n_stops, base_s, is_tight and k == 1)


@njit(cache=True, nogil=True)
def _board_ride(rides, state, k, layer, r, n_stops, base_s, is_tight):
    """Forwards: board at the first moment the ride can be caught at each place, to every place it reaches."""
    next_layer = rides.next_layer[r, layer]
    n = 0
    places, is_marked = rides.place, state.is_marked[layer]
    for board in range(rides.entry_start[r], rides.entry_start[r + 1]):
        place = places[board]
        if is_marked[place] == 0:
            continue
        ready = state.ready[k - 1, layer, place]
        ready_clock = base_s + time_of(ready)
        if rides.kind[r] == 1:
            departure, pickup = 0, rides.dep[rides.stop_start[r] + rides.gap[board]]
        else:
            departure, pickup = _first_departure(rides, r, board, ready_clock)
        if pickup < ready_clock or (is_tight and pickup > ready_clock):
            continue
        if label_of(pickup - base_s, walk_of(ready)) + state.least[place] >= state.limit[next_layer]:
            continue
        if rides.kind[r] == 0:
            at_best = state.ride_best[rides.leave_start[rides.stop_start[r] + rides.gap[board]] + departure]
            if label_of(at_best - base_s, walk_of(ready)) >= state.limit[next_layer]:
                continue
        state.tried[n], state.tried_clock[n], state.tried_departure[n] = board, pickup, departure
        n += 1
    n_kept = 0
    for i in np.argsort(state.tried_clock[:n]):
        board = state.tried[i]
        better = -1
        if not is_tight:
            better = _better_board(
                rides, state, k, layer, r, board, state.tried_departure[i], n_kept, n_stops
            )
        first, last = rides.entry_start[r], rides.entry_start[r + 1]
        if better >= 0:
            first, last = _same_place(rides, r, better)
        else:
            state.kept[n_kept], state.kept_departure[n_kept] = board, state.tried_departure[i]
            n_kept += 1
        _board_at(
            rides,
            state,
            k,
            layer,
            r,
            board,
            first,
            last,
            state.tried_departure[i],
            state.tried_clock[i],
            n_stops,
            base_s,
        )


@njit(cache=True, nogil=True)
def _better_board(rides, state, k, layer, r, board, departure, n_kept, n_stops):
    """An entry already tried that gets everybody everywhere no later and no farther than `board`; -1 without.

    It lies on the driver's way to `board` and is boarded on the same departure or an earlier one, with no
    more walking. Only rides without people on board are compared; to its own place it does not lead.
    """
    place = rides.place[board]
    if rides.kind[r] == 1 or place >= n_stops or rides.stop_start[r + 1] - rides.stop_start[r] > 2:
        return -1
    ready, kept, kept_departure = state.ready[k - 1, layer], state.kept, state.kept_departure
    places, meeting, into_s = rides.place, rides.meeting, rides.into_s
    walked, there, there_s = walk_of(ready[place]), meeting[place], into_s[board]
    for i in range(n_kept):
        other = kept[i]
        other_place = places[other]
        if (
            other_place < n_stops
            and kept_departure[i] <= departure
            and into_s[other] <= there_s
            and walk_of(ready[other_place]) <= walked
            and into_s[other] + np.int64(rides.drive_s[meeting[other_place], there]) <= there_s
        ):
            return other
    return -1


@njit(cache=True, nogil=True)
def _same_place(rides, r, entry):
    """The range of entries of a ride without people on board that stand at the same meeting point as one of them."""
    meeting = rides.meeting[rides.place[entry]]
    first, last = entry, entry + 1
    while first > rides.entry_start[r] and rides.meeting[rides.place[first - 1]] == meeting:
        first -= 1
    while last < rides.entry_start[r + 1] and rides.meeting[rides.place[last]] == meeting:
        last += 1
    return first, last


@njit(cache=True, nogil=True)
def _board_at(rides, state, k, layer, r, board, first, last, departure, pickup, n_stops, base_s):
    """From one boarding to the entries first:last of the ride."""
    next_layer = rides.next_layer[r, layer]
    walked = walk_of(state.ready[k - 1, layer, rides.place[board]])
    soonest = label_of(pickup - base_s, walked)
    is_stop = rides.kind[r] == 0 and rides.place[board] < n_stops
    way_s = rides.drive_s[rides.meeting[rides.place[board]] if is_stop else 0]
    most_s = rides.spare_s[r] + rides.leg_s[rides.stop_start[r] + rides.gap[board]] - rides.into_s[board]
    # Arrays are taken out of their bundles before the loop: inside it that made every pair two to four times as slow.
    gap, board_into_s = rides.gap[board], rides.into_s[board]
    place, meeting, gap_of, into_s, out_s = rides.place, rides.meeting, rides.gap, rides.into_s, rides.out_s
    bound, least, egress = state.bound[k, next_layer], state.least, state.egress
    goal, limit = state.goal[k, next_layer], state.next_limit[next_layer]
    is_private = rides.kind[r] == 0
    for alight in range(first, last):
        goal_place = place[alight]
        if is_private and gap_of[alight] == gap:
            # Nearly all pairs end here, so this is looked up in place: a call would cost more than the rest.
            if is_stop and goal_place < n_stops:
                between_s = np.int64(way_s[meeting[goal_place]])
                if between_s > most_s - out_s[alight]:
                    continue
            else:
                between_s = np.int64(max(into_s[alight] - board_into_s, 0))
            soonest = label_of(pickup + HALT_S + between_s - base_s, walked)
        if soonest >= bound[goal_place]:
            continue
        if soonest + least[goal_place] >= limit and soonest + egress[goal_place] >= goal:
            continue
        if not can_pair(rides, r, board, alight, n_stops):
            continue
        dropped = _dropped(rides, r, board, alight, pickup, n_stops)
        label = label_of(dropped - base_s, walked)
        if dropped >= 0 and _is_wanted(state, k, next_layer, goal_place, label):
            times = (pickup - base_s, dropped - base_s)
            driver_s = rides.earliest[r] + np.int64(departure) * DEPARTURE_STEP_S - base_s
            _note_ride(
                state,
                k,
                layer,
                next_layer,
                goal_place,
                label,
                rides,
                r,
                board,
                alight,
                times,
                driver_s,
                False,
            )


@njit(cache=True, nogil=True)
def _first_departure(rides, r, board, ready_clock):
    """The driver's first departure that reaches the place at or after a clock, and when; (0, -1) without."""
    for departure in range(rides.n_departures[r]):
        pickup = pickup_clock(rides, r, board, departure)
        if pickup < 0 or pickup >= ready_clock:
            return departure, pickup
    return 0, np.int64(-1)


@njit(cache=True, nogil=True)
def _dropped(rides, r, board, alight, pickup, n_stops):
    """When somebody picked up is dropped off, -1 when that is not possible; `can_pair` has been asked."""
    if rides.kind[r] == 1:
        return rides.arr[rides.stop_start[r] + rides.gap[alight]]
    between_s = np.int64(0)
    if rides.gap[board] == rides.gap[alight]:
        between_s = driving_between(rides, rides.place[board], rides.place[alight], n_stops)
    if between_s >= FAR_S or not fits_budget(rides, r, board, alight, between_s):
        return np.int64(-1)
    return dropoff_clock(rides, r, board, alight, between_s, pickup)


@njit(cache=True, nogil=True)
def _leave_ride(rides, state, k, layer, r, n_stops, base_s, is_tight):
    """Backwards: be dropped in time at each place, having been picked up as late as possible, wherever that can be."""
    next_layer = rides.next_layer[r, layer]
    n = 0
    places, is_marked = rides.place, state.is_marked[layer]
    for alight in range(rides.entry_start[r], rides.entry_start[r + 1]):
        place = places[alight]
        if is_marked[place] == 0:
            continue
        ready = state.ready[k - 1, layer, place]
        if ready + state.least[place] >= state.limit[next_layer]:
            continue
        last = 0
        if rides.kind[r] == 0:
            last = _last_in_time(rides, r, alight, base_s - time_of(ready))
            if last < 0:
                continue
            at_best = state.ride_best[rides.leave_start[rides.stop_start[r] + rides.gap[alight]] + last]
            if label_of(base_s - at_best, walk_of(ready)) >= state.limit[next_layer]:
                continue
        state.tried[n], state.tried_clock[n], state.tried_departure[n] = alight, time_of(ready), last
        n += 1
    n_kept = 0
    for i in np.argsort(state.tried_clock[:n]):
        alight = state.tried[i]
        better = -1
        if not is_tight:
            better = _better_alight(rides, state, k, layer, r, alight, n_kept, n_stops)
        first, last = rides.entry_start[r], rides.entry_start[r + 1]
        if better >= 0:
            first, last = _same_place(rides, r, better)
        else:
            state.kept[n_kept] = alight
            n_kept += 1
        _leave_at(
            rides,
            state,
            k,
            layer,
            r,
            alight,
            first,
            last,
            state.tried_departure[i],
            n_stops,
            base_s,
            is_tight,
        )


@njit(cache=True, nogil=True)
def _better_alight(rides, state, k, layer, r, alight, n_kept, n_stops):
    """Like `_better_board`: an entry on the driver's way on from `alight`, to be reached no sooner than through it."""
    place = rides.place[alight]
    if rides.kind[r] == 1 or place >= n_stops or rides.stop_start[r + 1] - rides.stop_start[r] > 2:
        return -1
    ready, kept = state.ready[k - 1, layer], state.kept
    places, meeting, out_s = rides.place, rides.meeting, rides.out_s
    mine, way_s, left_s = ready[place], rides.drive_s[meeting[place]], out_s[alight]
    for i in range(n_kept):
        other = kept[i]
        other_place = places[other]
        if other_place >= n_stops or out_s[other] > left_s:
            continue
        other_ready = ready[other_place]
        between_s = np.int64(way_s[meeting[other_place]])
        if (
            walk_of(other_ready) <= walk_of(mine)
            and between_s + out_s[other] <= left_s
            and time_of(other_ready) + between_s <= time_of(mine)
        ):
            return other
    return -1


@njit(cache=True, nogil=True)
def _leave_at(rides, state, k, layer, r, alight, first, last, departure, n_stops, base_s, is_tight):
    """From one drop-off back to the entries first:last of the ride; `departure` is the last that can be in time."""
    next_layer = rides.next_layer[r, layer]
    ready = state.ready[k - 1, layer, rides.place[alight]]
    walked, deadline = walk_of(ready), base_s - time_of(ready)
    gap, alight_into_s = rides.gap[alight], rides.into_s[alight]
    place, gap_of, into_s = rides.place, rides.gap, rides.into_s
    bound, least, egress = state.bound[k, next_layer], state.least, state.egress
    goal, limit = state.goal[k, next_layer], state.next_limit[next_layer]
    is_run = rides.kind[r] == 1
    leave, left_at = rides.leave, rides.leave_start[rides.stop_start[r] : rides.stop_start[r + 1]]
    for board in range(first, last):
        start_place = place[board]
        if is_run:
            latest = rides.dep[rides.stop_start[r] + gap_of[board]]
        else:
            on_the_way_s = np.int64(HALT_S)
            if gap_of[board] == gap:
                on_the_way_s += max(alight_into_s - into_s[board], 0)
            clock = leave[left_at[gap_of[board]] + departure]
            if clock < 0:
                continue
            latest = min(clock + into_s[board], deadline - on_the_way_s)
        label = label_of(base_s - latest, walked)
        if latest < 0 or label >= bound[start_place]:
            continue
        if label + least[start_place] >= limit and label + egress[start_place] >= goal:
            continue
        if not can_pair(rides, r, board, alight, n_stops):
            continue
        used, pickup, dropped = _last_departure(rides, r, board, alight, departure, deadline, n_stops)
        if pickup < 0 or (is_tight and dropped < deadline):
            continue
        label = label_of(base_s - pickup, walked)
        if _is_wanted(state, k, next_layer, start_place, label):
            times = (base_s - dropped, base_s - pickup)
            driver_s = rides.earliest[r] + np.int64(used) * DEPARTURE_STEP_S - base_s
            _note_ride(
                state,
                k,
                layer,
                next_layer,
                start_place,
                label,
                rides,
                r,
                board,
                alight,
                times,
                driver_s,
                True,
            )


@njit(cache=True, nogil=True)
def _last_in_time(rides, r, alight, deadline):
    """The last departure on which the driver, without any detour, is at a place by a clock; -1 without."""
    start = rides.leave_start[rides.stop_start[r] + rides.gap[alight]]
    for departure in range(rides.n_departures[r] - 1, -1, -1):
        clock = rides.leave[start + departure]
        if clock >= 0 and clock + rides.into_s[alight] <= deadline:
            return departure
    return -1


@njit(cache=True, nogil=True)
def _last_departure(rides, r, board, alight, last, deadline, n_stops):
    """The driver's last departure up to `last` that drops off by a clock, with pick-up and drop-off.

    Pick-up is -1 without.
    """
    nothing = (0, np.int64(-1), np.int64(-1))
    if rides.kind[r] == 1:
        dropped = rides.arr[rides.stop_start[r] + rides.gap[alight]]
        pickup = rides.dep[rides.stop_start[r] + rides.gap[board]]
        return (0, pickup, dropped) if dropped <= deadline else nothing
    between_s = np.int64(0)
    if rides.gap[board] == rides.gap[alight]:
        between_s = driving_between(rides, rides.place[board], rides.place[alight], n_stops)
    if between_s >= FAR_S or not fits_budget(rides, r, board, alight, between_s):
        return nothing
    for departure in range(last, -1, -1):
        pickup = pickup_clock(rides, r, board, departure)
        if pickup < 0 or pickup + HALT_S + between_s > deadline:
            continue
        dropped = dropoff_clock(rides, r, board, alight, between_s, pickup)
        if 0 <= dropped <= deadline:
            return departure, pickup, dropped
    return nothing


@njit(cache=True, nogil=True)
def _set_limits(state, k):
    """Per layer the label at the goal that is of no use any more in round k, and in the round after it.

    A label without a private ride still counts when the goal is reached earlier without one, as long as a
    ride can follow: journeys with rides are a class of their own.
    """
    n_layers = state.goal.shape[1]
    for layer in range(n_layers):
        state.limit[layer] = state.goal[k, layer]
        for other in range(max(layer, 1), n_layers):
            state.limit[layer] = max(state.limit[layer], state.goal[k, other])
        state.next_limit[layer] = -INF
        if k + 1 < state.goal.shape[0]:
            state.next_limit[layer] = state.goal[k + 1, layer]
            for other in range(max(layer, 1), n_layers):
                state.next_limit[layer] = max(state.next_limit[layer], state.goal[k + 1, other])


@njit(cache=True, nogil=True)
def _take_vehicles(
    window, rides, state, k, is_mirrored, base_s, n_stops, is_tight, board_mask, alight_mask, stop_ok
):
    """From every place where somebody got ready in round k - 1, one vehicle further."""
    for layer in range(state.bound.shape[1]):
        _take_rides(rides, state, k, layer, is_mirrored, n_stops, base_s, is_tight)
        n_queued = 0
        for i in range(state.n_marked[layer]):
            place = state.marked[layer, i]
            if place >= n_stops or stop_ok[place] == 0:
                continue
            for at in range(window.at_start[place], window.at_start[place + 1]):
                p, pos = window.at_pattern[at], window.at_pos[at]
                if state.from_pos[p] < 0:
                    state.from_pos[p] = pos
                    state.queue[n_queued] = p
                    n_queued += 1
                elif pos < state.from_pos[p]:
                    state.from_pos[p] = pos
        for i in range(n_queued):
            p = state.queue[i]
            _scan_pattern(
                window,
                state,
                k,
                layer,
                p,
                state.from_pos[p],
                board_mask,
                alight_mask,
                stop_ok,
                is_tight,
            )
            state.from_pos[p] = -1


@njit(cache=True, nogil=True)
def _walk_on(changes, state, k, n_stops):
    """From every place reached by vehicle: to the goal, and to wherever one can change."""
    for layer in range(state.bound.shape[1]):
        for i in range(state.n_marked[layer]):
            state.is_marked[layer, state.marked[layer, i]] = 0
        state.n_marked[layer] = 0
        for i in range(state.n_arrived[layer]):
            place = state.arrived[layer, i]
            state.is_arrived[layer, place] = 0
            label = state.by_vehicle[k, layer, place]
            home = label + state.egress[place]
            if home < state.goal[k, layer]:
                for later in range(k, state.goal.shape[0]):
                    if home >= state.goal[later, layer]:
                        break
                    state.goal[later, layer] = home
                state.goal_from[k, layer] = place
            if place >= n_stops or k + 1 >= state.bound.shape[0]:
                continue
            for change in range(changes.start[place], changes.start[place + 1]):
                to = changes.to[change]
                ready = label_of(
                    time_of(label) + changes.takes_s[change], walk_of(label) + changes.walk_s[change]
                )
                if (
                    ready < state.ready_bound[k, layer, to]
                    and ready + state.least[to] < state.next_limit[layer]
                ):
                    state.ready[k, layer, to] = ready
                    state.changed_from[k, layer, to] = place
                    for later in range(k, state.ready_bound.shape[0]):
                        if ready >= state.ready_bound[later, layer, to]:
                            break
                        state.ready_bound[later, layer, to] = ready
                    if state.is_marked[layer, to] == 0:
                        state.is_marked[layer, to] = 1
                        state.marked[layer, state.n_marked[layer]] = to
                        state.n_marked[layer] += 1
        state.n_arrived[layer] = 0


@njit(cache=True, nogil=True)
def _traced(state, k, layer, moment, out, n_out):
    """Append one journey: a head row (moment, vehicles, layer, goal label) and its vehicles, last taken first."""
    out = _grown(out, n_out + k + 1)
    out[n_out, :] = 0
    out[n_out, KIND], out[n_out, REF], out[n_out, LAYER], out[n_out, BOARD_S] = -1, k, layer, moment
    out[n_out, ALIGHT_S] = state.goal[k, layer]
    n_out += 1
    place = state.goal_from[k, layer]
    for round_ in range(k, 0, -1):
        out[n_out, :] = state.parent[round_, layer, place]
        out[n_out, ALIGHT_PLACE] = place
        layer = out[n_out, LAYER]
        board_place = out[n_out, BOARD_PLACE]
        n_out += 1
        if round_ > 1:
            place = state.changed_from[round_ - 1, layer, board_place]
    return out, n_out


@njit(cache=True, nogil=True)
def search_moments(
    window,
    changes,
    rides,
    state,
    moments,
    longest_s,
    walk_s,
    is_tight,
    is_mirrored,
    base_s,
    n_stops,
    board_mask,
    alight_mask,
    stop_ok,
):
    """Leave at each of `moments` (n, 2: moment, place; latest first) and keep what is better than leaving later.

    Journeys take at most `longest_s`. With `is_tight` the first vehicle leaves exactly when one gets to it: whoever would wait can leave later,
    which is another moment.

    Returns rows of journeys, see `_traced`.
    """
    out = np.empty((64, N_COLUMNS), np.int64)
    n_out = 0
    n_rounds, n_layers = state.goal.shape
    i = 0
    while i < len(moments):
        moment = moments[i, 0]
        while i < len(moments) and moments[i, 0] == moment:
            place = moments[i, 1]
            state.ready[0, 0, place] = label_of(moment + walk_s[place], walk_s[place])
            state.is_marked[0, place] = 1
            state.marked[0, state.n_marked[0]] = place
            state.n_marked[0] += 1
            i += 1
        too_late = label_of(moment + longest_s + 1, 0)
        for layer in range(1, n_layers):
            for k in range(n_rounds):
                state.goal[k, layer] = min(state.goal[k, layer], too_late)
        state.goal_from[:, :] = -1
        for k in range(1, n_rounds):
            n_marked = 0
            for layer in range(n_layers):
                n_marked += state.n_marked[layer]
            if n_marked == 0:
                break
            _set_limits(state, k)
            _take_vehicles(
                window,
                rides,
                state,
                k,
                is_mirrored,
                base_s,
                n_stops,
                is_tight,
                board_mask,
                alight_mask,
                stop_ok,
            )
            _walk_on(changes, state, k, n_stops)
        for layer in range(n_layers):
            for m in range(state.n_marked[layer]):
                state.is_marked[layer, state.marked[layer, m]] = 0
            state.n_marked[layer] = 0
            for k in range(1, n_rounds):
                if state.goal_from[k, layer] >= 0:
                    out, n_out = _traced(state, k, layer, moment, out, n_out)
    return out[:n_out]
