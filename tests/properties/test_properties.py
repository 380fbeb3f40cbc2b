"""What must hold for every answer, whatever the world: told without computing the answer a second time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from routing import Query, Snapshot, check, search
from routing.journey import Journey
from routing.overlay import Ride
from tests.properties.conftest import worlds
from tests.properties.drawing import Case, Question, bus_cases, ride_cases
from tests.properties.holds import (
    assert_legs_join,
    assert_none_beats_another,
    assert_range_is_its_moments,
    assert_still_as_good,
)
from tests.worlds import World, world

CASES = st.one_of(ride_cases(), bus_cases())


@worlds(80)
@given(CASES)
def test_legs_join_in_time_and_place(case: Case) -> None:
    drawn = case.world()
    for query, journeys in _answers(case, drawn):
        for journey in journeys:
            assert_legs_join(drawn.timetable, query, journey)


@worlds(80)
@given(CASES)
def test_no_journey_beats_another_of_its_class(case: Case) -> None:
    for query, journeys in _answers(case, case.world()):
        assert_none_beats_another(query, journeys)


@worlds(80)
@given(CASES)
def test_asking_twice_gives_the_same_answer(case: Case) -> None:
    drawn = case.world()
    snapshot = drawn.snapshot()
    for question in case.questions:
        query = question.of(drawn)
        first = search(snapshot, query)
        assert search(snapshot, query) == first
        assert search(drawn.snapshot(), query) == first


@worlds(60)
@given(CASES)
def test_a_range_is_all_its_single_departures(case: Case) -> None:
    drawn = case.world()
    snapshot = drawn.snapshot()
    for question in case.questions:
        query = question.of(drawn)
        if query.window_s:
            assert_range_is_its_moments(snapshot, query)


@worlds(80)
@given(CASES, st.randoms(use_true_random=False))
def test_removing_a_trip_or_ride_never_helps(case: Case, random: Random) -> None:
    rows = case.text.splitlines()
    removable = [row for row in rows if re.match(r"t\d|ride|run", row)]
    gone = random.choice(removable)
    fewer = world("\n".join(row for row in rows if row is not gone))
    _is_never_worse(case, case.world(), fewer)


@worlds(80)
@given(ride_cases())
def test_adding_a_seat_never_hurts(case: Case) -> None:
    drawn = case.world()
    more = tuple(
        replace(ride, seats_free=tuple(n + 1 for n in ride.seats_free))
        if ride.ride_id in ("r0", "b0")
        else ride
        for ride in drawn.rides
    )
    _is_never_worse(case, replace(drawn, rides=more), drawn)


def _is_never_worse(case: Case, richer: World, poorer: World) -> None:
    snapshots = richer.snapshot(), poorer.snapshot()
    for question in case.questions:
        query = question.of(poorer)
        rich, poor = (search(snapshot, query) for snapshot in snapshots)
        assert_still_as_good(query, rich, poor)


@worlds(60)
@given(CASES, st.sampled_from([7, 28]))
def test_the_same_world_weeks_later(case: Case, days: int) -> None:
    """From 2 June on no clock changes for months."""
    summer = re.sub("from .*", "from 2026-06-02", case.text, count=1)
    later = re.sub("from .*", f"from {dt.date(2026, 6, 2) + dt.timedelta(days=days)}", case.text, count=1)
    now, then = world(summer), world(later)
    for question in case.questions:
        expected = [_facts(j, days * 86_400) for j in _ask(now, question)]
        assert [_facts(j, 0) for j in _ask(then, question)] == expected


@worlds(60)
@given(CASES)
def test_the_same_world_elsewhere(case: Case) -> None:
    """100 km further east; north–south would change the length of a degree."""
    here, there = case.world(), world(case.text, east_m=100_000)
    for question in case.questions:
        assert [_facts(j, 0) for j in _ask(there, question)] == [_facts(j, 0) for j in _ask(here, question)]


def _ask(drawn: World, question: Question) -> list[Journey]:
    return search(drawn.snapshot(), question.of(drawn))


def _facts(journey: Journey, later_s: int) -> tuple[object, ...]:
    legs = [
        (leg.kind, leg.origin.name, leg.departure_s + later_s, leg.destination.name, leg.arrival_s + later_s)
        for leg in journey.legs
    ]
    return journey.departure_s + later_s, journey.arrival_s + later_s, tuple(legs)


@worlds(80)
@given(CASES)
def test_every_journey_holds_until_something_of_it_goes(case: Case) -> None:
    drawn = case.world()
    snapshot = drawn.snapshot()
    for query, journeys in _answers(case, drawn):
        for journey in journeys:
            assert check(snapshot, query, journey) == []
            for leg in journey.legs:
                if leg.boarding is not None:
                    assert check(snapshot.without_ride(leg.boarding.ride_id), query, journey)
                    assert check(_fully_booked(snapshot, leg.boarding.ride_id), query, journey)
                elif leg.trip_id is not None:
                    without = "\n".join(r for r in case.text.splitlines() if leg.trip_id not in r.split())
                    assert check(world(without).snapshot(), query, journey)


def _fully_booked(snapshot: Snapshot, ride_id: str) -> Snapshot:
    def booked(ride: Ride) -> Ride:
        nothing = tuple(0 for _ in ride.seats_free)
        return replace(ride, seats_free=nothing, wheelchairs_free=nothing)

    return snapshot.with_ride(booked(snapshot.rides[ride_id]))


def _answers(case: Case, drawn: World) -> Iterable[tuple[Query, list[Journey]]]:
    snapshot = drawn.snapshot()
    for question in case.questions:
        query = question.of(drawn)
        yield query, search(snapshot, query)
