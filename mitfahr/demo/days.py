"""Which timetable runs on which day: working days, Saturdays, Sundays and holidays, school days in Saxony."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

import holidays

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
    if day.weekday() == _SUNDAY or day in _public_holidays(day.year):
        return SUNDAY
    if day.weekday() == _SATURDAY or (day.month, day.day) in ((12, 24), (12, 31)):
        return SATURDAY
    return WORKING


@cache
def _public_holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("DE", subdiv="SN", years=year))


def _is_school_holiday(day: dt.date) -> bool:
    """Close to what Saxony announces year by year, but by rule: the demonstration must work in every year."""
    return any(
        first <= day <= last for year in (day.year - 1, day.year) for first, last in _school_holidays(year)
    )


@cache
def _school_holidays(year: int) -> tuple[tuple[dt.date, dt.date], ...]:
    two_weeks = dt.timedelta(days=12)
    winter = _monday_from(dt.date(year, 2, 8))
    autumn = _monday_from(dt.date(year, 10, 8))
    good_friday = dt.date.fromisoformat(_good_friday(year))
    return (
        (winter, winter + two_weeks),
        (good_friday, good_friday + dt.timedelta(days=8)),
        (dt.date(year, 7, 8), dt.date(year, 8, 18)),
        (autumn, autumn + two_weeks),
        (dt.date(year, 12, 23), dt.date(year + 1, 1, 2)),
    )


def _good_friday(year: int) -> str:
    named = holidays.country_holidays("DE", subdiv="SN", years=year, language="en_US")
    return next(day.isoformat() for day, name in named.items() if name == "Good Friday")


def _monday_from(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=-day.weekday() % 7)
