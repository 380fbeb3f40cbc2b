"""What a private ride would really drive: the router's own rule, asked for one ride."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from routing.snapshot import Snapshot

from mitfahr.db.rides import Ride
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.services.live_rides import router_ride
from routing import overlay
from routing.earth import beeline_m
from routing.hierarchy import UNREACHABLE, drive_s
from routing.journey import Leg, Place
from routing.query import Party
from routing.reasons import Reason
from routing.rides import (
    BoardingRefused,
    DriveTime,
    Insertion,
    departures,
    drive_through,
    insertions,
)
from routing.roads import Mode, locate


@dataclass(frozen=True, slots=True)
class Way:
    """The direct way by car."""

    drive_s: int
    metres: int
    """Taken short: the straight line. Prices are bound by it, in the riders' favour."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When the driver leaves and when each stop of the ride is reached (the start: left)."""

    driver_departure_s: int
    reached_s: tuple[int, ...]


def direct_way(snapshot: Snapshot, origin: Place, destination: Place) -> Way | None:
    """None where no street joins the two for a car."""
    driving_s = drive_time(snapshot)(_bare(origin), _bare(destination))
    if driving_s is None:
        return None
    metres = beeline_m(origin.lat, origin.lon, destination.lat, destination.lon)
    return Way(driving_s, int(metres))


def drive_time(snapshot: Snapshot) -> DriveTime:
    """Seconds by car between two places of the snapshot's roads, each pair asked once."""
    roads, hierarchy = snapshot.roads, snapshot.hierarchy

    @cache
    def between(from_lat: float, from_lon: float, to_lat: float, to_lon: float) -> int | None:
        if roads is None or hierarchy is None:
            return None
        origin = locate(roads, np.array([from_lat]), np.array([from_lon]), Mode.CAR)
        destination = locate(roads, np.array([to_lat]), np.array([to_lon]), Mode.CAR)
        seconds = int(drive_s(roads, hierarchy, origin, destination)[0, 0])
        return None if seconds >= UNREACHABLE else seconds

    return lambda origin, destination: between(origin.lat, origin.lon, destination.lat, destination.lon)


def find_boarding(ride: overlay.Ride, leg: Leg, party: Party, drive_time: DriveTime) -> Insertion:
    """The boarding that gives exactly the times of `leg`, with the least driving.

    The leg's own positions may be stale: somebody may have booked since it was shown, which renumbers
    the ride's stops without touching this leg. Raises BoardingRefused.
    """
    fitting = _boardings(ride, leg, party, drive_time)
    if fitting:
        return min(fitting, key=lambda found: (found.detour_s, found.board_after, found.alight_after))
    hops = len(ride.seats_free)
    roomy = replace(ride, seats_free=(MAX_PASSENGERS,) * hops, wheelchairs_free=(MAX_PASSENGERS,) * hops)
    if _boardings(roomy, leg, party, drive_time):
        raise BoardingRefused(Reason.SEATS_TAKEN)
    raise BoardingRefused(Reason.TIMES_CHANGED)


def plan_ride(snapshot: Snapshot, ride: Ride) -> Plan | None:
    """How a private ride would be driven as it is now; None if it can no longer keep its promises.

    Of all possible departures the one that is late for nobody, and of those the latest.
    """
    live, seconds_between = router_ride(ride), drive_time(snapshot)
    plans: list[Plan] = []
    for departure_s in departures(live):
        try:
            plans.append(Plan(departure_s, drive_through(live, departure_s, seconds_between)))
        except BoardingRefused:
            continue
    return min(plans, key=lambda plan: (_lateness_s(live, plan), -plan.driver_departure_s), default=None)


def still_drivable(snapshot: Snapshot, ride: Ride) -> bool:
    return plan_ride(snapshot, ride) is not None


def _boardings(ride: overlay.Ride, leg: Leg, party: Party, drive_time: DriveTime) -> list[Insertion]:
    return [
        found
        for found in insertions(ride, _bare(leg.origin), _bare(leg.destination), party, drive_time)
        if found.pickup_s == leg.departure_s and found.dropoff_s == leg.arrival_s
    ]


def _lateness_s(ride: overlay.Ride, plan: Plan) -> int:
    late_s = 0
    for stop, reached_s in zip(ride.stops, plan.reached_s, strict=True):
        for promised_s in (stop.promised_pickup_s, stop.promised_dropoff_s):
            late_s += 0 if promised_s is None else max(0, reached_s - promised_s)
    return late_s


def _bare(place: Place) -> overlay.RideStop:
    return overlay.RideStop(place.lat, place.lon, place.name, place.stop_id)
