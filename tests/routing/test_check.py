"""Every reason for which a journey no longer holds: what was found in one drawn world is checked in another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from routing import search
from routing.check import check
from routing.journey import Journey
from routing.query import Party, Query
from routing.reasons import Reason
from tests.journeys.test_e_rides import ROAD
from tests.worlds import World, world

BUS = "line 1 | A B C D\nt1 | 08:00 08:10 08:20 08:30\n"
CHANGE = "line 1 | A B\nt1 | 08:00 08:10\nline 2 | B C\nu1 | 08:12 08:20\n"
RUN = "stop A\nstop B\nstop C\nrun b1 | A 08:00 | B 08:10 | C 08:20 | seats 2 2 | wheelchairs 1 1\n"
RIDE = ROAD + "ride r1 | A 07:00 | B until 08:00 | budget 120 s | wheelchairs 1\n"
WHEELCHAIR = Party(seats=0, wheelchairs=1)


def _found(drawing: str, origin: str, destination: str, when: str, **options: Any) -> tuple[Query, Journey]:
    drawn = world(drawing)
    query = drawn.query(origin, destination, when, **options)
    (journey,) = search(drawn.snapshot(), query)
    return query, journey


def _reasons(drawn: World, query: Query, journey: Journey) -> set[Reason]:
    return set(check(drawn.snapshot(), query, journey))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("t1 | 08:00", "t9 | 08:00", Reason.TRIP_GONE),
        ("t1 | 08:00", "t1 wheelchair no bikes no | 08:00", None),
        ("A B C D", "A B[off] C[on] D", None),
        ("A B C D", "A[off] B C D", Reason.TRIP_GONE),
        ("A B C D", "A B C D[on]", Reason.TRIP_GONE),
        ("08:10", "08:11", None),
        ("08:30", "08:31", Reason.TIMES_CHANGED),
        ("08:00", "07:59", Reason.TIMES_CHANGED),
    ],
)
def test_a_trip_of_the_timetable(before: str, after: str, reason: Reason | None) -> None:
    query, journey = _found(BUS, "A", "D", "07:30")
    assert _reasons(world(BUS), query, journey) == set()
    assert _reasons(world(BUS.replace(before, after)), query, journey) == ({reason} if reason else set())


@pytest.mark.parametrize(
    ("after", "reasons"),
    [
        ("u1 | 08:11:59 08:20", {Reason.TIMES_CHANGED, Reason.CHANGE_TOO_SHORT}),
        ("u1 | 08:13 08:20", {Reason.TIMES_CHANGED}),
        ("u1 | 08:12 08:20\ntransfer B B 2 120 s", set()),
        ("u1 | 08:12 08:20\ntransfer B B 2 121 s", {Reason.CHANGE_TOO_SHORT}),
        ("u1 | 08:12 08:20\ntransfer B B 3", {Reason.CHANGE_TOO_SHORT}),
    ],
)
def test_a_change(after: str, reasons: set[Reason]) -> None:
    query, journey = _found(CHANGE, "A", "C", "07:30")
    changed = world(CHANGE.replace("u1 | 08:12 08:20", after))
    assert _reasons(changed, query, journey) == reasons


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("run b1", "run b9", Reason.RIDE_GONE),
        ("B 08:10", "X 08:10", None),
        ("A 08:00 |", "X 08:00 |", Reason.RIDE_GONE),
        ("C 08:20 |", "X 08:20 |", Reason.RIDE_GONE),
        ("B 08:10 | C 08:20 | seats 2 2 | wheelchairs 1 1", "C 08:20 | seats 2", Reason.RIDE_GONE),
        ("C 08:20", "C 08:21", Reason.TIMES_CHANGED),
        ("seats 2 2", "seats 2 0", Reason.SEATS_TAKEN),
        ("1 1", "1 1 | bookable 06:59", Reason.TOO_LATE_TO_BOOK),
    ],
)
def test_a_run(before: str, after: str, reason: Reason | None) -> None:
    known = RUN + "stop X\n"
    query, journey = _found(known, "A", "C", "07:30", booked_at="07:00")
    assert _reasons(world(known), query, journey) == set()
    assert _reasons(world(known.replace(before, after)), query, journey) == ({reason} if reason else set())


def test_a_driver_who_is_not_to_be_matched() -> None:
    query, journey = _found(RUN + "\n", "A", "C", "07:30")
    banned = replace(query, banned=frozenset({"driver of b1"}))
    assert _reasons(world(RUN), banned, journey) == {Reason.RIDE_GONE}


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("ride r1", "ride r9", Reason.RIDE_GONE),
        ("A 07:00", "A 07:01", Reason.DRIVER_DEPARTURE),
        ("budget 120", "budget 119", Reason.DETOUR_TOO_LONG),
        ("until 08:00", "until 07:13", Reason.ARRIVES_TOO_LATE),
        ("wheelchairs 1", "seats 0", Reason.SEATS_TAKEN),
        ("wheelchairs 1", "bookable 06:00", Reason.TOO_LATE_TO_BOOK),
        ("M H 600 m 60 s", "M H 600 m 59 s", Reason.TIMES_CHANGED),
        ("M H 600 m 60 s", "M H 600 m 60 s foot only", Reason.TIMES_CHANGED),
    ],
)
def test_a_private_ride_to_the_door(before: str, after: str, reason: Reason) -> None:
    query, journey = _found(RIDE, "A", "H", "06:30", booked_at="06:01")
    assert _reasons(world(RIDE), query, journey) == set()
    assert reason in _reasons(world(RIDE.replace(before, after)), query, journey)


def test_somebody_on_board_would_be_late() -> None:
    query, journey = _found(RIDE, "A", "H", "06:30")
    promised = "A 07:00 | M on 07:00 off 07:01 | B until 08:00 | budget 1000 s | seats 3 3"
    drawing = ROAD + f"ride r1 | {promised}\n"
    assert _reasons(world(drawing), query, journey) == {Reason.PROMISE_BROKEN}


def test_no_road_any_more() -> None:
    query, journey = _found(RIDE, "A", "B", "06:30")
    cut = RIDE.replace("street M B 5000 m 300 s", "street M B 5000 m 300 s foot only")
    assert Reason.NO_WAY in _reasons(world(cut), query, journey)


def test_the_walk_to_the_first_stop_has_grown() -> None:
    drawing = "at A 0 0\nat H 0 300\n" + BUS
    query, journey = _found(drawing, "H", "D", "07:30")
    assert _reasons(world(drawing), query, journey) == set()
    slower = replace(query, walk_speed_m_s=1.0)
    assert _reasons(world(drawing), slower, journey) == {Reason.NO_WAY}


def test_one_private_ride_twice() -> None:
    query, journey = _found(RIDE, "A", "B", "06:30")
    (leg,) = journey.legs
    assert Reason.RIDE_TWICE in _reasons(world(RIDE), query, replace(journey, legs=(leg, leg)))


@pytest.mark.parametrize(
    ("drawing", "goal", "when"), [(BUS, "D", "07:30"), (RUN, "C", "07:30"), (RIDE, "B", "06:30")]
)
def test_a_wheelchair_at_a_stop_with_steps(drawing: str, goal: str, when: str) -> None:
    query, journey = _found(drawing, "A", goal, when, party=WHEELCHAIR)
    assert _reasons(world(drawing), query, journey) == set()
    for stop in ("A", goal):
        with_steps = world(drawing + f"stop {stop} wheelchair no\n")
        assert _reasons(with_steps, query, journey) == {Reason.STOP_NOT_ACCESSIBLE}
        assert _reasons(with_steps, replace(query, party=Party()), journey) == set()
    assert _reasons(world(drawing + "stop Z wheelchair no\n"), query, journey) == set()


def test_a_trip_that_no_longer_takes_wheelchairs() -> None:
    query, journey = _found(BUS, "A", "D", "07:30", party=WHEELCHAIR)
    without = world(BUS.replace("t1 |", "t1 wheelchair no |"))
    assert _reasons(without, query, journey) == {Reason.TRIP_GONE}
