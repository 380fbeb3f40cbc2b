"""Write one service day of the serving timetable for other routers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mitfahr.db.timetables import serving_folders
from mitfahr.domain.errors import FileUnreadable, NothingServes, Unknown
from routing.changes import changes
from routing.links import Links
from routing.timetable import Timetable

if TYPE_CHECKING:
    from gtfs.export_day import Exported


def export_day(
    session: Session,
    snapshots_dir: Path,
    date: dt.date,
    folder: Path,
    walk_speed_m_s: float,
    max_walk_s: int,
    transfer_slack_s: int,
) -> Exported:
    """One service day as GTFS, with the changes that somebody with this pace and slack can make.

    Raises NothingServes, Unknown (the day is outside of the timetable), FileUnreadable (the folder has files or
    cannot be written), SnapshotUnreadable.
    """
    from gtfs.export_day import export_day as write  # gtfs takes a second to load, and only this needs it

    folders = serving_folders(session)
    if folders is None:
        raise NothingServes
    timetable = Timetable.open(snapshots_dir / folders.timetable)
    links = Links.open(snapshots_dir / folders.links)
    if not timetable.first_day <= date <= timetable.last_day:
        raise Unknown("service_day", f"{date:%d.%m.%Y}")
    known = changes(timetable, links, walk_speed_m_s, max_walk_s, transfer_slack_s)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise FileUnreadable(str(folder), "der Ordner ist nicht leer")
        return write(timetable, known, date, folder)
    except OSError as error:
        raise FileUnreadable(str(folder), error.strerror or str(error)) from error
