"""Answer a question: journeys, each with what it costs and a token to book it as shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import asked_of_riders
from mitfahr.db.demand_services import services_by_id
from mitfahr.db.rides import Ride, rides_without_stops
from mitfahr.db.trust import trust_of
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.mobility import SHORT_WALK_S, Preference
from mitfahr.domain.prices import PriceLaw, asked_ct, shares_ct
from mitfahr.domain.ride_terms import NO_TERMS, Terms
from mitfahr.domain.rides import RideKind
from mitfahr.domain.times import seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.trust import Trust
from mitfahr.offered import Offered, expiry_s, sign, sign_drawing
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_fallbacks import Fallback, find_fallbacks
from mitfahr.services.ride_schedule import direct_way, measured
from mitfahr.services.share_costs import allowed_ct
from mitfahr.walk_ways import WalkWays, walk_ways
from routing.earth import beeline_m
from routing.journey import Journey, Leg, Place
from routing.legs import stop_place
from routing.links import BEELINE_FACTOR
from routing.query import Point, StopRef
from routing.search import search
from routing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RideFacts:
    """What anybody may know of a ride in an answer."""

    ride_id: str
    kind: RideKind
    label: str
    line: str | None
    asks_first: bool
    rate_ct_per_km: int
    organisation: str | None
    phone: str | None
    """Of the organisation that runs it, never of a private driver."""
    note: str | None
    booking: BookingNeed = BookingNeed.REQUIRED
    keeps_places: bool = True
    """Whether booking it now takes a place."""
    bookable_until_s: int | None = None
    """None where no places are kept."""
    fare: str | None = None
    """Of a run, as it was approved."""
    wheelchairs: int = 0
    bicycles: int = 0
    """Places on board, taken or not."""
    terms: Terms = NO_TERMS
    trust: Trust | None = None
    """What anybody may know of a private driver; None for runs, and where it was not asked for."""


@dataclass(frozen=True, slots=True)
class Itinerary:
    """One journey of an answer. `leg_price_ct` is per leg and for the whole party, None where we name
    no price; `token` books it, `drawing` only shows it on the map (a walk): one of both is None."""

    journey: Journey
    leg_price_ct: tuple[int | None, ...]
    token: str | None
    drawing: str | None
    expires_s: int
    fallback: Fallback | None = None
    """Of a journey with a private ride: the next way without one."""

    @property
    def price_ct(self) -> int | None:
        """What the private drivers get together, None when no private ride is used."""
        prices = [price for price in self.leg_price_ct if price is not None]
        return sum(prices) if prices else None


@dataclass(frozen=True, slots=True)
class Answer:
    """`beyond_window`: nothing leaves (arrives) in the asked-for window; what is shown is the next best.

    `car_m` is how far one would drive in one's own car, None where it was not asked for.
    """

    request: TripRequest
    itineraries: tuple[Itinerary, ...]
    rides: Mapping[str, RideFacts]
    beyond_window: bool
    walks: WalkWays = field(default_factory=dict)
    car_m: int | None = None


def find_itineraries(
    readers: sessionmaker[Session],
    snapshot: Snapshot,
    request: TripRequest,
    *,
    now: dt.datetime,
    secret_key: str,
    law: PriceLaw,
    person_id: str | None = None,
) -> Answer:
    """Journeys for a request, as `person_id` may book them.

    Rides that are not open to the person (`closed_rides`) are left out. Reads before and after the search,
    never during it. Raises QueryInvalid, UnknownStop.
    """
    with readers() as session:
        banned = closed_to(session, person_id, request.needs, now)
    journeys = possible_journeys(snapshot, request, now, banned)
    beyond = not any(journey.vehicles for journey in journeys)
    if beyond and request.window_s:
        journeys = possible_journeys(snapshot, replace(request, window_s=0), now, banned)
        beyond = any(journey.vehicles for journey in journeys)
    journeys = [measured(snapshot, journey) for journey in journeys]
    fallbacks = find_fallbacks(snapshot, request, journeys, now)
    with readers() as session:
        version = snapshot.timetable.version
        answer = answer_of(session, request, journeys, version, now=now, secret_key=secret_key, law=law)
    itineraries = tuple(
        replace(itinerary, fallback=fallback)
        for itinerary, fallback in zip(answer.itineraries, fallbacks, strict=True)
    )
    return replace(
        answer,
        itineraries=itineraries,
        beyond_window=beyond,
        walks=walk_ways(snapshot, journeys, avoids_stairs=request.avoids_steps),
        car_m=_car_m(snapshot, request),
    )


def possible_journeys(
    snapshot: Snapshot, request: TripRequest, now: dt.datetime, banned: frozenset[str] = frozenset()
) -> list[Journey]:
    """The router's answer to a request, as the asking person can travel it.

    Whoever wants to walk little is asked for with short walks as well: the router counts time and changes, not
    steps. Raises QueryInvalid, UnknownStop.
    """
    journeys = search(snapshot, request.query(booked_at=now, banned=banned))
    if request.prefers is Preference.LESS_WALKING and request.max_walk_s > SHORT_WALK_S:
        short = replace(request, max_walk_s=SHORT_WALK_S)
        known = set(journeys)
        journeys += [
            one for one in search(snapshot, short.query(booked_at=now, banned=banned)) if one not in known
        ]
        journeys.sort(key=lambda one: (one.departure_s, one.arrival_s, one.vehicles))
    return journeys


def best_of(journeys: Iterable[Journey], arrive_by: bool) -> Journey | None:
    """Of those with a vehicle the latest that arrives in time, or else the first to arrive; None without one."""
    in_vehicles = [journey for journey in journeys if journey.vehicles]
    if arrive_by:
        return max(in_vehicles, key=lambda journey: (journey.departure_s, -journey.vehicles), default=None)
    return min(in_vehicles, key=lambda journey: (journey.arrival_s, journey.vehicles), default=None)


def _car_m(snapshot: Snapshot, request: TripRequest) -> int:
    """By road where there is one, else the straight line with the usual surcharge."""
    ends = [_end(snapshot, end) for end in (request.origin, request.destination)]
    way = direct_way(snapshot, *ends)
    if way is not None:
        return way.metres
    return round(float(beeline_m(ends[0].lat, ends[0].lon, ends[1].lat, ends[1].lon)) * BEELINE_FACTOR)


def _end(snapshot: Snapshot, end: Point | StopRef) -> Place:
    if isinstance(end, Point):
        return Place(end.name, end.lat, end.lon)
    return stop_place(snapshot, snapshot.timetable.stop(end.stop_id))


def answer_of(
    session: Session,
    request: TripRequest,
    journeys: Sequence[Journey],
    timetable_version: str,
    *,
    now: dt.datetime,
    secret_key: str,
    law: PriceLaw,
) -> Answer:
    """Found journeys with what they cost, each signed to be booked as shown."""
    rides = rides_without_stops(session, ride_ids_in(journeys))
    asked = asked_of_riders(session, rides, seconds(now))
    return Answer(
        request=request,
        itineraries=tuple(
            _itinerary(journey, request, rides, asked, law, timetable_version, now, secret_key)
            for journey in journeys
        ),
        rides=_facts(session, rides, now),
        beyond_window=False,
    )


def ride_ids_in(journeys: Iterable[Journey]) -> set[str]:
    return {leg.boarding.ride_id for journey in journeys for leg in journey.legs if leg.boarding}


def leg_asked_ct(leg: Leg, rides: Mapping[str, Ride], persons: int) -> int | None:
    """What a party is asked for by the driver of this leg, None for anything but a private ride.

    A way that nobody could measure costs nothing.
    """
    ride = rides.get(leg.boarding.ride_id) if leg.boarding else None
    if ride is None or ride.kind is not RideKind.PRIVATE:
        return None
    return asked_ct(ride.rate_ct_per_km, leg.distance_m or 0, persons)


def _leg_price_ct(
    leg: Leg, rides: Mapping[str, Ride], asked: Mapping[str, int], persons: int, law: PriceLaw
) -> int | None:
    """The party's share once it has joined; `asked` is what those on board are asked for, by ride id."""
    own_ct = leg_asked_ct(leg, rides, persons)
    if own_ct is None or leg.boarding is None:
        return None
    ride = rides[leg.boarding.ride_id]
    return shares_ct([asked.get(ride.id, 0), own_ct], allowed_ct(ride, law))[1]


