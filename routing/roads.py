"""The frozen road graph: streets as arrays, for car, foot and bicycle at once.

`routing.osm` builds it from OpenStreetMap; nothing here knows that format. Edges are directed; a
two-way street is two edges that name each other in `edge_reverse`. Lengths are whole millimetres and
driving times whole milliseconds, so that sums are exact whatever order they are added in.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from routing import store
from routing.store import Texts

NodeIdx = NewType("NodeIdx", int)
EdgeIdx = NewType("EdgeIdx", int)

NO_EDGE = EdgeIdx(-1)
MAX_SNAP_M = 1000.0
"""A place farther than this from every street is off the network: walks there are straight lines."""


class Mode(enum.IntEnum):
    """Bit in `edge_access`."""

    CAR = 1
    FOOT = 2
    BICYCLE = 4


@dataclass(frozen=True)
class RoadGraph:
    """Arrays of one road graph, edges sorted by `edge_from`.

        node_lat, node_lon      (n_nodes,) float64, WGS84 degrees
        out_start               (n_nodes + 1,) int32: edges out_start[v]:out_start[v + 1] leave v
        edge_from, edge_to      (n_edges,) int32 NodeIdx
        edge_access             (n_edges,) uint8, bits of Mode in this direction
        edge_length_mm          (n_edges,) int32
        edge_drive_ms           (n_edges,) int32, by car; meaningless without Mode.CAR
        edge_reverse            (n_edges,) int32 EdgeIdx of the same street the other way, -1 without
        edge_name               (n_edges,) int32 into `names`
        edge_class              (n_edges,) int8 into `classes` (OSM highway values)
        edge_shape_start        (n_edges + 1,) int64 into the next two
        shape_lat, shape_lon    (n,) float64: the street's line, both end nodes included
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
    edge_reverse: NDArray[np.int32]
    edge_name: NDArray[np.int32]
    edge_class: NDArray[np.int8]
    edge_shape_start: NDArray[np.int64]
    shape_lat: NDArray[np.float64]
    shape_lon: NDArray[np.float64]
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

    def save(self, parent: Path) -> Path:
        """Write a folder `roads-<hash>` below `parent`; returns it."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return store.write(parent, "roads", values)

    @classmethod
    def open(cls, folder: Path) -> RoadGraph:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        values = store.read(folder, "roads")
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
