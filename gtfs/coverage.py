"""Which days a feed covers, looked at from today."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.service_days import ServiceDays, place_of_first, place_of_last
from gtfs.table import Mask, Table

SOON_DAYS, VERY_SOON_DAYS = 30, 7
LONGEST_GAP_DAYS = 13

_CHECK_CALENDAR = Words(
    "Bitte prüfen Sie calendar.txt und calendar_dates.txt.",
    "Please check calendar.txt and calendar_dates.txt.",
)
_FETCH_NEXT = Words("Bitte besorgen Sie den nächsten Fahrplan.", "Please get the next timetable.")
_NO_DAYS = Notice(
    "no_service_days",
    Words("Keine der Fahrten verkehrt an irgendeinem Tag.", "None of the trips runs on any day."),
    _CHECK_CALENDAR,
)
_NEVER = Notice(
    "service_never_active",
    Words(
        "Die Fahrt verkehrt an keinem Tag: Ihre service_id gilt nie.",
        "The trip runs on no day: its service_id is never active.",
    ),
    _CHECK_CALENDAR,
)
_EXPIRED = Notice(
    "expired_calendar",
    Words("Der Fahrplan ist am {day:%d.%m.%Y} abgelaufen.", "The timetable ran out on {day:%d/%m/%Y}."),
    Words("Bitte laden Sie den aktuellen Fahrplan.", "Please load the current timetable."),
)
_ENDS = Words("Der Fahrplan endet am {day:%d.%m.%Y}.", "The timetable ends on {day:%d/%m/%Y}.")
_ENDS_SOON = Notice("feed_expiration_date30_days", _ENDS, _FETCH_NEXT)
_ENDS_VERY_SOON = Notice("feed_expiration_date7_days", _ENDS, _FETCH_NEXT)
_BEGINS_LATER = Notice(
    "future_feed",
    Words("Der Fahrplan beginnt erst am {day:%d.%m.%Y}.", "The timetable only begins on {day:%d/%m/%Y}."),
    Words("Bitte schalten Sie ihn nicht vorher.", "Please do not switch to it before."),
)
_GAP = Notice(
    "too_many_days_without_service",
    Words(
        "Vom {first:%d.%m.%Y} an fährt {n} Tage lang gar nichts.",
        "From {first:%d/%m/%Y} on nothing runs for {n} days.",
    ),
    _CHECK_CALENDAR,
)
_INFO_BACKWARD = Notice(
    "start_and_end_range_out_of_order",
    Words("Der letzte Tag liegt vor dem ersten.", "The last day lies before the first."),
    Words("Bitte berichtigen Sie feed_end_date.", "Please correct feed_end_date."),
)
_INFO_TWICE = Notice(
    "more_than_one_entity",
    Words(
        "Die Datei darf nur eine Zeile haben; nur die erste gilt.",
        "The file must have one line only; only the first counts.",
    ),
    Words("Bitte löschen Sie die übrigen Zeilen.", "Please delete the other lines."),
)


def check_coverage(
    trips: Table,
    usable: Mask,
    service: NDArray[np.int64],
    days: ServiceDays,
    calendars: tuple[Table | None, Table | None],
    today: dt.date,
    findings: Findings,
) -> None:
    """`service` (n_trips,) is the row of `days.runs` of each trip; `days` are trimmed to those with service."""
    begin, end = place_of_first(*calendars), place_of_last(*calendars)
    if not days.n_days:
        findings.error(_NO_DAYS, **end)
        return
    active = np.asarray(days.runs.any(axis=1))
    never = usable & (service >= 0) & ~active[service]
    findings.rows(Severity.WARNING, trips, never, "service_id", _NEVER)
    left_days = (days.last_day - today).days
    if left_days < 0:
        findings.warning(_EXPIRED.about(day=days.last_day), **end)
    elif left_days < VERY_SOON_DAYS:
        findings.warning(_ENDS_VERY_SOON.about(day=days.last_day), **end)
    elif left_days < SOON_DAYS:
        findings.warning(_ENDS_SOON.about(day=days.last_day), **end)
    if days.first_day > today:
        findings.info(_BEGINS_LATER.about(day=days.first_day), **begin)
    served = np.flatnonzero(days.runs[np.unique(service[usable & (service >= 0)])].any(axis=0))
    pauses = np.diff(served) - 1
    for at in np.flatnonzero(pauses > LONGEST_GAP_DAYS).tolist():
        first = days.first_day + dt.timedelta(days=int(served[at]) + 1)
        findings.warning(_GAP.about(first=first, n=int(pauses[at])), file=end.get("file", ""))


def check_feed_info(table: Table | None, findings: Findings) -> None:
    """The feed's words about itself; nothing depends on them."""
    if table is None or not len(table):
        return
    more = np.arange(len(table)) > 0
    findings.rows(Severity.WARNING, table, more, "feed_publisher_name", _INFO_TWICE)
    start = table.parsed("feed_start_date", values.day_number, -np.inf)
    end = table.parsed("feed_end_date", values.day_number, np.inf)
    findings.rows(Severity.WARNING, table, start > end, "feed_end_date", _INFO_BACKWARD)
