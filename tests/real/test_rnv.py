"""The real timetable: answers that a person has read, and what must hold for any answer."""

from __future__ import annotations

import pytest

from routing import Snapshot, check, search
from routing.overlay import Ride
from tests.properties.holds import (
    assert_legs_join,
    assert_none_beats_another,
    assert_range_is_its_moments,
)
from tests.real import rnv
from tests.real.golden import GOLDEN, golden_text

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def rides(rnv_snapshot: Snapshot) -> list[Ride]:
    return rnv.rides(rnv_snapshot, 20, seed=5)


@pytest.fixture(scope="module")
def driven(rnv_snapshot: Snapshot, rides: list[Ride]) -> Snapshot:
    return rnv_snapshot.with_rides(rides)


def test_golden_journeys(rnv_snapshot: Snapshot) -> None:
    """After a wanted change: `python -m tests.real.regenerate`, and read the difference."""
    assert golden_text(rnv_snapshot).splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_every_answer_holds(rnv_snapshot: Snapshot) -> None:
    for query in rnv.queries(rnv_snapshot.timetable, 60, seed=11):
        journeys = search(rnv_snapshot, query)
        assert_none_beats_another(query, journeys)
        for journey in journeys:
            assert_legs_join(rnv_snapshot.timetable, query, journey)
            assert check(rnv_snapshot, query, journey) == []


def test_rides_add_and_never_hide(rnv_snapshot: Snapshot, driven: Snapshot, rides: list[Ride]) -> None:
    n_with_rides = 0
    for query in rnv.queries_along(rides):
        journeys = search(driven, query)
        without = [journey for journey in journeys if not journey.uses_private_ride]
        assert without == search(rnv_snapshot, query)
        assert_none_beats_another(query, journeys)
        for journey in journeys:
            assert_legs_join(driven.timetable, query, journey)
            assert check(driven, query, journey) == []
        n_with_rides += len(without) < len(journeys)
    assert n_with_rides == len(rides)


def test_a_range_is_all_its_moments(rnv_snapshot: Snapshot) -> None:
    for query in rnv.queries(rnv_snapshot.timetable, 12, seed=13):
        if query.window_s:
            assert_range_is_its_moments(rnv_snapshot, query)
