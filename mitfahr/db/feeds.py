"""Feeds: the sources that timetables come from (the association, its neighbours, the BürgerBus itself)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base
from mitfahr.domain.errors import Unknown

FIRST_FEED_ID = "first"
"""The feed that the migration made: where nobody says which feed is meant, it is this one."""


class Feed(Base):
    """One source. `rank` decides whose ids stay when two feeds use the same (the smaller number's).

    Its own `id` is what stands before ids that clash, see `gtfs.merge`: short, and for ever.

    With a `url` the worker asks for it every `every_minutes`. `etag`, `last_modified` and
    `fetched_checksum` are of what it got last; `fetching_since` is set while a process is at it.
    """

    __tablename__ = "feed"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    rank: Mapped[int]
    removed_at: Mapped[dt.datetime | None]
    """Its versions stay for the history; a feed added under the name of a removed one is that one again."""
    url: Mapped[str | None] = mapped_column(sa.String(1000))
    """May hold a key of the publisher's: staff only, never in a log."""
    every_minutes: Mapped[int] = mapped_column(default=60)
    etag: Mapped[str | None] = mapped_column(sa.String(300))
    last_modified: Mapped[str | None] = mapped_column(sa.String(100))
    fetched_checksum: Mapped[str | None] = mapped_column(sa.String(64))
    last_tried_at: Mapped[dt.datetime | None]
    last_fetched_at: Mapped[dt.datetime | None]
    """The last time the publisher answered, with something new or "unchanged"."""
    fetching_since: Mapped[dt.datetime | None]
    fetch_error: Mapped[str | None] = mapped_column(sa.Text)
    """Why the last fetch failed, one sentence in German; None after one that went well."""


def feeds(session: Session) -> list[Feed]:
    """Those in use, the first in rank first."""
    return list(session.scalars(select(Feed).where(Feed.removed_at.is_(None)).order_by(Feed.rank, Feed.id)))


def feed_in_use(session: Session, feed_id: str) -> Feed:
    """Raises Unknown, for a feed that was removed too."""
    feed = session.get(Feed, feed_id)
    if feed is None or feed.removed_at is not None:
        raise Unknown("feed", feed_id)
    return feed


def feed_in_use_named(session: Session, name: str) -> Feed:
    """Raises Unknown, for a feed that was removed too."""
    feed = feed_named(session, name)
    if feed is None or feed.removed_at is not None:
        raise Unknown("feed", name)
    return feed


def feed_named(session: Session, name: str) -> Feed | None:
    """Removed ones too."""
    return session.scalar(select(Feed).where(Feed.name == name))
