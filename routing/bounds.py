"""How long it takes at the very least from a stop to the goal with so many vehicles, whatever the clock says.

Every trip at its fastest, every change with its walk and slack but without waiting, a ride from everywhere to everywhere: no journey
beats that. The sweep drops whoever could not reach the goal before journeys that are known already even so,
which changes no answer and spares it the parts of the network that lead away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.overlay import HALT_S
from routing.ride_clocks import DESTINATION_DOOR, NO_WAY

NEVER_S = np.int64(1) << np.int64(28)


class Roads(NamedTuple):
    """Driving between meeting points and to the goal.

    meeting         (n_stops,) int32 the meeting point of a stop, -1 without
    drive_from_s    (n_meetings, n_meetings) uint16, from column to row
    to_goal_s       (n_meetings,) int32 to the goal's door
    halt_saves_s    see `RoadGraph.halt_saves_s`
    has_bans        whether a halt on the way may save more than that, because it breaks a forbidden sequence of streets
    """

    meeting: NDArray[np.int32]
    drive_from_s: NDArray[np.uint16]
    to_goal_s: NDArray[np.int32]
    halt_saves_s: int
    has_bans: bool


@njit(cache=True, nogil=True)
def hops_s(window):  # type: ignore[no-untyped-def]
    """(n_calls,) int32 like `Window.stops`: the fastest way of any trip from a call to the next one, 0 at the last."""
    seconds = np.zeros(len(window.stops), np.int32)
    for p in range(len(window.n_trips)):
        trips = window.n_trips[p]
        for i in range(window.stop_start[p], window.stop_start[p + 1] - 1):
            leave = window.time_start[p] + np.int64(i - window.stop_start[p]) * trips
            reach = leave + trips
            least = window.arr[reach] - window.dep[leave]
            for t in range(1, trips):
                least = min(least, window.arr[reach + t] - window.dep[leave + t])
            seconds[i] = max(least, 0)
    return seconds


@njit(cache=True, nogil=True)
def least_s(trips, trip_hops_s, runs, run_hops_s, changes_back, roads, rides, egress_s, most_vehicles):  # type: ignore[no-untyped-def]
    """(most_vehicles + 1, 2, n_stops) int64 seconds to the goal with up to so many vehicles; NEVER_S without a way.

    [:, 0] having got off a vehicle, [:, 1] being ready to board one.

    trips, runs         Windows, with their `hops_s`
    changes_back        the Changes found from their end
    rides               a Fleet
    egress_s            (n_stops,) int32 walks to the goal, -1 without
    """
    n_stops, n_meetings = len(egress_s), len(roads.to_goal_s)
    least = np.full((most_vehicles + 1, 2, n_stops), NEVER_S)
    by_car, soonest = np.full(n_meetings, NEVER_S), np.full(n_meetings, NEVER_S)
    for stop in range(n_stops):
        if egress_s[stop] >= 0:
            least[0, 0, stop] = egress_s[stop]
    for meeting in range(n_meetings):
        if roads.to_goal_s[meeting] < NEVER_S:
            by_car[meeting] = HALT_S + np.int64(roads.to_goal_s[meeting])
    for vehicles in range(1, most_vehicles + 1):
        arrived, ready = least[vehicles], least[vehicles, 1]
        arrived[0] = least[vehicles - 1, 0]
        ready[:] = least[vehicles - 1, 1]
        _ride_back(trips, trip_hops_s, least[vehicles - 1, 0], ready)
        _ride_back(runs, run_hops_s, least[vehicles - 1, 0], ready)
        _drive_back(roads, least[vehicles - 1, 0], by_car, soonest)
        if roads.has_bans:
            _ride_through(rides, least[vehicles - 1, 0], ready)
        for stop in range(n_stops):
            meeting = roads.meeting[stop]
            if meeting >= 0:
                ready[stop] = min(ready[stop], by_car[meeting])
            if ready[stop] >= least[vehicles - 1, 1, stop]:
                continue
            for change in range(changes_back.start[stop], changes_back.start[stop + 1]):
                origin = changes_back.to[change]
                arrived[0, origin] = min(arrived[0, origin], ready[stop] + changes_back.takes_s[change])
    return least


@njit(cache=True, nogil=True)
def _ride_back(window, seconds, arrived, ready):  # type: ignore[no-untyped-def]
    """One vehicle to wherever one has arrived."""
    stop_start, stops, board, alight = window.stop_start, window.stops, window.board, window.alight
    for p in range(len(window.n_trips)):
        left_s = NEVER_S
        for call in range(stop_start[p + 1] - 1, stop_start[p] - 1, -1):
            stop = stops[call]
            left_s += seconds[call]
            if board[call] and left_s < ready[stop]:
                ready[stop] = left_s
            if alight[call]:
                left_s = min(left_s, arrived[stop])


@njit(cache=True, nogil=True)
def _drive_back(roads, arrived, by_car, soonest):  # type: ignore[no-untyped-def]
    """A ride to wherever one has arrived; `soonest` is what meeting points gave when they were looked at last."""
    for stop in range(len(arrived)):
        meeting = roads.meeting[stop]
        if meeting < 0 or arrived[stop] >= soonest[meeting]:
            continue
        soonest[meeting] = arrived[stop]
        # Driving to a place that is itself best left by car is never better than driving on at once.
        if arrived[stop] + HALT_S >= by_car[meeting] + roads.halt_saves_s:
            continue
        drive_s, reached_s = roads.drive_from_s[meeting], arrived[stop] + HALT_S
        for other in range(len(by_car)):
            if drive_s[other] != NO_WAY:
                by_car[other] = min(by_car[other], reached_s + drive_s[other])


@njit(cache=True, nogil=True)
def _ride_through(rides, arrived, ready):  # type: ignore[no-untyped-def]
    """A ride past stops promised to others to wherever one has arrived."""
    meeting, into_s, out_s, entry_start = rides.meeting, rides.into_s, rides.out_s, rides.entry_start
    start, stops = rides.meeting_start, rides.meeting_stops
    for i in range(len(rides.n_gaps)):
        left_s = NEVER_S
        for gap in range(rides.n_gaps[i] - 1, -1, -1):
            stop = rides.first_stop[i] + gap
            soonest_s = min(np.int64(rides.door_into_s[DESTINATION_DOOR, rides.gap_start[i] + gap]), NEVER_S)
            soonest_s = min(soonest_s, rides.leg_s[stop] + HALT_S + left_s)
            for entry in range(entry_start[stop], entry_start[stop + 1]):
                for at in range(start[meeting[entry]], start[meeting[entry] + 1]):
                    ready[stops[at]] = min(ready[stops[at]], HALT_S + out_s[entry] + HALT_S + left_s)
                    soonest_s = min(soonest_s, into_s[entry] + arrived[stops[at]])
            left_s = soonest_s


@njit(cache=True, nogil=True)
def home_s(trips, trip_hops_s, runs, run_hops_s, changes, roads, rides, access_s, most_vehicles):  # type: ignore[no-untyped-def]
    """(n_meetings,) int64 seconds from leaving home to being ready to board at a meeting point after fewer than so many vehicles, and
    (2, n_stops) int64 to having got off at a stop and to being ready there.

    changes     as found from their beginning; for the others see `least_s`
    access_s    (n_stops,) int32 walks from home, -1 without
    """
    n_stops, n_meetings = len(access_s), len(rides.from_origin_s)
    if roads.has_bans:
        # A halt may then save more than it takes: nothing is known without a look at every ride.
        return np.zeros(n_meetings, np.int64), np.zeros((2, n_stops), np.int64)
    there, by_car = np.full((2, n_stops), NEVER_S), np.full(n_meetings, NEVER_S)
    ready = there[1]
    for stop in range(n_stops):
        if access_s[stop] >= 0:
            ready[stop] = access_s[stop]
    for meeting in range(n_meetings):
        if rides.from_origin_s[meeting] < NEVER_S:
            by_car[meeting] = HALT_S + np.int64(rides.from_origin_s[meeting])
    home = np.full(n_meetings, NEVER_S)
    for _ in range(1, most_vehicles):
        arrived = np.full(n_stops, NEVER_S)
        _ride_forth(trips, trip_hops_s, ready, arrived)
        _ride_forth(runs, run_hops_s, ready, arrived)
        _drive_forth(roads, ready, by_car, home)
        is_better = False
        for stop in range(n_stops):
            if roads.meeting[stop] >= 0:
                arrived[stop] = min(arrived[stop], by_car[roads.meeting[stop]])
            there[0, stop] = min(there[0, stop], arrived[stop])
            for change in range(changes.start[stop], changes.start[stop + 1]):
                to = changes.to[change]
                if arrived[stop] + changes.takes_s[change] < ready[to]:
                    ready[to] = arrived[stop] + changes.takes_s[change]
                    is_better = True
        if not is_better:
            break
    meetings = roads.meeting
    for stop in range(n_stops):
        if meetings[stop] >= 0:
            home[meetings[stop]] = min(home[meetings[stop]], ready[stop])
    return home, there


@njit(cache=True, nogil=True)
def _ride_forth(window, seconds, ready, arrived):  # type: ignore[no-untyped-def]
    """One vehicle from wherever one is ready."""
    stop_start, stops, board, alight = window.stop_start, window.stops, window.board, window.alight
    for p in range(len(window.n_trips)):
        rode_s = NEVER_S
        for call in range(stop_start[p], stop_start[p + 1]):
            stop = stops[call]
            if alight[call]:
                arrived[stop] = min(arrived[stop], rode_s)
            if board[call]:
                rode_s = min(rode_s, ready[stop])
            rode_s += seconds[call]


@njit(cache=True, nogil=True)
def _drive_forth(roads, ready, by_car, home):  # type: ignore[no-untyped-def]
    """A ride from wherever one is ready; `home` is when meeting points were left when they were looked at last."""
    soonest, left = np.full(len(home), NEVER_S), np.empty(len(home), np.int64)
    for stop in range(len(ready)):
        if roads.meeting[stop] >= 0:
            soonest[roads.meeting[stop]] = min(soonest[roads.meeting[stop]], ready[stop])
    n = 0
    for meeting in range(len(home)):
        if soonest[meeting] < home[meeting]:
            home[meeting] = soonest[meeting]
            # Whoever is there by car is never better off by another car than by staying in it.
            if home[meeting] + HALT_S < by_car[meeting] + roads.halt_saves_s:
                left[n] = meeting
                n += 1
    for other in range(len(home)):
        drive_s = roads.drive_from_s[other]
        for at in range(n):
            if drive_s[left[at]] != NO_WAY:
                by_car[other] = min(by_car[other], home[left[at]] + HALT_S + drive_s[left[at]])
