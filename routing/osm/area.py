"""Which part of an extract is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from routing.earth import EARTH_RADIUS_M

BoundingBox = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

Surroundings = tuple[NDArray[np.float64], NDArray[np.float64], float]
"""Latitudes, longitudes, and how many kilometres around each of these points are wanted."""


class Area(Protocol):
    def contains(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of these points belong; never one that is not finite."""


class Everywhere:
    def contains(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.isfinite(lat) & np.isfinite(lon)


@dataclass(frozen=True)
class Box:
    bbox: BoundingBox

    def contains(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
        west, south, east, north = self.bbox
        return (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)


@dataclass(frozen=True)
class Around:
    surroundings: Surroundings

    def contains(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
        from scipy.spatial import cKDTree

        center_lat, center_lon, km = self.surroundings
        finite = np.flatnonzero(np.isfinite(lat) & np.isfinite(lon))
        chord_m = 2 * EARTH_RADIUS_M * np.sin(km * 1000 / (2 * EARTH_RADIUS_M))
        tree = cKDTree(on_globe_m(np.asarray(center_lat), np.asarray(center_lon)))
        near, _ = tree.query(on_globe_m(lat[finite], lon[finite]), distance_upper_bound=chord_m)
        inside = np.zeros(len(lat), dtype=bool)
        inside[finite] = near <= chord_m
        return inside


def on_globe_m(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) metres from the Earth's centre, so that straight distances can be searched in a tree."""
    phi, lam = np.radians(lat), np.radians(lon)
    unit = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
    return EARTH_RADIUS_M * unit
