"""Draw the map: the land when streets are imported, stops and lines when a timetable is built."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.timetables import FeedVersion, RoadsVersion
from mitfahr.domain.versions import VersionStatus
from routing.errors import RoadsRefused
from routing.gazetteer import Gazetteer
from routing.progress import Progress, silent
from routing.roads import RoadGraph
from routing.timetable import Timetable
from routing.trip_lines import TripLines

if TYPE_CHECKING:
    from routing.osm.area import BoundingBox, Surroundings
    from routing.osm.landscape import Scenery

_SHOWN = (VersionStatus.LIVE, VersionStatus.BUILT)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Extract:
    """An OpenStreetMap file, and the part of it that is wanted."""

    path: Path
    bbox: BoundingBox | None = None
    around: Surroundings | None = None


def draw_land(
    snapshots_dir: Path,
    roads: RoadGraph,
    gazetteer: Gazetteer,
    extract: Extract | None = None,
    progress: Progress = silent,
) -> str:
    """Name of the folder of tiles with streets and places, and with what lies between them if there is an extract.

    Half a minute for a district, some minutes for Saxony.
    """
    # Imported here: drawing needs shapely, which takes a while to load, and only imports draw.
    from mitfahr.map.cutting import cut
    from mitfahr.map.land import land_layers

    layers = land_layers(roads, gazetteer, _scenery(extract) if extract else ())
    return cut(layers, roads.attribution, progress).save(snapshots_dir).name


def draw_network(
    snapshots_dir: Path, timetable: Timetable, lines: TripLines | None, progress: Progress = silent
) -> str:
    """Name of the folder of tiles with stops and lines."""
    from mitfahr.map.cutting import cut
    from mitfahr.map.network import network_layers

    return cut(network_layers(timetable, lines), "", progress).save(snapshots_dir).name


def draw_missing_maps(sessions: sessionmaker[Session], snapshots_dir: Path) -> int:
    """Draw what was imported before there were maps, without what lies between the streets; returns how many."""
    with sessions() as session:
        roads = [
            (version.id, version.roads_folder, version.gazetteer_folder)
            for version in session.scalars(
                select(RoadsVersion).where(
                    RoadsVersion.tiles_folder.is_(None), RoadsVersion.status == VersionStatus.LIVE
                )
            )
        ]
        feeds = [
            (version.id, version.timetable_folder, version.lines_folder)
            for version in session.scalars(
                select(FeedVersion).where(FeedVersion.tiles_folder.is_(None), FeedVersion.status.in_(_SHOWN))
            )
        ]
    drawn = 0
    for version_id, roads_folder, gazetteer_folder in roads:
        if roads_folder and gazetteer_folder:
            graph, names = (
                RoadGraph.open(snapshots_dir / roads_folder),
                Gazetteer.open(snapshots_dir / gazetteer_folder),
            )
            drawn += _note(sessions, RoadsVersion, version_id, draw_land(snapshots_dir, graph, names))
    for version_id, timetable_folder, lines_folder in feeds:
        if timetable_folder:
            timetable = Timetable.open(snapshots_dir / timetable_folder)
            lines = TripLines.open(snapshots_dir / lines_folder) if lines_folder else None
            drawn += _note(sessions, FeedVersion, version_id, draw_network(snapshots_dir, timetable, lines))
    return drawn


def _scenery(extract: Extract) -> Iterable[Scenery]:
    """What lies between the streets; nothing where it cannot be read: the map then has streets and places."""
    from routing.osm import area_of
    from routing.osm.landscape import read_landscape

    try:
        return list(read_landscape(extract.path, area_of(extract.bbox, extract.around)))
    except RoadsRefused:
        log.exception("the map is drawn without water and woods")
        return []


def _note(
    sessions: sessionmaker[Session],
    model: type[FeedVersion] | type[RoadsVersion],
    version_id: str,
    folder: str,
) -> int:
    with sessions.begin() as session:
        session.execute(update(model).where(model.id == version_id).values(tiles_folder=folder))
    return 1
