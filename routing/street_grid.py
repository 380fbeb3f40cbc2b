"""A grid over the lines of all streets, so that the nearest one is found by looking at a few cells.

Every piece of a street's line (two neighbouring shape points) is listed in each cell it touches. Of the
two directions of a street only the edge with the lower index is listed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.earth import EARTH_RADIUS_M

METRES_PER_DEGREE = math.pi * EARTH_RADIUS_M / 180
CELL_M = 250.0
_CELLS_PER_PIECE = 4
_PART_CELLS = 0.9


@dataclass(frozen=True)
class StreetGrid:
    """Cells in row-major order, rows from south to north, columns from west to east.

    frame       (4,) float64: latitude and longitude of the south-west corner, then height and width of a cell, degrees
    size        (2,) int64: rows, columns
    start       (rows * columns + 1,) int64: entries start[c]:start[c + 1] lie in cell c
    piece       (n,) int32: a piece runs from shape point `piece` to `piece` + 1; ascending within a cell
    edge        (n,) int32 EdgeIdx the piece belongs to
    """

    frame: NDArray[np.float64]
    size: NDArray[np.int64]
    start: NDArray[np.int64]
    piece: NDArray[np.int32]
    edge: NDArray[np.int32]


def build_grid(
    shape_lat: NDArray[np.float64],
    shape_lon: NDArray[np.float64],
    edge_shape_start: NDArray[np.int64],
    edge_reverse: NDArray[np.int32],
) -> StreetGrid:
    """The grid over these streets (arrays as in `RoadGraph`); without streets a single empty cell."""
    piece, edge = _listed_pieces(edge_shape_start, edge_reverse)
    if len(piece) == 0:
        empty = np.zeros(0, dtype=np.int32)
        return StreetGrid(
            np.array([0.0, 0.0, 1.0, 1.0]), np.array([1, 1]), np.zeros(2, dtype=np.int64), empty, empty
        )
    frame, size = _frame(shape_lat, shape_lon, len(piece))
    cell, row = _touched_cells(shape_lat, shape_lon, piece, frame, size)
    order = np.lexsort((row, cell))
    cell, row = cell[order], row[order]
    fresh = np.ones(len(cell), dtype=bool)
    fresh[1:] = (cell[1:] != cell[:-1]) | (row[1:] != row[:-1])
    cell, row = cell[fresh], row[fresh]
    start = np.zeros(int(size[0] * size[1]) + 1, dtype=np.int64)
    np.cumsum(np.bincount(cell, minlength=len(start) - 1), out=start[1:])
    return StreetGrid(frame, size, start, piece[row], edge[row])


def _listed_pieces(
    edge_shape_start: NDArray[np.int64], edge_reverse: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    n_edges = len(edge_reverse)
    n_points = int(edge_shape_start[-1]) if n_edges else 0
    edge_of_point = np.repeat(np.arange(n_edges, dtype=np.int32), np.diff(edge_shape_start))
    is_listed = (edge_reverse < 0) | (np.arange(n_edges) < edge_reverse)
    starts_piece = np.ones(n_points, dtype=bool)
    starts_piece[np.asarray(edge_shape_start[1:], dtype=np.int64) - 1] = False
    piece = np.flatnonzero(starts_piece & is_listed[edge_of_point]).astype(np.int32)
    return piece, edge_of_point[piece]


def _frame(
    lat: NDArray[np.float64], lon: NDArray[np.float64], n_pieces: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """South-west corner and cell size; cells grow where streets are few over a wide area."""
    south, north, west, east = lat.min(), lat.max(), lon.min(), lon.max()
    height_m = (north - south) * METRES_PER_DEGREE
    width_m = (east - west) * METRES_PER_DEGREE * np.cos(np.radians((south + north) / 2))
    most_cells = _CELLS_PER_PIECE * n_pieces + 100
    cell_m = max(CELL_M, float(np.sqrt(height_m * width_m / most_cells)), max(height_m, width_m) / most_cells)
    cell_lat = cell_m / METRES_PER_DEGREE
    cell_lon = cell_lat / max(float(np.cos(np.radians((south + north) / 2))), 1e-6)
    size = np.array([int((north - south) / cell_lat) + 1, int((east - west) / cell_lon) + 1], dtype=np.int64)
    return np.array([south, west, cell_lat, cell_lon], dtype=np.float64), size


def _touched_cells(
    lat: NDArray[np.float64],
    lon: NDArray[np.float64],
    piece: NDArray[np.int32],
    frame: NDArray[np.float64],
    size: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(cell, row of `piece`) pairs, possibly repeated: all cells a piece touches and few others.

    A piece is cut into parts shorter than a cell; of each part the cells of its bounding box count.
    """
    south, west, cell_lat, cell_lon = frame
    row_a, row_b = (lat[piece] - south) / cell_lat, (lat[piece + 1] - south) / cell_lat
    col_a, col_b = (lon[piece] - west) / cell_lon, (lon[piece + 1] - west) / cell_lon
    span = np.maximum(np.abs(row_b - row_a), np.abs(col_b - col_a))
    n_parts = np.floor(span / _PART_CELLS).astype(np.int64) + 1
    owner = np.repeat(np.arange(len(piece)), n_parts)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(n_parts) - n_parts, n_parts)
    t_a, t_b = nth / n_parts[owner], (nth + 1) / n_parts[owner]
    rows_at = [row_a[owner] + t * (row_b - row_a)[owner] for t in (t_a, t_b)]
    cols_at = [col_a[owner] + t * (col_b - col_a)[owner] for t in (t_a, t_b)]
    # A part is shorter than a cell, so even with the margin for rounding its box has at most 2 × 2 cells.
    low_row, high_row = _cells_between(rows_at[0], rows_at[1], int(size[0]))
    low_col, high_col = _cells_between(cols_at[0], cols_at[1], int(size[1]))
    corners = [(r, c) for r in (low_row, high_row) for c in (low_col, high_col)]
    return np.concatenate([r * size[1] + c for r, c in corners]), np.tile(owner, 4)


def _cells_between(
    a: NDArray[np.float64], b: NDArray[np.float64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    margin = 1e-9
    low = np.floor(np.minimum(a, b) - margin).astype(np.int64)
    high = np.floor(np.maximum(a, b) + margin).astype(np.int64)
    return np.clip(low, 0, count - 1), np.clip(high, 0, count - 1)
