"""Whether what is written about rides and bookings agrees with itself: for operators and for tests."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.retention import Forgetting, done_until_s
from mitfahr.db.rides import Ride
from mitfahr.domain.prices import PriceLaw, shares_ct
from mitfahr.domain.rides import RideKind
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.states import HOLDING, LIVE, LegState, is_reachable
from mitfahr.domain.times import local
from mitfahr.services.share_costs import allowed_ct
from routing.overlay import HALT_S
from routing.query import LegKind

ON_RIDES = (LegKind.RIDE, LegKind.BUERGERBUS, LegKind.DEMAND)
AT_ONCE = 500
"""Rows in memory at a time: a portal keeps millions."""

PLACES = (
    ("Plätze", "seats", "taken", "capacity"),
    ("Rollstuhlplätze", "wheelchairs", "wheelchair_taken", "wheelchair_capacity"),
    ("Gepäckplätze", "luggage", "luggage_taken", "luggage_capacity"),
    ("Fahrradplätze", "bicycles", "bicycle_taken", "bicycle_capacity"),
)
"""Each with its column in legs and rides, and its two columns in hops."""

_COUNTED = (
    BookingLeg.ride_id,
    BookingLeg.board_stop_id,
    BookingLeg.alight_stop_id,
    BookingLeg.state,
    *(getattr(BookingLeg, asked) for _, asked, _, _ in PLACES),
)
ON_RIDE = (
    *_COUNTED,
    BookingLeg.price_ct,
    BookingLeg.asked_ct,
    BookingLeg.agreed_ct,
    BookingLeg.departure_s,
    BookingLeg.arrival_s,
)
ON_BOOKING = (
    *_COUNTED,
    BookingLeg.booking_id,
    BookingLeg.seq,
    BookingLeg.kind,
    BookingLeg.price_ct,
    BookingLeg.moved_by,
    BookingLeg.hold_until_s,
    BookingLeg.departure_s,
)
"""What is looked at of a leg: a million of them as objects would take minutes."""

LegRow = sa.Row[*tuple[Any, ...]]
BookingRow = sa.Row[*tuple[Any, ...]]


def inconsistencies(session: Session, law: PriceLaw) -> list[str]:
    """Every contradiction in the tables of rides and bookings, in words for an operator; [] is good."""
    return [*_in_rides(session, law), *_in_bookings(session), *_overlaps(session)]


def _in_rides(session: Session, law: PriceLaw) -> Iterator[str]:
    forgotten_s = done_until_s(session, Forgetting.PEOPLE)
    without_people = lazyload(Ride.driver), lazyload(Ride.organisation)
    rides = select(Ride).order_by(Ride.id).options(*without_people).execution_options(yield_per=AT_ONCE)
    for part in session.scalars(rides).partitions():
        held: dict[str, list[LegRow]] = defaultdict(list)
        ids = [ride.id for ride in part]
        on_board = select(*ON_RIDE).where(
            BookingLeg.ride_id.in_(ids),
            BookingLeg.state.in_(HOLDING),
            BookingLeg.board_stop_id.is_not(None),
        )
        for leg in session.execute(on_board):
            held[leg.ride_id].append(leg)
        for ride in part:
            if ride.driver_id is None and ride.organisation_id is None and ride.ends_s > forgotten_s:
                yield f"Fahrt {ride.id}: niemand fährt sie"
            yield from (f"Fahrt {ride.id}: {text}" for text in _of_ride(ride, held[ride.id], law))


def _of_ride(ride: Ride, legs: Sequence[LegRow], law: PriceLaw) -> Iterator[str]:
    if len(ride.stops) < 2 or [stop.seq for stop in ride.stops] != list(range(len(ride.stops))):
        yield "die Halte sind nicht lückenlos nummeriert"
    if [hop.seq for hop in ride.hops] != list(range(len(ride.stops) - 1)):
        yield "zu den Halten passen die Abschnitte nicht"
    if ride.withdrawn_at is not None and any(leg.state in LIVE for leg in legs):
        yield "sie fällt aus und ist noch gebucht"
    seq = {stop.id: stop.seq for stop in ride.stops}
    if any(seq.get(leg.board_stop_id or "", 0) >= seq.get(leg.alight_stop_id or "", 0) for leg in legs):
        yield "eine Buchung steigt nicht vor dem Ausstieg ein"
        return
    if {stop_id for leg in legs for stop_id in (leg.board_stop_id, leg.alight_stop_id)} - seq.keys():
        yield "eine Buchung steigt an keinem ihrer Halte ein"
        return
    yield from _places(ride, legs, seq)
    if not ride.kind.keeps_stops:
        used = {stop_id for leg in legs for stop_id in (leg.board_stop_id, leg.alight_stop_id)}
        if used != {stop.id for stop in ride.stops[1:-1]}:
            yield "Zwischenhalte und Buchungen passen nicht zusammen"
    if ride.kind is RideKind.PRIVATE:
        yield from _prices(ride, legs, law)
    if ride.kind is RideKind.DEMAND:
        yield from _promises(ride, legs)


def _places(ride: Ride, legs: Sequence[LegRow], seq: dict[str, int]) -> Iterator[str]:
    """Places are counted once in the hops and once in the bookings; the law counts heads."""
    for hop in ride.hops:
        on_board = [
            leg for leg in legs if seq[leg.board_stop_id or ""] <= hop.seq < seq[leg.alight_stop_id or ""]
        ]
        for word, asked, taken, capacity in PLACES:
            booked = sum(getattr(leg, asked) for leg in on_board)
            noted, there, in_vehicle = getattr(hop, taken), getattr(hop, capacity), getattr(ride, asked)
            if noted != booked:
                yield f"auf Abschnitt {hop.seq} sind {noted} {word} vermerkt, gebucht sind {booked}"
            if there != in_vehicle:
                yield f"auf Abschnitt {hop.seq} gibt es {there} {word}, im Fahrzeug {in_vehicle}"
            if booked > there:
                yield f"Abschnitt {hop.seq} ist überbucht: {booked} von {there} {word}"
        if sum(leg.seats + leg.wheelchairs for leg in on_board) > MAX_PASSENGERS:
            yield f"auf Abschnitt {hop.seq} sitzen mehr Menschen, als das Gesetz erlaubt"


def _promises(ride: Ride, legs: Sequence[LegRow]) -> Iterator[str]:
    """Whoever booked on demand is planned to be met and brought within the times they were promised, or as they were
    told when it became late."""
    stops = {stop.id: stop for stop in ride.stops}
    for leg in legs:
        on, off = stops[leg.board_stop_id], stops[leg.alight_stop_id]
        if leg.departure_s not in (on.earliest_s, on.told_s) or leg.arrival_s != off.held_until_s:
            yield "an den Halten steht ein anderes Versprechen als in der Buchung"
    to_come = [stop for stop in ride.stops if stop.seq >= ride.stops_done]  # what was late has been late
    for stop in to_come:
        if stop in (ride.stops[0], ride.stops[-1]):
            continue
        if stop.earliest_s is None or stop.latest_s is None or stop.known_s is None:
            yield f"zu Halt {stop.seq} fehlt, was versprochen ist"
        elif not stop.earliest_s <= stop.arrival_s <= stop.held_until_s:
            yield f"an Halt {stop.seq} wird das Versprechen nicht gehalten"
        if stop.told_s is not None and stop.told_s <= (stop.latest_s or 0):
            yield f"an Halt {stop.seq} ist eine Verspätung vermerkt, die keine ist"
    for before, after in itertools.pairwise(to_come):
        if before.seq and after.arrival_s < before.arrival_s + HALT_S:
            yield f"an Halt {after.seq} ist das Fahrzeug zu früh"
    late = [stop.seq for stop in to_come if stop.said_s is not None]
    if late and ride.late_at is None:
        yield "ein Halt wird verspätet erreicht, und niemand hat es gemeldet"
    if len(late) > 1:
        yield "mehr als ein nächster Halt wird verspätet erreicht"
    if ride.stops[-1].arrival_s > ride.ends_s and ride.late_at is None:
        yield "das Fahrzeug ist erst nach Ende der Fahrzeit zurück"


def _prices(ride: Ride, legs: Sequence[LegRow], law: PriceLaw) -> Iterator[str]:
    if sum(leg.price_ct for leg in legs) > allowed_ct(ride, law):
        yield "die Mitfahrenden zahlen zusammen mehr, als das Gesetz erlaubt"
    if any(leg.price_ct > min(leg.asked_ct, leg.agreed_ct) for leg in legs):
        yield "jemand zahlt mehr als vereinbart"
    shares = shares_ct([leg.asked_ct for leg in legs], ride.allowed_ct)
    if ride.withdrawn_at is None and any(
        leg.price_ct != min(share, leg.agreed_ct) for leg, share in zip(legs, shares, strict=True)
    ):
        yield "die Kosten sind nicht richtig geteilt"


def _in_bookings(session: Session) -> Iterator[str]:
    asked = [getattr(Booking, word) for _, word, _, _ in PLACES]
    bookings = (
        select(Booking.id, Booking.rider_id, Booking.price_ct, Booking.journey, *asked)
        .order_by(Booking.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for part in session.execute(bookings).partitions():
        legs: dict[str, list[LegRow]] = defaultdict(list)
        ids = [booking.id for booking in part]
        of_part = select(*ON_BOOKING, Ride.driver_id).outerjoin(Ride, BookingLeg.ride_id == Ride.id)
        for leg in session.execute(of_part.where(BookingLeg.booking_id.in_(ids)).order_by(BookingLeg.seq)):
            legs[leg.booking_id].append(leg)
        for booking in part:
            yield from (f"Buchung {booking.id}: {text}" for text in _of_booking(booking, legs[booking.id]))


def _of_booking(booking: BookingRow, legs: Sequence[LegRow]) -> Iterator[str]:
    if [leg.seq for leg in legs] != list(range(len(legs))) or not legs:
        yield "die Teilstrecken sind nicht lückenlos nummeriert"
    shown = [leg for leg in booking.journey["legs"] if leg["kind"] != LegKind.WALK]
    if [leg["kind"] for leg in shown] != [leg.kind for leg in legs]:
        yield "gebucht ist etwas anderes, als gezeigt wurde"
    for seen, leg in zip(shown, legs, strict=False):
        if leg.kind is LegKind.DEMAND and leg.state in LIVE and seen["ride_id"] != leg.ride_id:
            yield "sie wird von einem anderen Fahrzeug gefahren, als in ihr steht"
    if sum(leg.price_ct for leg in legs) != booking.price_ct:
        yield "der Preis ist nicht die Summe der Teilstrecken"
    for leg in legs:
        if leg.driver_id == booking.rider_id:
            yield f"Teilstrecke {leg.seq}: die mitfahrende Person fährt selbst"
        yield from (f"Teilstrecke {leg.seq} ({leg.state}): {text}" for text in _of_leg(leg, booking))


def _of_leg(leg: LegRow, booking: BookingRow) -> Iterator[str]:
    on_ride = leg.ride_id is not None
    if on_ride != (leg.kind in ON_RIDES):
        yield f"eine Strecke dieser Art ({leg.kind}) und ihre Fahrt passen nicht zusammen"
    only_noted = leg.state is LegState.NOTED and on_ride and leg.kind is not LegKind.BUERGERBUS
    if only_noted or not is_reachable(leg.state, leg.moved_by, on_ride):
        yield f"dieser Zustand kann so nicht entstehen (zuletzt geändert von: {leg.moved_by or 'niemand'})"
    for word, asked, _, _ in PLACES:
        if leg.state in LIVE and getattr(leg, asked) != getattr(booking, asked):
            yield f"{getattr(leg, asked)} {word}, gebucht sind {getattr(booking, asked)}"
    boarded_freely = leg.kind is LegKind.BUERGERBUS and leg.board_stop_id is None
    holds = on_ride and leg.state in HOLDING and not (boarded_freely and leg.state is LegState.COMPLETED)
    if holds != (leg.board_stop_id is not None) or holds != (leg.alight_stop_id is not None):
        yield "die Halte dazu passen nicht"
    if leg.state in HOLDING and (leg.state is LegState.REQUESTED) != (leg.hold_until_s is not None):
        yield "die Frist dazu passt nicht"
    if leg.hold_until_s is not None and leg.hold_until_s > leg.departure_s:
        yield "die Frist endet erst nach der Abfahrt"


def _overlaps(session: Session) -> Iterator[str]:
    """Rides of one driver at the same time; who withdrew one may drive another."""
    rides = session.execute(
        select(Ride.driver_id, Ride.id, Ride.begins_s, Ride.ends_s)
        .where(Ride.driver_id.is_not(None), Ride.withdrawn_at.is_(None))
        .order_by(Ride.driver_id, Ride.begins_s, Ride.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for driver_id, own in itertools.groupby(rides, key=lambda ride: ride.driver_id):
        busy_until_s, busy_with = 0, ""
        for _, ride_id, begins_s, ends_s in own:
            if begins_s < busy_until_s:
                yield (
                    f"Fahrt {ride_id}: beginnt am {local(begins_s):%d.%m.%Y %H:%M}, "
                    f"während Person {driver_id} noch Fahrt {busy_with} fährt"
                )
            if ends_s > busy_until_s:
                busy_until_s, busy_with = ends_s, ride_id
