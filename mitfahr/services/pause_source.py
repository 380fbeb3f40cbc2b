"""Let a source of real time rest: from the next request on the timetable counts again; or set it going again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.audit import note
from mitfahr.db.live_revision import mark_trips_changed
from mitfahr.db.local_entries import replace_notices
from mitfahr.db.people import Person
from mitfahr.db.realtime_sources import RealtimeSource
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import Unknown


def pause_source(
    sessions: sessionmaker[Session],
    *,
    source_id: str,
    is_paused: bool,
    actor_id: str | None,
    now: dt.datetime,
) -> None:
    """Commits; what is so already stays so. Raises Unknown."""
    with sessions.begin() as session:
        source = session.get(RealtimeSource, source_id, with_for_update=True)
        if source is None:
            raise Unknown("realtime_source", source_id)
        if source.is_paused == is_paused:
            return
        source.is_paused = is_paused
        source.payload = source.said_at = source.fresh_until = source.etag = source.last_modified = None
        actor = session.get(Person, actor_id) if actor_id else None
        what = "paused" if is_paused else "resumed"
        note(session, AuditAction.SOURCE_CHANGED, actor, now, subject=source.name, what=what)
        mark_trips_changed(session)
        replace_notices(session, source.id, {}, now)
