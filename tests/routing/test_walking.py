import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import hierarchy
from routing.earth import beeline_m
from routing.frontier import FAR, scratch
from routing.linking import link
from routing.links import Links
from routing.roads import Mode, Positions, RoadGraph, locate
from routing.walking import is_joined, is_joined_to, walk_between, walk_line, walks_from
from tests.routing.road_worlds import Street, at, edge_between, places_on, road_graph
from tests.routing.stop_worlds import timetable_of_stops

FAR_ENOUGH_M = 100_000


def foot_place(roads: RoadGraph, east_m: float, north_m: float) -> Positions:
    lat, lon = at(east_m, north_m)
    return locate(roads, np.array([lat]), np.array([lon]), Mode.FOOT)


class TestBetweenTwoPlaces:
    """A ── B ── C, 400 m and 300 m long."""

    @pytest.fixture
    def roads(self) -> RoadGraph:
        nodes = [at(0, 0), at(400, 0), at(400, 300)]
        return road_graph(nodes, [Street(0, 1, 400_000), Street(1, 2, 300_000, oneway=True, bicycle=False)])

    def test_walks_round_the_corner(self, roads: RoadGraph) -> None:
        a, b = places_on((edge_between(roads, 0, 1), 0.25)), places_on((edge_between(roads, 1, 2), 0.5))
        assert walk_between(roads, a, b, 1000) == 450

    def test_walks_against_a_one_way_street(self, roads: RoadGraph) -> None:
        a, b = places_on((edge_between(roads, 0, 1), 0.25)), places_on((edge_between(roads, 1, 2), 0.5))
        assert walk_between(roads, b, a, 1000) == 450

    def test_walks_along_one_street_whichever_edge_names_the_places(self, roads: RoadGraph) -> None:
        there, back = edge_between(roads, 0, 1), edge_between(roads, 1, 0)
        for a, b in (
            ((there, 0.25), (there, 0.75)),
            ((there, 0.75), (there, 0.25)),
            ((there, 0.25), (back, 0.25)),
        ):
            assert walk_between(roads, places_on(a), places_on(b), 1000) == 200

    def test_adds_the_straight_bits_and_rounds_up(self, roads: RoadGraph) -> None:
        edge = edge_between(roads, 0, 1)
        a, b = places_on((edge, 0.25, 12_300)), places_on((edge, 0.75, 7_800))
        assert walk_between(roads, a, b, 1000) == 221

    def test_the_limit_is_kept_to_the_metre(self, roads: RoadGraph) -> None:
        a, b = places_on((edge_between(roads, 0, 1), 0.0)), places_on((edge_between(roads, 1, 2), 1.0))
        assert walk_between(roads, a, b, 700) == 700
        assert walk_between(roads, a, b, 699) is None

    def test_leaves_the_street_when_another_way_is_shorter(self) -> None:
        nodes = [at(0, 0), at(100, 0)]
        roads = road_graph(nodes, [Street(0, 1, 1_000_000, via=(at(50, 450),)), Street(0, 1, 100_000)])
        long_way = int(np.flatnonzero(roads.edge_length_mm == 1_000_000)[0])
        assert walk_between(roads, places_on((long_way, 0.1)), places_on((long_way, 0.9)), 2000) == 300

    def test_no_walk_on_streets_closed_to_foot(self) -> None:
        nodes = [at(0, 0), at(100, 0), at(200, 0), at(300, 0)]
        roads = road_graph(nodes, [Street(0, 1), Street(1, 2, foot=False), Street(2, 3)])
        a, b = places_on((edge_between(roads, 0, 1), 0.5)), places_on((edge_between(roads, 2, 3), 0.5))
        assert walk_between(roads, a, b, 5000) is None
        assert walk_line(roads, a, b) is None

    def test_no_walk_off_the_network(self, roads: RoadGraph) -> None:
        off, on = places_on((-1, 0.0)), places_on((0, 0.5))
        assert walk_between(roads, off, on, 5000) is None
        assert walk_between(roads, on, off, 5000) is None
        assert walk_line(roads, off, on) is None


