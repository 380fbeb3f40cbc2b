"""The frozen road graph: streets as arrays, for car, foot and bicycle at once.

`routing.osm` builds it from OpenStreetMap; nothing here knows that format. Edges are directed; a
two-way street is two edges that name each other in `edge_reverse`. Lengths are whole millimetres and
driving times whole milliseconds, so that sums are exact whatever order they are added in.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, NewType

import numpy as np
from numpy.typing import NDArray

from routing import snap_kernels, store
from routing.store import Texts
from routing.street_grid import build_grid

NodeIdx = NewType("NodeIdx", int)
EdgeIdx = NewType("EdgeIdx", int)

NO_EDGE = EdgeIdx(-1)
CLOSED = 2**31 - 1
"""Price of a turn that nobody may take."""

TURN_ROUND_S = 60
"""What it takes a car to turn round on a street open in both directions, for example in a gateway. Turns cost
less or are closed; so a way by way of a halt, where turning round is free, is at most this much faster than
the direct one. Rides rely on it: their halts last as long."""

CYCLING_KMH = 15.0
"""By bicycle where a street does not say otherwise."""

STAIRS = "steps"
"""The class (OSM highway value) of stairs."""

MAX_SNAP_M = 1000.0
"""A place farther than this from every street is off the network: walks there are straight lines."""


class Mode(enum.IntEnum):
    """Bit in `edge_access`."""

    CAR = 1
    FOOT = 2
    BICYCLE = 4


class Street(NamedTuple):
    """One street between two junctions, in both directions: what a RoadGraph is put together from.

    from_node, to_node      indices of its ends; equal for a loop
    line                    [(latitude, longitude)] from `from_node` to `to_node`, both included
    length_mm               at least 1
    forward, backward       bits of Mode, 0 where nobody may go this way
    forward_ms, backward_ms driving time; meaningless without Mode.CAR
    name, street_class      the latter an OSM highway value
    forward_cycle_ms, backward_cycle_ms     cycling time; None at CYCLING_KMH
    """

    from_node: int
    to_node: int
    line: Sequence[tuple[float, float]]
    length_mm: int
    forward: int
    backward: int
    forward_ms: int
    backward_ms: int
    name: str
    street_class: str
    forward_cycle_ms: int | None = None
    backward_cycle_ms: int | None = None


class Heading(NamedTuple):
    """A street (its place in the list a RoadGraph is put together from) in one of its directions."""

    street: int
    is_backward: bool


class Turn(NamedTuple):
    """What it costs a car to drive these streets one after the other, besides driving them.

    Of two: `ms` up to TURN_ROUND_S, or CLOSED. Of more (a restriction over a street): always CLOSED.
    Straight back into the same street is turning round, whatever is said here.
    """

    way: tuple[Heading, ...]
    ms: int = CLOSED


@dataclass(frozen=True)
class RoadGraph:
    """Arrays of one road graph, edges sorted by `edge_from`.

        node_lat, node_lon      (n_nodes,) float64, WGS84 degrees
        out_start               (n_nodes + 1,) int32: edges out_start[v]:out_start[v + 1] leave v
        edge_from, edge_to      (n_edges,) int32 NodeIdx
        edge_access             (n_edges,) uint8, bits of Mode in this direction
        edge_length_mm          (n_edges,) int32
        edge_drive_ms           (n_edges,) int32, by car; meaningless without Mode.CAR
        edge_cycle_ms           (n_edges,) int32, by bicycle; meaningless without Mode.BICYCLE
        edge_reverse            (n_edges,) int32 EdgeIdx of the same street the other way, -1 without
        edge_name               (n_edges,) int32 into `names`
        edge_class              (n_edges,) int8 into `classes` (OSM highway values)
        edge_shape_start        (n_edges + 1,) int64 into the next two
        shape_lat, shape_lon    (n,) float64: the street's line, both end nodes included
        turn_start              (n_edges + 1,) int64 into the next two: turns out of each edge that cost cars anything
        turn_to, turn_ms        (n,) int32 EdgeIdx, ascending within an edge, and its price; CLOSED for closed
        ban_start, ban_edge     (n_bans + 1,) int64, (n,) int32: three and more edges no car drives in a row
        grid_*                  where `locate` looks: see `routing.street_grid.StreetGrid`
    `names`, `classes`: texts. `source` names extract and date; `attribution` must be shown beside maps.
    """

    node_lat: NDArray[np.float64]
    node_lon: NDArray[np.float64]
    out_start: NDArray[np.int32]
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    edge_access: NDArray[np.uint8]
    edge_length_mm: NDArray[np.int32]
    edge_drive_ms: NDArray[np.int32]
    edge_cycle_ms: NDArray[np.int32]
    edge_reverse: NDArray[np.int32]
    edge_name: NDArray[np.int32]
    edge_class: NDArray[np.int8]
    edge_shape_start: NDArray[np.int64]
    shape_lat: NDArray[np.float64]
    shape_lon: NDArray[np.float64]
    turn_start: NDArray[np.int64]
    turn_to: NDArray[np.int32]
    turn_ms: NDArray[np.int32]
    ban_start: NDArray[np.int64]
    ban_edge: NDArray[np.int32]
    grid_frame: NDArray[np.float64]
    grid_size: NDArray[np.int64]
    grid_start: NDArray[np.int64]
    grid_piece: NDArray[np.int32]
    grid_edge: NDArray[np.int32]
    names: Texts
    classes: Texts
    source: str
    attribution: str

    @property
    def n_nodes(self) -> int:
        return len(self.node_lat)

    @property
    def n_edges(self) -> int:
        return len(self.edge_from)

    @cached_property
    def halt_saves_s(self) -> int:
        """How much faster a drive by way of a halt can be than the direct one, at most: see TURN_ROUND_S.

        d(a, c) <= d(a, b) + d(b, c) + halt_saves_s for all places, so whatever is left out because of a single
        halt must allow for it. 0 without turns that cost anything.
        """
        if len(self.ban_edge) or CLOSED in self.turn_ms:
            return TURN_ROUND_S
        return -(-int(self.turn_ms.max(initial=0)) // 1000)

    @cached_property
    def without_stairs(self) -> RoadGraph:
        """The same streets, edge by edge, with the stairs closed; the graph itself where there are none."""
        if STAIRS not in self.classes:
            return self
        is_stairs = self.edge_class == list(self.classes).index(STAIRS)
        return replace(self, edge_access=np.where(is_stairs, np.uint8(0), self.edge_access))

    @classmethod
    def of(
        cls,
        node_lat: Sequence[float] | NDArray[np.float64],
        node_lon: Sequence[float] | NDArray[np.float64],
        streets: Sequence[Street],
        source: str,
        attribution: str,
        turns: Sequence[Turn] = (),
    ) -> RoadGraph:
        """Put a graph together; the same streets and turns in the same order give the same arrays.

        Turns between streets without an edge in that direction are left out.
        """
        return _assembled(
            np.asarray(node_lat, dtype=np.float64),
            np.asarray(node_lon, dtype=np.float64),
            streets,
            source,
            attribution,
            turns,
        )

    def save(self, parent: Path) -> Path:
        """Write a folder `roads-<hash>` below `parent`; returns it."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return store.write(parent, "roads", values)

    @classmethod
    def open(cls, folder: Path) -> RoadGraph:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        values = store.read(folder, "roads", cls)
        return cls(**values)


