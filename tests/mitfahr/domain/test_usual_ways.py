"""Wie immer: the way booked most, on the next such day."""

from __future__ import annotations

import datetime as dt

from mitfahr.domain.times import resolve
from mitfahr.domain.usual_ways import Travelled, usual_ways

TODAY = dt.date(2026, 11, 25)
"""A Wednesday."""


def trip(number: int, day: dt.date, clock: str, key: tuple[str, str] = ("Dorf", "Arzt")) -> Travelled:
    return Travelled(str(number), key, resolve(day, dt.time.fromisoformat(clock)).moment)


def test_the_way_booked_most_comes_first_and_small_shifts_are_one_way() -> None:
    weeks = [TODAY - dt.timedelta(days=days) for days in (6, 13, 20)]
    often = [
        trip(n, day, clock)
        for n, (day, clock) in enumerate(zip(weeks, ("09:00", "08:50", "09:20"), strict=True))
    ]
    once = trip(9, TODAY - dt.timedelta(days=1), "15:00", ("Arzt", "Dorf"))
    first, second = usual_ways([once, *often], TODAY, 4)
    assert (first.latest.booking_id, first.times, first.next_day) == ("0", 3, dt.date(2026, 11, 26))
    assert (second.latest.booking_id, second.times, second.next_day) == ("9", 1, dt.date(2026, 12, 1))
    assert usual_ways([once, *often], TODAY, 1) == [first]


def test_several_days_of_the_week_and_what_is_booked_already() -> None:
    monday, tomorrow = dt.date(2026, 11, 23), dt.date(2026, 11, 26)
    (way,) = usual_ways([trip(1, monday, "07:10"), trip(2, tomorrow, "07:10")], TODAY, 4)
    assert way.next_day == dt.date(2026, 11, 30)


def test_another_time_of_day_is_another_way_across_the_clock_change() -> None:
    summer, winter = dt.date(2026, 10, 20), dt.date(2026, 10, 27)
    same = usual_ways([trip(1, summer, "07:10"), trip(2, winter, "07:10")], TODAY, 4)
    assert [way.times for way in same] == [2]
    assert len(usual_ways([trip(1, summer, "07:10"), trip(2, winter, "17:10")], TODAY, 4)) == 2
