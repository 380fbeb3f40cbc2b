"""What the rounds read agrees with what it was made from: times by trip, walks by length, pieces of runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from routing.changes import Changes, feet
from routing.labels import SHIFT
from routing.query import Needs, Party
from routing.runs import Runs
from routing.window import mirror, open_window
from tests.worlds import world

DRAWING = """
at A 0 0
at B 0 400
line 1 | A     B     C
t1     | 08:00 08:10 08:20
t2     | 08:30 08:45 08:50
"""
RUN = """
line 1 | A B C D
run r1 | A 09:00 | B 09:10 | C 09:20 | D 09:30
"""


@pytest.mark.parametrize("is_mirrored", [False, True])
def test_times_by_trip_are_the_times_by_call(is_mirrored: bool) -> None:
    timetable = world(DRAWING).timetable
    start_s = int(timetable.day_start_s[0])
    window = open_window(timetable, start_s, start_s + 86_400, Needs())
    if is_mirrored:
        window = mirror(window)
    assert len(window.trip) >= 2
    for p, n_trips in enumerate(window.n_trips.tolist()):
        n_calls = int(window.stop_start[p + 1] - window.stop_start[p])
        times = slice(int(window.time_start[p]), int(window.time_start[p]) + n_trips * n_calls)
        by_trip = window.trip_times[times].reshape(n_trips, n_calls, 2)
        assert (by_trip[:, :, 0] == window.arr[times].reshape(n_calls, n_trips).T).all()
        assert (by_trip[:, :, 1] == window.dep[times].reshape(n_calls, n_trips).T).all()


def test_feet_walk_the_shortest_change_first() -> None:
    known = Changes(
        start=np.array([0, 3, 4], np.int64),
        to=np.array([0, 1, 2, 1], np.int32),
        takes_s=np.array([120, 500, 90, 120], np.int32),
        walk_s=np.array([0, 380, 90, 0], np.int32),
        metres=np.zeros(4, np.int32),
        is_beeline=np.zeros(4, np.uint8),
    )
    walked = feet(known)
    assert walked.to.tolist() == [2, 0, 1, 1]
    assert (walked.cost >> SHIFT).tolist() == [90, 120, 500, 120]
    assert (walked.cost & ((1 << SHIFT) - 1)).tolist() == [90, 0, 380, 0]


def test_a_run_falls_apart_where_it_is_full() -> None:
    drawn = world(RUN)
    (ride,) = drawn.rides
    runs = Runs.of(drawn.timetable, [ride])
    window = runs.window(np.ones(1, np.bool_), Party(seats=1), 0)
    assert window.stop_start.tolist() == [0, 4]
    full_in_the_middle = replace(ride, seats_free=(8, 0, 8))
    runs = Runs.of(drawn.timetable, [full_in_the_middle])
    window = runs.window(np.ones(1, np.bool_), Party(seats=1), 0)
    assert window.stop_start.tolist() == [0, 2, 4]
    assert window.trip.tolist() == [0, 0]
    assert window.day.tolist() == [0, 2]
    assert runs.window(np.zeros(1, np.bool_), Party(seats=1), 0).n_trips.tolist() == []
