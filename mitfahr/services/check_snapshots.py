"""Whether the files that serve are still, byte for byte, those that were built: for operators."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from mitfahr.db.place_indexes import places_of
from mitfahr.db.timetables import serving_folders
from mitfahr.map.tiles import Tiles
from mitfahr.places.index import KIND as PLACES
from mitfahr.places.index import PlaceIndex
from routing import store
from routing.errors import SnapshotUnreadable
from routing.gazetteer import Gazetteer
from routing.hierarchy import Hierarchy
from routing.links import Links
from routing.roads import RoadGraph
from routing.timetable import Timetable
from routing.trip_lines import TripLines

OPENERS: dict[str, Callable[[Path], object]] = {
    "timetable": Timetable.open,
    "links": Links.open,
    "roads": RoadGraph.open,
    "hierarchy": Hierarchy.open,
    "gazetteer": Gazetteer.open,
    PLACES: PlaceIndex.open,
    "lines": TripLines.open,
    "tiles": Tiles.open,
}


def damaged_snapshots(session: Session, snapshots_dir: Path) -> list[str]:
    """Every serving snapshot folder that is damaged, outdated or gone, with file and reason; [] is good.

    Reads every byte of them: seconds for a large timetable.
    """
    folders = serving_folders(session)
    if folders is None:
        return []
    named = [
        ("timetable", folders.timetable),
        ("links", folders.links),
        ("roads", folders.roads),
        ("hierarchy", folders.hierarchy),
        ("gazetteer", folders.gazetteer),
        (PLACES, places_of(session, folders.timetable, folders.gazetteer or "")),
        ("lines", folders.lines),
        ("tiles", folders.network_tiles),
        ("tiles", folders.land_tiles),
    ]
    found = []
    for kind, folder in named:
        if folder is None:
            continue
        try:
            store.verify(snapshots_dir / folder, kind)
            OPENERS[kind](snapshots_dir / folder)
        except SnapshotUnreadable as error:
            found.append(str(error))
    return found
