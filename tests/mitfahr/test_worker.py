"""The worker as a process: jobs run once however many workers there are, and it ends when told to."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mitfahr.calmly import NICENESS
from mitfahr.db.jobs import JobRun, last_runs
from mitfahr.db.outbox import OutboxMessage, queue_mail
from mitfahr.db.session import readers, sessions
from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.accept_upload import accept_upload
from mitfahr.settings import Settings, SettingsInvalid
from mitfahr.worker import EPOCH, Job, Worker, utc_now
from tests.gtfs.feeds import feed, to_zip

NOW = dt.datetime(2026, 11, 23, 8, 0, 7, tzinfo=dt.UTC)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def worker_settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings.from_env({"MITFAHR_DATA_DIR": str(tmp_path / "var"), "DATABASE_URL": database_url})


def test_a_due_moment_is_run_once_and_the_next_one_again(worker_settings: Settings) -> None:
    first, second = Worker(worker_settings), Worker(worker_settings)
    ran: list[str] = []
    minute = dt.timedelta(minutes=1)
    jobs = [Job("count", minute, lambda name=name: ran.append(name)) for name in ("first", "second")]
    for moment in (NOW, NOW + dt.timedelta(seconds=40), NOW + minute):
        first.run_due(jobs[0], moment)
        second.run_due(jobs[1], moment)
    assert ran == ["first", "first"]
    with first.sessions() as session:
        runs = session.scalars(sa.select(JobRun).order_by(JobRun.due_at)).all()
    assert [run.due_at for run in runs] == [NOW.replace(second=0), NOW.replace(second=0) + minute]


def test_a_job_that_breaks_says_so_and_the_worker_goes_on(worker_settings: Settings) -> None:
    worker = Worker(worker_settings)

    def breaks() -> None:
        raise RuntimeError("kaputt")

    assert worker.run_due(Job("breaks", dt.timedelta(minutes=1), breaks), NOW)
    with worker.sessions() as session:
        (run,) = last_runs(session)
    assert run.error == "RuntimeError: kaputt"
    assert run.finished_at is not None


def test_long_work_gives_way_to_searches_and_its_failure_is_said(worker_settings: Settings) -> None:
    worker, seen = Worker(worker_settings), []

    def long_work() -> None:
        with ThreadPoolExecutor(1) as inner:
            seen.append(inner.submit(lambda: os.getpriority(os.PRIO_PROCESS, 0)).result())
        raise ValueError("zu lang")

    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert worker.run_due(Job("long", dt.timedelta(minutes=1), long_work, gives_way=True), NOW)
    assert seen == [NICENESS]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
    with worker.sessions() as session:
        assert [run.error for run in last_runs(session)] == ["ValueError: zu lang"]


def test_every_period_divides_the_day(worker_settings: Settings) -> None:
    for job in Worker(worker_settings).jobs:
        assert dt.timedelta(days=1) % job.every == dt.timedelta(0), job.name
    assert EPOCH.time() == dt.time(0)


def test_an_unreadable_mail_server_is_said_at_the_start(tmp_path: Path) -> None:
    settings = Settings.from_env({"MITFAHR_DATA_DIR": str(tmp_path), "SMTP_URL": "mail.example"})
    with pytest.raises(SettingsInvalid, match="SMTP_URL"):
        Worker(settings)


def test_two_workers_send_build_and_stop_when_told(
    database: Engine, database_url: str, worker_settings: Settings, tmp_path: Path
) -> None:
    now = utc_now()
    with sessions(database).begin() as session:
        for number in range(10):
            queue_mail(session, f"person{number}@example.org", "Betreff", "Text", now)
    upload = accept_upload(
        sessions(database), worker_settings, to_zip(feed(), tmp_path / "vvo.zip"), "vvo.zip", now
    )
    environ = os.environ | {
        "MITFAHR_DATA_DIR": str(worker_settings.data_dir),
        "DATABASE_URL": database_url,
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "mitfahr", "worker"]
    workers = [
        subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    try:
        _wait(lambda: _unsent(database) == 0 and _status(database, upload.id) is VersionStatus.BUILT)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        logs = [worker.communicate(timeout=60)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], logs
    assert all("worker stopped" in log and "Traceback" not in log for log in logs), logs
    assert len(list(worker_settings.mail_dir.glob("*.eml"))) == 10
    with readers(database)() as session:
        messages = session.scalars(sa.select(OutboxMessage)).all()
        assert {message.attempts for message in messages} == {1}


def _unsent(database: Engine) -> int:
    with readers(database)() as session:
        unsent = sa.select(sa.func.count()).where(OutboxMessage.sent_at.is_(None))
        return session.scalar(unsent) or 0


def _status(database: Engine, version_id: str) -> VersionStatus:
    with readers(database)() as session:
        return session.get_one(FeedVersion, version_id).status


def _wait(condition: Callable[[], bool]) -> None:
    for _ in range(240):
        if condition():
            return
        time.sleep(0.5)
    raise AssertionError("the workers did not get there")
