"""Book what was shown: every leg of a journey, and of the journey back, or none of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.carry_over import name_of
from mitfahr.db.base import new_id
from mitfahr.db.blocks import kept_apart_from
from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.demand_services import services_by_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride, RideStop, lock_rides, read_again
from mitfahr.db.seats import insert_stop, take_seats
from mitfahr.db.waiting import ride_handed_out
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.contact_data import check_public_text
from mitfahr.domain.errors import (
    NoLongerHolds,
    NotAllowed,
    NotForParty,
    OwnRide,
    PersonBlocked,
    SeatTaken,
    StateForbids,
    TooLateToBook,
    Unknown,
)
from mitfahr.domain.holds import hold_until_s
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Action, require
from mitfahr.domain.states import BookingState, LegState
from mitfahr.domain.times import moment, seconds
from mitfahr.domain.waiting import HANDED_OUT
from mitfahr.itinerary import journey_json
from mitfahr.legs_now import journey_now
from mitfahr.messages import tell_booked
from mitfahr.offered import Offered, read_all_signed
from mitfahr.services.find_itineraries import leg_asked_ct, ride_ids_in
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.live_rides import router_ride
from mitfahr.services.live_tours import router_service, router_tours
from mitfahr.services.organisation_tasks import may_book_for_callers
from mitfahr.services.release_legs import rides_of
from mitfahr.services.ride_schedule import Fit, fit_leg
from mitfahr.services.share_costs import allowed_ct, share_costs
from mitfahr.services.take_request import Taken, take_request, tours_for, write_request
from mitfahr.services.told_areas import told_area
from routing import overlay
from routing.check import check
from routing.demand import DemandService
from routing.errors import UnknownStop
from routing.journey import Boarding, Journey, Leg, Promise
from routing.query import LegKind, Party, Query
from routing.reasons import Reason
from routing.rides import BoardingRefused
from routing.snapshot import Snapshot
from routing.tour import Tour

MOVED_FAR_S = 300
"""By so much live data may move a trip between looking at a journey and booking it, as long as every change works."""
Way = tuple[str | None, float, float, float, float, int, int]
"""See `way_of`."""
Fits = dict[int, Fit | Taken]
"""How private rides and tours take legs, by the number of the leg in its journey."""
Agreed = tuple[LegState, int | None]
"""The state of a leg and until when it holds its places without an answer."""


@dataclass(frozen=True, slots=True)
class BookingForm:
    """What is sent to book. `token` is the shown journey (or two, there and back, see
    `mitfahr.offered.read_all_signed`), `rider_id` who travels.

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
    """Book and return the booking's id (of two: of the way there); commits.

    The same form sent again gives the same id. Everything is tested again under the lock against the
    rides as they are then. Raises OfferTampered, WayBackTooEarly, ContactInText, OfferExpired, SeatTaken,
    TooLateToBook, NoLongerHolds, OwnRide, PersonBlocked, NotAllowed, IdempotencyConflict, Unknown.
    """
    check_public_text(form.message)
    offers = read_all_signed(form.token, secret_key)
    ride_ids = ride_ids_in(offered.journey for offered in offers)
    lapse_holds(sessions, snapshot, now=now, ride_ids=frozenset(ride_ids))
    with seats_or_refusal(offers[0].request.party), sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, _body(form), now)
        if known is not None:
            return str(known["booking_id"])
        for offered in offers:
            offered.check_fresh(now)
        rides = lock_for_booking(session, ride_ids | tours_for(session, (one.journey for one in offers)))
        rider = _rider(session, form, actor_id, {ride_id: rides[ride_id] for ride_id in ride_ids})
        check_rides(session, named_in(rides, offers), rider, now)
        check_nobody_waits(session, ride_ids, rider, offers[0].request.party, now)
        trip_id = new_id() if len(offers) > 1 else None
        bookings = []
        for offered in offers:
            booking = _booking(form, offered, rider, actor_id, trip_id, now)
            write_booking(session, snapshot, booking, offered, law=law, now=now)
            tell_booked(session, booking, now)
            bookings.append(booking)
        keep_answer(session, actor_id, idempotency_key, {"booking_id": bookings[0].id})
        mark_changed(session, ride_ids.union(*map(rides_of, bookings)))
    return bookings[0].id


