"""Driving times by car: a contraction hierarchy over the road graph.

Every node gets a rank; shortcuts make every shortest way one that first climbs and then descends in
rank (Geisberger et al. 2008, https://doi.org/10.1007/978-3-540-68552-4_24). Times from doors to a fixed set of
places descend over just the nodes above these places, all places in one pass (the restricted form of
PHAST, Delling et al. 2011, https://doi.org/10.1145/1963190.2007970): cheaper than a bucket at every node once places
are many. Results equal Dijkstra's to the millisecond; seconds are rounded up once, at the end.

A place on a two-way street can be left and reached both ways, on a one-way street only forwards. The
straight bit from a place to its street costs no driving time. Turning costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing import drive_kernels, store
from routing.drive_kernels import IN, OUT
from routing.frontier import FAR, scratch
from routing.progress import Progress, silent
from routing.roads import Mode, Positions, RoadGraph

UNREACHABLE = FAR
"""Seconds where there is no way by car."""


@dataclass(frozen=True)
class CarHierarchy:
    """Arrays of one contracted road graph; nodes are numbered by rank, 0 the most important.

    rank        (n_nodes,) int32 of each NodeIdx
    arc_start   (n_nodes + 1,) int64: rows arc_start[r]:arc_start[r + 1] lead from rank r to lower numbers
    arcs        (n_arcs, 3) int32: rank `to`, ms of the arc to it, ms of the arc from it; FAR without
    arc_via     (n_arcs, 2) int32 for both: EdgeIdx, or the inverted (~) rank a shortcut bypasses
    """

    rank: NDArray[np.int32]
    arc_start: NDArray[np.int64]
    arcs: NDArray[np.int32]
    arc_via: NDArray[np.int32]

    @property
    def n_nodes(self) -> int:
        return len(self.rank)

    @property
    def n_arcs(self) -> int:
        return len(self.arcs)

    def save(self, parent: Path) -> Path:
        """Write a folder `hierarchy-<hash>` below `parent`; returns it."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return store.write(parent, "hierarchy", values)

    @classmethod
    def open(cls, folder: Path) -> CarHierarchy:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        return cls(**store.read(folder, "hierarchy", cls))


@dataclass(frozen=True)
class Sweep:
    """A fixed set of places, prepared so that driving times to them, or from them, come in one pass.

    direction   OUT: times from doors to the places; IN: times from the places to doors
    places      positions, with `by_street` (n,) int32 their order by `sorted_street` (n,) int32
    end_index   (n, 2) int32 into `nodes`, -1 without; end_ms (n, 2) int32 from there
    nodes, start, upper, ms     see `drive_kernels.above`
    """

    direction: int
    places: Positions
    by_street: NDArray[np.int32]
    sorted_street: NDArray[np.int32]
    end_index: NDArray[np.int32]
    end_ms: NDArray[np.int32]
    nodes: NDArray[np.int32]
    start: NDArray[np.int64]
    upper: NDArray[np.int32]
    ms: NDArray[np.int32]


def build(roads: RoadGraph, progress: Progress = silent) -> CarHierarchy:
    """Contract the streets open to cars."""
    progress("Straßennetz für Fahrzeiten aufbereiten", 0.0)
    edge = np.flatnonzero(roads.edge_access & Mode.CAR).astype(np.int32)
    order, start, rows = drive_kernels.contract(
        roads.n_nodes, roads.edge_from[edge], roads.edge_to[edge], roads.edge_drive_ms[edge], edge
    )
    progress("Straßennetz für Fahrzeiten aufbereiten", 0.9)
    rank = np.empty(roads.n_nodes, np.int32)
    rank[order[::-1]] = np.arange(roads.n_nodes, dtype=np.int32)
    of_rank = rank[np.repeat(np.arange(roads.n_nodes), np.diff(start))]
    to = rank[rows[:, 0]]
    by_rank = np.lexsort((to, of_rank))
    via = rows[by_rank, 3:]
    is_shortcut = via < 0
    via[is_shortcut] = ~rank[~via[is_shortcut]]
    arc_start = np.searchsorted(of_rank[by_rank], np.arange(roads.n_nodes + 1)).astype(np.int64)
    arcs = np.stack([to, rows[:, 1], rows[:, 2]], axis=1)[by_rank]
    return CarHierarchy(rank, arc_start, np.ascontiguousarray(arcs), np.ascontiguousarray(via))


