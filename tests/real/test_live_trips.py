"""Thousands of late, early, cancelled, shortened and added trips on a real working day."""

from __future__ import annotations

import datetime as dt
import random

import numpy as np
import pytest

from routing import Query, Snapshot, check, search
from routing.live_trips import AddedCall, AddedTrip, CallUpdate, LiveTrip, TripUpdate
from routing.query import Needs, StopRef
from routing.window import Window, mirror
from tests.routing.window_contents import contents

DATE = dt.date(2016, 11, 15)
N_LATE = 5000

pytestmark = pytest.mark.real


def _said(snapshot: Snapshot, seed: int) -> list[LiveTrip]:
    """About 5,000 trips; the calls of a trip get later one by one, some leave out a stop, a few run a second time."""
    timetable, draw = snapshot.timetable, random.Random(seed)
    day = (DATE - timetable.first_day).days
    trips = np.flatnonzero(timetable.service_runs[timetable.trip_service, day]).tolist()
    said: list[LiveTrip] = []
    for trip in draw.sample(trips, N_LATE):
        trip_id = timetable.section_trip_id[int(timetable.trip_section_start[trip])]
        times = range(int(timetable.trip_time_start[trip]), int(timetable.trip_time_start[trip + 1]))
        start_s = int(timetable.day_start_s[day])
        fate = draw.random()
        if fate < 0.03:
            said.append(TripUpdate(trip_id, DATE, is_cancelled=True))
            continue
        if fate < 0.05:
            stops = int(timetable.pattern_stop_start[timetable.trip_pattern[trip]])
            calls = tuple(
                AddedCall(
                    timetable.stop_id[int(timetable.pattern_stops[stops + i])],
                    start_s + int(timetable.time_arr[time]) + 300,
                    start_s + int(timetable.time_dep[time]) + 300,
                )
                for i, time in enumerate(times)
            )
            said.append(AddedTrip(f"again {trip_id}", DATE, "E", calls))
            continue
        late_s = draw.randint(-60, 900)
        first = draw.randrange(len(times))
        updates = [CallUpdate(first, departure_s=start_s + int(timetable.time_dep[times[first]]) + late_s)]
        if fate < 0.1:
            updates.append(CallUpdate((first + 1) % len(times), is_skipped=True))
        said.append(TripUpdate(trip_id, DATE, tuple(updates)))
    return said


def _window(snapshot: Snapshot, is_mirrored: bool) -> Window:
    moment_s = int(snapshot.timetable.day_start_s[(DATE - snapshot.timetable.first_day).days]) + 36_000
    return snapshot.window(moment_s, moment_s + 86_400, Needs(), is_mirrored)


def test_step_by_step_or_at_once(rnv_snapshot: Snapshot) -> None:
    said = _said(rnv_snapshot, 1)
    at_once = rnv_snapshot.with_live_trips(said)
    snapshot = rnv_snapshot.with_live_trips(said[: N_LATE // 2])
    for step, one in enumerate(said[N_LATE // 2 :]):
        snapshot = snapshot.with_live_trip(one)
        if step % 50 == 0:
            _window(snapshot, step % 100 == 0)
    for is_mirrored in (False, True):
        assert contents(_window(snapshot, is_mirrored)) == contents(_window(at_once, is_mirrored))
    forwards = contents(mirror(_window(at_once, False)))
    assert forwards == contents(_window(at_once, True))
    undone = at_once.with_live_trips([])
    assert contents(_window(undone, False)) == contents(_window(rnv_snapshot, False))


def test_few_patterns_more(rnv_snapshot: Snapshot) -> None:
    """More would make every search slower."""
    said = [one for one in _said(rnv_snapshot, 2) if isinstance(one, TripUpdate)]
    late = [one for one in said if not any(call.is_skipped for call in one.calls)]
    live = rnv_snapshot.with_live_trips(late)
    n_planned = len(_window(rnv_snapshot, False).n_trips)
    assert len(late) > 4000
    assert len(_window(live, False).n_trips) < 1.15 * n_planned


def test_journeys_hold(rnv_snapshot: Snapshot) -> None:
    live = rnv_snapshot.with_live_trips(_said(rnv_snapshot, 3))
    timetable, draw = rnv_snapshot.timetable, random.Random(3)
    stops = np.flatnonzero(timetable.stop_is_station == 0).tolist()
    day = (DATE - timetable.first_day).days
    n_late = 0
    for _ in range(60):
        ends = [StopRef(timetable.stop_id[stop]) for stop in draw.sample(stops, 2)]
        moment_s = int(timetable.day_start_s[day]) + draw.randrange(5 * 3600, 22 * 3600)
        query = Query(*ends, dt.datetime.fromtimestamp(moment_s, dt.UTC), arrive_by=draw.random() < 0.5)
        found = search(live, query)
        assert [check(live, query, journey) for journey in found] == [[] for _ in found]
        legs = [leg for journey in found for leg in journey.legs if leg.planned_departure_s is not None]
        n_late += sum(leg.departure_s > (leg.planned_departure_s or 0) for leg in legs)
    assert n_late > 50
