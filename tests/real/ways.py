"""Streets of a real size for the oracle: scipy's Dijkstra and a look at every street, no hierarchy, no grid.

`RealStreets` answers what `tests.oracle.Streets` answers, `CarTimes` many drives at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.links import UNREACHABLE_S
from routing.roads import MAX_SNAP_M, Mode, Positions, RoadGraph
from tests.car_ways import CarWays
from tests.oracle import EARTH_RADIUS_M, Spot, Streets, haversine_m

FAR_S = 1 << 40
"""Where no car comes; so long that a few of them can be added up."""


def _cheapest(arcs: NDArray[np.int64], n_nodes: int) -> csr_array:
    """Of rows (from, to, cost) those that are the cheapest between their two, as scipy adds several up."""
    order = np.lexsort((arcs[:, 2], arcs[:, 1], arcs[:, 0]))
    start, end, cost = arcs[order].T
    is_first = np.append(True, (start[1:] != start[:-1]) | (end[1:] != end[:-1]))
    rows = cost[is_first].astype(np.float64), (start[is_first], end[is_first])
    return csr_array(rows, shape=(n_nodes, n_nodes))


def _walks(roads: RoadGraph) -> csr_array:
    """Millimetres from junction to junction; a street open to foot in one direction is open in both."""
    edges = np.flatnonzero((roads.edge_access | _access_back(roads)) & int(Mode.FOOT))
    columns = roads.edge_from[edges], roads.edge_to[edges], roads.edge_length_mm[edges]
    return _cheapest(np.stack(columns, axis=1).astype(np.int64), roads.n_nodes)


def _access_back(roads: RoadGraph) -> NDArray[np.uint8]:
    return np.where(roads.edge_reverse >= 0, roads.edge_access[roads.edge_reverse], 0).astype(np.uint8)


class _Pieces(NamedTuple):
    """Straight pieces of streets: (n,) edge, index of the first point in `shape_lat`, both ends in degrees."""

    edge: NDArray[np.int64]
    point: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    to_lat: NDArray[np.float64]
    to_lon: NDArray[np.float64]


class RealStreets(Streets):
    """The oracle's streets on a graph of tens of thousands of junctions."""

    def __init__(self, roads: RoadGraph) -> None:
        super().__init__(roads)
        self._walk_graph = _walks(roads)
        self._spots: dict[tuple[float, float, Mode], Spot] = {}

    def spot(self, lat: float, lon: float, mode: Mode) -> Spot:
        """The nearest place on a street of this mode, the lower edge where two are equally near."""
        if (lat, lon, mode) not in self._spots:
            self._spots[lat, lon, mode] = self._nearest(lat, lon, mode)
        return self._spots[lat, lon, mode]

    def _nearest(self, lat: float, lon: float, mode: Mode) -> Spot:
        off_m, along = self._to_pieces(lat, lon, mode)
        if off_m.min() > MAX_SNAP_M:
            return Spot(lat, lon, -1, 0.0, 0)
        nearest = np.flatnonzero(off_m < off_m.min() + 1e-6)
        piece = int(nearest[np.argmin(self._pieces_of[mode].edge[nearest])])
        edge, fraction = self._fraction_at(mode, piece, float(along[piece]))
        return Spot(lat, lon, edge, fraction, round(float(off_m[piece]) * 1000))

    def _to_pieces(self, lat: float, lon: float, mode: Mode) -> tuple[NDArray[np.float64], ...]:
        """(n_pieces,) metres to every piece, and how much of the piece lies before the nearest place on it."""
        pieces = self._pieces_of[mode]
        scale = np.radians(1) * EARTH_RADIUS_M
        east = np.cos(np.radians(lat)) * scale
        x, y = (pieces.lon - lon) * east, (pieces.lat - lat) * scale
        dx, dy = (pieces.to_lon - pieces.lon) * east, (pieces.to_lat - pieces.lat) * scale
        along = np.clip(-(x * dx + y * dy) / np.maximum(dx * dx + dy * dy, 1e-12), 0, 1)
        return np.hypot(x + along * dx, y + along * dy), along

    def _fraction_at(self, mode: Mode, piece: int, along: float) -> tuple[int, float]:
        """The edge of a piece and how much of the edge's length lies before a place on the piece."""
        roads, pieces = self.roads, self._pieces_of[mode]
        assert roads is not None
        edge = int(pieces.edge[piece])
        points = range(int(roads.edge_shape_start[edge]), int(roads.edge_shape_start[edge + 1]))
        lengths = [
            haversine_m(
                *map(float, (roads.shape_lat[i], roads.shape_lon[i], roads.shape_lat[j], roads.shape_lon[j]))
            )
            for i, j in pairwise(points)
        ]
        number = int(pieces.point[piece]) - points.start
        before = sum(lengths[:number]) + along * lengths[number]
        return edge, before / (sum(lengths) or 1.0)

    @cached_property
    def _pieces_of(self) -> dict[Mode, _Pieces]:
        """Every straight piece of the streets that a mode and people on foot may use."""
        roads = self.roads
        assert roads is not None
        edge_of_point = np.repeat(np.arange(roads.n_edges), np.diff(roads.edge_shape_start))
        either_way = roads.edge_access | _access_back(roads)
        found = {}
        for mode in (Mode.FOOT, Mode.CAR):
            needed = int(mode | Mode.FOOT)
            is_open = (either_way & needed) == needed
            point = np.flatnonzero((edge_of_point[:-1] == edge_of_point[1:]) & is_open[edge_of_point[:-1]])
            lat, lon = roads.shape_lat, roads.shape_lon
            ends = lat[point], lon[point], lat[point + 1], lon[point + 1]
            found[mode] = _Pieces(edge_of_point[point], point, *ends)
        return found

    def _walks_from(self, node: int) -> dict[int, int]:
        if node not in self.walks:
            reached = dijkstra(self._walk_graph, indices=node)
            nodes = np.flatnonzero(np.isfinite(reached))
            metres = reached[nodes].astype(np.int64)
            self.walks[node] = dict(zip(nodes.tolist(), metres.tolist(), strict=True))
        return self.walks[node]


