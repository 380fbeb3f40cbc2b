"""`python -m tests.real.compare_rides --offers 10000 --queries 20 --seed 7`: the search against brute force.

Random offers with passengers on the real rnv streets; for each question all journeys with a private ride
and one (with `--vehicles 2` also two) vehicles are worked out a second time, and offers come, change and go
between the questions. Every disagreement is printed with the question and both answers.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from routing import Query, Snapshot, search
from routing.overlay import Ride
from routing.query import LegKind, Party, Point, StopRef
from tests.oracle import Criteria
from tests.real import rnv
from tests.real.brute_rides import BruteRides, Ground
from tests.real.offers import OwnPlaces, random_places, random_rides, with_passenger
from tests.real.ways import RealStreets

OFFERS_AN_HOUR = 150
"""Few offers leave within two hours, that several are of use to one question; many all day long."""


@dataclass(frozen=True)
class Offers:
    """Random rides on a snapshot, and what brute force must know of the ground."""

    snapshot: Snapshot
    ground: Ground
    hours: tuple[int, int]
    """Drivers leave between these hours."""

    @classmethod
    def drawn(cls, empty: Snapshot, number: int, seed: int) -> Offers:
        assert empty.roads is not None
        streets = RealStreets(empty.roads)
        own = random_places(empty, streets, seed)
        hours = 7, 7 + min(13, max(2, number // OFFERS_AN_HOUR))
        rides = random_rides(own, int(rnv.DAY.timestamp()), number, seed, hours)
        return cls(empty.with_rides(rides), Ground(empty, streets, own), hours)

    @property
    def own(self) -> OwnPlaces:
        return self.ground.own

    def changed(self, draw: random.Random) -> Offers:
        """One offer has gone, one has come, one has one more passenger."""
        snapshot = self.snapshot
        gone, booked = draw.sample(sorted(snapshot.rides), 2)
        (come,) = random_rides(self.own, int(rnv.DAY.timestamp()), 1, draw.randrange(1 << 30), self.hours)
        snapshot = snapshot.without_ride(gone).with_ride(
            replace(come, ride_id=f"new {come.earliest_s} {gone}")
        )
        return replace(
            self, snapshot=snapshot.with_ride(with_passenger(draw, self.own, snapshot.rides[booked]))
        )


@dataclass(frozen=True)
class Disagreement:
    query: Query
    found: list[Criteria]
    expected: dict[Criteria, str]

    def __str__(self) -> str:
        missing = [f"{_told(c)} ({self.expected[c]})" for c in self.expected if c not in self.found]
        wrong = [_told(c) for c in self.found if c not in self.expected]
        agreed = [_told(c) for c in self.found if c in self.expected]
        return (
            f"{self.query}\n  missing: {'; '.join(missing) or '–'}\n  wrong: {'; '.join(wrong) or '–'}"
            f"\n  agreed: {'; '.join(agreed) or '–'}"
        )


def _told(c: Criteria) -> str:
    clocks = [f"{dt.datetime.fromtimestamp(moment, rnv.DAY.tzinfo):%H:%M:%S}" for moment in c[:2]]
    return f"{clocks[0]}→{clocks[1]} ×{c.vehicles}"


def random_queries(offers: Offers, number: int, seed: int) -> Iterator[Query]:
    """Near the ways of drivers, so that there is something to find; of every form."""
    draw = random.Random(seed)
    rides = list(offers.snapshot.rides.values())
    for i in range(number):
        ride = draw.choice(rides)
        ends = [_near(draw, offers, stop.lat, stop.lon) for stop in _two_in_order(draw, ride)]
        arrive_by = i % 2 == 1
        moment_s = ride.earliest_s + draw.randrange(-3600, 1800) + 5400 * arrive_by
        options = {
            "arrive_by": arrive_by,
            "window_s": draw.choice((7200, 7200, 3600, 600, 0, 0)),
            "transfer_slack_s": draw.choice((120, 120, 0, 300)),
            "party": draw.choice((Party(), Party(), Party(), Party(2), Party(1, 1))),
        }
        if draw.random() < 0.2:
            options["max_walk_s"] = draw.choice((120, 600, 1800))
        if draw.random() < 0.1:
            options["kinds"] = frozenset({LegKind.RIDE})
        if draw.random() < 0.1:
            options["booked_at"] = dt.datetime.fromtimestamp(moment_s - draw.choice((0, 1800)), dt.UTC)
        when = dt.datetime.fromtimestamp(moment_s, rnv.DAY.tzinfo)
        yield replace(Query(ends[0], ends[1], when), **options)


def _two_in_order(draw: random.Random, ride: Ride) -> list:  # type: ignore[type-arg]
    return [ride.stops[i] for i in sorted(draw.sample(range(len(ride.stops)), 2))]


def _near(draw: random.Random, offers: Offers, lat: float, lon: float) -> Point | StopRef:
    timetable = offers.snapshot.timetable
    if draw.random() < 0.25:
        far2 = (timetable.stop_lat - lat) ** 2 + (timetable.stop_lon - lon) ** 2 + timetable.stop_is_station
        return StopRef(timetable.stop_id[int(far2.argsort()[draw.randrange(4)])])
    lat, lon = round(lat + draw.uniform(-0.008, 0.008), 6), round(lon + draw.uniform(-0.008, 0.008), 6)
    return Point(lat, lon, f"{lat}, {lon}")


def disagreement(offers: Offers, query: Query, vehicles: int) -> Disagreement | None:
    """The journeys with a private ride and at most so many vehicles, by the search and by brute force."""
    query = replace(query, max_vehicles=vehicles)
    journeys = search(offers.snapshot, query)
    found = sorted(Criteria(j.departure_s, j.arrival_s, j.vehicles) for j in journeys if j.uses_private_ride)
    expected = BruteRides(offers.ground, offers.snapshot.rides.values(), query).pareto(vehicles)
    return None if found == list(expected) else Disagreement(query, found, expected)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--offers", type=int, default=300)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--vehicles", type=int, choices=(1, 2), default=1)
    parser.add_argument("--snapshot", type=Path, help="a folder with the parts of an rnv snapshot")
    args = parser.parse_args()
    empty = rnv.opened(args.snapshot) if args.snapshot else rnv.snapshot(rnv.CACHE)
    offers = Offers.drawn(empty, args.offers, args.seed)
    draw, wrong = random.Random(args.seed), 0
    for number, query in enumerate(random_queries(offers, args.queries, args.seed)):
        begun_s = time.perf_counter()
        found = disagreement(offers, query, args.vehicles)
        if found:
            wrong += 1
            print(f"question {number}: {found}", flush=True)
        else:
            print(f"question {number}: agreed ({time.perf_counter() - begun_s:.1f} s)", flush=True)
        offers = offers.changed(draw)
    print(f"{args.queries - wrong} of {args.queries} agreed")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
