"""Tell timetable staff by mail that a feed has no timetable from some day on: a month before, and a week before."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.gap_warnings import GapWarning, told_gaps
from mitfahr.db.people import staff_for
from mitfahr.db.timetables import serving_locked
from mitfahr.domain.roles import Role
from mitfahr.domain.times import local, seconds
from mitfahr.domain.validity import Cover, due_warning, first_unsure
from mitfahr.messages import tell_gap_ahead
from mitfahr.services.foresee_validity import FeedValidity, validity_of_feeds


def warn_of_gaps(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Write every warning that is due; returns how many gaps were told.

    Mails and mark are one transaction under the lock of the pointer: two workers, or one that is killed, tell once.
    A gap that was closed and opens again on another day is another gap.
    """
    today = local(seconds(now)).date()
    with sessions.begin() as session:
        serving_locked(session)
        return sum(_warn(session, feed, today, now) for feed in validity_of_feeds(session, today))


def _warn(session: Session, found: FeedValidity, today: dt.date, now: dt.datetime) -> bool:
    covered = [span for span in found.spans if span.cover in (Cover.SERVES, Cover.PLANNED)]
    if not covered:
        return False  # a feed that serves nothing yet has nothing to lose
    gap = first_unsure(found.spans)
    told = told_gaps(session, found.feed.id, gap.first)
    warning = due_warning((gap.first - today).days, told)
    if warning is None:
        return False
    session.add(GapWarning(feed_id=found.feed.id, first_day=gap.first, days_before=warning, told_at=now))
    ready = gap.version.name if gap.version is not None else None
    for person in staff_for(session, Role.TIMETABLE_STAFF):
        tell_gap_ahead(session, person, found.feed.name, gap.first, ready, now)
    return True
