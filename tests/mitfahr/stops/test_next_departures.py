"""The next departures at a stop: past midnight, clock changes, loops, what is known today, runs."""

from __future__ import annotations

from typing import Any

from mitfahr.domain.times import local
from mitfahr.network import network
from mitfahr.services.next_departures import Board, Departure, Said, next_departures
from tests.worlds import world

LINE = """
days 2
line 1 | A  B  C
t1 | 08:00  08:10/08:12  08:20
t2 | 09:00  09:10/09:12  09:20
"""


def board(text: str, stop: str, clock: str, limit: int = 10, **more: Any) -> Board:
    drawn = world(text)
    snapshot = drawn.snapshot()
    found = snapshot.timetable.stop(stop)
    return next_departures(snapshot, found, int(drawn.at(clock).timestamp()), limit, **more)


def lines(text: str, stop: str, clock: str, limit: int = 10) -> list[str]:
    """08:00 1 C"""
    return [_line(one) for one in board(text, stop, clock, limit).departures]


def _line(one: Departure) -> str:
    return f"{local(one.expected_s):%H:%M} {one.route} {one.destination}"


def test_departures_come_in_order_over_the_days() -> None:
    assert lines(LINE, "B", "08:30") == ["09:12 1 C", "08:12 1 C", "09:12 1 C"]


def test_a_stop_is_not_left_where_a_trip_ends() -> None:
    assert lines(LINE, "C", "07:00") == []


def test_a_departure_is_told_to_the_very_minute() -> None:
    assert lines(LINE, "A", "08:00", 1) == ["08:00 1 C"]
    assert lines(LINE, "A", "08:01", 1) == ["09:00 1 C"]


def test_more_is_known_than_shown() -> None:
    found = board(LINE, "A", "07:00", 3)
    assert len(found.departures) == 3 and found.has_more
    assert not board(LINE, "A", "07:00", 4).has_more


def test_past_midnight_yesterdays_trips_still_run() -> None:
    text = """
    days 2
    line N | A  B
    n1 days 0 | 24:30  24:50
    line 1 | A  B
    t1 days 1 | 00:20  00:40
    """
    assert lines(text, "A", "1 00:10") == ["00:20 1 B", "00:30 N B"]


def test_on_the_day_of_the_clock_change_times_count_from_noon() -> None:
    """01:30 is ten and a half hours before noon, when clocks still showed summer time."""
    text = """
    from 2026-10-25
    line 1 | A  B
    t1 | 01:30  01:40
    t2 | 04:00  04:10
    """
    found = board(text, "A", "00:00").departures
    assert [f"{local(one.expected_s):%H:%M %z}" for one in found] == ["02:30 +0200", "04:00 +0100"]
    assert found[1].expected_s - found[0].expected_s == 2.5 * 3600


def test_a_loop_leaves_the_same_stop_twice() -> None:
    text = """
    line 1 | A  B  A  C
    t1 | 08:00  08:10  08:20  08:30
    line 2 | A  B  A
    t2 | 09:00  09:10  09:20
    """
    assert lines(text, "A", "07:00") == ["08:00 1 C", "08:20 1 C", "09:00 2 A"]


def test_nobody_is_sent_where_nobody_gets_on() -> None:
    text = """
    line 1 | A  B[off]  C
    t1 | 08:00  08:10  08:20
    line 2 | A  B  C[on]
    t2 | 09:00  09:10  09:20
    """
    assert lines(text, "B", "07:00") == []  # line 2 goes on only to where nobody gets off
    assert lines(text, "A", "07:00") == ["08:00 1 C", "09:00 2 C"]


def test_platforms_of_a_station_are_one_stop() -> None:
    text = """
    station S | S1 S2
    line 1 | S1  A
    t1 | 08:00  08:10
    line 2 | S2  B
    t2 | 08:05  08:15
    line 3 | S1  S2
    t3 | 08:01  08:02
    """
    assert lines(text, "S", "07:00") == lines(text, "S2", "07:00") == ["08:00 1 A", "08:05 2 B"]


def test_one_direction_of_one_line() -> None:
    text = LINE + "line 1 | C  B  A\nt3 | 08:00  08:11  08:20\nline 2 | A  B  C\nt4 | 08:00  08:13  08:30"
    drawn = world(text)
    snapshot = drawn.snapshot()
    line = network(snapshot).route_by_id["1"]
    from_s = int(drawn.at("08:00").timestamp())
    stop = snapshot.timetable.stop("B")
    ways = [
        [_line(one) for one in next_departures(snapshot, stop, from_s, 2, (line, direction)).departures]
        for direction in (0, 1)
    ]
    assert ways == [["08:12 1 C", "09:12 1 C"], ["08:11 1 A", "08:11 1 A"]]


def test_what_is_known_today() -> None:
    text = (
        LINE
        + """
    expected t1 day 0 | 08:00 08:17/08:19
    cancelled t2 day 0
    added z1 day 0 | B 08:30 | C 08:40
    """
    )
    found = board(text, "B", "08:13")
    assert found.has_live
    told = [(local(one.expected_s).strftime("%H:%M"), one.said, one.delay_s) for one in found.departures]
    assert told[:3] == [("08:19", Said.RUNS, 420), ("08:30", Said.ADDED, 0), ("09:12", Said.CANCELLED, 0)]
    assert [said for _, said, _ in told[3:]] == [Said.NOTHING, Said.NOTHING]


def test_a_stop_that_is_left_out_today() -> None:
    text = LINE + "expected t1 day 0 | - x - \n expected t2 day 0 | - - x09:20"
    told = [(one.said, one.trip_id) for one in board(text, "B", "07:00", 3).departures]
    assert told == [(Said.LEFT_OUT, "t1"), (Said.LEFT_OUT, "t2"), (Said.NOTHING, "t1")]


def test_whoever_is_early_has_left() -> None:
    text = LINE + "expected t1 day 0 | 07:50"
    assert lines(text, "A", "07:55", 1) == ["09:00 1 C"]


def test_a_rufbus_must_be_asked_for() -> None:
    text = """
    line 9 type 715 | A  B
    t1 | 08:00  08:10
    line 1 | A[phone]  B
    t2 | 09:00  09:10
    line 2 | A  B
    t3 | 10:00  10:10
    """
    assert [one.must_ask for one in board(text, "A", "07:00").departures] == [True, True, False]


def test_runs_of_the_buergerbus_stand_among_them() -> None:
    text = LINE + "run b1 | A 08:30 | B 08:40 | C 08:50 | seats 0 3 | bookable 07:30"
    first = board(text, "A", "08:10", 1).departures[0]
    assert first.route == "b1" and first.run is not None and not first.run.has_room
    at_b = board(text, "B", "08:20", 1).departures[0]
    assert at_b.run is not None and at_b.run.has_room and at_b.destination == "C"
    assert [one.run for one in board(text, "C", "08:20").departures] == []


def test_a_run_that_is_in_the_timetable_too_is_told_once() -> None:
    text = LINE + "run 1 | A 08:00 | B 08:12 | C 08:20 | seats 8 8 | bookable 07:30"
    first, second, *_ = board(text, "A", "07:00").departures
    assert first.run is not None and second.run is None
    assert second.expected_s - first.expected_s == 3600
