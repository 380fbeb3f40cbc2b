"""Feeds fetched from an address, against a real HTTP server: only what is new becomes a version, failures are said."""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import engine_for
from mitfahr.db.feeds import FIRST_FEED_ID, Feed
from mitfahr.db.session import sessions
from mitfahr.db.timetables import FeedVersion, feed_versions, serving
from mitfahr.domain.versions import VersionStatus
from mitfahr.fetch_message import FetchFailed
from mitfahr.services.accept_upload import accept_upload
from mitfahr.services.build_timetable import build_waiting_timetables
from mitfahr.services.build_version import INTERRUPTED, BuildStopped
from mitfahr.services.fetch_feed import fail_dead_fetches, fetch_due_feeds, fetch_feed
from mitfahr.settings import Settings
from tests.gtfs.feeds import TRIPS, feed, to_zip

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)


def clock() -> dt.datetime:
    return NOW


class Publisher(ThreadingHTTPServer):
    """Gives `content` out under its ETag, or without one, or a page that says no."""

    content = b""
    has_etag = True
    status = 200
    is_slow = False
    asked_for = 0
    given = 0

    def handle_error(self, *_: object) -> None:
        """A client that is killed in the middle is what one test is about."""


class Answers(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        publisher = self.server
        publisher.asked_for += 1
        etag = f'"{hashlib.sha256(publisher.content).hexdigest()[:8]}"'
        if publisher.status != 200:
            self.send_error(publisher.status)
            return
        if publisher.has_etag and self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.end_headers()
            return
        publisher.given += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(publisher.content)))
        if publisher.has_etag:
            self.send_header("ETag", etag)
        self.end_headers()
        half = len(publisher.content) // 2
        self.wfile.write(publisher.content[:half])
        self.wfile.flush()
        if publisher.is_slow:
            time.sleep(60)
        self.wfile.write(publisher.content[half:])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    server = Publisher(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def writing(database: Engine, publisher: Publisher, tmp_path: Path) -> sessionmaker[Session]:
    made = sessions(database)
    publish(publisher, "Radebeul", tmp_path)
    with made.begin() as session:
        _source(session).url = f"http://127.0.0.1:{publisher.server_port}/gtfs/vgm.zip?key=geheim"
    return made


def publish(publisher: Publisher, headsign: str, tmp_path: Path) -> None:
    path = to_zip(feed(trips=TRIPS.replace("Radebeul", headsign)), tmp_path / f"{headsign}.zip")
    publisher.content = path.read_bytes()


def _source(session: Session) -> Feed:
    return session.get_one(Feed, FIRST_FEED_ID)


def source(writing: sessionmaker[Session]) -> Feed:
    with writing() as session:
        return _source(session)


@pytest.mark.parametrize("has_etag", [True, False])
def test_only_what_has_changed_becomes_a_version(
    writing: sessionmaker[Session], settings: Settings, publisher: Publisher, tmp_path: Path, has_etag: bool
) -> None:
    publisher.has_etag = has_etag
    first = fetch_feed(writing, settings, FIRST_FEED_ID, clock)
    assert first is not None
    assert (first.original_filename, first.status) == ("vgm.zip", VersionStatus.UPLOADED)
    assert fetch_feed(writing, settings, FIRST_FEED_ID, clock) is None
    assert (publisher.asked_for, publisher.given) == (2, 1 if has_etag else 2)
    publish(publisher, "Coswig", tmp_path)
    second = fetch_feed(writing, settings, FIRST_FEED_ID, clock)
    assert second is not None
    assert second.checksum != first.checksum
    assert build_waiting_timetables(writing, settings, clock) == 2
    found = source(writing)
    assert (found.last_fetched_at, found.fetch_error, found.fetching_since) == (NOW, None, None)
    assert {path.stem for path in settings.uploads_dir.iterdir()} == {first.id, second.id}


def test_a_file_that_staff_have_uploaded_already_is_nothing_new(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    accept_upload(writing, settings, tmp_path / "Radebeul.zip", "per-hand.zip", NOW)
    assert fetch_feed(writing, settings, FIRST_FEED_ID, clock) is None
    with writing() as session:
        assert [version.original_filename for version in feed_versions(session)] == ["per-hand.zip"]


def test_a_failure_is_said_and_the_next_success_forgets_it(
    writing: sessionmaker[Session], settings: Settings, publisher: Publisher
) -> None:
    publisher.status = 503
    assert fetch_due_feeds(writing, settings, clock) == 0
    failed = source(writing)
    assert failed.fetch_error == "Der Server antwortet mit 503 Service Unavailable."
    assert (failed.last_tried_at, failed.last_fetched_at) == (NOW, None)
    publisher.status = 200
    assert fetch_due_feeds(writing, settings, clock) == 0  # asked every hour, not every minute
    assert fetch_due_feeds(writing, settings, lambda: NOW + dt.timedelta(hours=1)) == 1
    assert source(writing).fetch_error is None


def test_a_file_that_is_too_large_is_given_up(
    writing: sessionmaker[Session], settings: Settings, publisher: Publisher
) -> None:
    small = Settings.from_env({"MITFAHR_DATA_DIR": str(settings.data_dir), "UPLOAD_LIMIT_MB": "1"})
    publisher.content = b"x" * 1_500_000
    with pytest.raises(FetchFailed, match="größer als 1 Megabyte"):
        fetch_feed(writing, small, FIRST_FEED_ID, clock)
    assert list(small.uploads_dir.iterdir()) == []


def test_an_interrupted_build_is_fetched_once_more(
    writing: sessionmaker[Session], settings: Settings
) -> None:
    first = fetch_feed(writing, settings, FIRST_FEED_ID, clock)
    assert first is not None
    with writing.begin() as session:
        failed = session.get_one(FeedVersion, first.id)
        failed.status, failed.message = VersionStatus.FAILED, INTERRUPTED
    later = NOW + dt.timedelta(hours=1)
    assert fetch_feed(writing, settings, FIRST_FEED_ID, lambda: later) is not None
    assert fetch_feed(writing, settings, FIRST_FEED_ID, lambda: later) is None


def test_a_fetch_told_to_stop_is_due_again(writing: sessionmaker[Session], settings: Settings) -> None:
    def stop(_step: str, _fraction: float) -> None:
        raise BuildStopped

    with pytest.raises(BuildStopped):
        fetch_due_feeds(writing, settings, clock, stop)
    assert source(writing).fetching_since is None
    assert fetch_due_feeds(writing, settings, clock) == 1


def test_a_killed_worker_leaves_nothing_but_a_record(
    database_url: str, settings: Settings, publisher: Publisher, tmp_path: Path
) -> None:
    writing = sessions(engine_for(database_url))
    publish(publisher, "Radebeul", tmp_path)
    publisher.is_slow = True
    with writing.begin() as session:
        _source(session).url = f"http://127.0.0.1:{publisher.server_port}/vgm.zip"
    worker = multiprocessing.get_context("spawn").Process(
        target=_fetch, args=(database_url, settings.data_dir)
    )
    worker.start()
    draft = settings.uploads_dir / f"fetch-{FIRST_FEED_ID}.part"
    give_up_at = time.monotonic() + 180
    while not draft.exists() and time.monotonic() < give_up_at:
        time.sleep(0.05)
    assert fail_dead_fetches(writing, settings) == 0  # alive
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    assert draft.exists()
    assert fail_dead_fetches(writing, settings) == 1
    found = source(writing)
    assert (found.fetching_since, found.last_fetched_at) == (None, None)
    assert found.fetch_error is not None
    assert "unterbrochen" in found.fetch_error
    assert list(settings.uploads_dir.iterdir()) == []
    with writing() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FeedVersion)) == 0
        assert serving(session).revision == 0


def _fetch(database_url: str, data_dir: Path) -> None:
    settings = Settings.from_env({"MITFAHR_DATA_DIR": str(data_dir)})
    fetch_due_feeds(sessions(engine_for(database_url)), settings, clock)