@contextmanager
def seats_or_refusal(party: Party) -> Iterator[None]:
    """What the constraints of the database refuse is SeatTaken like any other lack of room, and a second
    booking in place of the same one is StateForbids."""
    try:
        yield
    except IntegrityError as error:
        if "ck_ride_hop" in str(error.orig):
            raise SeatTaken("", party.seats, party.wheelchairs) from error
        if "replaces_id" in str(error.orig):
            raise StateForbids(BookingState.ENDED, "replaced") from error
        raise


def write_booking(
    session: Session,
    snapshot: Snapshot,
    booking: Booking,
    offered: Offered,
    *,
    law: PriceLaw,
    now: dt.datetime,
    agreed: Mapping[Way, Agreed] = MappingProxyType({}),
) -> None:
    """Fill in a bare booking: its journey, legs and prices, with the places taken; sends no word.

    The caller has locked the rides of the journey and checked who rides with whom. A driver who has
    said yes to a way (`agreed`), or has been asked for it, is not asked again. Raises SeatTaken, NotForParty
    or NoLongerHolds.
    """
    rides = read_again(session, ride_ids_in([offered.journey]) | tours_for(session, [offered.journey]))
    for ride in rides.values():
        if not ride.terms.suit(offered.request.needs, booking.rider.is_woman):
            raise NotForParty(ride.label)
    journey, fits = _holds_still(session, snapshot, offered, rides, booking.rider, now)
    booking.journey = dict(journey_json(journey))
    booking.checked_against = name_of(snapshot)
    session.add(booking)
    _add_legs(session, snapshot, booking, offered, journey, rides, fits, now, agreed)
    session.flush()
    for ride in rides.values():
        if ride.kind is RideKind.PRIVATE:
            ride.allowed_ct = allowed_ct(ride, law)
            share_costs(session, ride, now, newcomer=booking)


def way_of(leg: Leg | BookingLeg) -> Way:
    """Which ride takes somebody from where to where, and when."""
    if isinstance(leg, BookingLeg):
        ends = leg.origin_lat, leg.origin_lon, leg.destination_lat, leg.destination_lon
        return (leg.ride_id, *ends, leg.departure_s, leg.arrival_s)
    ride_id = leg.boarding.ride_id if leg.boarding else None
    ends = leg.origin.lat, leg.origin.lon, leg.destination.lat, leg.destination.lon
    return (ride_id, *ends, leg.departure_s, leg.arrival_s)


def _body(form: BookingForm) -> dict[str, object]:
    return {
        "token": form.token,
        "rider_id": form.rider_id,
        "keep_others": form.keep_others,
        "message": form.message,
    }


def _rider(session: Session, form: BookingForm, actor_id: str, rides: Mapping[str, Ride]) -> Person:
    rider, actor = session.get(Person, form.rider_id), session.get(Person, actor_id)
    if rider is None or actor is None:
        raise Unknown("person", form.rider_id)
    if rider is actor:
        require(actor.roles, Action.BOOK)
    elif not may_book_for_callers(actor, rides.values()):
        raise NotAllowed(Action.BOOK_FOR_OTHERS)
    if not rider.is_active:
        raise NotAllowed(Action.BOOK)
    return rider


def lock_for_booking(session: Session, ride_ids: Collection[str]) -> dict[str, Ride]:
    """The rides locked as `lock_rides` does; raises NoLongerHolds when one is gone."""
    try:
        return lock_rides(session, ride_ids)
    except Unknown as error:
        raise NoLongerHolds([Reason.RIDE_GONE]) from error


