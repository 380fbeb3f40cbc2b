"""The fastest way by car as a line on the map: shortcuts of the hierarchy unpacked into streets."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from routing import drive_kernels
from routing.drive_kernels import IN, OUT, TO
from routing.frontier import FAR, forget, scratch
from routing.hierarchy import CarHierarchy, street_ends
from routing.roads import Positions, RoadGraph
from routing.street_lines import LatLon, Piece, line_over


def drive_line(
    roads: RoadGraph, hierarchy: CarHierarchy, source: Positions, target: Positions
) -> tuple[list[LatLon], int] | None:
    """The fastest way from one position to another: ([(latitude, longitude)], metres rounded up).

    None where there is no way. The line begins and ends on the streets; the straight bits to the places
    themselves are not part of it.
    """
    pieces = fastest_way(roads, hierarchy, source, target)
    if pieces is None:
        return None
    metres = sum(abs(piece.end - piece.start) * int(roads.edge_length_mm[piece.edge]) for piece in pieces)
    return line_over(roads, pieces), math.ceil(metres / 1000)


def fastest_way(
    roads: RoadGraph, hierarchy: CarHierarchy, source: Positions, target: Positions
) -> list[Piece] | None:
    """The streets of the fastest way from one position to another, None where there is none."""
    edge, fraction = int(source.edge[0]), float(source.fraction[0])
    to_edge, to_fraction = int(target.edge[0]), float(target.fraction[0])
    along_ms = drive_kernels.along_street_ms(
        roads.edge_access, roads.edge_drive_ms, roads.edge_reverse, edge, fraction, to_edge, to_fraction
    )
    up = _Climb.of(roads, hierarchy, source, OUT)
    down = _Climb.of(roads, hierarchy, target, IN)
    common = up.ms.keys() & down.ms.keys()
    top = min(common, key=lambda node: (up.ms[node] + down.ms[node], node), default=None)
    if top is None or up.ms[top] + down.ms[top] >= along_ms:
        if along_ms == FAR:
            return None
        return [Piece(edge, fraction, to_fraction if edge == to_edge else 1 - to_fraction)]
    departure, climbed = up.way_to(top)
    arrival, descended = down.way_to(top)
    edges = [edge for arc in reversed(climbed) for edge in _unpacked(hierarchy, arc, OUT)]
    edges += [edge for arc in descended for edge in _unpacked(hierarchy, arc, IN)]
    return [
        Piece(edge, fraction, 1.0 if departure == 0 else 0.0),
        *(Piece(edge, 0.0, 1.0) for edge in edges),
        Piece(to_edge, 0.0 if arrival == 0 else 1.0, to_fraction),
    ]


@dataclass(frozen=True)
class _Climb:
    """What a climb from (OUT) or to (IN) a place has found, by rank.

    ms      driving time
    arc     last arc row climbed, -1 where the climb began
    side    where it began: 0 driving along the place's edge, 1 along its reverse
    """

    hierarchy: CarHierarchy
    ms: dict[int, int]
    arc: dict[int, int]
    side: dict[int, int]

    @classmethod
    def of(cls, roads: RoadGraph, hierarchy: CarHierarchy, place: Positions, direction: int) -> _Climb:
        ends, end_ms, _ = street_ends(roads, hierarchy, place, direction == OUT)
        work = scratch.sized(hierarchy.n_nodes, 2 * hierarchy.n_arcs)
        n_reached = drive_kernels.climb(
            hierarchy.arc_start,
            hierarchy.arcs,
            direction,
            ends[0],
            end_ms[0],
            work.dist,
            work.via,
            work.reached,
            work.heap,
        )
        nodes = work.reached[:n_reached]
        ms, arc = work.dist[nodes].tolist(), work.via[nodes].tolist()
        forget(work.dist, work.reached, n_reached)
        by_node = nodes.tolist()
        # The faster side last, so that it stays where both begin at the same node.
        sides = sorted((0, 1), key=lambda side: int(end_ms[0, side]), reverse=True)
        return cls(
            hierarchy,
            dict(zip(by_node, ms, strict=True)),
            dict(zip(by_node, arc, strict=True)),
            {int(ends[0, side]): side for side in sides},
        )

    def way_to(self, node: int) -> tuple[int, list[int]]:
        """The side where the climb to `node` began, and its arc rows, the last one first."""
        arcs: list[int] = []
        while (arc := self.arc[node]) >= 0:
            arcs.append(arc)
            node = _lower_end(self.hierarchy, arc)
        return self.side[node], arcs


def _lower_end(hierarchy: CarHierarchy, arc: int) -> int:
    return int(np.searchsorted(hierarchy.arc_start, arc, side="right")) - 1


def _unpacked(hierarchy: CarHierarchy, arc: int, direction: int) -> list[int]:
    """Edges of an arc row in driving order: from its lower end to its upper one (OUT), or back (IN)."""
    edges: list[int] = []
    stack = [(arc, direction)]
    while stack:
        arc, direction = stack.pop()
        via = int(hierarchy.arc_via[arc, direction - OUT])
        if via >= 0:
            edges.append(via)
            continue
        lower, upper = _lower_end(hierarchy, arc), int(hierarchy.arcs[arc, TO])
        tail, head = (lower, upper) if direction == OUT else (upper, lower)
        stack.append((_arc_between(hierarchy, ~via, head), OUT))
        stack.append((_arc_between(hierarchy, ~via, tail), IN))
    return edges


def _arc_between(hierarchy: CarHierarchy, lower: int, upper: int) -> int:
    first, last = int(hierarchy.arc_start[lower]), int(hierarchy.arc_start[lower + 1])
    return first + int(np.searchsorted(hierarchy.arcs[first:last, TO], upper))
