"""BürgerBus runs: fixed stops and times, seats and wheelchair places on each hop."""

from routing.query import VEHICLE_KINDS, LegKind, Party
from tests.journeys.expecting import expect
from tests.journeys.test_e_rides import ROAD

STOPS = "stop A\nstop B\nstop C\n"
RUN = STOPS + "run b1 | A 08:00 | B 08:09/08:10 | C 08:20 | seats {seats} | wheelchairs {wheelchairs}\n"
FREE = RUN.format(seats="8 8", wheelchairs="1 1")


def test_f01_every_part_of_a_run() -> None:
    expect(FREE, "A", "C", "07:30", "08:00 A –run b1→ 08:20 C")
    expect(FREE, "A", "B", "07:30", "08:00 A –run b1→ 08:09 B")
    expect(FREE, "B", "C", "07:30", "08:10 B –run b1→ 08:20 C")
    expect(FREE, "C", "A", "07:30")


def test_f02_seats_on_each_hop() -> None:
    drawing = RUN.format(seats="2 8", wheelchairs="0 0")
    expect(drawing, "A", "C", "07:30", "08:00 A –run b1→ 08:20 C", party=Party(seats=2))
    expect(drawing, "A", "C", "07:30", party=Party(seats=3))
    expect(drawing, "A", "B", "07:30", party=Party(seats=3))
    expect(drawing, "B", "C", "07:30", "08:10 B –run b1→ 08:20 C", party=Party(seats=3))


def test_f03_wheelchair_places_are_counted_apart() -> None:
    drawing = RUN.format(seats="0 8", wheelchairs="1 0")
    party = Party(seats=0, wheelchairs=1)
    expect(drawing, "A", "B", "07:30", "08:00 A –run b1→ 08:09 B", party=party)
    expect(drawing, "A", "B", "07:30", party=Party(seats=1, wheelchairs=1))
    expect(drawing, "B", "C", "07:30", party=party)


def test_f03b_luggage_and_bicycles_are_counted_apart() -> None:
    drawing = FREE.strip() + " | luggage 1 2 | bicycles 0 1\n"
    whole = "08:00 A –run b1→ 08:20 C"
    expect(drawing, "A", "C", "07:30", whole, party=Party(luggage=1))
    expect(drawing, "A", "C", "07:30", party=Party(luggage=2))
    expect(drawing, "B", "C", "07:30", "08:10 B –run b1→ 08:20 C", party=Party(luggage=2, bicycles=1))
    expect(drawing, "A", "B", "07:30", party=Party(bicycles=1))
    expect(FREE, "A", "C", "07:30", party=Party(luggage=1))


def test_f04_stops_the_timetable_does_not_know() -> None:
    drawing = "at Q 0 0\nstop A\nstop C\nrun b1 | A 08:00 | Q 08:10 | C 08:20 | seats 8 {}\n"
    expect(drawing.format(8), "A", "C", "07:30", "08:00 A –run b1→ 08:20 C")
    expect(drawing.format(0), "A", "C", "07:30")
    expect(drawing.format(8), "Q", "C", "07:30")


def test_f05_bookable_until() -> None:
    drawing = FREE.strip() + " | bookable 07:00\n"
    expect(drawing, "A", "C", "07:30", "08:00 A –run b1→ 08:20 C", booked_at="07:00")
    expect(drawing, "A", "C", "07:30", booked_at="07:00:01")


def test_f06_kinds_and_bans() -> None:
    drawing = FREE.strip() + " | driver fritz\n"
    expect(drawing, "A", "C", "07:30", kinds=VEHICLE_KINDS - {LegKind.BUERGERBUS})
    expect(drawing, "A", "C", "07:30", banned=frozenset({"b1"}))
    expect(drawing, "A", "C", "07:30", banned=frozenset({"fritz"}))


def test_f07_between_two_buses() -> None:
    buses = FREE + "line 1 | Z A\nt1 | 07:50 07:58\nline 2 | C D\nu1 | 08:22 08:30\n"
    line = "07:50 Z –1→ 07:58/08:00 A –run b1→ 08:20/08:22 C –2→ 08:30 D"
    expect(buses, "Z", "D", "07:30", line)
    expect(buses.replace("07:58", "07:58:01"), "Z", "D", "07:30")


def test_f08_stated_transfers() -> None:
    bus = FREE + "line 2 | C D\nu1 | 08:20 08:30\n"
    expect(bus, "A", "D", "07:30")
    expect(bus + "transfer C C 1", "A", "D", "07:30", "08:00 A –run b1→ 08:20 C –2→ 08:30 D")


def test_f09_a_run_is_public_and_may_replace_a_bus() -> None:
    bus = FREE + "line 1 | A C\nt1 | 08:00 08:30\n"
    expect(bus, "A", "C", "07:30", "08:00 A –run b1→ 08:20 C")


def test_f10_from_run_to_ride() -> None:
    both = ROAD + "stop Z\nrun b1 | Z 06:40 | A 06:58 | seats 8\nride r1 | A 07:00 | B until 08:00\n"
    expect(both, "Z", "B", "06:30", "06:40 Z –run b1→ 06:58/07:00 A –ride r1→ 07:11 B")


def test_f11_from_run_to_run_and_the_same_run_again() -> None:
    """b1 turns round at B; b2 is quicker between B and C, so one may wait for b1 there."""
    runs = STOPS + "stop D\nrun b1 | A 08:00 | B 08:10 | C 08:40 | D 08:50 | seats 8 8 8\n"
    quick = runs + "run b2 | B 08:15 | C 08:20 | seats 8\n"
    expect(
        quick,
        "A",
        "C",
        "07:30",
        "08:00 A –run b1→ 08:10/08:15 B –run b2→ 08:20 C",
        "08:00 A –run b1→ 08:40 C",
    )
    full = quick.replace("seats 8 8 8", "seats 8 0 8")
    line = "08:00 A –run b1→ 08:10/08:15 B –run b2→ 08:20/08:40 C –run b1→ 08:50 D"
    expect(full, "A", "D", "07:30", line)


def test_f12_wheelchairs_and_stops() -> None:
    party = Party(seats=0, wheelchairs=1)
    expect(FREE + "stop C wheelchair no", "A", "C", "07:30", party=party)
    expect(FREE + "stop B wheelchair no", "A", "C", "07:30", "08:00 A –run b1→ 08:20 C", party=party)
