"""Searching with what is known today about single trips. Lines of drawings: `tests.worlds`."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import Snapshot, check, search
from routing.errors import LiveTripRefused, RoutingError, UnknownStop, UnknownTrip
from routing.journey import Journey
from routing.live_trips import AddedCall, AddedTrip, CallUpdate, LiveTrip, TripUpdate
from routing.live_windows import LiveWindows
from routing.query import Needs, Party
from routing.reasons import Reason
from routing.snapshot import Kept
from routing.window import Window, mirror
from tests.journey_text import journey_line
from tests.properties.drawing import Case, live_cases
from tests.routing.window_contents import as_if_planned, calls_at_stops, contents
from tests.worlds import World, world

DAY = dt.date(2026, 6, 2)
LINE = """
line 1 | A B C D
t1 | 08:00 08:10/08:11 08:20 08:30
t2 | 08:15 08:25/08:26 08:35 08:45
"""
CHANGE = LINE + "line 2 | C E\nu1 | 08:25 08:40\nu2 | 08:55 09:10\n"
JOINED = """
line 1 | A B C D E
t1 then 2 t9 at 2 then 3 t8 at 3 | 08:00 08:10 08:20/08:22 08:30/08:32 08:40
"""
NIGHT = "days 2\nline 1 | A B C\nn1 days 0 | 23:50 24:10 24:30\nm1 days 1 | 00:20 00:40 01:00\n"
SPRING = "from 2026-03-28\n" + NIGHT.replace("24:30", "26:30").replace("01:00", "03:30")


def _journeys(drawn: World, ends: str, when: str = "07:50", **options: Any) -> list[Journey]:
    """What the drawn world answers, after asking a timetable made like that, and each journey's check."""
    query = drawn.query(*ends, when, **options)
    found = search(drawn.snapshot(), query)
    assert [check(drawn.snapshot(), query, journey) for journey in found] == [[] for _ in found]
    made_so = replace(drawn, timetable=as_if_planned(drawn.timetable, drawn.live), live=())
    assert _criteria(search(made_so.snapshot(), query)) == _criteria(found)
    return found


def _criteria(journeys: Iterable[Journey]) -> list[tuple[int, int, int]]:
    return [(j.departure_s, j.arrival_s, j.vehicles) for j in journeys]


