"""The driver says yes or no to somebody who wants to ride along."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.blocks import kept_apart_from
from mitfahr.db.bookings import BookingLeg, booking_of, leg_of
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride
from mitfahr.domain.contact_data import check_public_text
from mitfahr.domain.errors import NoLongerHolds, NotAllowed, PersonBlocked, StateForbids
from mitfahr.domain.states import LegState, Side, holds_seats, move
from mitfahr.domain.times import seconds
from mitfahr.messages import tell_decided
from mitfahr.services.find_replacement import find_replacement
from mitfahr.services.release_legs import let_fall, lock_booked, rides_of
from mitfahr.services.ride_schedule import still_drivable
from routing.snapshot import Snapshot


def confirm_request(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    leg_id: str,
    driver_id: str,
    now: dt.datetime,
) -> BookingLeg:
    """Say yes; commits. Said again, it changes nothing.

    Whether the ride can still keep everything it promised is tested again, under the lock. Raises
    Unknown, NotAllowed, StateForbids (lapsed, cancelled or declined meanwhile), PersonBlocked or NoLongerHolds.
    """
    with sessions.begin() as session:
        leg, ride = _locked(session, leg_id, driver_id)
        if leg.state is LegState.CONFIRMED:
            return leg
        if not holds_seats(leg.state, leg.hold_until_s, seconds(now)):
            raise StateForbids(LegState.LAPSED if leg.state is LegState.REQUESTED else leg.state, "confirmed")
        if leg.booking.rider_id in kept_apart_from(session, driver_id):
            raise PersonBlocked(ride.label)
        if ride.withdrawn_at is not None or not still_drivable(snapshot, ride):
            raise NoLongerHolds(["the ride can no longer keep what it promised"])
        leg.state = move(leg.state, LegState.CONFIRMED, Side.DRIVER)
        leg.moved_at, leg.moved_by, leg.hold_until_s = now, Side.DRIVER, None
        tell_decided(session, leg, now)
        mark_changed(session, [ride.id])
    return leg


def decline_request(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    leg_id: str,
    driver_id: str,
    now: dt.datetime,
    reason: str | None = None,
) -> BookingLeg:
    """Say no; commits. The rider is told, with another way if there is one.

    Said again, it changes nothing. Raises Unknown, NotAllowed, StateForbids, ContactInText.
    """
    check_public_text(reason)
    with sessions.begin() as session:
        ride_id = _decidable(session, leg_id, driver_id)
        booking_id = leg_of(session, leg_id).booking_id
    way = find_replacement(
        sessions, snapshot, booking_id=booking_id, without_rides=frozenset({ride_id}), now=now
    )
    with sessions.begin() as session:
        leg, _ = _locked(session, leg_id, driver_id)
        if leg.state is LegState.DECLINED:
            return leg
        rides = rides_of(leg.booking)
        let_fall(session, leg.booking, [leg], LegState.DECLINED, Side.DRIVER, now, reason, way)
        mark_changed(session, rides)
    return leg


def _decidable(session: Session, leg_id: str, driver_id: str) -> str:
    """The id of the leg's ride, if the person drives it; raises Unknown, NotAllowed."""
    leg = leg_of(session, leg_id)
    if leg.ride is None or leg.ride.driver_id != driver_id:
        raise NotAllowed("decide_request")
    return leg.ride.id


def _locked(session: Session, leg_id: str, driver_id: str) -> tuple[BookingLeg, Ride]:
    ride_id = _decidable(session, leg_id, driver_id)
    rides = lock_booked(session, leg_of(session, leg_id).booking)
    booking = booking_of(session, leg_of(session, leg_id).booking_id)
    return next(leg for leg in booking.legs if leg.id == leg_id), rides[ride_id]
