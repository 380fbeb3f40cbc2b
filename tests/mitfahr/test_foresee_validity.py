"""Days on which a timetable has lost most of its trips are told, holidays are not."""

from __future__ import annotations

import datetime as dt

from mitfahr.school_vacations import read_vacations
from mitfahr.services.foresee_validity import ThinDays, thin_days
from tests.worlds import world

FIRST = dt.date(2026, 11, 23)


def test_services_that_end_too_early_are_told() -> None:
    days = [FIRST + dt.timedelta(days=i) for i in range(35)]
    working = [i for i, day in enumerate(days) if (day.weekday() < 5 and day.month < 12) or day.day == 1]
    always = [i for i, day in enumerate(days) if day.weekday() < 5 and not (day.month == 12 and day.day > 24)]
    drawn = world(f"""
    from {FIRST}
    days 35
    line 1 | A  B
    t1 days {",".join(map(str, always))} | 08:00  08:10
    t2 days {",".join(map(str, working))} | 09:00  09:10
    t3 days {",".join(map(str, working))} | 10:00  10:10
    """)
    found = thin_days(drawn.timetable, read_vacations(), FIRST)
    assert found[0] == ThinDays(dt.date(2026, 12, 2), dt.date(2026, 12, 4), 1, 3)
    assert [thin.first.day for thin in found] == [2, 7, 14, 21]
    assert thin_days(drawn.timetable, read_vacations(), dt.date(2026, 12, 23)) == []
