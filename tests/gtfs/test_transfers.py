"""Stated changes, and trips one stays seated in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gtfs.feeds import CALENDAR, built, feed, load, places, plain, timetable_text

STOPS = """
    stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
    S,Bahnhof,51.10,13.40,1,
    S1,Bahnhof,51.10,13.40,0,S
    S2,Bahnhof,51.10,13.40,0,S
    A,A,51.12,13.42,,
    B,B,51.13,13.43,,
"""
TWO_TRIPS = """
    trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type
    t1,08:00:00,08:00:00,A,1,0,1
    t1,08:10:00,08:10:00,S1,2,1,0
    t2,08:15:00,08:15:00,S1,1,0,1
    t2,08:25:00,08:25:00,B,2,1,0
"""


def rules(text: str, folder: Path) -> list[tuple[str, str, int, int]]:
    trips = "route_id,service_id,trip_id\nR,WEEK,t1\nR,WEEK,t2"
    timetable = built(feed(stops=STOPS, trips=trips, stop_times=TWO_TRIPS, transfers=text), folder)
    columns = (
        timetable.transfer_from,
        timetable.transfer_to,
        timetable.transfer_type,
        timetable.transfer_min_s,
    )
    return [
        (timetable.stop_id[a], timetable.stop_id[b], int(k), int(s))
        for a, b, k, s in zip(*columns, strict=True)
    ]


def test_all_four_types(tmp_path: Path) -> None:
    text = """
        from_stop_id,to_stop_id,transfer_type,min_transfer_time
        A,B,,
        B,A,1,
        A,A,2,40000
        B,B,3,
    """
    assert rules(text, tmp_path) == [
        ("A", "A", 2, 40000),
        ("A", "B", 0, 0),
        ("B", "A", 1, 0),
        ("B", "B", 3, 0),
    ]


def test_a_station_stands_for_its_platforms(tmp_path: Path) -> None:
    text = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nS,A,2,300\nS,S,2,60"
    assert rules(text, tmp_path) == [
        ("S1", "S1", 2, 60),
        ("S1", "S2", 2, 60),
        ("S1", "A", 2, 300),
        ("S2", "S1", 2, 60),
        ("S2", "S2", 2, 60),
        ("S2", "A", 2, 300),
    ]


def test_a_platforms_own_rule_beats_the_stations(tmp_path: Path) -> None:
    text = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nS,A,2,300\nS2,A,3,"
    assert rules(text, tmp_path) == [("S1", "A", 2, 300), ("S2", "A", 3, 0)]


def test_minimum_without_a_time_is_no_promise(tmp_path: Path) -> None:
    text = "from_stop_id,to_stop_id,transfer_type\nA,B,2"
    assert rules(text, tmp_path) == [("A", "B", 0, 0)]


def test_rules_for_single_trips_are_counted(tmp_path: Path) -> None:
    transfers = """
        from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_route_id,to_trip_id
        A,B,2,60,R,
        B,A,2,60,,t1
    """
    loaded = load(
        feed(
            stops=STOPS,
            stop_times=TWO_TRIPS.replace("t2", "t1").replace("S1,1", "S1,3").replace("B,2", "B,4"),
            transfers=transfers,
        ),
        tmp_path,
    )
    assert loaded.timetable is not None
    assert len(loaded.timetable.transfer_from) == 0
    assert places(loaded, "transfer_for_single_trips_ignored") == [("transfers.txt", 2, "", "")]


def joined(
    folder: Path,
    *,
    blocks: tuple[str, str] = ("", ""),
    services: tuple[str, str] = ("WEEK", "WEEK"),
    stop_times: str = TWO_TRIPS,
    transfers: str | None = None,
) -> list[str]:
    trips = "route_id,service_id,trip_id,block_id\n" + "".join(
        f"R,{service},t{i},{block}\n"
        for i, (service, block) in enumerate(zip(services, blocks, strict=True), 1)
    )
    calendar = plain(CALENDAR) + "SAME,1,1,1,1,1,0,0,20260601,20260630\nMON,1,0,0,0,0,0,0,20260601,20260630\n"
    files = feed(stops=STOPS, trips=trips, stop_times=stop_times, calendar=calendar, transfers=transfers)
    return timetable_text(built(files, folder))


APART = ["t1 | A 08:00 | S1 08:10", "t2 | S1 08:15 | B 08:25"]
TOGETHER = ["t1+t2 | A 08:00 | S1 08:10/08:15 | B 08:25"]


def test_trips_stand_alone(tmp_path: Path) -> None:
    assert joined(tmp_path) == APART


def test_same_block_is_one_trip(tmp_path: Path) -> None:
    assert joined(tmp_path, blocks=("7", "7")) == TOGETHER


def test_different_service_of_the_same_days_is_one_trip(tmp_path: Path) -> None:
    assert joined(tmp_path, blocks=("7", "7"), services=("WEEK", "SAME")) == TOGETHER


def test_other_days_stay_apart(tmp_path: Path) -> None:
    assert joined(tmp_path, blocks=("7", "7"), services=("WEEK", "MON")) == APART


def test_other_place_stays_apart(tmp_path: Path) -> None:
    moved = TWO_TRIPS.replace("08:15:00,S1", "08:15:00,A")
    assert len(joined(tmp_path, blocks=("7", "7"), stop_times=moved)) == 2


def test_other_platform_of_the_station_is_one_trip_with_both_halts(tmp_path: Path) -> None:
    moved = TWO_TRIPS.replace("08:15:00,S1", "08:15:00,S2")
    assert joined(tmp_path, blocks=("7", "7"), stop_times=moved) == [
        "t1+t2 | A 08:00 | S1 08:10 | S2 08:15 | B 08:25"
    ]


@pytest.mark.parametrize(("departure", "count"), [("08:40:00", 1), ("08:41:00", 2), ("08:09:00", 2)])
def test_a_block_waits_half_an_hour_at_most(tmp_path: Path, departure: str, count: int) -> None:
    later = TWO_TRIPS.replace("08:15:00", departure).replace("08:25:00", "08:55:00")
    assert len(joined(tmp_path, blocks=("7", "7"), stop_times=later)) == count


def test_overlapping_trips_of_a_block_are_reported(tmp_path: Path) -> None:
    trips = "route_id,service_id,trip_id,block_id\nR,WEEK,t1,7\nR,WEEK,t2,7"
    stop_times = TWO_TRIPS.replace("08:15:00", "08:05:00")
    loaded = load(feed(stops=STOPS, trips=trips, stop_times=stop_times), tmp_path)
    assert loaded.timetable is not None
    assert loaded.timetable.n_trips == 2
    assert places(loaded, "block_trips_with_overlapping_stop_times") == [("trips.txt", 3, "block_id", "7")]


def test_two_possible_followers_are_joined_by_no_guess(tmp_path: Path) -> None:
    stay = "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\n,,4,t1,t2\n,,4,t1,t3"
    trips = "route_id,service_id,trip_id\nR,WEEK,t1\nR,WEEK,t2\nR,WEEK,t3"
    stop_times = plain(TWO_TRIPS) + "t3,08:20:00,08:20:00,S1,1,,\nt3,08:30:00,08:30:00,B,2,,\n"
    files = feed(stops=STOPS, trips=trips, stop_times=stop_times, transfers=stay)
    assert len(timetable_text(built(files, tmp_path))) == 3


def test_stated_in_transfers(tmp_path: Path) -> None:
    stay = "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\n,,4,t1,t2"
    assert joined(tmp_path, transfers=stay) == TOGETHER


def test_forbidden_in_transfers(tmp_path: Path) -> None:
    leave = "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\nS1,S1,5,t1,t2"
    assert joined(tmp_path, blocks=("7", "7"), transfers=leave) == APART


def test_stated_on_other_days_is_reported(tmp_path: Path) -> None:
    stay = "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\nS1,S1,4,t1,t2"
    trips = "route_id,service_id,trip_id\nR,WEEK,t1\nR,MON,t2"
    calendar = plain(CALENDAR) + "MON,1,0,0,0,0,0,0,20260601,20260630\n"
    loaded = load(
        feed(stops=STOPS, trips=trips, stop_times=TWO_TRIPS, calendar=calendar, transfers=stay), tmp_path
    )
    assert loaded.timetable is not None
    assert loaded.timetable.n_trips == 2
    assert places(loaded, "trips_not_joined")


def test_sections_of_a_joined_trip(tmp_path: Path) -> None:
    trips = """
        route_id,service_id,trip_id,block_id,trip_headsign,wheelchair_accessible
        R,WEEK,t1,7,Bahnhof,1
        R2,WEEK,t2,7,B,2
    """
    routes = """
        route_id,agency_id,route_short_name,route_long_name,route_type
        R,V,421,,3
        R2,V,422,,3
    """
    timetable = built(feed(stops=STOPS, routes=routes, trips=trips, stop_times=TWO_TRIPS), tmp_path)
    assert timetable.trip_section_start.tolist() == [0, 2]
    assert timetable.section_first_pos.tolist() == [0, 1]
    assert [timetable.route_short_name[r] for r in timetable.section_route] == ["421", "422"]
    assert list(timetable.section_headsign) == ["Bahnhof", "B"]
    assert timetable.trip_wheelchair.tolist() == [2]
    assert timetable.pattern_board.tolist() == [0, 0, 1]
    assert timetable.pattern_alight.tolist() == [1, 0, 0]


def test_section_positions_among_several_trips(tmp_path: Path) -> None:
    trips = "route_id,service_id,trip_id,block_id\nR,WEEK,t1,7\nR,WEEK,t2,7\nR,WEEK,t3,7\nR,WEEK,alone,"
    stop_times = plain(TWO_TRIPS) + (
        "t3,08:30:00,08:30:00,B,1,,\nt3,08:35:00,08:35:00,A,2,,\nt3,08:40:00,08:40:00,S2,3,,\n"
        "alone,07:00:00,07:00:00,A,1,,\nalone,07:30:00,07:30:00,B,2,,\n"
    )
    timetable = built(feed(stops=STOPS, trips=trips, stop_times=stop_times), tmp_path)
    assert timetable_text(timetable) == [
        "t1+t2+t3 | A 08:00 | S1 08:10/08:15 | B 08:25/08:30 | A 08:35 | S2 08:40",
        "alone | A 07:00 | B 07:30",
    ]
    assert timetable.section_first_pos.tolist() == [0, 1, 2, 0]
