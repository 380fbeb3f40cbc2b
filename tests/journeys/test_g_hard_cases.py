"""Overtaking, loops, hops of zero minutes, going nowhere, islands, places off the streets."""

from tests.journeys.expecting import expect
from tests.journeys.test_e_rides import ROAD

OVERTAKING = """
line 1 | A     B     C
t1     | 08:00 08:20 08:40
t2     | 08:05 08:15 08:25
"""


def test_g01_overtaking_trips_of_one_line() -> None:
    expect(OVERTAKING, "A", "C", "07:30", "08:05 A –1→ 08:25 C")
    expect(OVERTAKING, "B", "C", "08:00", "08:15 B –1→ 08:25 C", "08:20 B –1→ 08:40 C")
    expect(OVERTAKING, "B", "C", "08:16", "08:20 B –1→ 08:40 C")
    expect(OVERTAKING, "A", "C", "07:30", "08:00 A –1→ 08:40 C", window_s=1800)


def test_g02_trips_that_meet_at_the_end() -> None:
    meeting = "line 1 | A B C\nt1 | 08:00 08:20 08:40\nt2 | 08:05 08:15 08:40"
    expect(meeting, "A", "C", "07:30", "08:05 A –1→ 08:40 C")


def test_g03_the_same_stop_twice_in_a_line() -> None:
    loop = "line 1 | A B C B D\nt1 | 08:00 08:10 08:20 08:30 08:40"
    expect(loop, "A", "B", "07:30", "08:00 A –1→ 08:10 B")
    expect(loop, "B", "D", "07:30", "08:30 B –1→ 08:40 D")
    expect(loop, "B", "D", "07:30", "08:30 B –1→ 08:40 D", window_s=0)
    expect(loop, "B", "C", "07:30", "08:10 B –1→ 08:20 C")
    expect(loop, "C", "B", "07:30", "08:20 C –1→ 08:30 B")


def test_g04_a_ring_line() -> None:
    ring = "line 1 | A B C A\nt1 | 08:00 08:10 08:20 08:30\nt2 | 08:30 08:40 08:50 09:00"
    expect(ring, "C", "B", "08:00", "08:20 C –1→ 08:30 A –1→ 08:40 B", transfer_slack_s=0)
    expect(ring, "C", "B", "08:00")


def test_g05_hops_of_zero_minutes() -> None:
    zero = "line 1 | A B C\nt1 | 08:00 08:00 08:00\nline 2 | C D\nu1 | 08:00 08:00"
    expect(zero, "A", "C", "07:30", "08:00 A –1→ 08:00 C")
    expect(zero, "A", "D", "07:30", "08:00 A –1→ 08:00 C –2→ 08:00 D", transfer_slack_s=0)
    expect(zero, "A", "D", "07:30")


def test_g06_going_nowhere() -> None:
    line = "line 1 | A B\nt1 | 08:00 08:10\nline 2 | B A\nu1 | 08:15 08:25\nat H 0 0"
    expect(line, "A", "A", "07:30", "07:30 A, walk 0 m, 07:30 A")
    expect(line, "H", "H", "07:30", "07:30 H, walk 0 m, 07:30 H")


def test_g07_streets_that_do_not_join() -> None:
    """X lies 500 m from H on a street of its own: 650 m as a straight line × 1.3, 520 s."""
    islands = """
    at H 0 0
    at I 0 -1000
    at X 499.9 0
    at Z 1500 0
    street H I 1000 m 60 s
    street X Z 1000 m 60 s
    line 1 | X C
    t1 | 08:00 08:20
    """
    expect(islands, "H", "C", "07:30", "07:51:20 H, walk ~650 m, 08:00 X –1→ 08:20 C")


def test_g08_a_place_off_the_streets() -> None:
    """F is 1.1 km from the road: a straight line × 1.3, and no car comes to the door."""
    far = ROAD + "at F 5000 -1100\nride r1 | A 07:00 | B until 08:00 | budget 900 s\n"
    line = "06:45:56 F, walk ~1430 m, 07:05 M –ride r1→ 07:11 B"
    expect(far, "F", "B", "06:30", line)


def test_g09_a_door_beside_the_street() -> None:
    """H stands 40.5 m north of the middle of a street: 40.5 m + 500 m, rounded up to 541 m, 433 s."""
    beside = """
    at A 0 0
    at B 1000 0
    at H 500 40.5
    street A B 1000 m 60 s
    line 1 | A C
    t1 | 08:00 08:20
    """
    expect(beside, "H", "C", "07:30", "07:52:47 H, walk 541 m, 08:00 A –1→ 08:20 C")


def test_g10_two_offers_of_one_driver() -> None:
    two = (
        ROAD
        + """
    ride r1 | A 07:00 | M until 08:00 | driver anna
    ride r2 | M 07:10 | B until 08:00 | driver anna
    """
    )
    expect(two, "A", "B", "06:30", "07:00 A –ride r1→ 07:06/07:10 M –ride r2→ 07:16 B")
    expect(two, "A", "B", "06:30", banned=frozenset({"anna"}))


def test_g11_equal_walks_leave_the_longer_change() -> None:
    """X and Y are equally far from B; the bus comes to Y two minutes later."""
    tie = "line 1 | A B\nt1 | 08:00 08:10\nline 2 | X Y C\nu1 | 08:20 08:22 08:30\nwalk B X 300 m\nwalk B Y 300 m"
    expect(tie, "A", "C", "07:30", "08:00 A –1→ 08:10 B, walk 300 m, 08:22 Y –2→ 08:30 C")


def test_g12_the_next_morning() -> None:
    """The last bus has gone; the first of the next day arrives within 24 hours."""
    daily = "days 2\nline 1 | A B\nt1 | 06:00 06:10"
    expect(daily, "A", "B", "07:00", "06:00 A –1→ 06:10 B", window_s=0)
    expect(daily, "A", "B", "07:00")


def test_g13_an_empty_timetable() -> None:
    expect("stop A\nstop B\nwalk A B 300 m", "A", "B", "07:30", "07:30 A, walk 300 m, 07:34 B")
    expect("stop A\nstop B", "A", "B", "07:30")


def test_g14_three_buses_beat_one() -> None:
    chain = """
    line 1 | A D
    t1 | 08:00 10:00
    line 2 | A B
    u1 | 08:10 08:20
    line 3 | B C
    v1 | 08:30 08:40
    line 4 | C D
    w1 | 08:50 09:00
    """
    three = "08:10 A –2→ 08:20/08:30 B –3→ 08:40/08:50 C –4→ 09:00 D"
    expect(chain, "A", "D", "07:30", three, "08:00 A –1→ 10:00 D")
    expect(chain, "A", "D", "07:30", "08:00 A –1→ 10:00 D", max_vehicles=2)
