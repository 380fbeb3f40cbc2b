"""Change what a source of timetables is called, where it is fetched and how often; or have it fetched now."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mitfahr.db.audit import note
from mitfahr.db.feeds import Feed, feed_in_use, feed_named
from mitfahr.db.people import Person
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import SourceNameTaken
from mitfahr.domain.feeds import LONGEST_NAME, checked_address
from mitfahr.domain.roles import Action, require


def change_feed(
    session: Session,
    actor: Person | None,
    feed_id: str,
    now: dt.datetime,
    *,
    name: str,
    url: str | None,
    every_minutes: int,
) -> Feed:
    """The feed with these facts; another address is asked at once and without what the old one said.

    Raises NotAllowed, Unknown, SourceNameTaken, SourceAddressInvalid.
    """
    if actor is not None:
        require(actor.roles, Action.IMPORT_TIMETABLE)
    feed, name, url = feed_in_use(session, feed_id), name.strip()[:LONGEST_NAME], checked_address(url)
    other = feed_named(session, name)
    if other is not None and other is not feed:
        raise SourceNameTaken(name)
    if (feed.name, feed.url, feed.every_minutes) == (name, url, every_minutes):
        return feed
    if feed.url != url:
        feed.etag = feed.last_modified = feed.fetched_checksum = None
        feed.last_tried_at = feed.fetch_error = None
    feed.name, feed.url, feed.every_minutes = name, url, every_minutes
    note(session, AuditAction.FEED_CHANGED, actor, now, subject=name, what="changed")
    session.flush()
    return feed


def ask_for_fetch(session: Session, actor: Person | None, feed_id: str) -> Feed:
    """Let the worker fetch the feed within a minute. Raises NotAllowed, Unknown."""
    if actor is not None:
        require(actor.roles, Action.IMPORT_TIMETABLE)
    feed = feed_in_use(session, feed_id)
    feed.last_tried_at = None
    return feed
