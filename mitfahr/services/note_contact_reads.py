"""Write down who sees whose contact data, before it is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import leg_of
from mitfahr.db.contact_reads import Occasion, count_read
from mitfahr.db.reports import report_of
from mitfahr.domain.privacy import contact_visible
from mitfahr.domain.rides import RideKind
from mitfahr.domain.times import local, seconds


def note_contact_reads(
    sessions: sessionmaker[Session],
    *,
    viewer_id: str,
    leg_ids: Collection[str],
    now: dt.datetime,
    for_rider: bool = False,
) -> int:
    """For a page that shows the other side of these legs; commits. Returns how many people are seen.

    Legs whose contact data is not open, and one's own, count for nothing. `for_rider`: somebody looks on
    behalf of the rider, and sees the driver.
    """
    if not leg_ids:
        return 0
    seen = 0
    with sessions.begin() as session:
        for leg_id in sorted(leg_ids):  # in order: two pages at once must not wait for each other
            leg = leg_of(session, leg_id)
            if leg.ride is None or not contact_visible(leg.state, leg.arrival_s, seconds(now)):
                continue
            if for_rider or viewer_id in (leg.booking.rider_id, leg.booking.booked_by_id):
                person_id = leg.ride.driver_id if leg.ride.kind is RideKind.PRIVATE else None
            else:
                person_id = leg.booking.rider_id
            if person_id is not None and person_id != viewer_id:
                _count(session, viewer_id, person_id, Occasion.RIDE, leg_id, now)
                seen += 1
    return seen


def note_report_read(
    sessions: sessionmaker[Session], *, viewer_id: str, report_id: str, now: dt.datetime
) -> None:
    """For the page on which staff see both sides of a report; commits. Raises Unknown."""
    with sessions.begin() as session:
        report = report_of(session, report_id)
        for person_id in sorted({report.reported_id, report.reporter_id or report.reported_id} - {viewer_id}):
            _count(session, viewer_id, person_id, Occasion.REPORT, report_id, now)


def note_call(sessions: sessionmaker[Session], *, viewer_id: str, person_id: str, now: dt.datetime) -> None:
    """For a page on which whoever answers a call sees the caller's number; commits."""
    with sessions.begin() as session:
        _count(session, viewer_id, person_id, Occasion.CALL, "", now)


def _count(
    session: Session, viewer_id: str, person_id: str, occasion: Occasion, about_id: str, now: dt.datetime
) -> None:
    count_read(
        session,
        viewer_id=viewer_id,
        person_id=person_id,
        occasion=occasion,
        about_id=about_id,
        day=local(seconds(now)).date(),
        now=now,
    )
