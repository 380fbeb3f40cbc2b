"""Distances on the globe: the one place for the formula."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

METRES_PER_DEGREE = EARTH_RADIUS_M * np.pi / 180
"""Of latitude."""


def beeline_m(lat: ArrayLike, lon: ArrayLike, to_lat: ArrayLike, to_lon: ArrayLike) -> NDArray[np.float64]:
    """Great-circle distances in metres between WGS84 places in degrees; broadcasts like numpy.

    Haversine formula on a sphere: within 0.6 % of the ellipsoid, exact to the millimetre for near places.
    """
    phi, to_phi = np.radians(lat), np.radians(to_lat)
    half_lat = np.sin((to_phi - phi) / 2)
    half_lon = np.sin(np.radians(np.subtract(to_lon, lon)) / 2)
    square = half_lat**2 + np.cos(phi) * np.cos(to_phi) * half_lon**2
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(square, 1.0)))
    return metres
