"""The stops of a timetable by what is stored of stops of another one: a feed may rename them all, or deal out its ids anew.

An id alone is never believed: the stop must also lie where the stored one lay, or have its name nearby.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mitfahr.network import SAME_STOP_M
from mitfahr.places.words import words_of
from routing.earth import beeline_m
from routing.journey import Place
from routing.timetable import StopIdx, Timetable

HERE_M = 60
"""What lies so near under another name and another id is the same stop, called otherwise."""
MOVED_M = 300
"""So far a stop may be moved and keep its id under another name."""
SAME_NAME_M = 1000
"""So far a stop may be moved and keep its name."""


class SameStops:
    """Looks stops up in one timetable; answers are kept, because many bookings ask for the same stops."""

    def __init__(self, timetable: Timetable) -> None:
        self.timetable = timetable
        self._found: dict[Place, StopIdx | None] = {}
        self._like: dict[StopIdx, tuple[StopIdx, ...]] = {}

    def find(self, stored: Place) -> StopIdx | None:
        """The platform that is meant; None where the timetable has none any more, or for a door."""
        if stored.stop_id is None:
            return None
        if stored not in self._found:
            self._found[stored] = self._find(stored)
        return self._found[stored]

    def like(self, stop: StopIdx) -> tuple[StopIdx, ...]:
        """The platforms that people call the same stop, this one first and then the nearest."""
        if stop not in self._like:
            rows = self._named(self.timetable.stop_name[stop])
            metres = self._metres(rows, float(self._lat[stop]), float(self._lon[stop]))
            metres[rows == stop] = -1
            near = np.argsort(metres, kind="stable")
            found = (int(rows[i]) for i in near if metres[i] <= SAME_STOP_M)
            self._like[stop] = tuple(StopIdx(i) for i in found)
        return self._like[stop]

    def place(self, stop: StopIdx) -> Place:
        """The stop as journeys show it."""
        timetable = self.timetable
        return Place(
            timetable.stop_name[stop], float(self._lat[stop]), float(self._lon[stop]), timetable.stop_id[stop]
        )

    def _find(self, stored: Place) -> StopIdx | None:
        same_id = self.timetable.stop_by_id.get(stored.stop_id or "")
        if same_id is not None and self._is_plausible(same_id, stored):
            return same_id
        named = self._nearest(self._named(stored.name), stored, SAME_NAME_M)
        return named if named is not None else self._nearest(self._platforms, stored, HERE_M)

    def _is_plausible(self, stop: StopIdx, stored: Place) -> bool:
        metres = float(beeline_m(stored.lat, stored.lon, self._lat[stop], self._lon[stop]))
        limit_m = SAME_NAME_M if self.timetable.stop_name[stop] == stored.name else MOVED_M
        return metres <= limit_m

    def _nearest(self, rows: NDArray[np.int64], stored: Place, limit_m: float) -> StopIdx | None:
        if not len(rows):
            return None
        metres = self._metres(rows, stored.lat, stored.lon)
        nearest = int(np.argmin(metres))
        return StopIdx(int(rows[nearest])) if metres[nearest] <= limit_m else None

    def _metres(self, rows: NDArray[np.int64], lat: float, lon: float) -> NDArray[np.float64]:
        return beeline_m(lat, lon, self._lat[rows], self._lon[rows])

    def _named(self, name: str) -> NDArray[np.int64]:
        return np.array(self._by_words.get(tuple(words_of(name)), ()), np.int64)

    @cached_property
    def _lat(self) -> NDArray[np.float64]:
        return np.asarray(self.timetable.stop_lat)

    @cached_property
    def _lon(self) -> NDArray[np.float64]:
        return np.asarray(self.timetable.stop_lon)

    @cached_property
    def _platforms(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.timetable.stop_is_station == 0)

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], list[int]]:
        found: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for stop in self._platforms.tolist():
            found[tuple(words_of(self.timetable.stop_name[stop]))].append(stop)
        return found
