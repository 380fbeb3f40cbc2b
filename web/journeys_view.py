"""Journeys as pages show them: words, icons, times to book by. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mitfahr.domain import emissions
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.emissions import Carrier
from mitfahr.domain.mobility import Known, together
from mitfahr.domain.ride_terms import NO_TERMS, Terms
from mitfahr.domain.trust import Trust
from mitfahr.languages import _, lazy
from mitfahr.languages.stored import said
from mitfahr.services.find_fallbacks import Fallback
from mitfahr.services.find_itineraries import Itinerary, RideFacts
from mitfahr.trip_facts import StopOnTheWay, TripFacts, stop_is_accessible, trip_facts
from mitfahr.walk_ways import NO_WAYS, WalkWay, WalkWays
from routing.directions import Step
from routing.earth import beeline_m
from routing.journey import Journey, Leg, Promise
from routing.links import BEELINE_FACTOR
from routing.query import LegKind
from routing.timetable import Timetable
from web.local_view import NoticeView, OrderView, local_layer, notices_of_leg, order_of_leg

SHORT_CHANGE_S = 180
"""Less spare time than this at a change is said."""
LATE_S = 60
"""From this much on a vehicle is early or late in words."""


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
    planned_departure_s: int | None = None
    planned_arrival_s: int | None = None
    """Of a trip that live data speaks of; None for the others."""
    is_added: bool = False
    line_id: str | None = None
    """The line's page, see `web.views.lines`."""
    origin_stop_id: str | None = None
    destination_stop_id: str | None = None
    vehicle_accessible: Known = Known.UNKNOWN
    origin_accessible: Known = Known.UNKNOWN
    destination_accessible: Known = Known.UNKNOWN
    """Whether a wheelchair gets on there."""
    takes_bicycles: Known = Known.UNKNOWN
    way: WalkWay | None = None
    """Of a walk on known streets."""
    co2_g: float = 0.0
    """For one person."""
    order: OrderView | None = None
    """How it is ordered, where it runs only when called and somebody has said how."""
    booking: BookingNeed | None = None
    """Of a ride of ours."""
    keeps_places: bool = False
    """Whether booking it now takes a place."""
    fare: str | None = None
    """In words, where it is not that of the timetable."""
    notices: tuple[NoticeView, ...] = ()
    promise: Promise | None = None
    """Of a leg on demand: when one is met, and brought there."""

    @property
    def is_walk(self) -> bool:
        return self.kind is LegKind.WALK

    @property
    def duration_s(self) -> int:
        return self.arrival_s - self.departure_s

    @property
    def is_live(self) -> bool:
        return self.planned_departure_s is not None or self.is_added

    @property
    def departs_late_s(self) -> int:
        """Against the timetable, below 0 when early; 0 for what nobody would call late."""
        return _late_s(self.departure_s, self.planned_departure_s)

    @property
    def arrives_late_s(self) -> int:
        return _late_s(self.arrival_s, self.planned_arrival_s)

    @property
    def accessible(self) -> Known:
        """Of the whole leg, for a wheelchair."""
        if self.is_walk:
            if self.way is None:
                return Known.UNKNOWN
            return Known.NO if self.way.has_stairs else Known.UNKNOWN
        return together([self.vehicle_accessible, self.origin_accessible, self.destination_accessible])

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.way.steps if self.way else ()


def _late_s(expected_s: int, planned_s: int | None) -> int:
    late_s = 0 if planned_s is None else expected_s - planned_s
    return late_s if abs(late_s) >= LATE_S else 0


@dataclass(frozen=True, slots=True)
class FallbackView:
    """The next way without a private ride; `journey` is None when there is none within a day.

    `is_last`: on this day nothing else leaves any more.
    """

    journey: JourneyView | None
    is_last: bool


