"""Take an entry out of the local layer; it stays to be read by staff."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.audit import note
from mitfahr.db.bookings import uncheck_journeys_on
from mitfahr.db.live_revision import mark_local_changed
from mitfahr.db.local_entries import local_entry_of
from mitfahr.db.people import Person
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.extra_trips import extra_trip_ids
from mitfahr.domain.local_entries import LocalKind, title_of
from mitfahr.domain.roles import Action, require
from mitfahr.domain.times import seconds


def end_local_entry(
    sessions: sessionmaker[Session], entry_id: str, *, actor_id: str, now: dt.datetime
) -> None:
    """Ended twice is ended once; commits. Raises NotAllowed, Unknown."""
    with sessions.begin() as session:
        actor = session.get_one(Person, actor_id)
        require(actor.roles, Action.KEEP_LOCAL)
        entry = local_entry_of(session, entry_id)
        if entry.ended_at is not None:
            return
        entry.ended_at, entry.changed_at, entry.changed_by = now, now, actor.id
        subject = title_of(entry.content)
        note(
            session,
            AuditAction.LOCAL_ENDED,
            actor,
            now,
            subject=subject,
            entry=entry.id,
            kind=entry.kind.value,
        )
        if entry.kind is LocalKind.EXTRA_TRIP:
            uncheck_journeys_on(session, extra_trip_ids(entry.id), seconds(now))
        mark_local_changed(session)