class TestToStops:
    """A street of 1 km, stops every 100 m and one on an island.

    s0 ─ s1 ─ s2 ─ … ─ s10          s11
    """

    @pytest.fixture
    def roads(self) -> RoadGraph:
        nodes = [at(500 * i, 0) for i in range(3)] + [at(5000, 0), at(5300, 0)]
        return road_graph(nodes, [Street(0, 1), Street(1, 2), Street(3, 4)])

    @pytest.fixture
    def links(self, roads: RoadGraph) -> Links:
        stops = [at(100 * i, 10) for i in range(11)] + [at(5150, 10)]
        return link(timetable_of_stops(stops), roads, None)

    def test_finds_stops_within_the_limit_with_their_walks(self, roads: RoadGraph, links: Links) -> None:
        stops, metres = walks_from(roads, links, foot_place(roads, 430, 20), 260)
        assert stops.tolist() == [2, 3, 4, 5, 6]
        assert metres.tolist() == pytest.approx([260, 160, 60, 100, 200], abs=1)

    def test_off_the_network_there_is_none(self, roads: RoadGraph, links: Links) -> None:
        stops, metres = walks_from(roads, links, places_on((-1, 0.0)), 1500)
        assert len(stops) == len(metres) == 0

    def test_tells_which_stops_a_street_joins_at_any_distance(self, roads: RoadGraph, links: Links) -> None:
        here, island = foot_place(roads, 430, 20), foot_place(roads, 5100, 0)
        assert is_joined(roads, links, here).tolist() == [True] * 11 + [False]
        assert is_joined(roads, links, island).tolist() == [False] * 11 + [True]
        assert not is_joined(roads, links, places_on((-1, 0.0))).any()
        assert is_joined_to(roads, links, here, foot_place(roads, 900, 0))
        assert not is_joined_to(roads, links, here, island)
        assert not is_joined_to(roads, links, here, places_on((-1, 0.0)))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[RoadGraph, Positions]:
    """Small graphs with parallel streets, loops, islands and streets closed to foot.

    Lengths are multiples of 4 m and places lie on quarters, so that metres are exact.
    """
    n_nodes = draw(st.integers(1, 9))
    node = st.integers(0, n_nodes - 1)
    street = st.builds(
        Street,
        start=node,
        end=node,
        length_mm=st.integers(1, 12).map(lambda quarters: 4000 * quarters),
        oneway=st.booleans(),
        foot=st.integers(0, 5).map(bool),
    )
    streets = draw(st.lists(street, min_size=1, max_size=24))
    roads = road_graph([at(100 * i, 37 * i * i) for i in range(n_nodes)], streets)
    open_edges = np.flatnonzero(roads.edge_access & Mode.FOOT).tolist()
    if not open_edges:
        return roads, places_on((-1, 0.0))
    place = st.tuples(
        st.sampled_from(open_edges),
        st.integers(0, 4).map(lambda quarter: quarter / 4),
        st.integers(0, 30).map(lambda metres: 1000 * metres),
    )
    return roads, places_on(*draw(st.lists(place, min_size=1, max_size=5)))


def foot_graph(roads: RoadGraph, places: Positions) -> nx.Graph:
    """The foot streets for networkx, each cut at the places on it; a place hangs on its street by the straight bit."""
    graph = nx.Graph()
    graph.add_nodes_from(range(roads.n_nodes))

    def add(a: object, b: object, mm: int) -> None:
        if not graph.has_edge(a, b) or graph[a][b]["mm"] > mm:
            graph.add_edge(a, b, mm=mm)

    for edge in np.flatnonzero(roads.edge_access & Mode.FOOT).tolist():
        on_edge: list[tuple[float, object]] = [
            (0.0, int(roads.edge_from[edge])),
            (1.0, int(roads.edge_to[edge])),
        ]
        for i, (its_edge, fraction) in enumerate(zip(places.edge, places.fraction, strict=True)):
            if its_edge == edge:
                on_edge.append((float(fraction), ("street", i)))
            elif its_edge >= 0 and its_edge == roads.edge_reverse[edge]:
                on_edge.append((1 - float(fraction), ("street", i)))
        on_edge.sort(key=lambda row: row[0])
        for (f, a), (g, b) in pairwise(on_edge):
            add(a, b, round((g - f) * int(roads.edge_length_mm[edge])))
    for i, off_mm in enumerate(places.off_mm.tolist()):
        add(("place", i), ("street", i), off_mm)
    return graph


