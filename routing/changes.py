"""Changing between vehicles: which stop leads to which, and how long that takes for one traveller."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.earth import beeline_m
from routing.labels import SHIFT
from routing.links import BEELINE_FACTOR, Links
from routing.rounds import Feet
from routing.timetable import Timetable

TIMED, MINIMUM_TIME, NOT_POSSIBLE = 1, 2, 3

# Columns of `rows`.
TO, TAKES_S, WALK_S = range(3)


class Changes(NamedTuple):
    """Changes from stop s are start[s]:start[s + 1], the stop itself among them.

    to          (n,) int32 StopIdx
    takes_s     (n,) int32 from getting off to the earliest getting on, slack included
    walk_s      (n,) int32 how much of that is walking
    metres      (n,) int32
    is_beeline  (n,) uint8
    """

    start: NDArray[np.int64]
    to: NDArray[np.int32]
    takes_s: NDArray[np.int32]
    walk_s: NDArray[np.int32]
    metres: NDArray[np.int32]
    is_beeline: NDArray[np.uint8]


def walking_s(metres: NDArray[np.int32], speed_m_s: float) -> NDArray[np.int32]:
    """Whole seconds, rounded up."""
    seconds: NDArray[np.int32] = np.ceil(metres / speed_m_s).astype(np.int32)
    return seconds


def changes(timetable: Timetable, links: Links, speed_m_s: float, max_walk_s: int, slack_s: int) -> Changes:
    """All changes of the timetable for one walking speed, longest walk and transfer slack."""
    n = timetable.n_stops
    platforms = np.flatnonzero(timetable.stop_is_station == 0)
    origin = np.concatenate((platforms, np.repeat(np.arange(n), np.diff(links.walk_start))))
    to = np.concatenate((platforms, links.walk_to)).astype(np.int64)
    metres = np.concatenate((np.zeros(len(platforms), np.int32), links.walk_m))
    beeline = np.concatenate((np.zeros(len(platforms), np.uint8), links.walk_is_beeline))
    walk_s = walking_s(metres, speed_m_s)
    takes_s = walk_s + slack_s
    key = origin * n + to
    stated_key, kind, min_s = _stated(timetable)
    if len(stated_key):
        row = np.minimum(np.searchsorted(stated_key, key), len(stated_key) - 1)
        hit = stated_key[row] == key
        stated_kind = np.where(hit, kind[row], 0)
        takes_s = np.where(stated_kind == TIMED, walk_s, takes_s)
        takes_s = np.where(stated_kind == MINIMUM_TIME, min_s[row], takes_s)
        keep = (stated_kind == MINIMUM_TIME) | ((stated_kind != NOT_POSSIBLE) & (walk_s <= max_walk_s))
        missing = np.setdiff1d(stated_key[kind == MINIMUM_TIME], key)
        far_row = np.searchsorted(stated_key, missing)
        far_m = _straight_m(timetable, missing // n, missing % n)
        key = np.concatenate((key[keep], missing))
        takes_s = np.concatenate((takes_s[keep], min_s[far_row]))
        walk_s = np.concatenate((walk_s[keep], walking_s(far_m, speed_m_s)))
        metres = np.concatenate((metres[keep], far_m))
        beeline = np.concatenate((beeline[keep], np.ones(len(missing), np.uint8)))
    else:
        keep = walk_s <= max_walk_s
        key, takes_s, walk_s = key[keep], takes_s[keep], walk_s[keep]
        metres, beeline = metres[keep], beeline[keep]
    order = np.argsort(key, kind="stable")
    key, takes_s = key[order], takes_s[order].astype(np.int32)
    return Changes(
        start=np.searchsorted(key, np.arange(n + 1, dtype=np.int64) * n).astype(np.int64),
        to=(key % n).astype(np.int32),
        takes_s=takes_s,
        walk_s=np.minimum(walk_s[order], takes_s).astype(np.int32),
        metres=metres[order].astype(np.int32),
        is_beeline=beeline[order].astype(np.uint8),
    )


def mirror(forwards: Changes) -> Changes:
    """The same changes found from their end."""
    n = len(forwards.start) - 1
    origin = np.repeat(np.arange(n), np.diff(forwards.start))
    order = np.argsort(forwards.to, kind="stable")
    return Changes(
        start=np.searchsorted(forwards.to[order], np.arange(n + 1)).astype(np.int64),
        to=origin[order].astype(np.int32),
        takes_s=forwards.takes_s[order],
        walk_s=forwards.walk_s[order],
        metres=forwards.metres[order],
        is_beeline=forwards.is_beeline[order],
    )


def between(known: Changes, origin: int, to: int) -> int | None:
    """The row of the change from one stop to another; None when there is none."""
    row = int(known.start[origin]) + int(
        np.searchsorted(known.to[known.start[origin] : known.start[origin + 1]], to)
    )
    return row if row < known.start[origin + 1] and known.to[row] == to else None


def _stated(timetable: Timetable) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int32]]:
    """Stated transfers by ascending from * n_stops + to; of several for one pair the strictest type counts."""
    key = timetable.transfer_from.astype(np.int64) * timetable.n_stops + timetable.transfer_to
    order = np.lexsort((-timetable.transfer_min_s, -timetable.transfer_type, key))
    key = key[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = key[1:] != key[:-1]
    order = order[first]
    return key[first], timetable.transfer_type[order], timetable.transfer_min_s[order]


def _straight_m(timetable: Timetable, origin: NDArray[np.int64], to: NDArray[np.int64]) -> NDArray[np.int32]:
    lat, lon = timetable.stop_lat, timetable.stop_lon
    straight = beeline_m(lat[origin], lon[origin], lat[to], lon[to]) * BEELINE_FACTOR
    metres: NDArray[np.int32] = np.ceil(straight).astype(np.int32)
    return metres


def feet(known: Changes) -> Feet:
    """The changes as the rounds walk them: from each stop the shortest first."""
    cost = (known.takes_s.astype(np.int64) << SHIFT) + known.walk_s
    origin = np.repeat(np.arange(len(known.start) - 1), np.diff(known.start))
    order = np.lexsort((cost, origin))
    return Feet(known.start, known.to[order], cost[order])


def rows(known: Changes) -> NDArray[np.int32]:
    """(n, 3) int32: TO, TAKES_S and WALK_S side by side, as the sweep reads them."""
    return np.stack((known.to, known.takes_s, known.walk_s), axis=1)
