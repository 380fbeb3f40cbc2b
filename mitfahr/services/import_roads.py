"""Build a road network from an OpenStreetMap extract and put it live under the serving timetable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.build_lock import build_lock
from mitfahr.db.base import new_id
from mitfahr.db.timetables import FeedVersion, RoadsVersion, serving
from mitfahr.domain.errors import FileUnreadable, NotSwitchable
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.accept_upload import checksum_of
from mitfahr.services.build_version import Clock, claim, end, failing_visibly, part, written_progress
from mitfahr.services.draw_map import Extract, draw_land
from mitfahr.services.forget_outdated import forget_outdated
from mitfahr.services.import_municipalities import keep_municipalities_of_extract
from mitfahr.services.link_stops import RoadFolders, link_stops
from mitfahr.services.switch_timetable import rollback_target, switch_roads
from mitfahr.settings import Settings
from routing.errors import RoadsRefused
from routing.progress import Progress, silent
from routing.timetable import Timetable

if TYPE_CHECKING:  # routing.osm takes seconds to load, and only the import itself needs it
    from routing.osm import OsmExtract
    from routing.osm.area import BoundingBox, Surroundings


@dataclass(frozen=True)
class Part:
    """Which part of the extract is wanted: a box, or so many kilometres around the serving stops, or all."""

    bbox: BoundingBox | None = None
    around_stops_km: float | None = None


EVERYTHING = Part()


def import_roads(
    sessions: sessionmaker[Session],
    settings: Settings,
    source: Path,
    clock: Clock,
    wanted: Part = EVERYTHING,
    progress: Progress = silent,
    attribution: str | None = None,
) -> RoadsVersion:
    """Build, link with every timetable that may serve next, and switch; returns how it ended.

    `attribution` names who is to be credited if it is not the contributors to OpenStreetMap. A damaged
    extract ends as a refused version with the reason in `message`. Raises FileUnreadable.
    """
    version_id = new_id()
    forget_outdated(sessions, settings.snapshots_dir)
    with build_lock(settings.data_dir, version_id):
        _enter(sessions, source, version_id, clock)
        claim(sessions, RoadsVersion, version_id)
        written = written_progress(sessions, RoadsVersion, version_id, progress)
        with failing_visibly(sessions, RoadsVersion, version_id, clock):
            try:
                around = _surroundings(sessions, settings, wanted)
                file = Extract(source, wanted.bbox, around)
                extract = _read(settings, file, attribution, part(written, 0.0, 0.4))
                folders = _build(
                    sessions, settings, file, extract, version_id, clock, part(written, 0.4, 0.7)
                )
                _switch(sessions, settings, folders, version_id, clock, part(written, 0.7, 1.0))
                credit = extract.roads.attribution
                keep_municipalities_of_extract(sessions, settings, source, credit, clock())
            except RoadsRefused as refusal:
                refused = {"status": VersionStatus.REFUSED, "message": str(refusal)}
                end(sessions, RoadsVersion, version_id, clock, **refused)
    with sessions() as session:
        return session.get_one(RoadsVersion, version_id)


def _enter(sessions: sessionmaker[Session], source: Path, version_id: str, clock: Clock) -> None:
    try:
        checksum, size = checksum_of(source)
    except OSError as error:
        raise FileUnreadable(str(source), error.strerror or str(error)) from error
    with sessions.begin() as session:
        session.add(
            RoadsVersion(
                id=version_id,
                name=source.name[:300],
                original_filename=source.name[:300],
                checksum=checksum,
                size_bytes=size,
                uploaded_at=clock(),
                status=VersionStatus.UPLOADED,
            )
        )


def _read(settings: Settings, file: Extract, attribution: str | None, progress: Progress) -> OsmExtract:
    # Imported here, see above.
    from routing.osm import ATTRIBUTION, read_osm
    from routing.osm.speeds import read_speeds

    speeds = read_speeds(settings.speeds_file) if settings.speeds_file else None
    return read_osm(file.path, file.bbox, file.around, progress, attribution or ATTRIBUTION, speeds)


def _build(
    sessions: sessionmaker[Session],
    settings: Settings,
    file: Extract,
    extract: OsmExtract,
    version_id: str,
    clock: Clock,
    progress: Progress,
) -> RoadFolders:
    # Imported here, see above.
    from routing.hierarchy import build

    hierarchy = build(extract.roads, part(progress, 0.0, 0.5))
    roads_folder = extract.roads.save(settings.snapshots_dir).name
    hierarchy_folder = hierarchy.save(settings.snapshots_dir).name
    gazetteer_folder = extract.gazetteer.save(settings.snapshots_dir).name
    drawing = part(progress, 0.5, 1.0)
    tiles_folder = draw_land(settings.snapshots_dir, extract.roads, extract.gazetteer, file, drawing)
    end(
        sessions,
        RoadsVersion,
        version_id,
        clock,
        status=VersionStatus.BUILT,
        name=extract.roads.source[:300],
        roads_folder=roads_folder,
        hierarchy_folder=hierarchy_folder,
        gazetteer_folder=gazetteer_folder,
        tiles_folder=tiles_folder,
        counts={
            "Kreuzungen": extract.roads.n_nodes,
            "Straßenstücke": extract.roads.n_edges,
            "Namen": len(extract.gazetteer),
            **{f"Abbiegegebote {how}": n for how, n in sorted(extract.restrictions.items())},
        },
    )
    return RoadFolders(roads_folder, hierarchy_folder)


def _surroundings(sessions: sessionmaker[Session], settings: Settings, wanted: Part) -> Surroundings | None:
    if wanted.around_stops_km is None:
        return None
    with sessions() as session:
        feed = serving(session).feed
    if feed is None or feed.timetable_folder is None:
        raise RoadsRefused(
            "Es gilt noch kein Fahrplan: ohne Haltestellen gibt es kein „Umkreis der Haltestellen“"
        )
    timetable = Timetable.open(settings.snapshots_dir / feed.timetable_folder)
    return np.asarray(timetable.stop_lat), np.asarray(timetable.stop_lon), wanted.around_stops_km


def _switch(
    sessions: sessionmaker[Session],
    settings: Settings,
    folders: RoadFolders,
    version_id: str,
    clock: Clock,
    progress: Progress,
) -> None:
    """Timetables may be switched while we link; then the new one is linked too, and we try again."""
    while True:
        for folder in _may_serve_next(sessions):
            link_stops(sessions, settings.snapshots_dir, folder, folders, clock(), progress)
        try:
            with sessions.begin() as session:
                switch_roads(session, None, version_id, clock())
            break
        except NotSwitchable as refusal:
            if refusal.state != "unlinked":
                raise
    end(sessions, RoadsVersion, version_id, clock, step="Fertig", percent=100)


def _may_serve_next(sessions: sessionmaker[Session]) -> list[str]:
    """Folders of the serving timetable, those ready to be switched to, and the one to roll back to."""
    with sessions() as session:
        feeds = list(
            session.scalars(
                select(FeedVersion).where(FeedVersion.status.in_((VersionStatus.LIVE, VersionStatus.BUILT)))
            )
        )
        before = rollback_target(session)
        if before is not None and before.feed_version_id is not None:
            feeds.append(session.get_one(FeedVersion, before.feed_version_id))
        feeds.sort(key=lambda feed: feed.status is not VersionStatus.LIVE)
        return list(dict.fromkeys(feed.timetable_folder for feed in feeds if feed.timetable_folder))
