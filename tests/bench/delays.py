"""Rows of live data: the same searches without and with thousands of delayed trips, and what one more costs."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np

from routing import Query, Snapshot, search
from routing.live_trips import CallUpdate, TripUpdate
from tests.bench.feeds import Feed, open_snapshot
from tests.bench.live_world import Step, World
from tests.bench.questions import SHAPES, shaped, stop_to_stop
from tests.bench.task import Measured, Rows, Task, measured

N_DELAYS = 5000
N_UPDATES = 30
N_QUERIES = 100


def rows(feed: Feed, _: int) -> Rows:
    snapshot = open_snapshot(feed)
    updates = _delays(feed, snapshot, N_DELAYS + N_UPDATES)
    active, more = updates[:-N_UPDATES], updates[-N_UPDATES:]
    cancelled = [TripUpdate(one.trip_id, one.service_date, is_cancelled=True) for one in more]
    queries = stop_to_stop(feed, snapshot, N_QUERIES)
    world = World(snapshot, queries[0])
    found: dict[str, Sequence[Task]] = {
        f"{len(active)} Verspätungen einspielen": [partial(world.become, _with_all(active))]
    }
    for shape in SHAPES:
        pairs = _InTurn(snapshot, world, shaped(queries, shape))
        found[f"Fahrplan, {shape}, ohne Verspätungen"] = pairs.tasks(0)
        found[f"Fahrplan, {shape}, mit {len(active)} Verspätungen"] = pairs.tasks(1)
    for what, several in (("Verspätung", more), ("Ausfall", cancelled)):
        found[f"{what}, bis eine Suche es sieht"] = world.updates([_with_one(one) for one in several])
    return found


class _InTurn:
    """Every question is asked twice, of the plain and of the late world, the one right after the other.

    So both rows are about the very same questions and the same moments of a machine that others use too.
    """

    def __init__(self, plain: Snapshot, world: World, queries: Sequence[Query]) -> None:
        self._plain, self._world, self._queries = plain, world, queries
        self._taken: dict[int, tuple[Measured, Measured]] = {}

    def tasks(self, which: int) -> list[Task]:
        """0 without delays, 1 with them."""
        return [partial(self._time, i, which) for i in range(len(self._queries))]

    def _time(self, i: int, which: int) -> Measured:
        if not self._taken:  # the first search of a day lays it out
            self._ask(0)
        if i not in self._taken:
            self._taken[i] = self._ask(i)
        return self._taken[i][which]

    def _ask(self, i: int) -> tuple[Measured, Measured]:
        query = self._queries[i]
        worlds = (self._plain, self._world.snapshot)
        plain, late = (measured(partial(search, snapshot, query)) for snapshot in worlds)
        return plain, late


def _delays(feed: Feed, snapshot: Snapshot, most: int) -> list[TripUpdate]:
    """Random trips of the day, one to twenty minutes late from their first stop on."""
    timetable, draw = snapshot.timetable, random.Random(5)
    day = (feed.day - timetable.first_day).days
    trips = np.flatnonzero(timetable.service_runs[timetable.trip_service, day]).tolist()
    ids = {trip: timetable.section_trip_id[int(timetable.trip_section_start[trip])] for trip in trips}
    repeated = Counter(timetable.section_trip_id)
    single = [trip for trip in trips if repeated[ids[trip]] == 1]
    return [
        _late(snapshot, ids[trip], feed.day, trip, day, 60 * draw.randint(1, 20))
        for trip in draw.sample(single, min(most, len(single)))
    ]


def _late(snapshot: Snapshot, trip_id: str, date: dt.date, trip: int, day: int, delay_s: int) -> TripUpdate:
    timetable = snapshot.timetable
    planned_s = int(timetable.day_start_s[day] + timetable.time_dep[timetable.trip_time_start[trip]])
    return TripUpdate(trip_id, date, (CallUpdate(0, departure_s=planned_s + delay_s),))


def _with_all(updates: list[TripUpdate]) -> Step:
    return lambda now: now.with_live_trips(updates)


def _with_one(update: TripUpdate) -> Step:
    return lambda now: now.with_live_trip(update)
