"""Turns that cost time or are closed, on drawn crossings and against networkx on random graphs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import hierarchy
from routing.drive_line import drive_line, fastest_way
from routing.frontier import FAR, scratch, scratch_back
from routing.hierarchy import UNREACHABLE, drive_s, one_drive_s
from routing.roads import CLOSED, TURN_ROUND_S, Heading, Mode, Positions, RoadGraph, Turn
from routing.street_lines import Piece
from routing.turns import edge_cost, open_edges
from tests.routing.road_worlds import Street, at, edge_between, places_on, road_graph

MINUTE_MS = 60_000


def one(places: Positions, index: int) -> Positions:
    chosen = slice(index, index + 1)
    return Positions(places.edge[chosen], places.fraction[chosen], places.off_mm[chosen])


def along(*streets: int) -> tuple[Heading, ...]:
    return tuple(Heading(street, False) for street in streets)


class TestCrossing:
    """West ─ 0 ─ East with 1 to the North and 2 to the South; each arm a minute long, 3 and 4 go round outside.

    N ── 3 min ── E        streets: 0 W→M, 1 M→E, 2 M→N, 3 M→S, 4 N→E
    """

    NODES = (at(0, 0), at(-500, 0), at(500, 0), at(0, 500), at(0, -500))
    STREETS = (
        Street(1, 0, drive_ms=MINUTE_MS),
        Street(0, 2, drive_ms=MINUTE_MS),
        Street(0, 3, drive_ms=MINUTE_MS),
        Street(0, 4, drive_ms=MINUTE_MS),
        Street(3, 2, drive_ms=10_000),
    )

    def drive(self, turns: list[Turn], start: int, end: int, streets: Sequence[Street] = STREETS) -> int:
        """Seconds from the far end of one arm to the far end of another."""
        roads = road_graph(self.NODES, streets, turns)
        source = places_on((edge_between(roads, start, 0), 0.0))
        target = places_on((edge_between(roads, 0, end), 1.0))
        return one_drive_s(roads, hierarchy.build(roads), source, target)

    def test_a_free_turn(self) -> None:
        assert self.drive([], 1, 3) == 120

    def test_a_turn_with_a_price(self) -> None:
        assert self.drive([Turn(along(0, 2), 7_000)], 1, 3) == 127

    def test_a_price_is_avoided_when_the_way_round_is_shorter(self) -> None:
        assert self.drive([Turn(along(0, 2), 20_000)], 1, 3) == 130

    def test_a_closed_turn_is_gone_round(self) -> None:
        assert self.drive([Turn(along(0, 2))], 1, 3) == 130

    def test_a_closed_turn_does_not_close_the_others(self) -> None:
        assert self.drive([Turn(along(0, 2))], 1, 4) == 120
        assert self.drive([Turn(along(0, 2))], 4, 3) == 120

    def test_where_nothing_leads_round_the_car_turns_round_in_another_street(self) -> None:
        closed = [Turn(along(0, 2))]
        assert self.drive(closed, 1, 3, self.STREETS[:4]) == 120 + TURN_ROUND_S

    def test_nobody_turns_round_on_a_one_way_street(self) -> None:
        oneway = [
            self.STREETS[0],
            Street(0, 2, drive_ms=MINUTE_MS, oneway=True),
            self.STREETS[2],
            Street(0, 4, drive_ms=MINUTE_MS, oneway=True),
        ]
        assert self.drive([Turn(along(0, 2))], 1, 3, oneway) == UNREACHABLE

    def test_no_closed_turn_is_drawn(self) -> None:
        roads = road_graph(self.NODES, self.STREETS[:4], [Turn(along(0, 2))])
        source = places_on((edge_between(roads, 1, 0), 0.0))
        target = places_on((edge_between(roads, 0, 3), 1.0))
        pieces = fastest_way(roads, hierarchy.build(roads), source, target)
        assert pieces is not None
        assert [piece.edge for piece in pieces if piece.start == 0.0 and piece.end == 1.0] == [
            int(source.edge[0]),
            int(target.edge[0]),
        ]
        assert len(pieces) == 4
        drawn = drive_line(roads, hierarchy.build(roads), source, target)
        assert drawn is not None and drawn[1] in (1020, 1021)

    def test_a_price_is_no_more_than_turning_round(self) -> None:
        with pytest.raises(ValueError, match="costs 0 to 60 s"):
            road_graph(self.NODES, self.STREETS, [Turn(along(0, 2), 61_000)])


class TestWayOverAStreet:
    """A ── B ── C, and D joins at B, E leaves at C: who comes from A over B–C may not go on to E."""

    #   D          E          streets: 0 A→B, 1 B→C, 2 D→B, 3 C→E, 4 C→F
    #   │          │
    #   B ── C ────┤
    #   A          F
    NODES = (at(0, -500), at(0, 0), at(500, 0), at(0, 500), at(500, 500), at(500, -500))
    STREETS = (
        Street(0, 1, drive_ms=MINUTE_MS, oneway=True),
        Street(1, 2, drive_ms=MINUTE_MS, oneway=True),
        Street(3, 1, drive_ms=MINUTE_MS, oneway=True),
        Street(2, 4, drive_ms=MINUTE_MS, oneway=True),
        Street(2, 5, drive_ms=MINUTE_MS),
    )

    def drives(self, turns: list[Turn]) -> list[list[int]]:
        """From A and D to E and F."""
        roads = road_graph(self.NODES, self.STREETS, turns)
        sources = places_on((edge_between(roads, 0, 1), 0.0), (edge_between(roads, 3, 1), 0.0))
        targets = places_on((edge_between(roads, 2, 4), 1.0), (edge_between(roads, 2, 5), 1.0))
        return drive_s(roads, hierarchy.build(roads), sources, targets).tolist()

    def test_free(self) -> None:
        assert self.drives([]) == [[180, 180], [180, 180]]

    def test_only_the_whole_way_is_closed(self) -> None:
        round_in_f = 180 + TURN_ROUND_S
        assert self.drives([Turn(along(0, 1, 3))]) == [[round_in_f, 180], [180, 180]]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[RoadGraph, Positions]:
    """Small graphs with prices, closed turns and banned ways; times are multiples of 4 s, places on quarters."""
    n_nodes = draw(st.integers(2, 7))
    node = st.integers(0, n_nodes - 1)
    street = st.builds(
        Street,
        start=node,
        end=node,
        length_mm=st.just(1000),
        drive_ms=st.integers(0, 30).map(lambda quarters: 4000 * quarters),
        oneway=st.booleans(),
        car=st.integers(0, 9).map(bool),
    )
    streets = draw(st.lists(street, min_size=1, max_size=9))
    places = [at(100 * i, 37 * i * i) for i in range(n_nodes)]
    headings = [Heading(i, back) for i in range(len(streets)) for back in (False, True)]

    def continuing(way: tuple[Heading, ...]) -> list[Heading]:
        end = _ends(streets, way[-1])[1]
        return [heading for heading in headings if _ends(streets, heading)[0] == end]

    turns: list[Turn] = []
    for _ in range(draw(st.integers(0, 12))):
        way = (draw(st.sampled_from(headings)),)
        for _ in range(draw(st.sampled_from([1, 1, 1, 2, 2, 3]))):
            way = (*way, draw(st.sampled_from(continuing(way)))) if continuing(way) else way
        if len(way) > 1:
            ms = draw(st.sampled_from([CLOSED, CLOSED, 4000, 60_000])) if len(way) == 2 else CLOSED
            turns.append(Turn(way, ms))
    roads = road_graph(places, streets, turns)
    open_ = np.flatnonzero(roads.edge_access & Mode.CAR).tolist()
    if not open_:
        return roads, places_on((-1, 0.0))
    place = st.tuples(st.sampled_from(open_), st.integers(0, 4).map(lambda quarter: quarter / 4))
    return roads, places_on(*draw(st.lists(place, min_size=1, max_size=5)))


def _ends(streets: list[Street], heading: Heading) -> tuple[int, int]:
    street = streets[heading.street]
    return (street.end, street.start) if heading.is_backward else (street.start, street.end)


class Driver:
    """Drives with its whole memory of the last edges, and turns round wherever it is possible at all."""

    def __init__(self, roads: RoadGraph) -> None:
        self.roads = roads
        self.open = set(np.flatnonzero(roads.edge_access & Mode.CAR).tolist())
        starts = zip(roads.ban_start[:-1].tolist(), roads.ban_start[1:].tolist(), strict=True)
        self.bans = {tuple(roads.ban_edge[a:b].tolist()) for a, b in starts}
        self.memory = max((len(ban) for ban in self.bans), default=2) - 1
        self.graph = nx.DiGraph()
        self.grown: set[tuple[int, ...]] = set()
        self.new = [(edge,) for edge in sorted(self.open)]
        while self.new:
            self._grow(self.new.pop())

    def price(self, way: tuple[int, ...], edge: int) -> int | None:
        """Of turning into `edge` after driving `way`; None when it is closed."""
        roads = self.roads
        if edge not in self.open or roads.edge_from[edge] != roads.edge_to[way[-1]]:
            return None
        whole = (*way, edge)
        if any(whole[i:] in self.bans for i in range(len(whole))):
            return None
        if roads.edge_reverse[way[-1]] == edge:
            # At the end of a street it is as dear, and never better but to forget a banned way, which is not allowed.
            return None if self.bans else TURN_ROUND_S * 1000
        first, last = roads.turn_start[way[-1]], roads.turn_start[way[-1] + 1]
        prices = dict(
            zip(roads.turn_to[first:last].tolist(), roads.turn_ms[first:last].tolist(), strict=True)
        )
        ms = prices.get(edge, 0)
        return None if ms == CLOSED else ms

    def _grow(self, way: tuple[int, ...]) -> None:
        if way in self.grown:
            return
        self.grown.add(way)
        self.graph.add_node(way)
        for edge in sorted(self.open):
            ms = self.price(way, edge)
            if ms is None:
                continue
            further = (*way, edge)[-self.memory :]
            back = int(self.roads.edge_reverse[edge])
            self.new.append(further)
            self._add(way, further, ms + int(self.roads.edge_drive_ms[edge]))
            if back in self.open and self.roads.edge_reverse[way[-1]] != edge:
                self._add(way, (back,), ms + TURN_ROUND_S * 1000)

    def _add(self, a: tuple[int, ...], b: tuple[int, ...], ms: int) -> None:
        if a != b and (not self.graph.has_edge(a, b) or self.graph[a][b]["ms"] > ms):
            self.graph.add_edge(a, b, ms=ms)

    def seconds(self, places: Positions) -> list[list[int]]:
        return [[self._seconds(places, i, j) for j in range(len(places))] for i in range(len(places))]

    def sides(self, places: Positions, i: int) -> Iterator[tuple[int, float]]:
        edge, fraction = int(places.edge[i]), float(places.fraction[i])
        if edge >= 0:
            yield from (
                (e, f)
                for e, f in ((edge, fraction), (int(self.roads.edge_reverse[edge]), 1 - fraction))
                if e in self.open
            )

    def _seconds(self, places: Positions, i: int, j: int) -> int:
        drive_ms = self.roads.edge_drive_ms
        best = math.inf
        for edge, fraction in self.sides(places, i):
            rest = int(drive_ms[edge]) - round(fraction * drive_ms[edge])
            reach = nx.single_source_dijkstra_path_length(self.graph, (edge,), weight="ms")
            for to_edge, to_fraction in self.sides(places, j):
                passed = round(to_fraction * drive_ms[to_edge])
                if to_edge == edge and to_fraction >= fraction:
                    best = min(best, passed - round(fraction * drive_ms[edge]))
                for way, ms in reach.items():
                    price = self.price(way, to_edge)
                    if price is not None and self.roads.edge_reverse[way[-1]] != to_edge:
                        best = min(best, rest + ms + price + passed)
        return UNREACHABLE if best == math.inf else math.ceil(best / 1000)


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_times_equal_dijkstra_over_whole_ways(world: tuple[RoadGraph, Positions]) -> None:
    roads, places = world
    car = hierarchy.build(roads)
    expected = Driver(roads).seconds(places)
    assert drive_s(roads, car, places, places).tolist() == expected
    back = hierarchy.door_drive_s(roads, car, places, hierarchy.sweep_from(roads, car, places))
    assert back.T.tolist() == expected
    pairs = [
        [one_drive_s(roads, car, one(places, i), one(places, j)) for j in range(len(places))]
        for i in range(len(places))
    ]
    assert pairs == expected
    assert (scratch.work.dist == FAR).all() and (scratch_back.work.dist == FAR).all()


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_ways_take_no_closed_turn_and_as_long_as_the_times_say(world: tuple[RoadGraph, Positions]) -> None:
    roads, places = world
    car, driver = hierarchy.build(roads), Driver(roads)
    times = drive_s(roads, car, places, places)
    for i in range(len(places)):
        for j in range(len(places)):
            pieces = fastest_way(roads, car, one(places, i), one(places, j))
            if pieces is None:
                assert times[i, j] == UNREACHABLE
                continue
            assert driven_ms(roads, driver, pieces) == 1000 * times[i, j]


def driven_ms(roads: RoadGraph, driver: Driver, pieces: list[Piece]) -> int:
    """What a way costs, piece by piece, with every turn allowed."""
    if len(pieces) == 1:
        return _passed_ms(roads, *pieces[0])
    first, *between, last = pieces
    # The first piece leads to an end of its street and the last begins at one: that tells their direction.
    first = first if first.end == 1.0 else _reversed(roads, first)
    last = last if last.start == 0.0 else _reversed(roads, last)
    total, way = _passed_ms(roads, *first), (first.edge,)
    for piece in [*between, last]:
        if piece.end < piece.start:
            total += TURN_ROUND_S * 1000 - int(roads.edge_drive_ms[piece.edge])
            way = (int(roads.edge_reverse[piece.edge]),)
            continue
        price = driver.price(way, piece.edge)
        assert price is not None
        is_whole = piece is not last
        total += price + (int(roads.edge_drive_ms[piece.edge]) if is_whole else _passed_ms(roads, *piece))
        way = (*way, piece.edge)[-driver.memory :]
    return total


def _reversed(roads: RoadGraph, piece: Piece) -> Piece:
    return Piece(int(roads.edge_reverse[piece.edge]), 1 - piece.start, 1 - piece.end)


def _passed_ms(roads: RoadGraph, edge: int, start: float, end: float) -> int:
    if end < start:
        edge, start, end = int(roads.edge_reverse[edge]), 1 - start, 1 - end
    return round(end * roads.edge_drive_ms[edge]) - round(start * roads.edge_drive_ms[edge])


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_a_halt_on_the_way_saves_at_most_what_is_said(world: tuple[RoadGraph, Positions]) -> None:
    roads, places = world
    if len(roads.ban_edge):
        return
    times = drive_s(roads, hierarchy.build(roads), places, places).astype(np.int64)
    for middle in range(len(places)):
        by_halt = times[:, middle, None] + times[None, middle, :]
        assert (times <= by_halt + roads.halt_saves_s).all()


def test_what_a_halt_saves_at_most() -> None:
    nodes, streets = TestCrossing.NODES, TestCrossing.STREETS
    priced = [Turn(along(0, 2), 7_000), Turn(along(0, 3), 2_500)]
    assert road_graph(nodes, streets).halt_saves_s == 0
    assert road_graph(nodes, streets, priced).halt_saves_s == 7
    assert road_graph(nodes, streets, [*priced, Turn(along(0, 1))]).halt_saves_s == TURN_ROUND_S
    assert road_graph(nodes, streets, [Turn(along(0, 2, 4))]).halt_saves_s == TURN_ROUND_S


def test_a_grid_with_many_closed_turns() -> None:
    roads = turning_grid(7)
    car = hierarchy.build(roads)
    rng = np.random.default_rng(4)
    edges = rng.choice(np.flatnonzero(roads.edge_access & Mode.CAR), 12).astype(np.int32)
    places = Positions(edges, rng.random(12), np.zeros(12, np.int32))
    assert drive_s(roads, car, places, places).tolist() == Driver(roads).seconds(places)


def turning_grid(n: int) -> RoadGraph:
    """n × n crossings, left turns cost 6 s, every fifth turn is closed."""
    nodes = [at(200 * column, 200 * row) for row in range(n) for column in range(n)]
    streets = [
        Street(a, b, kmh=30 + 10 * (a % 4), oneway=(a + b) % 5 == 0)
        for a in range(n * n)
        for b in ([a + 1] if (a + 1) % n else []) + ([a + n] if a + n < n * n else [])
    ]
    headings = [Heading(i, back) for i in range(len(streets)) for back in (False, True)]
    pairs = [
        (a, b)
        for a in headings
        for b in headings
        if a.street != b.street and _ends(streets, a)[1] == _ends(streets, b)[0]
    ]
    turns = [Turn(pair, CLOSED if i % 5 == 0 else 6000) for i, pair in enumerate(pairs) if i % 3 == 0]
    return road_graph(nodes, streets, turns)


@pytest.mark.parametrize("mode", [Mode.FOOT, Mode.BICYCLE])
def test_only_cars_mind_turns(mode: Mode) -> None:
    """Between the beginnings of streets, as networkx finds it over nodes."""
    roads = turning_grid(5)
    built = hierarchy.build(roads, mode=mode)
    assert built.n_states == roads.n_nodes
    edges = open_edges(roads, mode)
    cost = edge_cost(roads, mode)
    graph = nx.DiGraph()
    for edge in edges.tolist():
        graph.add_edge(int(roads.edge_from[edge]), int(roads.edge_to[edge]), cost=int(cost[edge]))
    both_ways = edges[np.isin(roads.edge_reverse[edges], edges)][:12].astype(np.int32)
    starts = Positions(both_ways, np.zeros(12), np.zeros(12, np.int32))
    nodes = roads.edge_from[both_ways].tolist()
    reach = {a: nx.single_source_dijkstra_path_length(graph, a, weight="cost") for a in nodes}
    lengths = [[reach[a].get(b, 1000 * UNREACHABLE) for b in nodes] for a in nodes]
    assert drive_s(roads, built, starts, starts).tolist() == np.ceil(np.array(lengths) / 1000).tolist()
