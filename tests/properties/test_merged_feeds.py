"""Two feeds merged are searched as if one feed had said it all, in hundreds of drawn worlds."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from gtfs.merge import Part, merge
from routing import search
from tests.properties.conftest import worlds
from tests.properties.drawing import Case, bus_cases
from tests.properties.holds import criteria
from tests.properties.test_router_equals_oracle import oracle_criteria
from tests.worlds import world


@dataclass(frozen=True)
class Split:
    """`whole` says all; `first` and `second` know its stops, and each some of its lines; some lines are in both."""

    whole: Case
    first: str
    second: str

    def __repr__(self) -> str:
        return f"{self.whole!r}\nfirst:\n{self.first}\nsecond:\n{self.second}"


@st.composite
def split_cases(draw: DrawFn) -> Split:
    """The second feed may begin a day later, and either may be the one that knows of the station."""
    case = draw(bus_cases())
    rows = case.text.splitlines()
    of_line = [bool(re.match(r"line |t\d", row)) for row in rows]
    begin, end = of_line.index(True), len(rows) - of_line[::-1].index(True)
    before, lines, after = rows[:begin], "\n".join(rows[begin:end]).split("\nline "), rows[end:]
    is_later = draw(st.booleans())
    whole: list[str] = []
    first: list[str] = []
    second: list[str] = []
    for text in lines:
        line, *trips = ("line " + text.removeprefix("line ")).splitlines()
        where = draw(st.sampled_from(["first", "second", "both"]))
        of_second = [row for row in trips if not (is_later and " days 0" in row)]
        if where != "second":
            first += [line, *trips]
            whole += [line, *trips]
        if where != "first" and of_second:
            second += [line, *(row.replace(" days 1", "") if is_later else row for row in of_second)]
        if where == "second" and of_second:
            whole += [line, *(_on_day_1(row) if is_later else row for row in of_second)]
    assume(first and second)
    transfers = [row for row in after if row.startswith("transfer")]
    told = draw(st.integers(0, len(transfers)))
    facts = [row for row in after if row.startswith("stop")]
    stationless = [row for row in before if not row.startswith("station")]
    beginnings = draw(st.permutations([before, stationless]))
    later = [_next_day(before[0]), "days 1", *beginnings[1][2:]] if is_later else beginnings[1]
    return Split(
        replace(case, text="\n".join([*before, *whole, *after])),
        "\n".join([*beginnings[0], *first, *transfers[:told]]),
        "\n".join([*later, *second, *transfers[draw(st.integers(0, told)) :], *facts]),
    )


def _on_day_1(row: str) -> str:
    return row if " days 1" in row else row.replace(" ", " days 1 ", 1)


def _next_day(row: str) -> str:
    return f"from {dt.date.fromisoformat(row.removeprefix('from ')) + dt.timedelta(days=1)}"


@worlds(200)
@given(split_cases())
def test_two_feeds_are_searched_as_one(split: Split) -> None:
    feeds = [world(text).timetable for text in (split.first, split.second)]
    merged, _ = merge([Part("first", feeds[0]), Part("second", feeds[1])])
    whole = split.whole.world()
    assert sorted(merged.stop_id) == sorted(whole.timetable.stop_id)
    together = world(split.whole.text, timetable=merged).snapshot()
    for question in split.whole.questions:
        assert criteria(search(together, question.of(whole))) == oracle_criteria(whole, question.of(whole))


@worlds(20)
@given(bus_cases())
def test_one_feed_alone_stays_as_it_is(case: Case) -> None:
    timetable = case.world().timetable
    merged, lines = merge([Part("only", timetable)])
    assert merged is timetable
    assert lines is None
