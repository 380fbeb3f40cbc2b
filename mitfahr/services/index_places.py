"""Build the index behind the search fields, once per timetable and gazetteer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.place_indexes import PlaceIndexRow, gazetteers_beside, places_of
from mitfahr.places.index import KIND, PlaceIndex
from routing import store
from routing.errors import SnapshotUnreadable
from routing.gazetteer import Gazetteer
from routing.timetable import Timetable


def index_places(
    sessions: sessionmaker[Session],
    snapshots_dir: Path,
    timetable_folder: str,
    roads_folder: str,
    now: dt.datetime,
) -> None:
    """Every index that may be wanted when these two serve together: those that are there and sound stay.

    `roads_folder` is "" where no streets serve. Raises SnapshotUnreadable.
    """
    with sessions() as session:
        gazetteers = gazetteers_beside(session, roads_folder) or [""]
        present = {name: places_of(session, timetable_folder, name) for name in gazetteers}
    for gazetteer_folder, folder in present.items():
        if folder is not None and _is_current(snapshots_dir / folder):
            continue
        timetable = Timetable.open(snapshots_dir / timetable_folder)
        gazetteer = Gazetteer.open(snapshots_dir / gazetteer_folder) if gazetteer_folder else None
        built = PlaceIndex.of(timetable, gazetteer).save(snapshots_dir).name
        with sessions.begin() as session:
            session.merge(
                PlaceIndexRow(
                    timetable_folder=timetable_folder,
                    gazetteer_folder=gazetteer_folder,
                    places_folder=built,
                    created_at=now,
                )
            )


def _is_current(folder: Path) -> bool:
    """Whole, and written by this version of the program."""
    if not store.is_sound(folder, KIND):
        return False
    try:
        PlaceIndex.open(folder)
    except SnapshotUnreadable:
        return False
    return True
