"""Cases in which quick searches go wrong: ties, twice the same, promises in odd orders, both ends of everything."""

import pytest

from routing import ride_search
from routing.query import Party
from tests.journeys.expecting import expect
from tests.journeys.test_e_rides import ASIDE, ROAD

LATE_NIGHT = """
days 3
line 1 | A B C
t1 days 0 | 23:40 24:10 48:20
"""


def test_h01_overtaken_and_overtaking_again() -> None:
    """t1 leaves first, is overtaken before B and is first at C again: one may change into the trip overtaken."""
    drawing = "line 1 | A B C\nt1 | 08:00 08:20 08:25\nt2 | 08:05 08:15 08:40"
    expect(drawing, "A", "B", "07:30", "08:05 A –1→ 08:15 B")
    change = "08:05 A –1→ 08:15/08:20 B –1→ 08:25 C"
    expect(drawing, "A", "C", "07:30", "08:00 A –1→ 08:25 C", change, "08:05 A –1→ 08:40 C")
    expect(drawing, "B", "C", "08:16", "08:20 B –1→ 08:25 C")
    expect(drawing, "A", "C", "08:40", "08:05 A –1→ 08:40 C", arrive_by=True, window_s=0)


def test_h02_three_trips_of_which_none_may_stand_beside_another() -> None:
    drawing = "line 1 | A B C\nt1 | 08:00 08:30 09:00\nt2 | 08:05 08:25 08:55\nt3 | 08:10 08:20 08:50"
    expect(drawing, "A", "C", "07:30", "08:10 A –1→ 08:50 C")
    expect(drawing, "A", "C", "08:06", "08:10 A –1→ 08:50 C", window_s=0)
    expect(drawing, "A", "C", "07:30", "08:00 A –1→ 09:00 C", window_s=1800)


def test_h03_two_trips_at_the_same_times() -> None:
    """Either is right; there is one answer, not two."""
    twins = "line 1 | A B\nt1 | 08:00 08:10\nline 2 | A B\nu1 | 08:00 08:10\nu2 | 08:00 08:10"
    expect(twins, "A", "B", "07:30", "08:00 A –1→ 08:10 B")


def test_h04_a_loop_is_left_at_its_second_call_where_only_that_is_allowed() -> None:
    loop = "line 1 | A B[on] C B D\nt1 | 08:00 08:10 08:20 08:30 08:40"
    expect(loop, "A", "B", "07:30", "08:00 A –1→ 08:30 B")
    one_way_round = "line 1 | A B C B[off] D\nt1 | 08:00 08:10 08:20 08:30 08:40"
    expect(one_way_round, "B", "D", "07:30", "08:10 B –1→ 08:40 D")


def test_h05_once_round_a_ring_is_no_journey_but_a_change_in_it_may_be() -> None:
    """t1 reaches A again at 08:30 and goes no further; the next round is another trip."""
    ring = "line 1 | A B C A\nt1 | 08:00 08:10 08:20 08:30\nt2 | 08:32 08:42 08:52 09:02"
    expect(ring, "B", "B", "08:00", "08:00 B, walk 0 m, 08:00 B")
    expect(ring, "C", "B", "08:00", "08:20 C –1→ 08:30/08:32 A –1→ 08:42 B")


def test_h06_from_a_trip_back_into_the_same_trip() -> None:
    """Between the two calls at B a shuttle is quicker to D and back than nothing: nobody does that."""
    there_and_back = (
        "line 1 | A B C B E\nt1 | 08:00 08:10 08:20 08:30 08:40\nline 2 | B D\nu1 | 08:12 08:15\n"
        "line 3 | D B\nv1 | 08:20 08:25"
    )
    expect(there_and_back, "A", "E", "07:30", "08:00 A –1→ 08:40 E")
    expect(there_and_back, "D", "E", "07:30", "08:20 D –3→ 08:25/08:30 B –1→ 08:40 E")


def test_h07_a_whole_chain_of_zero_minutes() -> None:
    chain = "line 1 | A B\nt1 | 08:00 08:00\nline 2 | B C\nu1 | 08:00 08:00\nline 3 | C B\nv1 | 08:00 08:00\nline 4 | C D\nw1 | 08:00 08:00"
    line = "08:00 A –1→ 08:00 B –2→ 08:00 C –4→ 08:00 D"
    expect(chain, "A", "D", "07:30", line, transfer_slack_s=0)
    expect(chain, "A", "D", "08:00", line, transfer_slack_s=0, arrive_by=True)
    expect(chain, "A", "D", "08:00", line, transfer_slack_s=0, window_s=0)


