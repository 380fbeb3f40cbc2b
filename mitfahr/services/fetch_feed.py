"""Fetch a feed from its address into quarantine, when it has changed; whatever happens, what serves goes on serving."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.build_lock import build_lock
from mitfahr.db.feeds import Feed, feed_in_use, feeds
from mitfahr.db.timetables import FeedVersion, newest_version
from mitfahr.domain.errors import FileTooLarge, FileUnreadable
from mitfahr.domain.versions import VersionStatus
from mitfahr.download import filename_of
from mitfahr.fetch_file import FetchedFile, fetch_file
from mitfahr.fetch_message import FetchFailed, Marks
from mitfahr.languages.stored import FETCH_INTERRUPTED, FILE_TOO_LARGE, SOURCE_FILE
from mitfahr.services.accept_upload import accept_upload
from mitfahr.services.build_version import INTERRUPTED, BuildStopped, Clock
from mitfahr.settings import Settings
from routing.progress import Progress, silent

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Asked:
    """What is fetched; `checksums` are of files that would be nothing new."""

    url: str
    known: Marks
    checksums: frozenset[str]


def fetch_feed(
    sessions: sessionmaker[Session],
    settings: Settings,
    feed_id: str,
    clock: Clock,
    progress: Progress = silent,
) -> FeedVersion | None:
    """Ask a feed's publisher now; the new version that waits for its check, None where there is nothing new.

    Nothing is done while another process is at it, or without an address. A failure is noted with the feed and
    raised as FetchFailed; `progress` may raise BuildStopped, then the fetch is due again. Raises Unknown.
    """
    with build_lock(settings.data_dir, f"fetch-{feed_id}") as mine:
        asked = _begin(sessions, feed_id, clock()) if mine else None
        if asked is None:
            return None
        draft = _draft(settings, feed_id)
        try:
            settings.uploads_dir.mkdir(parents=True, exist_ok=True)
            fetched = fetch_file(asked.url, draft, asked.known, settings.upload_limit_mb, progress)
            version = None
            if fetched is not None and fetched.checksum not in asked.checksums:
                name = filename_of(asked.url)
                version = accept_upload(sessions, settings, draft, name, clock(), feed_id=feed_id)
        except BuildStopped:
            _end(sessions, feed_id, last_tried_at=None)
            raise
        except (FetchFailed, FileTooLarge, FileUnreadable) as problem:
            failure = _in_words(problem)
            _end(sessions, feed_id, fetch_error=str(failure))
            raise failure from None
        finally:
            draft.unlink(missing_ok=True)
        _note_answer(sessions, feed_id, asked, fetched, clock())
        return version


def fetch_due_feeds(
    sessions: sessionmaker[Session], settings: Settings, clock: Clock, progress: Progress = silent
) -> int:
    """Fetch every feed whose time has come; returns how many new versions there are.

    One that fails keeps no other one waiting. `progress` may raise BuildStopped.
    """
    with sessions() as session:
        due = [feed.id for feed in feeds(session) if _is_due(feed, clock())]
    new = 0
    for feed_id in due:
        try:
            new += fetch_feed(sessions, settings, feed_id, clock, progress) is not None
        except FetchFailed as failure:
            log.warning("feed %s cannot be fetched: %s", feed_id, failure)
    return new


def fail_dead_fetches(sessions: sessionmaker[Session], settings: Settings) -> int:
    """Fetches whose process is gone leave nothing but a sentence; returns how many there were."""
    with sessions() as session:
        fetching = [feed.id for feed in feeds(session) if feed.fetching_since is not None]
    dead = 0
    for feed_id in fetching:
        with build_lock(settings.data_dir, f"fetch-{feed_id}") as nobody_fetches:
            if nobody_fetches:
                _draft(settings, feed_id).unlink(missing_ok=True)
                _end(sessions, feed_id, fetch_error=FETCH_INTERRUPTED)
                dead += 1
    return dead


def _is_due(feed: Feed, now: dt.datetime) -> bool:
    every = dt.timedelta(minutes=feed.every_minutes)
    return feed.url is not None and (feed.last_tried_at is None or feed.last_tried_at + every <= now)


def _draft(settings: Settings, feed_id: str) -> Path:
    return settings.uploads_dir / f"fetch-{feed_id}.part"


def _begin(sessions: sessionmaker[Session], feed_id: str, now: dt.datetime) -> _Asked | None:
    with sessions.begin() as session:
        feed = feed_in_use(session, feed_id)
        if feed.url is None:
            return None
        feed.last_tried_at = feed.fetching_since = now
        newest = newest_version(session, feed_id)
        if newest is not None and _was_interrupted(newest):
            return _Asked(feed.url, Marks(), frozenset())
        known = (feed.fetched_checksum, newest.checksum if newest else None)
        return _Asked(feed.url, Marks(feed.etag, feed.last_modified), frozenset(filter(None, known)))


def _was_interrupted(version: FeedVersion) -> bool:
    """Such a build is worth another try, although the publisher has nothing new."""
    return version.status is VersionStatus.FAILED and version.message == INTERRUPTED


def _note_answer(
    sessions: sessionmaker[Session],
    feed_id: str,
    asked: _Asked,
    fetched: FetchedFile | None,
    now: dt.datetime,
) -> None:
    """After the version is there: a fetch killed in between asks again and finds nothing new."""
    _end(sessions, feed_id, fetch_error=None, last_fetched_at=now)
    if fetched is None:
        return
    with sessions.begin() as session:
        feed = session.get_one(Feed, feed_id)
        if feed.url == asked.url:  # else staff have entered another one meanwhile
            feed.etag, feed.last_modified = fetched.marks.etag, fetched.marks.last_modified
            feed.fetched_checksum = fetched.checksum


def _end(sessions: sessionmaker[Session], feed_id: str, **values: object) -> None:
    with sessions.begin() as session:
        feed = session.get_one(Feed, feed_id)
        feed.fetching_since = None
        for name, value in values.items():
            setattr(feed, name, value)


def _in_words(problem: FetchFailed | FileTooLarge | FileUnreadable) -> FetchFailed:
    match problem:
        case FileTooLarge():
            return FetchFailed(FILE_TOO_LARGE % {"mb": problem.limit_mb})
        case FileUnreadable():
            return FetchFailed(SOURCE_FILE % {"reason": problem.reason})
    return problem
