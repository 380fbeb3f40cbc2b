"""Rows of vehicles on demand: questions from and to a district that they serve, and taking one request more."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np

from routing import Snapshot, search
from routing.demand import DemandService
from routing.demand_fleet import drive_table
from routing.earth import beeline_m
from routing.journey import Place
from routing.query import Party, Query
from routing.rides import BoardingRefused
from routing.tour import PlaceDriveTime, Request, Tour, insert, insert_in_any
from tests.bench.feeds import Feed, open_snapshot
from tests.bench.live_world import World
from tests.bench.questions import SHAPES, door_to_door, served_stops, shaped
from tests.bench.task import Rows

N_QUERIES = 100
N_REQUESTS = 30
DISTRICT_M = 8_000
"""The service halts at all stops within this of its middle."""
TRIED = 6
"""So many requests are tried on each vehicle before; most of them fit."""


def rows(feed: Feed, n_vehicles: int) -> Rows:
    snapshot = open_snapshot(feed)
    draw = random.Random(2019)
    places = _district(snapshot, draw)
    service = DemandService("d", "d", frozenset(place.stop_id or "" for place in places), lead_s=0)
    drives = drive_table(snapshot.streets, places)
    empty = [
        Tour(
            f"v{i}", "d", draw.choice(places), _moment_s(feed, 5 * 60), _moment_s(feed, 22 * 60), Party(8, 1)
        )
        for i in range(n_vehicles)
    ]
    tours = [
        _filled(service, tour, _requests(feed, service, places, drives, draw, TRIED), drives)
        for tour in empty
    ]
    queries = [query for query in door_to_door(feed, snapshot, 40 * N_QUERIES) if _is_near(query, places)][
        :N_QUERIES
    ]
    without = World(snapshot, queries[0])
    world = World(snapshot.with_demand([service], tours), queries[0])
    for shape in SHAPES:
        search(snapshot, shaped(queries[:1], shape)[0])
    requests = _requests(feed, service, places, drives, draw, N_REQUESTS)
    return (
        {
            f"ohne Fahrzeuge auf Bestellung, Tür zu Tür, {shape}": without.searches(shaped(queries, shape))
            for shape in SHAPES
        }
        | {
            f"mit Fahrzeugen auf Bestellung, Tür zu Tür, {shape}": world.searches(shaped(queries, shape))
            for shape in SHAPES
        }
        | {
            "Fahrt auf Bestellung, eine Anfrage einfügen": [
                partial(_try, tours, request, drives) for request in requests
            ]
        }
    )


def _district(snapshot: Snapshot, draw: random.Random) -> list[Place]:
    timetable = snapshot.timetable
    lat, lon = timetable.stop_lat, timetable.stop_lon
    middle = draw.choice(served_stops(snapshot))
    near = beeline_m(lat[middle], lon[middle], lat, lon) < DISTRICT_M
    usable = near & (timetable.stop_is_station == 0) & (snapshot.links.stop_meeting >= 0)
    return [
        Place(timetable.stop_name[i], float(lat[i]), float(lon[i]), timetable.stop_id[i])
        for i in np.flatnonzero(usable).tolist()
    ]


def _is_near(query: Query, places: list[Place]) -> bool:
    """Whether somebody who walks up to a kilometre meets the service at the origin."""
    origin = query.origin
    return any(
        float(beeline_m(getattr(origin, "lat", 0.0), getattr(origin, "lon", 0.0), place.lat, place.lon))
        < 1000
        for place in places
    )


def _requests(
    feed: Feed,
    service: DemandService,
    places: list[Place],
    drives: PlaceDriveTime,
    draw: random.Random,
    n: int,
) -> list[Request]:
    found: list[Request] = []
    while len(found) < n:
        pickup, dropoff = draw.sample(places, 2)
        direct_s = drives(pickup, dropoff)
        if direct_s:
            promise = service.promise(_moment_s(feed, 5 * draw.randrange(6 * 12, 20 * 12)), direct_s)
            found.append(Request(str(len(found)), pickup, dropoff, Party(), promise))
    return found


def _filled(service: DemandService, tour: Tour, requests: list[Request], drives: PlaceDriveTime) -> Tour:
    for request in requests:
        try:
            tour = insert(
                tour, replace(request, request_id=f"{tour.tour_id} {request.request_id}"), drives, 0
            ).tour
        except BoardingRefused:
            continue
    return tour


def _moment_s(feed: Feed, minutes: int) -> int:
    return int(feed.moment(minutes).timestamp())


def _try(tours: list[Tour], request: Request, drives: PlaceDriveTime) -> None:
    with suppress(BoardingRefused):
        insert_in_any(tours, request, drives, 0)