def test_h08_on_board_for_more_than_a_day() -> None:
    """t1 of day 0 leaves B at 00:10 of day 1 and is at C at 00:20 of day 2."""
    line = "00:10 B –1→ 00:20+1 C"
    expect(LATE_NIGHT, "B", "C", "1 00:00", line)
    expect(LATE_NIGHT, "B", "C", "1 00:10", window_s=0)
    expect(LATE_NIGHT, "B", "C", "1 00:10", line, window_s=600)
    expect(
        LATE_NIGHT.replace("48:20", "48:10"), "B", "C", "1 00:10", line.replace("20+1", "10+1"), window_s=0
    )
    expect(LATE_NIGHT, "A", "B", "23:00", "23:40 A –1→ 00:10+1 B")


def test_h09_trips_of_three_service_days_at_one_stop() -> None:
    """At 01:00 of day 2 call: day 0's at 49:00, day 1's at 25:00, day 2's at 01:00; the quickest is day 1's."""
    nights = "days 3\nline 1 | A B\nt0 days 0 | 49:00 49:30\nt1 days 1 | 25:00 25:20\nt2 days 2 | 01:00 01:25"
    expect(nights, "A", "B", "2 00:30", "01:00 A –1→ 01:20 B")
    expect(nights, "A", "B", "2 01:25", "01:00 A –1→ 01:20 B", arrive_by=True, window_s=0)


def test_h10_equal_footpaths_leave_the_one_with_more_time() -> None:
    """From B one may walk 300 m to X or to Y, or get off at C, 300 m from Y too; the bus calls at X, then Y."""
    tie = (
        "line 1 | A B C\nt1 | 08:00 08:10 08:12\nline 2 | X Y D\nu1 | 08:20 08:25 08:30\n"
        "walk B X 300 m\nwalk B Y 300 m\nwalk C Y 300 m"
    )
    expect(tie, "A", "D", "07:30", "08:00 A –1→ 08:10 B, walk 300 m, 08:25 Y –2→ 08:30 D")


def test_h11_walking_ties_with_the_bus() -> None:
    """Ten minutes on foot or by bus: the walk needs no vehicle. A minute less by bus, and both stand there."""
    near = "line 1 | A B\nt1 | 08:00 08:10\nwalk A B 750 m"
    expect(near, "A", "B", "08:00", "08:00 A, walk 750 m, 08:10 B", window_s=0)
    quicker = near.replace("08:10", "08:09:59")
    both = ["08:00 A, walk 750 m, 08:10 B", "08:00 A –1→ 08:09:59 B"]
    expect(quicker, "A", "B", "08:00", *both, window_s=0)
    expect(quicker, "A", "B", "07:30", both[0].replace("08:00", "07:30").replace("08:10", "07:40"), both[1])


def test_h12_two_offers_of_one_driver_at_the_same_time() -> None:
    """Nobody drives twice at once, but the search takes offers as they are; banning the driver bans both."""
    both = (
        ROAD
        + "ride r1 | A 07:00 | B until 08:00 | driver anna\nride r2 | A 07:00 | B until 08:00 | driver anna\n"
    )
    expect(both, "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B")
    expect(both, "A", "B", "06:30", "07:00 A –ride r2→ 07:11 B", banned=frozenset({"r1"}))
    expect(both, "A", "B", "06:30", banned=frozenset({"anna"}))


def test_h13_from_a_place_to_itself() -> None:
    """Nobody gets on and off at one place; being taken round the corner is a journey by the letter of the law."""
    ride = ROAD + "ride r1 | A 07:00 | B until 08:00 | budget {} s\n"
    expect(ride.format(900), "M", "M", "06:30", "06:30 M, walk 0 m, 06:30 M")
    expect(ride.format(119), "H", "H", "06:30", "06:30 H, walk 0 m, 06:30 H")
    round_the_corner = [
        "06:57 H, walk 600 m, 07:05 M –ride r1→ 07:07 H",
        "07:06 H –ride r1→ 07:08 M, walk 600 m, 07:16 H",
    ]
    expect(ride.format(120), "H", "H", "06:30", "06:30 H, walk 0 m, 06:30 H", *round_the_corner)


