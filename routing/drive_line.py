"""The best way by car (or by bicycle, or on foot) as a line on the map: shortcuts of the hierarchy unpacked."""

from __future__ import annotations

import math
from collections.abc import Iterator

from routing import drive_kernels
from routing.frontier import FAR, scratch, scratch_back
from routing.hierarchy import Hierarchy, columns, network
from routing.roads import Positions, RoadGraph
from routing.street_lines import LatLon, Piece, line_over

TURNED_AFTER_M = 10.0
"""How far into a street the line goes where the car turns round."""


def drive_line(
    roads: RoadGraph, hierarchy: Hierarchy, source: Positions, target: Positions
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
    roads: RoadGraph, hierarchy: Hierarchy, source: Positions, target: Positions
) -> list[Piece] | None:
    """The streets of the best way from one position to another, None where there is none."""
    n_states, n_arcs = hierarchy.n_states, 2 * hierarchy.n_arcs
    cost, vias, departure, arrival = drive_kernels.way_between(
        network(roads, hierarchy),
        hierarchy.arc_via,
        columns(source),
        columns(target),
        scratch.sized(n_states, n_arcs),
        scratch_back.sized(n_states, n_arcs),
    )
    if cost >= FAR:
        return None
    edge, fraction = int(source.edge[0]), float(source.fraction[0])
    to_edge, to_fraction = int(target.edge[0]), float(target.fraction[0])
    if departure < 0:
        return [Piece(edge, fraction, to_fraction if edge == to_edge else 1 - to_fraction)]
    return [
        Piece(edge, fraction, 1.0 if departure == 0 else 0.0),
        *_driven(roads, vias.tolist()),
        Piece(to_edge, 0.0 if arrival == 0 else 1.0, to_fraction),
    ]


def _driven(roads: RoadGraph, vias: list[int]) -> Iterator[Piece]:
    """Whole edges, and into a street and back out where the car turns round."""
    for via in vias:
        if via < roads.n_edges:
            yield Piece(via, 0.0, 1.0)
        else:
            edge = via - roads.n_edges
            depth = min(1.0, TURNED_AFTER_M * 1000 / int(roads.edge_length_mm[edge]))
            yield Piece(edge, 0.0, depth)
            yield Piece(edge, depth, 0.0)
