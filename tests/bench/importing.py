"""Rows of importing: from the source files to the folders of a snapshot, step by step in one fresh process."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from typing import Any

import gtfs
from mitfahr.demo.feed import generate_feed
from mitfahr.demo.roads import generate_roads
from routing import hierarchy
from routing.linking import link
from routing.osm import read_osm
from tests.bench.copied_feed import copy_four_times
from tests.bench.drawn_streets import draw_streets
from tests.bench.feeds import FEEDS, REAL_DATA, Feed
from tests.bench.offers import WAYS
from tests.bench.task import Rows, Task


def rows(feed: Feed, _: int) -> Rows:
    return {name: [step] for name, step in _steps(feed)}


def _steps(feed: Feed) -> Iterator[tuple[str, Task]]:
    """To be run in this order."""
    feed.folder.mkdir(parents=True, exist_ok=True)
    built: dict[str, Any] = {}
    timetable_path, osm_path = REAL_DATA / feed.gtfs, REAL_DATA / feed.osm
    if feed.scale:
        timetable_path, osm_path = feed.folder / "feed.zip", feed.folder / "roads.osm.pbf"
        generate_feed(timetable_path, feed.day - dt.timedelta(days=1), feed.scale)
        generate_roads(osm_path, feed.scale)
    if feed.copies > 1:
        timetable_path = feed.folder / "feed.zip"
        copy_four_times(REAL_DATA / feed.gtfs, timetable_path)

    def read_timetable() -> None:
        built["timetable"] = gtfs.load(timetable_path).timetable

    def read_roads() -> None:
        built["roads"] = read_osm(osm_path).roads

    def draw_roads() -> None:
        built["roads"] = draw_streets(built["timetable"])

    def contract() -> None:
        built["hierarchy"] = hierarchy.build(built["roads"])

    def join() -> None:
        built["links"] = link(built["timetable"], built.get("roads"), built.get("hierarchy"))

    def save() -> None:
        (feed.folder / WAYS).unlink(missing_ok=True)
        folders = {kind: built[kind].save(feed.folder).name for kind in feed.kinds}
        (feed.folder / "folders.json").write_text(json.dumps(folders), encoding="utf-8")

    yield "GTFS einlesen", read_timetable
    if feed.has_streets:
        yield ("OSM einlesen", read_roads) if osm_path.is_file() else ("Straßen erfinden", draw_roads)
        yield "Straßen für Fahrzeiten aufbereiten", contract
    yield "Haltestellen verknüpfen", join
    yield "Snapshot schreiben", save


if __name__ == "__main__":
    for _, one in _steps(FEEDS[sys.argv[1]]):
        one()
