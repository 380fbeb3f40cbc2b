"""What is measured on: real feeds and the generated district at three sizes, imported once into var/bench."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import gtfs
from mitfahr.demo.feed import generate_feed
from mitfahr.demo.roads import generate_roads
from routing import Snapshot, hierarchy
from routing.errors import SnapshotUnreadable
from routing.linking import link
from routing.osm import read_osm
from tests.bench.drawn_streets import draw_streets
from tests.bench.task import Task

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


def import_steps(feed: Feed) -> Iterator[tuple[str, Task]]:
    """The whole way from the source files to snapshot folders, step by step; run them in this order."""
    feed.folder.mkdir(parents=True, exist_ok=True)
    built: dict[str, Any] = {}
    timetable_path, osm_path = REAL_DATA / feed.gtfs, REAL_DATA / feed.osm
    if feed.scale:
        timetable_path, osm_path = feed.folder / "feed.zip", feed.folder / "roads.osm.pbf"
        generate_feed(timetable_path, feed.day - dt.timedelta(days=1), feed.scale)
        generate_roads(osm_path, feed.scale)

    def read_timetable() -> None:
        built["timetable"] = gtfs.load(timetable_path).timetable

    def read_roads() -> None:
        built["roads"] = read_osm(osm_path).roads

    def draw_roads() -> None:
        built["roads"] = draw_streets(built["timetable"])

    def contract() -> None:
        built["hierarchy"] = hierarchy.build(built["roads"])

    def join() -> None:
        built["links"] = link(built["timetable"], built["roads"], built["hierarchy"])

    def save() -> None:
        folders = {kind: built[kind].save(feed.folder).name for kind in KINDS}
        (feed.folder / "folders.json").write_text(json.dumps(folders), encoding="utf-8")

    yield "GTFS einlesen", read_timetable
    yield ("OSM einlesen", read_roads) if osm_path.is_file() else ("Straßen erfinden", draw_roads)
    yield "Straßen für Fahrzeiten aufbereiten", contract
    yield "Haltestellen verknüpfen", join
    yield "Snapshot schreiben", save


def open_snapshot(feed: Feed) -> Snapshot:
    """The imported world; imported first where that was not done or other code did it."""
    try:
        return open_imported(feed)
    except (OSError, SnapshotUnreadable):
        for _, step in import_steps(feed):
            step()
        return open_imported(feed)


def open_imported(feed: Feed) -> Snapshot:
    """Map the files of an import; raises OSError, SnapshotUnreadable."""
    return Snapshot.open(*imported_folders(feed))


def imported_folders(feed: Feed) -> list[Path]:
    """Timetable, links, roads and hierarchy as they were imported last; raises OSError."""
    folders = json.loads((feed.folder / "folders.json").read_text(encoding="utf-8"))
    return [feed.folder / folders[kind] for kind in KINDS]
