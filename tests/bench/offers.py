"""Random private rides and BürgerBus runs, any number, the same in every run.

Drawn once per import and kept beside the snapshot. Earlier states of the code draw the same rides as long as the
streets are the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing import Snapshot, hierarchy
from routing.earth import beeline_m
from routing.overlay import Ride, RideKind, RideStop
from routing.roads import Mode, locate
from tests.bench.feeds import Feed
from tests.bench.questions import served_stops

WAYS = "ways.npy"
MOST_OFFERS = 101_000
PER_BLOCK = 1000
PER_START = 10
"""Rides are drawn by blocks of as many starts and goals, each start being that of so many rides:
one table of driving times then serves ten thousand rides."""
SHORTEST_S = 300
N_RUNS = 40
RUN_STOPS = 8

FromTo = NDArray[np.float64]
"""(n, 5): latitude and longitude of start and goal, seconds of the direct way."""


def offers(feed: Feed, snapshot: Snapshot, n: int) -> list[Ride]:
    """Private rides between random junctions over the day, budget min(15 min, a quarter of the way)."""
    draw = random.Random(3)
    return [_offer(draw, feed, i, *row) for i, row in enumerate(_ways(feed, snapshot)[:n].tolist())]


def _offer(
    draw: random.Random,
    feed: Feed,
    i: int,
    lat: float,
    lon: float,
    to_lat: float,
    to_lon: float,
    way_s: float,
) -> Ride:
    start_s = int(feed.moment(5 * draw.randrange(5 * 12, 21 * 12)).timestamp())
    latest_s = start_s + draw.choice((0, 900, 1800))
    budget_s = min(900, int(way_s) // 4)
    return Ride(
        ride_id=f"ride-{i:06}",
        kind=RideKind.PRIVATE,
        stops=(RideStop(lat, lon, "Start"), RideStop(to_lat, to_lon, "Ziel")),
        seats_free=(3,),
        wheelchairs_free=(0,),
        driver_id=f"driver-{i}",
        label="Fahrt",
        bookable_until_s=start_s,
        earliest_s=start_s,
        latest_s=latest_s,
        latest_arrival_s=latest_s + int(way_s) + budget_s + 360,
        budget_s=budget_s,
    )


def _ways(feed: Feed, snapshot: Snapshot) -> FromTo:
    path: Path = feed.folder / WAYS
    if not path.exists():
        np.save(path, np.concatenate(list(_drawn_ways(snapshot)))[:MOST_OFFERS])
    ways: FromTo = np.load(path)
    return ways


def _drawn_ways(snapshot: Snapshot) -> Iterator[FromTo]:
    roads, driving = snapshot.roads, snapshot.streets.driving
    assert roads is not None
    assert driving is not None
    numbers = np.random.default_rng(2016)
    n = 0
    while n < MOST_OFFERS:
        nodes = numbers.integers(roads.n_nodes, size=(2, PER_BLOCK))
        lat, lon = roads.node_lat[nodes], roads.node_lon[nodes]
        starts, goals = (locate(roads, lat[end], lon[end], Mode.CAR) for end in (0, 1))
        way_s = hierarchy.drive_s(roads, driving.car, starts, goals)
        start = np.repeat(np.arange(PER_BLOCK), PER_START)
        goal = numbers.integers(PER_BLOCK, size=len(start))
        seconds = way_s[start, goal]
        usable = (seconds >= SHORTEST_S) & (seconds < hierarchy.UNREACHABLE)
        start, goal = start[usable], goal[usable]
        yield np.stack(
            [lat[0, start], lon[0, start], lat[1, goal], lon[1, goal], seconds[usable].astype(np.float64)],
            axis=1,
        )
        n += len(start)


def runs(feed: Feed, snapshot: Snapshot) -> list[Ride]:
    """BürgerBus runs: from a random stop each time to the nearest stop not called at yet, every five minutes."""
    draw = random.Random(4)
    timetable, stops = snapshot.timetable, np.array(served_stops(snapshot))
    lat, lon = timetable.stop_lat[stops], timetable.stop_lon[stops]
    found = []
    for number in range(N_RUNS):
        at = draw.randrange(len(stops))
        called = [at]
        while len(called) < RUN_STOPS:
            metres = beeline_m(lat[at], lon[at], lat, lon)
            metres[called] = np.inf
            at = int(np.argmin(metres))
            called.append(at)
        start_s = int(feed.moment(draw.randrange(6 * 60, 20 * 60)).timestamp())
        found.append(_run(number, [int(stops[i]) for i in called], start_s, snapshot))
    return found


def _run(number: int, called: list[int], start_s: int, snapshot: Snapshot) -> Ride:
    timetable = snapshot.timetable
    stops = tuple(
        RideStop(
            float(timetable.stop_lat[stop]),
            float(timetable.stop_lon[stop]),
            timetable.stop_name[stop],
            timetable.stop_id[stop],
            start_s + 300 * i,
            start_s + 300 * i,
        )
        for i, stop in enumerate(called)
    )
    hops = len(stops) - 1
    return Ride(
        f"run-{number:02}", RideKind.RUN, stops, (8,) * hops, (1,) * hops, "association", "BürgerBus", start_s
    )
