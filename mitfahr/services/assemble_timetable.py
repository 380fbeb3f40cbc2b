"""Make of a version the timetable that serves when it is switched to: merged, linked, indexed and drawn."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.build_lock import build_lock
from mitfahr.db.feed_parts import parts_wanted, set_parts, stale_versions
from mitfahr.db.timetables import FeedVersion, serving
from mitfahr.domain.versions import VersionStatus
from mitfahr.languages.stored import OTHER_CLOCK
from mitfahr.services.build_version import BROKE, BuildStopped, Clock, end, part
from mitfahr.services.draw_map import draw_network
from mitfahr.services.link_stops import RECENT, RoadFolders, link_stops
from mitfahr.settings import Settings
from routing.progress import Progress, silent
from routing.timetable import Timetable
from routing.trip_lines import TripLines

log = logging.getLogger(__name__)


class CannotBeMerged(Exception):
    """The clocks of the version and of what serves of other feeds differ; the text is a stored phrase."""


@dataclass(frozen=True)
class _Part:
    """One version among those that are merged, by its names."""

    version_id: str
    feed_id: str
    folder: str
    lines_folder: str | None

    def opened(self, snapshots_dir: Path) -> tuple[Timetable, TripLines | None]:
        lines = TripLines.open(snapshots_dir / self.lines_folder) if self.lines_folder else None
        return Timetable.open(snapshots_dir / self.folder), lines


def assemble_timetable(
    sessions: sessionmaker[Session], settings: Settings, version_id: str, clock: Clock, progress: Progress
) -> None:
    """Merge a version, whose own arrays are there, with what serves of the other feeds, and note the result.

    Raises CannotBeMerged.
    """
    at = settings.snapshots_dir
    with sessions() as session:
        roads = RoadFolders.of(serving(session).roads)
        parts = _parts(session, version_id)
    progress("Fahrpläne werden zusammengeführt", 0.0)
    if len(parts) == 1:
        folder, lines_folder = parts[0].folder, parts[0].lines_folder
        timetable, lines = parts[0].opened(at)
    else:
        timetable, lines = _merged(parts, version_id, at)
        folder, lines_folder = timetable.save(at).name, lines.save(at).name if lines else None
    link_stops(sessions, at, folder, roads, clock(), part(progress, 0.05, 0.75))
    tiles_folder = draw_network(at, timetable, lines, part(progress, 0.75, 1.0))
    with sessions.begin() as session:
        session.execute(
            update(FeedVersion)
            .where(FeedVersion.id == version_id)
            .values(
                timetable_folder=folder,
                lines_folder=lines_folder,
                tiles_folder=tiles_folder,
                is_demo=timetable.is_demo,
            )
        )
        set_parts(session, version_id, [(one.feed_id, one.version_id) for one in parts])


def assemble_stale_timetables(
    sessions: sessionmaker[Session], settings: Settings, clock: Clock, progress: Progress = silent
) -> int:
    """Merge again what waits for its switch and was merged with what no longer serves; returns how many.

    `progress` may raise BuildStopped.
    """
    with sessions() as session:
        stale = stale_versions(session, RECENT)
    for version_id in stale:
        with build_lock(settings.data_dir, version_id) as mine:
            if mine:
                _assemble_or_fail(sessions, settings, version_id, clock, progress)
    return len(stale)


def _assemble_or_fail(
    sessions: sessionmaker[Session], settings: Settings, version_id: str, clock: Clock, progress: Progress
) -> None:
    try:
        assemble_timetable(sessions, settings, version_id, clock, progress)
    except CannotBeMerged as refusal:
        end(sessions, FeedVersion, version_id, clock, status=VersionStatus.REFUSED, message=str(refusal))
    except BuildStopped:
        raise
    except Exception:
        log.exception("merging %s failed", version_id)
        end(sessions, FeedVersion, version_id, clock, status=VersionStatus.FAILED, message=BROKE)


def _parts(session: Session, version_id: str) -> list[_Part]:
    return [
        _Part(version.id, version.feed_id, version.own_folder, version.own_lines_folder)
        for version in parts_wanted(session, session.get_one(FeedVersion, version_id))
        if version.own_folder is not None
    ]


def _merged(
    parts: Sequence[_Part], version_id: str, snapshots_dir: Path
) -> tuple[Timetable, TripLines | None]:
    from gtfs.merge import OtherClock, Part, merge  # reading feeds takes seconds to load, and only builds do

    opened = [Part(one.feed_id, *one.opened(snapshots_dir)) for one in parts]
    try:
        return merge(opened)
    except OtherClock as other:
        ours = next(one.feed_id for one in parts if one.version_id == version_id)
        zones = (other.timezone, other.expected) if other.key == ours else (other.expected, other.timezone)
        raise CannotBeMerged(OTHER_CLOCK % dict(zip(("zone", "others"), zones, strict=True))) from other
