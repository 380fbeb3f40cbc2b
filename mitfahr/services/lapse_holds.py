"""Let requests lapse that no driver has answered in time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import booking_of, expired_holds
from mitfahr.db.live_revision import mark_changed
from mitfahr.domain.states import LegState, Side, holds_seats
from mitfahr.domain.times import seconds
from mitfahr.services.find_replacement import find_replacement
from mitfahr.services.release_legs import let_fall, lock_booked
from routing.journey import Journey
from routing.snapshot import Snapshot


def lapse_holds(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    now: dt.datetime,
    ride_ids: frozenset[str] | None = None,
) -> int:
    """Lapse every expired request (on these rides, if given), each booking in a transaction of its own.

    The riders are told with another way. Returns the number of bookings that lost a leg.
    """
    with sessions.begin() as session:
        expired = [
            pair for pair in expired_holds(session, seconds(now)) if ride_ids is None or pair[1] in ride_ids
        ]
    lapsed = 0
    for booking_id in sorted({booking_id for booking_id, _ in expired}):
        without = frozenset(ride_id for booking, ride_id in expired if booking == booking_id)
        way = find_replacement(sessions, snapshot, booking_id=booking_id, without_rides=without, now=now)
        lapsed += _lapse_booking(sessions, booking_id, now, way)
    return lapsed


def _lapse_booking(
    sessions: sessionmaker[Session], booking_id: str, now: dt.datetime, another_way: Journey | None
) -> bool:
    """False if there was nothing (any more) to lapse: a driver may have answered in the meantime."""
    now_s = seconds(now)
    with sessions.begin() as session:
        rides = lock_booked(session, booking_of(session, booking_id))
        booking = booking_of(session, booking_id)
        expired = [
            leg
            for leg in booking.legs
            if leg.state is LegState.REQUESTED and not holds_seats(leg.state, leg.hold_until_s, now_s)
        ]
        if expired:
            let_fall(session, booking, expired, LegState.LAPSED, Side.CLOCK, now, another_way=another_way)
            mark_changed(session, rides)
    return bool(expired)