def test_h14_a_ride_from_island_to_island() -> None:
    """No street leads from A–M to X–Z, 20 km away: the driver has no way, and neither has the rider."""
    apart = ROAD + "at X 30000 0\nat Z 31000 0\nstreet X Z 1000 m 60 s\nstop X\n"
    expect(apart + "ride r1 | A 07:00 | X until 09:00 | budget 900 s\n", "A", "M", "06:30")
    expect(apart + "ride r1 | A 07:00 | B until 08:00 | budget 900 s\n", "A", "X", "06:30")
    line = "07:00 A –ride r1→ 07:06/07:08 M –1→ 07:40 X"
    bus = "line 1 | M X\nt1 | 07:08 07:40\nride r1 | A 07:00 | B until 08:00\n"
    expect(apart + bus, "A", "X", "06:30", line)


def test_h15_the_driver_lives_off_the_streets() -> None:
    """F is 1.1 km from the road: no car comes there, so the offer is none."""
    far = ROAD + "at F 0 -1100\nride r1 | F 07:00 | B until 08:00 | budget 900 s\n"
    expect(far, "A", "B", "06:30")


def test_h16_only_an_unusual_order_keeps_all_promises() -> None:
    """Straight to X, or its promise breaks; so M is served when the driver comes by again, or after Y.

    X 07:06:40–07:07:40, then M 07:09:20 and Y 07:12, or Y 07:11–07:12, M 07:13:40 and Y again.
    """
    drawing = (
        ROAD + ASIDE + "ride r1 | A 07:00 | X off 07:01:40 | Y off 07:30 | B until 09:00 | budget {} s{}\n"
    )
    second, third = "07:09:20 M –ride r1→ 07:12 Y", "07:13:40 M –ride r1→ 07:16:20 Y"
    expect(drawing.format(400, ""), "M", "Y", "06:30", second, max_walk_s=600)
    expect(drawing.format(600, ""), "M", "Y", "06:30", second, third, max_walk_s=600)
    expect(drawing.format(400, " | seats 3 0 3"), "M", "Y", "06:30", max_walk_s=600)
    expect(drawing.format(600, " | seats 3 0 3"), "M", "Y", "06:30", third, max_walk_s=600)


def test_h17_back_past_the_place_where_one_got_on() -> None:
    """The driver passes M, waits at X until 07:10 and passes M again."""
    there = ROAD + ASIDE + "ride r1 | A 07:00 | X on 07:10 | B until 09:00 | budget 200 s\n"
    expect(there, "A", "M", "06:30", "07:00 A –ride r1→ 07:06 M", max_walk_s=600)
    before, after = "07:06:40 X –ride r1→ 07:12:40 M", "07:11 X –ride r1→ 07:13:40 M"
    expect(there, "X", "M", "06:30", before, after, max_walk_s=600)
    first, second = "07:05 M –ride r1→ 07:17:40 B", "07:12:40 M –ride r1→ 07:18:40 B"
    expect(there, "M", "B", "06:30", first, second, max_walk_s=600)
    bus = there + "line 9 | B C\nt9 | 07:30 07:40\n"
    expect(bus, "M", "C", "06:30", "07:12:40 M –ride r1→ 07:18:40/07:30 B –9→ 07:40 C", max_walk_s=600)


def test_h18_the_same_ride_twice_is_forbidden_and_hides_nothing() -> None:
    """r1 alone would bring one first to M and take one on again; only with r2 between is there a way."""
    one = ROAD + ASIDE + "ride r1 | A 07:00..07:10 | B until 08:00 | budget 200 s\n"
    later = one + "ride r2 | X 07:30 | Y until 08:00\n"
    expect(later, "X", "Y", "06:30", "07:30 X –ride r2→ 07:34:20 Y", max_walk_s=60)
    bus = one + "line 1 | M C\nt1 | 07:12 07:20\nline 2 | C Y\nu1 | 07:30 07:40\n"
    expect(
        bus,
        "X",
        "Y",
        "06:30",
        "07:06:40 X –ride r1→ 07:09:20/07:12 M –1→ 07:20/07:30 C –2→ 07:40 Y",
        max_walk_s=60,
    )


