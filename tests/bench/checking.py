"""Rows that are measured and proved: journeys with rides against trying everything, while offers come, change and go.

Random offers with people on board as in `tests.real.compare_rides`, which looks at more of them and for longer.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from routing import Query, search
from tests.bench.feeds import Feed, open_snapshot
from tests.bench.task import Measured, Rows, measured
from tests.real.compare_rides import Offers, disagreement, random_queries

N_QUESTIONS = 60
SEED = 7


class Differs(Exception):
    """The search and trying everything do not find the same."""


def rows(feed: Feed, n_offers: int) -> Rows:
    drawn = Offers.drawn(open_snapshot(feed), n_offers, SEED)
    worlds = _changing(drawn)
    questions = random_queries(drawn, N_QUESTIONS, SEED)
    asked = [partial(_proved, worlds, query) for query in questions]
    return {"Mitfahrten, jede Antwort durch Durchprobieren bestätigt": asked}


def _changing(offers: Offers) -> Iterator[Offers]:
    draw = random.Random(SEED)
    while True:
        yield offers
        offers = offers.changed(draw)


def _proved(worlds: Iterator[Offers], query: Query) -> Measured:
    offers = next(worlds)
    taken = measured(partial(search, offers.snapshot, query))
    found = disagreement(offers, query, vehicles=1)
    if found:
        raise Differs(str(found))
    return taken
