"""Hundreds of offers on real streets: the search against trying everything, also while offers come and go."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from routing import Snapshot, search
from routing.links import UNREACHABLE_S
from routing.roads import Mode, Positions, locate
from tests.properties.conftest import SOAK
from tests.properties.holds import criteria
from tests.real.compare_rides import Offers, disagreement, random_queries
from tests.real.ways import FAR_S, CarTimes, RealStreets

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def offers(rnv_snapshot: Snapshot) -> Offers:
    return Offers.drawn(rnv_snapshot, 300, seed=1)


def test_places_and_drives_are_those_of_the_core(rnv_snapshot: Snapshot) -> None:
    """What brute force takes from the core's files, it could have found by itself."""
    roads, links = rnv_snapshot.roads, rnv_snapshot.links
    assert roads is not None
    draw = np.random.default_rng(3)
    lat, lon = draw.uniform(49.35, 49.6, 40), draw.uniform(8.3, 8.8, 40)
    streets = RealStreets(roads)
    for mode in (Mode.FOOT, Mode.CAR):
        found = locate(roads, lat, lon, mode)
        spots = [streets.spot(*place, mode) for place in zip(lat.tolist(), lon.tolist(), strict=True)]
        assert found.off_mm.tolist() == [spot.off_mm for spot in spots]
        for spot, edge, fraction in zip(spots, found.edge.tolist(), found.fraction.tolist(), strict=True):
            forwards = fraction if edge == spot.edge else 1 - fraction
            assert spot.edge in (edge, edge if edge < 0 else int(roads.edge_reverse[edge]))
            assert abs(spot.fraction - forwards) < 1e-8
    some = draw.choice(links.n_meetings, 25, replace=False)
    places = Positions(links.meeting_edge[some], links.meeting_fraction[some], links.meeting_off_mm[some])
    stored = links.drive_s[some].astype(np.int64)
    drives = CarTimes(roads).between_s(places, links.meetings)
    assert (drives == np.where(stored < UNREACHABLE_S, stored, FAR_S)).all()


@pytest.mark.parametrize(
    ("vehicles", "number"),
    [
        (1, 6),
        (2, 3),
        pytest.param(1, 60, marks=pytest.mark.soak),
        pytest.param(2, 40, marks=pytest.mark.soak),
    ],
)
def test_journeys_with_rides(offers: Offers, vehicles: int, number: int) -> None:
    for query in random_queries(offers, number, seed=20 + vehicles):
        found = disagreement(offers, query, vehicles)
        assert not found, str(found)


def test_after_updates_the_answer_is_that_of_a_fresh_snapshot(offers: Offers) -> None:
    draw = random.Random(5)
    for query in random_queries(offers, 4, seed=30):
        for _ in range(5):
            offers = offers.changed(draw)
        fresh = offers.ground.snapshot.with_rides(offers.snapshot.rides.values())
        asked = replace(query, max_vehicles=1)
        assert criteria(search(offers.snapshot, asked)) == criteria(search(fresh, asked))
        found = disagreement(offers, query, 1)
        assert not found, str(found)


@pytest.mark.soak
@pytest.mark.parametrize(("number", "vehicles"), [(2_000, 2), (10_000, 1)])
def test_thousands_of_offers(rnv_snapshot: Snapshot, number: int, vehicles: int) -> None:
    offers = Offers.drawn(rnv_snapshot, number, seed=number)
    draw = random.Random(number)
    for query in random_queries(offers, 10 * SOAK, seed=number):
        found = disagreement(offers, query, vehicles)
        assert not found, str(found)
        offers = offers.changed(draw)
