"""Sources of timetables as staff see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from mitfahr.db.feed_parts import live_parts
from mitfahr.db.feeds import Feed, feeds
from mitfahr.db.timetables import FeedVersion, versions_of_feed
from web.forms.feeds import every_words
from web.versions_view import VersionView, version_view

NEWEST = 5


@dataclass(frozen=True, slots=True)
class FeedView:
    """`versions` are the newest; `host` says where it is fetched without showing a key in the address."""

    feed: Feed
    live: FeedVersion | None
    versions: Sequence[VersionView]

    @property
    def host(self) -> str:
        return urlsplit(self.feed.url or "").hostname or ""

    @property
    def every(self) -> str:
        return every_words(self.feed.every_minutes)


def feed_views(session: Session) -> list[FeedView]:
    live = {part.feed_id: part for part in live_parts(session)}
    return [
        FeedView(
            feed,
            live.get(feed.id),
            [version_view(version) for version in versions_of_feed(session, feed.id, NEWEST)],
        )
        for feed in feeds(session)
    ]
