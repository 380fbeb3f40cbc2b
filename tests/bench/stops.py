"""Departures and timetables of the real rnv network: what the busiest stop and every line cost, without their pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

import gtfs
from mitfahr.network import Network, network
from mitfahr.school_vacations import read_vacations
from mitfahr.services.describe_stop import describe_stop
from mitfahr.services.line_timetable import DayGroup, line_timetable
from mitfahr.services.next_departures import next_departures
from mitfahr.services.stop_timetable import stop_timetable
from routing import Snapshot
from routing.linking import link
from tests.bench.feeds import FEEDS, REAL_DATA
from tests.bench.table import Row
from tests.bench.task import own_memory_mb

FEED = "Haltestellen und Linien (rnv)"
REPEATED = 20


def rows(quick: bool) -> Iterator[Row]:
    """CPU time; a quick run asks every fourth line."""
    feed = FEEDS["rnv"]
    timetable = gtfs.load(REAL_DATA / feed.gtfs).timetable if (REAL_DATA / feed.gtfs).exists() else None
    if timetable is None:
        yield Row.of(FEED, "Haltestellen", [], 0, note="der Fahrplan ist nicht da")
        return
    snapshot = Snapshot.of(timetable, link(timetable, None, None))
    known, vacations = network(snapshot), read_vacations()
    _, busiest = max(known.stops, key=lambda named: known.visits[named[1]])
    from_s = int(feed.moment(8 * 60).timestamp())
    of_stop: dict[str, Callable[[], object]] = {
        "Haltestellen und Linien finden": partial(Network.of, timetable),
        "Abfahrten": partial(next_departures, snapshot, busiest, from_s, 12),
        "Angaben": partial(describe_stop, snapshot, busiest, feed.day),
        "Aushang": partial(stop_timetable, snapshot, busiest, feed.day, vacations),
    }
    for what, ask in of_stop.items():
        yield Row.of(FEED, what, [_cpu_s(ask) for _ in range(REPEATED)], own_memory_mb())
    lines = known.lines[:: 4 if quick else 1]
    working = [DayGroup.WORKING]
    taken_s = [
        _cpu_s(partial(line_timetable, snapshot, line, feed.day, vacations, working)) for line in lines
    ]
    yield Row.of(FEED, "Tabelle einer Linie", taken_s, own_memory_mb(), note=f"{len(lines)} Linien")


def _cpu_s(ask: Callable[[], object]) -> float:
    begun_s = time.process_time()
    ask()
    return time.process_time() - begun_s
