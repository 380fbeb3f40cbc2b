"""Check an uploaded feed and build its timetable beside the serving one.

Whatever happens here, what serves goes on serving: the result is a version that can be switched to,
or one that is refused with its findings.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker, undefer

from mitfahr.build_lock import build_lock
from mitfahr.db.base import new_id
from mitfahr.db.feeds import FIRST_FEED_ID
from mitfahr.db.timetables import FeedVersion, waiting_feeds
from mitfahr.domain.versions import VersionStatus
from mitfahr.languages import marked
from mitfahr.services.accept_upload import accept_upload, quarantined
from mitfahr.services.assemble_timetable import CannotBeMerged, assemble_timetable
from mitfahr.services.build_version import Clock, claim, end, failing_visibly, part, written_progress
from mitfahr.services.forget_outdated import forget_outdated
from mitfahr.services.note_orphans import note_orphans
from mitfahr.settings import Settings
from routing.progress import Progress, silent
from routing.timetable import Timetable

if TYPE_CHECKING:
    from gtfs import Finding

REFUSED = marked("Die Datei ist so beschädigt, dass sie nicht übernommen wird; die Liste sagt, wo.")


def import_timetable(
    sessions: sessionmaker[Session],
    settings: Settings,
    source: Path,
    filename: str,
    clock: Clock,
    progress: Progress = silent,
    feed_id: str = FIRST_FEED_ID,
) -> FeedVersion:
    """Take a file of a feed (zip or folder) and build it in this process; returns how it ended.

    Raises FileTooLarge, FileUnreadable, Unknown (feed). The lock is held before the row exists, so that no worker
    takes it away.
    """
    version_id = new_id()
    with build_lock(settings.data_dir, version_id):
        accept_upload(sessions, settings, source, filename, clock(), version_id=version_id, feed_id=feed_id)
        return _build(sessions, settings, version_id, clock, progress)


def build_waiting_timetables(
    sessions: sessionmaker[Session], settings: Settings, clock: Clock, progress: Progress = silent
) -> int:
    """Build every uploaded feed that nobody else is building; returns how many this process ended.

    `progress` may raise BuildStopped.
    """
    with sessions() as session:
        waiting = waiting_feeds(session)
    built = 0
    for version_id in waiting:
        with build_lock(settings.data_dir, version_id) as mine:
            if mine and claim(sessions, FeedVersion, version_id):
                _build_claimed(sessions, settings, version_id, clock, progress)
                built += 1
    return built


def _build(
    sessions: sessionmaker[Session], settings: Settings, version_id: str, clock: Clock, progress: Progress
) -> FeedVersion:
    if claim(sessions, FeedVersion, version_id):
        _build_claimed(sessions, settings, version_id, clock, progress)
    with sessions() as session:
        return session.get_one(FeedVersion, version_id, options=[undefer(FeedVersion.findings)])


def _build_claimed(
    sessions: sessionmaker[Session], settings: Settings, version_id: str, clock: Clock, also: Progress
) -> None:
    import gtfs  # imported here: reading feeds takes seconds to load, and only builds need it

    progress = written_progress(sessions, FeedVersion, version_id, also)
    forget_outdated(sessions, settings.snapshots_dir)
    with failing_visibly(sessions, FeedVersion, version_id, clock):
        upload = quarantined(settings, version_id)
        # Beside the uploads: what a killed build leaves there goes with other strays.
        loaded = gtfs.load(upload, part(progress, 0.0, 0.6), scratch=settings.uploads_dir)
        findings = [dataclasses.asdict(_without_our_name(upload, one)) for one in loaded.findings]
        if loaded.timetable is None:
            refused = {"status": VersionStatus.REFUSED, "message": REFUSED, "findings": findings}
            end(sessions, FeedVersion, version_id, clock, **refused)
            return
        own = {
            "own_folder": loaded.timetable.save(settings.snapshots_dir).name,
            "own_lines_folder": loaded.lines.save(settings.snapshots_dir).name if loaded.lines else None,
        }
        with sessions.begin() as session:
            facts = {"findings": findings, **own, **_facts(loaded.timetable)}
            session.execute(update(FeedVersion).where(FeedVersion.id == version_id).values(**facts))
        try:
            assemble_timetable(sessions, settings, version_id, clock, part(progress, 0.6, 1.0))
        except CannotBeMerged as refusal:
            refused = {"status": VersionStatus.REFUSED, "message": str(refusal)}
            end(sessions, FeedVersion, version_id, clock, **refused)
            return
        note_orphans(sessions, settings.snapshots_dir, version_id)
        ready = {"status": VersionStatus.BUILT, "step": marked("Fertig"), "percent": 100}
        end(sessions, FeedVersion, version_id, clock, **ready)


def _without_our_name(upload: Path, finding: Finding) -> Finding:
    """What is wrong with the whole file names no file: ours, in quarantine, is none that people know."""
    return dataclasses.replace(finding, file="") if finding.file == upload.name else finding


def _facts(timetable: Timetable) -> dict[str, Any]:
    name = f"{timetable.name} {timetable.version}".strip()
    return {
        "name": name[:300],
        "valid_from": timetable.first_day,
        "valid_to": timetable.last_day,
        "counts": {
            marked("Haltestellen"): timetable.n_stops,
            marked("Linien"): len(timetable.route_id),
            marked("Fahrten"): timetable.n_trips,
            marked("Halte"): len(timetable.time_arr),
            marked("Tage"): timetable.n_days,
        },
    }