@settings(max_examples=400, deadline=None)
@given(worlds(), st.integers(0, 200))
def test_walks_equal_dijkstra(world: tuple[RoadGraph, Positions], limit_m: int) -> None:
    roads, places = world
    graph = foot_graph(roads, places)
    for i in range(len(places)):
        mm_to = nx.single_source_dijkstra_path_length(graph, ("place", i), weight="mm")
        for j in range(len(places)):
            a, b = (Positions(places.edge[[k]], places.fraction[[k]], places.off_mm[[k]]) for k in (i, j))
            mm = mm_to.get(("place", j)) if min(a.edge[0], b.edge[0]) >= 0 else None
            if mm is not None and i == j:
                mm = 2 * int(a.off_mm[0])  # to the street and back: a place has no identity here
            expected = math.ceil(mm / 1000) if mm is not None else None
            line = walk_line(roads, a, b)
            assert (line[1] if line is not None else None) == expected
            within = expected if expected is not None and expected <= limit_m else None
            assert walk_between(roads, a, b, limit_m) == within
    assert (scratch.work.dist == FAR).all()


@settings(max_examples=200, deadline=None)
@given(worlds(), st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_a_hierarchy_on_foot_gives_the_same_metres(
    world: tuple[RoadGraph, Positions], fractions: list[float]
) -> None:
    roads, places = world
    places = Positions(places.edge, np.array(fractions[: len(places)]), places.off_mm)
    foot = hierarchy.build(roads, mode=Mode.FOOT)
    metres = hierarchy.drive_s(roads, foot, places, places)
    for i in range(len(places)):
        for j in range(len(places)):
            a, b = (Positions(places.edge[[k]], places.fraction[[k]], places.off_mm[[k]]) for k in (i, j))
            walk_m = walk_between(roads, a, b, 10_000)
            expected = hierarchy.UNREACHABLE if walk_m is None else walk_m
            assert metres[i, j] == hierarchy.one_drive_s(roads, foot, a, b) == expected


def block(n: int) -> RoadGraph:
    """n × n crossings, 150 m apart, every fifth street missing."""
    nodes = [at(150 * column, 150 * row) for row in range(n) for column in range(n)]
    streets = [
        Street(a, b)
        for a in range(n * n)
        for b in ([a + 1] if (a + 1) % n else []) + ([a + n] if a + n < n * n else [])
        if (3 * a + b) % 5
    ]
    return road_graph(nodes, streets)


def test_a_drawn_walk_is_as_long_as_its_metres_and_ends_on_the_streets() -> None:
    roads = block(8)
    for east, north in ((300, 420), (980, 170), (610, 1000)):
        here, there = foot_place(roads, 130, 60), foot_place(roads, east, north)
        drawn = walk_line(roads, here, there)
        assert drawn is not None
        line, metres = drawn
        lat, lon = np.array(line).T
        street_m = float(beeline_m(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum())
        off_m = (int(here.off_mm[0]) + int(there.off_mm[0])) / 1000
        assert street_m + off_m == pytest.approx(metres, abs=1.5)
        for (end_lat, end_lon), wanted, off_mm in (
            (line[0], at(130, 60), here.off_mm[0]),
            (line[-1], at(east, north), there.off_mm[0]),
        ):
            assert 1000 * float(beeline_m(end_lat, end_lon, *wanted)) == pytest.approx(off_mm, abs=50)


def test_threads_do_not_disturb_each_other() -> None:
    roads = block(20)
    rng = np.random.default_rng(4)
    links = link(timetable_of_stops([at(*rng.uniform(0, 2900, 2)) for _ in range(80)]), roads, None)
    places = [foot_place(roads, *rng.uniform(0, 2900, 2)) for _ in range(40)]

    def answer(place: Positions) -> list[list[int]]:
        return [column.tolist() for column in walks_from(roads, links, place, 1500)]

    alone = [answer(place) for place in places]
    assert sum(len(stops) for stops, _ in alone) > 400
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(answer, places * 5)) == alone * 5


def test_beeline_is_the_great_circle() -> None:
    assert float(beeline_m(51.0, 13.0, 52.0, 13.0)) == pytest.approx(111_195, abs=1)
    assert float(beeline_m(0.0, 179.5, 0.0, -179.5)) == pytest.approx(111_195, abs=1)
    assert beeline_m([51.0, 51.0], [13.0, 13.1], 51.0, 13.0).tolist() == pytest.approx([0, 6997.7], abs=1)