@pytest.mark.parametrize("arrive_by", [False, True])
@pytest.mark.parametrize(
    ("drawing", "said", "ends", "lines"),
    [
        # late from the beginning, from the middle, and caught up again
        (LINE, "expected t1 | -/08:05", "AD", ["08:05 A –1→ 08:35 D", "08:15 A –1→ 08:45 D"]),
        (LINE, "expected t1 | - 08:13/-", "AD", ["08:00 A –1→ 08:33 D", "08:15 A –1→ 08:45 D"]),
        (LINE, "expected t1 | - 08:13/- 08:20", "AD", ["08:00 A –1→ 08:30 D", "08:15 A –1→ 08:45 D"]),
        # early
        (LINE, "expected t1 | -/07:58", "AD", ["07:58 A –1→ 08:28 D", "08:15 A –1→ 08:45 D"]),
        # overtaken on the way, and already before it leaves
        (LINE, "expected t1 | - - 08:50/-", "AD", ["08:15 A –1→ 08:45 D"]),
        (LINE, "expected t1 | - - 08:50/-", "AB", ["08:00 A –1→ 08:10 B", "08:15 A –1→ 08:25 B"]),
        (LINE, "expected t1 | -/08:20", "AD", ["08:15 A –1→ 08:45 D", "08:20 A –1→ 08:50 D"]),
        # nothing is expected later than what is stated after it
        (LINE, "expected t1 | -/08:12 - 08:20", "AC", ["08:12 A –1→ 08:20 C", "08:15 A –1→ 08:35 C"]),
        (LINE, "expected t1 | -/08:12 - 08:20", "BC", ["08:20 B –1→ 08:20 C", "08:26 B –1→ 08:35 C"]),
        # times that go backwards are raised
        (
            LINE,
            "expected t1 | - 08:30/- 08:20",
            "AD",
            ["08:00 A –1→ 08:30 D", "08:15 A –1→ 08:25/08:30 B –1→ 08:30 D", "08:15 A –1→ 08:45 D"],
        ),
        (LINE, "expected t1 | - 08:10/- 08:05 08:22", "AD", ["08:00 A –1→ 08:22 D", "08:15 A –1→ 08:45 D"]),
        # cancelled
        (LINE, "cancelled t1", "AD", ["08:15 A –1→ 08:45 D"]),
        (LINE, "cancelled t1\ncancelled t2", "AD", []),
        # skipped: no getting on, no getting off, but one may ride through
        (LINE, "expected t1 | - x", "AB", ["08:15 A –1→ 08:25 B"]),
        (LINE, "expected t1 | - x", "BD", ["08:26 B –1→ 08:45 D"]),
        (LINE, "expected t1 | - x", "AD", ["08:00 A –1→ 08:30 D", "08:15 A –1→ 08:45 D"]),
        (LINE, "expected t1 | - x\nexpected t2 | - x", "AB", []),
        (LINE, "expected t1 | - x 08:26", "AC", ["08:00 A –1→ 08:26 C", "08:15 A –1→ 08:35 C"]),
        # added
        (LINE, "added z | A 08:05 | D 08:25", "AD", ["08:05 A –z→ 08:25 D", "08:15 A –1→ 08:45 D"]),
        (
            LINE,
            "added z | A 08:05 | B[off] 08:10 | C 08:18",
            "BC",
            ["08:11 B –1→ 08:20 C", "08:26 B –1→ 08:35 C"],
        ),
        (LINE, "added z | A 08:16 | B 08:14 | C 08:18", "AC", ["08:16 A –z→ 08:18 C"]),
        (
            LINE,
            "added z type 715 | A 08:20 | D 08:40",
            "AD",
            ["08:00 A –1→ 08:30 D", "08:20 A –rufbus z→ 08:40 D"],
        ),
        # a change missed, and one that is possible because the next one is late too
        (
            CHANGE,
            "",
            "AE",
            ["08:00 A –1→ 08:20/08:25 C –2→ 08:40 E", "08:15 A –1→ 08:35/08:55 C –2→ 09:10 E"],
        ),
        (CHANGE, "expected t1 | -/08:04", "AE", ["08:15 A –1→ 08:35/08:55 C –2→ 09:10 E"]),
        (
            CHANGE,
            "expected t1 | -/08:04\nexpected u1 | -/08:26",
            "AE",
            ["08:04 A –1→ 08:24/08:26 C –2→ 08:41 E", "08:15 A –1→ 08:35/08:55 C –2→ 09:10 E"],
        ),
        # trips in which one may stay seated: the delay goes on, and each section has its own updates
        (JOINED, "expected t1 | - 08:15/-", "AE", ["08:00 A –1→ 08:45 E"]),
        (JOINED, "expected t1 | - 08:15/-\nexpected t9 | -/08:22", "AE", ["08:00 A –1→ 08:40 E"]),
        (JOINED, "expected t1 | - - 08:21/08:59\nexpected t9 | 08:59/08:22", "AD", ["08:00 A –1→ 08:30 D"]),
        (JOINED, "expected t1 | - - x", "AC", []),
        (JOINED, "expected t1 | - - x", "CE", ["08:22 C –2→ 08:40 E"]),
        (JOINED, "expected t9 | x", "CE", []),
        (JOINED, "expected t9 | x", "AC", ["08:00 A –1→ 08:20 C"]),
        (JOINED, "cancelled t9", "AE", []),
        (JOINED, "cancelled t9", "CD", []),
        (JOINED, "cancelled t9", "AC", ["08:00 A –1→ 08:20 C"]),
        (JOINED, "cancelled t9", "DE", ["08:32 D –3→ 08:40 E"]),
        (JOINED, "cancelled t8", "AD", ["08:00 A –1→ 08:30 D"]),
    ],
)
def test_drawn_cases(drawing: str, said: str, ends: str, lines: list[str], arrive_by: bool) -> None:
    found = _journeys(world(drawing + said), ends, "09:50" if arrive_by else "07:50", arrive_by=arrive_by)
    assert [journey_line(journey) for journey in found] == lines


