"""calendar.txt and calendar_dates.txt → which service runs on which day, and when each day begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.table import Table

MAX_SERVICE_DAYS = 30_000_000
"""Services × days; each is a byte."""
MAX_DAYS = 3 * 366
"""More days than this are no timetable; the days around today are kept."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ADDED, REMOVED = 1, 2

_TOO_MANY = Notice(
    "too_many_rows",
    Words(
        "Es gibt {n} verschiedene Verkehrstage (service_id); das ist kein Fahrplan einer Region.",
        "There are {n} different services (service_id); this is no timetable of a region.",
    ),
    Words(
        "Bitte fassen Sie Fahrten mit gleichen Verkehrstagen unter einer service_id zusammen.",
        "Please give trips that run on the same days one service_id.",
    ),
)
_BACKWARD = Notice(
    "start_and_end_range_out_of_order",
    Words("Der letzte Tag liegt vor dem ersten.", "The last day lies before the first."),
    Words("Bitte berichtigen Sie start_date und end_date.", "Please correct start_date and end_date."),
)
_TOO_LONG = Notice(
    "service_range_too_long",
    Words(
        "Der Fahrplan gilt angeblich vom {first:%d.%m.%Y} bis zum {last:%d.%m.%Y}. "
        "Übernommen wurden drei Jahre ab dem {start:%d.%m.%Y}.",
        "The timetable claims to be valid from {first:%d/%m/%Y} to {last:%d/%m/%Y}. "
        "Three years from {start:%d/%m/%Y} on have been taken.",
    ),
    Words(
        "Bitte prüfen Sie die Daten in calendar.txt und calendar_dates.txt.",
        "Please check the dates in calendar.txt and calendar_dates.txt.",
    ),
)


@dataclass(frozen=True)
class ServiceDays:
    """`runs` is (n_services, n_days) uint8; day d is `first_day + d`; `index` maps service_id to its row."""

    first_day: dt.date
    runs: NDArray[np.uint8]
    index: dict[str, int]

    @property
    def n_days(self) -> int:
        return int(self.runs.shape[1])

    @property
    def last_day(self) -> dt.date:
        return self.first_day + dt.timedelta(days=self.n_days - 1)

    def same_days(self) -> NDArray[np.int64]:
        """(n_services,) a number that is equal for services that run on exactly the same days."""
        if not len(self.runs):
            return np.zeros(0, dtype=np.int64)
        return np.unique(self.runs, axis=0, return_inverse=True)[1].reshape(-1)

    def trimmed(self, used: NDArray[np.int64]) -> ServiceDays:
        """Only the days from the first to the last on which one of these services runs."""
        days = np.flatnonzero(self.runs[used].any(axis=0))
        if not len(days):
            return ServiceDays(self.first_day, self.runs[:, :0], self.index)
        first, last = int(days[0]), int(days[-1])
        return ServiceDays(
            self.first_day + dt.timedelta(days=first), self.runs[:, first : last + 1], self.index
        )

    def day_start_s(self, timezone: str) -> NDArray[np.int64]:
        return day_starts_s(self.first_day, self.n_days, timezone)


def day_starts_s(first_day: dt.date, n_days: int, timezone: str) -> NDArray[np.int64]:
    """(n_days,) UTC seconds of noon minus 12 hours: on clock-change days that is not midnight."""
    zone = ZoneInfo(timezone)
    noon = dt.datetime.combine(first_day, dt.time(12))
    starts = [
        int((noon + dt.timedelta(days=d)).replace(tzinfo=zone).timestamp()) - 12 * 3600 for d in range(n_days)
    ]
    return np.array(starts, dtype=np.int64)


