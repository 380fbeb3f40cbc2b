"""The calls of a timetable's vehicles at one stop at which somebody can get on and go somewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mitfahr.network import Network
from routing.timetable import NONE, ON_DEMAND_BUS, REGULAR, RouteIdx, StopIdx, Timetable


@dataclass(frozen=True)
class StopCalls:
    """One entry for each call of each trip, (n,) all; a trip that comes by twice has two.

    trip, pos   the vehicle and the position in its pattern
    section     the feed's own trip that leaves here
    stop        the platform
    dep         seconds after the start of the service day
    must_ask    the ride has to be ordered: a Rufbus, or boarding by phone
    """

    network: Network
    trip: NDArray[np.int64]
    pos: NDArray[np.int64]
    section: NDArray[np.int64]
    stop: NDArray[np.int32]
    dep: NDArray[np.int32]
    must_ask: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.trip)

    @property
    def line(self) -> NDArray[np.int32]:
        """(n,) the route that stands for the line of each."""
        return self.network.line_of[self.network.timetable.section_route[self.section]]

    @property
    def service(self) -> NDArray[np.int32]:
        return self.network.timetable.trip_service[self.trip]

    def destination(self, i: int) -> str:
        """Where the vehicle of an entry goes, as it says itself, else its last stop."""
        timetable = self.network.timetable
        return destination(timetable, int(self.section[i]), int(self.trip[i]))

    def taken(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> StopCalls:
        """Only these entries."""
        return StopCalls(
            self.network,
            self.trip[chosen],
            self.pos[chosen],
            self.section[chosen],
            self.stop[chosen],
            self.dep[chosen],
            self.must_ask[chosen],
        )


def stop_calls(network: Network, stop: StopIdx) -> StopCalls:
    """All calls at the platforms of a stop where people get on; ends of trips are none."""
    timetable = network.timetable
    at = np.flatnonzero(np.isin(timetable.pattern_stops, network.platforms(stop)))
    pattern = np.searchsorted(timetable.pattern_stop_start, at, side="right") - 1
    leads_on = [_leads_on(network, i, p) for i, p in zip(at.tolist(), pattern.tolist(), strict=True)]
    at, pattern = at[leads_on], pattern[leads_on]
    first, end = timetable.pattern_trip_start[pattern], timetable.pattern_trip_start[pattern + 1]
    n = (end - first).astype(np.int64)
    trip = np.repeat(first - np.cumsum(n) + n, n) + np.arange(n.sum())
    pos = np.repeat(at - timetable.pattern_stop_start[pattern], n)
    section = _sections_at(timetable, trip, pos)
    board = np.repeat(timetable.pattern_board[at], n)
    is_on_demand = timetable.route_type[timetable.section_route[section]] == ON_DEMAND_BUS
    return StopCalls(
        network,
        trip,
        pos,
        section,
        np.repeat(timetable.pattern_stops[at], n),
        timetable.time_dep[timetable.trip_time_start[trip] + pos],
        is_on_demand | (board != REGULAR),
    )


def destination(timetable: Timetable, section: int, trip: int) -> str:
    """Where a feed's trip goes, as it says itself, else the last stop of its vehicle."""
    said = timetable.section_headsign[section]
    if said:
        return said
    last = timetable.pattern_stop_start[timetable.trip_pattern[trip] + 1] - 1
    return timetable.stop_name[int(timetable.pattern_stops[last])]


def line_of_section(network: Network, section: int) -> RouteIdx:
    return RouteIdx(int(network.line_of[network.timetable.section_route[section]]))


def _leads_on(network: Network, at: int, pattern: int) -> bool:
    """People get on at this entry of `pattern_stops`, and off at another stop later."""
    timetable = network.timetable
    later = slice(at + 1, int(timetable.pattern_stop_start[pattern + 1]))
    if timetable.pattern_board[at] == NONE:
        return False
    elsewhere = (
        network.stop_of[timetable.pattern_stops[later]] != network.stop_of[timetable.pattern_stops[at]]
    )
    return bool((elsewhere & (timetable.pattern_alight[later] != NONE)).any())


def _sections_at(timetable: Timetable, trip: NDArray[np.int64], pos: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) the section that leaves at each position, as `routing.trip_calls.section_at` finds it for one."""
    section = timetable.trip_section_start[trip].astype(np.int64)
    while True:
        following = section + 1
        has_next = following < timetable.trip_section_start[trip + 1]
        moves = np.flatnonzero(has_next)
        moves = moves[timetable.section_first_pos[following[moves]] <= pos[moves]]
        if not len(moves):
            return section
        section[moves] += 1
