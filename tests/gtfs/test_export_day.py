"""A day written for other routers is the same world: our own search over it, imported again, answers the same."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import gtfs
from gtfs.export_day import export_day
from routing import Query, Snapshot, hierarchy, search
from routing.changes import changes
from routing.linking import link
from routing.osm import read_osm
from routing.query import StopRef
from routing.roads import RoadGraph
from routing.timetable import Timetable
from tests.worlds import world

SPEED_M_S, MAX_WALK_S = 1.25, 1200
BUSY = """
    days 2
    at A 0 0
    at B 4000 0
    at B2 4200 0
    at B3 4100 90
    at C 9000 0
    at D 9300 300
    at E 15000 0
    station S | B2 B3
    line 1 | A B C
    t1 | 08:00 08:06/08:08 08:15
    t2 | 08:30 08:36 08:45
    t3 days 1 | 08:05 08:10 08:17
    line 2 type 715 | B2 C[phone] E
    u1 | 08:10 08:20/08:21 08:40
    u2 | 08:40 08:50 09:10
    line 3 | A[off] B3 D[on] E
    v1 | 08:02 08:09 08:20 08:35
    v2 wheelchair no | 24:10 24:20 24:30 25:05
    line 4 | D E
    w1 then 3 w2 at 1 | 08:20 08:50
    transfer B B2 2 300 s
    transfer C C 1
    transfer B3 B2 3
    transfer D A 2 60 s
"""


def of_one_day(timetable: Timetable, date: dt.date) -> Timetable:
    """The same timetable in which nothing runs on other days."""
    runs = np.zeros_like(timetable.service_runs)
    day = (date - timetable.first_day).days
    runs[:, day] = timetable.service_runs[:, day]
    return replace(timetable, service_runs=runs)


def exported(
    timetable: Timetable, roads: RoadGraph | None, date: dt.date, folder: Path, slack_s: int
) -> tuple[Snapshot, Snapshot]:
    """That day as it is, and as it is after being written and imported again, on the same streets."""
    car = hierarchy.build(roads) if roads is not None else None
    links = link(timetable, roads, car)
    known = changes(timetable, links, SPEED_M_S, MAX_WALK_S, slack_s)
    export_day(timetable, known, date, folder)
    again = gtfs.load(folder)
    assert again.timetable is not None, again.findings
    return (
        Snapshot.of(of_one_day(timetable, date), links, roads, car),
        Snapshot.of(again.timetable, link(again.timetable, roads, car), roads, car),
    )


def pareto(snapshot: Snapshot, query: Query) -> list[tuple[int, int, int]]:
    return [(j.departure_s, j.arrival_s, j.vehicles) for j in search(snapshot, query)]


@pytest.mark.parametrize("slack_s", [0, 120])
@pytest.mark.parametrize("day", [0, 1])
def test_every_pair_of_a_small_world(tmp_path: Path, day: int, slack_s: int) -> None:
    drawn = world(BUSY)
    date = drawn.timetable.first_day + dt.timedelta(days=day)
    before, after = exported(drawn.timetable, None, date, tmp_path / "day", slack_s)
    found = 0
    stops = [StopRef(stop_id) for stop_id in after.timetable.stop_id]
    for when in (f"{day} 07:30", f"{day} 23:30"):
        for origin in stops:
            for destination in stops:
                query = Query(
                    origin, destination, drawn.at(when), walk_speed_m_s=SPEED_M_S, transfer_slack_s=slack_s
                )
                found += len(pareto(before, query))
                assert pareto(before, query) == pareto(after, query), (origin, destination)
    assert found > 30


def test_what_is_written_is_plain(tmp_path: Path) -> None:
    drawn = world(
        """
        line 1 | A[off] B[phone] C
        t1 then 1 t2 at 1 wheelchair no | 08:00 08:10/08:12 25:20
        transfer A B 3
        """
    )
    known = changes(drawn.timetable, drawn.links, SPEED_M_S, MAX_WALK_S, 60)
    written = export_day(drawn.timetable, known, drawn.timetable.first_day, tmp_path / "day")
    assert (written.stops, written.trips, written.stop_times, written.transfers) == (3, 1, 3, 4)
    rows = {name: table(tmp_path / "day" / f"{name}.txt") for name in ("trips", "stop_times", "transfers")}
    assert [(row["trip_id"], row["wheelchair_accessible"]) for row in rows["trips"]] == [("t1", "2")]
    assert [tuple(row.values()) for row in rows["stop_times"]] == [
        ("t1", "08:00:00", "08:00:00", "A", "0", "1", "0"),
        ("t1", "08:10:00", "08:12:00", "B", "1", "2", "0"),
        ("t1", "25:20:00", "25:20:00", "C", "2", "0", "0"),
    ]
    assert [tuple(row.values()) for row in rows["transfers"]] == [
        ("A", "A", "2", "60"),
        ("B", "B", "2", "60"),
        ("C", "C", "2", "60"),
        ("A", "B", "3", ""),
    ]


def test_a_day_outside_the_timetable(tmp_path: Path) -> None:
    drawn = world("line 1 | A B\nt1 | 08:00 08:10")
    known = changes(drawn.timetable, drawn.links, SPEED_M_S, MAX_WALK_S, 0)
    with pytest.raises(ValueError, match="outside"):
        export_day(drawn.timetable, known, drawn.timetable.first_day - dt.timedelta(days=1), tmp_path / "day")
    assert not (tmp_path / "day").exists()


@pytest.mark.real
@pytest.mark.soak
def test_a_real_day(real_data: Path, tmp_path: Path) -> None:
    timetable = gtfs.load(real_data / "rnv" / "rnv_gtfs_20161022-20161210.zip").timetable
    assert timetable is not None
    roads = read_osm(real_data / "rnv" / "rnv.osm.pbf").roads
    date = dt.date(2016, 11, 15)
    before, after = exported(timetable, roads, date, tmp_path / "day", 0)
    assert after.timetable.n_trips == 7123
    served = np.unique(after.timetable.pattern_stops)
    draw = np.random.default_rng(5)
    when = dt.datetime(2016, 11, 15, 7, tzinfo=dt.UTC)
    found = 0
    for pair in draw.choice(served, size=(60, 2)).tolist():
        ends = [StopRef(after.timetable.stop_id[stop]) for stop in pair]
        for window_s in (0, 7200):
            query = Query(ends[0], ends[1], when, window_s=window_s, transfer_slack_s=0)
            found += len(pareto(before, query))
            assert pareto(before, query) == pareto(after, query), ends
    assert found > 500


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