def check_rides(session: Session, rides: Mapping[str, Ride], rider: Person, now: dt.datetime) -> None:
    """Whether this person may still book these rides.

    Raises NoLongerHolds, OwnRide, PersonBlocked or TooLateToBook.
    """
    apart = kept_apart_from(session, rider.id)
    for ride in rides.values():
        if ride.withdrawn_at is not None:
            raise NoLongerHolds([Reason.RIDE_GONE])
        if ride.driver_id == rider.id:
            raise OwnRide(ride.label)
        if ride.driver_id in apart:
            raise PersonBlocked(ride.label)
        if ride.booking is BookingNeed.REQUIRED and ride.bookable_until_s < seconds(now):
            raise TooLateToBook(ride.label, moment(ride.bookable_until_s))


def check_nobody_waits(
    session: Session, ride_ids: Collection[str], rider: Person, party: Party, now: dt.datetime
) -> None:
    """A place that has just become free belongs to those who wait for it, until the worker has asked them all.

    Raises SeatTaken.
    """
    label = ride_handed_out(session, ride_ids, rider.id, now - HANDED_OUT)
    if label is not None:
        raise SeatTaken(label, party.seats, party.wheelchairs)


def named_in(rides: Mapping[str, Ride], offers: Collection[Offered]) -> dict[str, Ride]:
    """Of locked rides those that the offers mean and no other; of tours any may come (see `take_request`)."""
    named = ride_ids_in(offered.journey for offered in offers)
    return {key: ride for key, ride in rides.items() if key in named and ride.kind is not RideKind.DEMAND}


def _holds_still(
    session: Session,
    snapshot: Snapshot,
    offered: Offered,
    rides: Mapping[str, Ride],
    rider: Person,
    now: dt.datetime,
) -> tuple[Journey, Fits]:
    """The offered journey as its boardings are numbered and its trips expected now, replayed against the locked rides.

    With it how each private ride or tour takes its leg, by the number of the leg.
    """
    live = {key: router_ride(ride) for key, ride in rides.items() if ride.kind is not RideKind.DEMAND}
    before = tours = _open_tours(session, rides.values(), rider)
    stored = services_by_id(session, {tour.service_id for tour in tours.values()})
    services = {key: router_service(one) for key, one in stored.items() if one.ended_at is None}
    query = offered.request.query(booked_at=now)
    fits: Fits = {}
    legs = []
    for i, leg in enumerate(offered.journey.legs):
        if leg.promise is not None:
            taken = _taken(snapshot, query, services, tours, leg, leg.promise, now)
            tours = tours | {taken.insertion.tour.tour_id: taken.insertion.tour}
            fits[i], leg = taken, taken.leg
        if leg.boarding is not None and leg.kind is LegKind.RIDE:
            fit = _fit(snapshot, query, live[leg.boarding.ride_id], leg)
            live[fit.ride.ride_id] = fit.ride
            fits[i], leg = fit, replace(leg, boarding=_boarding(fit))
        legs.append(leg)
    journey = journey_now(snapshot.live, query.party, replace(offered.journey, legs=tuple(legs)))
    if _has_moved_far(offered.journey, journey):
        raise NoLongerHolds([Reason.TIMES_CHANGED])
    locked = snapshot.with_rides(live.values()).with_demand(services.values(), before.values())
    try:
        reasons = check(locked, query, journey)
    except UnknownStop:
        reasons = [Reason.TRIP_GONE]
    if reasons:
        raise _refusal(reasons, ", ".join(ride.label for ride in live.values()), query.party)
    return journey, fits


def _has_moved_far(shown: Journey, now: Journey) -> bool:
    """Whether a trip is expected so much earlier or later than it was shown that its passenger should look again."""
    return any(
        max(abs(leg.departure_s - was.departure_s), abs(leg.arrival_s - was.arrival_s)) > MOVED_FAR_S
        for was, leg in zip(shown.legs, now.legs, strict=True)
        if leg.kind is not LegKind.WALK
    )


