"""Take a source of timetables away. What serves goes on serving until somebody switches to the timetable without it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, undefer

from mitfahr.db.audit import note
from mitfahr.db.base import new_id
from mitfahr.db.feed_parts import live_parts
from mitfahr.db.feeds import Feed, feeds
from mitfahr.db.people import Person
from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import FeedNeeded, Unknown
from mitfahr.domain.roles import Action, require
from mitfahr.domain.versions import VersionStatus

COPIED = (
    "feed_id",
    "name",
    "original_filename",
    "checksum",
    "size_bytes",
    "step",
    "percent",
    "counts",
    "findings",
    "valid_from",
    "valid_to",
    "own_folder",
    "own_lines_folder",
)


def remove_feed(session: Session, actor: Person | None, feed_id: str, now: dt.datetime) -> str | None:
    """Take the feed away; the id of the version that waits to be switched to, None where nothing of it serves.

    That version is the serving one of another feed once more, which the worker merges without this feed.
    Raises NotAllowed, Unknown, FeedNeeded.
    """
    if actor is not None:
        require(actor.roles, Action.SWITCH_TIMETABLE)
    feed = session.get(Feed, feed_id)
    if feed is None:
        raise Unknown("feed", feed_id)
    if feed.removed_at is not None:
        return None
    live = live_parts(session)
    staying = [part for part in live if part.feed_id != feed_id and part.feed.removed_at is None]
    is_live = any(part.feed_id == feed_id for part in live)
    if len(feeds(session)) == 1 or (is_live and not staying):
        raise FeedNeeded(feed.name)
    feed.removed_at = now
    note(session, AuditAction.FEED_CHANGED, actor, now, subject=feed.name, what="removed")
    return _once_more(session, staying[0], actor, now) if is_live else None


def _once_more(session: Session, part: FeedVersion, actor: Person | None, now: dt.datetime) -> str:
    whole = session.get_one(FeedVersion, part.id, options=[undefer(FeedVersion.findings)])
    copy = FeedVersion(
        id=new_id(),
        uploaded_at=now,
        uploaded_by=actor.id if actor else None,
        finished_at=now,
        status=VersionStatus.BUILT,
        **{name: getattr(whole, name) for name in COPIED},
    )
    session.add(copy)
    session.flush()
    return copy.id
