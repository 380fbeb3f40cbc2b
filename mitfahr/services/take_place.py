"""Say yes to a place that became free."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, booking_of, lock_booking
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.waiting import entry_of_booking
from mitfahr.domain.errors import StateForbids
from mitfahr.domain.states import LegState, Side, holds_seats, move
from mitfahr.domain.times import seconds
from mitfahr.domain.waiting import Outcome
from mitfahr.messages import tell_decided
from mitfahr.services.cancel_booking import check_may_cancel
from mitfahr.services.release_legs import lock_booked


def take_place(
    sessions: sessionmaker[Session], *, booking_id: str, actor_id: str, now: dt.datetime
) -> Booking:
    """The person waiting, or who books for them, takes the place that is held for them; commits.

    Said again, it changes nothing. Raises Unknown, NotAllowed, StateForbids (too late, or nothing was offered).
    """
    with sessions.begin() as session:
        rides = lock_booked(session, booking_of(session, booking_id))
        booking = lock_booking(session, booking_id)
        check_may_cancel(session, booking, actor_id)
        entry = entry_of_booking(session, booking_id)
        held = [leg for leg in booking.legs if leg.state is LegState.REQUESTED]
        if not held and any(leg.state is LegState.CONFIRMED for leg in booking.legs):
            return booking
        if entry is None or not held:
            raise StateForbids(booking.state, "taken")
        for leg in held:
            if not holds_seats(leg.state, leg.hold_until_s, seconds(now)):
                raise StateForbids(LegState.LAPSED, "taken")
            leg.state = move(leg.state, LegState.CONFIRMED, Side.RIDER)
            leg.moved_at, leg.moved_by, leg.hold_until_s = now, Side.RIDER, None
        entry.ended_at, entry.outcome = now, Outcome.TAKEN
        tell_decided(session, held[-1], now)
        mark_changed(session, rides)
    return booking
