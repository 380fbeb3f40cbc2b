"""97 real captures of Kingston's real time, with all the mismatches that real feeds have, while people search."""

from __future__ import annotations

import datetime as dt
import os
import random
import tarfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import gtfs
from gtfs.realtime import Remark, read_message
from gtfs.trip_updates import read_trip_updates
from routing import Query, Snapshot, check, search
from routing.linking import link
from routing.live_trips import LiveTrip
from routing.query import StopRef

pytestmark = pytest.mark.real

DATA = Path(os.environ.get("MITFAHR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
KINGSTON = DATA / "kingston_rt"
HANDFUL = 20
"""Every so many-th capture is enough for the fast tests."""


def captures(every: int) -> Iterator[bytes]:
    """In the order in which they were taken."""
    with tarfile.open(KINGSTON / "trip_updates_97.tar.xz") as archive:
        members = sorted((m for m in archive.getmembers() if m.isfile()), key=lambda m: m.name)
        assert len(members) == 97
        for member in members[::every]:
            file = archive.extractfile(member)
            assert file is not None
            yield file.read()


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    loaded = gtfs.load(KINGSTON / "kingston_gtfs.zip", today=dt.date(2026, 1, 15))
    assert loaded.timetable is not None
    return Snapshot.of(loaded.timetable, link(loaded.timetable, None, None))


class Searcher(threading.Thread):
    """Searches in whatever is the current snapshot until told to stop; every journey must hold in it."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.current, self.is_done = snapshot, threading.Event()
        self.found, self.late, self.problems = 0, 0, list[str]()
        timetable = snapshot.timetable
        stops = np.flatnonzero(timetable.stop_is_station == 0).tolist()
        self._draw, self._stops = random.Random(97), [timetable.stop_id[stop] for stop in stops]

    def run(self) -> None:
        while not self.is_done.is_set():
            snapshot = self.current
            ends = (StopRef(stop) for stop in self._draw.sample(self._stops, 2))
            moment = dt.datetime(
                2026, 1, self._draw.choice((15, 16)), self._draw.randrange(12, 24), tzinfo=dt.UTC
            )
            query = Query(*ends, moment)
            try:
                journeys = search(snapshot, query)
                self.problems += [str(why) for one in journeys for why in check(snapshot, query, one)]
            except Exception as error:
                self.problems.append(repr(error))
                return
            self.found += len(journeys)
            legs = [leg for one in journeys for leg in one.legs]
            self.late += sum((leg.planned_departure_s or leg.departure_s) != leg.departure_s for leg in legs)


def replay(snapshot: Snapshot, every: int) -> tuple[Counter[Remark], Searcher]:
    counts: Counter[Remark] = Counter()
    searcher = Searcher(snapshot)
    searcher.start()
    try:
        for payload in captures(every):
            message = read_message(payload)
            reading = read_trip_updates(message, snapshot.timetable, 0)
            counts += reading.tally.counts
            snapshot = snapshot.with_live_trips(reading.trips, _refused)
            searcher.current = snapshot
            assert len(message.entity) == sum(
                n for remark, n in reading.tally.counts.items() if remark is not Remark.BACKWARDS
            )
            for expected in snapshot.live.expected.values():
                for run in expected.runs:
                    sides = np.stack([run.arr, run.dep], axis=1).ravel()
                    assert (np.diff(sides) >= 0).all()
    finally:
        searcher.is_done.set()
        searcher.join()
    return counts, searcher


def _refused(trip: LiveTrip, why: Exception) -> None:
    raise AssertionError(f"{trip.trip_id}: {why}")


def share_matched(counts: Counter[Remark]) -> float:
    """Of the updates on trips of the timetable, how many find theirs."""
    matched = counts[Remark.RUNS] + counts[Remark.SAYS_NOTHING]
    return matched / (matched + counts[Remark.UNKNOWN_TRIP] + counts[Remark.NOT_RUNNING])


def test_a_handful_of_captures(planned: Snapshot) -> None:
    counts, searcher = replay(planned, HANDFUL)
    assert searcher.problems == []
    assert 0.75 < share_matched(counts) < 1
    assert counts[Remark.ADDED] > 30


@pytest.mark.soak
def test_all_captures(planned: Snapshot) -> None:
    counts, searcher = replay(planned, 1)
    assert searcher.problems == []
    assert searcher.found > 50 and searcher.late > 0
    assert 0.80 < (counts[Remark.RUNS] + counts[Remark.SAYS_NOTHING]) / sum(counts.values()) < 0.86
    assert 950 < counts[Remark.ADDED] < 1100
    assert counts[Remark.REFUSED] == counts[Remark.TOO_FAR_OFF] == counts[Remark.UNKNOWN_STOP] == 0
