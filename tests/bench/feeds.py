"""What is measured on, imported once into var/bench: real feeds, one of them four times over, and the generated
district at three sizes."""

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
VVO = "vvo_semireal/vvo_semireal.zip"


@dataclass(frozen=True)
class Feed:
    """`day` is a working day of the timetable; `scale` the number of generated districts, 0 for given data.

    `copies` of the given timetable lie side by side (1 or 4); without `has_streets` walks are straight lines.
    """

    name: str
    label: str
    day: dt.date
    gtfs: str = ""
    osm: str = ""
    scale: int = 0
    copies: int = 1
    has_streets: bool = True

    @property
    def kinds(self) -> tuple[str, ...]:
        """Parts of its snapshot."""
        return ("timetable", "links", "roads", "hierarchy") if self.has_streets else ("timetable", "links")

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
        Feed("vvo", "VVO (Straßen erfunden)", dt.date(2026, 11, 24), VVO),
        Feed("bare", "VVO ohne Straßen", dt.date(2026, 11, 24), VVO, has_streets=False),
        Feed("saxony", "VVO × 4 ohne Straßen", dt.date(2026, 11, 24), VVO, copies=4, has_streets=False),
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
    """Timetable, links and, with streets, roads and hierarchy as they were imported last; raises OSError."""
    folders = json.loads((feed.folder / "folders.json").read_text(encoding="utf-8"))
    return [feed.folder / folders[kind] for kind in feed.kinds]
