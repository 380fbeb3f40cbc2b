"""Timetables of stops and lines as pages and paper show them: hours, columns, letters for notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mitfahr.domain.day_types import Kind
from mitfahr.languages import _
from mitfahr.network import Network
from mitfahr.services.line_timetable import Rule, Table, TripColumn
from mitfahr.services.stop_timetable import Block, Minute
from routing.timetable import Timetable
from web.day_words import GROUP_WORDS, weekdays_words
from web.lines_view import LineView, line_key, title_of_line
from web.local_view import local_layer, orders_of_line

TRIPS_BESIDE_EACH_OTHER = 12
"""As many as fit on a sheet of paper; a day with more gets several tables."""


@dataclass(frozen=True, slots=True)
class HourView:
    """Minutes with the letters of their notes, one tuple for each column."""

    hour: str
    cells: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class BlockView:
    line: LineView
    platforms: tuple[str, ...]
    hours: tuple[HourView, ...]
    notes: tuple[tuple[str, str], ...]
    must_ask: bool
    """Some of its trips have to be ordered."""


@dataclass(frozen=True, slots=True)
class SheetView:
    """Trips that stand beside each other: `heads` are (hidden words, letters of notes), `rows` the stops."""

    first: str
    last: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]
    """(stop id, name, times)"""


@dataclass(frozen=True, slots=True)
class TableView:
    """`days` are those of its group in words."""

    days: str
    destination: str
    sheets: tuple[SheetView, ...]
    notes: tuple[tuple[str, str], ...]


def block_view(known: Network, block: Block) -> BlockView:
    icon, title = title_of_line(known, block.line)
    notes: dict[str, str] = {}
    hours = [
        HourView(
            f"{hour % 24:02}",
            tuple(tuple((f"{one.minute:02}", _letters(notes, one)) for one in cell) for cell in cells),
        )
        for hour, cells in block.hours
    ]
    minutes = [minute for _hour, cells in block.hours for cell in cells for minute in cell]
    line = LineView(
        line_key(known, block.line, block.direction),
        known.timetable.route_id[block.line],
        icon,
        title,
        (block.destination,),
        all(minute.must_ask for minute in minutes),
        "",
        block.phone,
        tuple(orders_of_line(local_layer(), known, block.line)),
    )
    return BlockView(
        line,
        block.platforms,
        tuple(hours),
        tuple((letter, text) for text, letter in notes.items()),
        any(minute.must_ask for minute in minutes),
    )


def _letters(notes: dict[str, str], minute: Minute) -> str:
    texts = []
    if minute.destination:
        texts.append(_("nach %(destination)s", destination=minute.destination))
    if minute.weekdays is not None:
        texts.append(_("nur %(days)s", days=weekdays_words(minute.weekdays)))
    if minute.must_ask:
        texts.append(_("fährt nur nach Anruf"))
    return " ".join(_letter(notes, text) for text in texts)


def _letter(notes: dict[str, str], text: str) -> str:
    """The letter of a note: a … z, then aa …; a text keeps the one it got."""
    number = len(notes)
    letter = chr(ord("a") + number % 26) * (1 + number // 26)
    return notes.setdefault(text, letter)


def table_view(table: Table, timetable: Timetable) -> TableView:
    notes: dict[str, str] = {}
    sheets = []
    for begin in range(0, len(table.trips), TRIPS_BESIDE_EACH_OTHER):
        sheets.append(_sheet(table, table.trips[begin : begin + TRIPS_BESIDE_EACH_OTHER], notes, timetable))
    return TableView(
        str(GROUP_WORDS[table.group]),
        table.destination,
        tuple(sheets),
        tuple((letter, text) for text, letter in notes.items()),
    )


def _sheet(
    table: Table, trips: Sequence[TripColumn], notes: dict[str, str], timetable: Timetable
) -> SheetView:
    """Stops at which none of these trips halts are left out."""
    begins = [next((time_s for time_s in trip.times_s if time_s is not None), 0) for trip in trips]
    rows = []
    for row, stop in enumerate(table.stops):
        times = [_time(trip, row, notes) for trip in trips]
        if any(trip.times_s[row] is not None for trip in trips):
            rows.append((timetable.stop_id[stop], timetable.stop_name[stop], tuple(times)))
    heads = [
        (_("Fahrt ab %(time)s Uhr", time=_clock(begin)), _trip_letters(notes, table, trip))
        for begin, trip in zip(begins, trips, strict=True)
    ]
    return SheetView(_clock(min(begins)), _clock(max(begins)), tuple(heads), tuple(rows))


def _time(trip: TripColumn, row: int, notes: dict[str, str]) -> str:
    time_s = trip.times_s[row]
    if time_s is None:
        return ""
    match trip.rules[row]:
        case Rule.OFF:
            return f"{_clock(time_s)} {_letter(notes, _('nur zum Aussteigen'))}"
        case Rule.ON:
            return f"{_clock(time_s)} {_letter(notes, _('nur zum Einsteigen'))}"
        case _:
            return _clock(time_s)


def _trip_letters(notes: dict[str, str], table: Table, trip: TripColumn) -> str:
    texts = _days_of_trip(table, trip)
    if trip.must_ask:
        texts.append(_("fährt nur nach Anruf"))
    return " ".join(_letter(notes, text) for text in texts)


def _days_of_trip(table: Table, trip: TripColumn) -> list[str]:
    """Why a trip is not there on every day of its group."""
    runs = [(column, days) for column, days in zip(table.columns, trip.weekdays, strict=True) if days]
    if len(runs) == len(table.columns) and all(days == column.weekdays for column, days in runs):
        return []
    if len(table.columns) == 1:
        return [_("nur %(days)s", days=weekdays_words(runs[0][1]))]
    texts = []
    for column, days in runs:
        is_school = Kind.SCHOOL in column.kinds
        if days == column.weekdays and len(runs) == 1:
            texts.append(_("nur an Schultagen") if is_school else _("nur in den Ferien"))
        elif is_school:
            texts.append(_("an Schultagen nur %(days)s", days=weekdays_words(days)))
        else:
            texts.append(_("in den Ferien nur %(days)s", days=weekdays_words(days)))
    return texts


def _clock(time_s: int) -> str:
    """05:10, of seconds after the start of a service day."""
    return f"{time_s // 3600 % 24:02}:{time_s // 60 % 60:02}"
