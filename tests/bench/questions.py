"""Random questions, the same in every run: between stops at 8:00, and from door to door over the day."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import numpy as np

from routing import Query, Snapshot
from routing.query import Point, StopRef
from tests.bench.feeds import Feed

SHAPES = ("eine Abfahrt", "Ankunft", "2 h")


def stop_to_stop(feed: Feed, snapshot: Snapshot, n: int) -> list[Query]:
    """Between served stops, leaving at 8:00: the pairs that routers are usually compared with."""
    draw, stops = random.Random(2016), served_stops(snapshot)
    ids = snapshot.timetable.stop_id
    pairs = [draw.sample(stops, 2) for _ in range(n)]
    when = feed.moment(8 * 60)
    return [Query(StopRef(ids[a]), StopRef(ids[b]), when, window_s=0) for a, b in pairs]


def door_to_door(feed: Feed, snapshot: Snapshot, n: int) -> list[Query]:
    """From and to somewhere within a few hundred metres of a stop, leaving between 6 and 20 h."""
    draw, stops = random.Random(2017), served_stops(snapshot)
    lat, lon = snapshot.timetable.stop_lat, snapshot.timetable.stop_lon
    queries = []
    for _ in range(n):
        origin, destination = (
            Point(
                float(lat[stop]) + draw.uniform(-0.003, 0.003),
                float(lon[stop]) + draw.uniform(-0.004, 0.004),
            )
            for stop in draw.sample(stops, 2)
        )
        queries.append(Query(origin, destination, feed.moment(draw.randrange(6 * 60, 20 * 60)), window_s=0))
    return queries


def shaped(queries: list[Query], shape: str) -> list[Query]:
    """The same questions as one of SHAPES."""
    if shape == "Ankunft":
        return [replace(q, arrive_by=True, when=q.when + dt.timedelta(hours=2)) for q in queries]
    if shape == "2 h":
        return [replace(q, window_s=7200) for q in queries]
    return queries


def served_stops(snapshot: Snapshot) -> list[int]:
    """Stops that some trip calls at, ascending."""
    return [int(stop) for stop in np.unique(snapshot.timetable.pattern_stops)]