@dataclass(frozen=True)
class Positions:
    """Places on the street network: on `edge`, `fraction` of its length from its start.

    edge        (n,) int32 EdgeIdx, -1 where no street of the mode is within MAX_SNAP_M
    fraction    (n,) float64 in [0, 1]
    off_mm      (n,) int32, straight line from the place to the street
    """

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    off_mm: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.edge)


def locate(roads: RoadGraph, lat: NDArray[np.float64], lon: NDArray[np.float64], mode: Mode) -> Positions:
    """The nearest place of every point (n,) on a street open to `mode` in at least one direction.

    `edge` is open to the mode itself: of a two-way street the edge with the lower index, of a one-way
    street the open one (`edge_reverse` names the other). At equal distance the lower edge wins.
    For Mode.CAR only streets that people may also walk on count: nobody gets in or out on a motorway.
    Places farther than MAX_SNAP_M from every such street, or not finite, have edge -1, fraction 0, off_mm 0.
    """
    needed = int(Mode.CAR | Mode.FOOT) if mode == Mode.CAR else int(mode)
    edge, fraction, off_mm = snap_kernels.snap(
        np.ascontiguousarray(lat, dtype=np.float64),
        np.ascontiguousarray(lon, dtype=np.float64),
        int(mode),
        needed,
        MAX_SNAP_M,
        roads.edge_access,
        roads.edge_reverse,
        roads.edge_shape_start,
        roads.shape_lat,
        roads.shape_lon,
        roads.grid_frame,
        roads.grid_size,
        roads.grid_start,
        roads.grid_piece,
        roads.grid_edge,
    )
    return Positions(edge, fraction, off_mm)


