"""Changing from vehicle to vehicle: walks, slack, stated transfers, stations, joined trips."""

import pytest

from tests.journeys.expecting import expect

FIRST = """
line 1 | A     B
t1     | 08:00 08:10
"""


def test_b01_slack_at_the_same_stop() -> None:
    in_time = FIRST + "line 2 | B C\nu1 | 08:12 08:30"
    expect(in_time, "A", "C", "07:30", "08:00 A –1→ 08:10/08:12 B –2→ 08:30 C")
    too_tight = FIRST + "line 2 | B C\nu1 | 08:11:59 08:30"
    expect(too_tight, "A", "C", "07:30")
    expect(too_tight, "A", "C", "07:30", "08:00 A –1→ 08:10/08:11:59 B –2→ 08:30 C", transfer_slack_s=119)


def test_b02_walk_and_slack() -> None:
    """300 m are 4 minutes, and 2 more."""
    near = FIRST + "line 2 | X C\nu1 | 08:15:59 08:25\nu2 | 08:16 08:30\nwalk B X 300 m"
    expect(near, "A", "C", "07:30", "08:00 A –1→ 08:10 B, walk 300 m, 08:16 X –2→ 08:30 C")


def test_b03_one_walk_between_two_vehicles() -> None:
    two_walks = FIRST + "line 2 | Y C\nu1 | 09:00 09:10\nwalk B X 100 m\nwalk X Y 100 m"
    expect(two_walks, "A", "C", "07:30")


def test_b04_longest_walk_between_vehicles() -> None:
    near = FIRST + "line 2 | X C\nu1 | 09:00 09:30\nwalk B X 300 m"
    expect(near, "A", "C", "07:30", max_walk_s=239)


def test_b05_platforms_of_a_station() -> None:
    """99.5 m × 1.3, so 130 m, 104 s, and 2 minutes of slack."""
    drawing = "station S | B1 B2\nat B1 0 0\nat B2 0 99.5\nline 1 | A B1\nt1 | 08:00 08:10\nline 2 | B2 C\n"
    expect(drawing + "u1 | 08:13:43 08:20", "A", "C", "07:30")
    line = "08:00 A –1→ 08:10 B1, walk ~130 m, 08:13:44 B2 –2→ 08:20 C"
    expect(drawing + "u1 | 08:13:44 08:20", "A", "C", "07:30", line)


def test_b06_a_station_is_all_of_its_platforms() -> None:
    drawing = "station S | B1 B2\nat B1 0 0\nat B2 0 99.5\nline 1 | A B1\nt1 | 08:00 08:10\nline 2 | B2 C\nu1 | 08:20 08:30"
    expect(drawing, "A", "S", "07:30", "08:00 A –1→ 08:10 B1")
    expect(drawing, "S", "C", "07:30", "08:20 B2 –2→ 08:30 C")


STATED = FIRST + "line 2 | B C\nu1 | 08:10 08:20\nu2 | 08:11 08:21\nu3 | 08:12 08:22\nu4 | 08:20 08:30\n"


@pytest.mark.parametrize(
    ("stated", "departure", "arrival"),
    [
        ("", "08:12", "08:22"),
        ("transfer B B 0", "08:12", "08:22"),
        ("transfer B B 1", "08:10", "08:20"),
        ("transfer B B 2 0 s", "08:10", "08:20"),
        ("transfer B B 2 60 s", "08:11", "08:21"),
        ("transfer B B 2 600 s", "08:20", "08:30"),
    ],
)
def test_b07_stated_transfers_at_one_stop(stated: str, departure: str, arrival: str) -> None:
    line = f"08:00 A –1→ 08:10/{departure} B –2→ {arrival} C"
    line = line.replace("08:10/08:10", "08:10")
    expect(STATED + stated, "A", "C", "07:30", line)


def test_b08_no_change_where_the_timetable_forbids_it() -> None:
    expect(STATED + "transfer B B 3", "A", "C", "07:30")


NEAR = FIRST + "line 2 | X C\nu1 | 08:14 08:24\nu2 | 08:15 08:25\nu3 | 08:16 08:26\nu4 | 08:30 08:40\n"


@pytest.mark.parametrize(
    ("stated", "departure", "arrival"),
    [
        ("walk B X 300 m", "08:16", "08:26"),
        ("walk B X 300 m\ntransfer B X 0", "08:16", "08:26"),
        ("walk B X 300 m\ntransfer X B 3", "08:16", "08:26"),
        ("walk B X 300 m\ntransfer B X 1", "08:14", "08:24"),
        ("walk B X 300 m\ntransfer B X 2 300 s", "08:15", "08:25"),
        ("walk B X 300 m\ntransfer B X 2 1200 s", "08:30", "08:40"),
    ],
)
def test_b09_stated_transfers_between_stops(stated: str, departure: str, arrival: str) -> None:
    line = f"08:00 A –1→ 08:10 B, walk 300 m, {departure} X –2→ {arrival} C"
    expect(NEAR + stated, "A", "C", "07:30", line)


