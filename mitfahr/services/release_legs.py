"""Let a leg of a booking fall, and with it what hangs on it.

Freeing needs no lock that could be refused: the caller has locked the rides of the booking (all of
them, `lock_booked`) to keep the order of locks, nothing here can find them occupied.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mitfahr.db.bookings import Booking, BookingLeg, is_stop_used
from mitfahr.db.rides import Ride, RideStop, lock_rides, with_sister_tours
from mitfahr.db.seats import delete_stop, give_back_seats
from mitfahr.domain.states import LIVE, LegState, Side, move
from mitfahr.domain.times import seconds
from mitfahr.messages import tell_fallen
from mitfahr.services.share_costs import share_costs
from routing.journey import Journey


def release_leg(
    session: Session,
    leg: BookingLeg,
    wanted: LegState,
    side: Side,
    now: dt.datetime,
    reason: str | None = None,
) -> None:
    """Move one leg to a fallen state and give its places back. Raises StateForbids."""
    leg.state = move(leg.state, wanted, side)
    leg.moved_at, leg.moved_by, leg.reason = now, side, reason
    ride = leg.ride
    board_stop_id, alight_stop_id = leg.board_stop_id, leg.alight_stop_id
    leg.board_stop_id = leg.alight_stop_id = None
    session.flush()
    if ride is None or board_stop_id is None or alight_stop_id is None:
        return
    first, last = _seq(session, board_stop_id), _seq(session, alight_stop_id)
    give_back_seats(session, ride.id, first, last, leg.party)
    if not ride.kind.keeps_stops:
        for ride_stop_id in (alight_stop_id, board_stop_id):
            if not is_stop_used(session, ride_stop_id):
                delete_stop(session, ride.id, ride_stop_id)
        share_costs(session, ride, now)


def release_others(
    session: Session,
    booking: Booking,
    fallen: Sequence[BookingLeg],
    now: dt.datetime,
    reason: str | None = None,
) -> list[BookingLeg]:
    """Let the other legs fall that are still to come, unless the rider keeps them.

    Who sits in a vehicle already stays in it.
    """
    if booking.keep_others:
        return []
    others = [leg for leg in legs_to_come(booking, now) if leg not in fallen]
    for leg in others:
        release_leg(session, leg, LegState.CANCELLED, Side.CHAIN, now, reason)
    return others


def legs_to_come(booking: Booking, now: dt.datetime) -> list[BookingLeg]:
    """Legs that have not left yet and are still going to be travelled."""
    return [leg for leg in booking.legs if leg.state in LIVE and leg.departure_s > seconds(now)]


def let_fall(
    session: Session,
    booking: Booking,
    legs: Sequence[BookingLeg],
    wanted: LegState,
    side: Side,
    now: dt.datetime,
    reason: str | None = None,
    another_way: Journey | None = None,
) -> None:
    """Legs fall away without their rider's doing: give back what hangs on them and tell the rider at once.

    The caller has locked the rides of the booking and marks them as changed.
    """
    for leg in legs:
        release_leg(session, leg, wanted, side, now, reason)
    others = release_others(session, booking, legs, now)
    tell_fallen(session, legs, others, now, another_way)


def lock_booked(session: Session, *bookings: Booking) -> dict[str, Ride]:
    """Lock the rides of these bookings, before a leg of them may fall, and wherever passengers of them are moved to;
    by id. What was read of the bookings before is to be read again.
    """
    return lock_rides(session, with_sister_tours(session, set().union(*map(rides_of, bookings))))


def rides_of(booking: Booking) -> set[str]:
    """Ids of the rides that the booking has legs on."""
    return {leg.ride_id for leg in booking.legs if leg.ride_id is not None}


def _seq(session: Session, ride_stop_id: str) -> int:
    return session.execute(select(RideStop.seq).where(RideStop.id == ride_stop_id)).scalar_one()
