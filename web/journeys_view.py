"""Journeys as pages show them: words, icons, times to book by. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mitfahr.domain.ride_terms import NO_TERMS, Terms
from mitfahr.domain.trust import Trust
from mitfahr.services.find_fallbacks import Fallback
from mitfahr.services.find_itineraries import Itinerary, RideFacts
from mitfahr.trip_facts import StopOnTheWay, TripFacts, trip_facts
from routing.journey import Journey, Leg
from routing.query import LegKind
from routing.timetable import Timetable

SHORT_CHANGE_S = 180
"""Less spare time than this at a change is said."""


@dataclass(frozen=True, slots=True)
class LegView:
    """One row of the timeline. `title` is the vehicle in words: "Bus 416", "BürgerBus 500"."""

    kind: LegKind
    icon: str
    title: str
    headsign: str | None
    departure_s: int
    arrival_s: int
    origin: str
    destination: str
    distance_m: int | None
    is_beeline: bool
    stops_between: tuple[StopOnTheWay, ...]
    bookable_until_s: int | None
    asks_first: bool
    price_ct: int | None
    operator: str
    phone: str
    note: str | None
    is_tight: bool
    ride_id: str | None
    terms: Terms = NO_TERMS
    trust: Trust | None = None
    """What anybody may know of a private driver."""

    @property
    def is_walk(self) -> bool:
        return self.kind is LegKind.WALK

    @property
    def duration_s(self) -> int:
        return self.arrival_s - self.departure_s


@dataclass(frozen=True, slots=True)
class FallbackView:
    """The next way without a private ride; `journey` is None when there is none within a day.

    `is_last`: on this day nothing else leaves any more.
    """

    journey: JourneyView | None
    is_last: bool


@dataclass(frozen=True, slots=True)
class JourneyView:
    """One journey; `token` books it, None where there is nothing to book."""

    departure_s: int
    arrival_s: int
    legs: tuple[LegView, ...]
    token: str | None
    price_ct: int | None
    fallback: FallbackView | None = None
    """Of a journey with a private ride: the next way without one."""

    @property
    def duration_s(self) -> int:
        """Between the two times as they are written, without their seconds: a reader subtracts them."""
        return (self.arrival_s // 60 - self.departure_s // 60) * 60

    @property
    def vehicles(self) -> tuple[LegView, ...]:
        return tuple(leg for leg in self.legs if not leg.is_walk)

    @property
    def changes(self) -> int:
        return max(0, len(self.vehicles) - 1)

    @property
    def walk_s(self) -> int:
        return sum(leg.duration_s for leg in self.legs if leg.is_walk)

    @property
    def walk_m(self) -> int:
        return sum(leg.distance_m or 0 for leg in self.legs if leg.is_walk)

    @property
    def uses_private_ride(self) -> bool:
        return any(leg.kind is LegKind.RIDE for leg in self.legs)

    @property
    def private_ride_ids(self) -> frozenset[str]:
        return frozenset(leg.ride_id for leg in self.legs if leg.kind is LegKind.RIDE and leg.ride_id)

    @property
    def to_book(self) -> tuple[LegView, ...]:
        """Legs on which a place is held."""
        return tuple(leg for leg in self.legs if leg.kind in (LegKind.RIDE, LegKind.BUERGERBUS))

    @property
    def to_phone(self) -> tuple[LegView, ...]:
        """Legs that have to be ordered by telephone."""
        return tuple(leg for leg in self.legs if leg.kind is LegKind.RUFBUS)

    @property
    def needs_ticket(self) -> bool:
        return any(leg.kind is not LegKind.RIDE for leg in self.vehicles)


def journey_views(
    itineraries: Sequence[Itinerary],
    rides: Mapping[str, RideFacts],
    timetable: Timetable,
) -> list[JourneyView]:
    return [
        replace(
            journey_view(one.journey, one.leg_price_ct, rides, timetable, one.token, one.price_ct),
            fallback=fallback_view(one.fallback, timetable),
        )
        for one in itineraries
    ]


def fallback_view(fallback: Fallback | None, timetable: Timetable | None) -> FallbackView | None:
    if fallback is None:
        return None
    journey = fallback.journey
    if journey is None:
        return FallbackView(None, fallback.is_last)
    return FallbackView(journey_view(journey, [None] * len(journey.legs), {}, timetable), fallback.is_last)


def journey_view(
    journey: Journey,
    leg_price_ct: Sequence[int | None],
    rides: Mapping[str, RideFacts],
    timetable: Timetable | None,
    token: str | None = None,
    price_ct: int | None = None,
) -> JourneyView:
    legs = []
    for leg, price in zip(journey.legs, leg_price_ct, strict=True):
        ride = rides.get(leg.boarding.ride_id) if leg.boarding else None
        trip = trip_facts(timetable, leg) if timetable else None
        legs.append(_leg_view(leg, price, ride, trip))
    return JourneyView(journey.departure_s, journey.arrival_s, tuple(legs), token, price_ct)


def _leg_view(leg: Leg, price_ct: int | None, ride: RideFacts | None, trip: TripFacts | None) -> LegView:
    icon, word = _vehicle(leg, trip)
    return LegView(
        kind=leg.kind,
        icon=icon,
        title=_title(leg, word, ride),
        headsign=leg.headsign or None,
        departure_s=leg.departure_s,
        arrival_s=leg.arrival_s,
        origin=leg.origin.name or "Startpunkt",
        destination=leg.destination.name or "Zielpunkt",
        distance_m=leg.distance_m,
        is_beeline=leg.is_beeline,
        stops_between=trip.stops_between if trip else (),
        bookable_until_s=leg.bookable_until_s,
        asks_first=ride is not None and ride.asks_first,
        price_ct=price_ct,
        operator=(ride.organisation if ride else trip.agency if trip else None) or "",
        phone=(ride.phone if ride else trip.agency_phone if trip else None) or "",
        note=ride.note if ride else None,
        is_tight=leg.slack_s is not None and leg.slack_s < SHORT_CHANGE_S,
        ride_id=leg.boarding.ride_id if leg.boarding else None,
        terms=ride.terms if ride else NO_TERMS,
        trust=ride.trust if ride else None,
    )


def _title(leg: Leg, word: str, ride: RideFacts | None) -> str:
    if ride is not None:
        return ride.label
    if not leg.route or leg.kind is LegKind.WALK:
        return word
    return leg.route if leg.route.startswith(word) else f"{word} {leg.route}"


def _vehicle(leg: Leg, trip: TripFacts | None) -> tuple[str, str]:
    """Icon and German word."""
    if leg.kind is not LegKind.TRANSIT:
        return OF_KIND[leg.kind]
    route_type = trip.route_type if trip else 3
    for types, icon, word in OF_ROUTE_TYPE:
        if route_type in types:
            return icon, word
    return "bus", "Bus"


OF_KIND = {
    LegKind.WALK: ("walk", "Zu Fuß"),
    LegKind.BUERGERBUS: ("van", "BürgerBus"),
    LegKind.RUFBUS: ("phone", "Rufbus"),
    LegKind.RIDE: ("car", "Mitfahrt"),
}

OF_ROUTE_TYPE: tuple[tuple[range | frozenset[int], str, str], ...] = (
    (range(109, 110), "train", "S-Bahn"),
    (frozenset({2, *range(100, 200)}), "train", "Zug"),
    (frozenset({1, *range(400, 500)}), "train", "U-Bahn"),
    (frozenset({0, *range(900, 1000)}), "tram", "Straßenbahn"),
    (frozenset({4, *range(1000, 1100), *range(1200, 1300)}), "ferry", "Fähre"),
    (frozenset({5, 6, 7, *range(1300, 1500)}), "train", "Seilbahn"),
)
"""GTFS (extended) route types; whatever is not here is a bus."""
