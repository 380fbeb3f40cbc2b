"""Kinds of days in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mitfahr.day_tables import DayTables
from mitfahr.domain.day_types import Cell, Column, Kind, Unusual
from mitfahr.domain.saxony import Vacations, public_holiday
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import day_short, weekday
from mitfahr.services.line_timetable import DayGroup

GROUP_WORDS = {
    DayGroup.WORKING: lazy("Montag bis Freitag"),
    DayGroup.SATURDAY: lazy("Samstag"),
    DayGroup.SUNDAY: lazy("Sonn- und Feiertag"),
}


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Days that differ, each in words, and the vacations; `knows_vacations` as in `DayTables`."""

    unusual: tuple[tuple[dt.date, str], ...]
    vacations: tuple[str, ...]
    knows_vacations: bool


def weekdays_words(weekdays: Iterable[int]) -> str:
    """Montag bis Freitag; Dienstag, Donnerstag"""
    days = sorted(weekdays)
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return _("%(first)s bis %(last)s", first=weekday(days[0]), last=weekday(days[-1]))
    return ", ".join(weekday(day) for day in days)


def column_words(column: Column, all_columns: Sequence[Column]) -> str:
    if Kind.SATURDAY in column.kinds:
        return str(GROUP_WORDS[DayGroup.SATURDAY])
    if Kind.SUNDAY in column.kinds:
        return str(GROUP_WORDS[DayGroup.SUNDAY])
    days = weekdays_words(column.weekdays)
    if len(column.kinds) == 2 or not any(Kind.VACATION in other.kinds for other in all_columns):
        return days
    if Kind.SCHOOL in column.kinds:
        return _("%(days)s an Schultagen", days=days)
    return _("%(days)s in den Ferien", days=days)


def cell_words(cell: Cell) -> str:
    kind, day = cell
    match kind:
        case Kind.SUNDAY:
            return str(GROUP_WORDS[DayGroup.SUNDAY])
        case Kind.VACATION:
            return _("%(days)s in den Ferien", days=weekday(day))
        case _:
            return weekday(day)


def unusual_words(unusual: Unusual) -> str:
    """Donnerstag, 24.12.2026: wie Samstag"""
    name = public_holiday(unusual.day)
    day = f"{weekday(unusual.day.weekday())}, {day_short(unusual.day)}"
    if name:
        day = f"{day} ({name})"
    if unusual.like is None:
        return _("%(day)s: ein Fahrplan nur für diesen Tag", day=day)
    if not unusual.is_exact:
        return _("%(day)s: fast wie %(other_day)s", day=day, other_day=cell_words(unusual.like))
    return _("%(day)s: wie %(other_day)s", day=day, other_day=cell_words(unusual.like))


def special_days(days: DayTables, today: dt.date, vacations: Vacations) -> SpecialDays:
    """What is to be said below the tables of a period, from today on."""
    period = days.period
    first = max(period.first, today)
    return SpecialDays(
        unusual=tuple((one.day, unusual_words(one)) for one in period.unusual if one.day >= today),
        vacations=tuple(_vacations_in(first, period.last, vacations)),
        knows_vacations=days.knows_vacations,
    )


def _vacations_in(first: dt.date, last: dt.date, vacations: Vacations) -> list[str]:
    """Winterferien vom 08.02.2027 bis 19.02.2027, of those that touch these days."""
    return [
        _(
            "%(name)s vom %(first)s bis %(last)s",
            name=span.name,
            first=day_short(span.first),
            last=day_short(span.last),
        )
        if span.first != span.last
        else f"{span.name} {day_short(span.first)}"
        for span in vacations.spans
        if span.first <= last and span.last >= first
    ]