def _open_tours(session: Session, rides: Iterable[Ride], rider: Person) -> dict[str, Tour]:
    """Tours of these that may take the rider, who neither drives them nor is kept apart from whoever does."""
    tours = [ride for ride in rides if ride.kind is RideKind.DEMAND and ride.withdrawn_at is None]
    if not tours:
        return {}
    apart = {rider.id, *kept_apart_from(session, rider.id)}
    return router_tours(session, [tour for tour in tours if tour.driver_id not in apart])


def _taken(
    snapshot: Snapshot,
    query: Query,
    services: Mapping[str, DemandService],
    tours: Mapping[str, Tour],
    leg: Leg,
    promise: Promise,
    now: dt.datetime,
) -> Taken:
    if leg.bookable_until_s is not None and leg.bookable_until_s < seconds(now):
        raise TooLateToBook(leg.route or "", moment(leg.bookable_until_s))
    service = services.get(promise.service_id)
    if service is None:
        raise NoLongerHolds([Reason.RIDE_GONE])
    own = [tours[key] for key in sorted(tours) if tours[key].service_id == promise.service_id]
    try:
        return take_request(snapshot, service, own, query, leg, promise, seconds(now))
    except BoardingRefused as refused:
        raise _refusal([refused.reason], leg.route or "", query.party) from refused


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
    rider: Person,
    actor_id: str,
    trip_id: str | None,
    now: dt.datetime,
) -> Booking:
    return bare_booking(
        offered,
        rider,
        actor_id,
        now,
        keep_others=form.keep_others,
        message=form.message,
        trip_id=trip_id,
    )


def bare_booking(
    offered: Offered, rider: Person, actor_id: str, now: dt.datetime, **facts: object
) -> Booking:
    """The booking of an offered journey, without its legs (see `write_booking`)."""
    journey = offered.journey
    return Booking(
        id=new_id(),
        rider=rider,
        booked_by_id=actor_id,
        origin_name=journey.legs[0].origin.name,
        destination_name=journey.legs[-1].destination.name,
        departure_s=journey.departure_s,
        arrival_s=journey.arrival_s,
        party=offered.request.party,
        price_ct=0,
        question=offered.request.as_json(),
        timetable_version=offered.timetable_version,
        created_at=now,
        legs=[],
        **facts,
    )


def _add_legs(
    session: Session,
    snapshot: Snapshot,
    booking: Booking,
    offered: Offered,
    journey: Journey,
    rides: Mapping[str, Ride],
    fits: Fits,
    now: dt.datetime,
    agreed: Mapping[Way, Agreed],
) -> None:
    """One row per vehicle, with its seats taken; it never pays more than was shown."""
    for i, (leg, shown_ct) in enumerate(zip(journey.legs, offered.leg_price_ct, strict=True)):
        if leg.kind is LegKind.WALK:
            continue
        row = _leg_row(snapshot, booking, leg, now)
        row.asked_ct = leg_asked_ct(leg, rides, booking.party.people) or 0
        row.agreed_ct = shown_ct or 0
        if leg.boarding is not None:
            ride = rides[leg.boarding.ride_id]
            row.ride = ride
            row.detour_s = leg.boarding.detour_s
            row.state, row.hold_until_s = agreed.get(way_of(leg)) or _first_state(ride, leg, now)
            if row.state is not LegState.NOTED:
                fit = fits.get(i)
                if isinstance(fit, Taken):
                    write_request(session, ride, fit, row, seconds(now))
                else:
                    _take_places(session, ride, leg, leg.boarding, fit, row)
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
        party=booking.party,
        state=LegState.NOTED,
        price_ct=0,
        detour_s=0,
        moved_at=now,
    )


def _first_state(ride: Ride, leg: Leg, now: dt.datetime) -> tuple[LegState, int | None]:
    if ride.kind is RideKind.PRIVATE and ride.asks_first:
        return LegState.REQUESTED, hold_until_s(seconds(now), leg.departure_s)
    if not ride.booking.keeps_places(ride.bookable_until_s, seconds(now)):
        return LegState.NOTED, None
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
    if not take_seats(session, ride.id, first, last, row.party):
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
