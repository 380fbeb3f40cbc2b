"""What is drawn on the map: one layer of geometries, each with its words and the zoom from which it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from mitfahr.map.mvt import Word

Geometries = NDArray[np.object_]
"""(n,) shapely geometries."""


class Drawn(NamedTuple):
    """One thing: a shapely geometry in degrees (longitude, latitude)."""

    geometry: Any
    from_zoom: int
    words: Mapping[str, Word]


class Layer(NamedTuple):
    """Things of one kind (all points, all lines or all areas) in world coordinates: x to the east, y to the south, 0 to 1.

    Things with the same words are drawn as one.
    """

    name: str
    geometry: Geometries
    from_zoom: NDArray[np.int8]
    words: list[Mapping[str, Word]]

    @classmethod
    def of(cls, name: str, things: Iterable[Drawn]) -> Layer:
        rows = list(things)
        geometry = np.array([row.geometry for row in rows], dtype=object)
        return cls(
            name,
            shapely.transform(geometry, in_world),
            np.array([row.from_zoom for row in rows], dtype=np.int8),
            [row.words for row in rows],
        )


def in_world(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) longitude and latitude → the square of the Web Mercator map."""
    phi = np.radians(np.clip(degrees[:, 1], -85.0, 85.0))
    y = 0.5 - np.log(np.tan(np.pi / 4 + phi / 2)) / (2 * np.pi)
    return np.column_stack([degrees[:, 0] / 360 + 0.5, y])


def in_degrees(world: NDArray[np.float64]) -> NDArray[np.float64]:
    """The way back: (n, 2) places in the square → longitude and latitude."""
    lat = np.degrees(2 * np.arctan(np.exp((0.5 - world[:, 1]) * 2 * np.pi)) - np.pi / 2)
    return np.column_stack([(world[:, 0] - 0.5) * 360, lat])
