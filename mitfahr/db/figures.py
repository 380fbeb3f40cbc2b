"""What is counted for an association's figures."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.rides import Ride
from mitfahr.db.vehicle_log import VehicleReading
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.figures import CountedLeg
from mitfahr.domain.rides import RideKind
from mitfahr.domain.states import LegState
from routing.query import Party


def legs_to_count(session: Session, organisation_id: str, from_s: int, until_s: int) -> list[CountedLeg]:
    """Everybody who travelled with the association, or should have, by when they got on."""
    for_other = sa.or_(Booking.was_for_other, Booking.rider_id != Booking.booked_by_id)
    rows = session.execute(
        select(
            BookingLeg.booking_id,
            Ride.id,
            BookingLeg.departure_s,
            BookingLeg.origin_area,
            BookingLeg.state,
            BookingLeg.seats,
            BookingLeg.wheelchairs,
            for_other,
        )
        .join(Ride, BookingLeg.ride_id == Ride.id)
        .join(Booking, BookingLeg.booking_id == Booking.id)
        .where(
            Ride.organisation_id == organisation_id,
            BookingLeg.state.in_([LegState.COMPLETED, LegState.NO_SHOW]),
            BookingLeg.departure_s >= from_s,
            BookingLeg.departure_s < until_s,
        )
    )
    return [
        CountedLeg(booking, ride, at_s, origin, state, Party(seats, wheelchairs).people, bool(other))
        for booking, ride, at_s, origin, state, seats, wheelchairs, other in rows
    ]


def driven_runs(session: Session, organisation_id: str, from_s: int, until_s: int) -> list[tuple[str, int]]:
    """Published runs that ended before `until_s` and were not cancelled: id and departure (UTC seconds)."""
    rows = session.execute(
        select(Ride.id, Ride.begins_s).where(
            Ride.organisation_id == organisation_id,
            Ride.kind == RideKind.RUN,
            Ride.withdrawn_at.is_(None),
            Ride.begins_s >= from_s,
            Ride.ends_s <= until_s,
        )
    )
    return [(ride_id, begins_s) for ride_id, begins_s in rows]


def first_run_s(session: Session, organisation_id: str) -> int | None:
    """When the association's first run or tour left (UTC seconds)."""
    return session.scalar(select(sa.func.min(Ride.begins_s)).where(Ride.organisation_id == organisation_id))


def driven_km(session: Session, organisation_id: str, first: dt.date, last: dt.date) -> int | None:
    """By the clocks of its vehicles, from the last reading before `first` (or the first one after) to the last one."""
    rows = session.execute(
        select(VehicleReading.vehicle_id, VehicleReading.km, VehicleReading.read_on)
        .join(OrganisationVehicle, VehicleReading.vehicle_id == OrganisationVehicle.id)
        .where(OrganisationVehicle.organisation_id == organisation_id, VehicleReading.read_on <= last)
        .order_by(VehicleReading.km)
    )
    begin: dict[str, int] = {}
    end: dict[str, int] = {}
    for vehicle_id, km, read_on in rows:
        if read_on < first:
            begin[vehicle_id] = km
        else:
            begin.setdefault(vehicle_id, km)
            end[vehicle_id] = km
    return sum(km - begin[vehicle_id] for vehicle_id, km in end.items()) if end else None
