"""Take a feed into quarantine: a copy of our own, with its size and checksum, and a row that says so."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.audit import note
from mitfahr.db.base import new_id
from mitfahr.db.feeds import FIRST_FEED_ID, feed_in_use
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.people import Person
from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import FileTooLarge, FileUnreadable
from mitfahr.domain.versions import VersionStatus
from mitfahr.settings import Settings

CHUNK = 1 << 20


def accept_upload(
    sessions: sessionmaker[Session],
    settings: Settings,
    source: Path | BinaryIO,
    filename: str,
    now: dt.datetime,
    uploaded_by: str | None = None,
    version_id: str | None = None,
    idempotency_key: str | None = None,
    feed_id: str = FIRST_FEED_ID,
) -> FeedVersion:
    """Copy a file of a feed (open, a path, a folder) into quarantine; the worker will check it.

    With `idempotency_key`, the same file sent again by the same person is the same version. Raises
    FileTooLarge, FileUnreadable, IdempotencyConflict (another file under the key of the first), Unknown (feed).
    """
    version_id = version_id or new_id()
    settings.uploads_dir.mkdir(parents=True, exist_ok=True)
    target = quarantine_path(settings, version_id, is_folder=isinstance(source, Path) and source.is_dir())
    try:
        checksum, size = _copy(source, target, settings.upload_limit_mb)
        feed = FeedVersion(
            id=version_id,
            feed_id=feed_id,
            name=Path(filename).name[:300],
            original_filename=Path(filename).name[:300],
            checksum=checksum,
            size_bytes=size,
            uploaded_at=now,
            uploaded_by=uploaded_by,
            status=VersionStatus.UPLOADED,
        )
        with sessions.begin() as session:
            known = _known(session, feed, idempotency_key)
            if known is None:
                feed_in_use(session, feed_id)
                session.add(feed)
                _note(session, feed, now)
        if known is not None:
            remove_from_quarantine(target)
            return known
    except OSError as error:
        remove_from_quarantine(target)
        raise FileUnreadable(filename, error.strerror or str(error)) from error
    except BaseException:
        remove_from_quarantine(target)
        raise
    return feed


def _note(session: Session, feed: FeedVersion, now: dt.datetime) -> None:
    """A line of the audit: by whom, or by nobody with an account (the command line, an address that is asked)."""
    person = session.get(Person, feed.uploaded_by) if feed.uploaded_by else None
    about = {"subject": feed.name, "version_id": feed.id}
    note(session, AuditAction.UPLOADED, person, now, **about, checksum=feed.checksum)


def _known(session: Session, feed: FeedVersion, idempotency_key: str | None) -> FeedVersion | None:
    """The version that this very upload has made already."""
    if idempotency_key is None or feed.uploaded_by is None:
        return None
    body = {"name": feed.original_filename, "checksum": feed.checksum, "feed": feed.feed_id}
    known = claim(session, feed.uploaded_by, idempotency_key, body, feed.uploaded_at)
    if known is not None:
        return session.get_one(FeedVersion, known["version_id"])
    keep_answer(session, feed.uploaded_by, idempotency_key, {"version_id": feed.id})
    return None


def quarantine_path(settings: Settings, version_id: str, is_folder: bool = False) -> Path:
    """Where the copy of a feed lies."""
    return settings.uploads_dir / (version_id if is_folder else f"{version_id}.zip")


def quarantined(settings: Settings, version_id: str) -> Path:
    """The copy that is there, a file or a folder."""
    folder = quarantine_path(settings, version_id, is_folder=True)
    return folder if folder.is_dir() else quarantine_path(settings, version_id)


def remove_from_quarantine(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def checksum_of(source: Path) -> tuple[str, int]:
    """SHA-256 and size in bytes of a file, or of a folder's files and their names."""
    digest, size = hashlib.sha256(), 0
    for path in [source] if source.is_file() else _files(source):
        if path is not source:
            digest.update(path.relative_to(source).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
    return digest.hexdigest(), size


def _copy(source: Path | BinaryIO, target: Path, limit_mb: int) -> tuple[str, int]:
    if isinstance(source, Path):
        if source.is_dir():
            return _copy_folder(source, target, limit_mb)
        with source.open("rb") as file:
            return _copy_stream(file, target, limit_mb)
    return _copy_stream(source, target, limit_mb)


def _copy_folder(source: Path, target: Path, limit_mb: int) -> tuple[str, int]:
    left = limit_mb << 20
    for path in _files(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        left -= path.stat().st_size
        if left < 0:
            raise FileTooLarge(limit_mb)
        shutil.copyfile(path, copy)
    target.mkdir(exist_ok=True)
    return checksum_of(target)


def _copy_stream(source: BinaryIO, target: Path, limit_mb: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as copy:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > limit_mb << 20:
                raise FileTooLarge(limit_mb)
            digest.update(chunk)
            copy.write(chunk)
    return digest.hexdigest(), size


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
