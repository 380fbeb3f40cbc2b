"""Lay the stops of a timetable on a road network, once per pair."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.timetables import (
    LinkSet,
    RoadsVersion,
    feed_versions,
    links_between,
    serving,
    serving_folders,
)
from mitfahr.domain.versions import SWITCHABLE
from mitfahr.services.build_version import Clock
from mitfahr.services.index_places import index_places
from routing import store
from routing.errors import SnapshotUnreadable
from routing.progress import Progress
from routing.timetable import Timetable

RECENT = 10
"""Versions that are kept ready for a switch."""


@dataclass(frozen=True)
class RoadFolders:
    """Names of the snapshot folders of one road network."""

    roads: str
    hierarchy: str

    @classmethod
    def of(cls, version: RoadsVersion | None) -> RoadFolders | None:
        if version is None or version.roads_folder is None or version.hierarchy_folder is None:
            return None
        return cls(version.roads_folder, version.hierarchy_folder)


def link_stops(
    sessions: sessionmaker[Session],
    snapshots_dir: Path,
    timetable_folder: str,
    roads: RoadFolders | None,
    now: dt.datetime,
    progress: Progress,
) -> str:
    """Name of the links folder of this pair; found if it is there and sound, built if not.

    What both name together is indexed too. Without roads every walk is a straight line. Raises SnapshotUnreadable.
    """
    roads_folder = roads.roads if roads else ""
    index_places(sessions, snapshots_dir, timetable_folder, roads_folder, now)
    with sessions() as session:
        present = links_between(session, timetable_folder, roads_folder)
    if present is not None and store.is_sound(snapshots_dir / present, "links"):
        return present
    with sessions() as session:
        serves = serving_folders(session)
    known = (serves.timetable, serves.links) if serves is not None and serves.roads == roads_folder else None
    folder = _link(snapshots_dir, timetable_folder, roads, known, progress)
    with sessions.begin() as session:
        session.merge(
            LinkSet(
                timetable_folder=timetable_folder,
                roads_folder=roads_folder,
                links_folder=folder,
                created_at=now,
            )
        )
    return folder


def _link(
    snapshots_dir: Path,
    timetable_folder: str,
    roads: RoadFolders | None,
    known: tuple[str, str] | None,
    progress: Progress,
) -> str:
    """`known` is a timetable and its links to the same roads, of which a damaged one helps nobody."""
    # Imported here: compiling and loading the walks takes seconds, and only builds need them.
    from routing.hierarchy import Hierarchy
    from routing.linking import link
    from routing.links import Links
    from routing.roads import RoadGraph

    opened = None
    if known is not None and store.is_sound(snapshots_dir / known[1], "links"):
        with suppress(SnapshotUnreadable):
            opened = Timetable.open(snapshots_dir / known[0]), Links.open(snapshots_dir / known[1])
    links = link(
        Timetable.open(snapshots_dir / timetable_folder),
        RoadGraph.open(snapshots_dir / roads.roads) if roads else None,
        Hierarchy.open(snapshots_dir / roads.hierarchy) if roads else None,
        progress,
        timetable_name=timetable_folder,
        roads_name=roads.roads if roads else "",
        known=opened,
    )
    return links.save(snapshots_dir).name


def link_waiting(
    sessions: sessionmaker[Session], snapshots_dir: Path, clock: Clock, progress: Progress
) -> int:
    """Link timetables that could be switched to but were never laid on the serving roads; how many.

    `progress` may raise BuildStopped: what is linked by then stays.
    """
    with sessions() as session:
        roads = serving(session).roads
        waiting = [
            feed.timetable_folder
            for feed in feed_versions(session, limit=RECENT)
            if feed.status in SWITCHABLE
            and feed.timetable_folder is not None
            and links_between(session, feed.timetable_folder, (roads and roads.roads_folder) or "") is None
        ]
    for folder in waiting:
        link_stops(sessions, snapshots_dir, folder, RoadFolders.of(roads), clock(), progress)
    return len(waiting)
