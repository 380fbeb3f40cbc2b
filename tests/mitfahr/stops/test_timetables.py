"""Timetables of stops and lines: hours and columns, day types, notes, loops."""

from __future__ import annotations

import datetime as dt

from mitfahr.domain.day_types import Kind, Unusual, cell_of
from mitfahr.network import network
from mitfahr.school_vacations import read_vacations
from mitfahr.services.line_timetable import DayGroup, Rule, Table, line_timetable
from mitfahr.services.stop_timetable import StopTimetable, stop_timetable
from tests.worlds import world

VACATIONS = read_vacations()
FIRST = dt.date(2026, 11, 23)
N_DAYS = 95
"""Monday, with Christmas and winter vacations to come."""


def days_of(*kinds: Kind, weekdays: range | tuple[int, ...] = range(7)) -> str:
    found = [
        str(i)
        for i in range(N_DAYS)
        if (cell := cell_of(FIRST + dt.timedelta(days=i), VACATIONS))[0] in kinds and cell[1] in weekdays
    ]
    return ",".join(found)


WORKING = days_of(Kind.SCHOOL, Kind.VACATION)
SCHOOL = days_of(Kind.SCHOOL)
VACATION = days_of(Kind.VACATION)
SATURDAY = days_of(Kind.SATURDAY)
FRIDAY = days_of(Kind.SCHOOL, Kind.VACATION, weekdays=(4,))

DRAWING = f"""
from {FIRST}
days {N_DAYS}
line 1 | A  B  C
t1 days {WORKING} | 06:00  06:10  06:20
t2 days {SCHOOL} | 07:00  07:10  07:20
t3 days {SATURDAY} | 08:00  08:10  08:20
t4 days {FRIDAY} | 25:00  25:10  25:20
line 1 | A  C
t5 days {WORKING} | 06:30  06:40
line 1 | C  B[off]  D  A
b1 days {VACATION} | 12:00  12:10  12:15  12:20
line 1 | A  B
t6 days {SCHOOL} | 07:40  07:50
"""


def of_stop(text: str, stop: str, day: dt.date = FIRST) -> StopTimetable:
    snapshot = world(text).snapshot()
    return stop_timetable(snapshot, snapshot.timetable.stop(stop), day, VACATIONS)


def of_line(text: str, line: str, group: DayGroup) -> list[Table]:
    snapshot = world(text).snapshot()
    found = line_timetable(snapshot, network(snapshot).route_by_id[line], FIRST, VACATIONS, [group])
    return list(found.tables)


def written(table: Table, stops: list[str]) -> list[list[str]]:
    """One row per stop: its number, then times or -"""
    return [
        [stops[stop], *(_clock(trip.times_s[row]) for trip in table.trips)]
        for row, stop in enumerate(table.stops)
    ]


def _clock(time_s: int | None) -> str:
    return "-" if time_s is None else f"{time_s // 3600:02}:{time_s // 60 % 60:02}"


def test_the_minutes_of_a_stop_stand_in_their_hours_and_columns() -> None:
    found = of_stop(DRAWING, "A")
    assert found.days is not None
    assert [column.kinds for column in found.days.columns] == [{kind} for kind in Kind]
    (block,) = found.blocks
    hours = {
        hour: [[(one.minute, one.destination) for one in cell] for cell in cells]
        for hour, cells in block.hours
    }
    assert hours == {
        6: [[(0, ""), (30, "")], [(0, ""), (30, "")], [], []],
        7: [[(0, ""), (40, "B")], [], [], []],
        8: [[], [], [(0, "")], []],
        25: [[(0, "")], [(0, "")], [], []],
    }
    (friday,) = block.hours[-1][1][0]
    assert friday.weekdays == {4}


def test_each_direction_of_a_line_is_a_block_of_its_own() -> None:
    found = of_stop(DRAWING + f"line 2 | B  A\nx days {WORKING} | 05:00  05:10", "B")
    assert [(block.direction, block.destination) for block in found.blocks] == [(0, "C"), (0, "A")]
    back = of_stop(DRAWING, "C")
    assert [(block.direction, block.destination) for block in back.blocks] == [(1, "A")]


