"""The same streets, asked of other programs: between junctions, because that is what they take.

All of them get our graph of junctions, without turning times and restrictions. Valhalla is missing: its packages
for this Python and system cannot build their tiles.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import numpy as np
from numpy.typing import NDArray

from routing.roads import Mode, RoadGraph
from tests.bench.feeds import Feed, open_snapshot
from tests.bench.roads import N_PLACES, ONE, THOUSAND
from tests.bench.task import Rows, Task

Pairs = list[tuple[int, int]]
PEERS = ("networkx", "scipy", "pandana")


def rows(feed: Feed, _: int) -> Rows:
    roads = open_snapshot(feed).roads
    assert roads is not None
    edges = np.flatnonzero(roads.edge_access & Mode.CAR)
    nodes = np.random.default_rng(2016).integers(roads.n_nodes, size=N_PLACES)
    asked = {"networkx": _networkx, "scipy": _scipy, "pandana": _pandana}
    found: dict[str, Sequence[Task]] = {}
    for name in PEERS:
        if importlib.util.find_spec(name) is None:
            found |= {f"{what} ({name})": [] for what in (ONE, THOUSAND)}
        else:
            found |= {f"{what} ({name})": tasks for what, tasks in asked[name](roads, edges, nodes).items()}
    return found


def _networkx(roads: RoadGraph, edges: NDArray[np.int64], nodes: NDArray[np.int64]) -> Rows:
    import networkx

    graph: networkx.DiGraph[int] = networkx.DiGraph()
    columns = (roads.edge_from[edges], roads.edge_to[edges], roads.edge_drive_ms[edges])
    graph.add_weighted_edges_from(zip(*(column.tolist() for column in columns), strict=True))

    graph.add_nodes_from(range(roads.n_nodes))

    def one(start: int, goal: int) -> None:
        with suppress(networkx.NetworkXNoPath):
            networkx.bidirectional_dijkstra(graph, start, goal)

    def all_from(start: int) -> None:
        networkx.single_source_dijkstra_path_length(graph, start)

    at = nodes.tolist()
    return {
        ONE: [partial(one, *pair) for pair in itertools.pairwise(at)],
        THOUSAND: [partial(all_from, start) for start in at],
    }


def _scipy(roads: RoadGraph, edges: NDArray[np.int64], nodes: NDArray[np.int64]) -> Rows:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    ends = (roads.edge_from[edges], roads.edge_to[edges])
    graph = csr_array((roads.edge_drive_ms[edges].astype(float), ends), shape=(roads.n_nodes, roads.n_nodes))
    one_to_all = [partial(dijkstra, graph, indices=start) for start in nodes.tolist()]
    return {ONE: one_to_all, THOUSAND: one_to_all}


def _pandana(roads: RoadGraph, edges: NDArray[np.int64], nodes: NDArray[np.int64]) -> Rows:
    import pandana
    import pandas as pd

    network = pandana.Network(
        pd.Series(roads.node_lon),
        pd.Series(roads.node_lat),
        pd.Series(roads.edge_from[edges].astype(np.int64)),
        pd.Series(roads.edge_to[edges].astype(np.int64)),
        pd.DataFrame({"s": roads.edge_drive_ms[edges] / 1000}),  # with milliseconds it never ends
        twoway=False,
    )
    at = nodes.tolist()
    return {
        ONE: [partial(network.shortest_path_length, *pair) for pair in itertools.pairwise(at)],
        THOUSAND: [partial(network.shortest_path_lengths, [start] * len(at), at) for start in at],
    }
