"""Take a table of stops that people have looked at into the local layer: all of it, or nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.audit import note
from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_local_changed
from mitfahr.db.local_entries import LocalEntry, local_entries_of_kind
from mitfahr.db.people import Person
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.local_entries import LocalKind
from mitfahr.domain.roles import Action, require


@dataclass(frozen=True, slots=True)
class Imported:
    added: int
    changed: int
    same: int


def import_checked_stops(
    sessions: sessionmaker[Session],
    stops: Sequence[CheckedStop],
    *,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> Imported:
    """One transaction; a stop that says the same as before stays as it is. Raises NotAllowed, IdempotencyConflict."""
    stored = {stop.stop.stop_id[:200]: stop.json() for stop in stops}
    body = {"stops": hashlib.sha256(repr(sorted(stored.items())).encode()).hexdigest()}
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            return Imported(**known)
        actor = session.get_one(Person, actor_id)
        require(actor.roles, Action.KEEP_LOCAL)
        before = {
            entry.source_key: entry
            for entry in local_entries_of_kind(session, LocalKind.CHECKED_STOP)
            if entry.stored["is_whole"]
        }
        n = {"added": 0, "changed": 0, "same": 0}
        for stop_id, content in stored.items():
            entry = before.get(stop_id)
            if entry is not None and entry.stored == content:
                n["same"] += 1
                continue
            n["added" if entry is None else "changed"] += 1
            if entry is None:
                entry = LocalEntry(
                    id=new_id(),
                    kind=LocalKind.CHECKED_STOP,
                    source_key=stop_id,
                    created_at=now,
                    created_by=actor.id,
                )
                session.add(entry)
            entry.stored, entry.changed_at, entry.changed_by = content, now, actor.id
        note(session, AuditAction.LOCAL_IMPORTED, actor, now, subject="CSV", counts=n)
        keep_answer(session, actor_id, idempotency_key, n)
        mark_local_changed(session)
    return Imported(**n)
