"""Bookings as their rider sees them: the journey as it was shown, and what has become of each leg."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.domain.booking_numbers import booking_number
from mitfahr.domain.states import FALLEN, LIVE, BookingState, LegState, Side
from mitfahr.domain.times import seconds
from mitfahr.domain.trust import NOBODY_ASKED, Trust, may_rate
from mitfahr.itinerary import journey_from_json
from mitfahr.languages import _, lazy
from mitfahr.languages.stored import said
from mitfahr.legs_now import journey_now
from mitfahr.messages import STATE_WORDS
from mitfahr.seen import DriverSeen, driver_seen
from mitfahr.services.change_party import party_can_change
from mitfahr.services.find_itineraries import ride_facts
from mitfahr.services.release_legs import legs_to_come
from mitfahr.walk_ways import NO_WAYS, WalkWays
from routing.live import LiveTrips
from routing.query import LegKind
from routing.timetable import Timetable
from web.journeys_view import JourneyView, LegView, journey_view

STILL_WANTED_S = 4 * 3600
"""So long after the planned arrival a rider who was let down may still look for another way."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A state in words, with the look of its tag (which is also the name of its icon)."""

    words: str
    look: str


LEG_LOOK = {
    LegState.REQUESTED: "warning",
    LegState.CONFIRMED: "success",
    LegState.NOTED: "info",
    LegState.DECLINED: "danger",
    LegState.LAPSED: "danger",
    LegState.CANCELLED: "danger",
    LegState.COMPLETED: "info",
    LegState.NO_SHOW: "warning",
}
HELD = Sign(lazy("Für Sie freigehalten: bitte zusagen"), "warning")
BOOKING_SIGN = {
    BookingState.WAITING: Sign(lazy("Angefragt: noch nicht alles zugesagt"), "warning"),
    BookingState.BOOKED: Sign(lazy("Gebucht"), "success"),
    BookingState.BROKEN: Sign(lazy("Ein Abschnitt ist ausgefallen"), "danger"),
    BookingState.ENDED: Sign(lazy("Abgesagt"), "danger"),
    BookingState.TRAVELLED: Sign(lazy("Gefahren"), "info"),
}


@dataclass(frozen=True, slots=True)
class BookedLegView:
    """A leg of the journey; for vehicles with its state and, once matched, who drives."""

    shown: LegView
    leg_id: str = ""
    sign: Sign | None = None
    driver: DriverSeen | None = None
    answer_by_s: int | None = None
    reason: str | None = None
    is_live: bool = False
    is_lost: bool = False
    """It fell away without the rider's doing."""
    can_rate: bool = False
    boards_freely: bool = False
    """A run that is still to come, on which no place is held."""


@dataclass(frozen=True, slots=True)
class BookingView:
    booking_id: str
    reference: str
    sign: Sign
    journey: JourneyView
    legs: tuple[BookedLegView, ...]
    origin: str
    destination: str
    persons: int
    wheelchairs: int
    price_ct: int | None
    """For the private rides that still stand; None without one."""
    message: str | None
    keep_others: bool
    is_past: bool
    luggage: int = 0
    bicycles: int = 0
    trip_id: str | None = None
    replaced_by: str | None = None
    """The booking that took the place of this one."""
    has_lost: bool = False
    """A leg fell away without the rider's doing, and another way may still be wanted."""
    was_released: bool = False
    """The other legs were given back with it."""
    cancel_until_s: int | None = None
    """When the last vehicle that can still be cancelled leaves."""
    can_change: bool = False

    @property
    def needs_way_on(self) -> bool:
        return self.has_lost and self.replaced_by is None

    def is_overdue(self, now_s: int) -> bool:
        """Whether a request has lapsed that no job has dealt with yet."""
        return any(leg.answer_by_s is not None and leg.answer_by_s <= now_s for leg in self.legs)

    @property
    def offered_until_s(self) -> int | None:
        """Until when a place on a run is held for the rider's own yes; None where none is."""
        held = [
            leg.answer_by_s for leg in self.legs if leg.shown.kind == LegKind.BUERGERBUS and leg.answer_by_s
        ]
        return min(held, default=None)

    @property
    def can_cancel(self) -> bool:
        return self.cancel_until_s is not None

    @property
    def is_current(self) -> bool:
        """Something of it is still going to be travelled, or is just now."""
        return not self.is_past and any(leg.is_live for leg in self.legs)

    @property
    def open_legs(self) -> list[str]:
        """Legs whose driver's contact data the rider may see now."""
        return [
            leg.leg_id
            for leg in self.legs
            if leg.driver and leg.driver.person and leg.driver.person.last_name
        ]

    @property
    def live_vehicles(self) -> tuple[BookedLegView, ...]:
        return tuple(leg for leg in self.legs if leg.is_live)


