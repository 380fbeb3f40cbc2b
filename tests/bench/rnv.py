"""Rows on the real pair of feed and extract: import, search without and with rides."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

import gtfs
from routing import Query, Snapshot, hierarchy, search
from routing.linking import link
from routing.osm import read_osm
from routing.overlay import Ride, RideKind, RideStop
from routing.query import Point
from routing.roads import RoadGraph
from routing.timetable import Timetable
from tests.bench.table import Bench

REAL_DATA = Path(os.environ.get("MITFAHR_REAL_DATA", "../shared/data"))
DAY = dt.datetime(2016, 11, 15, tzinfo=ZoneInfo("Europe/Berlin"))
N_QUERIES = 100
N_RIDES = 1000
N_WITH_RIDES = 3
"""Queries with rides take seconds each (routing/README.md)."""


def run(bench: Bench) -> None:
    with bench.once("rnv", "GTFS einlesen"):
        timetable = gtfs.load(REAL_DATA / "rnv" / "rnv_gtfs_20161022-20161210.zip").timetable
    with bench.once("rnv", "OSM einlesen"):
        roads = read_osm(REAL_DATA / "rnv" / "rnv.osm.pbf").roads
    if timetable is None:
        raise SystemExit("Der rnv-Fahrplan wurde abgelehnt.")
    with bench.once("rnv", "Straßen aufbereiten und Haltestellen verknüpfen"):
        car = hierarchy.build(roads)
        links = link(timetable, roads, car)
    snapshot = Snapshot.of(timetable, links, roads, car)
    draw = random.Random(2016)
    queries = [_query(draw, timetable) for _ in range(N_QUERIES)]
    search(snapshot, queries[0])
    singles = [replace(query, window_s=0) for query in queries]
    arrivals = [replace(query, arrive_by=True, when=query.when + dt.timedelta(hours=3)) for query in queries]
    bench.measure("rnv", "Tür zu Tür, eine Abfahrt", _tasks(snapshot, singles))
    bench.measure("rnv", "Tür zu Tür, 2 h", _tasks(snapshot, queries))
    bench.measure("rnv", "Tür zu Tür, Ankunft, 2 h", _tasks(snapshot, arrivals))
    with bench.once("rnv", f"{N_RIDES} Fahrten aufbereiten"):
        with_rides = snapshot.with_rides(_rides(draw, roads, snapshot))
    search(with_rides, queries[0])
    bench.measure("rnv", f"Tür zu Tür, 2 h, {N_RIDES} Fahrten", _tasks(with_rides, queries[:N_WITH_RIDES]))
    changed = [
        partial(_change_and_search, with_rides, ride, queries[0])
        for ride in _rides(draw, roads, snapshot)[:1]
    ]
    bench.measure("rnv", f"Fahrt ändern und suchen, {N_RIDES} Fahrten", changed)


def _tasks(snapshot: Snapshot, queries: list[Query]) -> list[Callable[[], object]]:
    return [partial(search, snapshot, query) for query in queries]


def _change_and_search(snapshot: Snapshot, ride: Ride, query: Query) -> None:
    search(snapshot.with_ride(ride), query)


def _query(draw: random.Random, timetable: Timetable) -> Query:
    """From and to somewhere within a few hundred metres of a stop, between 6 and 20 h."""
    ends = []
    for stop in draw.sample([int(s) for s in np.flatnonzero(timetable.stop_is_station == 0)], 2):
        lat = float(timetable.stop_lat[stop]) + draw.uniform(-0.003, 0.003)
        ends.append(Point(lat, float(timetable.stop_lon[stop]) + draw.uniform(-0.004, 0.004)))
    return Query(ends[0], ends[1], DAY + dt.timedelta(minutes=draw.randrange(6 * 60, 20 * 60)))


def _rides(draw: random.Random, roads: RoadGraph, snapshot: Snapshot) -> list[Ride]:
    """Private rides between random junctions over the day, budget min(15 min, a quarter of the way)."""
    rides: list[Ride] = []
    while len(rides) < N_RIDES:
        nodes = [draw.randrange(roads.n_nodes) for _ in range(2)]
        ends = tuple(RideStop(float(roads.node_lat[v]), float(roads.node_lon[v]), str(v)) for v in nodes)
        direct_s = snapshot.drive_s(ends[0], ends[1])
        if direct_s is None or direct_s < 300:
            continue
        start_s = int(DAY.timestamp()) + draw.randrange(5 * 3600, 21 * 3600) // 300 * 300
        budget_s = min(900, direct_s // 4)
        latest_s = start_s + draw.choice((0, 900, 1800))
        rides.append(
            Ride(
                ride_id=f"ride-{len(rides):04}",
                kind=RideKind.PRIVATE,
                stops=ends,
                seats_free=(3,),
                wheelchairs_free=(0,),
                driver_id=f"driver-{len(rides)}",
                label="Fahrt",
                bookable_until_s=start_s,
                earliest_s=start_s,
                latest_s=latest_s,
                latest_arrival_s=latest_s + direct_s + budget_s + 360,
                budget_s=budget_s,
            )
        )
    return rides
