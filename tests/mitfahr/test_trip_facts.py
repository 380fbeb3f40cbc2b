"""Kind, operator and stops on the way of a timetable leg."""

from __future__ import annotations

from dataclasses import replace

from mitfahr.trip_facts import StopOnTheWay, trip_facts
from routing.journey import Leg, Place
from routing.query import LegKind
from tests.worlds import world

DRAWN = world(
    """
    line 1 type 715 | A  B  C  D
    t1 | 08:00 08:09/08:10 08:20 08:30
    t2 | 10:00 10:09/10:10 10:20 10:30
    """
)
START_S = int(DRAWN.timetable.day_start_s[0])
SEVEN_S = START_S + 7 * 3600
LEG = Leg(
    LegKind.RUFBUS,
    START_S + 8 * 3600,
    START_S + 8 * 3600 + 1800,
    Place("A", 51.0, 13.0, "A"),
    Place("D", 51.0, 13.1, "D"),
    route="1",
    trip_id="t1",
    board_pos=0,
    alight_pos=3,
)


def test_stops_between_carry_their_times() -> None:
    facts = trip_facts(DRAWN.timetable, LEG)
    assert facts is not None
    assert facts.route_type == 715
    assert facts.stops_between == (
        StopOnTheWay("B", START_S + 8 * 3600 + 600),
        StopOnTheWay("C", START_S + 8 * 3600 + 1200),
    )


def test_a_repetition_keeps_the_distances_in_time() -> None:
    later = replace(LEG, departure_s=LEG.departure_s + 300, arrival_s=LEG.arrival_s + 300)
    facts = trip_facts(DRAWN.timetable, later)
    assert facts is not None
    assert facts.stops_between[0].departure_s == START_S + 8 * 3600 + 900


def test_a_trip_of_another_timetable_has_no_facts() -> None:
    assert trip_facts(DRAWN.timetable, replace(LEG, trip_id="gone")) is None
    assert trip_facts(DRAWN.timetable, replace(LEG, trip_id=None, kind=LegKind.WALK)) is None
