"""After an update of the program: let go of files that only the version before could read.

Without this nothing could be imported any more, because a timetable is linked with the serving streets and
streets with the serving timetable, and neither can be opened.
"""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.timetables import FeedVersion, LinkSet, RoadsVersion, serving_locked
from mitfahr.domain.versions import VersionStatus
from mitfahr.map.tiles import Tiles
from routing.errors import SnapshotOutdated, SnapshotUnreadable
from routing.gazetteer import Gazetteer
from routing.hierarchy import Hierarchy
from routing.links import Links
from routing.roads import RoadGraph
from routing.timetable import Timetable
from routing.trip_lines import TripLines

Kind = (
    type[Timetable]
    | type[Links]
    | type[RoadGraph]
    | type[Hierarchy]
    | type[Gazetteer]
    | type[TripLines]
    | type[Tiles]
)

log = logging.getLogger(__name__)


def forget_outdated(sessions: sessionmaker[Session], snapshots_dir: Path) -> int:
    """Retire every version that another version of this program wrote; returns how many.

    If the serving timetable or streets are among them, nothing serves until both are imported again. Damaged
    files are left as they are: importing their source again mends them. An outdated map is drawn again by the worker.
    """
    with sessions.begin() as session:
        pointer = serving_locked(session)
        feeds = [feed for feed in session.scalars(select(FeedVersion)) if _is_old_feed(snapshots_dir, feed)]
        roads = [
            road for road in session.scalars(select(RoadsVersion)) if _are_old_roads(snapshots_dir, road)
        ]
        links = [
            row for row in session.scalars(select(LinkSet)) if _is_old(snapshots_dir, Links, row.links_folder)
        ]
        for row in links:
            session.delete(row)
        _forget_maps(session, snapshots_dir)
        if (
            pointer.feed in feeds
            or pointer.roads in roads
            or _is_old(snapshots_dir, Links, pointer.links_folder)
        ):
            log.warning(
                "the serving files are of another version; timetable and streets must be imported again"
            )
            for version in (pointer.feed, pointer.roads):
                if version is not None:
                    version.status = VersionStatus.RETIRED
            pointer.feed = pointer.roads = pointer.links_folder = None
            pointer.revision += 1
        for feed in feeds:
            feed.timetable_folder = feed.own_folder = None
            feed.status = VersionStatus.RETIRED
        for road in roads:
            road.roads_folder = road.hierarchy_folder = road.gazetteer_folder = None
            road.status = VersionStatus.RETIRED
    return len(feeds) + len(roads)


def _forget_maps(session: Session, snapshots_dir: Path) -> None:
    for feed in session.scalars(select(FeedVersion)):
        if _is_old(snapshots_dir, TripLines, feed.lines_folder):
            feed.lines_folder = None
        if _is_old(snapshots_dir, TripLines, feed.own_lines_folder):
            feed.own_lines_folder = None
        if _is_old(snapshots_dir, Tiles, feed.tiles_folder):
            feed.tiles_folder = None
    for roads in session.scalars(select(RoadsVersion)):
        if _is_old(snapshots_dir, Tiles, roads.tiles_folder):
            roads.tiles_folder = None


def _is_old_feed(snapshots_dir: Path, feed: FeedVersion) -> bool:
    return _is_old(snapshots_dir, Timetable, feed.timetable_folder or feed.own_folder)


def _are_old_roads(snapshots_dir: Path, roads: RoadsVersion) -> bool:
    return (
        _is_old(snapshots_dir, RoadGraph, roads.roads_folder)
        or _is_old(snapshots_dir, Hierarchy, roads.hierarchy_folder)
        or _is_old(snapshots_dir, Gazetteer, roads.gazetteer_folder)
    )


def _is_old(snapshots_dir: Path, kind: Kind, folder: str | None) -> bool:
    if folder is None:
        return False
    try:
        kind.open(snapshots_dir / folder)
    except SnapshotOutdated:
        return True
    except SnapshotUnreadable:
        return False
    return False
