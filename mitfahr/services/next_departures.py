"""The next departures at a stop: the timetable with what is known today, and runs of the BürgerBus."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mitfahr.line_ways import line_ways
from mitfahr.network import Network, network
from mitfahr.stop_calls import StopCalls, line_of_section, stop_calls
from routing.live_runs import Expected, LiveRun, Row
from routing.snapshot import Snapshot
from routing.timetable import ON_DEMAND_BUS, RouteIdx, StopIdx

DAY_S = 86_400
FARTHEST_S = 8 * DAY_S
"""So far ahead is looked when the next day has too few departures."""


class Said(enum.StrEnum):
    """What is known today of a departure."""

    NOTHING = "nothing"
    """It is in the timetable; no live data speaks of it."""
    RUNS = "runs"
    """Live data expects it at `Departure.expected_s`."""
    CANCELLED = "cancelled"
    LEFT_OUT = "left_out"
    """The vehicle runs, but passes here without letting anybody on, or goes no further."""
    ADDED = "added"
    """It is not in the timetable."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is particular about a run of the BürgerBus: a place on it can be booked."""

    ride_id: str
    bookable_until_s: int | None
    """None where nobody has to book."""
    has_room: bool
    """For one person, on the way to its next stop."""


@dataclass(frozen=True, slots=True)
class Departure:
    """One departure. Times are UTC seconds; `expected_s` is the planned one where nothing else is known.

    `line` is None for what the timetable does not have. `platform` is "" when unknown.
    """

    planned_s: int
    expected_s: int
    said: Said
    line: RouteIdx | None
    route: str
    route_type: int
    destination: str
    platform: str
    must_ask: bool
    phone: str
    trip_id: str
    run: RunFacts | None = None

    @property
    def delay_s(self) -> int:
        return self.expected_s - self.planned_s


@dataclass(frozen=True, slots=True)
class Board:
    """The next departures in order of time; `has_live` is whether live data speaks of any trip at all."""

    departures: tuple[Departure, ...]
    has_more: bool
    has_live: bool


def next_departures(
    snapshot: Snapshot,
    stop: StopIdx,
    from_s: int,
    limit: int,
    way: tuple[RouteIdx, int] | None = None,
) -> Board:
    """At most `limit` departures from `from_s` (UTC) on, within eight days.

    `way` keeps to one direction (see `line_ways.Way`) of a line; BürgerBus runs then stay away. A cancelled departure
    is told until it would have left.
    """
    known = network(snapshot)
    calls = stop_calls(known, stop)
    if way is not None:
        calls = calls.taken(_goes(known, calls, way))
    found: list[Departure] = []
    for until_s in (from_s + DAY_S, from_s + FARTHEST_S):
        found = [
            *_planned(snapshot, calls, from_s, until_s, limit + 1),
            *_live(snapshot, calls, from_s, until_s),
        ]
        if way is None:
            found += _added(snapshot, known, stop, from_s, until_s)
            found = _with_runs(found, runs_at_stop(snapshot, stop, from_s, until_s))
        if len(found) > limit:
            break
    found.sort(key=lambda departure: (departure.expected_s, departure.planned_s, departure.route))
    return Board(tuple(found[:limit]), len(found) > limit, bool(snapshot.live.expected))


def runs_at_stop(snapshot: Snapshot, stop: StopIdx, from_s: int, until_s: int) -> list[Departure]:
    """Departures of BürgerBus runs that go on from here, in order of time."""
    known, runs, timetable = network(snapshot), snapshot.runs, snapshot.timetable
    found: list[Departure] = []
    here = known.stop_of[runs.stop] == known.stop_of[stop]
    for i in np.flatnonzero(here & (runs.dep >= from_s) & (runs.dep <= until_s)).tolist():
        ride = runs.rides[int(runs.run[i])]
        if i + 1 == len(runs.run) or runs.run[i + 1] != runs.run[i]:
            continue  # its last stop
        expected_s = int(runs.dep[i])
        planned_s = ride.published_s[int(runs.position[i])][1] if ride.published_s else expected_s
        found.append(
            Departure(
                planned_s=planned_s,
                expected_s=expected_s,
                said=Said.NOTHING if planned_s == expected_s else Said.RUNS,
                line=None,
                route=ride.label,
                route_type=3,
                destination=ride.stops[-1].name,
                platform=timetable.stop_platform[int(runs.stop[i])],
                must_ask=False,
                phone="",
                trip_id=ride.ride_id,
                run=RunFacts(ride.ride_id, ride.deadline_s, bool(runs.free[i, 0] >= 1)),
            )
        )
    return sorted(found, key=lambda one: one.planned_s)


def _goes(known: Network, calls: StopCalls, way: tuple[RouteIdx, int]) -> NDArray[np.bool_]:
    line, direction = way
    sections = [one.sections for one in line_ways(known, line) if one.direction == direction]
    goes: NDArray[np.bool_] = np.isin(calls.section, np.concatenate(sections) if sections else [])
    return goes


