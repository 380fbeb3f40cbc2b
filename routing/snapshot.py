"""The world of one moment: timetable, streets, links and rides, immutable together."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from routing import changes, hierarchy, window
from routing.bounds import Segments, segments
from routing.hierarchy import CarHierarchy
from routing.links import Links
from routing.overlay import Ride, RideStop
from routing.ride_net import Driving, Overlay, Streets
from routing.roads import RoadGraph
from routing.timetable import Timetable

T = TypeVar("T")


class Kept:
    """The few most recently used derived layouts (windows, changes) of one timetable; thread-safe.

    Two threads that miss at once may both compute; the result is the same.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                found: T = self._values[key]
                return found
        value = make()
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._size:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True)
class Snapshot:
    """What one request searches in, from its beginning to its end.

    A snapshot never changes; `with_…` return new ones that share everything that stayed.
    """

    streets: Streets
    overlay: Overlay
    kept: Kept = field(default_factory=lambda: Kept(16), repr=False, compare=False)

    @classmethod
    def of(
        cls,
        timetable: Timetable,
        links: Links,
        roads: RoadGraph | None = None,
        car: CarHierarchy | None = None,
        rides: Iterable[Ride] = (),
    ) -> Snapshot:
        """Put together from its parts; a missing hierarchy is built from the roads."""
        driving = None
        if roads is not None:
            driving = Driving(roads, car if car is not None else hierarchy.build(roads), links)
        streets = Streets(timetable, links, driving)
        return cls(streets, Overlay(streets).with_rides(rides))

    @classmethod
    def open(
        cls, timetable: Path, links: Path, roads: Path | None = None, car: Path | None = None
    ) -> Snapshot:
        """Memory-map the folders of an import, without rides; raises SnapshotUnreadable."""
        return cls.of(
            Timetable.open(timetable),
            Links.open(links),
            RoadGraph.open(roads) if roads else None,
            CarHierarchy.open(car) if car else None,
        )

    @property
    def timetable(self) -> Timetable:
        return self.streets.timetable

    @property
    def links(self) -> Links:
        return self.streets.links

    @property
    def roads(self) -> RoadGraph | None:
        return self.streets.driving.roads if self.streets.driving else None

    @cached_property
    def rides(self) -> dict[str, Ride]:
        """All live rides by id."""
        return {key: prepared.ride for key, prepared in self.overlay.prepared.items()}

    def with_rides(self, rides: Iterable[Ride]) -> Snapshot:
        """The same world with exactly these rides."""
        return Snapshot(self.streets, self.overlay.with_rides(rides), self.kept)

    def with_ride(self, ride: Ride) -> Snapshot:
        """The same world with this ride added, or changed."""
        return Snapshot(self.streets, self.overlay.with_ride(ride), self.kept)

    def without_ride(self, ride_id: str) -> Snapshot:
        return Snapshot(self.streets, self.overlay.without_ride(ride_id), self.kept)

    def drive_s(self, origin: RideStop, destination: RideStop) -> int | None:
        """Driving time between two places as rides count it; None without a way."""
        return self.streets.drive_s(origin, destination)

    def window(self, from_s: int, until_s: int, wheelchair: bool, is_mirrored: bool) -> window.Window:
        """Trips between two UTC days that hold the two moments; its times count from `window_base_s(from_s)`."""
        base_s = window_base_s(from_s)
        end_s = window_base_s(until_s) + window.DAY_S
        key = ("window", base_s, end_s, wheelchair)
        if is_mirrored:
            return self.kept.get(
                (*key, "mirrored"), lambda: window.mirror(self.window(from_s, until_s, wheelchair, False))
            )
        return self.kept.get(key, lambda: window.open_window(self.timetable, base_s, end_s, wheelchair))

    def segments(self, from_s: int, until_s: int, wheelchair: bool, is_mirrored: bool) -> Segments:
        """The fastest trips of `window` of the same arguments."""
        key = ("segments", window_base_s(from_s), window_base_s(until_s), wheelchair, is_mirrored)
        return self.kept.get(
            key,
            lambda: segments(self.window(from_s, until_s, wheelchair, is_mirrored), self.timetable.n_stops),
        )

    def changes(self, speed_m_s: float, max_walk_s: int, slack_s: int, is_mirrored: bool) -> changes.Changes:
        key = ("changes", speed_m_s, max_walk_s, slack_s)
        if is_mirrored:
            return self.kept.get(
                (*key, "mirrored"),
                lambda: changes.mirror(self.changes(speed_m_s, max_walk_s, slack_s, False)),
            )
        return self.kept.get(
            key, lambda: changes.changes(self.timetable, self.links, speed_m_s, max_walk_s, slack_s)
        )

    def service_date(self, day: int) -> dt.date:
        """The date of a service day's index."""
        return self.timetable.first_day + dt.timedelta(days=day)


def window_base_s(moment_s: int) -> int:
    """The start of the UTC day of a moment: windows begin there, so that neighbouring queries share them."""
    return moment_s // window.DAY_S * window.DAY_S