def test_b10_no_change_between_stops_where_the_timetable_forbids_it() -> None:
    expect(NEAR + "walk B X 300 m\ntransfer B X 3", "A", "C", "07:30")


def test_b11_a_stated_minimum_needs_no_walk_within_the_limit() -> None:
    line = "08:00 A –1→ 08:10 B, walk 300 m, 08:15 X –2→ 08:25 C"
    expect(NEAR + "walk B X 300 m\ntransfer B X 2 300 s", "A", "C", "07:30", line, max_walk_s=60)
    expect(NEAR + "walk B X 300 m\ntransfer B X 1", "A", "C", "07:30", max_walk_s=60)


def test_b12_forbidden_changes_leave_other_ways() -> None:
    around = NEAR + "walk B X 300 m\ntransfer B X 3\nline 3 | B X\nv1 | 08:15 08:18\n"
    line = "08:00 A –1→ 08:10/08:15 B –3→ 08:18/08:30 X –2→ 08:40 C"
    expect(around, "A", "C", "07:30", line)


def test_b13_first_boarding_and_last_alighting_need_no_slack() -> None:
    doors = FIRST + "walk H A 300 m\nwalk B Z 300 m"
    expect(
        doors, "H", "Z", "07:56", "07:56 H, walk 300 m, 08:00 A –1→ 08:10 B, walk 300 m, 08:14 Z", window_s=0
    )


def test_b14_fewer_vehicles_or_earlier_arrival() -> None:
    both = FIRST + "line 2 | B C\nu1 | 08:12 08:20\nline 3 | A C\nv1 | 08:00 08:30"
    change = "08:00 A –1→ 08:10/08:12 B –2→ 08:20 C"
    expect(both, "A", "C", "07:30", change, "08:00 A –3→ 08:30 C")
    expect(both, "A", "C", "07:30", "08:00 A –3→ 08:30 C", max_vehicles=1)


def test_b15_joined_trips_are_one_vehicle() -> None:
    joined = "line 1 | A B C\nt1 then 2 u1 at 1 | 08:00 08:10/08:10 08:20"
    expect(joined, "A", "C", "07:30", "08:00 A –1→ 08:20 C", max_vehicles=1)


def test_b16_the_kind_of_a_joined_trip_is_that_of_the_section_where_one_boards() -> None:
    joined = "line 5 type 715 | B\nline 1 | A B C\nt1 then 5 u1 at 1 | 08:00 08:10 08:20"
    expect(joined, "A", "C", "07:30", "08:00 A –1→ 08:20 C")
    expect(joined, "B", "C", "07:30", "08:10 B –rufbus 5→ 08:20 C")


def test_b17_change_where_the_walk_is_shorter() -> None:
    """Both lines pass B–X (300 m) and C–Y (100 m); the vehicles are the same, so the shorter walk is shown."""
    parallel = "line 1 | A B C\nt1 | 08:00 08:10 08:12\nline 2 | X Y D\nu1 | 08:30 08:40 08:50\n"
    walks = "walk B X 300 m\nwalk C Y 100 m"
    expect(parallel + walks, "A", "D", "07:30", "08:00 A –1→ 08:12 C, walk 100 m, 08:40 Y –2→ 08:50 D")


def test_b18_change_where_there_is_more_time() -> None:
    """At B there are 20 minutes to change, at C 18."""
    parallel = "line 1 | A B C\nt1 | 08:00 08:10 08:20\nline 2 | B C D\nu1 | 08:30 08:38 08:50"
    expect(parallel, "A", "D", "07:30", "08:00 A –1→ 08:10/08:30 B –2→ 08:50 D")


def test_b19_three_vehicles_and_two_walks() -> None:
    chain = (
        FIRST
        + "line 2 | X Y\nu1 | 08:20 08:30\nline 3 | Z C\nv1 | 08:40 08:50\nwalk B X 300 m\nwalk Y Z 150 m"
    )
    line = "08:00 A –1→ 08:10 B, walk 300 m, 08:20 X –2→ 08:30 Y, walk 150 m, 08:40 Z –3→ 08:50 C"
    expect(chain, "A", "C", "07:30", line)
    expect(chain, "A", "C", "07:30", max_vehicles=2)
