"""Copies of the district side by side, for benchmarks on larger worlds."""

from __future__ import annotations

import math
from dataclasses import dataclass

_SHIFT_LAT = 0.60
_SHIFT_LON = 0.90
"""A little more than the district's extent, so that copies touch without overlapping."""


@dataclass(frozen=True)
class Copy:
    """The `index`-th copy, in this column and row of a square; copy 0 is the district itself."""

    index: int
    column: int
    row: int

    def shifted(self, lat: float, lon: float) -> tuple[float, float]:
        return round(lat + self.row * _SHIFT_LAT, 7), round(lon + self.column * _SHIFT_LON, 7)

    def renamed(self, name: str) -> str:
        return f"{name} {self.index + 1}" if self.index else name


def copies(scale: int) -> list[Copy]:
    """`scale` copies in a square; raises ValueError unless `scale` is 1, 4, 9, 16, …"""
    columns = math.isqrt(scale)
    if scale < 1 or columns * columns != scale:
        raise ValueError(f"scale must be a square number, not {scale}")
    return [Copy(row * columns + column, column, row) for row in range(columns) for column in range(columns)]


def neighbours(all_copies: list[Copy]) -> list[tuple[Copy, Copy, bool]]:
    """(copy, its neighbour, whether that lies to the east; else to the north)."""
    at = {(copy.column, copy.row): copy for copy in all_copies}
    east = [(c, at[c.column + 1, c.row], True) for c in all_copies if (c.column + 1, c.row) in at]
    north = [(c, at[c.column, c.row + 1], False) for c in all_copies if (c.column, c.row + 1) in at]
    return east + north
