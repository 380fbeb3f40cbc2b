"""The tours of on-demand services as a search sees them: prepared once each, with the drives to and from every halt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing import hierarchy
from routing.demand import DemandService
from routing.demand_kernels import Tours
from routing.driving import Driving, Streets, car_positions
from routing.hierarchy import UNREACHABLE, Sweep
from routing.journey import Place, Promise
from routing.overlay import HALT_S
from routing.rides import BoardingRefused
from routing.roads import Positions
from routing.tour import PlaceDriveTime, Schedule, Tour, holds, loads, schedule

_LONG_AGO_S = -(2**62)


@dataclass(frozen=True, eq=False)
class PreparedTour:
    """A tour that can take more people; `places` are its base and its visits, as nodes of `demand_kernels.Tours`.

    to_halts_s, from_halts_s    (n_nodes, n_meetings) int32 driving to and from the meeting points where its service halts
    """

    tour: Tour
    nodes: Tours
    positions: Positions
    to_halts_s: NDArray[np.int32]
    from_halts_s: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class ServiceFleet:
    """One service over one pair of timetable and streets.

    stops, meetings     (n_halts,) int32 the platforms where it halts, and the meeting point of each
    tours               those on which every promise holds and all roads are known
    """

    service: DemandService
    driving: Driving
    stops: NDArray[np.int32]
    meetings: NDArray[np.int32]
    tours: tuple[PreparedTour, ...]

    def bookable_until_s(self, promise: Promise) -> int:
        """The last moment at which a promise can be had, by the terms of the service and its tours."""
        lead_s = promise.pickup_from_s - self.service.lead_s
        return min(lead_s, max(lead_s if one is None else one for one in self._until_s))

    @property
    def _until_s(self) -> list[int | None]:
        return [one.tour.bookable_until_s for one in self.tours]

    @cached_property
    def nodes(self) -> Tours:
        """All tours together."""
        columns = zip(*(one.nodes for one in self.tours), strict=True)
        starts, *rest = columns
        counts = [int(start[-1]) for start in starts]
        node_start = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        return Tours(node_start, *(np.concatenate(values) for values in rest))

    def door_s(self, door: Positions) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(n_nodes,) driving from every node to a door, and from the door to them."""
        driving = self.driving
        from_nodes, to_nodes = self._sweeps
        return (
            hierarchy.door_drive_s(driving.roads, driving.car, door, from_nodes)[0],
            hierarchy.door_drive_s(driving.roads, driving.car, door, to_nodes)[0],
        )

    @cached_property
    def _sweeps(self) -> tuple[Sweep, Sweep]:
        driving, nodes = self.driving, self._positions
        return (
            hierarchy.sweep_from(driving.roads, driving.car, nodes),
            hierarchy.sweep_to(driving.roads, driving.car, nodes),
        )

    @property
    def _positions(self) -> Positions:
        edge, fraction, off_mm = (
            np.concatenate([getattr(one.positions, name) for one in self.tours])
            for name in ("edge", "fraction", "off_mm")
        )
        return Positions(edge, fraction, off_mm)

    @cached_property
    def to_halts_s(self) -> NDArray[np.int32]:
        """(n_nodes, n_halts) from every node to the platforms."""
        return np.ascontiguousarray(np.concatenate([one.to_halts_s for one in self.tours]))

    @cached_property
    def from_halts_s(self) -> NDArray[np.int32]:
        return np.ascontiguousarray(np.concatenate([one.from_halts_s for one in self.tours]))


@dataclass(frozen=True, eq=False)
class OnDemand:
    """All on-demand services of a snapshot by id; `tours` by id, also those that nobody can get on."""

    fleets: Mapping[str, ServiceFleet] = field(default_factory=dict)
    tours: Mapping[str, Tour] = field(default_factory=dict)

    @classmethod
    def of(
        cls, streets: Streets, services: Iterable[DemandService], tours: Iterable[Tour], known: OnDemand
    ) -> OnDemand:
        """What `known` (of the same streets) has prepared already is taken over."""
        tours = tuple(tours)
        if streets.driving is None:
            return cls({}, {tour.tour_id: tour for tour in tours})
        fleets: dict[str, ServiceFleet] = {}
        for service in services:
            before = known.fleets.get(service.service_id)
            if before is not None and before.service != service:
                before = None
            prepared = {one.tour: one for one in before.tours} if before else {}
            stops = before.stops if before else _halts(streets, service)
            meetings = streets.links.stop_meeting[stops]
            own = [tour for tour in tours if tour.service_id == service.service_id]
            found = (
                prepared.get(tour) or _prepared(streets, streets.driving, meetings, tour) for tour in own
            )
            fleets[service.service_id] = ServiceFleet(
                service, streets.driving, stops, meetings, tuple(one for one in found if one is not None)
            )
        return cls(fleets, {tour.tour_id: tour for tour in tours})

    def tours_of(self, service_id: str) -> list[Tour]:
        return [tour for tour in self.tours.values() if tour.service_id == service_id]


