"""Random private rides, some with people on board, and BürgerBus runs, any number, the same in every run.

Drawn once per import and kept beside the snapshot. Earlier states of the code draw the same rides as long as the
streets are the same.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing import Snapshot, hierarchy
from routing.earth import beeline_m
from routing.overlay import HALT_S, Ride, RideKind, RideStop
from routing.roads import Mode, locate
from tests.bench.feeds import Feed
from tests.bench.questions import served_stops

WAYS = "drawn_ways.npy"
MOST_OFFERS = 101_000
PER_BLOCK = 1000
PER_START = 10
"""Rides are drawn by blocks of as many starts and goals, each start being that of so many rides:
one table of driving times then serves ten thousand rides."""
SHORTEST_S = 300
N_RUNS = 40
RUN_STOPS = 8

WITH_PASSENGER = 0.4
"""This share of the drivers look for somebody on the way and find them if there is anybody."""

Ways = NDArray[np.float64]
"""(n, 11): latitude and longitude of start and goal; seconds of the direct way; latitude and longitude of a passenger's
pick-up and drop-off, seconds from the start to the one and on to the other, NaN where nobody is on board."""


def offers(feed: Feed, snapshot: Snapshot, n: int) -> list[Ride]:
    """Private rides between random junctions over the day, budget min(15 min, a quarter of the way).

    Passengers are on board within the budget and with the times that the driver really drives.
    """
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
    *passenger: float,
) -> Ride:
    start_s = int(feed.moment(5 * draw.randrange(5 * 12, 21 * 12)).timestamp())
    latest_s = start_s + draw.choice((0, 900, 1800))
    budget_s = _budget_s(int(way_s))
    seats = draw.choice((1, 2, 3, 3))
    ends = RideStop(lat, lon, "Start"), RideStop(to_lat, to_lon, "Ziel")
    between = _promised(start_s, *passenger)
    return Ride(
        ride_id=f"ride-{i:06}",
        kind=RideKind.PRIVATE,
        stops=(ends[0], *between, ends[1]),
        seats_free=(seats, seats - 1, seats) if between else (seats,),
        wheelchairs_free=(0,) * (len(between) + 1),
        driver_id=f"driver-{i}",
        label="Fahrt",
        bookable_until_s=start_s,
        earliest_s=start_s,
        latest_s=latest_s,
        latest_arrival_s=latest_s + int(way_s) + budget_s + 360,
        budget_s=budget_s,
    )


def _budget_s(way_s: int) -> int:
    return min(900, way_s // 4)


def _promised(
    start_s: int, lat: float, lon: float, to_lat: float, to_lon: float, into_s: float, on_s: float
) -> tuple[RideStop, ...]:
    """Where somebody gets on and off who rides with a driver that leaves as early as possible."""
    if math.isnan(lat):
        return ()
    pickup_s = start_s + int(into_s)
    return (
        RideStop(lat, lon, "Zustieg", promised_pickup_s=pickup_s),
        RideStop(to_lat, to_lon, "Ausstieg", promised_dropoff_s=pickup_s + HALT_S + int(on_s)),
    )


def _ways(feed: Feed, snapshot: Snapshot) -> Ways:
    path: Path = feed.folder / WAYS
    if not path.exists():
        np.save(path, np.concatenate(list(_drawn_ways(snapshot)))[:MOST_OFFERS])
    ways: Ways = np.load(path)
    return ways


def _drawn_ways(snapshot: Snapshot) -> Iterator[Ways]:
    roads, driving = snapshot.roads, snapshot.streets.driving
    assert roads is not None
    assert driving is not None
    numbers = np.random.default_rng(2016)
    n = 0
    while n < MOST_OFFERS:
        nodes = numbers.integers(roads.n_nodes, size=PER_BLOCK)
        lat, lon = roads.node_lat[nodes], roads.node_lon[nodes]
        places = locate(roads, lat, lon, Mode.CAR)
        way_s = hierarchy.drive_s(roads, driving.car, places, places)
        start = np.repeat(np.arange(PER_BLOCK), PER_START)
        goal = numbers.integers(PER_BLOCK, size=len(start))
        seconds = way_s[start, goal]
        usable = (seconds >= SHORTEST_S) & (seconds < hierarchy.UNREACHABLE)
        start, goal = start[usable], goal[usable]
        passengers = [
            _passenger(numbers, way_s, lat, lon, a, b)
            for a, b in zip(start.tolist(), goal.tolist(), strict=True)
        ]
        yield np.column_stack([lat[start], lon[start], lat[goal], lon[goal], seconds[usable], passengers])
        n += len(start)


def _passenger(
    numbers: np.random.Generator,
    way_s: NDArray[Any],
    lat: NDArray[np.float64],
    lon: NDArray[np.float64],
    start: int,
    goal: int,
) -> tuple[float, ...]:
    """The last six columns of `Ways` for a ride between two of the places that `way_s` has the ways between."""
    if numbers.random() < WITH_PASSENGER:
        direct_s = int(way_s[start, goal])
        allowed_s = direct_s + _budget_s(direct_s)
        into_s, out_s = way_s[start].astype(np.int64), way_s[:, goal].astype(np.int64)
        on = int(numbers.choice(np.flatnonzero(into_s + out_s <= allowed_s)))
        on_s = way_s[on].astype(np.int64)
        off = np.flatnonzero((into_s[on] + on_s + out_s <= allowed_s) & (on_s > 0))
        if into_s[on] > 0 and len(off):
            there = int(numbers.choice(off))
            return lat[on], lon[on], lat[there], lon[there], float(into_s[on]), float(on_s[there])
    return (math.nan,) * 6


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
