"""Streets of a real size for the oracle: scipy's Dijkstra and a look at every street, no hierarchy, no grid.

`RealStreets` answers what `tests.oracle.Streets` answers, `CarTimes` many drives at once.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.links import UNREACHABLE_S
from routing.roads import MAX_SNAP_M, Mode, Positions, RoadGraph
from tests.oracle import EARTH_RADIUS_M, Spot, Streets, haversine_m

FAR_S = 1 << 40
"""Where no car comes; so long that a few of them can be added up."""
CHUNK = 256
"""Sources of one call of scipy: so many rows of one number per junction stand in memory."""


def open_edges(roads: RoadGraph, mode: Mode) -> NDArray[np.bool_]:
    """(n_edges,) a street open to foot in one direction is open in both."""
    access = roads.edge_access
    if mode is Mode.FOOT:
        access = access | _access_back(roads)
    return (access & int(mode)) != 0


def _access_back(roads: RoadGraph) -> NDArray[np.uint8]:
    return np.where(roads.edge_reverse >= 0, roads.edge_access[roads.edge_reverse], 0).astype(np.uint8)


def _costs(roads: RoadGraph, mode: Mode) -> NDArray[np.int64]:
    """(n_edges,) whole milliseconds by car, whole millimetres on foot."""
    return (roads.edge_drive_ms if mode is Mode.CAR else roads.edge_length_mm).astype(np.int64)


def _graph(roads: RoadGraph, mode: Mode) -> csr_array:
    """From junction to junction; of several streets between the same two the cheapest, as scipy adds them up."""
    edges = np.flatnonzero(open_edges(roads, mode))
    cost = _costs(roads, mode)[edges]
    order = np.lexsort((cost, roads.edge_to[edges], roads.edge_from[edges]))
    ends = np.stack((roads.edge_from[edges], roads.edge_to[edges]))[:, order]
    is_first = np.append(True, (np.diff(ends, axis=1) != 0).any(axis=0))
    size = (roads.n_nodes, roads.n_nodes)
    return csr_array((cost[order][is_first].astype(np.float64), ends[:, is_first]), shape=size)


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
        self._graphs = {mode: _graph(roads, mode) for mode in (Mode.FOOT, Mode.CAR)}
        self._costs_of_node = lru_cache(maxsize=64)(self._from_node_uncached)
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

    def _from_node(self, mode: Mode, node: int) -> dict[int, int]:
        return self._costs_of_node(mode, node)

    def _from_node_uncached(self, mode: Mode, node: int) -> dict[int, int]:
        reached = dijkstra(self._graphs[mode], indices=node)
        nodes = np.flatnonzero(np.isfinite(reached))
        return dict(zip(nodes.tolist(), reached[nodes].astype(np.int64).tolist(), strict=True))


class CarTimes:
    """Driving times between many places at once."""

    def __init__(self, roads: RoadGraph) -> None:
        self._roads = roads
        self._graph = _graph(roads, Mode.CAR)
        self._is_open = open_edges(roads, Mode.CAR)
        self._cost = _costs(roads, Mode.CAR)

    def between_s(self, origins: Positions, destinations: Positions) -> NDArray[np.int64]:
        """(n_origins, n_destinations) whole seconds, rounded up; FAR_S where no car comes."""
        if len(destinations) < len(origins):
            way_ms = self._way_ms(destinations, origins, self._entries, self._exits, self._graph.T.tocsr()).T
        else:
            way_ms = self._way_ms(origins, destinations, self._exits, self._entries, self._graph)
        way_ms = np.minimum(way_ms, self._along_one_street(origins, destinations))
        seconds = np.ceil(way_ms / 1000)
        return np.where(seconds < UNREACHABLE_S, seconds, FAR_S).astype(np.int64)

    def _way_ms(self, ones, others, out_of, into, graph) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
        """By way of the junctions at both ends of both streets."""
        best = np.full((len(ones), len(others)), np.inf)
        into_node, into_ms = into(others)
        out_node, out_ms = out_of(ones)
        for first in range(0, len(ones), CHUNK):
            rows = slice(first, first + CHUNK)
            nodes, row_of = np.unique(out_node[rows], return_inverse=True)
            reached = dijkstra(graph, indices=nodes)
            for k in range(2):
                for j in range(2):
                    way = reached[row_of.reshape(-1, 2)[:, k]][:, into_node[:, j]]
                    way = way + out_ms[rows, k, None] + into_ms[None, :, j]
                    np.minimum(best[rows], way, out=best[rows])
        return best

    def _directions(self, places: Positions) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(n, 2) the edges of each place in both directions, -1 where closed, and how far along them it lies."""
        edge = np.stack((places.edge, self._roads.edge_reverse[places.edge]), axis=1).astype(np.int64)
        edge[places.edge < 0] = -1
        edge[~self._is_open[edge]] = -1
        return edge, np.stack((places.fraction, 1 - places.fraction), axis=1)

    def _exits(self, places: Positions) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(n, 2) junction ahead and milliseconds to it, infinite where the direction is closed."""
        edge, fraction = self._directions(places)
        ahead_ms = self._cost[edge] - np.rint(fraction * self._cost[edge])
        return self._roads.edge_to[edge].astype(np.int64), np.where(edge >= 0, ahead_ms, np.inf)

    def _entries(self, places: Positions) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(n, 2) junction behind and milliseconds from it."""
        edge, fraction = self._directions(places)
        behind_ms = np.rint(fraction * self._cost[edge])
        return self._roads.edge_from[edge].astype(np.int64), np.where(edge >= 0, behind_ms, np.inf)

    def _along_one_street(self, origins: Positions, destinations: Positions) -> NDArray[np.float64]:
        best = np.full((len(origins), len(destinations)), np.inf)
        from_edge, from_fraction = self._directions(origins)
        to_edge, to_fraction = self._directions(destinations)
        for k in range(2):
            for j in range(2):
                edge = from_edge[:, k]
                start_ms = np.rint(from_fraction[:, k] * self._cost[edge])[:, None]
                end_ms = np.rint(to_fraction[:, j] * self._cost[to_edge[:, j]])[None, :]
                same = (edge[:, None] == to_edge[None, :, j]) & (edge >= 0)[:, None]
                same &= to_fraction[None, :, j] >= from_fraction[:, k, None]
                best = np.where(same, np.minimum(best, end_ms - start_ms), best)
        return best
