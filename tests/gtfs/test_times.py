"""Blank times, bad times, frequencies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gtfs.feeds import STOP_TIMES, TRIPS, built, feed, load, places, plain, timetable_text

FOUR_STOPS = """
    stop_id,stop_name,stop_lat,stop_lon
    A,A,51.10,13.40
    B,B,51.11,13.41
    C,C,51.12,13.42
    D,D,51.13,13.43
"""


def test_blank_times_are_spread_evenly_by_stops(tmp_path: Path) -> None:
    stop_times = """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence
        t1,08:00:00,08:00:00,A,1
        t1,,,B,2
        t1,,,C,3
        t1,08:30:00,08:30:00,D,4
    """
    timetable = built(feed(stops=FOUR_STOPS, stop_times=stop_times), tmp_path)
    assert timetable_text(timetable) == ["t1 | A 08:00 | B 08:10 | C 08:20 | D 08:30"]


def test_blank_times_follow_given_distances(tmp_path: Path) -> None:
    stop_times = """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled
        t1,08:00:00,08:00:00,A,1,0
        t1,,,B,2,1000
        t1,,,C,3,2500
        t1,08:30:00,08:30:00,D,4,3000
    """
    timetable = built(feed(stops=FOUR_STOPS, stop_times=stop_times), tmp_path)
    assert timetable_text(timetable) == ["t1 | A 08:00 | B 08:10 | C 08:25 | D 08:30"]


@pytest.mark.parametrize(
    "distances", [("0", "", "2500", "3000"), ("0", "2000", "1000", "3000"), ("5", "5", "5", "5")]
)
def test_useless_distances_do_not_count(tmp_path: Path, distances: tuple[str, ...]) -> None:
    a, b, c, d = distances
    stop_times = f"""
        trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled
        t1,08:00:00,08:00:00,A,1,{a}
        t1,,,B,2,{b}
        t1,,,C,3,{c}
        t1,08:30:00,08:30:00,D,4,{d}
    """
    timetable = built(feed(stops=FOUR_STOPS, stop_times=stop_times), tmp_path)
    assert timetable_text(timetable) == ["t1 | A 08:00 | B 08:10 | C 08:20 | D 08:30"]


def test_two_gaps_with_and_without_distances(tmp_path: Path) -> None:
    stop_times = """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled
        t1,08:00:00,08:00:00,A,1,0
        t1,,,B,2,100
        t1,08:10:00,08:12:00,C,3,400
        t1,,,D,4,
        t1,08:32:00,08:32:00,A,5,
    """
    timetable = built(feed(stops=FOUR_STOPS, stop_times=stop_times), tmp_path)
    assert timetable_text(timetable) == ["t1 | A 08:00 | B 08:02:30 | C 08:10/08:12 | D 08:22 | A 08:32"]


def test_rows_in_any_order(tmp_path: Path) -> None:
    rows = plain(STOP_TIMES).splitlines()
    shuffled = "\n".join([rows[0], rows[3], rows[1], rows[2]])
    timetable = built(feed(stop_times=shuffled), tmp_path)
    assert timetable_text(timetable) == ["t1 | A 08:00 | B 08:10/08:11 | C 08:20"]


def test_one_time_stands_for_both(tmp_path: Path) -> None:
    stop_times = STOP_TIMES.replace("08:10:00,08:11:00", "08:10:00,")
    loaded = load(feed(stop_times=stop_times), tmp_path)
    assert loaded.timetable is not None
    assert timetable_text(loaded.timetable) == ["t1 | A 08:00 | B 08:10 | C 08:20"]
    assert places(loaded, "stop_time_with_only_arrival_or_departure_time") == [
        ("stop_times.txt", 3, "departure_time", "")
    ]


BAD_TIMES = [
    ("missing_trip_edge", "08:20:00,08:20:00,C", ",,C", 4),
    ("start_and_end_range_out_of_order", "08:10:00,08:11:00", "08:12:00,08:11:00", 3),
    ("stop_time_with_arrival_before_previous_departure_time", "08:20:00,08:20:00", "08:05:00,08:05:00", 4),
    ("invalid_time", "08:10:00,08:11:00", "08:61:00,08:11:00", 3),
    ("invalid_integer", "B,2", "B,zwei", 3),
    ("number_out_of_range", "B,2", "B,-2", 3),
    ("duplicate_key", "B,2", "B,1", 3),
    ("foreign_key_violation", "B,2", "X,2", 3),
    ("missing_required_field", "B,2", ",2", 3),
]


@pytest.mark.parametrize(("code", "old", "new", "line"), BAD_TIMES)
def test_bad_trip_among_few_refuses_the_feed(
    tmp_path: Path, code: str, old: str, new: str, line: int
) -> None:
    loaded = load(feed(stop_times=STOP_TIMES.replace(old, new)), tmp_path)
    assert loaded.timetable is None
    assert [place[:2] for place in places(loaded, code)] == [("stop_times.txt", line)]
    assert places(loaded, "too_many_broken_records")


@pytest.mark.parametrize(("code", "old", "new", "line"), BAD_TIMES)
def test_bad_trip_among_many_is_left_out(tmp_path: Path, code: str, old: str, new: str, line: int) -> None:
    names = [f"x{i}" for i in range(60)]
    trips = plain(TRIPS) + "".join(f"R,WEEK,{name},\n" for name in names)
    good = "".join(f"{name},09:00:00,09:00:00,A,1\n{name},09:20:00,09:20:00,B,2\n" for name in names)
    stop_times = plain(STOP_TIMES.replace(old, new)) + good
    loaded = load(feed(trips=trips, stop_times=stop_times), tmp_path)
    assert loaded.timetable is not None
    assert loaded.timetable.n_trips == 60
    assert [place[:2] for place in places(loaded, code)] == [("stop_times.txt", line)]
    assert "1 von 61 Fahrten" in next(
        f.message for f in loaded.findings if f.code == "broken_records_left_out"
    )


def test_rows_of_unknown_trips(tmp_path: Path) -> None:
    stop_times = plain(STOP_TIMES) + "x,08:00:00,08:00:00,A,1\nx,08:20:00,08:20:00,C,2\n"
    loaded = load(feed(stop_times=stop_times), tmp_path)
    assert loaded.timetable is None
    assert [place[1:] for place in places(loaded, "foreign_key_violation")] == [
        (5, "trip_id", "x"),
        (6, "trip_id", "x"),
    ]


def test_falling_distances_are_reported(tmp_path: Path) -> None:
    rows = plain(STOP_TIMES).splitlines()
    far = ["shape_dist_traveled", "0", "900", "800"]
    text = "\n".join(f"{row},{distance}" for row, distance in zip(rows, far, strict=True))
    loaded = load(feed(stop_times=text), tmp_path)
    assert loaded.timetable is not None
    assert places(loaded, "decreasing_or_equal_stop_time_distance") == [
        ("stop_times.txt", 4, "shape_dist_traveled", "800")
    ]


def test_trip_of_one_stop_is_always_left_out(tmp_path: Path) -> None:
    trips = plain(TRIPS) + "R,WEEK,single,\nR,WEEK,none,\n"
    loaded = load(
        feed(trips=trips, stop_times=plain(STOP_TIMES) + "single,09:00:00,09:00:00,A,1\n"), tmp_path
    )
    assert loaded.timetable is not None
    assert loaded.timetable.n_trips == 1
    assert places(loaded, "unusable_trip") == [("stop_times.txt", 5, "trip_id", "single")]
    assert places(loaded, "unused_trip") == [("trips.txt", 4, "trip_id", "none")]


def test_no_trip_left_is_refused(tmp_path: Path) -> None:
    stop_times = "\n".join(plain(STOP_TIMES).splitlines()[:2])
    loaded = load(feed(stop_times=stop_times), tmp_path)
    assert loaded.timetable is None
    assert places(loaded, "no_usable_trips")


@pytest.mark.parametrize("exact", ["", "0", "1"])
def test_frequencies_are_spelled_out(tmp_path: Path, exact: str) -> None:
    frequencies = f"""
        trip_id,start_time,end_time,headway_secs,exact_times
        t1,06:00:00,07:00:00,1800,{exact}
        t1,23:50:00,24:20:00,900,{exact}
    """
    timetable = built(feed(frequencies=frequencies), tmp_path)
    assert [line.split(" | ")[1] for line in timetable_text(timetable)] == [
        "A 06:00",
        "A 06:30",
        "A 23:50",
        "A 24:05",
    ]
    assert timetable_text(timetable)[3] == "t1 | A 24:05 | B 24:15/24:16 | C 24:25"


def test_absurd_frequency_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"t1,{hour:02}:00:00,167:00:00,1\n" for hour in range(3))
    loaded = load(feed(frequencies="trip_id,start_time,end_time,headway_secs\n" + rows), tmp_path)
    assert loaded.timetable is None
    assert places(loaded, "number_out_of_range")[0][:3] == ("frequencies.txt", 2, "headway_secs")


def test_overlapping_frequencies_are_reported(tmp_path: Path) -> None:
    frequencies = """
        trip_id,start_time,end_time,headway_secs
        t1,06:00:00,07:00:00,1800
        t1,06:30:00,08:00:00,1800
    """
    loaded = load(feed(frequencies=frequencies), tmp_path)
    assert loaded.timetable is not None
    assert places(loaded, "overlapping_frequency") == [("frequencies.txt", 3, "start_time", "06:30:00")]


def test_impossible_speed_is_reported(tmp_path: Path) -> None:
    stop_times = STOP_TIMES.replace("08:20:00,08:20:00,C", "08:11:00,08:11:00,C")
    loaded = load(feed(stop_times=stop_times), tmp_path)
    assert loaded.timetable is not None
    assert places(loaded, "fast_travel_between_consecutive_stops") == [("stop_times.txt", 4, "stop_id", "C")]


def test_on_demand_areas_are_left_out(tmp_path: Path) -> None:
    trips = plain(TRIPS) + "R,WEEK,flex,\n"
    stop_times = """
        trip_id,arrival_time,departure_time,stop_id,location_group_id,stop_sequence
        t1,08:00:00,08:00:00,A,,1
        t1,08:20:00,08:20:00,C,,2
        flex,,,,area,1
        flex,,,,area,2
    """
    loaded = load(feed(trips=trips, stop_times=stop_times), tmp_path)
    assert loaded.timetable is not None
    assert timetable_text(loaded.timetable) == ["t1 | A 08:00 | C 08:20"]
    assert places(loaded, "flexible_service_left_out") == [("stop_times.txt", 4, "location_group_id", "area")]
