"""What must hold for every answer, whatever the world: told without computing the answer a second time."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from routing import Query, Snapshot, check, search
from routing.journey import Journey, Leg, Place
from routing.overlay import Ride
from routing.query import MAX_JOURNEY_S, LegKind, Point, StopRef
from routing.timetable import Timetable
from tests.properties.conftest import worlds
from tests.properties.drawing import Case, Question, bus_cases, ride_cases
from tests.worlds import World, world

CASES = st.one_of(ride_cases(), bus_cases())
Best = tuple[int, int, int]
"""Departure (negative), arrival, vehicles: less is better everywhere."""


@worlds(80)
@given(CASES)
def test_legs_join_in_time_and_place(case: Case) -> None:
    drawn = case.world()
    for query, journeys in _answers(case, drawn):
        for journey in journeys:
            assert journey.legs
            assert (journey.legs[0].departure_s, journey.legs[-1].arrival_s) == (
                journey.departure_s,
                journey.arrival_s,
            )
            assert _is_at(drawn.timetable, query.origin, journey.legs[0].origin)
            assert _is_at(drawn.timetable, query.destination, journey.legs[-1].destination)
            assert all(leg.departure_s <= leg.arrival_s for leg in journey.legs)
            for before, after in pairwise(journey.legs):
                assert before.destination == after.origin
                assert before.arrival_s <= after.departure_s
                assert LegKind.WALK in (before.kind, after.kind) or before.destination.stop_id
                assert not before.kind is after.kind is LegKind.WALK
            _walks_last_as_long_as_they_should(drawn.timetable, query, journey)


def _is_at(timetable: Timetable, asked: Point | StopRef, place: Place) -> bool:
    if isinstance(asked, Point):
        return (place.lat, place.lon, place.stop_id) == (asked.lat, asked.lon, None)
    if place.stop_id is None:
        return False
    parent = timetable.stop_parent[timetable.stop(place.stop_id)]
    return place.stop_id == asked.stop_id or (parent >= 0 and timetable.stop_id[int(parent)] == asked.stop_id)


def _walks_last_as_long_as_they_should(timetable: Timetable, query: Query, journey: Journey) -> None:
    for leg in journey.legs:
        if leg.kind is LegKind.WALK and not _is_stated_minimum(timetable, leg):
            assert leg.distance_m is not None
            assert leg.arrival_s - leg.departure_s == math.ceil(leg.distance_m / query.walk_speed_m_s)
            assert leg.arrival_s - leg.departure_s <= query.max_walk_s


def _is_stated_minimum(timetable: Timetable, leg: Leg) -> bool:
    """transfers.txt states this change's time: then the walk is no longer than that, whatever its metres."""
    stated = zip(
        timetable.transfer_from.tolist(),
        timetable.transfer_to.tolist(),
        timetable.transfer_type.tolist(),
        strict=True,
    )
    known = {(timetable.stop_id[a], timetable.stop_id[b]) for a, b, kind in stated if kind == 2}
    return (leg.origin.stop_id, leg.destination.stop_id) in known


@worlds(80)
@given(CASES)
def test_no_journey_beats_another_of_its_class(case: Case) -> None:
    for query, journeys in _answers(case, case.world()):
        for private in (False, True):
            best = [_best(query, j) for j in journeys if j.uses_private_ride is private]
            for i, one in enumerate(best):
                assert not any(_is_as_good(other, one) for j, other in enumerate(best) if i != j)


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
            in_range = search(snapshot, query)
            for moment in _moments(query, in_range):
                singly = replace(query, when=moment, window_s=0)
                _agree_at(query, in_range, singly, search(snapshot, singly))


def _moments(query: Query, journeys: list[Journey]) -> set[dt.datetime]:
    """When each journey leaves (arrives), a second off, and both ends of the window."""
    sign = -1 if query.arrive_by else 1
    first = query.when
    last = query.when + sign * dt.timedelta(seconds=query.window_s)
    vehicles = [j for j in journeys if j.vehicles]
    ends = [
        dt.datetime.fromtimestamp(j.arrival_s if query.arrive_by else j.departure_s, dt.UTC) for j in vehicles
    ]
    later = [end + sign * dt.timedelta(seconds=1) for end in ends]
    return {first, last, *(m for m in [*ends, *later] if min(first, last) <= m <= max(first, last))}


def _agree_at(query: Query, in_range: list[Journey], singly: Query, at_once: list[Journey]) -> None:
    """At each moment the range has what one then gets, except what leaves (arrives) beyond its end."""
    edge_s = int(query.when.timestamp()) + (-query.window_s if query.arrive_by else query.window_s)

    def is_beyond(journey: Journey) -> bool:
        return journey.arrival_s < edge_s if query.arrive_by else journey.departure_s > edge_s

    known = {(j.departure_s, j.arrival_s, j.vehicles, j.uses_private_ride) for j in in_range}
    for journey in at_once:
        if journey.vehicles and not is_beyond(journey):
            facts = (journey.departure_s, journey.arrival_s, journey.vehicles, journey.uses_private_ride)
            assert facts in known
    moment_s = int(singly.when.timestamp())
    for journey in in_range:
        if journey.vehicles and _is_possible_at(moment_s, singly, journey):
            mine = _best(singly, journey)
            others = [_best(singly, j) for j in at_once if j.uses_private_ride is journey.uses_private_ride]
            assert any(_is_as_good(other, mine) for other in others)


def _is_possible_at(moment_s: int, singly: Query, journey: Journey) -> bool:
    """A range looks further than 24 hours after each of its moments."""
    if singly.arrive_by:
        return journey.arrival_s <= moment_s and journey.departure_s >= moment_s - MAX_JOURNEY_S
    return journey.departure_s >= moment_s and journey.arrival_s <= moment_s + MAX_JOURNEY_S


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
        for journey in poor:
            mine = _best(query, journey)
            same_class = [j for j in rich if j.uses_private_ride is journey.uses_private_ride]
            assert any(_is_as_good(_best(query, j), mine) for j in same_class) or _outdone_on_foot(
                rich, journey
            )


def _outdone_on_foot(journeys: list[Journey], journey: Journey) -> bool:
    walks = [j for j in journeys if not j.vehicles]
    duration_s = journey.arrival_s - journey.departure_s
    return bool(walks) and walks[0].arrival_s - walks[0].departure_s <= duration_s


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
                    without = "\n".join(r for r in case.text.splitlines() if r.split()[0] != leg.trip_id)
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


def _best(query: Query, journey: Journey) -> Best:
    """For one departure (arrival) the other end and the vehicles count."""
    departure_s, arrival_s = -journey.departure_s, journey.arrival_s
    if not query.window_s:
        departure_s, arrival_s = (departure_s, 0) if query.arrive_by else (0, arrival_s)
    return departure_s, arrival_s, journey.vehicles


def _is_as_good(one: Best, other: Best) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))