def _planned(
    snapshot: Snapshot, calls: StopCalls, from_s: int, until_s: int, limit: int
) -> Iterator[Departure]:
    """The first departures of which live data says nothing."""
    timetable = snapshot.timetable
    if not len(calls):
        return
    begins, ends = int(calls.dep.min()), int(calls.dep.max())
    start_s = timetable.day_start_s
    days = np.flatnonzero((start_s + ends >= from_s) & (start_s + begins <= until_s))
    runs = timetable.service_runs[calls.service][:, days]
    at_s = start_s[days] + calls.dep[:, None]
    entry, day = np.nonzero((runs != 0) & (at_s >= from_s) & (at_s <= until_s))
    live_rows = np.array([row for row in snapshot.live.expected if row[0] < timetable.n_trips], np.int64)
    if len(live_rows):
        said = np.isin(
            calls.trip[entry] * timetable.n_days + days[day],
            live_rows[:, 0] * timetable.n_days + live_rows[:, 1],
        )
        entry, day = entry[~said], day[~said]
    by_time = np.argsort(at_s[entry, day], kind="stable")
    told: set[tuple[object, ...]] = set()
    for i, time_s in zip(entry[by_time].tolist(), at_s[entry[by_time], day[by_time]].tolist(), strict=True):
        departure = _departure(calls, i, time_s, time_s, Said.NOTHING)
        looks = (time_s, departure.route, departure.destination, departure.platform, departure.must_ask)
        if looks not in told:  # two vehicles at once are one departure to whoever waits
            told.add(looks)
            yield departure
        if len(told) == limit:
            return


def _live(snapshot: Snapshot, calls: StopCalls, from_s: int, until_s: int) -> Iterator[Departure]:
    """Departures of trips of the timetable of which live data speaks."""
    live, timetable = snapshot.live, snapshot.timetable
    rows = [
        (row, expected)
        for row, expected in live.expected.items()
        if expected.added is None and expected.first_s <= until_s and expected.last_s >= from_s
    ]
    if not rows or not len(calls):
        return
    entries: dict[int, list[int]] = defaultdict(list)
    wanted = np.isin(calls.trip, np.unique([row[0] for row, _ in rows]))
    for i in np.flatnonzero(wanted).tolist():
        entries[int(calls.trip[i])].append(i)
    for row, expected in rows:
        for i in entries.get(row[0], ()):
            planned_s = int(timetable.day_start_s[row[1]]) + int(calls.dep[i])
            run = _run_that_leaves(calls.network, expected, int(calls.pos[i]))
            if run is None:
                expected_s, said = planned_s, _why_not(snapshot, row, int(calls.section[i]))
            else:
                expected_s, said = int(run.dep[calls.pos[i]]), Said.RUNS
            if from_s <= expected_s <= until_s:
                yield _departure(calls, i, planned_s, expected_s, said)


def _run_that_leaves(known: Network, expected: Expected, pos: int) -> LiveRun | None:
    """The vehicle that people can get on at a position, and off again somewhere else."""
    for run in expected.runs:
        if run.face is None:
            return run
        stops = known.stop_of[run.face.stops]
        if run.face.board[pos] and (run.face.alight[pos + 1 :] & (stops[pos + 1 :] != stops[pos])).any():
            return run
    return None


def _why_not(snapshot: Snapshot, row: Row, section: int) -> Said:
    update = snapshot.live.updates[row].get(section)
    return Said.CANCELLED if update is not None and update.is_cancelled else Said.LEFT_OUT


def _added(
    snapshot: Snapshot, known: Network, stop: StopIdx, from_s: int, until_s: int
) -> Iterator[Departure]:
    """Departures of trips that the timetable does not have."""
    timetable = snapshot.timetable
    here = known.stop_of[stop]
    for row in snapshot.live.added.values():
        expected = snapshot.live.expected[row]
        added = expected.added
        if added is None or expected.first_s > until_s or expected.last_s < from_s:
            continue
        for run in expected.runs:
            stops = run.face.stops if run.face is not None else np.empty(0, np.int32)
            for pos in np.flatnonzero(known.stop_of[stops] == here).tolist():
                leaves_s = int(run.dep[pos])
                if from_s <= leaves_s <= until_s and _run_that_leaves(known, expected, pos):
                    yield Departure(
                        planned_s=leaves_s,
                        expected_s=leaves_s,
                        said=Said.ADDED,
                        line=None,
                        route=added.route,
                        route_type=ON_DEMAND_BUS if added.is_on_demand else 3,
                        destination=added.headsign or timetable.stop_name[int(stops[-1])],
                        platform=timetable.stop_platform[int(stops[pos])],
                        must_ask=added.is_on_demand,
                        phone="",
                        trip_id=added.trip_id,
                    )


def _departure(calls: StopCalls, i: int, planned_s: int, expected_s: int, said: Said) -> Departure:
    known, timetable = calls.network, calls.network.timetable
    section = int(calls.section[i])
    route = int(timetable.section_route[section])
    agency = int(timetable.route_agency[route])
    line = line_of_section(known, section)
    return Departure(
        planned_s=planned_s,
        expected_s=expected_s,
        said=said,
        line=line,
        route=timetable.route_short_name[route] or timetable.route_long_name[route],
        route_type=int(timetable.route_type[route]),
        destination=calls.destination(i),
        platform=timetable.stop_platform[int(calls.stop[i])],
        must_ask=bool(calls.must_ask[i]),
        phone=timetable.agency_phone[agency] if agency >= 0 else "",
        trip_id=timetable.section_trip_id[section],
    )


def _with_runs(planned: list[Departure], runs: list[Departure]) -> list[Departure]:
    """A run that the timetable has as well is told once, as the one that can be booked."""
    same = {(run.planned_s, run.route.split()[-1]) for run in runs}
    return [one for one in planned if (one.planned_s, one.route) not in same] + runs
