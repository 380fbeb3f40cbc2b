"""Tiles as one frozen file, like everything that an import builds: content-addressed and memory-mapped."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing import store

MAX_ZOOM = 14
"""Browsers enlarge the finest tiles for closer looks: a step of them is 40 cm."""


@dataclass(frozen=True)
class Tiles:
    """Arrays of one set of tiles.

        number      (n,) int64 ascending, see `number_of`
        start       (n + 1,) int64: tile i is blob[start[i]:start[i + 1]]
        blob        (n_bytes,) uint8, each tile compressed by gzip
        bounds      (4,) float64: west, south, east, north in degrees
    `attribution` must be shown beside them.
    """

    number: NDArray[np.int64]
    start: NDArray[np.int64]
    blob: NDArray[np.uint8]
    bounds: NDArray[np.float64]
    attribution: str

    def __len__(self) -> int:
        return len(self.number)

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """The compressed tile; None where there is nothing to draw."""
        if not (0 <= zoom <= MAX_ZOOM and 0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
            return None
        wanted = number_of(zoom, x, y)
        i = int(np.searchsorted(self.number, wanted))
        if i == len(self.number) or self.number[i] != wanted:
            return None
        return self.blob[self.start[i] : self.start[i + 1]].tobytes()

    def save(self, parent: Path) -> Path:
        """Write a folder `tiles-<hash>` below `parent`; returns it."""
        return store.write(parent, "tiles", {f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def open(cls, folder: Path) -> Tiles:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        return cls(**store.read(folder, "tiles", cls))


def number_of(zoom: int, x: int, y: int) -> int:
    """The place of a tile in the order of the file."""
    return zoom << 40 | x << 20 | y