def booking_view(
    booking: Booking,
    timetable: Timetable | None,
    now: dt.datetime,
    trust: Mapping[str, Trust] = NOBODY_ASKED,
    replaced_by: str | None = None,
    walks: WalkWays = NO_WAYS,
    live: LiveTrips | None = None,
) -> BookingView:
    """`timetable` is the serving one; without it the stops on the way are left out, and without `live` what is
    known of its trips today.

    `trust` is what anybody may know of the drivers, by person id.
    """
    journey = journey_from_json(booking.journey)  # type: ignore[arg-type]
    if live is not None and booking.arrival_s > seconds(now) - STILL_WANTED_S:
        journey = journey_now(live, booking.party, journey)
    rides = {leg.ride.id: ride_facts(leg.ride, now) for leg in booking.legs if leg.ride is not None}
    rows = iter(booking.legs)
    by_place = [None if leg.kind == "walk" else next(rows) for leg in journey.legs]
    prices = [row.price_ct if row is not None and row.kind == "ride" else None for row in by_place]
    shown = journey_view(journey, prices, rides, timetable, walks=walks)
    standing_ct = [
        leg.price_ct for leg in booking.legs if leg.kind is LegKind.RIDE and leg.state not in FALLEN
    ]
    return BookingView(
        booking_id=booking.id,
        reference=booking_number(booking.id),
        sign=_sign(booking) if replaced_by is None else Sign(_("Ersetzt durch eine andere Reise"), "info"),
        journey=shown,
        legs=tuple(
            BookedLegView(leg) if row is None else _booked_leg(leg, row, now, trust)
            for leg, row in zip(shown.legs, by_place, strict=True)
        ),
        origin=booking.origin_name or _("Startpunkt"),
        destination=booking.destination_name or _("Zielpunkt"),
        persons=booking.party.people,
        wheelchairs=booking.wheelchairs,
        price_ct=sum(standing_ct) if standing_ct else None,
        message=booking.message,
        keep_others=booking.keep_others,
        is_past=booking.arrival_s <= seconds(now),
        luggage=booking.luggage,
        bicycles=booking.bicycles,
        trip_id=booking.trip_id,
        replaced_by=replaced_by,
        has_lost=bool(booking.lost_legs) and seconds(now) < booking.arrival_s + STILL_WANTED_S,
        was_released=any(leg.moved_by is Side.CHAIN for leg in booking.legs),
        cancel_until_s=max((leg.departure_s for leg in legs_to_come(booking, now)), default=None),
        can_change=party_can_change(booking, now),
    )


def booking_views(
    bookings: Iterable[Booking],
    timetable: Timetable | None,
    now: dt.datetime,
    replaced_by: Mapping[str, str] = MappingProxyType({}),
    live: LiveTrips | None = None,
) -> tuple[list[BookingView], list[BookingView]]:
    """(still to come or in need of another way, soonest first; past or fallen through, latest first)

    `replaced_by` names the bookings that took the place of others.
    """
    views = [
        booking_view(booking, timetable, now, replaced_by=replaced_by.get(booking.id), live=live)
        for booking in bookings
    ]

    def is_open(view: BookingView) -> bool:
        return view.is_current or view.needs_way_on

    return [v for v in views if is_open(v)], [v for v in reversed(views) if not is_open(v)]


def _is_held(row: BookingLeg) -> bool:
    """Whether it is a place from a waiting list: runs have no driver who would have to be asked."""
    return row.state is LegState.REQUESTED and row.kind is LegKind.BUERGERBUS


def _sign(booking: Booking) -> Sign:
    states = {leg.state for leg in booking.legs}
    if states == {LegState.NOTED}:
        return Sign(_("Vorgemerkt"), "info")
    if any(_is_held(leg) for leg in booking.legs):
        return HELD
    if booking.state is BookingState.ENDED:
        for state in (LegState.DECLINED, LegState.LAPSED):
            if state in states:
                return Sign(STATE_WORDS[state].capitalize(), "danger")
        if booking.lost_legs:
            return Sign(_("Fällt aus"), "danger")
    return BOOKING_SIGN[booking.state]


def _booked_leg(
    shown: LegView, row: BookingLeg, now: dt.datetime, trust: Mapping[str, Trust]
) -> BookedLegView:
    driver_id = row.ride.driver_id if row.ride is not None else None
    driver = driver_seen(row, now, trust.get(driver_id or ""))
    return BookedLegView(
        shown=shown,
        leg_id=row.id,
        sign=HELD if _is_held(row) else Sign(STATE_WORDS[row.state], LEG_LOOK[row.state]),
        driver=driver,
        answer_by_s=row.hold_until_s if row.state is LegState.REQUESTED else None,
        reason=said(row.reason) if row.reason else None,
        is_live=row.state in LIVE,
        is_lost=row in row.booking.lost_legs,
        boards_freely=row.state is LegState.NOTED and row.ride_id is not None,
        can_rate=(
            driver is not None
            and driver.person is not None
            and may_rate(row.state, row.arrival_s, seconds(now))
        ),
    )