def sweep_to(roads: RoadGraph, hierarchy: CarHierarchy, targets: Positions) -> Sweep:
    """Prepare driving times from any door to these targets."""
    return _sweep(roads, hierarchy, targets, OUT)


def sweep_from(roads: RoadGraph, hierarchy: CarHierarchy, sources: Positions) -> Sweep:
    """Prepare driving times from these sources to any door."""
    return _sweep(roads, hierarchy, sources, IN)


def door_drive_s(
    roads: RoadGraph, hierarchy: CarHierarchy, doors: Positions, sweep: Sweep
) -> NDArray[np.int32]:
    """Seconds (n_doors, n_places), rounded up: door to place after `sweep_to`, place to door after `sweep_from`.

    UNREACHABLE where there is no way or a place lies on no street.
    """
    drive_s = np.empty((len(doors), len(sweep.places)), np.int32)
    door_end, door_end_ms, street = street_ends(roads, hierarchy, doors, sweep.direction == OUT)
    work = scratch.sized(hierarchy.n_nodes, 2 * hierarchy.n_arcs)
    drive_kernels.sweep(
        hierarchy.arc_start,
        hierarchy.arcs,
        sweep.direction,
        roads.edge_access,
        roads.edge_drive_ms,
        roads.edge_reverse,
        sweep.nodes,
        sweep.start,
        sweep.upper,
        sweep.ms,
        sweep.end_index,
        sweep.end_ms,
        sweep.places.edge,
        sweep.places.fraction,
        sweep.by_street,
        sweep.sorted_street,
        door_end,
        door_end_ms,
        doors.edge,
        doors.fraction,
        street,
        work.dist,
        work.via,
        work.reached,
        work.heap,
        drive_s,
    )
    return drive_s


def drive_s(
    roads: RoadGraph, hierarchy: CarHierarchy, sources: Positions, targets: Positions
) -> NDArray[np.int32]:
    """Seconds (n_sources, n_targets) from each source to each target, rounded up; UNREACHABLE without a way."""
    if len(sources) <= len(targets):
        return door_drive_s(roads, hierarchy, sources, sweep_to(roads, hierarchy, targets))
    by_target = door_drive_s(roads, hierarchy, targets, sweep_from(roads, hierarchy, sources))
    return np.ascontiguousarray(by_target.T)


def street_ends(
    roads: RoadGraph, hierarchy: CarHierarchy, places: Positions, is_leaving: bool
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Where a car comes off each place's street, or on to it: along its edge (column 0) and the reverse (1).

    Returns ranks, -1 where it cannot, (n, 2) int32; driving times there in ms, (n, 2) int32; and each
    place's street, the lower of both edges, -1 off the network, (n,) int32.
    """
    ranks, ms, street = drive_kernels.street_ends(
        roads.edge_from,
        roads.edge_to,
        roads.edge_access,
        roads.edge_drive_ms,
        roads.edge_reverse,
        hierarchy.rank,
        is_leaving,
        places.edge,
        places.fraction,
    )
    return ranks, ms, street


def _sweep(roads: RoadGraph, hierarchy: CarHierarchy, places: Positions, direction: int) -> Sweep:
    ends, end_ms, street = street_ends(roads, hierarchy, places, direction == IN)
    work = scratch.sized(hierarchy.n_nodes, 2 * hierarchy.n_arcs)
    # Ways to the places come down arcs that lead from above, hence the other column.
    nodes, start, upper, ms, end_index = drive_kernels.above(
        hierarchy.arc_start,
        hierarchy.arcs,
        IN if direction == OUT else OUT,
        ends.ravel(),
        work.dist,
        work.reached,
    )
    by_street = np.argsort(street, kind="stable").astype(np.int32)
    return Sweep(
        direction,
        places,
        by_street,
        street[by_street],
        end_index.reshape(-1, 2),
        end_ms,
        nodes,
        start,
        upper,
        ms,
    )
