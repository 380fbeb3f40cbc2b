"""Every vehicle call by call, as the timetable plans it and live data expects it: for the oracle, slowly.

The sentences at the top of routing/live_trips.py, read anew and without the core's code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from routing.live_trips import AddedTrip, LiveTrip, TripUpdate
from routing.query import LegKind
from routing.timetable import NONE, PHONE, Timetable

ON_DEMAND_BUS = 715


@dataclass
class Call:
    """One call of a vehicle on one day; times in UTC seconds. `kind` is that of a leg that begins here."""

    stop: int
    arrival_s: int
    departure_s: int
    can_board: bool
    can_alight: bool
    kind: LegKind
    goes_on: bool = True
    """Whether the vehicle drives on from here with its passengers."""


@dataclass
class Vehicle:
    name: str
    wheelchair: int
    bikes: int
    calls: list[Call]


@dataclass(frozen=True)
class _Section:
    """One of the feed's trips within a vehicle: its calls, the last perhaps shared with the next one's first."""

    trip_id: str
    first: int
    last: int
    is_on_demand: bool
    shares_first: bool
    shares_last: bool


@dataclass
class _Expected:
    """What the updates of a vehicle's sections say; sides of calls are (position, is the departure's)."""

    stated_s: dict[tuple[int, bool], int] = field(default_factory=dict)
    skipped: set[tuple[int, bool]] = field(default_factory=set)
    cancelled: list[_Section] = field(default_factory=list)


def vehicles_of(timetable: Timetable, live: Iterable[LiveTrip]) -> Iterator[Vehicle]:
    """Every trip of every day as it is expected to run, and the added ones."""
    newest = {
        (trip.trip_id, trip.service_date, getattr(trip, "first_departure_s", None)): trip for trip in live
    }
    updates = [trip for trip in newest.values() if isinstance(trip, TripUpdate)]
    for trip in range(timetable.n_trips):
        for day in range(timetable.n_days):
            if timetable.service_runs[timetable.trip_service[trip], day]:
                yield _of_timetable(timetable, trip, day, updates)
    for added in newest.values():
        if isinstance(added, AddedTrip):
            yield _added(timetable, added)


def _of_timetable(t: Timetable, trip: int, day: int, updates: list[TripUpdate]) -> Vehicle:
    sections = list(_sections(t, trip))
    calls = _planned(t, trip, int(t.day_start_s[day]), sections)
    expected = _Expected()
    for section in sections:
        for update in updates:
            if update.trip_id == section.trip_id and (update.service_date - t.first_day).days == day:
                first_s = calls[section.first].departure_s - int(t.day_start_s[day])
                if update.first_departure_s in (None, first_s):
                    _read(section, update, expected)
    _apply(calls, expected)
    return Vehicle(f"trip {trip} day {day}", int(t.trip_wheelchair[trip]), int(t.trip_bikes[trip]), calls)


def _sections(t: Timetable, trip: int) -> Iterator[_Section]:
    pattern = t.trip_pattern[trip]
    stops = t.pattern_stops[t.pattern_stop_start[pattern] : t.pattern_stop_start[pattern + 1]].tolist()
    numbers = range(int(t.trip_section_start[trip]), int(t.trip_section_start[trip + 1]))
    firsts = [int(t.section_first_pos[number]) for number in numbers]

    def is_shared(first: int) -> bool:
        """One call of both, but two where the passengers are carried from platform to platform of a station."""
        a, b = stops[first - 1], stops[first]
        return first > 0 and (a == b or t.stop_parent[a] < 0 or t.stop_parent[a] != t.stop_parent[b])

    for number, first, following in zip(numbers, firsts, [*firsts[1:], len(stops)], strict=True):
        shares_last = following < len(stops) and is_shared(following)
        yield _Section(
            t.section_trip_id[number],
            first,
            following if shares_last else following - 1,
            bool(t.route_type[t.section_route[number]] == ON_DEMAND_BUS),
            number > numbers[0] and is_shared(first),
            shares_last,
        )


def _planned(t: Timetable, trip: int, day_start_s: int, sections: list[_Section]) -> list[Call]:
    first_stop = int(t.pattern_stop_start[t.trip_pattern[trip]])
    first_time, end_time = int(t.trip_time_start[trip]), int(t.trip_time_start[trip + 1])
    calls = []
    for i in range(end_time - first_time):
        board = int(t.pattern_board[first_stop + i])
        on_demand = board == PHONE or next(s for s in reversed(sections) if s.first <= i).is_on_demand
        calls.append(
            Call(
                stop=int(t.pattern_stops[first_stop + i]),
                arrival_s=day_start_s + int(t.time_arr[first_time + i]),
                departure_s=day_start_s + int(t.time_dep[first_time + i]),
                can_board=board != NONE,
                can_alight=int(t.pattern_alight[first_stop + i]) != NONE,
                kind=LegKind.RUFBUS if on_demand else LegKind.TRANSIT,
            )
        )
    return calls


def _read(section: _Section, update: TripUpdate, expected: _Expected) -> None:
    """At a shared call arrival and getting off belong to the first, departure and getting on to the second."""
    if update.is_cancelled:
        expected.cancelled.append(section)
    for call in update.calls:
        position = section.first + call.position
        owned = {
            False: position > section.first or not section.shares_first,
            True: position < section.last or not section.shares_last,
        }
        for is_departure, moment_s in ((False, call.arrival_s), (True, call.departure_s)):
            if owned[is_departure] and moment_s is not None:
                expected.stated_s[position, is_departure] = moment_s
            if owned[is_departure] and call.is_skipped:
                expected.skipped.add((position, is_departure))


def _apply(calls: list[Call], expected: _Expected) -> None:
    _set_times(calls, expected.stated_s)
    for position, call in enumerate(calls):
        call.can_alight &= (position, False) not in expected.skipped
        call.can_board &= (position, True) not in expected.skipped
    for section in expected.cancelled:
        # Between two platforms of a station the passengers need both the trip before and the one after.
        until = section.last if section.shares_last else section.last + 1
        for call in calls[section.first - (not section.shares_first and section.first > 0) : until]:
            call.goes_on = False


def _set_times(calls: list[Call], stated_s: dict[tuple[int, bool], int]) -> None:
    sides = [(position, is_departure) for position in range(len(calls)) for is_departure in (False, True)]
    moments = []
    late_s = 0
    for position, is_departure in sides:
        planned_s = calls[position].departure_s if is_departure else calls[position].arrival_s
        if (position, is_departure) in stated_s:
            late_s = stated_s[position, is_departure] - planned_s
        moments.append(planned_s + late_s)
    for i, side in enumerate(sides):
        following = [stated_s[later] for later in sides[i:] if later in stated_s]
        if side not in stated_s and following:
            moments[i] = min(moments[i], following[0])
    for i, (position, is_departure) in enumerate(sides):
        if is_departure:
            calls[position].departure_s = max(moments[: i + 1])
        else:
            calls[position].arrival_s = max(moments[: i + 1])


def _added(t: Timetable, added: AddedTrip) -> Vehicle:
    kind = LegKind.RUFBUS if added.is_on_demand else LegKind.TRANSIT
    calls = [
        Call(t.stop(call.stop_id), call.arrival_s, call.departure_s, call.can_board, call.can_alight, kind)
        for call in added.calls
    ]
    _apply(calls, _Expected())
    return Vehicle(f"added {added.trip_id} of {added.service_date}", added.wheelchair, 0, calls)