@pytest.mark.parametrize(
    ("drawing", "said", "when", "lines"),
    [
        # past midnight: the trip of the day before is late by so much that tomorrow's overtakes it
        (NIGHT, "", "23:45", ["23:50 A –1→ 00:30+1 C", "00:20 A –1→ 01:00 C"]),
        (NIGHT, "expected n1 | -/24:25", "23:45", ["00:20 A –1→ 01:00 C", "00:25 A –1→ 01:05 C"]),
        # over the edge of the window, which begins with the UTC day, two hours after this one
        (NIGHT, "expected n1 | -/26:05", "1 01:30", ["02:05 A –1→ 02:45 C"]),
        # the night without an hour from two to three
        (SPRING, "expected n1 | - - 26:10", "23:45", ["23:50 A –1→ 03:10 CEST+1 C"]),
    ],
)
def test_nights(drawing: str, said: str, when: str, lines: list[str]) -> None:
    assert [journey_line(journey) for journey in _journeys(world(drawing + said), "AC", when)] == lines


def test_a_trip_so_early_that_it_leaves_the_day_before() -> None:
    drawn = world(NIGHT + "cancelled n1")
    early_s = int(drawn.timetable.day_start_s[1]) - 300
    update = TripUpdate("m1", DAY + dt.timedelta(days=1), (CallUpdate(0, departure_s=early_s),))
    found = search(drawn.snapshot().with_live_trip(update), drawn.query("A", "C", "23:45"))
    assert [journey_line(journey) for journey in found] == ["23:55 A –1→ 00:35+1 C"]
    assert found[0].legs[0].service_date == DAY + dt.timedelta(days=1)


def test_a_leg_tells_what_was_planned() -> None:
    drawn = world(LINE + "expected t1 | -/08:02 - 08:23\nadded z | A 08:05 | D 08:35")
    late, added, planned = (journey.legs[0] for journey in _journeys(drawn, "AD"))
    assert (late.trip_id, late.is_added) == ("t1", False)
    assert (late.planned_departure_s, late.planned_arrival_s) == _clocks(drawn, "08:00", "08:30")
    assert (late.departure_s, late.arrival_s) == _clocks(drawn, "08:02", "08:33")
    assert (added.trip_id, added.route, added.is_added, added.planned_departure_s) == ("z", "z", True, None)
    assert (added.service_date, added.board_pos, added.alight_pos) == (DAY, 0, 1)
    assert (planned.trip_id, planned.planned_departure_s, planned.planned_arrival_s) == ("t2", None, None)


def _clocks(drawn: World, *clocks: str) -> tuple[int, ...]:
    return tuple(int(drawn.at(clock).timestamp()) for clock in clocks)


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ("", set()),
        ("expected t1 | 08:00", set()),
        ("cancelled t1", {Reason.TRIP_CANCELLED}),
        ("cancelled u1", {Reason.TRIP_CANCELLED}),
        ("expected t1 | x", {Reason.STOP_SKIPPED}),
        ("expected t1 | - - x", {Reason.STOP_SKIPPED}),
        ("expected t1 | - x", set()),
        ("expected t1 | - - 08:22", {Reason.TIMES_CHANGED}),
        ("expected t1 | - - 08:24", {Reason.TIMES_CHANGED, Reason.CHANGE_TOO_SHORT}),
        ("expected t1 | - - 08:24\nexpected u1 | 08:27", {Reason.TIMES_CHANGED}),
        ("expected u1 | 08:21", {Reason.TIMES_CHANGED, Reason.CHANGE_TOO_SHORT}),
    ],
)
def test_a_journey_found_before_is_judged_by_what_is_known_now(said: str, reasons: set[Reason]) -> None:
    drawn = world(CHANGE)
    query = drawn.query("A", "E", "07:50")
    journey = search(drawn.snapshot(), query)[0]
    assert set(check(world(CHANGE + said).snapshot(), query, journey)) == reasons


def test_an_added_trip_that_is_taken_back() -> None:
    drawn = world("stop A\nstop B\nadded z | A 08:00 | B 08:10")
    query = drawn.query("A", "B", "07:50")
    (journey,) = search(drawn.snapshot(), query)
    without = drawn.snapshot().without_live_trip("z", DAY)
    assert (search(without, query), check(without, query, journey)) == ([], [Reason.TRIP_GONE])


