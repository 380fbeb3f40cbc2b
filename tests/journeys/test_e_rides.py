"""Private rides: where one may get on and off, what the driver promised, and how they join with buses.

The road is 10 km long: A – 300 s – M – 300 s – B; H, X and Y lie at side roads of M. A halt takes a
minute, so A to B takes 11 minutes for a rider: one minute to get in, ten to drive.
"""

import pytest

from routing.query import VEHICLE_KINDS, LegKind, Party
from tests.journeys.expecting import expect

ROAD = """
at A 0 0
at M 5000 0
at B 10000 0
at H 5000 600
street A M 5000 m 300 s
street M B 5000 m 300 s
street M H 600 m 60 s
stop A
stop M
stop B
"""
RIDE = ROAD + "ride r1 | A 07:00 | B until 08:00 | budget {budget} s\n"


def test_e01_the_whole_way() -> None:
    expect(RIDE.format(budget=0), "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B")


def test_e02_on_and_off_along_the_way() -> None:
    expect(RIDE.format(budget=0), "M", "B", "06:30", "07:05 M –ride r1→ 07:11 B")
    expect(RIDE.format(budget=0), "A", "M", "06:30", "07:00 A –ride r1→ 07:06 M")
    expect(RIDE.format(budget=0), "B", "A", "06:30")


def test_e03_the_driver_leaves_at_every_fifth_minute_of_the_window() -> None:
    flexible = ROAD + "ride r1 | A 07:00..07:14 | B until 08:00\n"
    lines = [f"07:{m:02} A –ride r1→ 07:{m + 11} B" for m in (0, 5, 10)]
    expect(flexible, "A", "B", "06:30", *lines)
    expect(flexible, "A", "B", "07:03", lines[1], window_s=0)
    expect(flexible, "A", "B", "07:20", lines[1], window_s=0, arrive_by=True)


def test_e04_picked_up_at_the_door() -> None:
    """To H and back to the road are 120 s more; on foot to M it is 8 minutes."""
    on_foot = "06:57 H, walk 600 m, 07:05 M –ride r1→ 07:11 B"
    expect(RIDE.format(budget=119), "H", "B", "06:30", on_foot)
    expect(RIDE.format(budget=120), "H", "B", "06:30", on_foot, "07:06 H –ride r1→ 07:13 B")


def test_e05_set_down_at_the_door() -> None:
    expect(RIDE.format(budget=119), "A", "H", "06:30", "07:00 A –ride r1→ 07:06 M, walk 600 m, 07:14 H")
    expect(RIDE.format(budget=120), "A", "H", "06:30", "07:00 A –ride r1→ 07:07 H")


ASIDE = """
at X 5000 -1200
at Y 5000 1200
street M X 1200 m 100 s
street M Y 1200 m 100 s
stop X
stop Y
"""


def test_e06_meeting_point_beside_the_way() -> None:
    on_foot = "07:00 A –ride r1→ 07:06 M, walk 1200 m, 07:22 X"
    expect(RIDE.format(budget=199) + ASIDE, "A", "X", "06:30", on_foot)
    expect(RIDE.format(budget=200) + ASIDE, "A", "X", "06:30", "07:00 A –ride r1→ 07:07:40 X")


def test_e07_first_mile() -> None:
    bus = "line 1 | B C\nt0 | 07:12:59 07:20\nt1 | 07:13 07:30\n"
    expect(RIDE.format(budget=0) + bus, "A", "C", "06:30", "07:00 A –ride r1→ 07:11/07:13 B –1→ 07:30 C")


def test_e08_last_mile() -> None:
    bus = "line 1 | C A\nt1 | 06:40 06:58\n"
    expect(RIDE.format(budget=0) + bus, "C", "B", "06:30", "06:40 C –1→ 06:58/07:00 A –ride r1→ 07:11 B")
    late = "line 1 | C A\nt1 | 06:40 06:58:01\n"
    expect(RIDE.format(budget=0) + late, "C", "B", "06:30")


