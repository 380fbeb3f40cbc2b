"""What the two sides of a booked ride see of each other: pages and mails take it from here only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mitfahr.db.bookings import BookingLeg
from mitfahr.db.people import Person
from mitfahr.domain.errors import Unknown
from mitfahr.domain.mobility import Aid
from mitfahr.domain.privacy import (
    LegPlace,
    PersonSeen,
    PlaceSeen,
    contact_visible,
    person_seen,
    place_seen,
)
from mitfahr.domain.ride_terms import Need
from mitfahr.domain.rides import RideKind
from mitfahr.domain.states import LegState
from mitfahr.domain.times import seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.trust import Trust, may_rate
from routing.journey import Promise


@dataclass(frozen=True, slots=True)
class PassengerSeen:
    """A passenger as the driver (or the association of a run) sees them."""

    leg_id: str
    state: LegState
    person: PersonSeen
    origin: PlaceSeen
    destination: PlaceSeen
    departure_s: int
    arrival_s: int
    seats: int
    wheelchairs: int
    luggage: int
    bicycles: int
    price_ct: int
    detour_s: int
    needs: frozenset[Need]
    aids: frozenset[Aid]
    hold_until_s: int | None
    message: str | None
    trust: Trust | None = None
    can_rate: bool = False
    promise: Promise | None = None
    """On demand: what they were promised when they booked."""

    @property
    def breaks_promise(self) -> bool:
        """Whether they have been told other times since."""
        return self.promise is not None and (
            self.departure_s > self.promise.pickup_until_s or self.arrival_s > self.promise.dropoff_until_s
        )


@dataclass(frozen=True, slots=True)
class DriverSeen:
    """The driver as a passenger sees them; `vehicle` is None until they are matched.

    Of a run the association is seen instead: its name and public phone number, at any time.
    """

    person: PersonSeen | None
    organisation: str | None
    organisation_phone: str | None
    vehicle: str | None
    trust: Trust | None = None


def companion(leg: BookingLeg, person_id: str) -> Person:
    """Whom a person shares the leg of a private ride with; raises Unknown for anybody else and for runs."""
    ride = leg.ride
    if ride is not None and ride.kind is RideKind.PRIVATE and ride.driver is not None:
        if person_id == leg.booking.rider_id:
            return ride.driver
        if person_id == ride.driver_id:
            return leg.booking.rider
    raise Unknown("leg", leg.id)


def passenger_seen(leg: BookingLeg, now: dt.datetime, trust: Trust | None = None) -> PassengerSeen:
    """The rider of a leg, for the other side of it; `trust` is what anybody may know of the rider."""
    visible = contact_visible(leg.state, leg.arrival_s, seconds(now))
    rider = leg.booking.rider
    request = TripRequest.from_json(leg.booking.question)
    origin = LegPlace(leg.origin_name, leg.origin_area, leg.origin_lat, leg.origin_lon)
    destination = LegPlace(
        leg.destination_name, leg.destination_area, leg.destination_lat, leg.destination_lon
    )
    return PassengerSeen(
        leg_id=leg.id,
        state=leg.state,
        person=person_seen(rider.first_name, rider.last_name, rider.phone, visible),
        origin=place_seen(origin, visible),
        destination=place_seen(destination, visible),
        departure_s=leg.departure_s,
        arrival_s=leg.arrival_s,
        seats=leg.seats,
        wheelchairs=leg.wheelchairs,
        luggage=leg.luggage,
        bicycles=leg.bicycles,
        price_ct=leg.price_ct,
        detour_s=leg.detour_s,
        needs=request.needs,
        aids=request.aids,
        hold_until_s=leg.hold_until_s,
        message=leg.booking.message,
        trust=trust,
        can_rate=_is_private(leg) and may_rate(leg.state, leg.arrival_s, seconds(now)),
        promise=Promise(**promise) if (promise := leg.shown.get("promise")) else None,
    )


def driver_seen(leg: BookingLeg, now: dt.datetime, trust: Trust | None = None) -> DriverSeen | None:
    """Who drives a leg, for its rider; None for legs that are no ride of ours.

    `trust` is what anybody may know of the driver.
    """
    ride = leg.ride
    if ride is None:
        return None
    if ride.kind is not RideKind.PRIVATE or ride.driver is None:
        organisation = ride.organisation
        return DriverSeen(
            person=None,
            organisation=organisation.name if organisation else None,
            organisation_phone=organisation.phone if organisation else None,
            vehicle=ride.vehicle,
        )
    visible = contact_visible(leg.state, leg.arrival_s, seconds(now))
    driver = ride.driver
    return DriverSeen(
        person=person_seen(driver.first_name, driver.last_name, driver.phone, visible),
        organisation=None,
        organisation_phone=None,
        vehicle=ride.vehicle if visible else None,
        trust=trust,
    )


def _is_private(leg: BookingLeg) -> bool:
    return leg.ride is not None and leg.ride.kind is RideKind.PRIVATE
