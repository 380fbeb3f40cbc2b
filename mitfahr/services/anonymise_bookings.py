"""Eight weeks after a journey nobody can tell any more who travelled or drove."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.calls_to_make import forget_calls_about
from mitfahr.db.contact_reads import forget_reads_before
from mitfahr.db.idempotency import IdempotencyKey
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person
from mitfahr.db.ratings import Rating
from mitfahr.db.reports import Report
from mitfahr.db.retention import Forgetting, done_until_s, set_done
from mitfahr.db.rides import Ride
from mitfahr.db.series import forget_series_before
from mitfahr.db.standing_orders import forget_orders_before
from mitfahr.db.waiting import forget_waiting_before
from mitfahr.db.wishes import forget_wishes_before
from mitfahr.domain.privacy import EXACT_PLACES_S, PEOPLE_S
from mitfahr.domain.rides import RideKind
from mitfahr.domain.times import local, moment, seconds
from mitfahr.languages.stored import RIDE_OF_NOBODY

NOBODY_ID = "0" * 32
"""The person that anonymous bookings belong to: nobody, who cannot log in."""


def anonymise_bookings(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Take people off what ended PEOPLE_S ago; commits. Returns how many bookings.

    With it go messages that were sent or given up, and keys of forms from that time, what is written about who read whose
    contact data, and wishes, series and standing orders that ended EXACT_PLACES_S ago. Counts, prices and blurred
    places stay. A report keeps its people until staff have dealt with it.
    """
    until_s = seconds(now) - PEOPLE_S
    until = moment(until_s)
    with sessions.begin() as session:
        since_s = done_until_s(session, Forgetting.PEOPLE)
        ended = Booking.arrival_s > since_s, Booking.arrival_s <= until_s
        booking_ids = list(session.scalars(select(Booking.id).where(*ended)))
        if booking_ids:
            _ensure_nobody(session, now)
        legs = select(BookingLeg.id).join(Booking, Booking.id == BookingLeg.booking_id).where(*ended)
        session.execute(update(Rating).where(Rating.leg_id.in_(legs)).values(leg_id=None, rater_id=None))
        session.execute(
            update(Report)
            .where(Report.leg_id.in_(legs), Report.outcome.is_not(None))
            .values(leg_id=None, reporter_id=None)
        )
        session.execute(update(BookingLeg).where(BookingLeg.id.in_(legs)).values(reason=None))
        forget_calls_about(session, booking_ids)
        session.execute(
            update(Booking)
            .where(*ended, Booking.rider_id != NOBODY_ID)
            .values(
                was_for_other=Booking.rider_id != Booking.booked_by_id,
                rider_id=NOBODY_ID,
                booked_by_id=NOBODY_ID,
                message=None,
            )
        )
        session.execute(
            update(Ride)
            .where(Ride.kind == RideKind.PRIVATE, Ride.ends_s > since_s, Ride.ends_s <= until_s)
            .values(driver_id=None, label=RIDE_OF_NOBODY, vehicle=None, note=None, withdrawn_reason=None)
        )
        session.execute(
            delete(OutboxMessage).where(
                sa.or_(OutboxMessage.sent_at < until, OutboxMessage.given_up_at < until)
            )
        )
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < until))
        forget_reads_before(session, local(until_s).date())
        over = seconds(now) - EXACT_PLACES_S
        forget_wishes_before(session, local(over).date(), moment(over))
        forget_series_before(session, local(over).date(), moment(over))
        forget_orders_before(session, local(over).date(), moment(over))
        forget_waiting_before(session, over)
        set_done(session, Forgetting.PEOPLE, max(since_s, until_s))
    return len(booking_ids)


def _ensure_nobody(session: Session, now: dt.datetime) -> None:
    if session.get(Person, NOBODY_ID) is None:
        session.add(Person(id=NOBODY_ID, first_name="Anonym", last_name="", is_active=False, created_at=now))
        session.flush()
