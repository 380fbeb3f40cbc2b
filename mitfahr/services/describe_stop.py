"""What can be said about a stop, whatever the time: its platforms, its lines, whether a wheelchair gets on."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from mitfahr.domain.mobility import Known
from mitfahr.network import Network, network, number_order
from mitfahr.services.stop_timetable import directions
from mitfahr.stop_calls import StopCalls, stop_calls
from routing.snapshot import Snapshot
from routing.timetable import RouteIdx, StopIdx

MOST_DESTINATIONS = 3


@dataclass(frozen=True, slots=True)
class Platform:
    stop_id: str
    name: str
    """ "" when the timetable names none."""
    wheelchair: Known


@dataclass(frozen=True, slots=True)
class LineHere:
    """One direction of a line (see `line_ways.Way`) as it leaves a stop, with its commonest destinations."""

    line: RouteIdx
    direction: int
    destinations: tuple[str, ...]
    must_ask: bool
    """Every trip has to be ordered."""
    agency: str
    phone: str


@dataclass(frozen=True, slots=True)
class StopFacts:
    """`stop_id` is that of the stop that stands for all `platforms`."""

    stop_id: str
    name: str
    lat: float
    lon: float
    platforms: tuple[Platform, ...]
    lines: tuple[LineHere, ...]


def describe_stop(snapshot: Snapshot, stop: StopIdx, day: dt.date) -> StopFacts:
    """Lines are those that run on `day` or later."""
    known, timetable = network(snapshot), snapshot.timetable
    head = int(known.stop_of[stop])
    calls = stop_calls(known, stop)
    from_day = max(0, (day - timetable.first_day).days)
    runs = np.asarray(timetable.service_runs[:, from_day:].any(axis=1), np.bool_)
    return StopFacts(
        stop_id=timetable.stop_id[head],
        name=timetable.stop_name[head],
        lat=float(timetable.stop_lat[head]),
        lon=float(timetable.stop_lon[head]),
        platforms=tuple(
            Platform(
                timetable.stop_id[i],
                timetable.stop_platform[i],
                Known.of_gtfs(int(timetable.stop_wheelchair[i])),
            )
            for i in known.platforms(stop).tolist()
        ),
        lines=_lines(known, calls.taken(runs[calls.service])),
    )


def _lines(known: Network, calls: StopCalls) -> tuple[LineHere, ...]:
    timetable = known.timetable
    ways: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, key in enumerate(zip(calls.line.tolist(), directions(known, calls).tolist(), strict=True)):
        ways[key].append(i)
    found: list[LineHere] = []
    for (line, direction), own in ways.items():
        names = Counter(calls.destination(i) for i in own).most_common(MOST_DESTINATIONS)
        agency = int(timetable.route_agency[line])
        found.append(
            LineHere(
                RouteIdx(line),
                direction,
                tuple(name for name, _ in names),
                bool(calls.must_ask[own].all()),
                timetable.agency_name[agency] if agency >= 0 else "",
                timetable.agency_phone[agency] if agency >= 0 else "",
            )
        )
    return tuple(
        sorted(found, key=lambda one: (number_order(known.line_name(one.line)), one.line, one.direction))
    )
