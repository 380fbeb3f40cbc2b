"""Where the vehicles of a timetable drive: the lines of shapes.txt, cut at the stops of every pattern.

A file of its own beside the timetable, because no search needs it: only maps do.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing import store
from routing.street_lines import LatLon
from routing.timetable import Timetable


@dataclass(frozen=True)
class TripLines:
    """Lines by pattern of one timetable.

    line_start  (n_patterns + 1,) int64 into the next two; equal to its successor for a pattern without a line
    lat, lon    (n,) float32, WGS84 degrees: half a metre
    at_stop     as long as `pattern_stops`, int64 into lat and lon: where that stop lies on the line, -1 without
    """

    line_start: NDArray[np.int64]
    lat: NDArray[np.float32]
    lon: NDArray[np.float32]
    at_stop: NDArray[np.int64]

    def between(self, timetable: Timetable, pattern: int, board: int, alight: int) -> list[LatLon] | None:
        """The line from one position of the pattern to a later one; None where the feed has none."""
        first = int(timetable.pattern_stop_start[pattern])
        start, end = int(self.at_stop[first + board]), int(self.at_stop[first + alight])
        if start < 0 or end < 0:
            return None
        piece = slice(start, end + 1)
        return list(zip(self.lat[piece].tolist(), self.lon[piece].tolist(), strict=True))

    def save(self, parent: Path) -> Path:
        """Write a folder `lines-<hash>` below `parent`; returns it."""
        return store.write(parent, "lines", {f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def open(cls, folder: Path) -> TripLines:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        return cls(**store.read(folder, "lines", cls))