def line_between(
    roads: RoadGraph, edge: int, from_fraction: float, to_fraction: float
) -> list[tuple[float, float]]:
    """The part of an edge's line as [(latitude, longitude)], against its direction if from > to."""
    if from_fraction > to_fraction:
        return line_between(roads, edge, to_fraction, from_fraction)[::-1]
    first, last = int(roads.edge_shape_start[edge]), int(roads.edge_shape_start[edge + 1])
    lat, lon = roads.shape_lat[first:last], roads.shape_lon[first:last]
    along = snap_kernels.fractions_along(lat, lon)
    ends = [from_fraction, to_fraction]
    cut_lat, cut_lon = np.interp(ends, along, lat), np.interp(ends, along, lon)
    between = (along > from_fraction) & (along < to_fraction)
    return [
        (float(cut_lat[0]), float(cut_lon[0])),
        *zip(lat[between].tolist(), lon[between].tolist(), strict=True),
        (float(cut_lat[1]), float(cut_lon[1])),
    ]


class _Direction(NamedTuple):
    from_node: int
    to_node: int
    street: int
    is_backward: bool


def _assembled(
    node_lat: NDArray[np.float64],
    node_lon: NDArray[np.float64],
    streets: Sequence[Street],
    source: str,
    attribution: str,
    turns: Sequence[Turn],
) -> RoadGraph:
    directions = [_Direction(s.from_node, s.to_node, i, False) for i, s in enumerate(streets) if s.forward]
    directions += [_Direction(s.to_node, s.from_node, i, True) for i, s in enumerate(streets) if s.backward]
    directions.sort()
    edge_at = {(d.street, d.is_backward): edge for edge, d in enumerate(directions)}
    reverse = [edge_at.get((d.street, not d.is_backward), NO_EDGE) for d in directions]
    lines = [streets[d.street].line[:: -1 if d.is_backward else 1] for d in directions]
    edge_from = np.array([d.from_node for d in directions], dtype=np.int32)
    edge_reverse = np.array(reverse, dtype=np.int32)
    shape_start = np.zeros(len(directions) + 1, dtype=np.int64)
    np.cumsum([len(line) for line in lines], out=shape_start[1:])
    shape = np.array([point for line in lines for point in line], dtype=np.float64).reshape(-1, 2)
    shape_lat, shape_lon = np.ascontiguousarray(shape[:, 0]), np.ascontiguousarray(shape[:, 1])
    grid = build_grid(shape_lat, shape_lon, shape_start, edge_reverse)
    names, edge_name = _indexed([streets[d.street].name for d in directions])
    classes, edge_class = _indexed([streets[d.street].street_class for d in directions])
    facts = [_facts(streets[d.street], d.is_backward) for d in directions]
    access, length_mm, drive_ms, cycle_ms = np.array(facts, dtype=np.int64).reshape(-1, 4).T
    ways = [([edge_at.get((h.street, h.is_backward), NO_EDGE) for h in turn.way], turn.ms) for turn in turns]
    ways = [(way, ms) for way, ms in ways if NO_EDGE not in way]
    turn_start, turn_to, turn_ms = _turn_table(len(directions), [row for row in ways if len(row[0]) == 2])
    bans = sorted({tuple(way) for way, _ in ways if len(way) > 2})
    return RoadGraph(
        node_lat=node_lat,
        node_lon=node_lon,
        out_start=np.searchsorted(edge_from, np.arange(len(node_lat) + 1)).astype(np.int32),
        edge_from=edge_from,
        edge_to=np.array([d.to_node for d in directions], dtype=np.int32),
        edge_access=access.astype(np.uint8),
        edge_length_mm=length_mm.astype(np.int32),
        edge_drive_ms=drive_ms.astype(np.int32),
        edge_cycle_ms=cycle_ms.astype(np.int32),
        edge_reverse=edge_reverse,
        edge_name=edge_name.astype(np.int32),
        edge_class=edge_class.astype(np.int8),
        edge_shape_start=shape_start,
        shape_lat=shape_lat,
        shape_lon=shape_lon,
        turn_start=turn_start,
        turn_to=turn_to,
        turn_ms=turn_ms,
        ban_start=np.cumsum([0, *(len(ban) for ban in bans)]).astype(np.int64),
        ban_edge=np.array([edge for ban in bans for edge in ban], dtype=np.int32),
        grid_frame=grid.frame,
        grid_size=grid.size,
        grid_start=grid.start,
        grid_piece=grid.piece,
        grid_edge=grid.edge,
        names=names,
        classes=classes,
        source=source,
        attribution=attribution,
    )