def read_service_days(
    calendar: Table | None, calendar_dates: Table | None, today: dt.date, findings: Findings
) -> ServiceDays:
    """Both tables may be missing; without any day `runs` has no column."""
    index = _service_index(calendar, calendar_dates)
    ranges = _ranges(calendar, findings)
    exceptions = _exceptions(calendar_dates)
    days = np.concatenate([ranges.reshape(-1), exceptions[exceptions[:, 1] == ADDED, 0]])
    if not len(days):
        return ServiceDays(today, np.zeros((len(index), 0), dtype=np.uint8), index)
    first, last = int(days.min()), int(days.max())
    if last - first >= MAX_DAYS:
        first, last = _clipped(first, last, calendar, calendar_dates, today, findings)
    if len(index) * (last - first + 1) > MAX_SERVICE_DAYS:
        findings.error(_TOO_MANY.about(n=len(index)), **place_of_last(calendar, calendar_dates))
        return ServiceDays(today, np.zeros((len(index), 0), dtype=np.uint8), index)
    runs = np.zeros((len(index), last - first + 1), dtype=np.uint8)
    if calendar is not None:
        _fill_weeks(runs, first, calendar, ranges, index)
    if calendar_dates is not None:
        service = calendar_dates.positions("service_id", index)
        day = exceptions[:, 0] - first
        inside = (day >= 0) & (day < runs.shape[1])
        runs[service[inside], day[inside]] = exceptions[inside, 1] == ADDED
    return ServiceDays(dt.date.fromordinal(first), runs, index)


def _service_index(*tables: Table | None) -> dict[str, int]:
    ids = dict.fromkeys(
        str(text) for table in tables if table is not None for text in table.texts("service_id")
    )
    return {service_id: i for i, service_id in enumerate(ids)}


def _ranges(calendar: Table | None, findings: Findings) -> NDArray[np.int64]:
    """(n, 2) first and last day of each row as ordinals; an inverted range refuses the feed."""
    if calendar is None:
        return np.zeros((0, 2), dtype=np.int64)
    start = calendar.parsed("start_date", values.day_number, 0).astype(np.int64)
    end = calendar.parsed("end_date", values.day_number, 0).astype(np.int64)
    findings.rows(
        Severity.ERROR,
        calendar,
        start > end,
        "end_date",
        _BACKWARD,
    )
    return np.column_stack([start, end])


def _exceptions(calendar_dates: Table | None) -> NDArray[np.int64]:
    """(n, 2) day ordinal and exception type of each row."""
    if calendar_dates is None:
        return np.zeros((0, 2), dtype=np.int64)
    day = calendar_dates.parsed("date", values.day_number, 0)
    kind = calendar_dates.parsed("exception_type", values.integer, 0)
    return np.column_stack([day, kind]).astype(np.int64)


def place_of_first(calendar: Table | None, calendar_dates: Table | None) -> dict[str, object]:
    """Where the feed names its first day, as a finding says it."""
    return _place(calendar, calendar_dates, "start_date", np.argmin, 1 << 30)


def place_of_last(calendar: Table | None, calendar_dates: Table | None) -> dict[str, object]:
    """Where the feed names its last day, as a finding says it."""
    return _place(calendar, calendar_dates, "end_date", np.argmax, 0)


def _place(
    calendar: Table | None,
    calendar_dates: Table | None,
    field: str,
    extreme: Callable[[NDArray[np.float64]], np.intp],
    missing: int,
) -> dict[str, object]:
    """Of calendar.txt where it has rows: exceptions seldom lie outside its range."""
    for table, name in ((calendar, field), (calendar_dates, "date")):
        if table is not None and len(table):
            row = int(extreme(table.parsed(name, values.day_number, missing)))
            value = table.cell(row, name)
            return {"file": table.file, "line": table.lines[row], "field": name, "value": value}
    return {}


def _clipped(
    first: int,
    last: int,
    calendar: Table | None,
    calendar_dates: Table | None,
    today: dt.date,
    findings: Findings,
) -> tuple[int, int]:
    wished = today.toordinal() - MAX_DAYS // 3
    start = min(max(wished, first), last - MAX_DAYS + 1)
    claimed = {
        name: dt.date.fromordinal(day) for name, day in (("first", first), ("last", last), ("start", start))
    }
    place = place_of_first if today.toordinal() - first > last - today.toordinal() else place_of_last
    findings.warning(_TOO_LONG.about(**claimed), **place(calendar, calendar_dates))
    return start, start + MAX_DAYS - 1


def _fill_weeks(
    runs: NDArray[np.uint8], first: int, calendar: Table, ranges: NDArray[np.int64], index: dict[str, int]
) -> None:
    weekday = (np.arange(runs.shape[1]) + dt.date.fromordinal(first).weekday()) % 7
    on = np.column_stack([calendar.parsed(name, values.integer, 0) == 1 for name in _WEEKDAYS])
    service = calendar.positions("service_id", index)
    for row, (start, end) in enumerate(ranges - first):
        days = slice(max(int(start), 0), max(int(end) + 1, 0))
        runs[service[row], days] = on[row][weekday[days]]
