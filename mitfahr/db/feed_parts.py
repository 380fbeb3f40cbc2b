"""Which versions of which feeds a timetable is merged from: those it was built with, and those it should be."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mitfahr.db.feeds import Feed
from mitfahr.db.timetables import FeedVersion, FeedVersionPart, Serving
from mitfahr.domain.versions import VersionStatus


def parts_of(session: Session, version_id: str) -> list[FeedVersion]:
    """What the timetable of a version was merged from, the feed first in rank first; itself alone before that."""
    parts = list(
        session.scalars(
            select(FeedVersion)
            .join(FeedVersionPart, FeedVersionPart.part_version_id == FeedVersion.id)
            .join(Feed, Feed.id == FeedVersion.feed_id)
            .where(FeedVersionPart.version_id == version_id)
            .order_by(Feed.rank, Feed.id)
        )
    )
    return parts or [session.get_one(FeedVersion, version_id)]


def live_parts(session: Session) -> list[FeedVersion]:
    """The versions that serve together, the feed first in rank first."""
    serving_id = session.scalar(select(Serving.feed_version_id))
    return parts_of(session, serving_id) if serving_id is not None else []


def parts_wanted(session: Session, version: FeedVersion) -> list[FeedVersion]:
    """What the version should be merged from today: itself, and what serves of the other feeds in use."""
    others = [part for part in live_parts(session) if _counts_beside(part, version)]
    return sorted([version, *others], key=lambda part: (part.feed.rank, part.feed_id))


def is_stale(session: Session, version: FeedVersion) -> bool:
    """Whether other feeds have been switched, added or removed since the version was merged with them."""
    built_with = {part.id for part in parts_of(session, version.id)} - {version.id}
    wanted = {part.id for part in parts_wanted(session, version)} - {version.id}
    return version.timetable_folder is None or built_with != wanted


def stale_versions(session: Session, limit: int) -> list[str]:
    """Ids of the newest versions that wait for their switch and must be merged again before."""
    waiting = session.scalars(
        select(FeedVersion)
        .join(Feed, Feed.id == FeedVersion.feed_id)
        .where(FeedVersion.status == VersionStatus.BUILT, Feed.removed_at.is_(None))
        .order_by(FeedVersion.uploaded_at.desc(), FeedVersion.id)
        .limit(limit)
    )
    return [version.id for version in waiting if is_stale(session, version)]


def set_parts(session: Session, version_id: str, parts: Iterable[tuple[str, str]]) -> None:
    """Note what the timetable of a version is merged from: (feed, version) of each."""
    session.execute(delete(FeedVersionPart).where(FeedVersionPart.version_id == version_id))
    session.add_all(
        FeedVersionPart(version_id=version_id, feed_id=feed_id, part_version_id=part_id)
        for feed_id, part_id in parts
    )


def _counts_beside(part: FeedVersion, version: FeedVersion) -> bool:
    return part.feed_id != version.feed_id and part.feed.removed_at is None and part.own_folder is not None
