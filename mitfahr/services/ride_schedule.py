"""What a private ride would really drive: the router's own rule, asked for one ride."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from mitfahr.db.rides import Ride
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.services.live_rides import router_ride
from routing import overlay
from routing.drive_line import drive_line
from routing.journey import Journey, Leg, Place
from routing.query import LegKind, Party
from routing.reasons import Reason
from routing.ride_net import car_positions
from routing.rides import (
    BoardingRefused,
    DriveTime,
    Insertion,
    departures,
    drive_through,
    insertions,
)
from routing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Way:
    """The fastest way by car."""

    drive_s: int
    metres: int


@dataclass(frozen=True, slots=True)
class Plan:
    """When the driver leaves and when each stop of the ride is reached (the start: left)."""

    driver_departure_s: int
    reached_s: tuple[int, ...]


def direct_way(snapshot: Snapshot, origin: Place, destination: Place) -> Way | None:
    """None where no street joins the two for a car."""
    ends = _bare(origin), _bare(destination)
    driving, driving_s = snapshot.streets.driving, snapshot.drive_s(*ends)
    if driving is None or driving_s is None:
        return None
    source, target = (car_positions(snapshot.streets, driving.roads, (end,)) for end in ends)
    line = drive_line(driving.roads, driving.car, source, target)
    return Way(driving_s, line[1]) if line else None


def measured(snapshot: Snapshot, journey: Journey) -> Journey:
    """The journey with the length of every private ride that nobody has measured yet."""
    legs = []
    for leg in journey.legs:
        if leg.kind is LegKind.RIDE and leg.distance_m is None:
            way = direct_way(snapshot, leg.origin, leg.destination)
            leg = replace(leg, distance_m=way.metres if way else None)
        legs.append(leg)
    return replace(journey, legs=tuple(legs))


def drive_time(snapshot: Snapshot) -> DriveTime:
    """Seconds by car between two places of the snapshot, each pair asked once."""

    @cache
    def between(origin: Place, destination: Place) -> int | None:
        return snapshot.drive_s(_bare(origin), _bare(destination))

    return lambda origin, destination: between(_where(origin), _where(destination))


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


def _where(stop: overlay.RideStop) -> Place:
    return Place(stop.name, stop.lat, stop.lon, stop.stop_id)
