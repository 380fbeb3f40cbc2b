"""Vehicles on demand: the whole way, to a train, from a train, and what they promised to others."""

from routing.query import VEHICLE_KINDS, LegKind, Party
from tests.journeys.expecting import expect

TOWN = """
at A 0 0
at B 3000 0
at C 6000 0
at H 1500 20
street A B 3000 m 180 s
street B C 3000 m 180 s
stop A
stop B
stop C
stop X
line 1 | B X
t1 | 08:30 08:50
t2 | 09:30 09:50
line 2 | X B
t3 | 07:30 07:50
"""
AREA = "demand d1 | area -100 -100 2000 100 | stops B | step 900 | window 600 | detour 300 | lead 3600\n"
CAR = "tour v1 of d1 | base A 07:00..12:00 | seats 3\n"
CALLED = TOWN + AREA + CAR
NEVER = VEHICLE_KINDS - {LegKind.DEMAND}


def test_i01_to_a_train_with_the_latest_promised_arrival() -> None:
    # A minute to get on, 1.5 to B, ten for the span and five for a detour: from 08:00 at B by 08:17:30.
    expect(
        CALLED,
        "H",
        "X",
        "08:00",
        "08:00 H –demand d1→ 08:17:30/08:30 B –1→ 08:50 X",
        window_s=0,
    )
    expect(CALLED, "H", "X", "08:00", window_s=0, kinds=NEVER)


def test_i02_from_a_train_home() -> None:
    expect(
        CALLED,
        "X",
        "H",
        "07:00",
        "07:30 X –2→ 07:50/08:00 B –demand d1→ 08:17:30 H",
        window_s=3600,
    )


def test_i03_lead_time() -> None:
    late = "09:00 H –demand d1→ 09:17:30/09:30 B –1→ 09:50 X"
    expect(CALLED, "H", "X", "08:00", late, window_s=3600, booked_at="07:45")
    expect(CALLED, "H", "X", "08:00", window_s=0, booked_at="11:00")


def test_i04_only_inside_the_area_or_at_its_stops() -> None:
    expect(CALLED, "C", "X", "08:00", window_s=0)
    expect(CALLED, "H", "C", "08:00", window_s=0)


def test_i05_what_is_promised_to_others_holds() -> None:
    # Somebody gets on at 07:50 and off at 08:40 sharp: others come along only where there is a second seat.
    busy = TOWN + AREA + CAR.strip() + " | on anna A 07:50..07:50 | off anna A 08:40..08:40\n"
    one = "09:00 H –demand d1→ 09:17:30/09:30 B –1→ 09:50 X"
    together = "08:00 H –demand d1→ 08:17:30/08:30 B –1→ 08:50 X"
    expect(busy, "H", "X", "08:00", together, window_s=0)
    full = busy.replace("seats 3", "seats 1")
    expect(full, "H", "X", "08:00", one, window_s=0)
    two_vehicles = full + "tour v2 of d1 | base B 07:00..12:00 | seats 3\n"
    expect(two_vehicles, "H", "X", "08:00", together, window_s=0)


def test_i06_places() -> None:
    expect(CALLED, "H", "X", "08:00", window_s=0, party=Party(4))
    expect(CALLED, "H", "X", "08:00", window_s=0, party=Party(1, 1))


def test_i07_a_vehicle_that_is_late_comes_later_or_not_at_all() -> None:
    # At C at 08:20 it leaves a minute later and passes H at 08:25:30: too late for who has to be taken by 08:10.
    late = TOWN + AREA + CAR.strip() + " | on anna C 07:50..08:00 there 08:20 | off anna A 08:00..08:40\n"
    in_time = late.replace(" there 08:20", "")
    one = "09:00 H –demand d1→ 09:17:30/09:30 B –1→ 09:50 X"
    expect(in_time, "H", "X", "08:00", "08:00 H –demand d1→ 08:17:30/08:30 B –1→ 08:50 X", window_s=0)
    expect(late, "H", "X", "08:00", one, window_s=0)
    expect(late.replace("08:40", "08:22"), "H", "X", "08:00", window_s=0)
