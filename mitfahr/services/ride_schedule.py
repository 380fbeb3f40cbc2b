"""What a private ride would really drive: the router's own rule, asked for one ride."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from mitfahr.db.rides import Ride
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.services.live_rides import router_ride
from routing import overlay
from routing.check import insertion_of
from routing.drive_line import drive_line
from routing.driving import car_positions
from routing.journey import Journey, Leg, Place
from routing.query import LegKind, Query
from routing.reasons import Reason
from routing.rides import (
    BoardingRefused,
    Insertion,
    departures,
    drive_through,
    has_room,
    insertions,
)
from routing.snapshot import Snapshot

T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class Fit:
    """`ride` with `insertion` is the ride with the new passenger.

    `is_shared`: somebody on board has the same pick-up and drop-off; `ride` is then the ride without
    these two stops, which exist already, at the places in the order that the insertion names.
    """

    ride: overlay.Ride
    insertion: Insertion
    is_shared: bool


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


def fit_leg(snapshot: Snapshot, query: Query, ride: overlay.Ride, leg: Leg) -> Fit:
    """How a private ride takes a leg now, at exactly the times shown; raises BoardingRefused.

    Somebody may have booked since the leg was shown. If that was the same pick-up and drop-off, both
    use the same two stops: without this, of three who were shown three free seats only one could book,
    because every new halt moves the times of the next.
    """
    shared = _shared_stops(ride, leg)
    if shared is not None:
        before = _as_before(ride, *shared)
        found = _insertion(snapshot, query, before, leg)
        if found is not None and (found.board_after + 1, found.alight_after + 2) == shared:
            return Fit(before, found, is_shared=True)
    try:
        return Fit(ride, insertion_of(snapshot, query, ride, leg), is_shared=False)
    except BoardingRefused:
        if _lacks_room(snapshot, query, ride, leg):
            raise BoardingRefused(Reason.SEATS_TAKEN) from None
        raise


def plan_ride(snapshot: Snapshot, ride: Ride) -> Plan | None:
    """How a private ride would be driven as it is now; None if it can no longer keep its promises."""
    return plan_live(snapshot, router_ride(ride))


def plan_live(snapshot: Snapshot, live: overlay.Ride) -> Plan | None:
    """Of all possible departures the one that is late for nobody, and of those the latest."""
    drive_time = cache(snapshot.drive_s)
    plans: list[Plan] = []
    for departure_s in departures(live):
        try:
            plans.append(Plan(departure_s, drive_through(live, departure_s, drive_time)))
        except BoardingRefused:
            continue
    return min(plans, key=lambda plan: (_lateness_s(live, plan), -plan.driver_departure_s), default=None)


def still_drivable(snapshot: Snapshot, ride: Ride) -> bool:
    return plan_ride(snapshot, ride) is not None


def _insertion(snapshot: Snapshot, query: Query, ride: overlay.Ride, leg: Leg) -> Insertion | None:
    try:
        return insertion_of(snapshot, query, ride, leg)
    except BoardingRefused:
        return None


def _shared_stops(ride: overlay.Ride, leg: Leg) -> tuple[int, int] | None:
    """Promised stops of the ride that are just where and when the leg begins and ends."""
    inner = range(1, len(ride.stops) - 1)
    begin = [
        i
        for i in inner
        if _is_at(ride.stops[i], leg.origin) and ride.stops[i].promised_pickup_s == leg.departure_s
    ]
    end = [
        i
        for i in inner
        if _is_at(ride.stops[i], leg.destination) and ride.stops[i].promised_dropoff_s == leg.arrival_s
    ]
    return next(((i, j) for i in begin for j in end if i < j), None)


def _is_at(stop: overlay.RideStop, place: Place) -> bool:
    return (stop.lat, stop.lon, stop.stop_id) == (place.lat, place.lon, place.stop_id)


def _as_before(ride: overlay.Ride, first: int, last: int) -> overlay.Ride:
    """The ride as if its stops `first` and `last` were still to come: what is free between them stays free."""

    def without(values: tuple[T, ...], *gone: int) -> tuple[T, ...]:
        return tuple(value for i, value in enumerate(values) if i not in gone)

    return replace(
        ride,
        stops=without(ride.stops, first, last),
        seats_free=without(ride.seats_free, first - 1, last),
        wheelchairs_free=without(ride.wheelchairs_free, first - 1, last),
        luggage_free=without(ride.luggage_free, first - 1, last),
        bicycles_free=without(ride.bicycles_free, first - 1, last),
    )


def _lacks_room(snapshot: Snapshot, query: Query, ride: overlay.Ride, leg: Leg) -> bool:
    """Whether it is for want of seats: every way of least driving for the leg is full."""
    room = (max(MAX_PASSENGERS, query.party.luggage, query.party.bicycles),) * len(ride.seats_free)
    empty = replace(ride, seats_free=room, wheelchairs_free=room, luggage_free=room, bicycles_free=room)
    ends = _bare(leg.origin), _bare(leg.destination)
    found = list(insertions(empty, *ends, query.party, cache(snapshot.drive_s)))
    least_s = min((insertion.detour_s for insertion in found), default=0)
    shortest = [insertion for insertion in found if insertion.detour_s == least_s]
    return bool(shortest) and not any(
        has_room(ride, insertion.board_after, insertion.alight_after, query.party) for insertion in shortest
    )


def _lateness_s(ride: overlay.Ride, plan: Plan) -> int:
    late_s = 0
    for stop, reached_s in zip(ride.stops, plan.reached_s, strict=True):
        for promised_s in (stop.promised_pickup_s, stop.promised_dropoff_s):
            late_s += 0 if promised_s is None else max(0, reached_s - promised_s)
    return late_s


def _bare(place: Place) -> overlay.RideStop:
    return overlay.RideStop(place.lat, place.lon, place.name, place.stop_id)
