"""Streets of an extract → RoadGraph, by way of a networkx graph that osmnx simplifies.

The graph osmnx sees has one node per OSM node and one edge per direction of each piece between two nodes.
It only carries the number of that *half*: half 2·s runs along piece s, 2·s + 1 against it. Everything else
(lengths, times, lines) is summed up from the arrays afterwards, exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from routing.earth import beeline_m
from routing.osm.area import Area
from routing.osm.reading import RawStreets
from routing.progress import Progress
from routing.roads import Mode, RoadGraph, Street

if TYPE_CHECKING:
    import networkx as nx

MIN_ISLAND_M = 4_000
"""Streets of a mode from which one cannot reach the rest and come back are closed to it if they are shorter
than this together (each direction counted): a stop set on a closed yard would be unreachable. The largest
connected part always stays."""


@dataclass(frozen=True)
class _Pieces:
    """Pieces between neighbouring OSM nodes; `[:, 0]` is along the way, `[:, 1]` against it.

    node_lat, node_lon  (n_nodes,) sorted by OSM id
    ends                (n, 2) int64 node numbers
    access              (n, 2) uint8, bits of Mode
    kind                (n, 2) int64: equal where access, speed, name and class are equal; -1 where closed
    length_mm           (n,) int64
    drive_ms            (n, 2) int64
    way                 (n,) int32 into RawStreets.kinds
    """

    node_lat: NDArray[np.float64]
    node_lon: NDArray[np.float64]
    ends: NDArray[np.int64]
    access: NDArray[np.uint8]
    kind: NDArray[np.int64]
    length_mm: NDArray[np.int64]
    drive_ms: NDArray[np.int64]
    way: NDArray[np.int32]


@dataclass(frozen=True)
class _Run:
    """One directed edge of the simplified graph: the halves it consists of, in order."""

    from_node: int
    to_node: int
    halves: tuple[int, ...]
    access: int
    length_mm: int


def build_roads(
    raw: RawStreets, area: Area, source: str, attribution: str, progress: Progress
) -> RoadGraph | None:
    """The road graph of the streets inside `area`; None without any.

    Ways are cut where a node is missing or outside. Nodes stay where streets meet or end, and where
    permission, speed, name or class change.
    """
    pieces = _pieces(raw, area)
    if len(pieces.ends) == 0:
        return None
    progress("Straßennetz aufbauen", 0.3)
    graph = _graph(pieces)
    progress("Straßennetz vereinfachen", 0.45)
    runs = _simplified(graph, pieces)
    progress("Abgeschnittene Straßen suchen", 0.75)
    for mode in Mode:
        runs = _without_islands(runs, mode)
    progress("Straßennetz zusammenstellen", 0.8)
    streets = list(_streets(runs, pieces, raw))
    used, numbered = _renumbered(streets)
    return RoadGraph.of(pieces.node_lat[used], pieces.node_lon[used], numbered, source, attribution)


def _pieces(raw: RawStreets, area: Area) -> _Pieces:
    inside = area.contains(raw.node_lat, raw.node_lon)
    way_of = np.repeat(np.arange(len(raw.way_kind)), np.diff(raw.way_start))
    joined = (way_of[:-1] == way_of[1:]) & inside[:-1] & inside[1:] & (raw.node_id[:-1] != raw.node_id[1:])
    at = np.flatnonzero(joined)
    ids, first = np.unique(raw.node_id[np.concatenate([at, at + 1])], return_index=True)
    node_at = np.concatenate([at, at + 1])[first]
    ends = np.searchsorted(ids, np.stack([raw.node_id[at], raw.node_id[at + 1]], axis=-1))
    way = raw.way_kind[way_of[at]]
    access, kmh, kind = _kind_tables(raw)
    access, kmh, kind = access[way], kmh[way], kind[way]
    access[_is_barred(ends, ids, raw.car_barriers)] &= ~np.uint8(Mode.CAR)
    metres = beeline_m(raw.node_lat[at], raw.node_lon[at], raw.node_lat[at + 1], raw.node_lon[at + 1])
    length_mm = np.maximum(np.rint(metres * 1000), 1).astype(np.int64)
    return _Pieces(
        node_lat=raw.node_lat[node_at],
        node_lon=raw.node_lon[node_at],
        ends=ends,
        access=access,
        kind=np.where(access > 0, kind * 8 + access, -1),
        length_mm=length_mm,
        drive_ms=np.maximum(np.rint(length_mm[:, None] * 3.6 / kmh), 1).astype(np.int64),
        way=way,
    )


def _kind_tables(
    raw: RawStreets,
) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.int64]]:
    """Per kind of way and direction: access, km/h, and a number that is equal where all else is equal."""
    number: dict[tuple[float, str, str], int] = {}
    kinds = [
        [
            number.setdefault((kmh, way.name, way.street_class), len(number))
            for kmh in (way.forward_kmh, way.backward_kmh)
        ]
        for way in raw.kinds
    ]
    access = np.array([[way.forward, way.backward] for way in raw.kinds], dtype=np.uint8).reshape(-1, 2)
    kmh = np.array([[way.forward_kmh, way.backward_kmh] for way in raw.kinds]).reshape(-1, 2)
    return access, kmh, np.array(kinds, dtype=np.int64).reshape(-1, 2)


def _is_barred(
    ends: NDArray[np.int64], ids: NDArray[np.int64], car_barriers: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Pieces that touch a bollard or the like. At junctions nobody can say which arm is meant: ignored."""
    n_pieces_at = np.bincount(ends.ravel(), minlength=len(ids))
    is_barrier: NDArray[np.bool_] = np.isin(ids, car_barriers) & (n_pieces_at <= 2)
    return is_barrier[ends[:, 0]] | is_barrier[ends[:, 1]]


