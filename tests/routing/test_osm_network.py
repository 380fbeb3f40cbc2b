"""Simplifying changes nothing: distances by car stay those of the unsimplified ways."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.earth import beeline_m
from routing.errors import RoadsRefused
from routing.osm import read_osm
from routing.osm.network import MIN_ISLAND_M
from routing.roads import Mode, RoadGraph
from tests.routing.osm_drawings import Way, osm_file
from tests.routing.road_worlds import at

GRID = {1 + x + 5 * y: (x * 400, y * 300 + (x * y) % 3 * 20) for x in range(5) for y in range(5)}
LIMITS = ["30", "50"]


@st.composite
def drawn_ways(draw: st.DrawFn) -> list[Way]:
    way = st.builds(
        lambda nodes, oneway, limit: Way(
            tuple(nodes), {"highway": "tertiary", "oneway": oneway, "maxspeed": limit, "foot": "no"}
        ),
        st.lists(st.sampled_from(sorted(GRID)), min_size=2, max_size=7),
        st.sampled_from(["no", "no", "yes", "-1"]),
        st.sampled_from(LIMITS),
    )
    return draw(st.lists(way, min_size=1, max_size=8))


def _unsimplified(ways: list[Way]) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for way in ways:
        nodes = way.nodes[::-1] if way.tags["oneway"] == "-1" else way.nodes
        for a, b in pairwise(nodes):
            if a == b:
                continue
            (lat, lon), (to_lat, to_lon) = at(*GRID[a]), at(*GRID[b])
            mm = round(1000 * float(beeline_m(lat, lon, to_lat, to_lon)))
            graph.add_edge(a, b, mm=mm)
            if way.tags["oneway"] == "no":
                graph.add_edge(b, a, mm=mm)
    return graph


def _large_part_mm(graph: nx.MultiDiGraph) -> int:
    """All that lies within strongly connected parts that are the largest or no islands."""
    sizes = [
        sum(mm for _, _, mm in graph.subgraph(nodes).edges(data="mm"))
        for nodes in nx.strongly_connected_components(graph)
    ]
    largest = max(sizes, default=0)
    return sum(mm for mm in sizes if mm >= min(largest, MIN_ISLAND_M * 1000))


def _car_graph(roads: RoadGraph) -> nx.MultiDiGraph:
    osm_id = {(round(at(*spot)[0], 6), round(at(*spot)[1], 6)): node for node, spot in GRID.items()}
    names = [
        osm_id[round(float(lat), 6), round(float(lon), 6)]
        for lat, lon in zip(roads.node_lat, roads.node_lon, strict=True)
    ]
    graph = nx.MultiDiGraph()
    for e in range(roads.n_edges):
        if roads.edge_access[e] & Mode.CAR:
            graph.add_edge(
                names[roads.edge_from[e]], names[roads.edge_to[e]], mm=int(roads.edge_length_mm[e])
            )
    return graph


@settings(max_examples=100, deadline=None)
@given(drawn_ways())
def test_distances_stay(ways: list[Way]) -> None:
    raw = _unsimplified(ways)
    with tempfile.TemporaryDirectory() as folder:
        path = osm_file(Path(folder), GRID, ways)
        if not _large_part_mm(raw):
            with pytest.raises(RoadsRefused):
                read_osm(path)
            return
        built = _car_graph(read_osm(path).roads)
    n_pieces = raw.number_of_edges()
    assert sum(mm for _, _, mm in built.edges(data="mm")) == pytest.approx(
        _large_part_mm(raw), abs=20 * n_pieces
    )
    expected = dict(nx.all_pairs_dijkstra_path_length(raw, weight="mm"))
    for start, distances in nx.all_pairs_dijkstra_path_length(built, weight="mm"):
        for end, mm in distances.items():
            assert mm == pytest.approx(expected[start][end], abs=20 * n_pieces)
