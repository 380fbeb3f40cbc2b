"""The local layer as it is stored: what staff (or a live source) say besides the feeds. All of it is read whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.live_revision import mark_local_changed
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.errors import Unknown
from mitfahr.domain.local_entries import OF_KIND, Content, LocalKind
from mitfahr.domain.notices import Notice


class LocalEntry(Base):
    """One rule, fact, notice or extra trip; ended ones stay to be read by staff.

    `source_id` names the live source that says it, None for what staff have entered; `source_key` is the
    source's own name for it.
    """

    __tablename__ = "local_entry"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    kind: Mapped[LocalKind] = mapped_column(stored_enum(LocalKind), index=True)
    source_id: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    source_key: Mapped[str | None] = mapped_column(sa.String(200))
    stored: Mapped[dict[str, Any]] = mapped_column("content")
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    ended_at: Mapped[dt.datetime | None] = mapped_column(index=True)

    @property
    def content(self) -> Content:
        return OF_KIND[self.kind].from_json(self.stored)


def local_entries(session: Session) -> list[LocalEntry]:
    """Everything that has not been ended, oldest first."""
    return list(
        session.scalars(
            select(LocalEntry)
            .where(LocalEntry.ended_at.is_(None))
            .order_by(LocalEntry.created_at, LocalEntry.id)
        )
    )


def local_entries_of_kind(session: Session, kind: LocalKind) -> list[LocalEntry]:
    """Those of one kind that have not been ended, oldest first."""
    return [entry for entry in local_entries(session) if entry.kind is kind]


def local_entry_of(session: Session, entry_id: str) -> LocalEntry:
    """Raises Unknown."""
    entry = session.get(LocalEntry, entry_id, populate_existing=True)
    if entry is None:
        raise Unknown("local_entry", entry_id)
    return entry


def checked_entry_of(session: Session, checked: CheckedStop) -> LocalEntry | None:
    """What staff say now of the same stop, or platform."""
    rows = select(LocalEntry).where(
        LocalEntry.kind == LocalKind.CHECKED_STOP,
        LocalEntry.source_key == checked.stop.stop_id[:200],
        LocalEntry.ended_at.is_(None),
    )
    return next(
        (row for row in session.scalars(rows) if row.stored.get("is_whole") == checked.is_whole), None
    )


def replace_notices(
    session: Session, source_id: str, notices: Mapping[str, Notice], now: dt.datetime
) -> bool:
    """What a live source says now, by its own keys, in place of all it said before; whether anything changed.

    Write nothing else after it in the transaction: see `mark_local_changed`.
    """
    known = session.scalars(
        select(LocalEntry).where(LocalEntry.source_id == source_id, LocalEntry.kind == LocalKind.NOTICE)
    ).all()
    before = {entry.source_key or "": entry for entry in known}
    wanted = {key[:200]: notice.json() for key, notice in notices.items()}
    if {key: entry.stored for key, entry in before.items()} == wanted:
        return False
    for key in before.keys() - wanted.keys():
        session.delete(before[key])
    for key, content in wanted.items():
        if key not in before:
            session.add(
                LocalEntry(
                    kind=LocalKind.NOTICE,
                    source_id=source_id,
                    source_key=key,
                    stored=content,
                    created_at=now,
                    changed_at=now,
                )
            )
        elif before[key].stored != content:
            before[key].stored, before[key].changed_at = content, now
    mark_local_changed(session)
    return True


def ended_entries(session: Session, limit: int = 50) -> list[LocalEntry]:
    """The latest that were ended."""
    return list(
        session.scalars(
            select(LocalEntry)
            .where(LocalEntry.ended_at.is_not(None))
            .order_by(LocalEntry.ended_at.desc(), LocalEntry.id)
            .limit(limit)
        )
    )