def test_wheelchairs() -> None:
    drawn = world(LINE.replace("t1", "t1 wheelchair no") + "added z wheelchair no | A 08:02 | D 08:10")
    late = drawn.snapshot().with_live_trip(_late(drawn, "t1", 60))
    query = drawn.query("A", "D", "07:50", party=Party(0, 1))
    assert [journey_line(journey) for journey in search(late, query)] == ["08:15 A –1→ 08:45 D"]


def _late(drawn: World, trip_id: str, seconds: int) -> TripUpdate:
    (section,) = drawn.timetable.sections_by_trip_id[trip_id]
    first = int(drawn.timetable.trip_time_start[drawn.timetable.trip_of_section(section)])
    departure_s = int(drawn.timetable.day_start_s[0] + drawn.timetable.time_dep[first]) + seconds
    return TripUpdate(trip_id, drawn.timetable.first_day, (CallUpdate(0, departure_s=departure_s),))


@pytest.mark.parametrize(
    ("trip", "error"),
    [
        (TripUpdate("t9", DAY), UnknownTrip),
        (TripUpdate("t1", DAY + dt.timedelta(days=1)), LiveTripRefused),
        (TripUpdate("t1", DAY, first_departure_s=1), LiveTripRefused),
        (TripUpdate("t1", DAY, (CallUpdate(4),)), LiveTripRefused),
        (TripUpdate("t1", DAY, (CallUpdate(-1),)), LiveTripRefused),
        (TripUpdate("t1", DAY, (CallUpdate(1), CallUpdate(1))), LiveTripRefused),
        (TripUpdate("t1", DAY, (CallUpdate(1, arrival_s=0),)), LiveTripRefused),
        (AddedTrip("t1", DAY, "1", (AddedCall("A", 0, 0), AddedCall("B", 60, 60))), LiveTripRefused),
        (AddedTrip("z", DAY, "1", (AddedCall("A", 0, 0),)), LiveTripRefused),
        (AddedTrip("z", DAY, "1", (AddedCall("A", 0, 0), AddedCall("S", 60, 60))), LiveTripRefused),
        (AddedTrip("z", DAY, "1", (AddedCall("A", 0, 0), AddedCall("B", 200_000, 200_000))), LiveTripRefused),
        (AddedTrip("z", DAY, "1", (AddedCall("A", 0, 0), AddedCall("Q", 60, 60))), UnknownStop),
    ],
)
def test_what_cannot_be_true_is_refused(trip: LiveTrip, error: type[RoutingError]) -> None:
    drawn = world(LINE + "station S | A B")
    snapshot = drawn.snapshot()
    with pytest.raises(error):
        snapshot.with_live_trip(trip)
    with pytest.raises(error):
        snapshot.with_live_trips([trip])
    refused: list[tuple[LiveTrip, RoutingError]] = []
    late = snapshot.with_live_trips([trip, _late(drawn, "t1", 60)], lambda *one: refused.append(one))
    assert [(one, type(why)) for one, why in refused] == [(trip, error)]
    assert len(late.live.expected) == 1


def test_a_repeated_trip_needs_its_departure() -> None:
    """As frequencies.txt gives them: one trip id, several departures."""
    drawn = world(LINE.replace("t2", "t1"))
    meant = TripUpdate("t1", DAY, is_cancelled=True, first_departure_s=8 * 3600)
    with pytest.raises(LiveTripRefused):
        drawn.snapshot().with_live_trip(replace(meant, first_departure_s=None))
    found = search(drawn.snapshot().with_live_trip(meant), drawn.query("A", "D", "07:50"))
    assert [journey_line(journey) for journey in found] == ["08:15 A –1→ 08:45 D"]


