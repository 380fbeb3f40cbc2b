"""The real timetable: answers that a person has read, and what must hold for any answer."""

from __future__ import annotations

import pytest

from routing import Snapshot, check, search
from tests.properties.holds import (
    assert_legs_join,
    assert_none_beats_another,
    assert_range_is_its_moments,
)
from tests.real import rnv
from tests.real.golden import GOLDEN, golden_text

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def driven(rnv_snapshot: Snapshot) -> Snapshot:
    """The same world with 50 private rides."""
    return rnv_snapshot.with_rides(rnv.rides(rnv_snapshot, 50, seed=5))


def test_golden_journeys(rnv_snapshot: Snapshot) -> None:
    """After a wanted change: `python -m tests.real.regenerate`, and read the difference."""
    assert golden_text(rnv_snapshot).splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_every_answer_holds(driven: Snapshot) -> None:
    n_with_rides = 0
    for query in rnv.queries(driven.timetable, 20, seed=11):
        journeys = search(driven, query)
        assert_none_beats_another(query, journeys)
        for journey in journeys:
            assert_legs_join(driven.timetable, query, journey)
            assert check(driven, query, journey) == []
        n_with_rides += any(journey.uses_private_ride for journey in journeys)
    assert n_with_rides > 5


def test_rides_add_and_never_hide(rnv_snapshot: Snapshot, driven: Snapshot) -> None:
    for query in rnv.queries(driven.timetable, 12, seed=12):
        without = [j for j in search(driven, query) if not j.uses_private_ride]
        assert [(j.departure_s, j.arrival_s, j.vehicles) for j in without] == [
            (j.departure_s, j.arrival_s, j.vehicles) for j in search(rnv_snapshot, query)
        ]


def test_a_range_is_all_its_moments(driven: Snapshot) -> None:
    for query in rnv.queries(driven.timetable, 4, seed=13):
        if query.window_s:
            assert_range_is_its_moments(driven, query)
