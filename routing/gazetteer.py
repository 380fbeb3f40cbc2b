"""The frozen gazetteer: names of places, streets, addresses and points of interest, and where they are.

`routing.osm` builds it in the same pass as the road graph; whoever searches it by name brings the index.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing import store
from routing.store import Texts


class Kind(enum.IntEnum):
    PLACE = 0
    """A town, village, hamlet, part of a town, …"""
    POI = 1
    """A hospital, school, shop, station, castle, …"""
    STREET = 2
    """One entry per name and place, a point in its middle."""
    ADDRESS = 3
    """Street (or place) and house number."""


class Name(NamedTuple):
    """One row: what a Gazetteer is put together from."""

    name: str
    kind: Kind
    feature: str
    context: str
    lat: float
    lon: float
    rank: int


@dataclass(frozen=True)
class Gazetteer:
    """Columns of one gazetteer, the most important names first.

        name        (n) texts as on the map, e.g. "Meißen", "Elbstraße", "Elbstraße 7"
        kind        (n,) int8 Kind
        feature     (n,) int16 into `features`: the OSM value ("town", "hospital", "supermarket", "residential", …)
        context     (n,) int32 into `contexts`: where it lies, "Miltitz, Klipphausen", "" if unknown
        lat, lon    (n,) float64 WGS84 degrees
        rank        (n,) int32, larger is more important, comparable to inhabitants: the population of a place,
                    for others what their kind usually weighs
    `source` names extract and date; `attribution` must be shown beside the names.
    """

    name: Texts
    kind: NDArray[np.int8]
    feature: NDArray[np.int16]
    context: NDArray[np.int32]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    rank: NDArray[np.int32]
    features: Texts
    contexts: Texts
    source: str
    attribution: str

    def __len__(self) -> int:
        return len(self.lat)

    def __getitem__(self, index: int) -> Name:
        return Name(
            self.name[index],
            Kind(int(self.kind[index])),
            self.features[int(self.feature[index])],
            self.contexts[int(self.context[index])],
            float(self.lat[index]),
            float(self.lon[index]),
            int(self.rank[index]),
        )

    @classmethod
    def of(cls, names: Iterable[Name], source: str, attribution: str) -> Gazetteer:
        """Put a gazetteer together; the order of `names` does not matter."""
        rows = sorted(names, key=lambda row: (-row.rank, row.kind, *row))
        features = sorted({row.feature for row in rows})
        contexts = sorted({row.context for row in rows})
        feature_at = {text: i for i, text in enumerate(features)}
        context_at = {text: i for i, text in enumerate(contexts)}
        return cls(
            name=Texts.of(row.name for row in rows),
            kind=np.array([row.kind for row in rows], dtype=np.int8),
            feature=np.array([feature_at[row.feature] for row in rows], dtype=np.int16),
            context=np.array([context_at[row.context] for row in rows], dtype=np.int32),
            lat=np.array([row.lat for row in rows], dtype=np.float64),
            lon=np.array([row.lon for row in rows], dtype=np.float64),
            rank=np.array([row.rank for row in rows], dtype=np.int32),
            features=Texts.of(features),
            contexts=Texts.of(contexts),
            source=source,
            attribution=attribution,
        )

    def save(self, parent: Path) -> Path:
        """Write a folder `gazetteer-<hash>` below `parent`; returns it."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return store.write(parent, "gazetteer", values)

    @classmethod
    def open(cls, folder: Path) -> Gazetteer:
        """Memory-map a folder written by `save`; raises SnapshotUnreadable."""
        return cls(**store.read(folder, "gazetteer", cls))
