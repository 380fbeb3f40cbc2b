"""What must hold whatever the answer, in worlds of the real size: the rnv timetable and the generated district."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace

import pytest

from routing import Query, Snapshot, check, search
from routing.journey import Journey
from routing.live_trips import TripUpdate
from routing.query import LegKind
from tests.oracle import Oracle
from tests.properties.conftest import SOAK
from tests.properties.holds import (
    assert_legs_join,
    assert_none_beats_another,
    assert_range_is_its_moments,
    assert_still_as_good,
    criteria,
)
from tests.real import demo, rnv
from tests.real.offers import random_places, random_rides
from tests.real.other_worlds import (
    PIVOT_S,
    asked_backwards,
    asked_further_east,
    backwards,
    further_east,
    later,
)
from tests.real.pattern_trips import first_arrivals
from tests.real.ways import RealStreets

HOUR, WEEK = dt.timedelta(hours=1), dt.timedelta(days=7)


@dataclass(frozen=True)
class Large:
    """A snapshot without rides, the same with twenty in the morning, and the day to ask about."""

    plain: Snapshot
    driven: Snapshot
    streets: RealStreets
    day: dt.datetime

    def queries(self, number: int, seed: int) -> list[Query]:
        """All over the day, of every form."""
        return rnv.queries(self.plain.timetable, number * SOAK, seed, self.day)

    def driven_queries(self, number: int, seed: int) -> list[Query]:
        """Along the ways of drivers."""
        rides = list(self.driven.rides.values())
        draw = random.Random(seed)
        asked = rnv.queries_along(draw.sample(rides, min(number * SOAK, len(rides))))
        forms = ({}, {"window_s": 3600, "arrive_by": True}, {"window_s": 0})
        hour = dt.timedelta(hours=1)
        return [
            replace(
                query, when=query.when + (hour if i % 3 == 1 else 0 * hour), max_vehicles=3, **forms[i % 3]
            )
            for i, query in enumerate(asked)
        ]


RNV, SOAKED_RNV = (
    pytest.param("rnv", marks=marks) for marks in ([pytest.mark.real], [pytest.mark.real, pytest.mark.soak])
)


@pytest.fixture(scope="module", params=[RNV, "demo"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Large:
    return _large(request, tmp_path_factory)


@pytest.fixture(scope="module", params=[SOAKED_RNV, "demo"])
def driven(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Large:
    """Searches with rides take seconds each in the real world."""
    return _large(request, tmp_path_factory)


def _large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Large:
    if request.param == "rnv":
        plain, day = request.getfixturevalue("rnv_snapshot"), rnv.DAY
    else:
        plain, day = demo.snapshot(tmp_path_factory.mktemp("demo")), demo.DAY
    streets = RealStreets(plain.roads)
    own = random_places(plain, streets, seed=4)
    rides = random_rides(own, int(day.timestamp()), 20, seed=4, hours=(7, 10))
    return Large(plain, plain.with_rides(rides), streets, day)


def test_single_departures_are_those_of_plain_rounds(large: Large) -> None:
    for query in large.queries(8, seed=41):
        asked = replace(query, window_s=0, arrive_by=False)
        timetable, links = large.plain.timetable, large.plain.links
        oracle = Oracle(timetable, links, large.plain.roads, (), asked, streets=large.streets)
        journeys = search(large.plain, asked)
        assert {(j.arrival_s, j.vehicles) for j in journeys if j.vehicles} == first_arrivals(oracle)


def test_arriving_by_is_leaving_in_the_world_backwards(large: Large) -> None:
    mirrored = backwards(large.plain)
    for query in large.queries(12, seed=42):
        found = criteria(search(large.plain, query))
        expected = [
            (PIVOT_S - arrival_s, PIVOT_S - departure_s, vehicles, private)
            for departure_s, arrival_s, vehicles, private in criteria(
                search(mirrored, asked_backwards(query))
            )
        ]
        assert found == sorted(expected)


def test_a_range_is_all_its_moments(large: Large) -> None:
    for query in large.queries(8, seed=43):
        if query.window_s:
            assert_range_is_its_moments(large.plain, replace(query, window_s=1800))


@pytest.mark.soak
def test_a_range_with_rides_is_all_its_moments(driven: Large) -> None:
    for query in driven.driven_queries(6, seed=43):
        if query.window_s:
            assert_range_is_its_moments(driven.driven, replace(query, window_s=1800))


def test_every_answer_holds(driven: Large) -> None:
    for query in [*driven.queries(8, seed=44), *driven.driven_queries(8, seed=44)]:
        journeys = search(driven.driven, query)
        assert search(driven.driven, query) == journeys
        assert_none_beats_another(query, journeys)
        for journey in journeys:
            assert_legs_join(driven.driven.timetable, query, journey)
            assert check(driven.driven, query, journey) == []


def test_without_a_vehicle_nothing_gets_better(driven: Large) -> None:
    """Each vehicle of an answer is cancelled in turn: the journeys with it do not hold, no better one appears."""
    for query in driven.driven_queries(6, seed=45):
        journeys = search(driven.driven, query)
        for journey in journeys[:3]:
            for poorer in _without_one_vehicle(driven.driven, journey):
                assert check(poorer, query, journey)
                assert_still_as_good(query, journeys, search(poorer, query))


def _without_one_vehicle(snapshot: Snapshot, journey: Journey) -> list[Snapshot]:
    poorer = []
    for leg in journey.legs:
        if leg.boarding is not None:
            poorer.append(snapshot.without_ride(leg.boarding.ride_id))
        elif leg.trip_id is not None and leg.service_date is not None and leg.kind is LegKind.TRANSIT:
            poorer.append(
                snapshot.with_live_trip(TripUpdate(leg.trip_id, leg.service_date, is_cancelled=True))
            )
    return poorer


def test_another_seat_never_hurts(driven: Large) -> None:
    draw = random.Random(46)
    full = [
        replace(ride, seats_free=tuple(draw.choice((0, n)) for n in ride.seats_free))
        for ride in driven.driven.rides.values()
    ]
    poorer = driven.plain.with_rides(full)
    for query in driven.driven_queries(8, seed=46):
        assert_still_as_good(query, search(driven.driven, query), search(poorer, query))


def test_a_week_later(driven: Large) -> None:
    then = later(driven.driven, int(WEEK.total_seconds()))
    week_s = int(WEEK.total_seconds())
    for query in [*driven.queries(4, seed=47), *driven.driven_queries(3, seed=47)]:
        expected = [(a + week_s, b + week_s, *rest) for a, b, *rest in criteria(search(driven.driven, query))]
        assert [tuple(c) for c in criteria(search(then, replace(query, when=query.when + WEEK)))] == expected


def test_somewhere_else(driven: Large) -> None:
    there = further_east(driven.driven, 1.0)
    for query in [*driven.queries(4, seed=48), *driven.driven_queries(3, seed=48)]:
        moved = asked_further_east(query, 1.0)
        assert criteria(search(there, moved)) == criteria(search(driven.driven, query))
