"""The world of one moment: timetable, streets, links and rides, immutable together."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from routing import bounds, changes, hierarchy, sweep
from routing.demand import DemandService
from routing.demand_fleet import NO_DEMAND, OnDemand
from routing.driving import Driving, Streets
from routing.hierarchy import Hierarchy
from routing.links import Links
from routing.live import LiveTrips, OnRefusal
from routing.live_trips import LiveTrip
from routing.live_windows import Frame, LiveWindows
from routing.ordering import Orders, StillOrdered, whole_minute_s
from routing.overlay import Ride, RideStop
from routing.query import Needs
from routing.ride_table import Overlay, RideTable
from routing.roads import RoadGraph
from routing.rounds import Feet
from routing.runs import Runs
from routing.timetable import Timetable
from routing.tour import Tour
from routing.window import DAY_S, Window, mirror, open_window

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
    live: LiveTrips
    kept: Kept = field(default_factory=lambda: Kept(16), repr=False, compare=False)
    """What is derived from the timetable alone."""
    live_kept: Kept = field(default_factory=lambda: Kept(16), repr=False, compare=False)
    """What is derived from the timetable and this state of live data."""
    live_windows: LiveWindows = field(default_factory=LiveWindows, repr=False, compare=False)
    on_demand: OnDemand = field(default=NO_DEMAND, repr=False, compare=False)
    orders: Orders = field(default_factory=dict, repr=False, compare=False)
    """Until when trips can be ordered that run only when called."""
    still_ordered: StillOrdered = field(default_factory=StillOrdered, repr=False, compare=False)
    _orderable: dict[int, Snapshot] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The last of `orderable_at`, by minute."""

    @classmethod
    def of(
        cls,
        timetable: Timetable,
        links: Links,
        roads: RoadGraph | None = None,
        car: Hierarchy | None = None,
        rides: Iterable[Ride] = (),
    ) -> Snapshot:
        """Put together from its parts; a missing hierarchy is built from the roads."""
        driving = None
        if roads is not None:
            driving = Driving(roads, car if car is not None else hierarchy.build(roads), links)
        streets = Streets(timetable, links, driving)
        return cls(streets, Overlay(RideTable(streets)).with_rides(rides), LiveTrips(timetable))

    @classmethod
    def open(
        cls, timetable: Path, links: Path, roads: Path | None = None, car: Path | None = None
    ) -> Snapshot:
        """Memory-map the folders of an import, without rides; raises SnapshotUnreadable."""
        return cls.of(
            Timetable.open(timetable),
            Links.open(links),
            RoadGraph.open(roads) if roads else None,
            Hierarchy.open(car) if car else None,
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

    @property
    def rides(self) -> Mapping[str, Ride]:
        """All live rides by id."""
        return self.overlay.rides

    def with_rides(self, rides: Iterable[Ride]) -> Snapshot:
        """The same world with exactly these rides."""
        return replace(self, overlay=self.overlay.with_rides(rides))

    def with_ride(self, ride: Ride) -> Snapshot:
        """The same world with this ride added, or changed."""
        return replace(self, overlay=self.overlay.with_ride(ride))

    def without_ride(self, ride_id: str) -> Snapshot:
        return replace(self, overlay=self.overlay.without_ride(ride_id))

    def with_demand(self, services: Iterable[DemandService], tours: Iterable[Tour]) -> Snapshot:
        """The same world with exactly these on-demand services and tours; what stayed is not prepared again."""
        return replace(self, on_demand=OnDemand.of(self.streets, services, tours, self.on_demand))

    def with_live_trips(self, trips: Iterable[LiveTrip], on_refusal: OnRefusal | None = None) -> Snapshot:
        """The same world with exactly this known of single trips.

        What cannot be true raises UnknownTrip, UnknownStop or LiveTripRefused, or is told to `on_refusal` and left
        out.
        """
        return self._with_live(self.live.with_trips(trips, on_refusal))

    def with_live_trip(self, trip: LiveTrip) -> Snapshot:
        """The same world with this known of one trip; raises UnknownTrip, UnknownStop, LiveTripRefused."""
        return self._with_live(self.live.with_trip(trip))

    def without_live_trip(
        self, trip_id: str, service_date: dt.date, first_departure_s: int | None = None
    ) -> Snapshot:
        """The same world with nothing known of one trip, or an added one gone; raises UnknownTrip, LiveTripRefused."""
        return self._with_live(self.live.without_trip(trip_id, service_date, first_departure_s))

    def with_orders(self, orders: Orders) -> Snapshot:
        """The same world with these rules of ordering."""
        return replace(self, orders=orders, live_kept=Kept(16), still_ordered=StillOrdered())

    def orderable_at(self, moment: dt.datetime) -> Snapshot:
        """The same world, in which nobody gets on any more where a ride had to be ordered before `moment`."""
        if not self.orders:
            return self
        minute_s = whole_minute_s(moment)
        known = self._orderable.get(minute_s)
        if known is None:
            live, kept = self.live_kept.get(
                ("orderable", minute_s),
                lambda: (self.still_ordered.at(self.live, self.orders, minute_s), Kept(16)),
            )
            known = replace(self, live=live, live_kept=kept)
            known.__dict__["runs"] = self.runs  # the same: they need not be laid out again
            self._orderable.clear()
            self._orderable[minute_s] = known
        return known

    def _with_live(self, live: LiveTrips) -> Snapshot:
        return replace(self, live=live, live_kept=Kept(16))

    @property
    def without_stairs(self) -> Snapshot:
        """The same world as those walk in it who avoid stairs."""
        return replace(self, streets=self.streets.without_stairs)

    def drive_s(self, origin: RideStop, destination: RideStop) -> int | None:
        """Driving time between two places as rides count it; None without a way."""
        return self.streets.drive_s(origin, destination)

    def window(self, from_s: int, until_s: int, needs: Needs, is_mirrored: bool) -> Window:
        """Trips, as they are expected, between two UTC days that hold the two moments.

        Its times count from `window_base_s(from_s)`.
        """
        frame = Frame(window_base_s(from_s), window_base_s(until_s) + DAY_S, needs, is_mirrored)
        if not self.live.expected:
            return self._planned_window(frame)
        return self.live_kept.get(
            frame, lambda: self.live_windows.window(frame, self.live, lambda: self._planned_window(frame))
        )

    def _planned_window(self, frame: Frame) -> Window:
        if frame.is_mirrored:
            forwards = frame._replace(is_mirrored=False)
            return self.kept.get(frame, lambda: mirror(self._planned_window(forwards)))
        return self.kept.get(frame, lambda: open_window(self.timetable, *frame[:3]))

    def calls_in_order(self, from_s: int, until_s: int, needs: Needs) -> NDArray[np.int32]:
        """The calls of `window` of the same arguments by time, see `routing.sweep.in_order`."""
        key = ("calls", window_base_s(from_s), window_base_s(until_s), needs)
        return self.live_kept.get(key, lambda: sweep.in_order(self.window(from_s, until_s, needs, False)))

    def hops_s(self, from_s: int, until_s: int, needs: Needs) -> NDArray[np.int32]:
        """See `routing.bounds.hops_s`, of the `window` of the same arguments."""
        key = ("hops", window_base_s(from_s), window_base_s(until_s), needs)
        return self.live_kept.get(key, lambda: bounds.hops_s(self.window(from_s, until_s, needs, False)))

    def changes(self, speed_m_s: float, max_walk_s: int, slack_s: int, is_mirrored: bool) -> changes.Changes:
        key = ("changes", self.streets.has_stairs, speed_m_s, max_walk_s, slack_s)
        if is_mirrored:
            return self.kept.get(
                (*key, "mirrored"),
                lambda: changes.mirror(self.changes(speed_m_s, max_walk_s, slack_s, False)),
            )
        return self.kept.get(
            key, lambda: changes.changes(self.timetable, self.links, speed_m_s, max_walk_s, slack_s)
        )

    def feet(self, speed_m_s: float, max_walk_s: int, slack_s: int, is_mirrored: bool) -> Feet:
        """The same changes as the rounds walk them."""
        key = ("feet", self.streets.has_stairs, speed_m_s, max_walk_s, slack_s, is_mirrored)
        return self.kept.get(
            key, lambda: changes.feet(self.changes(speed_m_s, max_walk_s, slack_s, is_mirrored))
        )

    def change_rows(self, speed_m_s: float, max_walk_s: int, slack_s: int) -> NDArray[np.int32]:
        """The same changes as the sweep reads them."""
        key = ("change rows", self.streets.has_stairs, speed_m_s, max_walk_s, slack_s)
        return self.kept.get(key, lambda: changes.rows(self.changes(speed_m_s, max_walk_s, slack_s, False)))

    @cached_property
    def runs(self) -> Runs:
        """All live BürgerBus runs."""
        return Runs.of(self.timetable, self.overlay.runs.values())

    def service_date(self, day: int) -> dt.date:
        """The date of a service day's index."""
        return self.timetable.first_day + dt.timedelta(days=day)


def window_base_s(moment_s: int) -> int:
    """The start of the UTC day of a moment: windows begin there, so that neighbouring queries share them."""
    return moment_s // DAY_S * DAY_S