def test_e09_between_two_buses() -> None:
    buses = "line 1 | C A\nt1 | 06:40 06:58\nline 2 | B D\nu1 | 07:13 07:30\n"
    line = "06:40 C –1→ 06:58/07:00 A –ride r1→ 07:11/07:13 B –2→ 07:30 D"
    expect(RIDE.format(budget=0) + buses, "C", "D", "06:30", line)


def test_e10_the_departure_that_fits_the_bus() -> None:
    flexible = ROAD + "line 1 | C A\nt1 | 06:40 07:01\nride r1 | A 07:00..07:10 | B until 08:00\n"
    expect(flexible, "C", "B", "06:30", "06:40 C –1→ 07:01/07:05 A –ride r1→ 07:16 B")


def test_e11_from_ride_to_ride() -> None:
    two = ROAD + "ride r1 | A 07:00 | M until 08:00\nride r2 | M 07:10 | B until 08:00\n"
    expect(two, "A", "B", "06:30", "07:00 A –ride r1→ 07:06/07:10 M –ride r2→ 07:16 B")


def test_e12_never_the_same_ride_twice() -> None:
    """X and Y together are too far round for one driver, even one who might leave twice."""
    one = ROAD + ASIDE + "ride r1 | A 07:00..07:10 | B until 08:00 | budget 200 s\n"
    expect(one, "X", "Y", "06:30", max_walk_s=60)
    two = one.replace("07:00..07:10", "07:00") + "ride r2 | A 07:10 | B until 08:00 | budget 200 s\n"
    line = "07:06:40 X –ride r1→ 07:09:20/07:15 M –ride r2→ 07:17:40 Y"
    expect(two, "X", "Y", "06:30", line, max_walk_s=60)


def test_e13_seats_on_each_hop() -> None:
    """Somebody rides from A to M; getting off there is a halt before the new rider's own."""
    full_first = ROAD + "ride r1 | A 07:00 | M off 07:05 | B until 08:00 | seats 0 1\n"
    expect(full_first, "A", "B", "06:30")
    expect(full_first, "M", "B", "06:30", "07:06 M –ride r1→ 07:12 B")
    full_last = full_first.replace("seats 0 1", "seats 1 0")
    expect(full_last, "A", "M", "06:30", "07:00 A –ride r1→ 07:06 M")
    expect(full_last, "M", "B", "06:30")


def test_e14_seats_for_the_whole_party() -> None:
    expect(RIDE.format(budget=0) + "", "A", "B", "06:30", party=Party(seats=4))
    expect(RIDE.format(budget=0), "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B", party=Party(seats=3))
    wheelchair = ROAD + "ride r1 | A 07:00 | B until 08:00 | wheelchairs 1\n"
    party = Party(seats=1, wheelchairs=1)
    expect(wheelchair, "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B", party=party)
    expect(RIDE.format(budget=0), "A", "B", "06:30", party=party)


def test_e14b_luggage_and_bicycles_of_the_party() -> None:
    suitcase, bicycle = Party(luggage=1), Party(bicycles=1)
    ride = ROAD + "ride r1 | A 07:00 | M off 07:05 | B until 08:00 | luggage 0 1 | bicycles 1 0\n"
    expect(ride, "M", "B", "06:30", "07:06 M –ride r1→ 07:12 B", party=suitcase)
    expect(ride, "A", "B", "06:30", party=suitcase)
    expect(ride, "A", "M", "06:30", "07:00 A –ride r1→ 07:06 M", party=bicycle)
    expect(ride, "M", "B", "06:30", party=bicycle)


def test_e15_a_promised_pick_up_bears_five_minutes() -> None:
    """With the halt at A the driver is at M at 07:06 or 07:11; promised was 07:05."""
    promised = ROAD + "ride r1 | A 07:00..07:05 | M on 07:05 | B until 08:00\n"
    expect(promised, "A", "B", "06:30", "07:00 A –ride r1→ 07:12 B")
    expect(promised.replace("on 07:05", "on 07:00:59"), "A", "B", "06:30")


