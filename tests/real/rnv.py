"""The real Rhine-Neckar timetable of autumn 2016 on its streets, and questions about it."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

import gtfs
from routing import Query, Snapshot, hierarchy
from routing.linking import link
from routing.osm import read_osm
from routing.overlay import Ride, RideKind, RideStop
from routing.query import Point, StopRef
from routing.timetable import Timetable

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".pytest_cache" / "d" / "rnv"
DAY = dt.datetime(2016, 11, 15, tzinfo=ZoneInfo("Europe/Berlin"))
"""A Tuesday."""


SEARCHING = (
    *(
        "access",
        "asked",
        "bounds",
        "changes",
        "check",
        "fleet",
        "journey",
        "legs",
        "live",
        "overlay",
        "query",
        "raptor",
    ),
    *("reasons", "ride", "rounds", "search", "snapshot", "sweep", "ties", "warm_up", "window"),
)
"""Modules of the core whose names begin so build nothing that is kept."""


def snapshot(cache: Path) -> Snapshot:
    """Opened from `cache` when this code has built it there before; else built, which takes a minute."""
    folder = cache / _version()
    if not folder.exists():
        _build(folder)
    return opened(folder)


def opened(folder: Path) -> Snapshot:
    """The snapshot whose four parts lie in a folder."""
    by_kind = {path.name.split("-")[0]: path for path in folder.iterdir() if not path.name.startswith(".")}
    return Snapshot.open(by_kind["timetable"], by_kind["links"], by_kind["roads"], by_kind["hierarchy"])


def _version() -> str:
    """Changes with every line of the code that may have a part in building."""
    core = [path for path in (ROOT / "routing").rglob("*.py") if not path.stem.startswith(SEARCHING)]
    sources = sorted([*core, *(ROOT / "gtfs").rglob("*.py")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _build(folder: Path) -> None:
    data = Path(os.environ.get("MITFAHR_REAL_DATA", ROOT.parent / "shared" / "data")) / "rnv"
    timetable = gtfs.load(data / "rnv_gtfs_20161022-20161210.zip").timetable
    assert timetable is not None
    roads = read_osm(data / "rnv.osm.pbf").roads
    car = hierarchy.build(roads)
    draft = folder.with_name(f".{folder.name}-{os.getpid()}")
    for part in (timetable, roads, car, link(timetable, roads, car)):
        part.save(draft)
    draft.rename(folder)


def queries(timetable: Timetable, number: int, seed: int, day: dt.datetime = DAY) -> list[Query]:
    """Doors near stops and stops themselves, all over the day, of every form."""
    draw = random.Random(seed)
    forms = [{"window_s": 0}, {}, {"arrive_by": True}, {"arrive_by": True, "window_s": 0}]
    asked = []
    for i in range(number):
        ends = [_end(draw, timetable, is_stop=draw.random() < 0.3) for _ in range(2)]
        when = day + dt.timedelta(minutes=draw.randrange(5 * 60, 23 * 60))
        asked.append(replace(Query(ends[0], ends[1], when), **forms[i % len(forms)]))
    return asked


def queries_along(rides: list[Ride]) -> list[Query]:
    """From some way off each driver's start to some way off the goal, a quarter of an hour before."""
    asked = []
    for ride in rides:
        start, goal = ride.stops[0], ride.stops[-1]
        when = dt.datetime.fromtimestamp(ride.earliest_s - 900, DAY.tzinfo)
        ends = Point(start.lat + 0.001, start.lon, start.name), Point(goal.lat, goal.lon + 0.001, goal.name)
        asked.append(Query(*ends, when))
    return asked


def _end(draw: random.Random, timetable: Timetable, is_stop: bool) -> Point | StopRef:
    stop = draw.choice(np.flatnonzero(timetable.stop_is_station == 0).tolist())
    if is_stop:
        return StopRef(timetable.stop_id[stop])
    lat, lon = float(timetable.stop_lat[stop]), float(timetable.stop_lon[stop])
    lat, lon = round(lat + draw.uniform(-0.003, 0.003), 6), round(lon + draw.uniform(-0.004, 0.004), 6)
    return Point(lat, lon, f"{lat:.4f}, {lon:.4f}")


def rides(world: Snapshot, number: int, seed: int) -> list[Ride]:
    """Drivers from stop to stop during the day who bear a quarter more driving, at most ten minutes."""
    draw = random.Random(seed)
    stops = np.flatnonzero(world.timetable.stop_is_station == 0).tolist()
    return [_ride(draw, world, stops, f"r{i}") for i in range(number)]


def _ride(draw: random.Random, world: Snapshot, stops: list[int], ride_id: str) -> Ride:
    timetable = world.timetable
    start_s = int(DAY.timestamp()) + draw.randrange(5 * 12, 22 * 12) * 300
    ends = [
        RideStop(float(timetable.stop_lat[s]), float(timetable.stop_lon[s]), timetable.stop_name[s])
        for s in draw.sample(stops, 2)
    ]
    return Ride(
        ride_id=ride_id,
        kind=RideKind.PRIVATE,
        stops=tuple(ends),
        seats_free=(3,),
        wheelchairs_free=(0,),
        driver_id=f"driver of {ride_id}",
        label=ride_id,
        bookable_until_s=start_s,
        earliest_s=start_s,
        latest_s=start_s + draw.choice((0, 900)),
        latest_arrival_s=start_s + 2 * 3600,
        budget_s=min(600, (world.drive_s(*ends) or 0) // 4),
    )
