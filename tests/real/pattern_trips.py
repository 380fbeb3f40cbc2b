"""The trips of a few hours pattern by pattern, and the plain rounds of RAPTOR over all of them with numpy.

Nothing is pruned, sorted or stopped early, no trip stands for another; walks and changes are the oracle's.
Times are whole UTC seconds; FAR_S stands for never.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.query import MAX_JOURNEY_S, LegKind
from routing.timetable import NONE, Timetable
from tests.oracle import Oracle
from tests.real.ways import FAR_S

Seconds = NDArray[np.int64]
LONGEST_S = 4 * 86_400
"""No trip arrives later than this after the start of its service day."""


class PatternTrips(NamedTuple):
    """The trips of one pattern that move during a query.

    stops, may_board, may_alight    (n_calls,)
    departure_s, arrival_s          (n_trips, n_calls)
    """

    pattern: int
    stops: NDArray[np.int64]
    may_board: NDArray[np.bool_]
    may_alight: NDArray[np.bool_]
    departure_s: Seconds
    arrival_s: Seconds


class Changes(NamedTuple):
    """(n,) alight stop, board stop, least seconds between."""

    alight: NDArray[np.int64]
    board: NDArray[np.int64]
    takes_s: Seconds

    @classmethod
    def of(cls, oracle: Oracle) -> Changes:
        rows = [(a, b, takes_s) for a, to in oracle.changes.items() for b, takes_s in to.items()]
        return cls(*np.array(rows, np.int64).T)

    def ready_s(self, at_stop_s: Seconds) -> Seconds:
        """(n_stops,) from when the next vehicle can be boarded."""
        ready_s = np.full(len(at_stop_s), FAR_S, np.int64)
        np.minimum.at(ready_s, self.board, at_stop_s[self.alight] + self.takes_s)
        return ready_s


def by_stop(timetable: Timetable, walks: dict[int, int]) -> Seconds:
    """(n_stops,) the walks to or from a door, FAR_S where nobody walks."""
    seconds = np.full(timetable.n_stops, FAR_S, np.int64)
    seconds[list(walks)] = list(walks.values())
    return seconds


def pattern_trips(oracle: Oracle, from_s: int, until_s: int) -> Iterator[PatternTrips]:
    """All trips that move between the two moments; line buses and on-demand ones are not told apart."""
    assert oracle.query.kinds >= {LegKind.TRANSIT, LegKind.RUFBUS}
    for pattern in range(oracle.timetable.n_patterns):
        trips = _of_pattern(oracle, pattern, from_s, until_s)
        if len(trips.departure_s):
            yield trips


def _of_pattern(oracle: Oracle, pattern: int, from_s: int, until_s: int) -> PatternTrips:
    t = oracle.timetable
    calls = slice(int(t.pattern_stop_start[pattern]), int(t.pattern_stop_start[pattern + 1]))
    n_calls = calls.stop - calls.start
    stops = t.pattern_stops[calls].astype(np.int64)
    usable = np.array([oracle.is_usable(stop) for stop in stops.tolist()], np.bool_)
    departures, arrivals = [], []
    days = np.flatnonzero((t.day_start_s <= until_s) & (t.day_start_s >= from_s - LONGEST_S))
    for trip in range(int(t.pattern_trip_start[pattern]), int(t.pattern_trip_start[pattern + 1])):
        if oracle.query.party.wheelchairs and t.trip_wheelchair[trip] == 2:
            continue
        times = slice(int(t.trip_time_start[trip]), int(t.trip_time_start[trip]) + n_calls)
        for day in days[t.service_runs[t.trip_service[trip], days] == 1]:
            departure_s = int(t.day_start_s[day]) + t.time_dep[times].astype(np.int64)
            arrival_s = int(t.day_start_s[day]) + t.time_arr[times].astype(np.int64)
            if departure_s[0] <= until_s and arrival_s[-1] >= from_s:
                departures.append(departure_s)
                arrivals.append(arrival_s)
    return PatternTrips(
        pattern,
        stops,
        (t.pattern_board[calls] != NONE) & usable,
        (t.pattern_alight[calls] != NONE) & usable,
        np.array(departures, np.int64).reshape(-1, n_calls),
        np.array(arrivals, np.int64).reshape(-1, n_calls),
    )


def first_arrivals(oracle: Oracle) -> set[tuple[int, int]]:
    """(arrival, vehicles) of all best journeys without private rides that leave at `when` or later.

    The query's `window_s` must be 0, and no runs may be about.
    """
    query, timetable = oracle.query, oracle.timetable
    when_s = int(query.when.timestamp())
    patterns = list(pattern_trips(oracle, when_s, when_s + MAX_JOURNEY_S))
    changes, egress_s = Changes.of(oracle), by_stop(timetable, oracle.egress_s)
    ready_s = when_s + by_stop(timetable, oracle.access_s)
    walk = oracle.walk_from_door_to_door
    best_s = min(when_s + MAX_JOURNEY_S + 1, when_s + walk.duration_s if walk else FAR_S)
    found = set()
    for vehicles in range(1, query.max_vehicles + 1):
        at_stop_s = _one_more_vehicle(patterns, ready_s)
        arrival_s = int((at_stop_s + egress_s).min())
        if arrival_s < best_s:
            best_s = arrival_s
            found.add((arrival_s, vehicles))
        ready_s = changes.ready_s(at_stop_s)
    return found


def _one_more_vehicle(patterns: list[PatternTrips], ready_s: Seconds) -> Seconds:
    """(n_stops,) first arrivals by a vehicle that is boarded when one is ready."""
    at_stop_s = np.full(len(ready_s), FAR_S, np.int64)
    for trips in patterns:
        can_board = trips.may_board & (trips.departure_s >= ready_s[trips.stops])
        on_board = (np.cumsum(can_board, axis=1) - can_board > 0) & trips.may_alight
        first_s = np.where(on_board, trips.arrival_s, FAR_S).min(axis=0)
        np.minimum.at(at_stop_s, trips.stops, first_s)
    return at_stop_s