def test_e16_the_driver_waits_for_a_promised_pick_up() -> None:
    early = ROAD + "ride r1 | A 07:00..07:10 | M on 07:20 | B until 08:00\n"
    expect(early, "A", "B", "06:30", "07:10 A –ride r1→ 07:26 B")


def test_e17_a_promised_drop_off_bears_five_minutes_and_no_waiting() -> None:
    promised = ROAD + "ride r1 | A 07:00 | M off 07:01 | B until 08:00\n"
    expect(promised, "A", "B", "06:30", "07:00 A –ride r1→ 07:12 B")
    expect(promised.replace("07:01", "07:00:59"), "A", "B", "06:30")
    expect(promised.replace("07:01", "07:30"), "A", "B", "06:30", "07:00 A –ride r1→ 07:12 B")


def test_e18_the_better_order_of_stops() -> None:
    """Promised pick-up at M; the door H is served after it, which leaves home a minute later."""
    promised = ROAD + "ride r1 | A 07:00 | M on 07:05 | B until 08:00 | budget 120 s\n"
    on_foot = "06:58 H, walk 600 m, 07:06 M –ride r1→ 07:12 B"
    expect(promised, "H", "B", "06:30", on_foot, "07:07 H –ride r1→ 07:14 B")


def test_e19_the_other_order_when_the_first_breaks_a_promise() -> None:
    """The drop-off at H is promised for 07:00: only straight there, the rider's M comes afterwards."""
    promised = ROAD + "ride r1 | A 07:00 | H off 07:01 | B until 08:00 | budget 120 s\n"
    expect(promised, "M", "B", "06:30", "07:08 M –ride r1→ 07:14 B")


def test_e20_the_drivers_latest_arrival() -> None:
    """A halt at B too: the driver is done at 07:12."""
    expect(ROAD + "ride r1 | A 07:00 | B until 07:12\n", "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B")
    expect(ROAD + "ride r1 | A 07:00 | B until 07:11:59\n", "A", "B", "06:30")


def test_e21_what_can_no_longer_be_booked() -> None:
    bookable = ROAD + "ride r1 | A 07:00 | B until 08:00 | bookable 06:20\n"
    expect(bookable, "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B", booked_at="06:20")
    expect(bookable, "A", "B", "06:30", booked_at="06:20:01")
    expect(bookable, "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B")


@pytest.mark.parametrize("banned", ["r1", "anna"])
def test_e22_banned_rides_and_drivers(banned: str) -> None:
    drivers = (
        ROAD
        + "ride r1 | A 07:00 | B until 08:00 | driver anna\nride r2 | A 07:20 | B until 08:00 | driver ben\n"
    )
    line = "07:20 A –ride r2→ 07:31 B"
    expect(drivers, "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B", line)
    expect(drivers, "A", "B", "06:30", line, banned=frozenset({banned}))


def test_e23_no_rides_when_nobody_wants_them() -> None:
    expect(RIDE.format(budget=0), "A", "B", "06:30", kinds=VEHICLE_KINDS - {LegKind.RIDE})


def test_e24_a_ride_hides_no_bus_and_no_walk() -> None:
    bus = RIDE.format(budget=0) + "line 1 | A B\nt1 | 06:50 07:30"
    expect(bus, "A", "B", "06:30", "07:00 A –ride r1→ 07:11 B", "06:50 A –1→ 07:30 B")
    near = RIDE.format(budget=120)
    lines = ["06:30 H, walk 600 m, 06:38 M", "07:06 H –ride r1→ 07:08 M"]
    expect(near, "H", "M", "06:30", *lines)


