"""The trip of a timetable that takes a passenger as a booked one did, whatever the feed calls it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mitfahr.domain.times import local
from mitfahr.same_stops import SameStops
from routing.journey import Leg
from routing.live_runs import Row
from routing.query import Party
from routing.timetable import NONE, StopIdx, Timetable
from routing.trip_calls import section_at

LEAVES_WITHIN_S = 15 * 60
ARRIVES_WITHIN_S = 30 * 60
"""Whatever is moved by more is another trip to its passengers."""
OTHER_LINE_WITHIN_S = 5 * 60
"""A trip of another line is the same only when it leaves and arrives about as the booked one did."""


@dataclass(frozen=True, slots=True)
class FoundTrip:
    """Where and when (UTC seconds, by the timetable) a passenger gets on and off."""

    row: Row
    board_pos: int
    alight_pos: int
    departure_s: int
    arrival_s: int
    board_stop: StopIdx
    alight_stop: StopIdx


class SameTrips:
    """Looks trips up in one timetable."""

    def __init__(self, stops: SameStops) -> None:
        self.stops = stops
        self.timetable: Timetable = stops.timetable

    def covers(self, leg: Leg) -> bool:
        """Whether the timetable says anything about the day of a leg."""
        day = leg.service_date or local(leg.departure_s).date()
        return self.timetable.first_day <= day <= self.timetable.last_day

    def is_served(self, stop: StopIdx) -> bool:
        """Whether anything calls at the stop, or at what people call the same."""
        return any(len(self._calls_at(one)) for one in self.stops.like(stop))

    def find(
        self, leg: Leg, times_s: tuple[int, int], board: StopIdx, alight: StopIdx, party: Party
    ) -> FoundTrip | None:
        """The trip nearest to the booked times (UTC seconds), of the same line before one of another."""
        return min(
            self._candidates(leg, times_s, board, alight, party),
            key=lambda found: self._strangeness(found, leg, times_s, board, alight),
            default=None,
        )

    def _candidates(
        self, leg: Leg, times_s: tuple[int, int], board: StopIdx, alight: StopIdx, party: Party
    ) -> Iterator[FoundTrip]:
        timetable = self.timetable
        goals = set(self.stops.like(alight))
        for origin in self.stops.like(board):
            for call in self._calls_at(origin).tolist():
                if timetable.pattern_board[call] == NONE:
                    continue
                pattern = int(np.searchsorted(timetable.pattern_stop_start, call, side="right")) - 1
                first, end = timetable.pattern_stop_start[pattern : pattern + 2].tolist()
                for later in range(call + 1, end):
                    goal = StopIdx(int(timetable.pattern_stops[later]))
                    if goal in goals and timetable.pattern_alight[later] != NONE:
                        on, off = call - first, later - first
                        for row, departs_s, arrives_s in self._near(pattern, on, off, times_s, leg, party):
                            yield FoundTrip(row, on, off, departs_s, arrives_s, origin, goal)

    def _near(
        self, pattern: int, on: int, off: int, times_s: tuple[int, int], leg: Leg, party: Party
    ) -> Iterator[tuple[Row, int, int]]:
        """Trips of a pattern on the day of the leg or those beside it: a feed may count a night's trip otherwise."""
        timetable = self.timetable
        trips = np.arange(*timetable.pattern_trip_start[pattern : pattern + 2].tolist())
        start = timetable.trip_time_start[trips]
        departs, arrives = timetable.time_dep[start + on], timetable.time_arr[start + off]
        noted = leg.service_date or local(times_s[0]).date()
        for date in (noted, noted - dt.timedelta(days=1), noted + dt.timedelta(days=1)):
            day = (date - timetable.first_day).days
            if not 0 <= day < timetable.n_days:
                continue
            start_s = int(timetable.day_start_s[day])
            near = (
                (timetable.service_runs[timetable.trip_service[trips], day] == 1)
                & (np.abs(start_s + departs - times_s[0]) <= LEAVES_WITHIN_S)
                & (np.abs(start_s + arrives - times_s[1]) <= ARRIVES_WITHIN_S)
            )
            for i in np.flatnonzero(near).tolist():
                trip = int(trips[i])
                refuses = party.needs.refused_by(
                    int(timetable.trip_wheelchair[trip]), int(timetable.trip_bikes[trip])
                )
                found = (trip, day), start_s + int(departs[i]), start_s + int(arrives[i])
                if not refuses and (self._is_line(found[0], on, leg) or _is_close(found, times_s)):
                    yield found

    def _strangeness(
        self, found: FoundTrip, leg: Leg, times_s: tuple[int, int], board: StopIdx, alight: StopIdx
    ) -> tuple[bool, int, bool, bool, Row]:
        timetable = self.timetable
        shift_s = abs(found.departure_s - times_s[0]) + abs(found.arrival_s - times_s[1])
        section = section_at(timetable, found.row[0], found.board_pos)
        return (
            not self._is_line(found.row, found.board_pos, leg),
            shift_s,
            (found.board_stop, found.alight_stop) != (board, alight),
            timetable.section_trip_id[section] != leg.trip_id,
            found.row,
        )

    def _is_line(self, row: Row, on: int, leg: Leg) -> bool:
        timetable = self.timetable
        route = int(timetable.section_route[section_at(timetable, row[0], on)])
        return leg.route in (timetable.route_short_name[route], timetable.route_long_name[route])

    def _calls_at(self, stop: StopIdx) -> NDArray[np.int64]:
        order, start = self._calls
        return order[start[stop] : start[stop + 1]]

    @cached_property
    def _calls(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions in `pattern_stops` by stop, and where those of each stop begin."""
        stops = self.timetable.pattern_stops
        order = np.argsort(stops, kind="stable").astype(np.int64)
        start = np.searchsorted(stops[order], np.arange(self.timetable.n_stops + 1)).astype(np.int64)
        return order, start


def _is_close(found: tuple[Row, int, int], times_s: tuple[int, int]) -> bool:
    _, departure_s, arrival_s = found
    return max(abs(departure_s - times_s[0]), abs(arrival_s - times_s[1])) <= OTHER_LINE_WITHIN_S
