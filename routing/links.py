"""The links between one timetable and one road graph: which stop lies where on the streets.

Built once when either changes (`routing.linking.link`), saved as a snapshot folder of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing import store
from routing.roads import Positions

FOOTPATH_LIMIT_M = 1500
"""Walks between stops are stored up to this length: 20 minutes at 1.25 m/s, the default longest walk."""

BEELINE_FACTOR = 1.3
UNREACHABLE_S = 65535


@dataclass(frozen=True)
class Links:
    """Arrays over the stops of one timetable.

    Walking:
        foot_edge, foot_fraction, foot_off_mm       (n_stops,) position on streets open to foot (see Positions);
                        a station lies nowhere (edge -1)
        node_island     (n_nodes of the road graph,) int32: nodes joined on foot have the same number
        stop_island     (n_stops,) int32, that of the stop's street, -1 off the network
        node_stop_start (n_nodes + 1,) int64: which stops' streets end at a node, into the next two
        node_stop       (n,) int32 StopIdx, each stop at both ends of its street
        node_stop_mm    (n,) int32, from that end to the stop, the straight bit included
        walk_start      (n_stops + 1,) int64: walks from stop s are walk_start[s]:walk_start[s + 1]
        walk_to         (n,) int32 StopIdx, ascending within a stop; never the stop itself, never a station
        walk_m          (n,) int32 metres, rounded up, at most FOOTPATH_LIMIT_M
        walk_is_beeline (n,) uint8, 1 where no street joins the two and the straight line × 1.3 stands in
        Walks are symmetrical and *direct*: one walk between two vehicles, never two in a row. Platforms
        of one station are always joined (within that length), by the shorter of streets and straight line × 1.3.
    Driving (meeting points = distinct places on streets open to cars where stops lie):
        stop_meeting    (n_stops,) int32 index of the meeting point, -1 where no car can come
        meeting_edge, meeting_fraction, meeting_off_mm   (n_meetings,) position (see Positions)
        drive_s         (n_meetings, n_meetings) uint16 seconds from row to column, rounded up;
                        UNREACHABLE_S where there is no way (or it takes 65,535 s or more)
    `timetable` and `roads` are the folder names this was made for ("" without roads: then every walk
    is a straight line and no meeting point exists).
    """

    foot_edge: NDArray[np.int32]
    foot_fraction: NDArray[np.float64]
    foot_off_mm: NDArray[np.int32]
    node_island: NDArray[np.int32]
    stop_island: NDArray[np.int32]
    node_stop_start: NDArray[np.int64]
    node_stop: NDArray[np.int32]
    node_stop_mm: NDArray[np.int32]
    walk_start: NDArray[np.int64]
    walk_to: NDArray[np.int32]
    walk_m: NDArray[np.int32]
    walk_is_beeline: NDArray[np.uint8]
    stop_meeting: NDArray[np.int32]
    meeting_edge: NDArray[np.int32]
    meeting_fraction: NDArray[np.float64]
    meeting_off_mm: NDArray[np.int32]
    drive_s: NDArray[np.uint16]
    timetable: str
    roads: str

    @property
    def n_meetings(self) -> int:
        return len(self.meeting_edge)

    @property
    def meetings(self) -> Positions:
        return Positions(self.meeting_edge, self.meeting_fraction, self.meeting_off_mm)

    def save(self, parent: Path) -> Path:
        """Write a folder `links-<hash>` below `parent`; returns it."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return store.write(parent, "links", values)

    @classmethod
    def open(cls, folder: Path) -> Links:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        values = store.read(folder, "links", cls)
        return cls(**values)
