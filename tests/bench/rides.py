"""Rows of everything together: timetable, BürgerBus and private rides, and what changes while people search."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from routing import Query, Snapshot, search
from routing.overlay import HALT_S, Ride
from tests.bench.feeds import Feed, open_snapshot
from tests.bench.offers import offers, runs
from tests.bench.questions import SHAPES, door_to_door, shaped
from tests.bench.task import Measured, Rows, Task

N_QUERIES = 200
N_UPDATES = 30

Step = Callable[[Snapshot], Snapshot]


def rows(feed: Feed, n_offers: int) -> Rows:
    snapshot = open_snapshot(feed)
    queries = door_to_door(feed, snapshot, N_QUERIES)
    for shape in SHAPES:  # lays out the day, which the first search of a day waits for
        search(snapshot, shaped(queries[:1], shape)[0])
    private, others = offers(feed, snapshot, n_offers + N_UPDATES)[:n_offers], runs(feed, snapshot)
    new = [replace(ride, ride_id=f"new-{i}") for i, ride in enumerate(private[-N_UPDATES:])]
    world = _World(snapshot, queries[0])
    updates: dict[str, list[Step]] = {
        "Angebot neu": [_with(ride) for ride in new],
        "Angebot geändert": [_with(_later(ride)) for ride in new],
        "Platz gebucht": [_with(_booked(ride)) for ride in new],
        "Angebot zurückgezogen": [_without(ride) for ride in new],
    }
    return (
        {"Angebote aufbereiten, alle auf einmal": [partial(world.fill, [*private, *others])]}
        | {f"{what}, bis eine Suche es sieht": world.updates(steps) for what, steps in updates.items()}
        | {f"alles, Tür zu Tür, {shape}": world.searches(shaped(queries, shape)) for shape in SHAPES}
    )


def _with(ride: Ride) -> Step:
    return lambda now: now.with_ride(ride)


def _without(ride: Ride) -> Step:
    return lambda now: now.without_ride(ride.ride_id)


def _later(ride: Ride) -> Ride:
    return replace(ride, latest_s=ride.latest_s + 600, latest_arrival_s=ride.latest_arrival_s + 600)


def _booked(ride: Ride) -> Ride:
    """One seat taken from the driver's door to the driver's goal."""
    start, goal = ride.stops
    board = replace(start, promised_pickup_s=ride.earliest_s)
    alight = replace(goal, promised_dropoff_s=ride.latest_arrival_s - HALT_S)
    return replace(ride, stops=(start, board, alight, goal), seats_free=(3, 2, 3), wheelchairs_free=(0, 0, 0))


class _World:
    """The snapshot that updates replace; `probe` is the question that has to see them."""

    def __init__(self, snapshot: Snapshot, probe: Query) -> None:
        self.snapshot = snapshot
        self.probe = replace(probe, max_vehicles=1, max_walk_s=300)

    def fill(self, rides: Sequence[Ride]) -> None:
        self.snapshot = self.snapshot.with_rides(rides)
        search(self.snapshot, self.probe)

    def searches(self, queries: Sequence[Query]) -> list[Task]:
        return [partial(self._search, query) for query in queries]

    def _search(self, query: Query) -> None:
        search(self.snapshot, query)

    def updates(self, steps: Sequence[Step]) -> list[Task]:
        return [partial(self._update, step) for step in steps]

    def _update(self, step: Step) -> Measured:
        """The update and a search that sees it, without what the same search costs afterwards."""
        begun = time.process_time()
        self.snapshot = step(self.snapshot)
        search(self.snapshot, self.probe)
        seen = time.process_time()
        search(self.snapshot, self.probe)
        return Measured(max(0.0, (seen - begun) - (time.process_time() - seen)))
