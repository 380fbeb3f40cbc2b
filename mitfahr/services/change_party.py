"""Other people travel on a booked journey, or bring other things: on all of it, or nothing changes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, BookingLeg, booking_of
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, RideStop
from mitfahr.db.seats import give_back_seats, take_seats
from mitfahr.domain.errors import (
    DriverAsksFirst,
    NobodyTravels,
    SeatTaken,
    StateForbids,
    TooLateToChange,
    TooManySeats,
)
from mitfahr.domain.prices import STEP_CT
from mitfahr.domain.rides import RideKind, check_baggage
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.states import LIVE, LegState, holds_seats
from mitfahr.domain.times import moment, seconds
from mitfahr.itinerary import leg_from_json
from mitfahr.messages import tell_party_changed
from mitfahr.services.book_journey import check_rides, seats_or_refusal
from mitfahr.services.cancel_booking import check_may_cancel
from mitfahr.services.find_itineraries import leg_asked_ct
from mitfahr.services.release_legs import lock_booked
from mitfahr.services.share_costs import share_costs
from routing.query import Party


@dataclass(frozen=True, slots=True)
class PartyChange:
    """What is to be different from now on, in the fields of `Party`; None stays as it is."""

    seats: int | None = None
    wheelchairs: int | None = None
    luggage: int | None = None
    bicycles: int | None = None

    def asked(self) -> dict[str, int]:
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}

    def of(self, party: Party) -> Party:
        return dataclasses.replace(party, **self.asked())


def change_party(
    sessions: sessionmaker[Session],
    *,
    booking_id: str,
    change: PartyChange,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> Booking:
    """Let another party travel from now on; commits.

    Room is tested again under the lock, on every hop of every leg. It can be changed until the first
    vehicle leaves. More people, or more wheelchairs, on the ride of a driver who wants to be asked are a
    request of their own: nobody's confirmed seat hangs on it. Luggage and bicycles find the room that the
    driver offers, or not. Sent again, it changes nothing. Raises Unknown, NotAllowed, StateForbids,
    TooLateToChange, TooManySeats, TooMuchBaggage, NobodyTravels, SeatTaken, DriverAsksFirst,
    TooLateToBook, NoLongerHolds, PersonBlocked or IdempotencyConflict.
    """
    with seats_or_refusal(change.of(Party())), sessions.begin() as session:
        body = {"booking_id": booking_id, **change.asked()}
        if claim(session, actor_id, idempotency_key, body, now) is not None:
            return booking_of(session, booking_id)
        rides = lock_booked(session, booking_of(session, booking_id))
        booking = booking_of(session, booking_id)
        check_may_cancel(session, booking, actor_id)
        _check_changeable(booking, now)
        before, party = booking.party, change.of(booking.party)
        _check_party(party)
        if _is_more(party, before):
            live = {leg.ride_id for leg in booking.legs if leg.state in LIVE}
            wanted = {ride_id: ride for ride_id, ride in rides.items() if ride_id in live}
            check_rides(session, wanted, booking.rider, now)
            if party.people > before.people or party.wheelchairs > before.wheelchairs:
                _check_asked(wanted)
        if party != before:
            _change(session, booking, rides, party, now)
            tell_party_changed(session, booking, before, now)
            mark_changed(session, rides)
        keep_answer(session, actor_id, idempotency_key, {"booking_id": booking_id})
    return booking


def party_can_change(booking: Booking, now: dt.datetime) -> bool:
    """Whether it is still open who travels; how much more finds room is another question."""
    try:
        _check_changeable(booking, now)
    except (StateForbids, TooLateToChange):
        return False
    return True


def _check_changeable(booking: Booking, now: dt.datetime) -> None:
    live = [leg for leg in booking.legs if leg.state in LIVE]
    if not live:
        raise StateForbids(booking.state, "changed")
    first_s = min(leg.departure_s for leg in live)
    if first_s <= seconds(now):
        raise TooLateToChange(moment(first_s))
    if not all(holds_seats(leg.state, leg.hold_until_s, seconds(now)) for leg in live if _has_place(leg)):
        raise StateForbids(LegState.LAPSED, "changed")


def _has_place(leg: BookingLeg) -> bool:
    return leg.ride_id is not None and leg.state is not LegState.NOTED


def _check_party(party: Party) -> None:
    if party.seats < 0 or party.wheelchairs < 0 or party.people < 1:
        raise NobodyTravels()
    if party.people > MAX_PASSENGERS:
        raise TooManySeats(party.people, MAX_PASSENGERS)
    check_baggage(party.luggage, party.bicycles)


def _is_more(party: Party, before: Party) -> bool:
    return any(
        now > then for now, then in zip(dataclasses.astuple(party), dataclasses.astuple(before), strict=True)
    )


def _check_asked(rides: Mapping[str, Ride]) -> None:
    for ride in rides.values():
        if ride.kind is RideKind.PRIVATE and ride.asks_first:
            raise DriverAsksFirst(ride.label)


def _change(
    session: Session, booking: Booking, rides: Mapping[str, Ride], party: Party, now: dt.datetime
) -> None:
    before = booking.party
    booking.party, booking.changed_at = party, now
    booking.question = booking.question | dataclasses.asdict(party)
    for leg in booking.legs:
        if leg.state not in LIVE:
            continue
        leg.party = party
        if leg.ride is None or not _has_place(leg):
            continue
        _change_places(session, leg, leg.ride, before)
        leg.asked_ct = leg_asked_ct(leg_from_json(leg.shown), rides, party.people) or 0  # type: ignore[arg-type]
        leg.agreed_ct = leg.agreed_ct * party.people // before.people // STEP_CT * STEP_CT
        session.flush()
        share_costs(session, leg.ride, now, newcomer=booking)


def _change_places(session: Session, leg: BookingLeg, ride: Ride, before: Party) -> None:
    """Give back what the party had and take what it needs on every hop of the leg; raises SeatTaken."""
    ends = select(RideStop.id, RideStop.seq).where(RideStop.id.in_([leg.board_stop_id, leg.alight_stop_id]))
    seq = {row.id: row.seq for row in session.execute(ends)}
    first, last = seq[leg.board_stop_id or ""], seq[leg.alight_stop_id or ""]
    give_back_seats(session, ride.id, first, last, before)
    if not take_seats(session, ride.id, first, last, leg.party):
        raise SeatTaken(ride.label, leg.seats, leg.wheelchairs)
