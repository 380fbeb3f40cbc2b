"""Streets of an extract → RoadGraph, by way of a networkx graph that osmnx simplifies.

The graph osmnx sees has one node per OSM node and one edge per direction of each piece between two nodes.
It only carries the number of that *half*: half 2·s runs along piece s, 2·s + 1 against it. Everything else
(lengths, times, lines) is summed up from the arrays afterwards, exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from routing.osm.area import Area
from routing.osm.junctions import turns_of
from routing.osm.pieces import Pieces, Run, pieces_of
from routing.osm.reading import RawStreets
from routing.osm.speeds import Speeds
from routing.progress import Progress
from routing.roads import CLOSED, Heading, Mode, RoadGraph, Street, Turn

if TYPE_CHECKING:
    import networkx as nx

MIN_ISLAND_M = 4_000
"""Streets of a mode from which one cannot reach the rest and come back are closed to it if they are shorter
than this together (each direction counted): a stop set on a closed yard would be unreachable. The largest
connected part always stays."""


def build_roads(
    raw: RawStreets, area: Area, speeds: Speeds, source: str, attribution: str, progress: Progress
) -> RoadGraph | None:
    """The road graph of the streets inside `area`; None without any.

    Ways are cut where a node is missing or outside. Nodes stay where streets meet or end, and where
    permission, speed, name or class change.
    """
    pieces = pieces_of(raw, area)
    if len(pieces.ends) == 0:
        return None
    progress("Straßennetz aufbauen", 0.3)
    graph = _graph(pieces)
    progress("Straßennetz vereinfachen", 0.45)
    runs = _simplified(graph, pieces)
    progress("Abgeschnittene Straßen suchen", 0.75)
    for mode in Mode:
        runs = _without_islands(runs, mode)
    progress("Abbiegen an Kreuzungen berechnen", 0.8)
    ways = list(turns_of(runs, pieces, raw, speeds))
    closed = {(way[0].halves[-1], way[1].halves[0]) for way, ms in ways if ms == CLOSED and len(way) == 2}
    if closed:
        runs = _without_unreachable(runs, closed)
    progress("Straßennetz zusammenstellen", 0.85)
    streets, heading = _streets(runs, pieces, raw)
    turns = [
        Turn(tuple(heading[run.halves[0]] for run in way), ms)
        for way, ms in ways
        if all(run.halves[0] in heading for run in way)
    ]
    used, numbered = _renumbered(streets)
    return RoadGraph.of(pieces.node_lat[used], pieces.node_lon[used], numbered, source, attribution, turns)


def _must_stay(pieces: Pieces) -> NDArray[np.bool_]:
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


def _graph(pieces: Pieces) -> nx.MultiDiGraph[int]:
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


def _simplified(graph: nx.MultiDiGraph[int], pieces: Pieces) -> list[Run]:
    import osmnx

    simple = osmnx.simplify_graph(
        graph, node_attrs_include=["stays"], remove_rings=False, edge_attr_aggs={"half": tuple}
    )
    access = pieces.access.ravel()
    runs: list[Run] = []
    edges: Iterable[tuple[int, int, Any]] = simple.edges(data="half")
    for from_node, to_node, half in edges:
        halves = half if isinstance(half, tuple) else (half,)
        chosen = np.array(halves)
        bits = int(np.bitwise_and.reduce(access[chosen]))
        runs.append(Run(from_node, to_node, halves, bits, int(pieces.length_mm[chosen // 2].sum())))
    return sorted(runs, key=lambda run: run.halves)


def _without_islands(runs: list[Run], mode: Mode) -> list[Run]:
    """Close runs to a mode that do not lie in one of its large strongly connected parts."""
    ends = np.array([(run.from_node, run.to_node) for run in runs if run.access & mode], np.int64)
    part = _strong_parts(ends.reshape(-1, 2))
    homes = [(part.get(run.from_node), part.get(run.to_node)) for run in runs]
    return _in_large_parts(runs, mode, [start if start == end else None for start, end in homes])


def _without_unreachable(runs: list[Run], closed: set[tuple[int, int]]) -> list[Run]:
    """Close runs to cars that closed turns cut off; `closed` are pairs of halves, before and after the turn."""
    leaving: dict[int, list[int]] = defaultdict(list)
    for run in runs:
        if run.access & Mode.CAR:
            leaving[run.from_node].append(run.halves[0])
    firsts = {half for halves in leaving.values() for half in halves}
    arcs: list[tuple[int, int]] = []
    for run in runs:
        if run.access & Mode.CAR:
            first, last = run.halves[0], run.halves[-1]
            arcs += [(first, after) for after in leaving[run.to_node] if (last, after) not in closed]
            # One can halt in a street open in both directions and leave it the other way.
            if last ^ 1 in firsts:
                arcs.append((first, last ^ 1))
    part = _strong_parts(np.array(arcs, np.int64).reshape(-1, 2))
    return _in_large_parts(runs, Mode.CAR, [part.get(run.halves[0]) for run in runs])


def _strong_parts(arcs: NDArray[np.int64]) -> dict[int, int]:
    """The strongly connected part of everything that arcs (n, 2) join."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    joined, ends = np.unique(arcs, return_inverse=True)
    ends = ends.reshape(-1, 2)
    graph = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(len(joined),) * 2)
    _, part = connected_components(graph, connection="strong")
    return dict(zip(joined.tolist(), part.tolist(), strict=True))