def test_nothing_leaves_where_everything_ends() -> None:
    assert of_stop("line 1 | A  B\nt | 08:00  08:10", "B") == StopTimetable(None, ())


def test_a_new_timetable_is_told_with_its_first_day() -> None:
    text = """
    days 42
    line 1 | A  B
    t1 days {old} | 08:00  08:10
    t2 days {new} | 08:05  08:10
    """.format(old=",".join(map(str, range(21))), new=",".join(map(str, range(21, 42))))
    found = of_stop(text, "A", dt.date(2026, 6, 2))
    assert found.days is not None and [later.first for later in found.days.later] == [dt.date(2026, 6, 23)]
    assert found.blocks[0].hours[0][1][0][0].minute == 0
    later = of_stop(text, "A", dt.date(2026, 7, 1))
    assert later.days is not None and later.days.later == ()
    assert later.blocks[0].hours[0][1][0][0].minute == 5


def test_a_day_with_one_trip_more_is_nearly_like_the_others() -> None:
    special = dt.date(2026, 12, 9)
    trips = "\n".join(f"t{i} days {WORKING} | {6 + i:02}:00 {6 + i:02}:10" for i in range(6))
    text = f"""
    from {FIRST}
    days {N_DAYS}
    line 1 | A  B
    {trips}
    x days {(special - FIRST).days} | 13:00 13:10
    """
    found = of_stop(text, "A")
    assert found.days is not None
    assert found.days.period.unusual == (Unusual(special, (Kind.SCHOOL, 0), is_exact=False),)


def test_a_line_is_a_table_of_stops_and_trips() -> None:
    stops = ["A", "B", "C", "D"]
    there, back = of_line(DRAWING, "1", DayGroup.WORKING)
    assert written(there, stops) == [
        ["A", "06:00", "06:30", "07:00", "07:40", "25:00"],
        ["B", "06:10", "-", "07:10", "07:50", "25:10"],
        ["C", "06:20", "06:40", "07:20", "-", "25:20"],
    ]
    assert written(back, stops) == [["C", "12:00"], ["B", "12:10"], ["D", "12:15"], ["A", "12:20"]]
    assert back.trips[0].rules == (Rule.BOTH, Rule.OFF, Rule.BOTH, Rule.BOTH)
    working = frozenset(range(5))
    assert [trip.weekdays for trip in there.trips] == [
        (working, working),
        (working, working),
        (working, frozenset()),
        (working, frozenset()),
        ({4}, {4}),
    ]


def test_on_other_days_other_trips() -> None:
    there, back = of_line(DRAWING, "1", DayGroup.SATURDAY)
    assert len(there.trips) == 1 and back.trips == () and back.stops == ()


def test_a_loop_has_its_stop_in_two_rows() -> None:
    (table,) = of_line("line 1 | A  B  A  C\nt | 08:00  08:10  08:20  08:30", "1", DayGroup.WORKING)
    assert written(table, ["A", "B", "C"]) == [
        ["A", "08:00"],
        ["B", "08:10"],
        ["A", "08:20"],
        ["C", "08:30"],
    ]


def test_trips_that_look_the_same_are_one_column() -> None:
    text = """
    days 7
    line 1 | A  B
    t1 days 0 | 08:00  08:10
    t2 days 1,2 | 08:00  08:10
    t3 days 3 | 08:00  08:11
    """
    (table,) = of_line(text.replace("days 7", f"from {FIRST}\ndays 7"), "1", DayGroup.WORKING)
    assert [sorted(trip.weekdays[0]) for trip in table.trips] == [[0, 1, 2], [3]]


def test_a_joined_trip_belongs_to_each_of_its_lines() -> None:
    text = """
    line 1 | A  B  C  D
    t1 then 2 t9 at 2 | 08:00  08:10  08:20  08:30
    """
    (first,) = of_line(text, "1", DayGroup.WORKING)
    (second,) = of_line(text + "line 2 | C  D\nt2 | 09:00  09:10", "2", DayGroup.WORKING)
    assert written(first, ["A", "B", "C", "D"]) == [["A", "08:00"], ["B", "08:10"], ["C", "08:20"]]
    assert written(second, ["A", "B", "C", "D"]) == [["C", "08:20", "09:00"], ["D", "08:30", "09:10"]]
