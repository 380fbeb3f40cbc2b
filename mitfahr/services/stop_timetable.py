"""The timetable of one stop as it hangs there: for each line and direction the minutes of each hour, by day type."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mitfahr.day_tables import DayTables, day_tables, fingerprints
from mitfahr.domain.saxony import Vacations
from mitfahr.line_ways import line_ways
from mitfahr.network import Network, network, number_order
from mitfahr.stop_calls import StopCalls, stop_calls
from routing.snapshot import Snapshot
from routing.timetable import RouteIdx, StopIdx

HOUR_S, MINUTE_S = 3600, 60


@dataclass(frozen=True, slots=True)
class Minute:
    """One departure in its hour; `weekdays` are those it runs on, None when on all of its column.

    `destination` is "" where it is that of the block.
    """

    minute: int
    destination: str
    weekdays: frozenset[int] | None
    must_ask: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One line in one direction.

    `hours` (24 and more: after midnight, still of the day before) have the minutes for each column of the day types.
    """

    line: RouteIdx
    direction: int
    destination: str
    platforms: tuple[str, ...]
    phone: str
    hours: tuple[tuple[int, tuple[tuple[Minute, ...], ...]], ...]


@dataclass(frozen=True, slots=True)
class StopTimetable:
    """`days` says for which days and in which columns; None when nothing ever leaves here."""

    days: DayTables | None
    blocks: tuple[Block, ...]


def stop_timetable(snapshot: Snapshot, stop: StopIdx, day: dt.date, vacations: Vacations) -> StopTimetable:
    """What usually leaves at a stop in the period around `day`."""
    known = network(snapshot)
    calls = stop_calls(known, stop)
    if not len(calls):
        return StopTimetable(None, ())
    line, direction = calls.line, directions(known, calls)
    names = [calls.destination(i) for i in range(len(calls))]
    number = {name: i for i, name in enumerate(dict.fromkeys(names))}
    destination = np.array([number[name] for name in names])
    minute = calls.dep // MINUTE_S
    looks = fingerprints(line, direction, minute, destination, calls.must_ask)
    days = day_tables(snapshot.timetable, calls.service, looks, day, vacations)
    runs = np.flatnonzero(days.runs.any(axis=1))
    of_block: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i in runs.tolist():
        of_block[int(line[i]), int(direction[i])].append(i)
    order = sorted(of_block, key=lambda key: (number_order(known.line_name(RouteIdx(key[0]))), key))
    blocks = (_block(calls, days, names, looks, key, of_block[key]) for key in order)
    return StopTimetable(days, tuple(blocks))


def directions(known: Network, calls: StopCalls) -> NDArray[np.int64]:
    """(n,) 0 or 1: which way each call's line goes, see `line_ways.Way`."""
    of_section = np.zeros(len(known.timetable.section_route), np.int64)
    for line in np.unique(calls.line).tolist():
        for way in line_ways(known, RouteIdx(line)):
            of_section[way.sections] = way.direction
    return of_section[calls.section]


def _block(
    calls: StopCalls,
    days: DayTables,
    names: list[str],
    looks: NDArray[np.uint64],
    key: tuple[int, int],
    own: list[int],
) -> Block:
    timetable = calls.network.timetable
    main = Counter(names[i] for i in own).most_common(1)[0][0]
    same: dict[int, list[int]] = defaultdict(list)
    for i in own:
        same[int(looks[i])].append(i)
    hours: dict[int, list[list[Minute]]] = defaultdict(lambda: [[] for _ in days.columns])
    for group in sorted(same.values(), key=lambda group: int(calls.dep[group[0]])):
        hour, second = divmod(int(calls.dep[group[0]]), HOUR_S)
        name = names[group[0]]
        for column, cell in zip(days.columns, hours[hour], strict=True):
            weekdays = days.weekdays(group, column)
            if weekdays:
                cell.append(
                    Minute(
                        second // MINUTE_S,
                        "" if name == main else name,
                        None if weekdays == column.weekdays else weekdays,
                        bool(calls.must_ask[group[0]]),
                    )
                )
    agency = int(timetable.route_agency[timetable.section_route[calls.section[own[0]]]])
    return Block(
        line=RouteIdx(key[0]),
        direction=key[1],
        destination=main,
        platforms=tuple(sorted({timetable.stop_platform[int(calls.stop[i])] for i in own} - {""})),
        phone=timetable.agency_phone[agency] if agency >= 0 else "",
        hours=tuple((hour, tuple(map(tuple, cells))) for hour, cells in sorted(hours.items())),
    )
