"""Times by car and bicycle and lengths on foot: a contraction hierarchy over the streets of one mode.

Every state of the search graph (`routing.turns`) gets a rank; shortcuts make every best way one that first
climbs and then descends in rank (Geisberger et al. 2008, https://doi.org/10.1007/978-3-540-68552-4_24; with
turns: Geisberger and Vetter 2011, https://doi.org/10.1007/978-3-642-20662-7_9). Between two places both ends
climb until they meet. From doors to a fixed set of places one pass descends over just the states above these
places (the restricted form of PHAST, Delling et al. 2011, https://doi.org/10.1145/1963190.2007970): cheaper than
a bucket at every state once places are many. Results equal Dijkstra's exactly; they are rounded up once.

A place on a two-way street can be left and reached both ways, so a car turns round at a halt for nothing; on
a one-way street only forwards. The straight bit from a place to its street costs nothing by car and bicycle and
counts on foot. Units are seconds by car and bicycle, metres on foot.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing import contraction, drive_kernels, store
from routing.drive_kernels import IN, OUT, Network, Places, Targets
from routing.frontier import FAR, scratch, scratch_back
from routing.progress import Progress, silent
from routing.roads import Mode, Positions, RoadGraph
from routing.turns import edge_cost, search_graph

UNREACHABLE = FAR
"""Seconds or metres where there is no way."""


@dataclass(frozen=True)
class Hierarchy:
    """Arrays of one contracted search graph; states are numbered by rank, 0 the most important.

    mode            whose streets these are
    edge_state, entry_*, arc_start, arcs    see `drive_kernels.Network`
    arc_via         (n_arcs, 2) int32 of the arc out and the arc in: what is driven (see `turns.Arc`), or the
                    inverted (~) rank that a shortcut bypasses
    """

    mode: int
    edge_state: NDArray[np.int32]
    entry_start: NDArray[np.int64]
    entry_state: NDArray[np.int32]
    entry_cost: NDArray[np.int32]
    arc_start: NDArray[np.int64]
    arcs: NDArray[np.int32]
    arc_via: NDArray[np.int32]

    @property
    def n_states(self) -> int:
        return len(self.arc_start) - 1

    @property
    def n_arcs(self) -> int:
        return len(self.arcs)

    def save(self, parent: Path) -> Path:
        """Write a folder `hierarchy-<hash>` below `parent`; returns it."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return store.write(parent, "hierarchy", values)

    @classmethod
    def open(cls, folder: Path) -> Hierarchy:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        return cls(**store.read(folder, "hierarchy", cls))


@dataclass(frozen=True)
class Sweep:
    """A fixed set of places, prepared so that times to them, or from them, come in one pass.

    direction   OUT: from doors to the places; IN: from the places to doors
    """

    direction: int
    places: Positions
    targets: Targets


def build(roads: RoadGraph, progress: Progress = silent, mode: Mode = Mode.CAR) -> Hierarchy:
    """Contract the streets open to `mode`."""
    progress("Straßennetz für Fahrzeiten aufbereiten", 0.0)
    graph = search_graph(roads, mode)
    order, start, rows = contraction.contract(
        graph.n_states, *(np.ascontiguousarray(column, dtype=np.int32) for column in graph.arc)
    )
    progress("Straßennetz für Fahrzeiten aufbereiten", 0.9)
    rank = np.empty(graph.n_states, np.int32)
    rank[order[::-1]] = np.arange(graph.n_states, dtype=np.int32)
    of_rank = rank[np.repeat(np.arange(graph.n_states), np.diff(start))]
    to = rank[rows[:, 0]]
    by_rank = np.lexsort((to, of_rank))
    via = rows[by_rank, 3:]
    is_shortcut = via < 0
    via[is_shortcut] = ~rank[~via[is_shortcut]]
    by_edge = np.lexsort((rank[graph.entry.start], graph.entry.via))
    return Hierarchy(
        mode=int(mode),
        edge_state=np.append(rank, np.int32(-1))[graph.edge_state],
        entry_start=np.searchsorted(graph.entry.via[by_edge], np.arange(roads.n_edges + 1)).astype(np.int64),
        entry_state=rank[graph.entry.start[by_edge]],
        entry_cost=graph.entry.cost[by_edge].astype(np.int32),
        arc_start=np.searchsorted(of_rank[by_rank], np.arange(graph.n_states + 1)).astype(np.int64),
        arcs=np.ascontiguousarray(np.stack([to, rows[:, 1], rows[:, 2]], axis=1)[by_rank]),
        arc_via=np.ascontiguousarray(via),
    )


