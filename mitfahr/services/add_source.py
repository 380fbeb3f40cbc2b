"""Add a source of real time: from the next minute on its delays are shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.audit import note
from mitfahr.db.feeds import Feed
from mitfahr.db.people import Person
from mitfahr.db.realtime_sources import RealtimeSource, source_named
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import SourceAddressInvalid, SourceNameTaken, Unknown
from mitfahr.domain.feeds import checked_address


def add_source(
    sessions: sessionmaker[Session],
    *,
    name: str,
    address: str,
    feed_id: str,
    actor_id: str | None,
    now: dt.datetime,
    may_be_file: bool = False,
) -> str:
    """The id of the source at an http(s) address; commits. The same once more is the one that is there.

    `feed_id` says whose trips it speaks of; `may_be_file` allows a file of this machine, which only operators name.
    Raises SourceNameTaken, SourceAddressInvalid, Unknown (no such feed).
    """
    if not (may_be_file and Path(address).is_file()) and checked_address(address) is None:
        raise SourceAddressInvalid(address)
    with sessions.begin() as session:
        known = source_named(session, name)
        if known is not None and (known.url, known.feed_id) == (address, feed_id):
            return known.id
        if known is not None:
            raise SourceNameTaken(name)
        feed = session.get(Feed, feed_id)
        if feed is None or feed.removed_at is not None:
            raise Unknown("feed", feed_id)
        source = RealtimeSource(
            name=name, url=address, feed_id=feed_id, created_at=now, created_by=actor_id, counts={}
        )
        session.add(source)
        session.flush()
        actor = session.get(Person, actor_id) if actor_id else None
        note(session, AuditAction.SOURCE_CHANGED, actor, now, subject=name, what="added")
        return source.id
