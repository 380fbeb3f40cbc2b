"""The benchmark's own parts: figures are kept and compared, what is drawn is what it should be, workers answer or say
why not."""

from __future__ import annotations

import datetime as dt
import time
import zipfile
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import gtfs
from routing import Query, Snapshot, search
from routing.hierarchy import UNREACHABLE, build, drive_s
from routing.linking import link
from routing.query import StopRef
from routing.rides import drive_through
from routing.roads import Mode, locate
from tests.bench import conductor, offers, table
from tests.bench.conductor import Worker, WorkerFailed
from tests.bench.copied_feed import copy_four_times
from tests.bench.drawn_streets import draw_streets
from tests.bench.feeds import Feed
from tests.bench.table import Row
from tests.bench.task import Measured, Rows, measured, own_memory_mb
from tests.worlds import world


def row(what: str, median_s: float, feed: str = "A", memory_mb: int = 100) -> Row:
    return Row.of(feed, what, [median_s], memory_mb)


def test_figures_of_a_row() -> None:
    one = Row.of("A", "Suche", [0.001 * i for i in range(1, 102)], 50, 1000, [0.1, 0.2, 0.3])
    assert (one.n, one.offers, one.base_median_s) == (101, 1000, 0.2)
    assert (one.median_s, one.p95_s, one.p99_s) == pytest.approx((0.051, 0.096, 0.100))
    assert Row.of("A", "Suche", [], 0, note="nicht installiert").median_s is None


def test_rows_that_were_not_measured_again_stay(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    table.save([row("Suche", 1.0), row("Import", 9.0)], path, None)
    table.save([row("Suche", 2.0)], path, "v1")
    assert {one.what: one.median_s for one in table.load(path)} == {"Suche": 2.0, "Import": 9.0}


def test_the_table_compares_with_the_committed_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(table, "COMMITTED", tmp_path / "result.json")
    table.save([row("Suche", 0.004)], tmp_path / "result.json", None)
    table.show([row("Suche", 0.002), row("Neues", 0.5)], None)
    shown = capsys.readouterr().out
    assert "× 0.50" in shown
    assert "500.0 ms" in shown


def test_growth_is_an_exponent_of_size(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row("Suche", 0.1, "klein", 10), row("Suche", 0.4, "mittel", 20), row("Suche", 6.4, "groß", 20)]
    table.show_growth(rows, {"klein": 1, "mittel": 4, "groß": 16})
    shown = capsys.readouterr().out
    assert "1.00 | 0.50" in shown
    assert "2.00 | 0.00" in shown


def test_a_task_may_measure_itself() -> None:
    assert measured(lambda: Measured(7.0, 3)) == (7.0, 3)
    taken = measured(lambda: sum(range(1_000_000)))
    assert 0 < taken.seconds < 5
    assert taken.memory_mb is None
    assert own_memory_mb() > 10


def test_invented_streets_lead_from_every_stop_to_every_other() -> None:
    places = "\n".join(f"at S{i} {977 * (i % 7) + 31 * i} {1131 * (i // 7)}" for i in range(49))
    timetable = world(f"{places}\nline 1 | {' '.join(f'S{i}' for i in range(49))}").timetable
    roads = draw_streets(timetable)
    stops = locate(roads, np.asarray(timetable.stop_lat), np.asarray(timetable.stop_lon), Mode.CAR)
    seconds = drive_s(roads, build(roads), stops, stops)
    assert stops.off_mm.max() <= 1
    assert seconds.max() < UNREACHABLE
    assert 60 < seconds[0, 6] < 1200  # 6 km


def test_a_worker_says_its_rows_and_runs_what_it_is_told() -> None:
    with Worker(Path(__file__).parents[2], "test_bench", "rnv", 3) as worker:
        assert worker.answer(60.0) == {"zählen": 3, "scheitert": 3, "langsam": 1, "danach": 1}
        told = [worker.ask("zählen", 0, 2, 60.0), worker.ask("zählen", 2, 4, 60.0)]
        assert [len(answer["taken_s"]) for answer in told] == [2, 1]
        assert told[1]["memory_mb"] > 10
        with pytest.raises(WorkerFailed, match="über 0 s"):
            worker.ask("langsam", 0, 1, 0.2)
        with pytest.raises(WorkerFailed, match="abgebrochen"):
            worker.ask("gibt es nicht", 0, 1, 60.0)
            worker.answer(60.0)


def test_a_part_that_fails_is_a_row_that_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    monkeypatch.setattr(conductor, "ONE_OFF_WITHIN_S", 0.2)
    found = {row.what: row for row in conductor.measure("test_bench", "rnv", 3, 5.0, 10, None)}
    assert (found["zählen"].n, found["zählen"].note) == (3, "")
    assert (found["scheitert"].n, found["scheitert"].note) == (
        1,
        "ZeroDivisionError: integer division or modulo by zero",
    )
    assert (found["langsam"].n, found["langsam"].note) == (0, "dauert über 0 s")
    assert "siehe die Zeilen davor" in found["danach"].note
    (unbuilt,) = conductor.measure("gibt_es_nicht", "rnv", None, 5.0, 10, None)
    assert (unbuilt.what, unbuilt.n) == ("gibt_es_nicht: Aufbau", 0)
    assert "worker.log" in unbuilt.note


SMALL_FEED = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\nV,V,https://example.org,Europe/Berlin\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "S,1,1,1,1,1,1,1,20260601,20260630\n",
    "routes": "route_id,agency_id,route_short_name,route_type\nR,V,1,3\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "A,A,51.1,13.5,0,\nP,P,51.15,13.4,1,\nB,B,51.15,13.4,0,P\n",
    "trips": "route_id,service_id,trip_id\nR,S,there\nR,S,back\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "there,05:00:00,05:00:00,A,1\nthere,05:10:00,05:10:00,B,2\n"
    "back,06:30:00,06:30:00,A,1\nback,06:40:00,06:40:00,B,2\n",
}


