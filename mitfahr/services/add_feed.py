"""Add a source of timetables; one that was removed comes back with its versions under its old name."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mitfahr.db.audit import note
from mitfahr.db.feeds import Feed, feed_named
from mitfahr.db.people import Person
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import SourceNameTaken
from mitfahr.domain.feeds import EVERY_MINUTES, LONGEST_NAME, checked_address, feed_key
from mitfahr.domain.roles import Action, require


def add_feed(
    session: Session,
    actor: Person | None,
    name: str,
    now: dt.datetime,
    url: str | None = None,
    every_minutes: int = EVERY_MINUTES[1],
) -> Feed:
    """The feed, last in rank. `actor` None is the operator at the command line.

    The very same once more is the one that is there. Raises NotAllowed, SourceNameTaken, SourceAddressInvalid.
    """
    if actor is not None:
        require(actor.roles, Action.IMPORT_TIMETABLE)
    name, url = name.strip()[:LONGEST_NAME], checked_address(url)
    known = feed_named(session, name)
    if known is not None and known.removed_at is None:
        if (known.url, known.every_minutes) == (url, every_minutes):
            return known
        raise SourceNameTaken(name)
    feed = known or _new(session, name)
    feed.removed_at, feed.url, feed.every_minutes, feed.last_tried_at = None, url, every_minutes, None
    note(session, AuditAction.FEED_CHANGED, actor, now, subject=name, what="added")
    session.flush()
    return feed


def _new(session: Session, name: str) -> Feed:
    last = session.scalar(select(func.max(Feed.rank))) or 0
    feed = Feed(id=feed_key(name, session.scalars(select(Feed.id)).all()), name=name, rank=last + 1)
    session.add(feed)
    return feed
