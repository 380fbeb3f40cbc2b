"""One vehicle, or none: boarding, alighting, walking to the stop."""

from routing.query import LegKind, Party
from tests.journeys.expecting import expect

LINE = """
line 1 | A     B     C
t1     | 08:00 08:10 08:20
"""
TWICE = LINE + "t2 | 09:00 09:10 09:20"


def test_a01_direct_trip() -> None:
    expect(LINE, "A", "C", "08:00", "08:00 A –1→ 08:20 C")


def test_a02_part_of_a_line() -> None:
    expect(LINE, "B", "C", "08:00", "08:10 B –1→ 08:20 C")


def test_a03_nobody_rides_backwards() -> None:
    expect(LINE, "C", "A", "08:00")


def test_a04_every_trip_of_the_window() -> None:
    expect(TWICE, "A", "C", "07:30", "08:00 A –1→ 08:20 C", "09:00 A –1→ 09:20 C")


def test_a05_a_slower_trip_is_no_answer() -> None:
    slower = LINE + "line 2 | A C\nu1 | 07:55 08:20\nu2 | 08:00 08:25"
    expect(slower, "A", "C", "07:30", "08:00 A –1→ 08:20 C")


def test_a06_one_departure_gives_the_first_arrival() -> None:
    expect(TWICE, "A", "C", "07:30", "08:00 A –1→ 08:20 C", window_s=0)


def test_a07_a_vehicle_that_stands_leaves_at_its_departure() -> None:
    standing = "line 1 | A B C\nt1 | 08:00 08:10/08:15 08:20"
    expect(standing, "B", "C", "08:12", "08:15 B –1→ 08:20 C")
    expect(standing, "A", "B", "08:00", "08:00 A –1→ 08:10 B")


def test_a08_no_boarding_where_a_line_only_sets_down() -> None:
    rules = "line 1 | A[on] B[off] C[pass] D\nt1 | 08:00 08:10 08:20 08:30"
    expect(rules, "A", "B", "07:30", "08:00 A –1→ 08:10 B")
    expect(rules, "B", "D", "07:30")
    expect(rules, "A", "C", "07:30")
    expect(rules, "C", "D", "07:30")


def test_a09_no_alighting_where_a_line_only_picks_up() -> None:
    rules = "line 1 | A B[on] C\nt1 | 08:00 08:10 08:20"
    expect(rules, "A", "B", "07:30")
    expect(rules, "B", "C", "07:30", "08:10 B –1→ 08:20 C")


def test_a10_walk_to_the_stop() -> None:
    """99.5 m × 1.3 = 129.35 m, so 130 m, 104 s."""
    from_a_door = LINE + "at A 0 0\nat H 0 99.5"
    expect(from_a_door, "H", "C", "07:30", "07:58:16 H, walk ~130 m, 08:00 A –1→ 08:20 C")


def test_a11_walk_from_the_stop() -> None:
    to_a_door = LINE + "at C 0 0\nat H 0 99.5"
    expect(to_a_door, "A", "H", "07:30", "08:00 A –1→ 08:20 C, walk ~130 m, 08:21:44 H")


def test_a12_a_stop_as_origin_also_means_the_stops_near_it() -> None:
    nearby = LINE + "walk X A 300 m"
    expect(nearby, "X", "C", "07:30", "07:56 X, walk 300 m, 08:00 A –1→ 08:20 C")


def test_a13_the_longest_walk() -> None:
    nearby = LINE + "walk X A 300 m"
    expect(nearby, "X", "C", "07:30", max_walk_s=239)
    expect(nearby, "X", "C", "07:30", "07:56 X, walk 300 m, 08:00 A –1→ 08:20 C", max_walk_s=240)


def test_a14_walking_speed() -> None:
    nearby = LINE + "walk X A 300 m"
    expect(nearby, "X", "C", "07:30", "07:50 X, walk 300 m, 08:00 A –1→ 08:20 C", walk_speed_m_s=0.5)


def test_a15_walking_all_the_way_stands_once() -> None:
    expect(LINE + "walk A C 600 m", "A", "C", "07:30", "07:30 A, walk 600 m, 07:38 C")


def test_a16_walking_is_shown_beside_a_quicker_bus() -> None:
    """The bus takes 20 minutes; so does the walk, or 25 for those who walk slowly."""
    near = "line 1 | A C\nt1 | 08:00 08:20\nwalk A C 1500 m"
    expect(near, "A", "C", "07:30", "07:30 A, walk 1500 m, 07:50 C")
    slowly = "07:30 A, walk 1500 m, 07:55 C"
    expect(near, "A", "C", "07:30", slowly, "08:00 A –1→ 08:20 C", walk_speed_m_s=1.0, max_walk_s=1500)


def test_a17_wheelchairs_need_vehicles_and_stops_that_can_be_used() -> None:
    party = Party(seats=0, wheelchairs=1)
    unknown = TWICE
    expect(unknown, "A", "C", "07:30", "08:00 A –1→ 08:20 C", "09:00 A –1→ 09:20 C", party=party)
    one_trip = unknown.replace("t1 ", "t1 wheelchair no ")
    expect(one_trip, "A", "C", "07:30", "09:00 A –1→ 09:20 C", party=party)
    expect(LINE + "stop A wheelchair no", "A", "C", "07:30", party=party)
    expect(LINE + "stop C wheelchair no", "A", "C", "07:30", party=party)
    expect(LINE + "stop B wheelchair no", "A", "C", "07:30", "08:00 A –1→ 08:20 C", party=party)
    expect(LINE + "stop C wheelchair no", "A", "C", "07:30", "08:00 A –1→ 08:20 C")


def test_a17b_bicycles_need_vehicles_that_take_them() -> None:
    party = Party(bicycles=1)
    expect(TWICE, "A", "C", "07:30", "08:00 A –1→ 08:20 C", "09:00 A –1→ 09:20 C", party=party)
    one_trip = TWICE.replace("t1 ", "t1 bikes no ")
    expect(one_trip, "A", "C", "07:30", "09:00 A –1→ 09:20 C", party=party)
    expect(one_trip, "A", "C", "07:30", "08:00 A –1→ 08:20 C", "09:00 A –1→ 09:20 C")


def test_a18_on_demand_buses_are_a_kind_of_their_own() -> None:
    by_type = "line 5 type 715 | A C\nt1 | 08:00 08:20"
    expect(by_type, "A", "C", "07:30", "08:00 A –rufbus 5→ 08:20 C")
    expect(by_type, "A", "C", "07:30", kinds=frozenset({LegKind.TRANSIT}))
    by_phone = "line 1 | A B[phone] C\nt1 | 08:00 08:10 08:20"
    expect(by_phone, "B", "C", "07:30", "08:10 B –rufbus 1→ 08:20 C")
    expect(by_phone, "A", "C", "07:30", "08:00 A –1→ 08:20 C")
    expect(by_phone, "B", "C", "07:30", kinds=frozenset({LegKind.TRANSIT}))
    expect(by_phone, "A", "C", "07:30", kinds=frozenset({LegKind.RUFBUS}))


def test_a19_a_walk_from_the_stop_may_be_the_last_resort() -> None:
    """Getting off at B and walking 600 m arrives 2 minutes before the bus does."""
    expect(LINE + "walk B C 600 m", "A", "C", "07:30", "08:00 A –1→ 08:10 B, walk 600 m, 08:18 C")
