"""The timetable of a line as a table: its stops are the rows, its trips the columns, both directions, by day type."""

from __future__ import annotations

import datetime as dt
import enum
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mitfahr.day_tables import DayTables, day_tables, fingerprints
from mitfahr.domain.day_types import Column, Kind
from mitfahr.domain.saxony import Vacations
from mitfahr.line_ways import Way, in_one_order, line_ways, places_in
from mitfahr.network import Network, network
from mitfahr.stop_calls import destination
from routing.snapshot import Snapshot
from routing.timetable import DRIVER, NONE, ON_DEMAND_BUS, PHONE, RouteIdx, StopIdx


class DayGroup(enum.StrEnum):
    """Day types that share a table; the trips of working days say whether they run in vacations."""

    WORKING = "mo-fr"
    SATURDAY = "sa"
    SUNDAY = "so"


GROUP_OF = {
    Kind.SCHOOL: DayGroup.WORKING,
    Kind.VACATION: DayGroup.WORKING,
    Kind.SATURDAY: DayGroup.SATURDAY,
    Kind.SUNDAY: DayGroup.SUNDAY,
}


class Rule(enum.IntEnum):
    """What people may do at a call."""

    BOTH = 0
    OFF = 1
    """Get off only."""
    ON = 2
    """Get on only."""


@dataclass(frozen=True, slots=True)
class TripColumn:
    """One trip; `times_s` and `rules` have an entry for each row.

    `times_s` are seconds after the start of the service day (the departure, at the last stop the arrival), None
    where it does not stop. `weekdays` are the days it runs on, for each column of the day types in its group.
    """

    times_s: tuple[int | None, ...]
    rules: tuple[Rule, ...]
    weekdays: tuple[frozenset[int], ...]
    must_ask: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One direction on one group of days; without a trip when nothing runs then."""

    direction: int
    group: DayGroup
    columns: tuple[Column, ...]
    destination: str
    stops: tuple[StopIdx, ...]
    trips: tuple[TripColumn, ...]


@dataclass(frozen=True, slots=True)
class LineTimetable:
    """`tables` by group, then direction. `wheelchair` are the values of `Timetable.trip_wheelchair` on this line.

    `days` is None for a line on which nothing ever runs.
    """

    days: DayTables | None
    tables: tuple[Table, ...]
    wheelchair: frozenset[int]
    phone: str
    agency: str


@dataclass(frozen=True)
class _Things:
    """The feed's trips of a line, (n,) all; `way` counts the ways, `index` where its times begin."""

    way: NDArray[np.int64]
    section: NDArray[np.int64]
    trip: NDArray[np.int64]
    index: NDArray[np.int64]
    looks: NDArray[np.uint64]
    must_ask: NDArray[np.bool_]


def line_timetable(
    snapshot: Snapshot,
    line: RouteIdx,
    day: dt.date,
    vacations: Vacations,
    groups: Collection[DayGroup] = tuple(DayGroup),
) -> LineTimetable:
    """What usually runs on a line in the period around `day`, on these groups of days."""
    known, timetable = network(snapshot), snapshot.timetable
    agency = int(timetable.route_agency[line])
    phone = timetable.agency_phone[agency] if agency >= 0 else ""
    name = timetable.agency_name[agency] if agency >= 0 else ""
    ways = line_ways(known, line)
    if not ways:
        return LineTimetable(None, (), frozenset(), phone, name)
    things = _things(known, ways)
    days = day_tables(timetable, timetable.trip_service[things.trip], things.looks, day, vacations)
    tables = [
        _table(known, ways, things, days, group, direction)
        for group in groups
        for direction in sorted({way.direction for way in ways})
    ]
    wheelchair = frozenset(timetable.trip_wheelchair[things.trip].tolist())
    return LineTimetable(days, tuple(tables), wheelchair, phone, name)


def _things(known: Network, ways: Sequence[Way]) -> _Things:
    timetable = known.timetable
    looks, must_ask = [], []
    for way in ways:
        begins = timetable.trip_time_start[way.trips] + way.first
        own = begins[:, None] + np.arange(way.last + 1 - way.first)
        rules = timetable.pattern_board[
            timetable.pattern_stop_start[way.pattern] + np.arange(way.first, way.last + 1)
        ]
        route_type = timetable.route_type[timetable.section_route[way.sections]]
        asks = (route_type == ON_DEMAND_BUS) | np.isin(rules, (PHONE, DRIVER)).any()
        stops = np.full(len(own), hash(way.stops), np.int64)
        times = np.column_stack((timetable.time_dep[own[:, :-1]], timetable.time_arr[own[:, -1]]))
        weights = fingerprints(np.arange(times.shape[1]))
        looks.append(fingerprints(stops, times.astype(np.uint64) @ weights, asks))
        must_ask.append(asks)
    return _Things(
        way=np.repeat(np.arange(len(ways)), [len(way.trips) for way in ways]),
        section=np.concatenate([way.sections for way in ways]),
        trip=np.concatenate([way.trips for way in ways]),
        index=np.concatenate([timetable.trip_time_start[way.trips] + way.first for way in ways]),
        looks=np.concatenate(looks),
        must_ask=np.concatenate(must_ask),
    )


