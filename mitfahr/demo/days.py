"""Which timetable runs on which day: working days, Saturdays, Sundays and holidays, school days in Saxony."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

from mitfahr.domain.saxony import Vacations, public_holiday
from mitfahr.school_vacations import read_vacations

WORKING, SATURDAY, SUNDAY, SCHOOL, NIGHT = "mofr", "sa", "so", "schule", "nacht"
"""Service ids. SCHOOL is a part of WORKING; NIGHT is the night after a Friday or Saturday."""

_SATURDAY, _SUNDAY, _FRIDAY = 5, 6, 4


def services_on(day: dt.date) -> frozenset[str]:
    """The services that run on `day`."""
    kind = _kind(day)
    services = {kind}
    if kind == WORKING and not _is_school_holiday(day):
        services.add(SCHOOL)
    if day.weekday() in (_FRIDAY, _SATURDAY):
        services.add(NIGHT)
    return frozenset(services)


def weekly_services(weekday: int) -> frozenset[str]:
    """The services of an ordinary week, 0 = Monday."""
    services = {SATURDAY} if weekday == _SATURDAY else {SUNDAY} if weekday == _SUNDAY else {WORKING, SCHOOL}
    if weekday in (_FRIDAY, _SATURDAY):
        services.add(NIGHT)
    return frozenset(services)


def exceptions(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, str, bool]]:
    """(day, service, runs) wherever a day differs from its ordinary weekday."""
    for offset in range((last - first).days + 1):
        day = first + dt.timedelta(days=offset)
        usual, actual = weekly_services(day.weekday()), services_on(day)
        yield from ((day, service, False) for service in sorted(usual - actual))
        yield from ((day, service, True) for service in sorted(actual - usual))


def _kind(day: dt.date) -> str:
    if day.weekday() == _SUNDAY or public_holiday(day):
        return SUNDAY
    if day.weekday() == _SATURDAY or (day.month, day.day) in ((12, 24), (12, 31)):
        return SATURDAY
    return WORKING


def _is_school_holiday(day: dt.date) -> bool:
    """As announced; years that nobody has announced yet have none."""
    return _vacations().on(day) is not None


@cache
def _vacations() -> Vacations:
    return read_vacations()
