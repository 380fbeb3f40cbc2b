"""Add to the local layer, or say something else in place of an entry."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.audit import note
from mitfahr.db.base import new_id
from mitfahr.db.bookings import uncheck_journeys_on
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_local_changed
from mitfahr.db.local_entries import LocalEntry, checked_entry_of, local_entry_of
from mitfahr.db.people import Person
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.errors import StateForbids
from mitfahr.domain.extra_trips import ExtraTrip, extra_trip_ids
from mitfahr.domain.local_checks import check_content
from mitfahr.domain.local_entries import Content, kind_of, title_of
from mitfahr.domain.roles import Action, require
from mitfahr.domain.times import seconds


def keep_local_entry(
    sessions: sessionmaker[Session],
    content: Content,
    *,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
    entry_id: str | None = None,
) -> str:
    """Keep `content`, in place of an entry or as a new one; its id. Commits; the same form sent again does nothing.

    What is said of a stop replaces what was said of it before. Raises NotAllowed, LocalInvalid, Unknown,
    StateForbids (the entry is ended, or of another kind), IdempotencyConflict.
    """
    check_content(content)
    with sessions.begin() as session:
        body = {"entry": entry_id, "content": content.json()}
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            return str(known["entry_id"])
        actor = session.get_one(Person, actor_id)
        require(actor.roles, Action.KEEP_LOCAL)
        kept = store(session, content, actor, now, entry_id)
        keep_answer(session, actor_id, idempotency_key, {"entry_id": kept})
        mark_local_changed(session)
    return kept


def store(
    session: Session, content: Content, actor: Person, now: dt.datetime, entry_id: str | None = None
) -> str:
    """The same within the caller's transaction, which has to `mark_local_changed` at its end."""
    entry = _meant(session, content, entry_id)
    action = AuditAction.LOCAL_ADDED if entry is None else AuditAction.LOCAL_CHANGED
    if entry is None:
        entry = LocalEntry(id=new_id(), kind=kind_of(content), created_at=now, created_by=actor.id)
        session.add(entry)
    entry.stored, entry.changed_at, entry.changed_by = content.json(), now, actor.id
    if isinstance(content, CheckedStop):
        entry.source_key = content.stop.stop_id[:200]
    if action is AuditAction.LOCAL_CHANGED and isinstance(content, ExtraTrip):
        uncheck_journeys_on(session, extra_trip_ids(entry.id), seconds(now))
    note(session, action, actor, now, subject=title_of(content), entry=entry.id, kind=entry.kind.value)
    return entry.id


def _meant(session: Session, content: Content, entry_id: str | None) -> LocalEntry | None:
    if entry_id is None:
        return checked_entry_of(session, content) if isinstance(content, CheckedStop) else None
    entry = local_entry_of(session, entry_id)
    if entry.ended_at is not None or entry.source_id is not None or entry.kind is not kind_of(content):
        raise StateForbids("ended", "changed")
    return entry
