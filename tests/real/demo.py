"""The generated district with its streets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import gtfs
from mitfahr.demo.feed import generate_feed
from mitfahr.demo.roads import generate_roads
from routing import Snapshot, hierarchy
from routing.linking import link
from routing.osm import read_osm

DAY = dt.datetime(2026, 11, 24, tzinfo=ZoneInfo("Europe/Berlin"))
"""A Tuesday in term."""


def snapshot(folder: Path) -> Snapshot:
    generate_feed(folder / "demo.zip", DAY.date())
    generate_roads(folder / "demo.osm")
    timetable = gtfs.load(folder / "demo.zip").timetable
    assert timetable is not None
    roads = read_osm(folder / "demo.osm").roads
    car = hierarchy.build(roads)
    return Snapshot.of(timetable, link(timetable, roads, car), roads, car)
