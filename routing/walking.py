"""Walks on streets: from a place to the stops around it, to another place, and their line on the map.

All lengths are the shortest way on streets open to foot plus the straight bits from both places to
their street, rounded up to whole metres. Walking ignores one-way rules: a street open to foot in any
direction is open in both, so every walk is as long there as back. It needs both its edges in the graph for
that, even where cars may use only one; a street with a single edge is not walked.

Walks are short, so a Dijkstra that stops at the limit finds them: from a door to all stops within 1,500 m in 45 µs on
the rnv streets, where one pass over a hierarchy on foot takes 100 µs. From door to door the hierarchy takes 20 µs
instead of 54 µs, but once a search, which is not worth its file. For long walks there is `hierarchy.build(roads, mode=FOOT)`.

Where no street joins two places (`is_joined` says so) the caller takes the straight line.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing import walk_kernels
from routing.frontier import FAR, Work, forget, scratch
from routing.links import Links
from routing.roads import Positions, RoadGraph
from routing.street_lines import LatLon, Piece, line_over

_Ints = NDArray[np.int32]
_Streets = tuple[_Ints, _Ints, NDArray[np.uint8], _Ints, _Ints]


def walks_from(
    roads: RoadGraph, links: Links, origin: Positions, limit_m: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Stops that can be walked to on streets within `limit_m`: (StopIdx ascending, metres rounded up), both int32.

    `origin` is one position on foot streets (`locate(..., Mode.FOOT)`); off the network there are none.
    """
    edge = int(origin.edge[0])
    if edge < 0:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    n_stops = len(links.foot_edge)
    stop_mm = np.full(n_stops, FAR, np.int32)
    found = np.empty(n_stops, np.int32)
    work = scratch.sized(roads.n_nodes, roads.n_edges)
    n_found = walk_kernels.walk_to_stops(
        *street_arrays(roads),
        roads.edge_from,
        links.node_stop_start,
        links.node_stop,
        links.node_stop_mm,
        links.foot_edge,
        links.foot_fraction,
        links.foot_off_mm,
        edge,
        float(origin.fraction[0]),
        int(origin.off_mm[0]),
        limit_m * 1000,
        work.dist,
        work.via,
        work.reached,
        work.heap,
        stop_mm,
        found,
    )
    stops = np.sort(found[:n_found])
    return stops, whole_metres(stop_mm[stops])


def is_joined(roads: RoadGraph, links: Links, origin: Positions) -> NDArray[np.bool_]:
    """Per stop (n_stops,): can it be walked to on streets from `origin`, however far?"""
    edge = int(origin.edge[0])
    if edge < 0:
        return np.zeros(len(links.stop_island), np.bool_)
    joined: NDArray[np.bool_] = links.stop_island == links.node_island[roads.edge_from[edge]]
    return joined


def is_joined_to(roads: RoadGraph, links: Links, a: Positions, b: Positions) -> bool:
    """Can one walk from `a` to `b` (one position each) on streets, however far?"""
    edges = int(a.edge[0]), int(b.edge[0])
    if min(edges) < 0:
        return False
    islands = links.node_island[roads.edge_from[list(edges)]]
    return bool(islands[0] == islands[1])


