"""Remove a source of real time, with all that it said."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.audit import note
from mitfahr.db.live_revision import mark_trips_changed
from mitfahr.db.local_entries import replace_notices
from mitfahr.db.people import Person
from mitfahr.db.realtime_sources import RealtimeSource
from mitfahr.domain.audit import AuditAction


def remove_source(
    sessions: sessionmaker[Session], *, source_id: str, actor_id: str | None, now: dt.datetime
) -> None:
    """Commits; one that is gone already stays gone."""
    with sessions.begin() as session:
        source = session.get(RealtimeSource, source_id, with_for_update=True)
        if source is None:
            return
        session.delete(source)
        actor = session.get(Person, actor_id) if actor_id else None
        note(session, AuditAction.SOURCE_CHANGED, actor, now, subject=source.name, what="removed")
        mark_trips_changed(session)
        replace_notices(session, source_id, {}, now)
