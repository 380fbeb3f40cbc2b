"""Stops, stations, places and wheelchair facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gtfs.feeds import STOP_TIMES, STOPS, TRIPS, built, feed, load, places, plain, timetable_text

STATION = """
    stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,platform_code,wheelchair_boarding
    S,Meißen Bahnhof,51.16,13.47,1,,,1
    A,,,,0,S,1,
    A2,Meißen Bahnhof,51.1601,13.4701,,S,2,2
    B,Coswig,51.13,13.58,0,,,2
    C,Radebeul,51.10,13.67,,,,
    E,Eingang,51.16,13.47,2,S,,
    N,,,,3,S,,
    Z,,,,4,A,,
"""


def test_platforms_belong_to_their_station(tmp_path: Path) -> None:
    timetable = built(feed(stops=STATION), tmp_path)
    assert list(timetable.stop_id) == ["S", "A", "A2", "B", "C"]
    assert timetable.stop_parent.tolist() == [-1, 0, 0, -1, -1]
    assert timetable.stop_is_station.tolist() == [1, 0, 0, 0, 0]
    assert list(timetable.stop_platform) == ["", "1", "2", "", ""]


def test_a_platform_takes_place_name_and_wheelchair_from_its_station(tmp_path: Path) -> None:
    timetable = built(feed(stops=STATION), tmp_path)
    assert (timetable.stop_lat[1], timetable.stop_lon[1], timetable.stop_name[1]) == (
        51.16,
        13.47,
        "Meißen Bahnhof",
    )
    assert timetable.stop_wheelchair.tolist() == [1, 1, 2, 2, 0]


def test_parent_that_is_no_station_does_not_count(tmp_path: Path) -> None:
    stops = STATION.replace("C,Radebeul,51.10,13.67,,,,", "C,Radebeul,51.10,13.67,,B,,")
    loaded = load(feed(stops=stops), tmp_path)
    assert loaded.timetable is not None
    assert loaded.timetable.stop_parent.tolist() == [-1, 0, 0, -1, -1]
    assert places(loaded, "wrong_parent_location_type") == [("stops.txt", 6, "parent_station", "B")]


def test_unknown_parent_does_not_count(tmp_path: Path) -> None:
    stops = STATION.replace("C,Radebeul,51.10,13.67,,,,", "C,Radebeul,51.10,13.67,,X,,")
    loaded = load(feed(stops=stops), tmp_path)
    assert loaded.timetable is not None
    assert places(loaded, "foreign_key_violation") == [("stops.txt", 6, "parent_station", "X")]


@pytest.mark.parametrize("place", ["S", "E", "N", "Z"])
def test_vehicles_stop_at_platforms_only(tmp_path: Path, place: str) -> None:
    loaded = load(feed(stops=STATION, stop_times=STOP_TIMES.replace("B,2", f"{place},2")), tmp_path)
    assert loaded.timetable is None
    assert places(loaded, "location_with_unexpected_stop_time") == [("stop_times.txt", 3, "stop_id", place)]


BAD_PLACES = [
    ("number_out_of_range", "51.1300,13.5800", "899.99,13.58"),
    ("number_out_of_range", "51.1300,13.5800", "51.13,-180.5"),
    ("point_near_origin", "51.1300,13.5800", "0,0"),
    ("point_near_pole", "51.1300,13.5800", "89.9,13.58"),
    ("invalid_float", "51.1300,13.5800", "nan,13.58"),
    ("invalid_float", "51.1300,13.5800", "51°13,13.58"),
    ("stop_without_location", "51.1300,13.5800", ","),
]


@pytest.mark.parametrize(("code", "old", "new"), BAD_PLACES)
def test_bad_place_among_few_refuses_the_feed(tmp_path: Path, code: str, old: str, new: str) -> None:
    loaded = load(feed(stops=STOPS.replace(old, new)), tmp_path)
    assert loaded.timetable is None
    assert [place[:2] for place in places(loaded, code)] == [("stops.txt", 3)]


@pytest.mark.parametrize(("code", "old", "new"), BAD_PLACES)
def test_bad_place_among_many_is_passed_without_halt(tmp_path: Path, code: str, old: str, new: str) -> None:
    others = "".join(f"x{i},Ort {i},51.1,13.{i}\n" for i in range(60))
    loaded = load(feed(stops=plain(STOPS.replace(old, new)) + others), tmp_path)
    assert loaded.timetable is not None
    assert timetable_text(loaded.timetable) == ["t1 | A 08:00 | C 08:20"]
    assert [place[:2] for place in places(loaded, code)] == [("stops.txt", 3)]
    assert places(loaded, "broken_records_left_out")


def test_swapped_coordinates_are_reported(tmp_path: Path) -> None:
    loaded = load(feed(stops=STOPS.replace("51.1300,13.5800", "13.5800,51.1300")), tmp_path)
    assert loaded.timetable is not None
    assert [place[:2] for place in places(loaded, "stop_far_off")] == [("stops.txt", 3)]


def test_stop_without_any_trip_is_reported_and_kept(tmp_path: Path) -> None:
    loaded = load(feed(stops=plain(STOPS) + "D,Dresden,51.05,13.74\n"), tmp_path)
    assert loaded.timetable is not None
    assert loaded.timetable.n_stops == 4
    assert places(loaded, "stop_without_stop_time") == [("stops.txt", 5, "stop_id", "D")]


def test_equal_row_again_is_harmless_and_a_different_one_is_not(tmp_path: Path) -> None:
    again = load(feed(stops=plain(STOPS) + "C,Radebeul Ost,51.1030,13.6780\n"), tmp_path / "again")
    assert again.timetable is not None
    assert again.timetable.n_stops == 3
    other = load(feed(stops=plain(STOPS) + "C,Dresden,51.05,13.74\n"), tmp_path / "other")
    assert other.timetable is None
    for loaded in (again, other):
        assert places(loaded, "duplicate_key") == [("stops.txt", 5, "stop_id", "C")]


@pytest.mark.parametrize(
    ("trip", "field", "value"),
    [("X,WEEK,t2,", "route_id", "X"), ("R,X,t2,", "service_id", "X")],
)
def test_unknown_references_of_trips(tmp_path: Path, trip: str, field: str, value: str) -> None:
    loaded = load(feed(trips=plain(TRIPS) + trip), tmp_path)
    assert loaded.timetable is None
    assert places(loaded, "foreign_key_violation") == [("trips.txt", 3, field, value)]