def walk_between(roads: RoadGraph, a: Positions, b: Positions, limit_m: int) -> int | None:
    """Metres, rounded up, between one position and another; None when there is no way within `limit_m`."""
    if a.edge[0] < 0 or b.edge[0] < 0:
        return None
    limit_mm = limit_m * 1000
    direct_mm = _along_one_street_mm(roads, a, b)
    work = scratch.sized(roads.n_nodes, roads.n_edges)
    n_reached, mm = _search(roads, a, b, min(limit_mm, direct_mm), work)
    forget(work.dist, work.reached, n_reached)
    mm = min(mm, direct_mm)
    return -(-mm // 1000) if mm <= limit_mm else None


def walk_line(roads: RoadGraph, a: Positions, b: Positions) -> tuple[list[LatLon], int] | None:
    """The shortest walk as ([(latitude, longitude)], metres); None when no street joins the two.

    The line begins and ends on the street; the metres include the straight bits to the places themselves.
    """
    walk = walked_streets(roads, a, b)
    return (line_over(roads, walk[0]), walk[1]) if walk else None


def walked_streets(roads: RoadGraph, a: Positions, b: Positions) -> tuple[list[Piece], int] | None:
    """The shortest walk as (pieces of streets in walking order, metres as `walk_line` counts them), or None."""
    if a.edge[0] < 0 or b.edge[0] < 0:
        return None
    direct_mm = _along_one_street_mm(roads, a, b)
    limit_mm = min(direct_mm, FAR - 1)
    work = scratch.sized(roads.n_nodes, roads.n_edges)
    n_reached, mm = _search(roads, a, b, limit_mm, work)
    pieces: list[Piece] = []
    if mm <= limit_mm:
        pieces = _pieces_over_nodes(roads, a, b, mm, work)
    elif direct_mm < FAR:
        pieces, mm = [_piece_of_one_street(a, b)], direct_mm
    forget(work.dist, work.reached, n_reached)
    return (pieces, -(-mm // 1000)) if pieces else None


def whole_metres(mm: NDArray[np.int32]) -> NDArray[np.int32]:
    """Millimetres rounded up to metres."""
    return -(-mm // np.int32(1000))


def foot_ends(roads: RoadGraph, places: Positions) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Both ends of each place's street and the way there: nodes and millimetres, (n, 2) int32 each.

    The straight bit to the street is included. Places off the network have node -1.
    """
    edge = np.maximum(places.edge, 0)
    length = roads.edge_length_mm[edge]
    from_tail = np.rint(places.fraction * length).astype(np.int32)
    nodes = np.stack([roads.edge_from[edge], roads.edge_to[edge]], axis=1)
    nodes[places.edge < 0] = -1
    return nodes, np.stack([from_tail, length - from_tail], axis=1) + places.off_mm[:, None]


def street_arrays(roads: RoadGraph) -> _Streets:
    """The arrays that every walking search begins with."""
    return roads.out_start, roads.edge_to, roads.edge_access, roads.edge_length_mm, roads.edge_reverse


def _search(roads: RoadGraph, a: Positions, b: Positions, limit_mm: int, work: Work) -> tuple[int, int]:
    from_node, from_mm = foot_ends(roads, a)
    to_node, to_mm = foot_ends(roads, b)
    n_reached, mm = walk_kernels.walk_search(
        *street_arrays(roads),
        from_node[0],
        from_mm[0],
        to_node[0],
        to_mm[0],
        limit_mm,
        work.dist,
        work.via,
        work.reached,
        work.heap,
    )
    return n_reached, mm


def _along_one_street_mm(roads: RoadGraph, a: Positions, b: Positions) -> int:
    """Length of the walk that never leaves their common street; FAR when they have none."""
    (street, along), (other, other_along) = _street_place(roads, a), _street_place(roads, b)
    if street != other:
        return FAR
    return int(a.off_mm[0]) + abs(along - other_along) + int(b.off_mm[0])


def _street_place(roads: RoadGraph, place: Positions) -> tuple[int, int]:
    street, along = walk_kernels.street_place(
        roads.edge_length_mm, roads.edge_reverse, int(place.edge[0]), float(place.fraction[0])
    )
    return street, along


def _piece_of_one_street(a: Positions, b: Positions) -> Piece:
    edge, fraction = int(a.edge[0]), float(b.fraction[0])
    return Piece(edge, float(a.fraction[0]), fraction if edge == b.edge[0] else 1 - fraction)


def _pieces_over_nodes(roads: RoadGraph, a: Positions, b: Positions, mm: int, work: Work) -> list[Piece]:
    """From the search's `via`: a's street to its end, whole edges, b's street from its end."""
    ends, ends_mm = (column[0] for column in foot_ends(roads, b))
    arrival = next(i for i in (0, 1) if int(work.dist[ends[i]]) + int(ends_mm[i]) == mm)
    node = int(ends[arrival])
    edges: list[int] = []
    while work.via[node] >= 0:
        edges.append(int(work.via[node]))
        node = int(roads.edge_from[edges[-1]])
    starts, starts_mm = (column[0] for column in foot_ends(roads, a))
    departure = next(i for i in (0, 1) if starts[i] == node and starts_mm[i] == work.dist[node])
    return [
        Piece(int(a.edge[0]), float(a.fraction[0]), float(departure)),
        *(Piece(edge, 0.0, 1.0) for edge in reversed(edges)),
        Piece(int(b.edge[0]), float(arrival), float(b.fraction[0])),
    ]
