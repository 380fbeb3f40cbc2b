"""Stops as they are on site, as a table that people fill in: one row per stop, semicolons, readable by Excel.

What is written is read again unchanged; an empty cell means unknown, a stop without any answer is left as it is.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mitfahr.domain.checked_stops import FACTS, CheckedStop
from mitfahr.domain.local_keys import StopKey
from mitfahr.domain.mobility import Known
from mitfahr.languages import _, marked

COLUMNS = {
    "stop_id": "Haltestellen-ID",
    "name": "Haltestelle",
    "lat": "Breite",
    "lon": "Länge",
    "wheelchair": "Rollstuhl",
    "shelter": "Unterstand",
    "lighting": "Beleuchtung",
    "bench": "Sitzbank",
    "ride_bench": "Mitfahrbank",
    "text": "Hinweis",
    "checked_on": "geprüft am",
}
"""The heads of the columns; they are German in every language, because the file comes back."""
WORDS = {Known.YES: "ja", Known.NO: "nein", Known.UNKNOWN: ""}
MEANT = {
    "": Known.UNKNOWN,
    "?": Known.UNKNOWN,
    "unbekannt": Known.UNKNOWN,
    "ja": Known.YES,
    "j": Known.YES,
    "x": Known.YES,
    "1": Known.YES,
    "yes": Known.YES,
    "nein": Known.NO,
    "n": Known.NO,
    "0": Known.NO,
    "no": Known.NO,
}
MOST_ROWS = 20_000
MOST_TEXT = 1000
NOT_A_TABLE = marked("Das ist keine Tabelle mit den Spalten „Haltestellen-ID“ und „Haltestelle“.")


@dataclass(frozen=True, slots=True)
class RowError:
    """`line` counts from 1, the heads included."""

    line: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class StopsRead:
    stops: tuple[CheckedStop, ...]
    errors: tuple[RowError, ...]
    n_empty: int
    """Rows that say nothing."""


def written(stops: Iterable[tuple[StopKey, CheckedStop | None]]) -> str:
    """The table of these stops, with what is known of each."""
    out = io.StringIO()
    out.write("\ufeff")  # without it Excel takes the umlauts for something else
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS.values())
    for key, checked in stops:
        facts = [WORDS[getattr(checked, fact)] if checked else "" for fact in FACTS]
        day = checked.checked_on if checked else None
        rows.writerow(
            [
                key.stop_id,
                _safe(key.name),
                f"{key.lat:.6f}",
                f"{key.lon:.6f}",
                *facts,
                _safe(checked.text) if checked else "",
                f"{day:%d.%m.%Y}" if day else "",
            ]
        )
    return out.getvalue()


def read_table(content: bytes, today: dt.date) -> StopsRead:
    """What a table says, and every cell that cannot be read; a stop without a day was checked today."""
    rows = _rows(content)
    heads = [head.strip().casefold() for head in rows[0]] if rows else []
    at = {field: heads.index(name.casefold()) for field, name in COLUMNS.items() if name.casefold() in heads}
    if not {"stop_id", "name"} <= at.keys():
        return StopsRead((), (RowError(1, "", "", _(NOT_A_TABLE)),), 0)
    if len(rows) - 1 > MOST_ROWS:
        error = RowError(1, "", "", _("Die Tabelle hat zu viele Zeilen; erlaubt sind %(n)s.", n=MOST_ROWS))
        return StopsRead((), (error,), 0)
    stops, errors, n_empty = list[CheckedStop](), list[RowError](), 0
    for line, row in enumerate(rows[1:], start=2):
        cells = {field: row[i].strip() if i < len(row) else "" for field, i in at.items()}
        if not any(cells.values()):
            continue
        checked, wrong = _checked(cells, line, today)
        errors += wrong
        if checked is None or wrong:
            continue
        if checked.is_empty:
            n_empty += 1
        else:
            stops.append(checked)
    return StopsRead(tuple(stops), tuple(errors), n_empty)


def _rows(content: bytes) -> list[list[str]]:
    """As Excel, LibreOffice or an editor has saved it: UTF-8 or Windows' own, semicolons, commas or tabs."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter))
    except csv.Error:
        return []


def _checked(
    cells: dict[str, str], line: int, today: dt.date
) -> tuple[CheckedStop | None, Sequence[RowError]]:
    wrong: list[RowError] = []

    def refuse(field: str, message: str) -> None:
        wrong.append(RowError(line, COLUMNS[field], cells.get(field, "")[:100], message))

    facts = dict[str, Known]()
    for fact in FACTS:
        said = MEANT.get(cells.get(fact, "").casefold())
        if said is None:
            refuse(fact, _("Bitte schreiben Sie ja oder nein, oder lassen Sie das Feld leer."))
        facts[fact] = said or Known.UNKNOWN
    place = [_number(cells.get(field, "")) for field in ("lat", "lon")]
    if not cells["stop_id"] or not cells["name"]:
        refuse("stop_id", _("In dieser Zeile fehlt die ID oder der Name der Haltestelle."))
    if place[0] is None or place[1] is None or not (-90 <= place[0] <= 90 and -180 <= place[1] <= 180):
        refuse("lat", _("Breite und Länge müssen Zahlen sein, wie sie in der Tabelle standen."))
    day = _day(cells.get("checked_on", ""))
    if day is None and cells.get("checked_on"):
        refuse("checked_on", _("Bitte schreiben Sie den Tag wie 23.11.2026."))
    elif day is not None and day > today:
        refuse("checked_on", _("Dieser Tag kommt erst noch."))
    if len(cells.get("text", "")) > MOST_TEXT:
        refuse("text", _("Höchstens %(n)s Zeichen, bitte.", n=MOST_TEXT))
    if wrong or place[0] is None or place[1] is None:
        return None, wrong
    stop = StopKey(cells["stop_id"], _plain(cells["name"]), place[0], place[1])
    return CheckedStop.of(stop, facts, _plain(cells.get("text", "")), day or today), wrong


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _day(text: str) -> dt.date | None:
    for form in ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _safe(text: str) -> str:
    """A spreadsheet must not take it for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def _plain(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t") else text
