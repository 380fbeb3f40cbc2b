"""Trips that run only when called: until when each can be ordered, and the world without those for which it is too late.

Nothing here knows the rules; whoever does gives, for a section of the timetable, the last moment (UTC seconds) at
which a ride can be ordered that leaves a stop at a planned moment. The later the departure, the later that is.
What can no longer be ordered is closed for boarding in the live overlay of one search; the trip still runs for those
who have ordered it, so nothing else of the snapshot hears of it ([decision 27](../docs/decisions/0027-local-layer.md)).
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from routing.journey import Journey, Leg
from routing.live import LiveTrips
from routing.live_trips import CallUpdate, LiveTrip, TripUpdate
from routing.query import LegKind
from routing.timetable import NONE, ON_DEMAND_BUS, PHONE, Timetable

Orders = Mapping[int, Callable[[int], int]]
"""By section: planned departure → last moment to order, both UTC seconds. Sections that need no order are not in it."""

GRAIN_S = 60


def whole_minute_s(moment: dt.datetime) -> int:
    """The end of the minute of a moment: rules are told in minutes, and one state of the overlay lasts for one."""
    return -int(-moment.timestamp() // GRAIN_S) * GRAIN_S


class StillOrdered:
    """Makes the overlay of the next minute from that of the last one; thread-safe."""

    def __init__(self) -> None:
        self._last: LiveTrips | None = None
        self._lock = threading.Lock()

    def at(self, live: LiveTrips, orders: Orders, now_s: int) -> LiveTrips:
        """`live` with every boarding closed that cannot be ordered at `now_s` any more."""
        closed = dict(_closed(live, orders, now_s))
        with self._lock:
            last = self._last
        if last is None or last.timetable is not live.timetable:
            last = live
        laid = last.with_trips(_with_closed(live, closed))
        with self._lock:
            self._last = laid
        return laid


def latest_order_s(timetable: Timetable, orders: Orders, leg: Leg) -> int | None:
    """Until when a leg can be ordered (UTC); None where it need not be, or nothing is known."""
    if leg.kind is not LegKind.RUFBUS:
        return None
    section = next(iter(timetable.sections_by_trip_id.get(leg.trip_id or "", ())), None)
    latest = orders.get(section) if section is not None else None
    if latest is None:
        return None
    return latest(leg.departure_s if leg.planned_departure_s is None else leg.planned_departure_s)


def with_deadlines(live: LiveTrips, orders: Orders, journey: Journey) -> Journey:
    """The journey as it is told: until when its legs can be ordered, and live times only where `live` has them."""
    return replace(journey, legs=tuple(_told(live, orders, leg) for leg in journey.legs))


def _told(live: LiveTrips, orders: Orders, leg: Leg) -> Leg:
    sections = live.timetable.sections_by_trip_id.get(leg.trip_id or "", ())
    if leg.service_date is None or not any(section in orders for section in sections):
        return leg
    day = (leg.service_date - live.timetable.first_day).days
    rows = [(int(live.timetable.trip_of_section(section)), day) for section in sections]
    latest = latest_order_s(live.timetable, orders, leg)
    if not any(row in live.expected for row in rows):
        leg = replace(leg, planned_departure_s=None, planned_arrival_s=None)
    return leg if latest is None else replace(leg, bookable_until_s=latest)


def _closed(live: LiveTrips, orders: Orders, now_s: int) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """((section, day), positions counted in the section) of all boardings that are too late to be ordered and have
    not left already for longer than a trip can be late.
    """
    timetable = live.timetable
    for section, latest in orders.items():
        trip = int(timetable.trip_of_section(section))
        positions, dep = _ordered_calls(timetable, section, trip)
        if not len(positions):
            continue
        runs = np.flatnonzero(timetable.service_runs[timetable.trip_service[trip]])
        still_comes = timetable.day_start_s[runs] + int(dep[-1]) >= now_s - GONE_AFTER_S
        for day in runs[still_comes].tolist():
            leaves_s = int(timetable.day_start_s[day]) + dep
            late = [
                int(position)
                for position, departure_s in zip(positions, leaves_s.tolist(), strict=True)
                if latest(departure_s) < now_s
            ]
            if not late:
                break  # and so for every later day
            yield (section, day), late


GONE_AFTER_S = 3 * 3600
"""So long after its planned end a trip may still be on its way."""


def _ordered_calls(
    timetable: Timetable, section: int, trip: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in the section at which one gets on only when one has ordered, and their departures."""
    pattern = timetable.trip_pattern[trip]
    first = int(timetable.section_first_pos[section])
    is_last = section + 1 == timetable.trip_section_start[trip + 1]
    stops = int(timetable.pattern_stop_start[pattern + 1] - timetable.pattern_stop_start[pattern])
    end = stops if is_last else int(timetable.section_first_pos[section + 1]) + 1
    board = timetable.pattern_board[int(timetable.pattern_stop_start[pattern]) :][first:end]
    always = timetable.route_type[timetable.section_route[section]] == ON_DEMAND_BUS
    positions = np.flatnonzero((board == PHONE) | (always & (board != NONE)))
    times = int(timetable.trip_time_start[trip]) + first
    return positions.astype(np.int64), timetable.time_dep[times + positions].astype(np.int64)


def _with_closed(live: LiveTrips, closed: Mapping[tuple[int, int], list[int]]) -> Iterator[LiveTrip]:
    """All that is known of trips, and what is closed besides."""
    left = dict(closed)
    for (_trip, day), updates in live.updates.items():
        for section, update in updates.items():
            yield _closing(update, left.pop((section, day), ()))
    for row in live.added.values():
        added = live.expected[row].added
        if added is not None:
            yield added
    timetable = live.timetable
    for (section, day), positions in left.items():
        trip = int(timetable.trip_of_section(section))
        first = int(timetable.trip_time_start[trip]) + int(timetable.section_first_pos[section])
        update = TripUpdate(
            timetable.section_trip_id[section],
            timetable.first_day + dt.timedelta(days=day),
            first_departure_s=int(timetable.time_dep[first]),
        )
        yield _closing(update, positions)


def _closing(update: TripUpdate, positions: list[int] | tuple[()]) -> TripUpdate:
    if not positions:
        return update
    calls = {call.position: call for call in update.calls}
    for position in positions:
        calls[position] = replace(calls.get(position, CallUpdate(position)), is_closed=True)
    return replace(update, calls=tuple(calls.values()))
