"""More or fewer people travel on a booked journey: on all of it, or nothing changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, BookingLeg, booking_of
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, RideStop, lock_rides
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
from mitfahr.domain.rides import RideKind
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.states import LIVE, LegState, holds_seats
from mitfahr.domain.times import moment, seconds
from mitfahr.itinerary import leg_from_json
from mitfahr.messages import tell_seats_changed
from mitfahr.services.book_journey import check_rides, seats_or_refusal
from mitfahr.services.cancel_booking import check_may_cancel
from mitfahr.services.find_itineraries import leg_asked_ct
from mitfahr.services.release_legs import rides_of
from mitfahr.services.share_costs import share_costs
from routing.query import Party


def change_seats(
    sessions: sessionmaker[Session],
    *,
    booking_id: str,
    seats: int,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> Booking:
    """Let `seats` people (besides wheelchairs) travel from now on; commits.

    Room is tested again under the lock, on every hop of every leg. It can be changed until the first
    vehicle leaves. More people on the ride of a driver who wants to be asked are a request of their own:
    nobody's confirmed seat hangs on it. Sent again, it changes nothing. Raises Unknown, NotAllowed,
    StateForbids, TooLateToChange, TooManySeats, NobodyTravels, SeatTaken, DriverAsksFirst,
    TooLateToBook, NoLongerHolds, PersonBlocked or IdempotencyConflict.
    """
    with seats_or_refusal(Party(seats)), sessions.begin() as session:
        body = {"booking_id": booking_id, "seats": seats}
        if claim(session, actor_id, idempotency_key, body, now) is not None:
            return booking_of(session, booking_id)
        rides = lock_rides(session, rides_of(booking_of(session, booking_id)))
        booking = booking_of(session, booking_id)
        check_may_cancel(session, booking, actor_id)
        _check_changeable(booking, now)
        _check_party(seats, booking.wheelchairs)
        before = booking.seats
        if seats > before:
            live = {leg.ride_id for leg in booking.legs if leg.state in LIVE}
            wanted = {ride_id: ride for ride_id, ride in rides.items() if ride_id in live}
            check_rides(session, wanted, booking.rider, now)
            _check_asked(wanted)
        if seats != before:
            _change(session, booking, rides, seats, now)
            tell_seats_changed(session, booking, before, now)
            mark_changed(session, rides)
        keep_answer(session, actor_id, idempotency_key, {"booking_id": booking_id})
    return booking


def seats_can_change(booking: Booking, now: dt.datetime) -> bool:
    """Whether the number of people is still open; how many more find room is another question."""
    try:
        _check_changeable(booking, now)
    except (StateForbids, TooLateToChange):
        return False
    return True


def _check_changeable(booking: Booking, now: dt.datetime) -> None:
    live = [leg for leg in booking.legs if leg.state in LIVE]
    if not live:
        raise StateForbids(booking.state, "seats")
    first_s = min(leg.departure_s for leg in live)
    if first_s <= seconds(now):
        raise TooLateToChange(moment(first_s))
    if not all(holds_seats(leg.state, leg.hold_until_s, seconds(now)) for leg in live if leg.ride_id):
        raise StateForbids(LegState.LAPSED, "seats")


def _check_party(seats: int, wheelchairs: int) -> None:
    if seats < 0 or seats + wheelchairs < 1:
        raise NobodyTravels()
    if seats + wheelchairs > MAX_PASSENGERS:
        raise TooManySeats(seats + wheelchairs, MAX_PASSENGERS)


def _check_asked(rides: Mapping[str, Ride]) -> None:
    for ride in rides.values():
        if ride.kind is RideKind.PRIVATE and ride.asks_first:
            raise DriverAsksFirst(ride.label)


def _change(
    session: Session, booking: Booking, rides: Mapping[str, Ride], seats: int, now: dt.datetime
) -> None:
    before = booking.seats
    booking.seats = seats
    booking.question = booking.question | {"seats": seats}
    for leg in booking.legs:
        if leg.state not in LIVE:
            continue
        leg.seats = seats
        if leg.ride is None:
            continue
        _change_places(session, leg, leg.ride, seats - before)
        people, people_before = seats + leg.wheelchairs, before + leg.wheelchairs
        leg.asked_ct = leg_asked_ct(leg_from_json(leg.shown), rides, people) or 0  # type: ignore[arg-type]
        leg.agreed_ct = leg.agreed_ct * people // people_before // STEP_CT * STEP_CT
        session.flush()
        share_costs(session, leg.ride, now, newcomer=booking)


def _change_places(session: Session, leg: BookingLeg, ride: Ride, more: int) -> None:
    """Take or give back `more` seats on every hop of the leg; raises SeatTaken."""
    ends = select(RideStop.id, RideStop.seq).where(RideStop.id.in_([leg.board_stop_id, leg.alight_stop_id]))
    seq = {row.id: row.seq for row in session.execute(ends)}
    first, last = seq[leg.board_stop_id or ""], seq[leg.alight_stop_id or ""]
    if more < 0:
        give_back_seats(session, ride.id, first, last, -more, 0)
    elif not take_seats(session, ride.id, first, last, more, 0):
        raise SeatTaken(ride.label, more)
