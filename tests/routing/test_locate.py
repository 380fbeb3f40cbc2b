"""Finding the nearest street: drawn cases, and against looking at every street there is."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.earth import EARTH_RADIUS_M
from routing.osm import read_osm
from routing.roads import MAX_SNAP_M, Mode, Positions, RoadGraph, line_between, locate
from tests.routing.road_worlds import LatLon, Street, at, edge_between, road_graph

DEGREE_M = EARTH_RADIUS_M * math.pi / 180
REAL_DATA = Path(os.environ.get("MITFAHR_REAL_DATA", Path(__file__).parents[2] / "../shared/data"))


def _located(roads: RoadGraph, mode: Mode, *places: LatLon) -> Positions:
    lat, lon = np.array(places, dtype=np.float64).T
    return locate(roads, lat, lon, mode)


def test_projection_on_a_straight_street() -> None:
    roads = road_graph([at(0, 0), at(1000, 0)], [Street(0, 1)])
    found = _located(roads, Mode.CAR, at(250, 40), at(-30, 0), at(1100, 0))
    assert found.edge.tolist() == [0, 0, 0]
    assert found.fraction == pytest.approx([0.25, 0, 1], abs=1e-5)
    assert found.off_mm == pytest.approx([40_000, 30_000, 100_000], abs=20)


def test_fraction_counts_the_whole_line() -> None:
    bent = Street(0, 1, via=(at(300, 0),))
    roads = road_graph([at(0, 0), at(300, 100)], [bent])
    found = _located(roads, Mode.FOOT, at(320, 50))
    assert found.fraction == pytest.approx([350 / 400], abs=1e-4)
    assert found.off_mm == pytest.approx([20_000], abs=20)


def test_two_way_street_is_named_by_its_lower_edge() -> None:
    roads = road_graph([at(0, 0), at(1000, 0)], [Street(1, 0)])
    found = _located(roads, Mode.CAR, at(200, 5))
    assert found.edge[0] == min(edge_between(roads, 0, 1), edge_between(roads, 1, 0)) == 0
    assert roads.edge_from[0] == 0
    assert found.fraction == pytest.approx([0.2], abs=1e-4)


def test_one_way_street_is_named_by_its_open_edge() -> None:
    roads = road_graph([at(0, 0), at(1000, 0)], [Street(1, 0, oneway=True)])
    by_car, on_foot = (_located(roads, mode, at(200, 5)) for mode in (Mode.CAR, Mode.FOOT))
    assert by_car.edge[0] == edge_between(roads, 1, 0)
    assert by_car.fraction == pytest.approx([0.8], abs=1e-4)
    assert on_foot.edge[0] == edge_between(roads, 0, 1)
    assert on_foot.fraction == pytest.approx([0.2], abs=1e-4)


def test_only_streets_of_the_mode_count() -> None:
    path, street = Street(0, 1, car=False), Street(2, 3, foot=True)
    roads = road_graph([at(0, 0), at(500, 0), at(0, 200), at(500, 200)], [path, street])
    place = at(100, 10)
    assert roads.edge_from[_located(roads, Mode.FOOT, place).edge[0]] == 0
    assert roads.edge_from[_located(roads, Mode.CAR, place).edge[0]] == 2


def test_nobody_gets_in_on_a_motorway() -> None:
    motorway = Street(0, 1, foot=False, bicycle=False, oneway=True)
    roads = road_graph([at(0, 0), at(900, 0), at(0, 300), at(900, 300)], [motorway, Street(2, 3)])
    found = _located(roads, Mode.CAR, at(400, 20))
    assert roads.edge_from[found.edge[0]] == 2
    alone = road_graph([at(0, 0), at(900, 0)], [motorway])
    assert _located(alone, Mode.CAR, at(400, 20)).edge.tolist() == [-1]


def test_too_far_away_and_no_number_are_nowhere() -> None:
    roads = road_graph([at(0, 0), at(1000, 0)], [Street(0, 1)])
    found = _located(
        roads, Mode.CAR, at(500, 999), at(500, 1001), (math.nan, 13.0), (51.0, math.inf), at(500, -400_000)
    )
    assert found.edge.tolist() == [0, -1, -1, -1, -1]
    assert found.fraction[1:].tolist() == [0.0] * 4 and found.off_mm[1:].tolist() == [0] * 4


def test_equal_distance_goes_to_the_lower_edge() -> None:
    roads = road_graph(
        [at(0, 0), at(400, 0), at(0, 400), at(400, 400)], [Street(2, 3), Street(0, 1), Street(0, 2)]
    )
    corner = (float(roads.node_lat[0]), float(roads.node_lon[0]))
    assert _located(roads, Mode.FOOT, corner).edge[0] == 0


def test_without_streets_nothing_is_found() -> None:
    roads = road_graph([], [])
    assert _located(roads, Mode.FOOT, at(0, 0)).edge.tolist() == [-1]
    assert len(locate(roads, np.zeros(0), np.zeros(0), Mode.CAR)) == 0


def test_opened_from_files_it_answers_the_same(tmp_path: Path) -> None:
    roads = road_graph([at(0, 0), at(1000, 0), at(700, 900)], [Street(0, 1), Street(1, 2)])
    opened = RoadGraph.open(roads.save(tmp_path))
    places = [at(x, y) for x in range(0, 1000, 130) for y in range(0, 900, 170)]
    for expected, found in zip(
        vars(_located(roads, Mode.CAR, *places)).values(),
        vars(_located(opened, Mode.CAR, *places)).values(),
        strict=True,
    ):
        np.testing.assert_array_equal(expected, found)


def test_line_between_cuts_the_drawn_line() -> None:
    bent = Street(0, 1, via=(at(300, 0),))
    roads = road_graph([at(0, 0), at(300, 100)], [bent])
    edge = edge_between(roads, 0, 1)
    assert line_between(roads, edge, 0.5, 0.875) == [
        pytest.approx(at(200, 0), abs=1e-6),
        pytest.approx(at(300, 0), abs=1e-6),
        pytest.approx(at(300, 50), abs=1e-6),
    ]
    assert line_between(roads, edge, 0.875, 0.5) == line_between(roads, edge, 0.5, 0.875)[::-1]
    whole = line_between(roads, edge, 0, 1)
    assert (
        whole[0] == pytest.approx(at(0, 0)) and whole[-1] == pytest.approx(at(300, 100)) and len(whole) == 3
    )


def _offset_m(place: LatLon, lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (lon - place[1]) * DEGREE_M * math.cos(math.radians(place[0])), (lat - place[0]) * DEGREE_M


def _nearest_by_looking_at_all(roads: RoadGraph, place: LatLon, mode: Mode) -> tuple[float, set[int]]:
    """Distance to the nearest street and every edge as near as that (to a hundredth of a millimetre)."""
    needed = {Mode.CAR, Mode.FOOT} if mode == Mode.CAR else {mode}
    distances: dict[int, float] = {}
    for edge in range(roads.n_edges):
        back = int(roads.edge_reverse[edge])
        access = int(roads.edge_access[edge]) | (int(roads.edge_access[back]) if back >= 0 else 0)
        if any(access & m == 0 for m in needed):
            continue
        line = slice(int(roads.edge_shape_start[edge]), int(roads.edge_shape_start[edge + 1]))
        x, y = _offset_m(place, roads.shape_lat[line], roads.shape_lon[line])
        for i in range(len(x) - 1):
            a, b = complex(x[i], y[i]), complex(x[i + 1], y[i + 1])
            t = 0.0 if a == b else min(max(-(a.conjugate() * (b - a)).real / abs(b - a) ** 2, 0.0), 1.0)
            distances[edge] = min(distances.get(edge, math.inf), abs(a + t * (b - a)))
    nearest = min(distances.values(), default=math.inf)
    return nearest, {edge for edge, metres in distances.items() if metres <= nearest + 1e-5}


metres = st.integers(-3000, 3000)
drawn_places = st.tuples(metres, metres)


@st.composite
def drawn_roads(draw: st.DrawFn) -> RoadGraph:
    nodes = draw(st.lists(drawn_places, min_size=2, max_size=8))
    ends = st.integers(0, len(nodes) - 1)
    street = st.builds(
        Street,
        ends,
        ends,
        length_mm=st.just(1000),
        oneway=st.booleans(),
        car=st.booleans(),
        foot=st.booleans(),
        via=st.lists(drawn_places.map(lambda place: at(*place)), max_size=3).map(tuple),
    )
    return road_graph([at(*node) for node in nodes], draw(st.lists(street, max_size=8)))


@settings(max_examples=300, deadline=None)
@given(drawn_roads(), st.lists(drawn_places, min_size=1, max_size=6), st.sampled_from(list(Mode)))
def test_same_as_looking_at_every_street(roads: RoadGraph, places: list[LatLon], mode: Mode) -> None:
    spots = [at(*place) for place in places]
    found = _located(roads, mode, *spots)
    for spot, edge, fraction, off_mm in zip(spots, found.edge, found.fraction, found.off_mm, strict=True):
        nearest_m, candidates = _nearest_by_looking_at_all(roads, spot, mode)
        if nearest_m > MAX_SNAP_M + 1e-6:
            assert edge == -1
        elif nearest_m < MAX_SNAP_M - 1e-6:
            assert edge in candidates and roads.edge_access[edge] & mode
            assert off_mm == pytest.approx(nearest_m * 1000, abs=0.6)
            back = roads.edge_reverse[edge]
            assert back < 0 or edge < back or not roads.edge_access[back] & mode
            on_street = line_between(roads, int(edge), float(fraction), float(fraction))[0]
            x, y = _offset_m(spot, *np.array([on_street]).T)
            assert math.hypot(x[0], y[0]) == pytest.approx(nearest_m, abs=0.002)


@pytest.mark.real
def test_real_places_are_found_quickly_and_right() -> None:
    roads = read_osm(REAL_DATA / "rnv" / "rnv.osm.pbf", bbox=(8.62, 49.38, 8.72, 49.44)).roads
    rng = np.random.default_rng(7)
    lat, lon = rng.uniform(49.37, 49.45, 2000), rng.uniform(8.61, 8.73, 2000)
    began = time.perf_counter()
    found = locate(roads, lat, lon, Mode.FOOT)
    print(f"\n2,000 places on {roads.n_edges} edges: {1000 * (time.perf_counter() - began):.1f} ms")
    for i in range(0, 2000, 200):
        nearest_m, candidates = _nearest_by_looking_at_all(roads, (lat[i], lon[i]), Mode.FOOT)
        if found.edge[i] < 0:
            assert nearest_m > MAX_SNAP_M
        else:
            assert int(found.edge[i]) in candidates
            assert found.off_mm[i] == pytest.approx(nearest_m * 1000, abs=0.6)
