"""The compiled loops over the road graph: finding the nearest street."""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int32, int64, njit, types
from numpy.typing import NDArray

from routing.street_grid import METRES_PER_DEGREE

# What comes out of a snapshot folder is read-only; writable arrays fit these signatures as well.
_BYTES = types.Array(types.uint8, 1, "C", readonly=True)
_INTS = types.Array(int32, 1, "C", readonly=True)
_LONGS = types.Array(int64, 1, "C", readonly=True)
_REALS = types.Array(float64, 1, "C", readonly=True)


@njit(float64[::1](_REALS, _REALS), cache=True, nogil=True)
def fractions_along(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of the line lies before each of its points: (n,) float64 ascending from 0 to 1."""
    along = np.zeros(len(lat), dtype=np.float64)
    for i in range(1, len(lat)):
        dy = lat[i] - lat[i - 1]
        dx = (lon[i] - lon[i - 1]) * math.cos(math.radians((lat[i] + lat[i - 1]) / 2))
        along[i] = along[i - 1] + math.sqrt(dx * dx + dy * dy)
    if along[-1] > 0.0:
        along /= along[-1]
    else:
        along[-1] = 1.0
    return along


@njit(types.UniTuple(float64, 2)(float64, float64, float64, float64), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def _nearest_on_piece(ax: float, ay: float, bx: float, by: float) -> tuple[float, float]:
    """Squared distance of the origin to the piece a–b, and where on it (0 … 1).

    At the ends the end itself is measured, so that pieces meeting in a point tie exactly.
    """
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    t = -(ax * dx + ay * dy) / length2 if length2 > 0.0 else 0.0
    if t <= 0.0:
        return ax * ax + ay * ay, 0.0
    if t >= 1.0:
        return bx * bx + by * by, 1.0
    x, y = ax + t * dx, ay + t * dy
    return x * x + y * y, t


@njit(
    types.Tuple((int32[::1], float64[::1], int32[::1]))(  # type: ignore[no-untyped-call]
        *(_REALS, _REALS, int64, int64, float64),
        *(_BYTES, _INTS, _LONGS, _REALS, _REALS),
        *(_REALS, _LONGS, _LONGS, _INTS, _INTS),
    ),
    cache=True,
    nogil=True,
)
def snap(
    lat: NDArray[np.float64],
    lon: NDArray[np.float64],
    mode: int,
    needed: int,
    limit_m: float,
    edge_access: NDArray[np.uint8],
    edge_reverse: NDArray[np.int32],
    edge_shape_start: NDArray[np.int64],
    shape_lat: NDArray[np.float64],
    shape_lon: NDArray[np.float64],
    frame: NDArray[np.float64],
    size: NDArray[np.int64],
    start: NDArray[np.int64],
    grid_piece: NDArray[np.int32],
    grid_edge: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int32]]:
    """Edge, fraction and distance (mm) of the nearest street of every point; see `routing.roads.locate`.

    A street counts if its two directions together allow all modes of `needed`. The cells around the point
    are visited ring by ring until no unvisited cell can hold anything nearer.
    """
    n = len(lat)
    found_edge = np.full(n, -1, dtype=np.int32)
    found_fraction = np.zeros(n, dtype=np.float64)
    found_off_mm = np.zeros(n, dtype=np.int32)
    south, west, cell_lat, cell_lon = frame[0], frame[1], frame[2], frame[3]
    rows, columns = size[0], size[1]
    for i in range(n):
        if not (abs(lat[i]) <= 90.0 and abs(lon[i]) <= 360.0):
            continue
        y_m = METRES_PER_DEGREE
        x_m = METRES_PER_DEGREE * math.cos(math.radians(lat[i]))
        cell_height_m, cell_width_m = cell_lat * y_m, cell_lon * x_m
        row = math.floor((lat[i] - south) / cell_lat)
        column = math.floor((lon[i] - west) / cell_lon)
        rings = int(limit_m / max(min(cell_height_m, cell_width_m), 1e-3)) + 2
        best_m2, best_edge, best_piece, best_t = limit_m * limit_m, -1, -1, 0.0
        for ring in range(rings):
            inner_m = min(
                (lat[i] - (south + (row - ring + 1) * cell_lat)) * y_m,
                ((south + (row + ring) * cell_lat) - lat[i]) * y_m,
                (lon[i] - (west + (column - ring + 1) * cell_lon)) * x_m,
                ((west + (column + ring) * cell_lon) - lon[i]) * x_m,
            )
            if ring > 0 and inner_m > 0.0 and inner_m * inner_m > best_m2:
                break
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                is_whole_row = r == row - ring or r == row + ring
                step = 1 if is_whole_row or ring == 0 else 2 * ring
                for c in range(column - ring, column + ring + 1, step):
                    if c < 0 or c >= columns:
                        continue
                    cell = r * columns + c
                    for k in range(start[cell], start[cell + 1]):
                        edge = grid_edge[k]
                        access = edge_access[edge]
                        if edge_reverse[edge] >= 0:
                            access |= edge_access[edge_reverse[edge]]
                        if access & needed != needed:
                            continue
                        p = grid_piece[k]
                        ax, ay = (shape_lon[p] - lon[i]) * x_m, (shape_lat[p] - lat[i]) * y_m
                        bx, by = (shape_lon[p + 1] - lon[i]) * x_m, (shape_lat[p + 1] - lat[i]) * y_m
                        m2, t = _nearest_on_piece(ax, ay, bx, by)
                        if m2 < best_m2 or (
                            m2 == best_m2
                            and (best_edge < 0 or edge < best_edge or (edge == best_edge and p < best_piece))
                        ):
                            best_m2, best_edge, best_piece, best_t = m2, edge, p, t
        if best_edge < 0:
            continue
        first, last = edge_shape_start[best_edge], edge_shape_start[best_edge + 1]
        along = fractions_along(shape_lat[first:last], shape_lon[first:last])
        at = best_piece - first
        fraction = along[at] + best_t * (along[at + 1] - along[at])
        if edge_access[best_edge] & mode == 0:
            best_edge = int(edge_reverse[best_edge])
            fraction = 1.0 - fraction
        found_edge[i] = best_edge
        found_fraction[i] = min(max(fraction, 0.0), 1.0)
        found_off_mm[i] = int(math.sqrt(best_m2) * 1000.0 + 0.5)
    return found_edge, found_fraction, found_off_mm