def sweep_to(roads: RoadGraph, hierarchy: Hierarchy, targets: Positions) -> Sweep:
    """Prepare times from any door to these targets."""
    return _sweep(roads, hierarchy, targets, OUT)


def sweep_from(roads: RoadGraph, hierarchy: Hierarchy, sources: Positions) -> Sweep:
    """Prepare times from these sources to any door."""
    return _sweep(roads, hierarchy, sources, IN)


def door_drive_s(roads: RoadGraph, hierarchy: Hierarchy, doors: Positions, sweep: Sweep) -> NDArray[np.int32]:
    """(n_doors, n_places), rounded up: door to place after `sweep_to`, place to door after `sweep_from`.

    UNREACHABLE where there is no way or a place lies on no street. On foot these are metres.
    """
    found = np.empty((len(doors), len(sweep.places)), np.int32)
    net = network(roads, hierarchy)
    work = scratch.sized(hierarchy.n_states, 2 * hierarchy.n_arcs)
    drive_kernels.sweep(net, sweep.direction, sweep.targets, columns(doors), work, found)
    return found


def drive_s(
    roads: RoadGraph, hierarchy: Hierarchy, sources: Positions, targets: Positions
) -> NDArray[np.int32]:
    """(n_sources, n_targets) from each source to each target, rounded up; UNREACHABLE without a way."""
    if len(sources) == len(targets) == 1:
        return np.array([[one_drive_s(roads, hierarchy, sources, targets)]], np.int32)
    if len(sources) <= len(targets):
        return door_drive_s(roads, hierarchy, sources, sweep_to(roads, hierarchy, targets))
    by_target = door_drive_s(roads, hierarchy, targets, sweep_from(roads, hierarchy, sources))
    return np.ascontiguousarray(by_target.T)


def one_drive_s(roads: RoadGraph, hierarchy: Hierarchy, source: Positions, target: Positions) -> int:
    """From one position to another, rounded up; UNREACHABLE without a way."""
    n_states, n_arcs = hierarchy.n_states, 2 * hierarchy.n_arcs
    cost = drive_kernels.between(
        network(roads, hierarchy),
        columns(source),
        columns(target),
        scratch.sized(n_states, n_arcs),
        scratch_back.sized(n_states, n_arcs),
    )
    return UNREACHABLE if cost >= FAR else -(-cost // 1000)


def network(roads: RoadGraph, hierarchy: Hierarchy) -> Network:
    """What the kernels need."""
    return Network(
        hierarchy.arc_start,
        hierarchy.arcs,
        hierarchy.edge_state,
        hierarchy.entry_start,
        hierarchy.entry_state,
        hierarchy.entry_cost,
        edge_cost(roads, Mode(hierarchy.mode)),
        roads.edge_reverse,
        hierarchy.mode == Mode.FOOT,
    )


def columns(places: Positions) -> Places:
    """What the kernels need of positions."""
    return Places(places.edge, places.fraction, places.off_mm)


def _sweep(roads: RoadGraph, hierarchy: Hierarchy, places: Positions, direction: int) -> Sweep:
    net, at = network(roads, hierarchy), columns(places)
    work = scratch.sized(hierarchy.n_states, 2 * hierarchy.n_arcs)
    # Ways to the places come down arcs that lead from above, hence the other column.
    up, ends = drive_kernels.above(
        net, IN if direction == OUT else OUT, drive_kernels.ends_of(net, at, direction == IN), work
    )
    street = drive_kernels.streets_of(net, at)
    by_street = np.argsort(street, kind="stable").astype(np.int32)
    return Sweep(direction, places, Targets(at, ends, up, by_street, street[by_street]))
