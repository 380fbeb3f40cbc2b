"""The audit of timetables: who did what when. Rows are added, never changed or deleted; triggers see to it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.people import Person
from mitfahr.domain.audit import AuditAction


def _next_id() -> str:
    """32 hexadecimal digits that grow with time: lines of one moment stay in the order in which they were written."""
    return f"{time.time_ns():016x}{new_id()[:16]}"


class AuditEntry(Base):
    """One line. It points at nothing and holds the names of its day, so that it outlives what it is about.

    `person_id` is None for the operator at the command line and for the worker; `name` is then what was
    typed, or "". `subject` names the version or feed. `details` are plain values that say more.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index(None, "version_id", "action"), sa.Index(None, "at"))

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=_next_id)
    at: Mapped[dt.datetime]
    action: Mapped[AuditAction] = mapped_column(stored_enum(AuditAction))
    person_id: Mapped[str | None] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(200))
    version_id: Mapped[str | None] = mapped_column(sa.String(32))
    subject: Mapped[str] = mapped_column(sa.String(300))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


def note(
    session: Session,
    action: AuditAction,
    actor: Person | None,
    now: dt.datetime,
    *,
    subject: str,
    version_id: str | None = None,
    name: str | None = None,
    **details: Any,
) -> None:
    """Write a line into the caller's transaction. `name` is what was typed, where that differs from the account's."""
    session.add(
        AuditEntry(
            at=now,
            action=action,
            person_id=actor.id if actor else None,
            name=(name if name is not None else actor.full_name if actor else "")[:200],
            version_id=version_id,
            subject=subject[:300],
            details=details,
        )
    )


def entries_about(session: Session, version_id: str, actions: Collection[AuditAction]) -> list[AuditEntry]:
    """The lines about a version, oldest first."""
    return list(
        session.scalars(
            select(AuditEntry)
            .where(AuditEntry.version_id == version_id, AuditEntry.action.in_(actions))
            .order_by(AuditEntry.at, AuditEntry.id)
        )
    )


def audit_entries(
    session: Session, actions: Collection[AuditAction] = (), limit: int | None = None
) -> list[AuditEntry]:
    """Lines of these actions (none named: of all), newest first."""
    rows = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    return list(session.scalars(rows.where(AuditEntry.action.in_(actions)) if actions else rows))
