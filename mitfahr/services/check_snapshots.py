"""Whether the files that serve are still, byte for byte, those that were built: for operators."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from mitfahr.db.timetables import serving_folders
from routing import store
from routing.errors import SnapshotUnreadable


def damaged_snapshots(session: Session, snapshots_dir: Path) -> list[str]:
    """Every serving snapshot folder that is damaged or gone, with file and reason; [] is good.

    Reads every byte of them: seconds for a large timetable.
    """
    folders = serving_folders(session)
    if folders is None:
        return []
    found = []
    for kind in ("timetable", "links", "roads", "hierarchy", "gazetteer"):
        folder = getattr(folders, kind)
        if folder is None:
            continue
        try:
            store.verify(snapshots_dir / folder, kind)
        except SnapshotUnreadable as error:
            found.append(str(error))
    return found
