"""Cancel a booked journey, or one leg of it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, BookingLeg, booking_of, bookings_of_trip, lock_booking
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.people import Person
from mitfahr.domain.errors import NotAllowed, TooLateToChange, Unknown
from mitfahr.domain.states import LIVE, LegState, Side
from mitfahr.domain.times import moment, seconds
from mitfahr.messages import tell_cancelled
from mitfahr.services.organisation_tasks import may_book_for_callers
from mitfahr.services.release_legs import legs_to_come, lock_booked, release_leg, release_others


def cancel_booking(
    sessions: sessionmaker[Session],
    *,
    booking_id: str,
    actor_id: str,
    now: dt.datetime,
    leg_id: str | None = None,
    keep_others: bool | None = None,
    reason: str | None = None,
    whole_trip: bool = False,
) -> Booking:
    """Cancel what is left of a booking, or one leg (`leg_id`); commits.

    With a leg, the others fall too unless `keep_others` (None: as the rider said when booking). With
    `whole_trip` everything goes that was booked as one with it. The rider may do it, whoever booked for
    the rider, and who may book for others. A leg can be cancelled until it leaves; of a journey that has
    begun the rest is cancelled. Sent again, it changes nothing. Raises Unknown, NotAllowed,
    TooLateToChange, StateForbids (a leg that was travelled cannot be cancelled).
    """
    with sessions.begin() as session:
        booking = booking_of(session, booking_id)
        trip = bookings_of_trip(session, booking) if whole_trip else [booking]
        rides = lock_booked(session, *trip)
        for one_id in sorted(one.id for one in trip):
            lock_booking(session, one_id)
        booking = booking_of(session, booking_id)
        check_may_cancel(session, booking, actor_id)
        if whole_trip:
            changed = [_cancel_all(session, booking_of(session, one.id), now, reason) for one in trip]
            if any(changed):
                mark_changed(session, rides)
            return booking
        if leg_id is None:
            fallen = _cancellable(booking, now)
        else:
            fallen = [leg for leg in booking.legs if leg.id == leg_id and leg.state is not LegState.CANCELLED]
            if leg_id not in {leg.id for leg in booking.legs}:
                raise Unknown("leg", leg_id)
            for leg in fallen:
                if leg.state in LIVE and leg.departure_s <= seconds(now):
                    raise TooLateToChange(moment(leg.departure_s))
        if keep_others is not None:
            booking.keep_others = keep_others
        for leg in fallen:
            release_leg(session, leg, LegState.CANCELLED, Side.RIDER, now, reason)
        if leg_id is not None and fallen:
            fallen += release_others(session, booking, fallen, now, reason)
        if fallen:
            tell_cancelled(session, booking, fallen, now)
            mark_changed(session, rides)
    return booking


def _cancellable(booking: Booking, now: dt.datetime) -> list[BookingLeg]:
    """What has not left yet; raises TooLateToChange when the whole journey has."""
    last_s = max(leg.departure_s for leg in booking.legs)
    if last_s <= seconds(now) and any(leg.state in LIVE for leg in booking.legs):
        raise TooLateToChange(moment(last_s))
    return legs_to_come(booking, now)


def _cancel_all(session: Session, booking: Booking, now: dt.datetime, reason: str | None) -> bool:
    fallen = legs_to_come(booking, now)
    for leg in fallen:
        release_leg(session, leg, LegState.CANCELLED, Side.RIDER, now, reason)
    if fallen:
        tell_cancelled(session, booking, fallen, now)
    return bool(fallen)


def check_may_cancel(session: Session, booking: Booking, actor_id: str) -> None:
    """The rider may, whoever booked for the rider, and who may book all of it for others; raises NotAllowed."""
    if actor_id in (booking.rider_id, booking.booked_by_id):
        return
    actor = session.get(Person, actor_id)
    rides = [leg.ride for leg in booking.legs if leg.ride is not None]
    if actor is None or not may_book_for_callers(actor, rides):
        raise NotAllowed("cancel_booking")
