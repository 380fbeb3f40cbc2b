"""Streets as rides need them: driving times over one road graph, and where the stops of a timetable lie on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing import hierarchy
from routing.areas import Areas, areas
from routing.hierarchy import UNREACHABLE, Hierarchy, Sweep
from routing.journey import Place
from routing.linking import linked_anew_on_foot
from routing.links import Links
from routing.overlay import RideStop
from routing.roads import Mode, Positions, RoadGraph, locate
from routing.timetable import Timetable


@dataclass(frozen=True)
class Driving:
    """Driving times over one road graph, to and from the meeting points of one timetable too."""

    roads: RoadGraph
    car: Hierarchy
    links: Links

    @cached_property
    def _to_meetings(self) -> Sweep:
        return hierarchy.sweep_to(self.roads, self.car, self.links.meetings)

    @cached_property
    def _from_meetings(self) -> Sweep:
        return hierarchy.sweep_from(self.roads, self.car, self.links.meetings)

    def onward_s(self, places: Positions) -> NDArray[np.int64]:
        """(n_places, n_meetings) from the places to every meeting point."""
        return hierarchy.door_drive_s(self.roads, self.car, places, self._to_meetings).astype(np.int64)

    def back_s(self, places: Positions) -> NDArray[np.int64]:
        """(n_places, n_meetings) from every meeting point to the places."""
        return hierarchy.door_drive_s(self.roads, self.car, places, self._from_meetings).astype(np.int64)

    def between_s(self, origins: Positions, destinations: Positions) -> NDArray[np.int64]:
        """(n_origins, n_destinations)"""
        return hierarchy.drive_s(self.roads, self.car, origins, destinations).astype(np.int64)


@dataclass(frozen=True)
class Streets:
    """What rides need of the frozen parts; `driving` is None where no roads are known."""

    timetable: Timetable
    links: Links
    driving: Driving | None
    has_stairs: bool = True
    """Whether those who walk take stairs."""

    @cached_property
    def without_stairs(self) -> Streets:
        """The same for those who avoid stairs; drives are as they were."""
        if self.driving is None or self.driving.roads.without_stairs is self.driving.roads:
            return self
        roads = self.driving.roads.without_stairs
        links = linked_anew_on_foot(self.timetable, roads, self.links)
        return Streets(
            self.timetable, links, replace(self.driving, roads=roads, links=links), has_stairs=False
        )

    @cached_property
    def stops_of_meeting(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(start, stops): the platforms at meeting point m are stops[start[m]:start[m + 1]]."""
        usable = np.flatnonzero((self.links.stop_meeting >= 0) & (self.timetable.stop_is_station == 0))
        order = np.argsort(self.links.stop_meeting[usable], kind="stable")
        stops = usable[order].astype(np.int32)
        start = np.searchsorted(self.links.stop_meeting[stops], np.arange(self.links.n_meetings + 1))
        return start.astype(np.int64), stops

    @cached_property
    def drive_from_s(self) -> NDArray[np.uint16]:
        """`Links.drive_s` by where one arrives."""
        return np.ascontiguousarray(self.links.drive_s.T)

    @cached_property
    def areas(self) -> Areas:
        """Meeting points close together; where a point is, its first platform says."""
        start, stops = self.stops_of_meeting
        meeting = np.flatnonzero(self.has_stops)
        first = stops[start[meeting]]
        return areas(
            self.timetable.stop_lat[first], self.timetable.stop_lon[first], meeting, self.links.drive_s
        )

    @cached_property
    def has_stops(self) -> NDArray[np.bool_]:
        """(n_meetings,) whether a platform lies at a meeting point."""
        return np.diff(self.stops_of_meeting[0]) > 0

    def drive_s(self, origin: RideStop | Place, destination: RideStop | Place) -> int | None:
        """Driving time between two places; None where no road leads there (or no roads are known)."""
        if self.driving is None:
            return None
        one, other = (car_positions(self, self.driving.roads, (place,)) for place in (origin, destination))
        seconds = int(self.driving.between_s(one, other)[0, 0])
        return seconds if seconds < UNREACHABLE else None


def car_positions(streets: Streets, roads: RoadGraph, places: Sequence[RideStop | Place]) -> Positions:
    """Where cars halt for these places: a stop's meeting point, else the nearest street."""
    lat, lon = (np.array([getattr(place, axis) for place in places]) for axis in ("lat", "lon"))
    found = locate(roads, lat, lon, Mode.CAR)
    edge, fraction, off_mm = found.edge.copy(), found.fraction.copy(), found.off_mm.copy()
    links = streets.links
    for i, place in enumerate(places):
        stop = streets.timetable.stop_by_id.get(place.stop_id) if place.stop_id else None
        meeting = -1 if stop is None else int(links.stop_meeting[stop])
        if meeting >= 0:
            edge[i] = links.meeting_edge[meeting]
            fraction[i] = links.meeting_fraction[meeting]
            off_mm[i] = links.meeting_off_mm[meeting]
    return Positions(edge, fraction, off_mm)