@pytest.mark.parametrize(
    ("promised", "lines"),
    [
        ("07:05", ["07:00 A –ride r1→ 07:12 B"]),
        ("07:06", ["07:00 A –ride r1→ 07:12 B", "07:05 A –ride r1→ 07:17 B"]),
        ("07:12", ["07:05 A –ride r1→ 07:18 B", "07:10 A –ride r1→ 07:22 B"]),
        ("07:30", ["07:15 A –ride r1→ 07:36 B"]),
        ("06:50", []),
    ],
)
def test_h19_departure_window_and_promise(promised: str, lines: list[str]) -> None:
    """The driver leaves at 07:00, 07:05, 07:10 or 07:15 and is at M six minutes later; five more are borne."""
    ride = ROAD + f"ride r1 | A 07:00..07:15 | M on {promised} | B until 08:00\n"
    expect(ride, "A", "B", "06:30", *lines)


def test_h20_arriving_by_with_rides() -> None:
    ride = ROAD + "ride r1 | A 07:00..07:10 | B until 08:00\nline 1 | B C\nt1 | 07:20 07:30\n"
    lines = [f"07:{m:02} A –ride r1→ 07:{m + 11} B" for m in (0, 5, 10)]
    expect(ride, "A", "B", "07:21", *lines, arrive_by=True)
    expect(ride, "A", "B", "07:20", *lines[:2], arrive_by=True, window_s=600)
    expect(ride, "A", "B", "07:20", lines[1], arrive_by=True, window_s=0)
    change = "07:05 A –ride r1→ 07:16/07:20 B –1→ 07:30 C"
    expect(ride, "A", "C", "07:30", change, arrive_by=True)
    expect(ride, "A", "C", "07:29:59", arrive_by=True)


def test_h21_ends_of_the_window_with_rides() -> None:
    """Both ends count, to the second, and the walk to the meeting point belongs to the journey."""
    ride = ROAD + "ride r1 | A 07:00 | B until 08:00\n"
    line = "06:57 H, walk 600 m, 07:05 M –ride r1→ 07:11 B"
    expect(ride, "H", "B", "06:57", line, window_s=1)
    expect(ride, "H", "B", "06:57:01", window_s=3600)
    expect(ride, "H", "B", "05:57", line, window_s=3600)
    expect(ride, "H", "B", "05:57", window_s=3599)
    expect(ride, "H", "B", "07:11", line, window_s=1, arrive_by=True)
    expect(ride, "H", "B", "07:10:59", window_s=3600, arrive_by=True)
    expect(ride, "H", "B", "08:11", line, window_s=3600, arrive_by=True)
    expect(ride, "H", "B", "08:11", window_s=3599, arrive_by=True)


@pytest.mark.parametrize(
    ("stated", "departs"),
    [
        ("", "07:13"),
        ("transfer B B 0", "07:13"),
        ("transfer B B 1", "07:11"),
        ("transfer B B 2 60 s", "07:12"),
        ("transfer B B 2 600 s", "07:21"),
        ("transfer B B 3", None),
    ],
)
def test_h22_stated_transfers_from_a_ride(stated: str, departs: str | None) -> None:
    buses = "line 1 | B C\nt1 | 07:11 07:31\nt2 | 07:12 07:32\nt3 | 07:13 07:33\nt4 | 07:21 07:41\n"
    drawing = f"{ROAD}ride r1 | A 07:00 | B until 08:00\n{buses}{stated}"
    if departs is None:
        expect(drawing, "A", "C", "06:30")
    else:
        arrives = f"07:{int(departs[-2:]) + 20}"
        line = f"07:00 A –ride r1→ 07:11/{departs} B –1→ {arrives} C".replace("07:11/07:11", "07:11")
        expect(drawing, "A", "C", "06:30", line)


def test_h23_a_stated_transfer_does_not_bind_the_ends() -> None:
    """Where no change is possible one may still begin and end a journey."""
    drawing = ROAD + "ride r1 | A 07:00 | B until 08:00\nline 1 | B C\nt1 | 08:00 08:10\ntransfer B B 3\n"
    expect(drawing, "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B")
    expect(drawing, "B", "C", "07:30", "08:00 B –1→ 08:10 C")
    expect(drawing, "A", "C", "06:30")


