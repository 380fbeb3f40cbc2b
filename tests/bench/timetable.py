"""Rows of the timetable alone: between stops, and from door to door on streets."""

from __future__ import annotations

from functools import partial

from routing import Query, Snapshot, search
from tests.bench.feeds import Feed, open_snapshot
from tests.bench.questions import SHAPES, door_to_door, shaped, stop_to_stop
from tests.bench.task import Rows, Task

N_QUERIES = 1000


def rows(feed: Feed, _: int) -> Rows:
    snapshot = open_snapshot(feed)
    asked = {
        "Halt zu Halt": stop_to_stop(feed, snapshot, N_QUERIES),
        "Tür zu Tür": door_to_door(feed, snapshot, N_QUERIES),
    }
    return {
        f"Fahrplan, {ends}, {shape}": searches(snapshot, shaped(queries, shape))
        for ends, queries in asked.items()
        for shape in SHAPES
    }


def searches(snapshot: Snapshot, queries: list[Query]) -> list[Task]:
    """One search each; laying out the day, which the first search of a day waits for, is done before."""
    search(snapshot, queries[0])
    return [partial(search, snapshot, query) for query in queries]
