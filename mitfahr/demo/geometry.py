"""A flat map of the district in metres, and the few constructions on lines that drawing it needs."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]
"""(n, 2) metres east and north of the map's centre."""

Segments = NDArray[np.float64]
"""(n, 2, 2): beginning and end of n straight bits."""

_CENTRE_LAT, _CENTRE_LON = 51.2, 13.45
_TOUCHING_M = 1.0
_M_PER_DEGREE_LAT = 111_250.0
_M_PER_DEGREE_LON = 111_320.0 * math.cos(math.radians(_CENTRE_LAT))


def to_metres(lat: float, lon: float) -> tuple[float, float]:
    return (lon - _CENTRE_LON) * _M_PER_DEGREE_LON, (lat - _CENTRE_LAT) * _M_PER_DEGREE_LAT


def to_degrees(x: float, y: float) -> tuple[float, float]:
    """(lat, lon), rounded to 7 decimals like OpenStreetMap."""
    return round(_CENTRE_LAT + y / _M_PER_DEGREE_LAT, 7), round(_CENTRE_LON + x / _M_PER_DEGREE_LON, 7)


def chance(*key: object) -> float:
    """A number in [0, 1) that depends on `key` alone: the same on every machine and in every run."""
    # crc32 is linear: keys that differ in one digit give near neighbours, so the bits are mixed once more
    mixed = (zlib.crc32(repr(key).encode()) * 0x9E3779B1) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 15)) * 0x85EBCA6B) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 13)) / 2**32


def length_m(line: Line) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def bent(start: tuple[float, float], end: tuple[float, float], bend: float, step_m: float) -> Line:
    """A road from `start` to `end` that swings aside by `bend` of its length, a point about every `step_m`."""
    a, b = np.array(start), np.array(end)
    distance = float(np.hypot(*(b - a)))
    t = np.linspace(0.0, 1.0, max(2, round(distance / step_m) + 1))
    aside = np.array([-(b - a)[1], (b - a)[0]]) * bend
    swing = np.sin(np.pi * t) + 0.4 * np.sin(2 * np.pi * t)
    return np.asarray(a + t[:, None] * (b - a) + swing[:, None] * aside)


def point_along(line: Line, distance_m: float) -> tuple[float, float, float]:
    """(x, y, heading in radians) at `distance_m` from the line's beginning."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    reached = np.concatenate([[0.0], np.cumsum(steps)])
    i = int(np.clip(np.searchsorted(reached, distance_m, side="right") - 1, 0, len(steps) - 1))
    (x0, y0), (x1, y1) = line[i], line[i + 1]
    t = (distance_m - reached[i]) / steps[i]
    return float(x0 + t * (x1 - x0)), float(y0 + t * (y1 - y0)), math.atan2(y1 - y0, x1 - x0)


def segments(lines: Iterable[Line]) -> Segments:
    """The straight bits of all `lines`."""
    return np.concatenate([np.stack([line[:-1], line[1:]], axis=1) for line in lines])


def cross(line: Line, others: Segments) -> bool:
    """Whether `line` crosses one of `others`; where `line` begins or ends, touching is no crossing."""
    low, high = others.min(axis=1), others.max(axis=1)
    near = ((high >= line.min(axis=0)) & (low <= line.max(axis=0))).all(axis=1)
    p, r = line[:-1, None], np.diff(line, axis=0)[:, None]
    q, s = others[None, near, 0], (others[near, 1] - others[near, 0])[None]
    denominator = _wedge(r, s)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = _wedge(q - p, s) / denominator
        u = _wedge(q - p, r) / denominator
    # a crossing may fall exactly on a vertex, where one neighbour has t = 1 and the next t = 0
    met = (t > -1e-6) & (t < 1 + 1e-6) & (u > -1e-6) & (u < 1 + 1e-6)
    points = (p + t[..., None] * r)[met]
    away = [np.hypot(*(points - end).T) > _TOUCHING_M for end in (line[0], line[-1])]
    return bool((away[0] & away[1]).any())


def _wedge(a: Line, b: Line) -> Line:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
