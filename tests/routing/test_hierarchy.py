import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import hierarchy as car
from routing.drive_line import drive_line, fastest_way
from routing.earth import beeline_m
from routing.frontier import FAR, scratch
from routing.hierarchy import UNREACHABLE, Hierarchy, drive_s
from routing.osm import OsmExtract
from routing.roads import CLOSED, Mode, Positions, RoadGraph
from routing.street_lines import Piece
from tests.real.ways import FAR_S, CarTimes
from tests.routing.road_worlds import Street, at, edge_between, places_on, road_graph

MINUTE_MS = 60_000


def one(places: Positions, index: int) -> Positions:
    chosen = slice(index, index + 1)
    return Positions(places.edge[chosen], places.fraction[chosen], places.off_mm[chosen])


def seconds(roads: RoadGraph, source: Positions, target: Positions) -> int:
    return int(drive_s(roads, car.build(roads), source, target)[0, 0])


class TestPlacesOnStreets:
    """A ── B ── C, each a minute long; A → B is one-way where a test says so."""

    def roads(self, oneway: bool = False) -> RoadGraph:
        nodes = [at(0, 0), at(1000, 0), at(2000, 0)]
        return road_graph(
            nodes, [Street(0, 1, drive_ms=MINUTE_MS, oneway=oneway), Street(1, 2, drive_ms=MINUTE_MS)]
        )

    def test_drives_from_the_middle_of_one_street_to_the_middle_of_the_next(self) -> None:
        roads = self.roads()
        here, there = (edge_between(roads, a, b) for a, b in ((0, 1), (1, 2)))
        assert seconds(roads, places_on((here, 0.5)), places_on((there, 0.25))) == 45

    def test_leaves_a_two_way_street_against_the_direction_that_names_the_place(self) -> None:
        roads = self.roads()
        backwards, there = (edge_between(roads, a, b) for a, b in ((1, 0), (1, 2)))
        assert seconds(roads, places_on((backwards, 0.5)), places_on((there, 0.25))) == 45

    def test_stays_on_the_street_when_both_places_lie_on_it(self) -> None:
        roads = self.roads()
        here, back = (edge_between(roads, a, b) for a, b in ((0, 1), (1, 0)))
        assert seconds(roads, places_on((here, 0.25)), places_on((here, 0.75))) == 30
        assert seconds(roads, places_on((here, 0.75)), places_on((here, 0.25))) == 30
        assert seconds(roads, places_on((here, 0.25)), places_on((back, 0.25))) == 30

    def test_cannot_drive_backwards_on_a_one_way_street(self) -> None:
        roads = self.roads(oneway=True)
        here = edge_between(roads, 0, 1)
        assert seconds(roads, places_on((here, 0.25)), places_on((here, 0.75))) == 30
        assert seconds(roads, places_on((here, 0.75)), places_on((here, 0.25))) == UNREACHABLE

    def test_goes_round_the_block_to_a_place_behind_on_a_one_way_street(self) -> None:
        nodes = [at(0, 0), at(1000, 0), at(500, 500)]
        roads = road_graph(nodes, [Street(a, (a + 1) % 3, drive_ms=MINUTE_MS, oneway=True) for a in range(3)])
        here = edge_between(roads, 0, 1)
        assert seconds(roads, places_on((here, 0.75)), places_on((here, 0.25))) == 150

    def test_the_same_place_is_no_drive(self) -> None:
        roads = self.roads(oneway=True)
        here = places_on((edge_between(roads, 0, 1), 0.5))
        assert seconds(roads, here, here) == 0

    def test_streets_closed_to_cars_are_not_driven(self) -> None:
        nodes = [at(0, 0), at(1000, 0), at(2000, 0)]
        roads = road_graph(
            nodes, [Street(0, 1), Street(1, 2, car=False), Street(2, 0, drive_ms=3 * MINUTE_MS)]
        )
        here, there = (edge_between(roads, a, b) for a, b in ((0, 1), (2, 0)))
        assert seconds(roads, places_on((here, 0.0)), places_on((there, 0.0))) == 180

    def test_a_place_off_the_network_is_unreachable(self) -> None:
        roads = self.roads()
        assert seconds(roads, places_on((-1, 0.0)), places_on((0, 0.5))) == UNREACHABLE
        assert seconds(roads, places_on((0, 0.5)), places_on((-1, 0.0))) == UNREACHABLE
        assert seconds(roads, places_on((-1, 0.0)), places_on((-1, 0.0))) == UNREACHABLE

    def test_seconds_are_rounded_up_once(self) -> None:
        nodes = [at(0, 0), at(10, 0), at(20, 0), at(30, 0)]
        roads = road_graph(nodes, [Street(i, i + 1, drive_ms=400) for i in range(3)])
        ends = places_on((edge_between(roads, 0, 1), 0.0)), places_on((edge_between(roads, 2, 3), 1.0))
        assert seconds(roads, *ends) == 2


