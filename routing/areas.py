"""Meeting points that lie close together, a handful each: where a rough answer for all of them at once will do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.earth import beeline_m

MOST_IN_AREA = 8
NO_AREA = -1


class Areas(NamedTuple):
    """of_meeting   (n_meetings,) int32, NO_AREA where no platform lies
    drive_s         (n_meetings, n_areas) uint16 by car from a meeting point to the nearest one of an area; `ride_clocks.NO_WAY` without a way
    """

    of_meeting: NDArray[np.int32]
    drive_s: NDArray[np.uint16]


def areas(
    lat: NDArray[np.float64],
    lon: NDArray[np.float64],
    meeting: NDArray[np.int64],
    drive_s: NDArray[np.uint16],
) -> Areas:
    """`lat` and `lon` of the points `meeting`, all others are in no area; `drive_s` (n_meetings, n_meetings) from row to column."""
    of_meeting = np.full(len(drive_s), NO_AREA, np.int32)
    waiting, n = ([np.arange(len(meeting))] if len(meeting) else []), 0
    while waiting:
        rows = waiting.pop()
        if len(rows) <= MOST_IN_AREA:
            of_meeting[meeting[rows]] = n
            n += 1
            continue
        south, north, west, east = lat[rows].min(), lat[rows].max(), lon[rows].min(), lon[rows].max()
        is_tall = beeline_m(south, west, north, west) > beeline_m(south, west, south, east)
        order = rows[np.argsort((lat if is_tall else lon)[rows], kind="stable")]
        waiting += [order[: len(order) // 2], order[len(order) // 2 :]]
    order = np.argsort(of_meeting, kind="stable")[len(of_meeting) - len(meeting) :]
    first = np.searchsorted(of_meeting[order], np.arange(n))
    nearest = (
        np.minimum.reduceat(drive_s.T[order], first, axis=0) if n else np.empty((0, len(drive_s)), np.uint16)
    )
    return Areas(of_meeting, np.ascontiguousarray(nearest.T))
