"""The areas of municipalities, and in which of them a point lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from routing import store
from routing.store import Texts

KIND = "municipalities"


class Boundary(NamedTuple):
    """One municipality; `shape` is a shapely area in degrees (longitude, latitude)."""

    key: str
    name: str
    shape: Any


@dataclass(frozen=True)
class Municipalities:
    """Columns by name, (n) each: `key` is the official key where the source tells it, `area` is WKT in degrees."""

    key: Texts
    name: Texts
    area: Texts
    source: str
    attribution: str

    @classmethod
    def of(cls, boundaries: Iterable[Boundary], source: str, attribution: str) -> Municipalities:
        """Areas with one key are one municipality."""
        parts: dict[tuple[str, str], list[Any]] = {}
        for one in boundaries:
            parts.setdefault((one.name, one.key), []).append(one.shape)
        areas = {who: shapely.union_all(shapes) for who, shapes in sorted(parts.items())}
        return cls(
            key=Texts.of(key for _, key in areas),
            name=Texts.of(name for name, _ in areas),
            area=Texts.of(shapely.to_wkt(area, rounding_precision=6) for area in areas.values()),
            source=source,
            attribution=attribution,
        )

    def __len__(self) -> int:
        return len(self.key)

    def shapes(self) -> NDArray[np.object_]:
        """(n,) shapely areas."""
        return np.asarray(shapely.from_wkt(np.array(list(self.area), dtype=object)), dtype=object)

    def locate(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.int64]:
        """(n,) the municipality of each point, -1 outside of all; on a border the first by name."""
        found = np.full(len(lat), -1, np.int64)
        if not len(self):
            return found
        point, area = shapely.STRtree(self.shapes()).query(shapely.points(lon, lat), predicate="intersects")
        order = np.lexsort((-area, point))
        found[point[order]] = area[order]
        return found

    def save(self, parent: Path) -> Path:
        """Write a folder `municipalities-<hash>` below `parent`; returns it."""
        return store.write(parent, KIND, {f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def open(cls, folder: Path) -> Municipalities:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        return cls(**store.read(folder, KIND, cls))
