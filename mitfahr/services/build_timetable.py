"""Check an uploaded feed and build its timetable beside the serving one.

Whatever happens here, what serves goes on serving: the result is a version that can be switched to,
or one that is refused with its findings.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session, sessionmaker, undefer

from mitfahr.build_lock import build_lock
from mitfahr.db.base import new_id
from mitfahr.db.timetables import FeedVersion, serving, waiting_feeds
from mitfahr.domain.versions import VersionStatus
from mitfahr.languages import marked
from mitfahr.services.accept_upload import accept_upload, quarantined
from mitfahr.services.build_version import Clock, claim, end, failing_visibly, part, written_progress
from mitfahr.services.draw_map import draw_network
from mitfahr.services.forget_outdated import forget_outdated
from mitfahr.services.link_stops import RoadFolders, link_stops
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
) -> FeedVersion:
    """Take a feed (zip or folder) and build it in this process; returns how it ended.

    Raises FileTooLarge, FileUnreadable. The lock is held before the row exists, so that no worker
    takes it away.
    """
    version_id = new_id()
    with build_lock(settings.data_dir, version_id):
        accept_upload(sessions, settings, source, filename, clock(), version_id=version_id)
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
        loaded = gtfs.load(upload, part(progress, 0.0, 0.6))
        findings = [dataclasses.asdict(_without_our_name(upload, one)) for one in loaded.findings]
        if loaded.timetable is None:
            refused = {"status": VersionStatus.REFUSED, "message": REFUSED, "findings": findings}
            end(sessions, FeedVersion, version_id, clock, **refused)
            return
        folder = loaded.timetable.save(settings.snapshots_dir).name
        with sessions() as session:
            roads = RoadFolders.of(serving(session).roads)
        link_stops(sessions, settings.snapshots_dir, folder, roads, clock(), part(progress, 0.6, 0.9))
        lines_folder = loaded.lines.save(settings.snapshots_dir).name if loaded.lines else None
        drawing = part(progress, 0.9, 1.0)
        tiles_folder = draw_network(settings.snapshots_dir, loaded.timetable, loaded.lines, drawing)
        built = {
            "status": VersionStatus.BUILT,
            "step": marked("Fertig"),
            "percent": 100,
            "findings": findings,
        }
        maps = {"lines_folder": lines_folder, "tiles_folder": tiles_folder}
        end(sessions, FeedVersion, version_id, clock, **built, **maps, **_facts(loaded.timetable, folder))


def _without_our_name(upload: Path, finding: Finding) -> Finding:
    """What is wrong with the whole file names no file: ours, in quarantine, is none that people know."""
    return dataclasses.replace(finding, file="") if finding.file == upload.name else finding


def _facts(timetable: Timetable, folder: str) -> dict[str, Any]:
    name = f"{timetable.name} {timetable.version}".strip()
    return {
        "timetable_folder": folder,
        "name": name[:300],
        "valid_from": timetable.first_day,
        "valid_to": timetable.last_day,
        "is_demo": timetable.is_demo,
        "counts": {
            marked("Haltestellen"): timetable.n_stops,
            marked("Linien"): len(timetable.route_id),
            marked("Fahrten"): timetable.n_trips,
            marked("Halte"): len(timetable.time_arr),
            marked("Tage"): timetable.n_days,
        },
    }