def test_four_copies_lie_side_by_side_and_are_joined(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "given.zip", "w") as written:
        for name, table in SMALL_FEED.items():
            written.writestr(f"{name}.txt", table)
    copy_four_times(tmp_path / "given.zip", tmp_path / "copied.zip")
    timetable = gtfs.load(tmp_path / "copied.zip").timetable
    assert timetable is not None
    assert timetable.n_stops == 12
    assert timetable.stop_parent[timetable.stop_by_id["3:B"]] == timetable.stop_by_id["3:P"]
    places = set(zip(timetable.stop_lat.round(6).tolist(), timetable.stop_lon.round(6).tolist(), strict=True))
    assert {(51.1, 13.5), (51.17, 13.5), (51.1, 13.62), (51.17, 13.62)} <= places
    snapshot = Snapshot.of(timetable, link(timetable, None, None))
    when = dt.datetime(2026, 6, 2, 5, tzinfo=ZoneInfo("Europe/Berlin"))
    found = search(snapshot, Query(StopRef("0:A"), StopRef("3:A"), when, max_walk_s=60))
    assert found and min(journey.vehicles for journey in found) == 2


def test_drawn_drivers_keep_their_budget_and_their_promises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(offers, "MOST_OFFERS", 60)
    feed = Feed("drawn", "gezeichnet", dt.date(2026, 6, 2))
    feed.folder.mkdir(parents=True)
    places = "\n".join(f"at S{i} {2977 * (i % 5) + 31 * i} {3131 * (i // 5)}" for i in range(25))
    timetable = world(f"{places}\nline 1 | {' '.join(f'S{i}' for i in range(25))}").timetable
    roads = draw_streets(timetable)
    car = build(roads)
    snapshot = Snapshot.of(timetable, link(timetable, roads, car), roads, car)
    drawn = offers.offers(feed, snapshot, 60)
    with_passengers = [ride for ride in drawn if len(ride.stops) == 4]
    assert 5 < len(with_passengers) < 55
    assert drawn == offers.offers(feed, snapshot, 60)
    for ride in with_passengers:
        times = drive_through(ride, ride.earliest_s, snapshot.drive_s)
        assert times[-1] <= ride.latest_arrival_s


def rows(_: Feed, n_offers: int) -> Rows:
    """What a worker finds in this module when it is asked for its rows."""
    return {
        "zählen": [lambda: None] * n_offers,
        "scheitert": [lambda: None, lambda: 1 // 0, lambda: None],
        "langsam": [partial(time.sleep, 1.0)],
        "danach": [lambda: None],
    }