@dataclass(frozen=True, slots=True)
class JourneyView:
    """One journey; `token` books it, None where there is nothing to book: then `drawing` shows it on the map."""

    departure_s: int
    arrival_s: int
    legs: tuple[LegView, ...]
    token: str | None
    price_ct: int | None
    fallback: FallbackView | None = None
    """Of a journey with a private ride: the next way without one."""
    alone_co2_g: float | None = None
    """Of driving the same way alone; None where it was not asked for."""
    drawing: str | None = None
    again: tuple[JourneyView, ...] = ()
    """The same by another time of a service on demand, in order of time; all later than this one or all earlier."""

    @property
    def again_every_min(self) -> int | None:
        """Whether `again` goes on evenly; None where it does not, or where one alone shows no rhythm."""
        minutes = sorted(one.departure_s // 60 for one in (self, *self.again))
        gaps = {later - earlier for earlier, later in pairwise(minutes)}
        return gaps.pop() if len(self.again) > 1 and len(gaps) == 1 else None

    @property
    def co2_g(self) -> float:
        """For one person."""
        return sum(leg.co2_g for leg in self.legs)

    @property
    def accessible(self) -> Known:
        """Of all vehicles and stops; walks only say no, where there are stairs."""
        walks = [Known.NO for leg in self.legs if leg.is_walk and leg.accessible is Known.NO]
        return together([*walks, *(leg.accessible for leg in self.vehicles)])

    @property
    def takes_bicycles(self) -> Known:
        return together([leg.takes_bicycles for leg in self.vehicles])

    @property
    def has_stairs(self) -> bool:
        return any(leg.way is not None and leg.way.has_stairs for leg in self.legs)

    @property
    def needs_booking(self) -> bool:
        """Whether one cannot just go and get on."""
        return bool(self.to_phone) or any(leg.booking is not BookingNeed.POSSIBLE for leg in self.to_book)

    @property
    def is_live(self) -> bool:
        return any(leg.is_live for leg in self.legs)

    @property
    def is_late(self) -> bool:
        return any(leg.departs_late_s or leg.arrives_late_s for leg in self.legs)

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
        return tuple(leg for leg in self.legs if leg.keeps_places)

    @property
    def to_board(self) -> tuple[LegView, ...]:
        """Runs on which no place is held: one just gets on."""
        return tuple(leg for leg in self.legs if leg.ride_id and not leg.keeps_places)

    @property
    def to_phone(self) -> tuple[LegView, ...]:
        """Legs that have to be ordered by telephone."""
        return tuple(leg for leg in self.legs if leg.kind is LegKind.RUFBUS)

    @property
    def notices(self) -> tuple[NoticeView, ...]:
        """Of all vehicles and stops, each once."""
        return tuple(dict.fromkeys(notice for leg in self.legs for notice in leg.notices))

    @property
    def needs_ticket(self) -> bool:
        """Of the fare association: private rides need none, and who runs a line may have a fare of its own."""
        return any(leg.kind is not LegKind.RIDE and leg.fare is None for leg in self.vehicles)

    @property
    def fares(self) -> tuple[LegView, ...]:
        """Vehicles whose fare is said by themselves."""
        return tuple(leg for leg in self.vehicles if leg.fare)


def journey_views(
    itineraries: Sequence[Itinerary],
    rides: Mapping[str, RideFacts],
    timetable: Timetable,
    walks: WalkWays = NO_WAYS,
    people: int = 1,
    car_m: int | None = None,
) -> list[JourneyView]:
    alone_g = None if car_m is None else emissions.alone_in_a_car_g(car_m)
    return [
        replace(
            journey_view(
                one.journey, one.leg_price_ct, rides, timetable, one.token, one.price_ct, walks, people
            ),
            fallback=fallback_view(one.fallback, timetable),
            alone_co2_g=alone_g,
            drawing=one.drawing,
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
    walks: WalkWays = NO_WAYS,
    people: int = 1,
) -> JourneyView:
    """`people` travel together: they share a car's greenhouse gases."""
    legs, layer = [], local_layer()
    for leg, price in zip(journey.legs, leg_price_ct, strict=True):
        ride = rides.get(leg.boarding.ride_id) if leg.boarding else None
        trip = trip_facts(timetable, leg) if timetable else None
        view = _leg_view(leg, price, ride, trip)
        legs.append(
            replace(
                view,
                origin_accessible=stop_is_accessible(timetable, leg.origin.stop_id)
                if timetable
                else Known.UNKNOWN,
                destination_accessible=stop_is_accessible(timetable, leg.destination.stop_id)
                if timetable
                else Known.UNKNOWN,
                way=walks.get((leg.origin, leg.destination)) if view.is_walk else None,
                co2_g=_co2_g(leg, trip, people),
                order=order_of_leg(layer, leg),
                notices=tuple(notices_of_leg(layer, leg, trip.route_id if trip else None)),
                note=view.note or layer.text_of_extra(leg.trip_id) or None,
            )
        )
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
        origin=leg.origin.name or _("Startpunkt"),
        destination=leg.destination.name or _("Zielpunkt"),
        distance_m=leg.distance_m,
        is_beeline=leg.is_beeline,
        stops_between=trip.stops_between if trip else (),
        bookable_until_s=ride.bookable_until_s if ride and not leg.promise else leg.bookable_until_s,
        asks_first=ride is not None and ride.asks_first,
        price_ct=price_ct,
        operator=(ride.organisation if ride else trip.agency if trip else None) or "",
        phone=(ride.phone if ride else trip.agency_phone if trip else None) or "",
        note=ride.note if ride else None,
        is_tight=leg.slack_s is not None and leg.slack_s < SHORT_CHANGE_S,
        ride_id=leg.boarding.ride_id if leg.boarding else None,
        booking=ride.booking if ride else None,
        keeps_places=ride.keeps_places if ride else leg.boarding is not None,
        fare=ride.fare if ride else None,
        terms=ride.terms if ride else NO_TERMS,
        trust=ride.trust if ride else None,
        planned_departure_s=leg.planned_departure_s,
        planned_arrival_s=leg.planned_arrival_s,
        is_added=leg.is_added,
        promise=leg.promise if leg.planned_departure_s is None else None,  # else other times were told
        line_id=trip.route_id if trip else None,
        origin_stop_id=leg.origin.stop_id,
        destination_stop_id=leg.destination.stop_id,
        vehicle_accessible=_room(ride.wheelchairs) if ride else trip.wheelchair if trip else Known.UNKNOWN,
        takes_bicycles=_room(ride.bicycles) if ride else trip.bicycles if trip else Known.UNKNOWN,
    )


def _room(places: int) -> Known:
    return Known.YES if places else Known.NO


def _co2_g(leg: Leg, trip: TripFacts | None, people: int) -> float:
    """Of one person; where nobody has measured the way, it is the straight line with the usual surcharge."""
    if leg.kind is LegKind.WALK:
        return 0.0
    metres = leg.distance_m if leg.distance_m is not None else trip.distance_m if trip else None
    if metres is None:
        ends = leg.origin.lat, leg.origin.lon, leg.destination.lat, leg.destination.lon
        metres = round(float(beeline_m(*ends)) * BEELINE_FACTOR)
    if leg.kind is LegKind.RIDE:
        return emissions.in_a_shared_car_g(metres, people)
    icon, _word = _vehicle(leg, trip)
    return emissions.by_line_g(OF_ICON.get(icon, Carrier.BUS), metres)


OF_ICON = {"train": Carrier.TRAIN, "tram": Carrier.TRAM}
"""Underground and cable cars are counted as trains; everything that is not here is a bus."""


def _title(leg: Leg, word: str, ride: RideFacts | None) -> str:
    if ride is not None:
        return said(ride.label)
    if not leg.route or leg.kind is LegKind.WALK:
        return word
    return leg.route if leg.route.startswith(word) else f"{word} {leg.route}"


def _vehicle(leg: Leg, trip: TripFacts | None) -> tuple[str, str]:
    """Icon and word."""
    if leg.kind is not LegKind.TRANSIT:
        icon, word = OF_KIND[leg.kind]
        return icon, str(word)
    route_type = trip.route_type if trip else 3
    for types, icon, word in OF_ROUTE_TYPE:
        if route_type in types:
            return icon, str(word)
    return "bus", _("Bus")


OF_KIND = {
    LegKind.WALK: ("walk", lazy("Zu Fuß")),
    LegKind.BUERGERBUS: ("van", lazy("BürgerBus")),
    LegKind.RUFBUS: ("phone", lazy("Rufbus")),
    LegKind.RIDE: ("car", lazy("Mitfahrt")),
    LegKind.DEMAND: ("van", lazy("Fahrt auf Bestellung")),
}

OF_ROUTE_TYPE: tuple[tuple[range | frozenset[int], str, str], ...] = (
    (range(109, 110), "train", lazy("S-Bahn")),
    (frozenset({2, *range(100, 200)}), "train", lazy("Zug")),
    (frozenset({1, *range(400, 500)}), "train", lazy("U-Bahn")),
    (frozenset({0, *range(900, 1000)}), "tram", lazy("Straßenbahn")),
    (frozenset({4, *range(1000, 1100), *range(1200, 1300)}), "ferry", lazy("Fähre")),
    (frozenset({5, 6, 7, *range(1300, 1500)}), "train", lazy("Seilbahn")),
)
"""GTFS (extended) route types; whatever is not here is a bus."""