def _must_stay(pieces: _Pieces) -> NDArray[np.bool_]:
    """Nodes that are no mere bend: not exactly two pieces, or these differ in what they allow or are."""
    n_nodes, n_pieces = len(pieces.node_lat), len(pieces.ends)
    leaving = np.concatenate([pieces.kind[:, 0], pieces.kind[:, 1]])
    arriving = np.concatenate([pieces.kind[:, 1], pieces.kind[:, 0]])
    node = np.concatenate([pieces.ends[:, 0], pieces.ends[:, 1]])
    order = np.argsort(node, kind="stable")
    count = np.bincount(node, minlength=n_nodes)
    first = np.cumsum(count) - count
    stays: NDArray[np.bool_] = count != 2
    bends = np.flatnonzero(~stays)
    one, other = order[first[bends]], order[first[bends] + 1]
    same = (leaving[one] == arriving[other]) & (arriving[one] == leaving[other])
    stays[bends] = ~same | (one % n_pieces == other % n_pieces)
    return stays


def _graph(pieces: _Pieces) -> nx.MultiDiGraph[int]:
    import networkx as nx

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    stays = _must_stay(pieces)
    for node, (lat, lon) in enumerate(zip(pieces.node_lat.tolist(), pieces.node_lon.tolist(), strict=True)):
        graph.add_node(node, x=lon, y=lat)
        if stays[node]:
            graph.nodes[node]["stays"] = True
    halves = np.flatnonzero(pieces.access.ravel()).tolist()
    starts, ends = pieces.ends.ravel().tolist(), pieces.ends[:, ::-1].ravel().tolist()
    graph.add_edges_from((starts[half], ends[half], {"half": half}) for half in halves)
    return graph


def _simplified(graph: nx.MultiDiGraph[int], pieces: _Pieces) -> list[_Run]:
    import osmnx

    simple = osmnx.simplify_graph(
        graph, node_attrs_include=["stays"], remove_rings=False, edge_attr_aggs={"half": tuple}
    )
    access = pieces.access.ravel()
    runs: list[_Run] = []
    edges: Iterable[tuple[int, int, Any]] = simple.edges(data="half")
    for from_node, to_node, half in edges:
        halves = half if isinstance(half, tuple) else (half,)
        chosen = np.array(halves)
        bits = int(np.bitwise_and.reduce(access[chosen]))
        runs.append(_Run(from_node, to_node, halves, bits, int(pieces.length_mm[chosen // 2].sum())))
    return sorted(runs, key=lambda run: run.halves)


def _without_islands(runs: list[_Run], mode: Mode) -> list[_Run]:
    """Close runs to a mode that do not lie in one of its large strongly connected parts."""
    import networkx as nx

    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_edges_from((run.from_node, run.to_node) for run in runs if run.access & mode)
    part = {node: i for i, nodes in enumerate(nx.strongly_connected_components(graph)) for node in nodes}
    length_mm: dict[int, int] = defaultdict(int)
    for run in runs:
        if run.access & mode and part[run.from_node] == part[run.to_node]:
            length_mm[part[run.from_node]] += run.length_mm
    largest = max(length_mm.values(), default=0)
    large = {i for i, mm in length_mm.items() if mm >= min(MIN_ISLAND_M * 1000, largest)}

    def stays_open(run: _Run) -> bool:
        home = part.get(run.from_node)
        return home in large and home == part.get(run.to_node)

    return [run if stays_open(run) else replace(run, access=run.access & ~mode) for run in runs]


def _streets(runs: list[_Run], pieces: _Pieces, raw: RawStreets) -> Iterator[Street]:
    """Each run together with the one back, if there is one; the street runs as its lower half does."""
    run_of_first = {run.halves[0]: run for run in runs}
    points = list(zip(pieces.node_lat.tolist(), pieces.node_lon.tolist(), strict=True))
    start_of_half, drive_ms_of_half = pieces.ends.ravel(), pieces.drive_ms.ravel()
    for run in runs:
        back = run_of_first.get(run.halves[-1] ^ 1)
        if back is not None and back.halves != tuple(half ^ 1 for half in reversed(run.halves)):
            back = None
        if back is not None and back.halves < run.halves:
            continue
        back_access = 0 if back is None else back.access
        if not run.access | back_access:
            continue
        halves = np.array(run.halves)
        nodes = [*start_of_half[halves].tolist(), run.to_node]
        way = raw.kinds[pieces.way[run.halves[0] // 2]]
        yield Street(
            from_node=run.from_node,
            to_node=run.to_node,
            line=[points[node] for node in nodes],
            length_mm=run.length_mm,
            forward=run.access,
            backward=back_access,
            forward_ms=int(drive_ms_of_half[halves].sum()),
            backward_ms=int(drive_ms_of_half[halves ^ 1].sum()),
            name=way.name,
            street_class=way.street_class,
        )


def _renumbered(streets: list[Street]) -> tuple[NDArray[np.int64], list[Street]]:
    """The nodes still used, ascending, and the streets between their new numbers."""
    used = np.unique(np.array([[s.from_node, s.to_node] for s in streets], dtype=np.int64))
    number: dict[Any, int] = {node: i for i, node in enumerate(used.tolist())}
    return used, [s._replace(from_node=number[s.from_node], to_node=number[s.to_node]) for s in streets]
