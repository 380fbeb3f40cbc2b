"""Workers killed at random moments of an import: what serves goes on serving, a record says so, the next import works.

MITFAHR_KILLS says how often (`make soak`: 20).
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import engine_for
from mitfahr.db.session import sessions
from mitfahr.db.timetables import FeedVersion, serving
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.accept_upload import accept_upload
from mitfahr.services.build_timetable import build_waiting_timetables, import_timetable
from mitfahr.services.build_version import fail_dead_builds
from mitfahr.services.clean_up import KEEP_STRAYS, clean_up
from mitfahr.services.switch_timetable import switch_timetable
from mitfahr.settings import Settings
from mitfahr.worker import utc_now
from routing.timetable import Timetable
from tests.gtfs.feeds import feed, to_zip

KILLS = int(os.environ.get("MITFAHR_KILLS", "2"))
WITHIN_S = 0.06
"""A kill comes so long after a step of the build at most; the steps of this feed take about as long."""


def _build_and_die(database_url: str, data_dir: Path, seed: int) -> None:
    chance = random.Random(seed)
    last_step = chance.uniform(0.0, 1.0) if seed else 0.5

    def die_soon(_step: str, fraction: float) -> None:
        if fraction >= last_step and not seed:  # the first dies in the middle, however fast the machine is
            os.kill(os.getpid(), signal.SIGKILL)
        if fraction >= last_step:
            threading.Timer(chance.uniform(0, WITHIN_S), os.kill, (os.getpid(), signal.SIGKILL)).start()

    settings = Settings.from_env({"MITFAHR_DATA_DIR": str(data_dir)})
    build_waiting_timetables(sessions(engine_for(database_url)), settings, utc_now, die_soon)
    os.kill(os.getpid(), signal.SIGKILL)


def test_killed_at_any_moment(database_url: str, settings: Settings, tmp_path: Path) -> None:
    writing = sessions(engine_for(database_url))
    path = to_zip(feed(), tmp_path / "vvo.zip")
    first = import_timetable(writing, settings, path, path.name, utc_now).id
    with writing.begin() as session:
        switch_timetable(session, None, first, utc_now())
    ended = [_killed(seed, database_url, settings, writing, path, first) for seed in range(KILLS)]
    assert set(ended) <= {VersionStatus.FAILED, VersionStatus.BUILT, VersionStatus.UPLOADED}
    assert VersionStatus.FAILED in ended

    clean_up(writing, settings, utc_now() + 2 * KEEP_STRAYS)
    with writing() as session:
        waiting = {version.id for version in session.query(FeedVersion)}
    assert {entry.name.removesuffix(".zip") for entry in settings.uploads_dir.iterdir()} <= waiting
    assert not [folder for folder in settings.snapshots_dir.iterdir() if folder.name.startswith(".")]
    again = import_timetable(writing, settings, path, path.name, utc_now)
    assert again.status is VersionStatus.BUILT
    with writing.begin() as session:
        switch_timetable(session, None, again.id, utc_now())


def _killed(
    seed: int, database_url: str, settings: Settings, writing: sessionmaker[Session], path: Path, first: str
) -> VersionStatus:
    """How the version ended whose build was killed; what serves is what served before."""
    upload = accept_upload(writing, settings, path, f"{seed}.zip", utc_now())
    worker = multiprocessing.get_context("spawn").Process(
        target=_build_and_die, args=(database_url, settings.data_dir, seed)
    )
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    fail_dead_builds(writing, settings, utc_now)
    with writing() as session:
        pointer, version = serving(session), session.get_one(FeedVersion, upload.id)
        assert pointer.feed_version_id == first and pointer.feed is not None
        assert Timetable.open(settings.snapshots_dir / str(pointer.feed.timetable_folder)).n_trips == 1
        assert (version.status is VersionStatus.FAILED) == bool(version.message)
        if version.status is VersionStatus.BUILT:
            assert Timetable.open(settings.snapshots_dir / str(version.timetable_folder)).n_trips == 1
        return version.status