@st.composite
def worlds(draw: st.DrawFn) -> tuple[RoadGraph, Positions]:
    """Small graphs with one-ways, parallel streets, loops, islands and streets that take no time.

    Driving times are multiples of 4 s and places lie on quarters, so that seconds are exact.
    """
    n_nodes = draw(st.integers(1, 9))
    node = st.integers(0, n_nodes - 1)
    street = st.builds(
        Street,
        start=node,
        end=node,
        length_mm=st.integers(1, 9).map(lambda metres: 1000 * metres),
        drive_ms=st.integers(0, 12).map(lambda quarters: 4000 * quarters),
        oneway=st.booleans(),
        car=st.integers(0, 5).map(bool),
    )
    streets = draw(st.lists(street, min_size=1, max_size=24))
    roads = road_graph([at(100 * i, 37 * i * i) for i in range(n_nodes)], streets)
    open_edges = np.flatnonzero(roads.edge_access & Mode.CAR).tolist()
    if not open_edges:
        return roads, places_on((-1, 0.0))
    place = st.tuples(st.sampled_from(open_edges), st.integers(0, 4).map(lambda quarter: quarter / 4))
    return roads, places_on(*draw(st.lists(place, min_size=1, max_size=5)))


def dijkstra_s(roads: RoadGraph, places: Positions) -> list[list[int]]:
    """Seconds between all places by networkx, each street cut at the places on it."""
    graph = nx.DiGraph()
    graph.add_nodes_from(("place", i) for i in range(len(places)))

    def add(a: object, b: object, ms: int) -> None:
        if not graph.has_edge(a, b) or graph[a][b]["ms"] > ms:
            graph.add_edge(a, b, ms=ms)

    for edge in np.flatnonzero(roads.edge_access & Mode.CAR).tolist():
        on_edge = [(0.0, 0, roads.edge_from[edge]), (1.0, 2, roads.edge_to[edge])]
        for i, (its_edge, fraction) in enumerate(zip(places.edge, places.fraction, strict=True)):
            if its_edge == edge:
                on_edge.append((float(fraction), 1, ("place", i)))
            elif its_edge >= 0 and its_edge == roads.edge_reverse[edge]:
                on_edge.append((1 - float(fraction), 1, ("place", i)))
        on_edge.sort(key=lambda row: row[:2])
        ms = int(roads.edge_drive_ms[edge])
        for (f, kind, a), (g, next_kind, b) in pairwise(on_edge):
            add(a, b, round(g * ms) - round(f * ms))
            if f == g and kind == next_kind == 1:
                add(b, a, 0)
    times = []
    for i in range(len(places)):
        ms_to = nx.single_source_dijkstra_path_length(graph, ("place", i), weight="ms")
        row = [
            math.ceil(ms_to[p] / 1000) if (p := ("place", j)) in ms_to else UNREACHABLE
            for j in range(len(places))
        ]
        times.append([UNREACHABLE if places.edge[i] < 0 else s for s in row])
    return times


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_driving_times_equal_dijkstra(world: tuple[RoadGraph, Positions]) -> None:
    roads, places = world
    hierarchy = car.build(roads)
    expected = dijkstra_s(roads, places)
    assert drive_s(roads, hierarchy, places, places).tolist() == expected
    back = car.door_drive_s(roads, hierarchy, places, car.sweep_from(roads, hierarchy, places))
    assert back.T.tolist() == expected
    assert (scratch.work.dist == FAR).all()


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_lines_follow_the_fastest_way(world: tuple[RoadGraph, Positions]) -> None:
    """The unpacked way joins up, and takes the time that the matrix says."""
    roads, places = world
    hierarchy = car.build(roads)
    times = drive_s(roads, hierarchy, places, places)
    for i in range(len(places)):
        for j in range(len(places)):
            source, target = one(places, i), one(places, j)
            pieces = fastest_way(roads, hierarchy, source, target)
            if times[i, j] == UNREACHABLE:
                assert pieces is None
                assert drive_line(roads, hierarchy, source, target) is None
                continue
            assert pieces is not None
            assert sum(driven_ms(roads, piece) for piece in pieces) == 1000 * times[i, j]
            for before, after in pairwise(pieces):
                assert end_node(roads, before.edge, before.end) == end_node(roads, after.edge, after.start)


def driven_ms(roads: RoadGraph, piece: Piece) -> int:
    edge, start, end = piece
    if end < start:
        edge, start, end = int(roads.edge_reverse[edge]), 1 - start, 1 - end
    assert roads.edge_access[edge] & Mode.CAR
    return round(end * roads.edge_drive_ms[edge]) - round(start * roads.edge_drive_ms[edge])


def end_node(roads: RoadGraph, edge: int, fraction: float) -> int:
    assert fraction in (0.0, 1.0)
    return int(roads.edge_to[edge] if fraction == 1.0 else roads.edge_from[edge])