def _in_large_parts(runs: list[Run], mode: Mode, home: list[int | None]) -> list[Run]:
    """Runs with the mode closed where their `home`, a connected part, is none or an island."""
    length_mm: dict[int, int] = defaultdict(int)
    for run, part in zip(runs, home, strict=True):
        if run.access & mode and part is not None:
            length_mm[part] += run.length_mm
    largest = max(length_mm.values(), default=0)
    large = {i for i, mm in length_mm.items() if mm >= min(MIN_ISLAND_M * 1000, largest)}
    return [
        run if part in large else replace(run, access=run.access & ~mode)
        for run, part in zip(runs, home, strict=True)
    ]


def _streets(runs: list[Run], pieces: Pieces, raw: RawStreets) -> tuple[list[Street], dict[int, Heading]]:
    """Each run together with the one back, if there is one; the street runs as its lower half does.

    The other result tells by a run's first half which street it is, and in which direction.
    """
    run_of_first = {run.halves[0]: run for run in runs}
    points = list(zip(pieces.node_lat.tolist(), pieces.node_lon.tolist(), strict=True))
    start_of_half, drive_ms, cycle_ms = pieces.ends.ravel(), pieces.drive_ms.ravel(), pieces.cycle_ms.ravel()
    streets: list[Street] = []
    heading: dict[int, Heading] = {}
    for run in runs:
        back = run_of_first.get(run.halves[-1] ^ 1)
        if back is not None and back.halves != tuple(half ^ 1 for half in reversed(run.halves)):
            back = None
        if back is not None and back.halves < run.halves:
            continue
        back_access = 0 if back is None else back.access
        if not run.access | back_access:
            continue
        heading[run.halves[0]] = Heading(len(streets), False)
        if back is not None and back is not run:
            heading[back.halves[0]] = Heading(len(streets), True)
        halves = np.array(run.halves)
        nodes = [*start_of_half[halves].tolist(), run.to_node]
        way = raw.kinds[pieces.way_kind[run.halves[0] // 2]]
        streets.append(
            Street(
                from_node=run.from_node,
                to_node=run.to_node,
                line=[points[node] for node in nodes],
                length_mm=run.length_mm,
                forward=run.access,
                backward=back_access,
                forward_ms=int(drive_ms[halves].sum()),
                backward_ms=int(drive_ms[halves ^ 1].sum()),
                name=way.name,
                street_class=way.street_class,
                forward_cycle_ms=int(cycle_ms[halves].sum()),
                backward_cycle_ms=int(cycle_ms[halves ^ 1].sum()),
            )
        )
    return streets, heading


def _renumbered(streets: list[Street]) -> tuple[NDArray[np.int64], list[Street]]:
    """The nodes still used, ascending, and the streets between their new numbers."""
    used = np.unique(np.array([[s.from_node, s.to_node] for s in streets], dtype=np.int64))
    number: dict[Any, int] = {node: i for i, node in enumerate(used.tolist())}
    return used, [s._replace(from_node=number[s.from_node], to_node=number[s.to_node]) for s in streets]
