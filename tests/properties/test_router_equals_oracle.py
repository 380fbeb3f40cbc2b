"""The core finds the whole Pareto sets of both classes, and nothing else, in thousands of drawn worlds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from routing import ride_search, search
from routing.query import Query
from tests.oracle import best_journeys
from tests.properties.conftest import worlds
from tests.properties.drawing import Case, bus_cases, demand_cases, live_cases, ride_cases
from tests.properties.holds import criteria
from tests.worlds import World

Answer = list[tuple[int, int, int, bool]]
"""(departure, arrival, vehicles, with a private ride), sorted."""


@worlds(1000)
@given(bus_cases())
def test_buses_and_runs(case: Case) -> None:
    _same_answers(case)


@worlds(1000)
@given(ride_cases())
def test_private_rides(case: Case) -> None:
    _same_answers(case)


@worlds(400)
@given(ride_cases())
def test_private_rides_where_it_is_known_what_lies_ahead(case: Case) -> None:
    """As in a question that has proved to be hard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ride_search, "PATIENCE", -1)
        _same_answers(case)


@worlds(600)
@given(live_cases())
def test_live_data(case: Case) -> None:
    _same_answers(case)


@worlds(150)
@given(demand_cases())
def test_vehicles_on_demand(case: Case) -> None:
    _same_answers(case)


def _same_answers(case: Case) -> None:
    drawn = case.world()
    snapshot = drawn.snapshot()
    for question in case.questions:
        query = question.of(drawn)
        found = criteria(search(snapshot, query))
        expected = oracle_criteria(drawn, query)
        assert found == expected, _difference(drawn, question, found, expected)


def oracle_criteria(drawn: World, query: Query) -> Answer:
    found = best_journeys(
        drawn.timetable,
        drawn.links,
        drawn.roads,
        drawn.rides,
        query,
        drawn.live,
        drawn.services,
        drawn.tours,
    )
    return sorted((*one.criteria, one.uses_private_ride) for one in found)


def _difference(drawn: World, question: object, found: Answer, expected: Answer) -> str:
    day_start_s = int(drawn.timetable.day_start_s[0])

    def told(answer: Answer) -> str:
        clocks = [
            [f"{t // 3600:02}:{t // 60 % 60:02}:{t % 60:02}" for t in np.subtract(j[:2], day_start_s)]
            for j in answer
        ]
        return ", ".join(f"{a}→{b} ×{j[2]}{' ride' * j[3]}" for (a, b), j in zip(clocks, answer, strict=True))

    missing = [j for j in expected if j not in found]
    wrong = [j for j in found if j not in expected]
    return f"{question}\nmissing: {told(missing)}\nwrong: {told(wrong)}\noracle: {told(expected)}"
