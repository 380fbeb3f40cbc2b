"""Which walks on streets between the stops of a timetable are known from another one on the same streets.

A walk on streets depends on nothing but the places of its two stops. So walks between places that stops had
before are taken over, and only from new or moved stops anybody has to search.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.links import Links
from routing.timetable import Timetable


class KeptWalks(NamedTuple):
    """Walks on streets as columns (start, end: StopIdx), and the stops (m,) from which the others are to be searched."""

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    metres: NDArray[np.int32]
    again: NDArray[np.int32]


def kept_walks(timetable: Timetable, before: Timetable, links: Links) -> KeptWalks:
    """`links` are those of `before` and of the streets on which `timetable` is laid now.

    Walks from and to stops that have to be searched again are not among the kept ones.
    """
    now_at = _same_places(timetable, before)
    was_at = np.repeat(np.arange(before.n_stops), np.diff(links.walk_start))
    known = np.flatnonzero((now_at[was_at] >= 0) & (now_at[links.walk_to] >= 0))
    start, end = now_at[was_at[known]], now_at[links.walk_to[known]]
    is_straight = links.walk_is_beeline[known] == 1
    island = links.stop_island[was_at[known]]
    is_joined = (island >= 0) & (island == links.stop_island[links.walk_to[known]])
    again = timetable.stop_is_station == 0
    again[now_at[now_at >= 0]] = False
    # Within a station the straight line stands where a longer walk on streets would; outside of it that walk counts.
    again[start[is_straight & is_joined & ~_is_one_station(timetable, start, end)]] = True
    is_kept = ~is_straight & ~again[start] & ~again[end]
    return KeptWalks(
        start[is_kept].astype(np.int32),
        end[is_kept].astype(np.int32),
        links.walk_m[known[is_kept]],
        np.flatnonzero(again).astype(np.int32),
    )


def _same_places(timetable: Timetable, before: Timetable) -> NDArray[np.int64]:
    """(n_stops before,) the stop that lies exactly where each lay, -1 for none; of several at one place each once."""
    free: dict[tuple[float, float], list[int]] = defaultdict(list)
    for stop in np.flatnonzero(timetable.stop_is_station == 0)[::-1].tolist():
        free[float(timetable.stop_lat[stop]), float(timetable.stop_lon[stop])].append(stop)
    now_at = np.full(before.n_stops, -1, np.int64)
    for stop in np.flatnonzero(before.stop_is_station == 0).tolist():
        here = free.get((float(before.stop_lat[stop]), float(before.stop_lon[stop])))
        if here:
            now_at[stop] = here.pop()
    return now_at


def _is_one_station(
    timetable: Timetable, start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.bool_]:
    station = timetable.stop_parent[start]
    is_one: NDArray[np.bool_] = (station >= 0) & (station == timetable.stop_parent[end])
    return is_one
