"""A bus that runs only when called is offered only while it can still be ordered."""

from __future__ import annotations

from collections.abc import Callable

from routing import Snapshot
from routing.check import check
from routing.journey import Journey
from routing.live_trips import CallUpdate, TripUpdate
from routing.query import LegKind
from routing.reasons import Reason
from routing.search import search
from tests.worlds import World, world

DRAWING = """
days 2
line 9 type 715 | A  B  C
t1 days 0,1 | 08:00 08:40 09:00
t2 days 0,1 | 10:00 10:40 11:00
line 4 | A  C
t3 days 0,1 | 08:10 10:30
line 5 | B  C[off]
t4 days 0,1 | 13:00 13:30
"""


def called(drawn: World, minutes: int = 60) -> Snapshot:
    """Trips of line 9 have to be ordered so many minutes before they leave one's stop."""
    timetable = drawn.timetable
    latest: Callable[[int], int] = lambda departure_s: departure_s - 60 * minutes  # noqa: E731
    sections = [timetable.sections_by_trip_id[name][0] for name in ("t1", "t2")]
    return drawn.snapshot().with_orders(dict.fromkeys(sections, latest))


def trips(journeys: list[Journey]) -> list[list[str | None]]:
    return [[leg.trip_id for leg in one.legs if leg.kind is not LegKind.WALK] for one in journeys]


def test_what_is_too_late_to_call_gives_way_to_what_still_goes() -> None:
    drawn = world(DRAWING)
    snapshot = called(drawn)
    in_time = drawn.query("A", "C", "08:00", window_s=0, booked_at="07:00")
    too_late = drawn.query("A", "C", "08:00", window_s=0, booked_at="07:00:01")
    (first,) = search(snapshot, in_time)
    assert trips([first]) == [["t1"]]
    assert first.legs[0].bookable_until_s == drawn.at("07:00").timestamp()
    assert trips(search(snapshot, too_late)) == [["t3"]]  # the ordinary bus that arrives later
    assert trips(search(drawn.snapshot(), too_late)) == [["t1"]]  # without the rule it would be offered


def test_the_deadline_counts_at_the_stop_where_one_gets_on() -> None:
    drawn = world(DRAWING)
    snapshot = called(drawn)
    asked = drawn.query("B", "C", "08:30", window_s=0, booked_at="07:30")
    (journey,) = search(snapshot, asked)
    assert trips([journey]) == [["t1"]]
    assert journey.legs[0].planned_departure_s is None  # closed at A, but nobody has said anything live
    assert trips(search(snapshot, drawn.query("A", "C", "07:30", window_s=0, booked_at="07:30"))) == [["t3"]]


def test_whoever_has_ordered_still_goes_and_live_times_stay() -> None:
    drawn = world(DRAWING)
    late = TripUpdate(
        "t1", drawn.timetable.first_day, (CallUpdate(0, departure_s=int(drawn.at("08:05").timestamp())),)
    )
    snapshot = called(drawn).with_live_trip(late)
    (journey,) = search(snapshot, drawn.query("A", "C", "08:00", window_s=0, booked_at="06:30"))
    assert trips([journey]) == [["t1"]]
    assert journey.legs[0].departure_s == drawn.at("08:05").timestamp()
    assert journey.legs[0].bookable_until_s == drawn.at("07:00").timestamp()  # planned, not expected
    assert check(snapshot, drawn.query("A", "C", "08:00"), journey) == []
    booking = drawn.query("A", "C", "08:00", booked_at="07:10")
    assert check(snapshot, booking, journey) == [Reason.TOO_LATE_TO_BOOK]
    (onwards,) = search(snapshot, drawn.query("B", "C", "08:30", window_s=0, booked_at="07:10"))
    assert onwards.legs[0].departure_s == drawn.at("08:45").timestamp()


def test_minutes_go_by_in_one_process() -> None:
    drawn = world(DRAWING)
    snapshot = called(drawn)
    found = [
        trips(search(snapshot, drawn.query("A", "C", "08:00", window_s=0, booked_at=clock)))
        for clock in ("06:59", "07:01", "06:59")
    ]
    assert found == [[["t1"]], [["t3"]], [["t1"]]]
    rest = search(snapshot, drawn.query("A", "C", "09:30", window_s=0, booked_at="09:01"))
    assert trips(rest) == [["t1"]]  # tomorrow's