def _facts(street: Street, is_backward: bool) -> tuple[int, int, int, int]:
    at_15_kmh = max(round(street.length_mm * 3.6 / CYCLING_KMH), 1)
    if is_backward:
        cycle_ms = at_15_kmh if street.backward_cycle_ms is None else street.backward_cycle_ms
        return street.backward, street.length_mm, street.backward_ms, cycle_ms
    cycle_ms = at_15_kmh if street.forward_cycle_ms is None else street.forward_cycle_ms
    return street.forward, street.length_mm, street.forward_ms, cycle_ms


def _turn_table(
    n_edges: int, ways: Sequence[tuple[Sequence[int], int]]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """`turn_start`, `turn_to` and `turn_ms`; of one turn named twice the higher price counts."""
    price: dict[tuple[int, int], int] = {}
    for (from_edge, to_edge), ms in ways:
        if ms != CLOSED and not 0 <= ms <= TURN_ROUND_S * 1000:
            raise ValueError(f"a turn costs 0 to {TURN_ROUND_S} s or is closed, not {ms} ms")
        price[from_edge, to_edge] = max(price.get((from_edge, to_edge), 0), ms)
    priced = sorted((turn, ms) for turn, ms in price.items() if ms)
    from_edges = np.array([turn[0] for turn, _ in priced], dtype=np.int64)
    return (
        np.searchsorted(from_edges, np.arange(n_edges + 1)).astype(np.int64),
        np.array([turn[1] for turn, _ in priced], dtype=np.int32),
        np.array([ms for _, ms in priced], dtype=np.int32),
    )


def _indexed(values: list[str]) -> tuple[Texts, NDArray[np.int64]]:
    distinct = sorted(set(values))
    index_of = {value: i for i, value in enumerate(distinct)}
    return Texts.of(distinct), np.array([index_of[value] for value in values], dtype=np.int64)
