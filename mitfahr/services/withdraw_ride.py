"""Take back a private offer, or cancel a run: everybody on board is told and offered another way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, lock_rides, ride_of, with_sister_tours
from mitfahr.domain.contact_data import check_public_text
from mitfahr.domain.errors import NotAllowed
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Task
from mitfahr.domain.states import LIVE, LegState, Side
from mitfahr.services.find_replacement import find_replacement
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.release_legs import let_fall
from routing.journey import Journey
from routing.snapshot import Snapshot


def withdraw_ride(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    ride_id: str,
    actor_id: str,
    now: dt.datetime,
    reason: str | None = None,
) -> int:
    """Withdraw a ride and let its passengers' legs fall; commits. Returns how many bookings lost a leg.

    The driver withdraws a private offer; a run is cancelled by whoever has that task in its association. Sent again, it changes nothing. Raises Unknown, NotAllowed, ContactInText (of private rides: who has
    only asked reads the reason too).
    """
    with sessions.begin() as session:
        ride = ride_of(session, ride_id)
        _check_allowed(session, ride, actor_id)
        if ride.kind is RideKind.PRIVATE:
            check_public_text(reason)
    return _let_go(sessions, snapshot, ride_id, reason, now)


def withdraw_driverless(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    ride_id: str,
    doomed: frozenset[str],
    reason: str,
    now: dt.datetime,
) -> int:
    """Cancel a run for which no driver was found, as `withdraw_ride` does; commits.

    One that somebody drives after all, asked under the lock, stays. Nobody is led to runs that are `doomed` like it.
    Returns how many bookings lost a leg.
    """
    return _let_go(sessions, snapshot, ride_id, reason, now, doomed=doomed, unless_driven=True)


def _let_go(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    ride_id: str,
    reason: str | None,
    now: dt.datetime,
    *,
    doomed: frozenset[str] = frozenset(),
    unless_driven: bool = False,
) -> int:
    with sessions.begin() as session:
        passengers = _bookings_on(session, ride_id)
    ways = {
        booking_id: find_replacement(
            sessions, snapshot, booking_id=booking_id, without_rides=doomed | {ride_id}, now=now
        )
        for booking_id in passengers
    }
    while True:
        with sessions.begin() as session:
            affected = _withdraw(session, ride_id, passengers, ways, reason, now, unless_driven=unless_driven)
        if affected is not None:
            return affected
        with sessions.begin() as session:
            passengers = _bookings_on(session, ride_id)


def _withdraw(
    session: Session,
    ride_id: str,
    expected: Mapping[str, frozenset[str]],
    ways: Mapping[str, Journey | None],
    reason: str | None,
    now: dt.datetime,
    *,
    unless_driven: bool,
) -> int | None:
    """The withdrawal under the lock; None if somebody has booked since `expected` was read.

    All rides of all passengers' bookings are locked at once and in order, so the list of passengers
    has to be known before; a newcomer means locking anew.
    """
    rides = lock_rides(session, with_sister_tours(session, {ride_id}.union(*expected.values())))
    if not _bookings_on(session, ride_id).keys() <= expected.keys():
        return None
    ride = rides[ride_id]
    if ride.withdrawn_at is not None or (unless_driven and ride.driver_id is not None):
        return 0
    ride.withdrawn_at, ride.withdrawn_reason = now, reason
    side = Side.DRIVER if ride.kind is RideKind.PRIVATE else Side.OPERATOR
    bookings = session.scalars(
        select(Booking)
        .where(Booking.id.in_(_bookings_on(session, ride_id)))
        .order_by(Booking.id)
        .execution_options(populate_existing=True)
    ).all()
    for booking in bookings:
        fallen = [leg for leg in booking.legs if leg.ride_id == ride_id and leg.state in LIVE]
        let_fall(session, booking, fallen, LegState.CANCELLED, side, now, reason, ways.get(booking.id))
    mark_changed(session, rides)
    return len(bookings)


def _check_allowed(session: Session, ride: Ride, actor_id: str) -> None:
    if ride.kind is not RideKind.PRIVATE:
        require_task(session, actor_id, ride.organisation_id, Task.CANCEL_RUNS)
    elif ride.driver_id != actor_id:
        raise NotAllowed("withdraw_ride")


def _bookings_on(session: Session, ride_id: str) -> dict[str, frozenset[str]]:
    """Ids of bookings with a live leg on the ride, each with the ids of all rides of that booking."""
    live = select(BookingLeg.booking_id).where(BookingLeg.ride_id == ride_id, BookingLeg.state.in_(LIVE))
    rows = session.execute(
        select(BookingLeg.booking_id, BookingLeg.ride_id).where(
            BookingLeg.booking_id.in_(live), BookingLeg.ride_id.is_not(None)
        )
    )
    found: dict[str, set[str]] = {}
    for booking_id, other_ride_id in rows:
        if other_ride_id is not None:
            found.setdefault(booking_id, set()).add(other_ride_id)
    return {booking_id: frozenset(ids) for booking_id, ids in found.items()}
