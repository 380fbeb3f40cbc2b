"""Whether what is written about rides and bookings agrees with itself: for operators and for tests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.rides import Ride
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.rides import RideKind
from mitfahr.domain.states import HOLDING, LegState
from mitfahr.services.share_costs import allowed_ct


def inconsistencies(session: Session, law: PriceLaw) -> list[str]:
    """Every contradiction in the tables of rides and bookings, in words for an operator; [] is good."""
    held: dict[str, list[BookingLeg]] = defaultdict(list)
    for leg in session.scalars(select(BookingLeg).where(BookingLeg.state.in_(HOLDING))):
        held[leg.ride_id or ""].append(leg)
    found = [f"Teilstrecke {leg.id}: hält Plätze ohne Fahrt" for leg in held.pop("", [])]
    for ride in session.scalars(select(Ride).order_by(Ride.id)):
        found += [f"Fahrt {ride.id}: {text}" for text in _of_ride(ride, held[ride.id], law)]
    for booking in session.scalars(select(Booking).order_by(Booking.id)):
        found += [f"Buchung {booking.id}: {text}" for text in _of_booking(booking)]
    return found


def _of_ride(ride: Ride, legs: Sequence[BookingLeg], law: PriceLaw) -> Iterator[str]:
    if [stop.seq for stop in ride.stops] != list(range(len(ride.stops))):
        yield "die Halte sind nicht lückenlos nummeriert"
    if [hop.seq for hop in ride.hops] != list(range(len(ride.stops) - 1)):
        yield "zu den Halten passen die Abschnitte nicht"
    seq = {stop.id: stop.seq for stop in ride.stops}
    if any(seq.get(leg.board_stop_id or "", 1) >= seq.get(leg.alight_stop_id or "", 0) for leg in legs):
        yield "eine Buchung steigt nicht vor dem Ausstieg ein"
        return
    seats, wheelchairs = Counter[int](), Counter[int]()
    for leg in legs:
        for hop in range(seq[leg.board_stop_id or ""], seq[leg.alight_stop_id or ""]):
            seats[hop] += leg.seats
            wheelchairs[hop] += leg.wheelchairs
    for row in ride.hops:
        if (row.taken, row.wheelchair_taken) != (seats[row.seq], wheelchairs[row.seq]):
            yield (
                f"auf Abschnitt {row.seq} sind {row.taken} + {row.wheelchair_taken} Plätze vermerkt, "
                f"gebucht sind {seats[row.seq]} + {wheelchairs[row.seq]}"
            )
    if ride.kind is RideKind.PRIVATE:
        used = {stop_id for leg in legs for stop_id in (leg.board_stop_id, leg.alight_stop_id)}
        if used != {stop.id for stop in ride.stops[1:-1]}:
            yield "Zwischenhalte und Buchungen passen nicht zusammen"
        if sum(leg.price_ct for leg in legs) > allowed_ct(ride, law):
            yield "die Mitfahrenden zahlen zusammen mehr, als das Gesetz erlaubt"
        if any(leg.price_ct > min(leg.asked_ct, leg.agreed_ct) for leg in legs):
            yield "jemand zahlt mehr als vereinbart"


def _of_booking(booking: Booking) -> Iterator[str]:
    if [leg.seq for leg in booking.legs] != list(range(len(booking.legs))) or not booking.legs:
        yield "die Teilstrecken sind nicht lückenlos nummeriert"
    if sum(leg.price_ct for leg in booking.legs) != booking.price_ct:
        yield "der Preis ist nicht die Summe der Teilstrecken"
    for leg in booking.legs:
        holds = leg.state in HOLDING and leg.ride_id is not None
        if holds != (leg.board_stop_id is not None) or holds != (leg.alight_stop_id is not None):
            yield f"Teilstrecke {leg.seq} ({leg.state}) und ihre Halte passen nicht zusammen"
        if (leg.state is LegState.REQUESTED) != (leg.hold_until_s is not None) and leg.state in HOLDING:
            yield f"Teilstrecke {leg.seq} ({leg.state}) und ihre Frist passen nicht zusammen"
