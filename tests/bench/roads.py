"""Rows of our own roads: driving times between places on streets, and the way itself as a line."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np

from routing import hierarchy
from routing.drive_line import drive_line
from routing.roads import Mode, Positions, locate
from tests.bench.feeds import Feed, open_snapshot
from tests.bench.task import Rows

N_PLACES = 1000
N_TABLES = 5
ONE, THOUSAND, TABLE, WAY = (
    "Straße, einer zu einem",
    "Straße, einer zu 1.000",
    "Straße, 1.000 zu 1.000",
    "Straße, Weg als Linie",
)


def rows(feed: Feed, _: int) -> Rows:
    snapshot = open_snapshot(feed)
    roads, driving = snapshot.roads, snapshot.streets.driving
    assert roads is not None
    assert driving is not None
    nodes = np.random.default_rng(2016).integers(roads.n_nodes, size=N_PLACES)
    places = locate(roads, roads.node_lat[nodes], roads.node_lon[nodes], Mode.CAR)
    single = [_part(places, i, i + 1) for i in range(N_PLACES)]
    seconds = partial(hierarchy.drive_s, roads, driving.car)
    # As in a search: the places are prepared once, the doors come and go.
    to_places = hierarchy.sweep_to(roads, driving.car, places)
    seconds(places, places)
    drive_line(roads, driving.car, single[0], single[1])
    return {
        ONE: [partial(seconds, *pair) for pair in itertools.pairwise(single)],
        THOUSAND: [partial(hierarchy.door_drive_s, roads, driving.car, place, to_places) for place in single],
        TABLE: [partial(seconds, places, places)] * N_TABLES,
        WAY: [partial(drive_line, roads, driving.car, *pair) for pair in itertools.pairwise(single)],
    }


def _part(places: Positions, begin: int, end: int) -> Positions:
    return Positions(places.edge[begin:end], places.fraction[begin:end], places.off_mm[begin:end])
