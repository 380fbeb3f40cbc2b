"""Layers → tiles of every zoom: clipped, joined, simplified to what a screen can show, compressed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, product
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from mitfahr.map import mvt
from mitfahr.map.layers import Geometries, Layer, in_degrees
from mitfahr.map.mvt import EXTENT, Feature, Word
from mitfahr.map.tiles import MAX_ZOOM, Tiles, number_of
from routing.progress import Progress, silent

MIN_ZOOM = 6
"""All of Saxony on one screen; from farther away there is nothing of ours to see."""

_EDGE = 80
"""Steps beyond a tile's edge that are drawn too, so that thick lines do not end there."""
_TOLERANCE = 5.0
"""Steps that a line may be off: half a pixel."""
_LEAST_AREA = 300.0
"""Square steps: smaller areas are specks."""


def cut(layers: Sequence[Layer], attribution: str, progress: Progress = silent) -> Tiles:
    """Every tile that has something on it; the same layers give the same bytes."""
    layers = [layer for layer in layers if len(layer.geometry)]
    numbers: list[int] = []
    blobs: list[bytes] = []
    for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
        progress("Karte zeichnen", (zoom - MIN_ZOOM) / (MAX_ZOOM + 1 - MIN_ZOOM))
        shown = [_shown(layer, zoom) for layer in layers]
        for x, y in sorted(set().union(*map(_touched, shown))):
            tile = mvt.encoded({layer.name: list(_in_tile(layer, x, y)) for layer in shown})
            if tile:
                numbers.append(number_of(zoom, x, y))
                blobs.append(gzip.compress(tile, 9, mtime=0))
    start = np.zeros(len(blobs) + 1, dtype=np.int64)
    np.cumsum([len(blob) for blob in blobs], out=start[1:])
    return Tiles(
        number=np.array(numbers, dtype=np.int64),
        start=start,
        blob=np.frombuffer(b"".join(blobs), dtype=np.uint8),
        bounds=_bounds(layers),
        attribution=attribution,
    )


class _Shown(NamedTuple):
    """A layer at one zoom, in steps of its tiles; things with the same words have the same `group`."""

    name: str
    geometry: Geometries
    group: NDArray[np.int64]
    words: Sequence[Mapping[str, Word]]
    tree: Any


def _shown(layer: Layer, zoom: int) -> _Shown:
    here = np.flatnonzero(layer.from_zoom <= zoom)
    geometry = shapely.transform(layer.geometry[here], lambda world: world * (EXTENT << zoom))
    geometry = shapely.simplify(geometry, _TOLERANCE)
    areas = shapely.get_dimensions(geometry) == 2
    kept = ~shapely.is_empty(geometry) & (~areas | (shapely.area(geometry) >= _LEAST_AREA))
    here, geometry = here[kept], geometry[kept]
    known: dict[tuple[tuple[str, Word], ...], int] = {}
    group = [known.setdefault(tuple(layer.words[i].items()), len(known)) for i in here.tolist()]
    words = [dict(key) for key in known]
    return _Shown(layer.name, geometry, np.array(group, dtype=np.int64), words, shapely.STRtree(geometry))


def _touched(shown: _Shown) -> Iterator[tuple[int, int]]:
    """Tiles that something of the layer may lie in."""
    box = shapely.bounds(shown.geometry) + np.array([-_EDGE, -_EDGE, _EDGE, _EDGE])
    for west, north, east, south in np.unique(np.floor_divide(box, EXTENT).astype(int), axis=0).tolist():
        yield from product(range(west, east + 1), range(north, south + 1))


def _in_tile(shown: _Shown, x: int, y: int) -> Iterator[Feature]:
    west, north = x * EXTENT, y * EXTENT
    box = (west - _EDGE, north - _EDGE, west + EXTENT + _EDGE, north + EXTENT + _EDGE)
    here = np.sort(shown.tree.query(shapely.box(*box)))
    if not len(here):
        return
    parts, row = shapely.get_parts(shapely.clip_by_rect(shown.geometry[here], *box), return_index=True)
    group = shown.group[here][row]
    for one in np.unique(group).tolist():
        yield from _features(parts[group == one], shown.words[one], west, north)


def _features(parts: Geometries, words: Mapping[str, Word], west: int, north: int) -> Iterator[Feature]:
    dimension = int(shapely.get_dimensions(parts).max())
    if dimension == 0:
        paths = [[place] for place in _places(parts, west, north)]
        yield Feature(mvt.POINT, paths, words)
    elif dimension == 1:
        lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
        found = [_path(line, west, north) for line in shapely.simplify(lines, _TOLERANCE)]
        paths = [path for path in found if len(path) > 1]
        if paths:
            yield Feature(mvt.LINE, paths, words)
    else:
        # y grows to the south, yet what counts is the sign of the area in these very numbers
        areas = shapely.orient_polygons(parts[shapely.area(parts) >= _LEAST_AREA])
        rings = [_path(ring, west, north)[:-1] for ring in shapely.get_rings(areas)]
        if rings:
            yield Feature(mvt.POLYGON, [ring for ring in rings if len(ring) > 2], words)


def _path(line: Any, west: int, north: int) -> list[tuple[int, int]]:
    """Without neighbours that are the same step."""
    return [place for place, _ in groupby(_places(line, west, north))]


def _places(geometry: Any, west: int, north: int) -> list[tuple[int, int]]:
    steps = np.rint(shapely.get_coordinates(geometry) - (west, north)).astype(int)
    return list(map(tuple, steps.tolist()))


def _bounds(layers: Sequence[Layer]) -> NDArray[np.float64]:
    boxes = np.array([shapely.total_bounds(layer.geometry) for layer in layers]).reshape(-1, 4)
    if not len(boxes):
        return np.zeros(4)
    corners = in_degrees(np.array([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)]))
    (west, north), (east, south) = corners
    return np.array([west, south, east, north])