def test_h24_a_run_with_a_full_hop_in_the_middle() -> None:
    """From A to D b1 is full between B and C; a bus bridges it, or one takes b1's two ends apart."""
    run = "stop A\nstop B\nstop C\nstop D\nrun b1 | A 08:00 | B 08:10 | C 08:30 | D 08:40 | seats 8 0 8\n"
    expect(run, "A", "D", "07:30")
    expect(run, "A", "C", "07:30")
    expect(run, "A", "B", "07:30", "08:00 A –run b1→ 08:10 B")
    expect(run, "C", "D", "07:30", "08:30 C –run b1→ 08:40 D")
    bridge = run + "line 1 | B C\nt1 | 08:12 08:28\n"
    expect(bridge, "A", "D", "07:30", "08:00 A –run b1→ 08:10/08:12 B –1→ 08:28/08:30 C –run b1→ 08:40 D")


@pytest.mark.parametrize(
    "options", [{}, {"window_s": 0}, {"arrive_by": True}, {"arrive_by": True, "window_s": 0}]
)
def test_h25_one_vehicle_at_most(options: dict[str, object]) -> None:
    """By two buses one leaves later and is there earlier than by one."""
    drawing = (
        ROAD + "ride r1 | A 07:00 | B until 08:00\nline 1 | A B\nt1 | 06:50 07:40\n"
        "line 2 | A Q\nu1 | 06:52 06:55\nline 3 | Q B\nv1 | 06:58 07:00\n"
    )
    ride, bus = "07:00 A –ride r1→ 07:11 B", "06:50 A –1→ 07:40 B"
    when = "08:00" if options.get("arrive_by") else "06:30"
    expect(drawing, "A", "B", when, ride, bus, max_vehicles=1, **options)
    two = "06:52 A –2→ 06:55/06:58 Q –3→ 07:00 B"
    expect(drawing, "A", "B", when, ride, bus, two, max_vehicles=2, **options)


def test_h26_a_party_too_large_for_one_hop_only() -> None:
    """Two seats until M, one after it: two people get as far as M."""
    ride = ROAD + "ride r1 | A 07:00 | M on 07:05 | B until 08:00 | seats 2 1\n"
    expect(ride, "A", "M", "06:30", "07:00 A –ride r1→ 07:06 M", party=Party(2))
    expect(ride, "A", "B", "06:30", party=Party(2))
    expect(ride, "A", "B", "06:30", "07:00 A –ride r1→ 07:12 B")


def test_h27_a_ride_between_two_rides() -> None:
    three = (
        ROAD + "at L 20000 0\nstreet B L 10000 m 600 s\nstop L\nride r1 | A 07:00 | M until 07:30\n"
        "ride r2 | M 07:10 | B until 08:00\nride r3 | B 07:20 | L until 08:00\n"
    )
    line = "07:00 A –ride r1→ 07:06/07:10 M –ride r2→ 07:16/07:20 B –ride r3→ 07:31 L"
    expect(three, "A", "L", "06:30", line)
    expect(three, "A", "L", "06:30", max_vehicles=2)


def test_h28_a_halt_that_brings_the_driver_on_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past P without a halt he must go round by R and is at Q half an hour late; the table of what lies ahead must know that too."""
    drawing = """
    at Z -500 0
    at A 0 0
    at K 1000 0
    at P 2000 0
    at L 3000 0
    at M 3000 2000
    at R 0 2000
    at Q 4000 2000
    at B 5000 2000
    street Z A 500 m 60 s oneway
    street A K 1000 m 60 s oneway
    street K L 2000 m 120 s oneway
    street L M 2000 m 60 s oneway
    street A R 2000 m 1000 s oneway
    street R M 3000 m 1000 s oneway
    street M B 2000 m 120 s oneway
    street B Z 9000 m 3000 s oneway
    turn A K L M closed
    stop P
    stop Q
    ride r1 | Z 07:00 | B until 09:00
    line 1 | O P
    t1 | 06:40 06:50
    line 2 | Q X
    u1 | 07:25 07:40
    line 3 | X Y
    v1 | 07:50 08:00
    """
    line = "06:40 O –1→ 06:50/07:03 P –ride r1→ 07:07/07:25 Q –2→ 07:40/07:50 X –3→ 08:00 Y"
    expect(drawing, "O", "Y", "06:30", line, max_vehicles=4)
    monkeypatch.setattr(ride_search, "PATIENCE", -1)
    expect(drawing, "O", "Y", "06:30", line, max_vehicles=4)
