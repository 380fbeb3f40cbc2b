"""Sources of real time: where delays and notices come from, and what each said last.

The worker writes, every process reads. What a source said is kept as it came; each process makes of it what
the timetable that serves understands (`mitfahr.services.live_trips`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, undefer

from mitfahr.db.base import Base, new_id


class RealtimeSource(Base):
    """One address or file of GTFS-Realtime. `feed_id` says whose trip and stop ids it uses.

    `payload` is the last message that was accepted, of the moment `said_at` (its header's), and counts until
    `fresh_until`; all three are None before the first. `counts` tells what became of its entities when it was
    accepted: {remark: {"n": number, "samples": [ids]}}, see `gtfs.realtime.Remark`.
    """

    __tablename__ = "realtime_source"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    url: Mapped[str] = mapped_column(sa.String(1000))
    """May hold a key of the publisher's: staff only, never in a log."""
    feed_id: Mapped[str] = mapped_column(ForeignKey("feed.id"), index=True)
    is_paused: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    etag: Mapped[str | None] = mapped_column(sa.String(300))
    last_modified: Mapped[str | None] = mapped_column(sa.String(100))
    tried_at: Mapped[dt.datetime | None]
    fetched_at: Mapped[dt.datetime | None]
    """The last time it answered with a sound message, or that nothing has changed."""
    error: Mapped[str | None] = mapped_column(sa.Text)
    """Why the last try failed, one sentence in German; None after one that went well."""
    payload: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    said_at: Mapped[dt.datetime | None]
    fresh_until: Mapped[dt.datetime | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)


def realtime_sources(session: Session) -> list[RealtimeSource]:
    """All of them, the first made first."""
    return list(
        session.scalars(select(RealtimeSource).order_by(RealtimeSource.created_at, RealtimeSource.id))
    )


def source_named(session: Session, name: str) -> RealtimeSource | None:
    return session.scalar(select(RealtimeSource).where(RealtimeSource.name == name))


def sources_that_count(session: Session, now: dt.datetime) -> list[RealtimeSource]:
    """Those whose last message still counts, with it; the first made first."""
    counting = (
        select(RealtimeSource)
        .where(RealtimeSource.is_paused.is_(False), RealtimeSource.fresh_until > now)
        .order_by(RealtimeSource.created_at, RealtimeSource.id)
        .options(undefer(RealtimeSource.payload))
    )
    return list(session.scalars(counting))