def facts_of_rides(
    readers: sessionmaker[Session], journey: Journey, now: dt.datetime
) -> dict[str, RideFacts]:
    """What anybody may know of the rides of a journey, by ride id; rides that are gone are left out."""
    with readers() as session:
        return _facts(session, rides_without_stops(session, ride_ids_in([journey])), now)


def _facts(session: Session, rides: Mapping[str, Ride], now: dt.datetime) -> dict[str, RideFacts]:
    private = [ride for ride in rides.values() if ride.kind is RideKind.PRIVATE]
    trust = trust_of(session, {ride.driver_id for ride in private if ride.driver_id}, seconds(now))
    services = services_by_id(
        session, {ride.demand_service_id for ride in rides.values() if ride.demand_service_id}
    )
    facts = {
        ride.id: ride_facts(ride, now, trust.get(ride.driver_id or "") if ride in private else None)
        for ride in rides.values()
    }
    for ride in rides.values():
        service = services.get(ride.demand_service_id or "")
        if service is not None and service.phone:
            facts[ride.id] = replace(facts[ride.id], phone=service.phone)
    return facts


def _itinerary(
    journey: Journey,
    request: TripRequest,
    rides: Mapping[str, Ride],
    asked: Mapping[str, int],
    law: PriceLaw,
    timetable_version: str,
    now: dt.datetime,
    secret_key: str,
) -> Itinerary:
    persons = request.party.people
    prices = tuple(_leg_price_ct(leg, rides, asked, persons, law) for leg in journey.legs)
    offered = Offered(journey, request, prices, timetable_version, expiry_s(now))
    if not journey.vehicles:
        drawing = sign_drawing(journey, request.avoids_steps, secret_key)
        return Itinerary(journey, prices, None, drawing, offered.expires_s)
    return Itinerary(journey, prices, sign(offered, secret_key), None, offered.expires_s)


def ride_facts(ride: Ride, now: dt.datetime, trust: Trust | None = None) -> RideFacts:
    """What anybody may know of a ride now, and of its driver (`trust`)."""
    until_s = ride.bookable_until_s
    return RideFacts(
        ride_id=ride.id,
        kind=ride.kind,
        label=ride.label,
        line=ride.line,
        asks_first=ride.asks_first,
        rate_ct_per_km=ride.rate_ct_per_km,
        organisation=ride.organisation.name if ride.organisation else None,
        phone=ride.organisation.phone if ride.organisation else None,
        note=ride.note,
        booking=ride.booking,
        keeps_places=ride.booking.keeps_places(until_s, seconds(now)),
        bookable_until_s=None if ride.booking is BookingNeed.NOT_NEEDED else until_s,
        fare=ride.fare,
        wheelchairs=ride.wheelchairs,
        bicycles=ride.bicycles,
        terms=ride.terms,
        trust=trust,
    )
