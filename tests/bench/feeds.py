"""What is measured on: real feeds and the generated district at three sizes, imported once into var/bench."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from routing import Snapshot
from routing.errors import SnapshotUnreadable

REAL_DATA = Path(os.environ.get("MITFAHR_REAL_DATA", "../shared/data")).resolve()
AT = Path("var/bench")
KINDS = ("timetable", "links", "roads", "hierarchy")


@dataclass(frozen=True)
class Feed:
    """`day` is a working day of the timetable; `scale` the number of generated districts, 0 for given data."""

    name: str
    label: str
    day: dt.date
    gtfs: str = ""
    osm: str = ""
    scale: int = 0

    @property
    def folder(self) -> Path:
        return AT / self.name

    def moment(self, minutes: int) -> dt.datetime:
        """So many minutes after midnight of `day`."""
        midnight = dt.datetime.combine(self.day, dt.time(), ZoneInfo("Europe/Berlin"))
        return midnight + dt.timedelta(minutes=minutes)


FEEDS = {
    feed.name: feed
    for feed in (
        Feed("rnv", "rnv", dt.date(2016, 11, 15), "rnv/rnv_gtfs_20161022-20161210.zip", "rnv/rnv.osm.pbf"),
        Feed("vvo", "VVO (Straßen erfunden)", dt.date(2026, 11, 24), "vvo_semireal/vvo_semireal.zip"),
        Feed("demo1", "Demo × 1", dt.date(2026, 11, 24), scale=1),
        Feed("demo4", "Demo × 4", dt.date(2026, 11, 24), scale=4),
        Feed("demo16", "Demo × 16", dt.date(2026, 11, 24), scale=16),
    )
}


def open_snapshot(feed: Feed) -> Snapshot:
    """The imported world; imported first where that was not done or other code did it."""
    try:
        return open_imported(feed)
    except (OSError, SnapshotUnreadable):
        # Elsewhere, because what an import loads and leaves behind would count as memory of a search.
        command = [sys.executable, "-m", "tests.bench.importing", feed.name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return open_imported(feed)


def open_imported(feed: Feed) -> Snapshot:
    """Map the files of an import; raises OSError, SnapshotUnreadable."""
    return Snapshot.open(*imported_folders(feed))


def imported_folders(feed: Feed) -> list[Path]:
    """Timetable, links, roads and hierarchy as they were imported last; raises OSError."""
    folders = json.loads((feed.folder / "folders.json").read_text(encoding="utf-8"))
    return [feed.folder / folders[kind] for kind in KINDS]