def _table(
    known: Network,
    ways: Sequence[Way],
    things: _Things,
    days: DayTables,
    group: DayGroup,
    direction: int,
) -> Table:
    columns = tuple(column for column in days.columns if GROUP_OF[min(column.kinds)] is group)
    runs = np.zeros(len(things.trip), np.bool_)
    for column in columns:
        runs |= days.in_column(column)
    runs &= np.array([way.direction == direction for way in ways])[things.way]
    shown = np.flatnonzero(runs)
    names = Counter(
        destination(known.timetable, int(things.section[i]), int(things.trip[i])) for i in shown.tolist()
    )
    used = [ways[i] for i in np.unique(things.way[shown]).tolist()]
    stops = in_one_order([way.stops for way in used])
    return Table(
        direction,
        group,
        columns,
        names.most_common(1)[0][0] if names else "",
        tuple(StopIdx(stop) for stop in stops),
        tuple(_trips(known, ways, things, days, columns, stops, shown)),
    )


def _trips(
    known: Network,
    ways: Sequence[Way],
    things: _Things,
    days: DayTables,
    columns: Sequence[Column],
    stops: Sequence[int],
    shown: NDArray[np.int64],
) -> list[TripColumn]:
    """Trips that look the same are one column; sorted as they would pass one stop."""
    since_start: dict[int, int] = {}
    found = []
    for way_number in np.unique(things.way[shown]).tolist():
        way = ways[way_number]
        rows = places_in(way.stops, stops)
        own = shown[things.way[shown] == way_number]
        _, looks = np.unique(things.looks[own], return_inverse=True)
        by_looks = np.argsort(looks, kind="stable")
        halts, rules = _rules(known, way, rows, len(stops))
        for same in np.split(own[by_looks], np.flatnonzero(np.diff(looks[by_looks])) + 1):
            i = int(same[0])
            times = _times(known, way, int(things.index[i]))
            _learn(since_start, rows, times)
            times_s: list[int | None] = [None] * len(stops)
            for row, time_s, stops_here in zip(rows, times, halts, strict=True):
                if stops_here:
                    times_s[row] = time_s
            weekdays = tuple(days.weekdays(same.tolist(), column) for column in columns)
            starts_s = times[0] - since_start[rows[0]]
            found.append(
                (starts_s, times, TripColumn(tuple(times_s), rules, weekdays, bool(things.must_ask[i])))
            )
    return [trip for *_, trip in sorted(found, key=lambda one: one[:2])]


def _times(known: Network, way: Way, index: int) -> list[int]:
    timetable = known.timetable
    end = index + way.last - way.first
    return [*timetable.time_dep[index:end].tolist(), int(timetable.time_arr[end])]


def _learn(since_start: dict[int, int], rows: Sequence[int], times: Sequence[int]) -> None:
    """How long after a common start each row is reached: what the first trip to get there says."""
    if all(row in since_start for row in rows):
        return
    at = next((i for i, row in enumerate(rows) if row in since_start), None)
    start_s = times[at] - since_start[rows[at]] if at is not None else times[0]
    for row, time_s in zip(rows, times, strict=True):
        since_start.setdefault(row, time_s - start_s)


def _rules(known: Network, way: Way, rows: Sequence[int], n_rows: int) -> tuple[list[bool], tuple[Rule, ...]]:
    """For each call whether the vehicle stops for anybody, and for each row what people may do there."""
    timetable = known.timetable
    start = int(timetable.pattern_stop_start[way.pattern])
    span = slice(start + way.first, start + way.last + 1)
    on = (timetable.pattern_board[span] != NONE).tolist()
    off = (timetable.pattern_alight[span] != NONE).tolist()
    halts = [a or b for a, b in zip(on, off, strict=True)]
    on[-1] = off[0] = True  # nobody gets on at the end anyway
    rules = [Rule.BOTH] * n_rows
    for row, can_get_on, can_get_off in zip(rows, on, off, strict=True):
        rules[row] = Rule.BOTH if can_get_on == can_get_off else Rule.ON if can_get_on else Rule.OFF
    return halts, tuple(rules)
