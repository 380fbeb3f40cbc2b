"""Which stops of two timetables are one stop, and which belong to one station."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.earth import beeline_m
from routing.timetable import Timetable

SAME_STOP_M = 150
"""Two feeds that give one id to places no farther apart mean one stop."""

SAME_STATION_M = 200
"""Stops of two feeds with one name no farther apart belong together."""

_DHID = re.compile(r"[a-z]{2}:\d{3,8}:[^:_]+")


@dataclass(frozen=True)
class SameStops:
    """The stops of a second timetable among those of a first, whose numbers they follow.

    number      (n_stops of the second,) int32 StopIdx of each in the merged timetable
    is_new      (n_stops of the second,) bool: no stop of the first, so a row of its own
    parent      (n_stops of the merged,) int32
    name        names of the second's stops, spelled as in the first where they belong to the same station
    """

    number: NDArray[np.int32]
    is_new: NDArray[np.bool_]
    parent: NDArray[np.int32]
    name: list[str]


def same_stops(first: Timetable, second: Timetable) -> SameStops:
    """One stop is what has one DHID, or one id and one place, and is a station in both or in neither.

    One station is what the feeds call so, and besides it what shares a stop, an id or the DHID up to the stop
    with it, or has its name close by. Two stops that neither feed gives a station stay without one.
    """
    shared = _shared(first, second)
    is_new = shared < 0
    number = np.where(is_new, first.n_stops + np.cumsum(is_new) - 1, shared).astype(np.int32)
    own_parent = np.where(second.stop_parent >= 0, number[second.stop_parent], -1).astype(np.int32)
    parent = np.concatenate([first.stop_parent, own_parent[is_new]])
    name = list(second.stop_name)
    known = _Stations.of(first)
    for head, members in _members(second).items():
        other = known.counterpart(second, shared, head, members)
        if other is None:
            continue
        for stop in members:
            if is_new[stop] and name[stop] == second.stop_name[head]:
                name[stop] = first.stop_name[other]
        if first.stop_is_station[other]:
            station = other
        elif second.stop_is_station[head]:
            station = int(number[head])
        else:
            continue
        stops = [int(number[stop]) for stop in members if not second.stop_is_station[stop]]
        for stop in {*stops, other} - {station}:
            if parent[stop] < 0 or stop >= first.n_stops:
                parent[stop] = station
    return SameStops(number, is_new, parent, name)


def _shared(first: Timetable, second: Timetable) -> NDArray[np.int64]:
    """(n_stops of the second,) the stop of the first that each of them is, -1 where none."""
    shared = np.full(second.n_stops, -1, np.int64)
    for stop, stop_id in enumerate(second.stop_id):
        other = first.stop_by_id.get(stop_id)
        if (
            other is not None
            and first.stop_is_station[other] == second.stop_is_station[stop]
            and _is_one_place(first, other, second, stop)
        ):
            shared[stop] = other
    return shared


def _is_one_place(first: Timetable, other: int, second: Timetable, stop: int) -> bool:
    """Of two stops with one id: a DHID is given once in all of Germany, wherever a feed may draw it."""
    return _stem(second.stop_id[stop]) is not None or _apart_m(first, other, second, stop) <= SAME_STOP_M


@dataclass(frozen=True)
class _Stations:
    """What a stop of another timetable may belong to: stations, and stops without one."""

    timetable: Timetable
    head: NDArray[np.int64]
    by_stem: dict[str, int]
    by_name: dict[str, list[int]]

    @classmethod
    def of(cls, timetable: Timetable) -> _Stations:
        own = np.arange(timetable.n_stops)
        head = np.where(timetable.stop_parent >= 0, timetable.stop_parent, own)
        by_stem: dict[str, int] = {}
        for stop, stop_id in enumerate(timetable.stop_id):
            stem = _stem(stop_id)
            if stem is not None:
                by_stem.setdefault(stem, int(head[stop]))
        by_name: dict[str, list[int]] = defaultdict(list)
        for stop in np.flatnonzero(head == own).tolist():
            by_name[_plain(timetable.stop_name[stop])].append(stop)
        return cls(timetable, head, by_stem, by_name)

    def counterpart(
        self, second: Timetable, shared: NDArray[np.int64], head: int, members: list[int]
    ) -> int | None:
        """What these stops of another timetable, with or below `head`, belong to."""
        heads = [int(self.head[shared[stop]]) for stop in members if shared[stop] >= 0]
        if heads:
            return next((head for head in heads if self.timetable.stop_is_station[head]), heads[0])
        same_id = self.timetable.stop_by_id.get(second.stop_id[head])
        if same_id is not None and _is_one_place(self.timetable, same_id, second, head):
            return int(self.head[same_id])
        for stop in members:
            stem = _stem(second.stop_id[stop])
            if stem in self.by_stem:
                return self.by_stem[stem]
        named = [
            (_apart_m(self.timetable, other, second, head), other)
            for other in self.by_name.get(_plain(second.stop_name[head]), ())
        ]
        apart_m, nearest = min(named, default=(np.inf, None))
        return nearest if apart_m <= SAME_STATION_M else None


def _members(timetable: Timetable) -> dict[int, list[int]]:
    """Every station, and every stop without one, with all that belongs to it."""
    members: dict[int, list[int]] = defaultdict(list)
    for stop, parent in enumerate(timetable.stop_parent.tolist()):
        members[parent if parent >= 0 else stop].append(stop)
    return members


def _stem(stop_id: str) -> str | None:
    """de:14627:4850 of de:14627:4850:1:2; None for an id that is no DHID."""
    found = _DHID.match(stop_id)
    return found[0] if found else None


def _plain(name: str) -> str:
    """Without case, blanks and signs: "Meißen, Bahnhof" is "Meißen Bahnhof"."""
    return "".join(filter(str.isalnum, name.casefold()))


def _apart_m(first: Timetable, one: int, second: Timetable, other: int) -> float:
    metres = beeline_m(
        first.stop_lat[one], first.stop_lon[one], second.stop_lat[other], second.stop_lon[other]
    )
    return float(metres)