class CarTimes:
    """Driving times between many places at once."""

    def __init__(self, roads: RoadGraph) -> None:
        self._roads = roads
        self._ways = CarWays(roads)
        self._arcs = np.array(list(self._ways.arcs()), np.int64).reshape(-1, 3)
        self._cost = roads.edge_drive_ms.astype(np.int64)

    def between_s(self, origins: Positions, destinations: Positions) -> NDArray[np.int64]:
        """(n_origins, n_destinations) whole seconds, rounded up; FAR_S where no car comes."""
        starts = self._ways.n_states + np.arange(len(origins))
        ends = starts[-1] + 1 + np.arange(len(destinations))
        leaving = [arc for i, start in enumerate(starts) for arc in self._leaving(origins, i, int(start))]
        reaching = [arc for i, end in enumerate(ends) for arc in self._reaching(destinations, i, int(end))]
        arcs = np.vstack((self._arcs, np.array(leaving + reaching, np.int64).reshape(-1, 3)))
        graph = _cheapest(arcs, int(ends[-1]) + 1)
        if len(starts) <= len(ends):
            way_ms = dijkstra(graph, indices=starts)[:, ends]
        else:
            way_ms = dijkstra(graph.T.tocsr(), indices=ends)[:, starts].T
        seconds = np.ceil(np.minimum(way_ms, self._along_one_street(origins, destinations)) / 1000)
        return np.where(seconds < UNREACHABLE_S, seconds, FAR_S).astype(np.int64)

    def _leaving(self, places: Positions, number: int, node: int) -> Iterator[tuple[int, int, int]]:
        """From a place of its own in the graph to the ends of its street."""
        for edge, fraction in self._directions(places, number):
            ahead_ms = int(self._cost[edge]) - round(fraction * int(self._cost[edge]))
            yield node, self._ways.edge_state[edge], ahead_ms

    def _reaching(self, places: Positions, number: int, node: int) -> Iterator[tuple[int, int, int]]:
        """To a place of its own in the graph from wherever its street is entered."""
        for edge, fraction in self._directions(places, number):
            for entry in self._ways.entries_of.get(edge, []):
                yield entry.before, node, entry.price_ms + round(fraction * int(self._cost[edge]))

    def _directions(self, places: Positions, number: int) -> Iterator[tuple[int, float]]:
        edge, fraction = int(places.edge[number]), float(places.fraction[number])
        for one, along in ((edge, fraction), (int(self._roads.edge_reverse[edge]), 1 - fraction)):
            if edge >= 0 and one in self._ways.edge_state:
                yield one, along

    def _along_one_street(self, origins: Positions, destinations: Positions) -> NDArray[np.float64]:
        """(n_origins, n_destinations) without a junction on the way, infinite where that is not possible."""
        best = np.full((len(origins), len(destinations)), np.inf)
        on_edge: dict[int, list[tuple[int, float]]] = {}
        for j in range(len(destinations)):
            for edge, end in self._directions(destinations, j):
                on_edge.setdefault(edge, []).append((j, end))
        for i in range(len(origins)):
            for edge, start in self._directions(origins, i):
                cost = int(self._cost[edge])
                for j, end in on_edge.get(edge, []):
                    if end >= start:
                        best[i, j] = min(best[i, j], round(end * cost) - round(start * cost))
        return best