def grid(n: int) -> RoadGraph:
    """n × n crossings, 200 m apart, every third street one-way."""
    nodes = [at(200 * column, 200 * row) for row in range(n) for column in range(n)]
    streets = [
        Street(a, b, kmh=30 + 10 * (a % 4), oneway=(a + b) % 3 == 0)
        for a in range(n * n)
        for b in ([a + 1] if (a + 1) % n else []) + ([a + n] if a + n < n * n else [])
    ]
    return road_graph(nodes, streets)


def random_places(roads: RoadGraph, n: int, seed: int) -> Positions:
    rng = np.random.default_rng(seed)
    edges = rng.choice(np.flatnonzero(roads.edge_access & Mode.CAR), n).astype(np.int32)
    return Positions(edges, rng.random(n), np.zeros(n, np.int32))


def test_a_drawn_line_is_as_long_as_its_metres_and_ends_at_the_places() -> None:
    roads = grid(8)
    hierarchy = car.build(roads)
    places = random_places(roads, 12, seed=3)
    for i in range(11):
        drawn = drive_line(roads, hierarchy, one(places, i), one(places, i + 1))
        assert drawn is not None
        line, metres = drawn
        lat, lon = np.array(line).T
        length = float(beeline_m(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum())
        assert length == pytest.approx(metres, abs=1.5)
        for place, drawn_end in ((i, line[0]), (i + 1, line[-1])):
            edge, fraction = int(places.edge[place]), float(places.fraction[place])
            ends = roads.edge_from[edge], roads.edge_to[edge]
            expected = [
                axis[ends[0]] + fraction * (axis[ends[1]] - axis[ends[0]])
                for axis in (roads.node_lat, roads.node_lon)
            ]
            assert drawn_end == pytest.approx(expected, abs=1e-7)


def test_saved_and_opened_it_answers_the_same(tmp_path: Path) -> None:
    roads = grid(6)
    hierarchy = car.build(roads)
    opened = Hierarchy.open(hierarchy.save(tmp_path))
    places = random_places(roads, 9, seed=1)
    assert np.array_equal(drive_s(roads, opened, places, places), drive_s(roads, hierarchy, places, places))
    assert hierarchy.save(tmp_path) == car.build(roads).save(tmp_path)


def test_threads_do_not_disturb_each_other() -> None:
    roads = grid(12)
    hierarchy = car.build(roads)
    sources, targets = random_places(roads, 40, seed=1), random_places(roads, 60, seed=2)
    sweep = car.sweep_to(roads, hierarchy, targets)
    alone = car.door_drive_s(roads, hierarchy, sources, sweep)
    with ThreadPoolExecutor(4) as threads:
        rows = threads.map(
            lambda i: car.door_drive_s(roads, hierarchy, one(sources, i), sweep)[0], list(range(40)) * 5
        )
        assert np.array_equal(np.array(list(rows)), np.tile(alone, (5, 1)))


def test_driving_times_equal_dijkstra_over_many_levels() -> None:
    roads = grid(12)
    places = random_places(roads, 25, seed=5)
    assert drive_s(roads, car.build(roads), places, places).tolist() == dijkstra_s(roads, places)


def test_an_empty_graph_and_no_places() -> None:
    roads = road_graph([at(0, 0), at(100, 0)], [Street(0, 1)])
    hierarchy = car.build(roads)
    none = places_on()
    assert drive_s(roads, hierarchy, none, none).shape == (0, 0)
    assert drive_s(roads, hierarchy, places_on((0, 0.5)), none).shape == (1, 0)
    assert drive_s(roads, hierarchy, none, places_on((0, 0.5))).shape == (0, 1)


@pytest.mark.real
@pytest.mark.parametrize("n_closed", [0, 3000])
def test_driving_times_equal_dijkstra_on_real_streets(rnv_extract: OsmExtract, n_closed: int) -> None:
    """The extract states no turn restrictions, so some are drawn at random."""
    roads = closed_at_random(rnv_extract.roads, n_closed)
    sources, targets = random_places(roads, 40, seed=11), random_places(roads, 500, seed=12)
    found = drive_s(roads, car.build(roads), sources, targets)
    assert (found < UNREACHABLE).mean() > 0.9
    expected = CarTimes(roads).between_s(sources, targets)
    assert np.array_equal(np.where(found == UNREACHABLE, FAR_S, found), expected)


def closed_at_random(roads: RoadGraph, n: int) -> RoadGraph:
    """These streets with `n` of the priced turns closed, and n // 10 ways over three edges."""
    rng = np.random.default_rng(7)
    turn_ms = roads.turn_ms.copy()
    turn_ms[rng.choice(len(turn_ms), n, replace=False)] = CLOSED
    ways = []
    while len(ways) < n // 10:
        way = [int(rng.choice(np.flatnonzero(roads.edge_access & Mode.CAR)))]
        while len(way) < 3:
            way.append(int(rng.integers(*roads.out_start[roads.edge_to[way[-1]] :][:2])))
        ways.append(way)
    return replace(
        roads,
        turn_ms=turn_ms,
        ban_start=np.arange(len(ways) + 1, dtype=np.int64) * 3,
        ban_edge=np.array(ways, np.int32).ravel(),
    )