NO_DEMAND = OnDemand()


def drive_table(streets: Streets, places: Iterable[Place]) -> PlaceDriveTime:
    """Driving times between some places, looked up at once; other places are a KeyError."""
    known = list(dict.fromkeys(places))
    driving = streets.driving
    if driving is None:
        return lambda _here, _there: None
    positions = car_positions(streets, driving.roads, known)
    seconds = driving.between_s(positions, positions)
    row = {place: i for i, place in enumerate(known)}

    def drive_s(here: Place, there: Place) -> int | None:
        found = int(seconds[row[here], row[there]])
        return found if found < UNREACHABLE else None

    return drive_s


def _halts(streets: Streets, service: DemandService) -> NDArray[np.int32]:
    """Platforms where a car can come and the service halts; a named station means all of its platforms."""
    timetable = streets.timetable

    def is_halt(stop: int) -> bool:
        parent = int(timetable.stop_parent[stop])
        if parent >= 0 and timetable.stop_id[parent] in service.stop_ids:
            return True
        lat, lon = float(timetable.stop_lat[stop]), float(timetable.stop_lon[stop])
        return service.halts_at(Place("", lat, lon, timetable.stop_id[stop]))

    reachable = np.flatnonzero((streets.links.stop_meeting >= 0) & (timetable.stop_is_station == 0))
    return np.array([stop for stop in reachable.tolist() if is_halt(stop)], np.int32)


def _prepared(
    streets: Streets, driving: Driving, meetings: NDArray[np.int32], tour: Tour
) -> PreparedTour | None:
    """None where a promise is broken already, or no road leads: then nobody else is taken."""
    places = [tour.base, *(visit.place for visit in tour.visits)]
    try:
        planned = schedule(tour, drive_table(streets, places))
    except BoardingRefused:
        return None
    if not holds(tour, planned):
        return None
    positions = car_positions(streets, driving.roads, places)
    return PreparedTour(
        tour,
        _nodes(tour, planned),
        positions,
        driving.onward_s(positions)[:, meetings].astype(np.int32),
        driving.back_s(positions)[:, meetings].astype(np.int32),
    )


def _nodes(tour: Tour, planned: Schedule) -> Tours:
    reached = planned.reached_s
    drive_s = [there - leaves for leaves, there in zip(planned.sets_off_s, reached, strict=True)]
    known_s, from_s, latest_s = [0], [0], [tour.ends_s]
    for i in range(len(tour.visits) - 1, -1, -1):
        visit, onward_s = tour.visits[i], drive_s[i + 1]
        known_s.insert(0, visit.known_s)
        from_s.insert(0, visit.from_s)
        latest_s.insert(0, min(visit.until_s, latest_s[0] - onward_s - HALT_S))
    was_there = [visit.reached_s is not None for visit in tour.visits]
    sets_off = [
        _LONG_AGO_S if done else leaves
        for done, leaves in zip((*was_there, False), planned.sets_off_s, strict=True)
    ]
    room = tour.room.seats, tour.room.wheelchairs, tour.room.luggage, tour.room.bicycles
    return Tours(
        node_start=np.array([0, len(reached)], np.int64),
        room=np.array([room], np.int32),
        free_s=np.array([tour.begins_s, *(at + HALT_S for at in reached[:-1])], np.int64),
        load=np.array(loads(tour), np.int32),
        sets_off_s=np.array(sets_off, np.int64),
        drive_s=np.array(drive_s, np.int32),
        known_s=np.array(known_s, np.int64),
        from_s=np.array(from_s, np.int64),
        latest_s=np.array(latest_s, np.int64),
    )
