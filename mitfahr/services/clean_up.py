"""Throw away what nobody needs any more: old uploads, drafts of killed builds, old records of jobs."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import forget_answers_before, forget_links_before
from mitfahr.db.invitations import forget_invitations_before
from mitfahr.db.jobs import forget_runs_before
from mitfahr.db.login_attempts import forget_attempts_before
from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.privacy import PEOPLE_S
from mitfahr.domain.times import local, seconds
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.accept_upload import remove_from_quarantine
from mitfahr.services.log_in import WINDOW
from mitfahr.settings import Settings

KEEP_UPLOADS = dt.timedelta(days=14)
"""Refused and failed files stay this long, so that staff can look at them; built ones need no copy then."""

KEEP_STRAYS = dt.timedelta(days=1)
KEEP_JOB_RUNS = dt.timedelta(days=2)
KEEP_INVITATIONS = dt.timedelta(days=14)
"""After they have expired: whoever opens one too late reads that it has."""


def clean_up(sessions: sessionmaker[Session], settings: Settings, now: dt.datetime) -> None:
    """Safe to run at any time, beside uploads and builds."""
    for path in _entries(settings.uploads_dir):
        if _may_go(sessions, path, now):
            remove_from_quarantine(path)
    for draft in settings.snapshots_dir.glob(".*"):
        if _age(draft, now) > KEEP_STRAYS:
            shutil.rmtree(draft, ignore_errors=True)
    with sessions.begin() as session:
        forget_runs_before(session, now - KEEP_JOB_RUNS)
        forget_attempts_before(session, now - WINDOW)
        forget_invitations_before(session, now - KEEP_INVITATIONS)
        forget_links_before(session, now - KEEP_INVITATIONS)
        forgotten_s = seconds(now) - PEOPLE_S
        forget_answers_before(session, local(forgotten_s).date(), forgotten_s)


def _may_go(sessions: sessionmaker[Session], path: Path, now: dt.datetime) -> bool:
    with sessions() as session:
        feed = session.get(FeedVersion, path.name.removesuffix(".zip"))
    if feed is None:
        return _age(path, now) > KEEP_STRAYS
    if feed.status in (VersionStatus.UPLOADED, VersionStatus.CHECKING):
        return False
    return now - feed.uploaded_at > KEEP_UPLOADS


def _entries(folder: Path) -> Iterator[Path]:
    return folder.iterdir() if folder.is_dir() else iter(())


def _age(path: Path, now: dt.datetime) -> dt.timedelta:
    try:
        changed_s = path.stat().st_mtime
    except FileNotFoundError:
        return dt.timedelta(0)
    return now - dt.datetime.fromtimestamp(changed_s, dt.UTC)