def test_a_snapshot_keeps_what_it_knew() -> None:
    drawn = world(LINE)
    before = drawn.snapshot()
    frozen = {f.name: np.copy(getattr(drawn.timetable, f.name)) for f in fields(drawn.timetable)[9:-5]}
    late = before.with_live_trip(_late(drawn, "t1", 300))
    later = late.with_live_trip(_late(drawn, "t1", 600))
    undone = later.without_live_trip("t1", DAY)
    query = drawn.query("A", "B", "07:50")
    first = {id(s): search(s, query)[0].departure_s for s in (later, before, undone, late, later)}
    assert [first[id(s)] - first[id(before)] for s in (before, late, later, undone)] == [0, 300, 600, 0]
    assert search(undone, query) == search(before, query)
    assert all(np.array_equal(getattr(drawn.timetable, name), value) for name, value in frozen.items())


FRAMES = st.tuples(st.integers(-1, 2), st.booleans(), st.booleans())
"""First UTC day after the timetable's first, wheelchair, mirrored."""


def _window(snapshot: Snapshot, frame: tuple[int, bool, bool]) -> Window:
    day, wheelchair, is_mirrored = frame
    from_s = int(snapshot.timetable.day_start_s[0]) + 40_000 + day * 86_400
    return snapshot.window(from_s, from_s + 86_400, Needs(wheelchair), is_mirrored)


def _made_at_once(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, live_windows=LiveWindows(), live_kept=Kept(16))


@settings(max_examples=60, deadline=None)
@given(live_cases(), st.data())
def test_step_by_step_or_at_once_a_window_is_the_same(case: Case, data: st.DataObject) -> None:
    drawn = case.world()
    snapshot = planned = replace(drawn, live=()).snapshot()
    known: list[LiveTrip] = []
    frame = 0, False, False
    for _ in range(data.draw(st.integers(1, 8)) if drawn.live else 0):
        said = data.draw(st.sampled_from(drawn.live))
        if said in known and data.draw(st.booleans()):
            known.remove(said)
            snapshot = snapshot.without_live_trip(said.trip_id, said.service_date)
        else:
            known = [*known, said] if said not in known else known
            snapshot = snapshot.with_live_trip(said)
        frame = data.draw(FRAMES)
        now, at_once = _window(snapshot, frame), _window(_made_at_once(snapshot), frame)
        assert contents(now) == contents(at_once)
        assert calls_at_stops(now) == calls_at_stops(at_once)
    for said in known:
        snapshot = snapshot.without_live_trip(said.trip_id, said.service_date)
    assert contents(_window(snapshot, frame)) == contents(_window(planned, frame))


@settings(max_examples=60, deadline=None)
@given(live_cases())
def test_the_same_answers_as_in_a_timetable_made_like_that(case: Case) -> None:
    drawn = case.world()
    made_so = replace(drawn, timetable=as_if_planned(drawn.timetable, drawn.live), live=())
    for question in case.questions:
        query = question.of(drawn)
        found = search(drawn.snapshot(), query)
        assert _criteria(search(made_so.snapshot(), query)) == _criteria(found)
        assert [check(drawn.snapshot(), query, journey) for journey in found] == [[] for _ in found]
        forwards, backwards = (_window(drawn.snapshot(), (0, False, flag)) for flag in (False, True))
        assert sorted(contents(mirror(forwards))) == sorted(contents(backwards))


def test_many_small_updates_and_searches_at_once() -> None:
    """Columns fill up and are compacted while other threads read; every snapshot answers by its own data."""
    rows = [
        f"t{i} | {7 + i // 30:02}:{2 * i % 60:02} {7 + i // 30:02}:{2 * i % 60 + 1:02}" for i in range(90)
    ]
    drawn = world("line 1 | A B\n" + "\n".join(rows))
    query = drawn.query("A", "B", "06:50", window_s=14_400)
    start = drawn.snapshot()
    wrong: list[object] = []

    def update_and_search(seed: int) -> None:
        snapshot, late = start, {}
        for step in range(120):
            number, late_s = (seed * 31 + step * 7) % 90, (seed + step * 13) % 40
            late[number] = late_s
            snapshot = snapshot.with_live_trip(_late(drawn, f"t{number}", late_s))
            expected = sorted(
                (int(drawn.at(row.split()[2]).timestamp()) + late.get(i, 0)) for i, row in enumerate(rows)
            )
            if step % 10 == seed and [j.departure_s for j in search(snapshot, query)] != expected:
                wrong.append((seed, step))

    threads = [threading.Thread(target=update_and_search, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
