"""The generated timetable is a clean feed of plausible size."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import gtfs
from mitfahr.demo.feed import generate_feed
from mitfahr.demo.places import places
from routing.osm import read_osm
from routing.roads import Mode, locate
from tests.mitfahr.demo.conftest import START, Table

Tables = dict[str, Table]


def test_the_same_start_gives_the_same_bytes(demo_feed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    generate_feed(again, START)
    assert again.read_bytes() == demo_feed.read_bytes()


def test_another_start_moves_the_validity_only(demo_feed: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.zip"
    generate_feed(later, START + dt.timedelta(days=7))
    with zipfile.ZipFile(demo_feed) as a, zipfile.ZipFile(later) as b:
        differing = {name for name in a.namelist() if a.read(name) != b.read(name)}
    assert differing == {"feed_info.txt", "calendar.txt", "calendar_dates.txt"}


def test_size_of_a_district(tables: Tables) -> None:
    kinds = Counter(route["route_type"] for route in tables["routes"])
    assert 45 <= kinds["700"] <= 80
    assert kinds["715"] >= 10
    assert kinds["109"] == 1
    assert 3_000 < len(tables["trips"]) < 6_000
    assert 30_000 < len(tables["stop_times"]) < 80_000


def test_it_says_that_it_is_a_demonstration(tables: Tables) -> None:
    assert tables["feed_info"][0]["feed_publisher_name"] == "Demo-Landkreis"
    assert all(stop["stop_id"].startswith("demo:") for stop in tables["stops"])


def test_references_hold(tables: Tables) -> None:
    stops = {stop["stop_id"] for stop in tables["stops"]}
    trips = {trip["trip_id"] for trip in tables["trips"]}
    services = {row["service_id"] for row in tables["calendar"]}
    assert len(trips) == len(tables["trips"])
    assert {row["stop_id"] for row in tables["stop_times"]} <= stops
    assert {row["trip_id"] for row in tables["stop_times"]} == trips
    assert {trip["service_id"] for trip in tables["trips"]} == services
    assert {stop["parent_station"] for stop in tables["stops"]} - {""} <= stops


def test_times_never_run_back_and_some_pass_midnight(tables: Tables) -> None:
    last: dict[str, str] = defaultdict(str)
    for row in tables["stop_times"]:
        assert row["arrival_time"] >= last[row["trip_id"]]
        last[row["trip_id"]] = row["departure_time"]
    assert sum(time > "24:00:00" for time in last.values()) >= 4


def test_buses_drive_at_the_speed_of_buses(tables: Tables) -> None:
    at = {s["stop_id"]: (float(s["stop_lat"]) * 111.2, float(s["stop_lon"]) * 69.8) for s in tables["stops"]}
    kinds = {route["route_id"]: route["route_type"] for route in tables["routes"]}
    calls: dict[str, Table] = defaultdict(list)
    for row in tables["stop_times"]:
        calls[row["trip_id"]].append(row)
    for trip in tables["trips"]:
        rows = calls[trip["trip_id"]]
        km = sum(np.hypot(*np.subtract(at[a["stop_id"]], at[b["stop_id"]])) for a, b in pairwise(rows))
        hours = (_seconds(rows[-1]["arrival_time"]) - _seconds(rows[0]["departure_time"])) / 3600
        limit = 100 if kinds[trip["route_id"]] in ("106", "109") else 60
        assert 8 < km / hours < limit, trip["trip_id"]


def test_on_call_buses_are_phoned_for(tables: Tables) -> None:
    on_call = {route["route_id"] for route in tables["routes"] if route["route_type"] == "715"}
    trips = {trip["trip_id"] for trip in tables["trips"] if trip["route_id"] in on_call}
    assert {row["pickup_type"] for row in tables["stop_times"] if row["trip_id"] in trips} == {"2"}
    assert {row["pickup_type"] for row in tables["stop_times"] if row["trip_id"] not in trips} == {"0"}


def test_every_village_has_a_stop(tables: Tables) -> None:
    stops = np.array([(float(s["stop_lat"]), float(s["stop_lon"])) for s in tables["stops"]])
    scale = np.array([111_200.0, 69_800.0])
    for place in (place for place in places() if place.people):
        nearest_m = np.hypot(*((stops - [place.lat, place.lon]) * scale).T).min()
        assert nearest_m < (700 if place.people > 300 else 2_000), place.name


def test_every_stop_lies_at_a_street(tables: Tables, demo_roads: Path) -> None:
    graph = read_osm(demo_roads).roads
    lat = np.array([float(s["stop_lat"]) for s in tables["stops"]])
    lon = np.array([float(s["stop_lon"]) for s in tables["stops"]])
    for mode in (Mode.FOOT, Mode.CAR):
        found = locate(graph, lat, lon, mode)
        assert (found.edge >= 0).all()
        assert found.off_mm.max() < 50_000


def test_unknown_stays_unknown(tables: Tables) -> None:
    boarding = Counter(stop["wheelchair_boarding"] for stop in tables["stops"])
    assert boarding[""] > boarding["1"] > 0 < boarding["2"]
    assert {trip["wheelchair_accessible"] for trip in tables["trips"]} == {"", "1", "2"}


def test_the_check_has_nothing_to_say(demo_feed: Path) -> None:
    loaded = gtfs.load(demo_feed)
    assert [f for f in loaded.findings if f.severity != gtfs.Severity.INFO] == []
    assert loaded.timetable is not None
    assert loaded.timetable.is_demo
    assert loaded.timetable.first_day == START - dt.timedelta(days=30)


def test_copies_for_benchmarks(demo_feed: Path, tmp_path: Path) -> None:
    four = tmp_path / "four.zip"
    generate_feed(four, START, scale=4)
    with zipfile.ZipFile(demo_feed) as one, zipfile.ZipFile(four) as many:
        single, copied = (a.read("stop_times.txt").count(b"\n") for a in (one, many))
    assert 4 * single < copied < 4.1 * single
    assert [f for f in gtfs.load(four).findings if f.severity != gtfs.Severity.INFO] == []


def test_scale_must_be_a_square(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="square"):
        generate_feed(tmp_path / "two.zip", START, scale=2)


def _seconds(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return 3600 * int(hours) + 60 * int(minutes) + int(seconds)
