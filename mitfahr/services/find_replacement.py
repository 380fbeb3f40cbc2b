"""Another way for somebody whose booked journey has lost a leg, or is about to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, booking_of
from mitfahr.db.session import one_view
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.rides import RideKind
from mitfahr.domain.states import FALLEN, Side
from mitfahr.domain.times import moment, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.itinerary import journey_from_json, leg_from_json
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_itineraries import Answer, answer_of, best_of
from mitfahr.services.live_rides import router_rides
from mitfahr.services.live_tours import router_tours
from mitfahr.services.release_legs import legs_to_come
from mitfahr.services.ride_schedule import measured
from routing import overlay
from routing.check_trip import trip_now
from routing.errors import RoutingError
from routing.journey import Journey, Place
from routing.query import LegKind, Point, StopRef
from routing.reasons import Reason
from routing.search import search
from routing.snapshot import Snapshot
from routing.tour import Tour


@dataclass(frozen=True, slots=True)
class Rest:
    """What is still to be travelled of a booking: the question to ask now, who is not to be met, and
    the rides and tours of the booking by id, as if its places had been given back."""

    request: TripRequest
    banned: frozenset[str]
    rides: Mapping[str, overlay.Ride]
    tours: Mapping[str, Tour]


def find_replacement(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    booking_id: str,
    without_rides: frozenset[str] = frozenset(),
    now: dt.datetime,
) -> Journey | None:
    """The best other way for the rest of a booking, without these rides and those it has lost; None without one.

    The rest begins where the traveller gets off the vehicle that has left already. Reads in a short
    transaction and searches after it. A question that the serving timetable can no longer answer has
    no other way. Raises Unknown.
    """
    with one_view(sessions) as session:
        rest = _rest(session, snapshot, booking_of(session, booking_id), without_rides, now)
    return _best(snapshot, rest, now)


def offer_replacement(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    booking_id: str,
    now: dt.datetime,
    secret_key: str,
    law: PriceLaw,
) -> Answer | None:
    """The best other way as one itinerary with its token for `replace_booking`; None if nothing can be booked.

    Raises Unknown.
    """
    with one_view(sessions) as session:
        rest = _rest(session, snapshot, booking_of(session, booking_id), frozenset(), now)
    best = _best(snapshot, rest, now)
    if best is None or not best.vehicles:
        return None
    journeys = [measured(snapshot, best)]
    with sessions.begin() as session:
        return answer_of(
            session,
            rest.request,
            journeys,
            snapshot.timetable.version,
            now=now,
            secret_key=secret_key,
            law=law,
        )


def offer_released(
    sessions: sessionmaker[Session],
    *,
    booking_id: str,
    timetable_version: str,
    now: dt.datetime,
    secret_key: str,
    law: PriceLaw,
) -> Answer | None:
    """What was given back when a leg fell away, as one itinerary with its token for `replace_booking`.

    For a rider who wants to keep it after all; whether it is still free is seen when it is booked. None
    if there is nothing, or if the rest would have a gap. Raises Unknown.
    """
    with sessions.begin() as session:
        booking = booking_of(session, booking_id)
        gone = [leg for leg in booking.legs if leg.moved_by is Side.CHAIN and leg.departure_s > seconds(now)]
        if not gone or gone[-1].seq - gone[0].seq != len(gone) - 1:
            return None
        legs = journey_from_json(booking.journey).legs  # type: ignore[arg-type]
        vehicles = [i for i, leg in enumerate(legs) if leg.kind is not LegKind.WALK]
        rest = legs[vehicles[gone[0].seq] : vehicles[gone[-1].seq] + 1]
        journey = Journey(rest, rest[0].departure_s, rest[-1].arrival_s)
        request = replace(
            TripRequest.from_json(booking.question),
            origin=_as_asked(rest[0].origin),
            destination=_as_asked(rest[-1].destination),
            when=moment(journey.departure_s),
            arrive_by=False,
        )
        return answer_of(
            session, request, [journey], timetable_version, now=now, secret_key=secret_key, law=law
        )


def _as_asked(place: Place) -> StopRef | Point:
    return StopRef(place.stop_id) if place.stop_id else Point(place.lat, place.lon, place.name)


def _rest(
    session: Session, snapshot: Snapshot, booking: Booking, without_rides: frozenset[str], now: dt.datetime
) -> Rest:
    lost = {leg.ride_id for leg in booking.lost_legs if leg.ride_id is not None}
    released = legs_to_come(booking, now)
    rides = [leg.ride for leg in released if leg.ride is not None and leg.ride.withdrawn_at is None]
    on_demand = [ride for ride in rides if ride.kind is RideKind.DEMAND]
    others = [ride for ride in rides if ride.kind is not RideKind.DEMAND]
    released_ids = {leg.id for leg in released}
    request = _request(snapshot, booking, without_rides, now)
    return Rest(
        request=request,
        banned=without_rides | lost | closed_to(session, booking.rider_id, request.needs, now),
        rides=router_rides(session, others, seconds(now), released_ids),
        tours=router_tours(session, on_demand, released_ids),
    )


def _request(
    snapshot: Snapshot, booking: Booking, without_rides: frozenset[str], now: dt.datetime
) -> TripRequest:
    asked = TripRequest.from_json(booking.question)
    left = [
        leg
        for leg in booking.legs
        if leg.departure_s <= seconds(now) and leg.state not in FALLEN and leg.ride_id not in without_rides
    ]
    if left:
        last = leg_from_json(left[-1].shown)  # type: ignore[arg-type]
        arrival_s = last.arrival_s
        if last.boarding is None:
            expected, reason = trip_now(snapshot.live, asked.party, last)
            arrival_s = expected.arrival_s if reason is Reason.TIMES_CHANGED else arrival_s
        origin = _as_asked(last.destination)
        return replace(asked, origin=origin, when=max(now, moment(arrival_s)), arrive_by=False)
    return asked if asked.when >= now else replace(asked, when=now, arrive_by=False)


def _best(snapshot: Snapshot, rest: Rest, now: dt.datetime) -> Journey | None:
    """The latest that still arrives in time, or else the first to arrive, whenever that is."""
    for ride in rest.rides.values():
        snapshot = snapshot.with_ride(ride)
    if rest.tours:
        known = snapshot.on_demand
        services = (fleet.service for fleet in known.fleets.values())
        snapshot = snapshot.with_demand(services, {**known.tours, **rest.tours}.values())
    asked = rest.request
    soonest = replace(
        asked, when=max(now, asked.when - dt.timedelta(seconds=asked.window_s)), arrive_by=False
    )
    questions = [asked, soonest] if asked.arrive_by else [asked]
    for request in (*questions, replace(questions[-1], window_s=0)):
        try:
            found = search(snapshot, request.query(booked_at=now, banned=rest.banned))
        except RoutingError:
            return None
        best = best_of(found, request.arrive_by)
        if best is not None:
            return best
    return found[0] if found else None
