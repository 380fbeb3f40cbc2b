"""Searching with what is known today about single trips. Lines of drawings: `tests.worlds`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from routing import check, search
from routing.journey import Journey
from tests.journey_text import journey_line
from tests.routing.window_contents import as_if_planned
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
        (LINE, "expected t1 | - 08:30/- 08:20", "AD", ["08:00 A –1→ 08:30 D", "08:15 A –1→ 08:25/08:30 B –1→ 08:30 D", "08:15 A –1→ 08:45 D"]),
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
        (LINE, "added z | A 08:05 | B[off] 08:10 | C 08:18", "BC", ["08:11 B –1→ 08:20 C", "08:26 B –1→ 08:35 C"]),
        (LINE, "added z | A 08:16 | B 08:14 | C 08:18", "AC", ["08:16 A –z→ 08:18 C"]),
        (LINE, "added z type 715 | A 08:20 | D 08:40", "AD", ["08:00 A –1→ 08:30 D", "08:20 A –rufbus z→ 08:40 D"]),
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