def test_e25_one_way_streets_make_long_ways_round() -> None:
    """From M to the door H one drives 60 s, back only by the loop of 300 s."""
    one_way = ROAD.replace(
        "street M H 600 m 60 s", "street M H 600 m 60 s oneway\nstreet H M 3000 m 300 s car oneway"
    )
    ride = "ride r1 | A 07:00 | B until 08:00 | budget {budget} s\n"
    on_foot = "07:00 A –ride r1→ 07:06 M, walk 600 m, 07:14 H"
    expect(one_way + ride.format(budget=359), "A", "H", "06:30", on_foot)
    expect(one_way + ride.format(budget=360), "A", "H", "06:30", "07:00 A –ride r1→ 07:07 H")


def test_e26_where_no_car_can_go() -> None:
    """The way to F is 1,100 m long and for feet only, so no car comes near."""
    no_cars = ROAD + "at F 5000 -1100\nstreet M F 1100 m 60 s foot\n"
    ride = "ride r1 | A 07:00 | B until 08:00 | budget 900 s\n"
    lines = ["07:00 A –ride r1→ 07:06 M, walk 1100 m, 07:20:40 F"]
    expect(no_cars + ride, "A", "F", "06:30", *lines)


def test_e27_stated_transfers_hold_for_rides_too() -> None:
    bus = RIDE.format(budget=0) + "line 1 | B C\nt1 | 07:11 07:30\n"
    expect(bus, "A", "C", "06:30")
    expect(bus + "transfer B B 1", "A", "C", "06:30", "07:00 A –ride r1→ 07:11 B –1→ 07:30 C")


def test_e28_a_ride_starting_anywhere() -> None:
    """The driver starts at a house K between A and M, not at a stop, and ends at L beyond B."""
    anywhere = """
    at A 0 0
    at K 2000 0
    at M 5000 0
    at B 10000 0
    at L 11000 0
    street A K 2000 m 120 s
    street K M 3000 m 180 s
    street M B 5000 m 300 s
    street B L 1000 m 60 s
    stop M
    stop B
    ride r1 | K 07:00 | L until 08:00
    """
    expect(anywhere, "M", "B", "06:30", "07:03 M –ride r1→ 07:09 B")


def test_e29_past_midnight() -> None:
    expect(ROAD + "ride r1 | A 23:55 | B until 25:00\n", "A", "B", "23:30", "23:55 A –ride r1→ 00:06+1 B")


def test_e30_nobody_waits_half_a_day_for_a_car() -> None:
    """Four hours from leaving to arriving at most; for one departure the wait at home counts too."""
    drawing = ROAD + "line 1 | C A\nt1 | 06:40 06:58\nride r1 | A {} | B until 12:00\n"
    line = "06:40 C –1→ 06:58/10:29 A –ride r1→ 10:40 B"
    expect(drawing.format("10:29"), "C", "B", "06:30", line)
    expect(drawing.format("10:30"), "C", "B", "06:30")
    expect(drawing.format("10:29"), "C", "B", "06:40", line, window_s=0)
    expect(drawing.format("10:29"), "C", "B", "06:39", window_s=0)


CLOSED_TURN = """
at Z -200 0
at S 0 0
at P 500 0
at K 1000 0
at Q 1100 0
at G 500 400
street Z S 200 m 10 s
street S P 500 m 50 s oneway
street P K 500 m 50 s oneway
street K Q 100 m 10 s
street K G 600 m 50 s
street S G 700 m 40 s
turn P K G closed
stop P
stop Q
ride r1 | Z 07:00 | G until 08:00 | budget {budget} s
"""


def test_e31_a_pick_up_that_only_the_drop_off_makes_possible() -> None:
    """From P the driver must turn round to come to G, which takes a minute (170 s more); after a halt at Q it is free."""
    expect(CLOSED_TURN.format(budget=130), "P", "Q", "06:30", "07:01 P –ride r1→ 07:03 Q", max_walk_s=60)
    expect(CLOSED_TURN.format(budget=129), "P", "Q", "06:30", max_walk_s=60)
