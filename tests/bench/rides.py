"""Rows of everything together: timetable, BürgerBus and private rides, and what changes while people search."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from routing import search
from routing.overlay import HALT_S, Ride
from tests.bench.feeds import Feed, open_snapshot
from tests.bench.live_world import Step, World
from tests.bench.offers import offers, runs
from tests.bench.questions import SHAPES, door_to_door, shaped
from tests.bench.task import Rows

N_QUERIES = 200
N_UPDATES = 30
N_SPARE = 300
"""Offers that come and go while people search; those of them that have nobody on board."""


def rows(feed: Feed, n_offers: int) -> Rows:
    snapshot = open_snapshot(feed)
    queries = door_to_door(feed, snapshot, N_QUERIES)
    for shape in SHAPES:  # lays out the day, which the first search of a day waits for
        search(snapshot, shaped(queries[:1], shape)[0])
    drawn = offers(feed, snapshot, n_offers + N_SPARE)
    empty = [ride for ride in drawn[n_offers:] if len(ride.stops) == 2]
    new, between = empty[:N_UPDATES], empty[N_UPDATES:]
    every = [*drawn[:n_offers], *runs(feed, snapshot)]
    world = World(snapshot, queries[0])
    updates: dict[str, list[Step]] = {
        "Angebot neu": [_with(ride) for ride in new],
        "Angebot geändert": [_with(_later(ride)) for ride in new],
        "Platz gebucht": [_with(_booked(ride)) for ride in new],
        "Angebot zurückgezogen": [_without(ride) for ride in new],
    }
    return (
        {"Angebote aufbereiten, alle auf einmal": [partial(world.become, lambda now: now.with_rides(every))]}
        | {f"{what}, bis eine Suche es sieht": world.updates(steps) for what, steps in updates.items()}
        | {f"alles, Tür zu Tür, {shape}": world.searches(shaped(queries, shape)) for shape in SHAPES}
        | {
            "alles, Tür zu Tür, 2 h, vor jeder eine Änderung": world.searches_between(
                shaped(queries, "2 h"), itertools.cycle(_changes(between))
            )
        }
    )


def _changes(rides: list[Ride]) -> Iterator[Step]:
    """Every ride comes, has its window changed, is booked and goes."""
    for ride in rides:
        yield from (_with(ride), _with(_later(ride)), _with(_booked(ride)), _without(ride))


def _with(ride: Ride) -> Step:
    return lambda now: now.with_ride(ride)


def _without(ride: Ride) -> Step:
    return lambda now: now.without_ride(ride.ride_id)


def _later(ride: Ride) -> Ride:
    return replace(ride, latest_s=ride.latest_s + 600, latest_arrival_s=ride.latest_arrival_s + 600)


def _booked(ride: Ride) -> Ride:
    """One seat taken from the driver's door to the driver's goal."""
    (start, goal), (seats,) = ride.stops, ride.seats_free
    board = replace(start, promised_pickup_s=ride.earliest_s)
    alight = replace(goal, promised_dropoff_s=ride.latest_arrival_s - HALT_S)
    nothing = (0, 0, 0)
    return replace(
        ride,
        stops=(start, board, alight, goal),
        seats_free=(seats, seats - 1, seats),
        wheelchairs_free=nothing,
        luggage_free=nothing,
        bicycles_free=nothing,
    )
