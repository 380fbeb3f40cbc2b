"""Keep two people apart for good, or let them meet again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.blocks import PersonBlock
from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.people import Person, lock_person
from mitfahr.db.rides import Ride
from mitfahr.db.session import one_view
from mitfahr.domain.errors import StateForbids, Unknown
from mitfahr.domain.states import LegState
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.decide_request import decline_request
from routing.snapshot import Snapshot


def block_person(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    blocker_id: str,
    blocked_id: str,
    now: dt.datetime,
) -> None:
    """From now on the two are never matched; requests between them that wait for an answer fall. Commits.

    What is fixed already stays: only those who travel can say whether they still want to. Done again, it
    changes nothing. Raises Unknown.
    """
    with sessions.begin() as session:
        # the row of the blocker is the lock: the same form sent twice at once
        lock_person(session, blocker_id)
        if blocked_id == blocker_id or session.get(Person, blocked_id) is None:
            raise Unknown("person", blocked_id)
        if session.get(PersonBlock, (blocker_id, blocked_id)) is None:
            session.add(PersonBlock(blocker_id=blocker_id, blocked_id=blocked_id, created_at=now))
    for leg_id, booking_id, driver_id in _waiting_between(sessions, blocker_id, blocked_id):
        try:
            if driver_id == blocker_id:
                decline_request(sessions, snapshot, leg_id=leg_id, driver_id=driver_id, now=now)
            else:
                cancel_booking(sessions, booking_id=booking_id, leg_id=leg_id, actor_id=blocker_id, now=now)
        except StateForbids:  # answered or lapsed meanwhile
            continue


def unblock_person(sessions: sessionmaker[Session], *, blocker_id: str, blocked_id: str) -> None:
    """Commits; the other's own block stays."""
    with sessions.begin() as session:
        block = session.get(PersonBlock, (blocker_id, blocked_id))
        if block is not None:
            session.delete(block)


def _waiting_between(
    sessions: sessionmaker[Session], one_id: str, other_id: str
) -> list[tuple[str, str, str]]:
    """(leg id, booking id, driver id) of requests of either to the other."""
    with one_view(sessions) as session:
        rows = session.execute(
            select(BookingLeg.id, BookingLeg.booking_id, Ride.driver_id, Booking.rider_id)
            .join(Ride, Ride.id == BookingLeg.ride_id)
            .join(Booking, Booking.id == BookingLeg.booking_id)
            .where(
                BookingLeg.state == LegState.REQUESTED,
                Ride.driver_id.in_([one_id, other_id]),
                Booking.rider_id.in_([one_id, other_id]),
            )
            .order_by(BookingLeg.id)
        )
        return [
            (leg_id, booking_id, driver_id)
            for leg_id, booking_id, driver_id, rider_id in rows
            if driver_id is not None and driver_id != rider_id
        ]
