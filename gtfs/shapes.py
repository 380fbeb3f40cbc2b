"""shapes.txt → where the vehicles of every pattern drive, cut at its stops."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.patterns import Patterns
from gtfs.runs import RunHalts, Runs
from gtfs.stops import Stops
from gtfs.table import Table
from routing.earth import METRES_PER_DEGREE
from routing.trip_lines import TripLines

FARTHEST_M = 400.0
"""A shape that passes a stop farther away than this is not that of the trip."""

MOST_POINTS = 10_000
"""Of one line, others in between are passed over: making a zigzag simpler takes the square of its points."""
MOST_PAIRS = 5_000_000
"""Points × stops laid against each other at once; a line through the district has a few hundred thousand."""

_SIMPLER_M = 4.0
SAME_PLACE_M = 2.0
"""Distances are rounded; points this near may share one."""

_SINGLE = Notice(
    "single_shape_point",
    Words(
        "Der Linienweg besteht aus einem einzigen Punkt. Er wurde nicht beachtet.",
        "The shape consists of a single point. It has not been heeded.",
    ),
    Words("Bitte ergänzen oder löschen Sie den Linienweg.", "Please complete the shape or delete it."),
)
_UNUSED = Notice(
    "unused_shape",
    Words("Keine Fahrt nimmt diesen Linienweg.", "No trip takes this shape."),
    Words("Bitte prüfen Sie, ob er gelöscht werden kann.", "Please check whether it can be deleted."),
)
_FALLING = Notice(
    "decreasing_shape_distance",
    Words(
        "Die Entfernung ist kleiner als am Punkt davor.", "The distance is smaller than at the point before."
    ),
    Words("Bitte berichtigen Sie shape_dist_traveled.", "Please correct shape_dist_traveled."),
)
_EQUAL = Notice(
    "equal_shape_distance_diff_coordinates",
    Words(
        "Die Entfernung ist dieselbe wie am Punkt davor, der Ort aber ein anderer.",
        "The distance is the same as at the point before, but the place is another one.",
    ),
    Words("Bitte berichtigen Sie shape_dist_traveled.", "Please correct shape_dist_traveled."),
)

_Points = NDArray[np.float64]
"""(n, 2) latitude and longitude."""


def read_lines(
    shapes: Table | None, trips: Table, stops: Stops, runs: Runs, halts: RunHalts, grouped: Patterns
) -> TripLines | None:
    """The lines of all patterns, of each that of one of its trips; None for a feed without any.

    A pattern has no line where a trip of it has none, or one that does not pass its stops.
    """
    known = _points_by_shape(shapes)
    if not known:
        return None
    place = np.column_stack([stops.lat, stops.lon])
    shape_of_trip = trips.texts("shape_id")
    matched: dict[tuple[str, bytes], tuple[_Points, NDArray[np.int64]] | None] = {}
    lines: list[_Points] = []
    at_stop: list[NDArray[np.int64]] = []
    for run in grouped.first_run.tolist():
        own = halts.stop[halts.start[run] : halts.start[run + 1]]
        sections = range(runs.section_start[run], runs.section_start[run + 1])
        begins = [*halts.section_first_pos[sections.start : sections.stop].tolist(), len(own) - 1]
        pieces = []
        for section, (first, last) in zip(sections, pairwise(begins), strict=True):
            shape = str(shape_of_trip[runs.section_trip[section]])
            halting = own[first : last + 1]
            key = shape, halting.tobytes()
            if key not in matched:
                matched[key] = _cut_at(known[shape], place[halting]) if shape in known else None
            pieces.append(matched[key])
        line, at = _joined(pieces, len(own), sum(map(len, lines)))
        lines.append(line)
        at_stop.append(at)
    points = np.concatenate(lines)
    line_start = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    lat, lon = points.astype(np.float32).T
    return TripLines(
        line_start, np.ascontiguousarray(lat), np.ascontiguousarray(lon), np.concatenate(at_stop)
    )


def check_shapes(shapes: Table | None, trips: Table, findings: Findings) -> None:
    """Lines that nobody drives, that are none, or whose distances do not rise."""
    if shapes is None or not len(shapes):
        return
    code = shapes.codes("shape_id")
    order = np.lexsort((shapes.parsed("shape_pt_sequence", values.integer, 0), code))
    first = np.diff(code[order], prepend=-1) != 0
    single = first & (np.diff(code[order], append=-1) != 0)
    driven = frozenset(trips.distinct("shape_id"))
    unused = first & shapes.matching("shape_id", lambda text: text not in driven)[order]
    along = shapes.parsed("shape_dist_traveled", values.decimal, np.nan)[order]
    further = np.diff(along, prepend=np.nan)
    lat, lon = (shapes.parsed(f, values.decimal, 0)[order] for f in ("shape_pt_lat", "shape_pt_lon"))
    moved = np.hypot(np.diff(lat, prepend=0), np.diff(lon, prepend=0)) * METRES_PER_DEGREE > SAME_PLACE_M
    for mask, field, notice in (
        (single, "shape_id", _SINGLE),
        (unused, "shape_id", _UNUSED),
        (~first & (further < 0), "shape_dist_traveled", _FALLING),
        (~first & (further == 0) & moved, "shape_dist_traveled", _EQUAL),
    ):
        findings.rows(Severity.WARNING, shapes, order[mask], field, notice)


def _points_by_shape(shapes: Table | None) -> dict[str, _Points]:
    import shapely

    if shapes is None or not len(shapes):
        return {}
    sequence = shapes.parsed("shape_pt_sequence", values.integer, 0)
    code = shapes.codes("shape_id")
    order = np.lexsort((sequence, code))
    points = np.column_stack(
        [shapes.parsed(field, values.decimal, np.nan)[order] for field in ("shape_pt_lat", "shape_pt_lon")]
    )
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    names = shapes.distinct("shape_id")
    known: dict[str, _Points] = {}
    for start, end in pairwise([*starts.tolist(), len(points)]):
        line = points[start:end]
        line = np.concatenate([line[: -1 : -(-len(line) // MOST_POINTS)], line[-1:]])
        if end - start > 1 and np.isfinite(line).all():
            # degrees of longitude are shorter: the tolerance is a little finer there
            known[names[code[order[start]]]] = shapely.get_coordinates(
                shapely.simplify(shapely.linestrings(line), _SIMPLER_M / METRES_PER_DEGREE)
            )
    return known


def _cut_at(line: _Points, stops: _Points) -> tuple[_Points, NDArray[np.int64]] | None:
    """The line from the first to the last stop with a point at every stop, and which; None if it passes too far off.

    Of all ways to lay the stops on the line in their order, the one with the least squares of distances: a
    line that passes a place twice is met at the right time.
    """
    if len(line) * len(stops) > MOST_PAIRS:
        return None
    scale = np.array([1.0, np.cos(np.radians(line[0, 0]))]) * METRES_PER_DEGREE
    start, step = line[:-1] * scale, np.diff(line, axis=0) * scale
    off = stops[:, None] * scale - start[None]
    length = np.maximum((step**2).sum(axis=1), 1e-9)
    along = np.clip((off * step).sum(axis=2) / length, 0.0, 1.0)
    square = ((off - along[..., None] * step) ** 2).sum(axis=2)
    best = square.copy()
    for i in range(1, len(stops)):
        best[i] += np.minimum.accumulate(best[i - 1])
    piece = np.empty(len(stops), dtype=np.int64)
    last = len(step)
    for i in range(len(stops) - 1, -1, -1):
        last = piece[i] = int(np.argmin(best[i, : last + 1]))
    rows = np.arange(len(stops))
    if square[rows, piece].max() > FARTHEST_M**2:
        return None
    fraction = along[rows, piece]
    reached = np.maximum.accumulate(piece + fraction)
    piece = np.minimum(reached.astype(np.int64), len(step) - 1)
    on_line = line[piece] + (reached - piece)[:, None] * (line[piece + 1] - line[piece])
    bends = np.setdiff1d(np.arange(int(np.floor(reached[0])) + 1, int(np.ceil(reached[-1]))), reached)
    bends = bends.astype(np.int64)
    where = np.concatenate([reached, bends])
    order = np.argsort(where, kind="stable")
    at = np.empty(len(order), dtype=np.int64)
    at[order] = np.arange(len(order))
    return np.concatenate([on_line, line[bends]])[order], at[: len(stops)]


def _joined(
    pieces: list[tuple[_Points, NDArray[np.int64]] | None], n_stops: int, before: int
) -> tuple[_Points, NDArray[np.int64]]:
    """Sections one after another; where one ends and the next begins at one stop, it counts for the next."""
    line: list[_Points] = []
    at = np.full(n_stops, -1, dtype=np.int64)
    position, n_points = 0, before
    for piece in pieces:
        if piece is None:
            return np.empty((0, 2)), np.full(n_stops, -1, dtype=np.int64)
        at[position : position + len(piece[1])] = n_points + piece[1]
        line.append(piece[0])
        position += len(piece[1]) - 1
        n_points += len(piece[0])
    return np.concatenate(line), at
