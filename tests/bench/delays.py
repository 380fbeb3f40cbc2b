"""Rows of live data: the same searches without and with thousands of delayed trips, and what one more costs."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from functools import partial

import numpy as np

from routing import Snapshot, search
from routing.live_trips import CallUpdate, TripUpdate
from tests.bench.feeds import Feed, open_snapshot
from tests.bench.live_world import Step, World
from tests.bench.questions import SHAPES, shaped, stop_to_stop
from tests.bench.task import Rows, Task

N_DELAYS = 5000
N_UPDATES = 30
N_QUERIES = 100
"""Few enough for the time limit, so that both rows of a pair are about the very same questions."""


def rows(feed: Feed, _: int) -> Rows:
    snapshot = open_snapshot(feed)
    updates = _delays(feed, snapshot, N_DELAYS + N_UPDATES)
    active, more = updates[:-N_UPDATES], updates[-N_UPDATES:]
    cancelled = [TripUpdate(one.trip_id, one.service_date, is_cancelled=True) for one in more]
    queries = stop_to_stop(feed, snapshot, N_QUERIES)
    world = World(snapshot, queries[0])
    found: dict[str, list[Task]] = {}
    for shape in SHAPES:
        asked = shaped(queries, shape)
        search(snapshot, asked[0])
        found[f"Fahrplan, {shape}, ohne Verspätungen"] = [partial(search, snapshot, query) for query in asked]
    found[f"{len(active)} Verspätungen einspielen"] = [partial(world.become, _with_all(active))]
    for what, several in (("Verspätung", more), ("Ausfall", cancelled)):
        found[f"{what}, bis eine Suche es sieht"] = world.updates([_with_one(one) for one in several])
    for shape in SHAPES:
        found[f"Fahrplan, {shape}, {len(active)} Verspätungen"] = world.searches(shaped(queries, shape))
    return found


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
