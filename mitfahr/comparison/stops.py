"""Which stop of one timetable is which of another: by name and place first, because publishers rename all ids at once."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from mitfahr.network import SAME_STOP_M, Network
from routing.earth import METRES_PER_DEGREE, beeline_m

SAME_PLACE_M = 50
"""What lies so near and has neither name nor id of before is the same stop all the same."""

MOVED_M = 30
"""Publishers correct positions by some metres without anything having been moved."""


class Fate(enum.StrEnum):
    GONE = "gone"
    NEW = "new"
    MOVED = "moved"
    RENAMED = "renamed"
    """Perhaps moved as well."""


@dataclass(frozen=True)
class ServedStops:
    """The stops at which anything ever calls, as people know them, (n,) each: the middle of their served platforms.

    `index` is the stop that stands for it, `ids` are those of all of its members.
    """

    index: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    names: tuple[str, ...]
    ids: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, network: Network) -> ServedStops:
        timetable = network.timetable
        n = timetable.n_stops
        called = np.zeros(n, np.bool_)
        trips = np.repeat(np.diff(timetable.pattern_trip_start), np.diff(timetable.pattern_stop_start))
        called[timetable.pattern_stops[trips > 0]] = True
        own = np.flatnonzero(called)
        head = network.stop_of[own]
        count = np.bincount(head, minlength=n)
        index = np.flatnonzero(count)
        lat, lon = (
            np.bincount(head, weights=at[own], minlength=n)[index] / count[index]
            for at in (timetable.stop_lat, timetable.stop_lon)
        )
        names, ids = list(timetable.stop_name), list(timetable.stop_id)
        members: dict[int, list[str]] = defaultdict(list)
        for stop, stands_for in enumerate(network.stop_of.tolist()):
            members[stands_for].append(ids[stop])
        return cls(
            index,
            lat,
            lon,
            tuple(names[i] for i in index.tolist()),
            tuple(frozenset(members[i]) for i in index.tolist()),
        )

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, slots=True)
class SameStop:
    """Positions in the two `ServedStops`, and how many metres lie between them."""

    before: int
    after: int
    metres: float


def same_stops(before: ServedStops, after: ServedStops) -> list[SameStop]:
    """Pairs of stops that are one, each stop at most once.

    In this order, the nearest first: the same name close by; the same id and name anywhere; the same id close by; what
    lies at the very same place.
    """
    left, right = set(range(len(before))), set(range(len(after)))
    pairs: list[SameStop] = []
    for candidates, within_m in (
        (_by_name, SAME_STOP_M),
        (_by_name_and_id, np.inf),
        (_by_id, SAME_STOP_M),
        (_by_place, SAME_PLACE_M),
    ):
        found = np.array(list(candidates(before, after, left, right)), np.int64).reshape(-1, 2)
        metres = beeline_m(
            before.lat[found[:, 0]], before.lon[found[:, 0]], after.lat[found[:, 1]], after.lon[found[:, 1]]
        )
        for i in np.lexsort((found[:, 1], found[:, 0], metres)).tolist():
            one, other = found[i].tolist()
            if metres[i] <= within_m and one in left and other in right:
                pairs.append(SameStop(one, other, float(metres[i])))
                left.discard(one)
                right.discard(other)
    return pairs


Candidates = Iterator[tuple[int, int]]


def _by_name(before: ServedStops, after: ServedStops, left: set[int], right: set[int]) -> Candidates:
    named: dict[str, list[int]] = defaultdict(list)
    for other in right:
        named[_plain(after.names[other])].append(other)
    for one in left:
        for other in named.get(_plain(before.names[one]), ()):
            yield one, other


def _by_id(before: ServedStops, after: ServedStops, left: set[int], right: set[int]) -> Candidates:
    of_id = {stop_id: other for other in right for stop_id in after.ids[other]}
    for one in left:
        for stop_id in before.ids[one]:
            if stop_id in of_id:
                yield one, of_id[stop_id]


def _by_name_and_id(before: ServedStops, after: ServedStops, left: set[int], right: set[int]) -> Candidates:
    for one, other in _by_id(before, after, left, right):
        if _plain(before.names[one]) == _plain(after.names[other]):
            yield one, other


def _by_place(before: ServedStops, after: ServedStops, left: set[int], right: set[int]) -> Candidates:
    ones, others = sorted(left), sorted(right)
    if not ones or not others:
        return
    width = np.cos(np.radians(np.mean(before.lat)))
    own, known = (
        np.column_stack([stops.lat[rows], stops.lon[rows] * width]) * METRES_PER_DEGREE
        for stops, rows in ((before, ones), (after, others))
    )
    near = cKDTree(known).query_ball_point(own, 2 * SAME_PLACE_M)
    for one, found in zip(ones, near, strict=True):
        for i in found:
            yield one, others[i]


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
