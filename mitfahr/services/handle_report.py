"""Staff deal with a report."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.people import Person
from mitfahr.db.reports import MAX_WORDS, report_of
from mitfahr.db.rides import rides_of_driver
from mitfahr.db.session import one_view
from mitfahr.domain.errors import NotAllowed
from mitfahr.domain.reports import ReportOutcome
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Action, Role, require
from mitfahr.domain.states import LIVE
from mitfahr.domain.times import seconds
from mitfahr.languages.stored import CLOSED_ACCOUNT
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.snapshot import Snapshot


def handle_report(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    report_id: str,
    actor_id: str,
    outcome: ReportOutcome,
    note: str | None,
    now: dt.datetime,
) -> None:
    """Write down what came of it; commits. Sent again, it replaces outcome and note.

    ACCOUNT_CLOSED closes the account: nobody can log in to it, its offers are withdrawn and its bookings
    cancelled, with word to everybody concerned; the report is done when all of that is. An administrator's
    account is not closed here. Raises NotAllowed, Unknown.
    """
    with sessions.begin() as session:
        require(session.get_one(Person, actor_id).roles, Action.HANDLE_REPORTS)
        person_id = report_of(session, report_id).reported_id
        if outcome is ReportOutcome.ACCOUNT_CLOSED:
            person = session.get_one(Person, person_id)
            if Role.ADMIN in person.roles:
                raise NotAllowed("close_account")
            person.is_active = False
    if outcome is ReportOutcome.ACCOUNT_CLOSED:
        _end_everything(sessions, snapshot, person_id, now)
    with sessions.begin() as session:
        report = report_of(session, report_id)
        report.outcome, report.note = outcome, (note or "")[:MAX_WORDS] or None
        report.handled_at, report.handled_by_id = now, actor_id


def _end_everything(
    sessions: sessionmaker[Session], snapshot: Snapshot, person_id: str, now: dt.datetime
) -> None:
    with one_view(sessions) as session:
        rides = [
            ride.id
            for ride in rides_of_driver(session, person_id, seconds(now))
            if ride.kind is RideKind.PRIVATE and ride.withdrawn_at is None
        ]
        bookings = list(
            session.scalars(
                select(Booking.id)
                .where(
                    Booking.rider_id == person_id,
                    Booking.arrival_s > seconds(now),
                    Booking.legs.any(BookingLeg.state.in_(LIVE)),
                )
                .order_by(Booking.id)
            )
        )
    for ride_id in rides:
        withdraw_ride(sessions, snapshot, ride_id=ride_id, actor_id=person_id, now=now, reason=CLOSED_ACCOUNT)
    for booking_id in bookings:
        cancel_booking(sessions, booking_id=booking_id, actor_id=person_id, now=now, reason=CLOSED_ACCOUNT)
