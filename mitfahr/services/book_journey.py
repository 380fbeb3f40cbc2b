"""Book a journey as it was shown: every leg of it, or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.blocks import kept_apart_from
from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride, RideStop, lock_rides
from mitfahr.db.seats import insert_stop, take_seats
from mitfahr.domain.contact_data import check_public_text
from mitfahr.domain.errors import (
    NoLongerHolds,
    NotAllowed,
    OwnRide,
    PersonBlocked,
    SeatTaken,
    TooLateToBook,
    Unknown,
)
from mitfahr.domain.holds import hold_until_s
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Action, require
from mitfahr.domain.states import LegState
from mitfahr.domain.times import moment, seconds
from mitfahr.itinerary import journey_json
from mitfahr.messages import tell_booked
from mitfahr.offered import Offered, read_signed
from mitfahr.services.find_itineraries import leg_asked_ct, ride_ids_in
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.live_rides import router_ride
from mitfahr.services.ride_schedule import Fit, fit_leg
from mitfahr.services.share_costs import allowed_ct, share_costs
from mitfahr.services.told_areas import told_area
from routing import overlay
from routing.check import check
from routing.errors import UnknownStop
from routing.journey import Boarding, Journey, Leg
from routing.query import LegKind, Party, Query
from routing.reasons import Reason
from routing.rides import BoardingRefused
from routing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class BookingForm:
    """What is sent to book. `token` is the shown journey, `rider_id` who travels.

    `keep_others`: if one leg falls away later, the rider wants to keep the rest. `message` goes to the
    drivers.
    """

    token: str
    rider_id: str
    keep_others: bool = False
    message: str | None = None


def book_journey(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    form: BookingForm,
    *,
    actor_id: str,
    idempotency_key: str,
    secret_key: str,
    law: PriceLaw,
    now: dt.datetime,
) -> str:
    """Book and return the booking's id; commits. The same form sent again gives the same id.

    Everything is tested again under the lock against the rides as they are then. Raises OfferTampered,
    ContactInText, OfferExpired, SeatTaken, TooLateToBook, NoLongerHolds, OwnRide, PersonBlocked, NotAllowed,
    IdempotencyConflict, Unknown.
    """
    check_public_text(form.message)
    offered = read_signed(form.token, secret_key)
    ride_ids = ride_ids_in([offered.journey])
    lapse_holds(sessions, snapshot, now=now, ride_ids=frozenset(ride_ids))
    try:
        with sessions.begin() as session:
            known = claim(session, actor_id, idempotency_key, _body(form), now)
            if known is not None:
                return str(known["booking_id"])
            offered.check_fresh(now)
            rider = _rider(session, form, actor_id)
            rides = _locked(session, ride_ids)
            _check_rides(session, rides, rider, now)
            journey, fits = _holds_still(snapshot, offered, rides, now)
            booking = _booking(form, offered, journey, rider, actor_id, now)
            session.add(booking)
            _add_legs(session, snapshot, booking, offered, journey, rides, fits, now)
            keep_answer(session, actor_id, idempotency_key, {"booking_id": booking.id})
            session.flush()
            for ride in rides.values():
                ride.allowed_ct = allowed_ct(ride, law)
                share_costs(session, ride, now, newcomer=booking)
            tell_booked(session, booking, now)
            mark_changed(session, rides)
    except IntegrityError as error:
        if "ck_ride_hop" in str(error.orig):
            party = offered.request.party
            raise SeatTaken("", party.seats, party.wheelchairs) from error
        raise
    return booking.id


def _body(form: BookingForm) -> dict[str, object]:
    return {
        "token": form.token,
        "rider_id": form.rider_id,
        "keep_others": form.keep_others,
        "message": form.message,
    }


def _rider(session: Session, form: BookingForm, actor_id: str) -> Person:
    rider, actor = session.get(Person, form.rider_id), session.get(Person, actor_id)
    if rider is None or actor is None:
        raise Unknown("person", form.rider_id)
    require(actor.roles, Action.BOOK if rider is actor else Action.BOOK_FOR_OTHERS)
    if not rider.is_active:
        raise NotAllowed(Action.BOOK)
    return rider


def _locked(session: Session, ride_ids: set[str]) -> dict[str, Ride]:
    try:
        return lock_rides(session, ride_ids)
    except Unknown as error:
        raise NoLongerHolds([Reason.RIDE_GONE]) from error


def _check_rides(session: Session, rides: Mapping[str, Ride], rider: Person, now: dt.datetime) -> None:
    apart = kept_apart_from(session, rider.id)
    for ride in rides.values():
        if ride.withdrawn_at is not None:
            raise NoLongerHolds([Reason.RIDE_GONE])
        if ride.driver_id == rider.id:
            raise OwnRide(ride.label)
        if ride.driver_id in apart:
            raise PersonBlocked(ride.label)
        if ride.bookable_until_s < seconds(now):
            raise TooLateToBook(ride.label, moment(ride.bookable_until_s))


def _holds_still(
    snapshot: Snapshot, offered: Offered, rides: Mapping[str, Ride], now: dt.datetime
) -> tuple[Journey, dict[str, Fit]]:
    """The offered journey as its boardings are numbered now, replayed against the locked rides.

    With it how each private ride takes its leg, by ride id.
    """
    live = {ride_id: router_ride(ride) for ride_id, ride in rides.items()}
    query = offered.request.query(booked_at=now)
    fits: dict[str, Fit] = {}
    legs = []
    for leg in offered.journey.legs:
        if leg.boarding is not None and leg.kind is LegKind.RIDE:
            fit = _fit(snapshot, query, live[leg.boarding.ride_id], leg)
            fits[fit.ride.ride_id] = fit
            leg = replace(leg, boarding=_boarding(fit))
        legs.append(leg)
    journey = replace(offered.journey, legs=tuple(legs))
    as_fitted = live | {ride_id: fit.ride for ride_id, fit in fits.items()}
    try:
        reasons = check(snapshot.with_rides(as_fitted.values()), query, journey)
    except UnknownStop:
        reasons = [Reason.TRIP_GONE]
    if reasons:
        raise _refusal(reasons, ", ".join(ride.label for ride in live.values()), query.party)
    return journey, fits


def _fit(snapshot: Snapshot, query: Query, ride: overlay.Ride, leg: Leg) -> Fit:
    try:
        return fit_leg(snapshot, query, ride, leg)
    except BoardingRefused as refused:
        raise _refusal([refused.reason], ride.label, query.party) from refused


def _boarding(fit: Fit) -> Boarding:
    found = fit.insertion
    return Boarding(
        fit.ride.ride_id, found.board_after, found.alight_after, found.driver_departure_s, found.detour_s
    )


def _refusal(reasons: Sequence[Reason], ride_label: str, party: Party) -> SeatTaken | NoLongerHolds:
    if Reason.SEATS_TAKEN in reasons:
        return SeatTaken(ride_label, party.seats, party.wheelchairs)
    return NoLongerHolds(reasons)


def _booking(
    form: BookingForm,
    offered: Offered,
    journey: Journey,
    rider: Person,
    actor_id: str,
    now: dt.datetime,
) -> Booking:
    party = offered.request.party
    return Booking(
        id=new_id(),
        rider=rider,
        booked_by_id=actor_id,
        origin_name=journey.legs[0].origin.name,
        destination_name=journey.legs[-1].destination.name,
        departure_s=journey.departure_s,
        arrival_s=journey.arrival_s,
        seats=party.seats,
        wheelchairs=party.wheelchairs,
        luggage=party.luggage,
        bicycles=party.bicycles,
        price_ct=0,
        keep_others=form.keep_others,
        message=form.message,
        journey=journey_json(journey),
        question=offered.request.as_json(),
        timetable_version=offered.timetable_version,
        created_at=now,
        legs=[],
    )


def _add_legs(
    session: Session,
    snapshot: Snapshot,
    booking: Booking,
    offered: Offered,
    journey: Journey,
    rides: Mapping[str, Ride],
    fits: Mapping[str, Fit],
    now: dt.datetime,
) -> None:
    """One row per vehicle, with its seats taken; it never pays more than was shown."""
    persons = booking.seats + booking.wheelchairs
    for leg, shown_ct in zip(journey.legs, offered.leg_price_ct, strict=True):
        if leg.kind is LegKind.WALK:
            continue
        row = _leg_row(snapshot, booking, leg, now)
        row.asked_ct = leg_asked_ct(leg, rides, persons) or 0
        row.agreed_ct = shown_ct or 0
        if leg.boarding is not None:
            ride = rides[leg.boarding.ride_id]
            row.ride = ride
            row.detour_s = leg.boarding.detour_s
            row.state, row.hold_until_s = _first_state(ride, leg, now)
            _take_places(session, ride, leg, leg.boarding, fits.get(ride.id), row)
        booking.legs.append(row)


def _leg_row(snapshot: Snapshot, booking: Booking, leg: Leg, now: dt.datetime) -> BookingLeg:
    return BookingLeg(
        id=new_id(),
        seq=len(booking.legs),
        kind=leg.kind,
        origin_name=leg.origin.name,
        origin_area=told_area(snapshot.timetable, leg.origin),
        origin_lat=leg.origin.lat,
        origin_lon=leg.origin.lon,
        destination_name=leg.destination.name,
        destination_area=told_area(snapshot.timetable, leg.destination),
        destination_lat=leg.destination.lat,
        destination_lon=leg.destination.lon,
        departure_s=leg.departure_s,
        arrival_s=leg.arrival_s,
        seats=booking.seats,
        wheelchairs=booking.wheelchairs,
        luggage=booking.luggage,
        bicycles=booking.bicycles,
        state=LegState.NOTED,
        price_ct=0,
        detour_s=0,
        moved_at=now,
    )


def _first_state(ride: Ride, leg: Leg, now: dt.datetime) -> tuple[LegState, int | None]:
    if ride.kind is RideKind.PRIVATE and ride.asks_first:
        return LegState.REQUESTED, hold_until_s(seconds(now), leg.departure_s)
    return LegState.CONFIRMED, None


def _take_places(
    session: Session, ride: Ride, leg: Leg, boarding: Boarding, fit: Fit | None, row: BookingLeg
) -> None:
    """Write the places taken into the hops, and for a private ride the two new stops before that."""
    if fit is None:  # a run keeps its stops
        first, last = boarding.board_after, boarding.alight_after
    else:
        first, last = boarding.board_after + 1, boarding.alight_after + 2
    if fit is None or fit.is_shared:
        row.board_stop_id, row.alight_stop_id = ride.stops[first].id, ride.stops[last].id
    else:
        pickup, dropoff = _promised_stops(ride, leg, first, last)
        insert_stop(session, pickup)
        insert_stop(session, dropoff)
        row.board_stop_id, row.alight_stop_id = pickup.id, dropoff.id
    if not take_seats(session, ride.id, first, last, row.seats, row.wheelchairs, row.luggage, row.bicycles):
        raise SeatTaken(ride.label, row.seats, row.wheelchairs)


def _promised_stops(ride: Ride, leg: Leg, first: int, last: int) -> tuple[RideStop, RideStop]:
    pickup = RideStop(
        id=new_id(),
        ride_id=ride.id,
        seq=first,
        lat=leg.origin.lat,
        lon=leg.origin.lon,
        name=leg.origin.name,
        stop_id=leg.origin.stop_id,
        arrival_s=leg.departure_s,
        departure_s=leg.departure_s,
        promised_pickup_s=leg.departure_s,
    )
    dropoff = RideStop(
        id=new_id(),
        ride_id=ride.id,
        seq=last,
        lat=leg.destination.lat,
        lon=leg.destination.lon,
        name=leg.destination.name,
        stop_id=leg.destination.stop_id,
        arrival_s=leg.arrival_s,
        departure_s=leg.arrival_s,
        promised_dropoff_s=leg.arrival_s,
    )
    return pickup, dropoff
