"""Every reason to doubt a feed, table by table: fields, keys, references.

What follows from a fault stands in `schema` for each table:
- agency, calendar, calendar_dates: the feed is refused; nothing could replace them safely.
- stops, routes, trips, stop_times, frequencies: the broken record is left out (a stop's halts, a whole
  trip) while few are broken, and the feed is refused when they are more than `LEFT_OUT_SHARE`.
- everything else: the row is ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gtfs import values
from gtfs.findings import Findings, Severity
from gtfs.schema import TABLES, Field, Kind, OnFault, TableSpec, file_of
from gtfs.table import Mask, Table

LEFT_OUT_SHARE = 0.02
"""Broken stops among the stops, or trips among the trips, that a feed may have without being refused."""

_UNHEEDED = " Das Feld wurde nicht beachtet."

_Wrong = Callable[[str], bool]


@dataclass(frozen=True)
class Checked:
    """Tables without the rows that only repeat an earlier one, and a mask of the broken rows of each."""

    tables: dict[str, Table] = field(default_factory=dict)
    broken: dict[str, Mask] = field(default_factory=dict)

    def good(self, name: str) -> Table:
        """The table's usable rows."""
        return self.tables[name].where(~self.broken[name])


def check_tables(tables: dict[str, Table], unreadable: frozenset[str], findings: Findings) -> Checked:
    """Check every table by its `TableSpec`. `unreadable` are present but could not be read at all."""
    _check_files(tables, unreadable, findings)
    checked = Checked()
    for name, full in tables.items():
        table = full.where(~_repeated(full, TABLES[name], findings))
        report = _Report(table, TABLES[name], findings)
        broken = _check_fields(table, report) | _check_key(table, report)
        checked.tables[name] = table
        checked.broken[name] = broken | _check_references(table, tables, unreadable, report)
    return checked


class _Report:
    """Findings about one table, as grave as its `OnFault` says."""

    def __init__(self, table: Table, spec: TableSpec, findings: Findings) -> None:
        self.table, self.spec, self._findings = table, spec, findings

    def rows(self, mask: Mask, field_name: str, code: str, message: str, advice: str) -> None:
        """One finding for each row of the mask; the row is broken."""
        if self.spec.on_fault is OnFault.LEAVE_OUT:
            self._findings.broken(self.table, mask, field_name, code, message, advice)
        else:
            self._findings.rows(self._severity, self.table, mask, field_name, code, message, advice)

    def remarks(self, mask: Mask, field_name: str, code: str, message: str, advice: str) -> None:
        """One warning for each row of the mask; the row stays in use."""
        self._findings.rows(Severity.WARNING, self.table, mask, field_name, code, message, advice)

    def column(self, field_name: str) -> None:
        self._findings.add(
            self._severity if self.spec.on_fault is OnFault.IGNORE else Severity.ERROR,
            "missing_required_column",
            f"Die Spalte „{field_name}“ fehlt.",
            "Bitte ergänzen Sie die Spalte.",
            file=self.table.file,
            line=1,
            field=field_name,
        )

    @property
    def _severity(self) -> Severity:
        return Severity.WARNING if self.spec.on_fault is OnFault.IGNORE else Severity.ERROR


def _check_files(tables: dict[str, Table], unreadable: frozenset[str], findings: Findings) -> None:
    for name, spec in TABLES.items():
        if name in tables and len(tables[name]) == 0 and spec.needed:
            findings.error(
                "empty_file",
                "Die Datei hat eine Kopfzeile, aber keinen Inhalt.",
                "Bitte liefern Sie die Datei vollständig.",
                file=file_of(name),
                line=1,
            )
        if spec.needed and name not in tables and name not in unreadable:
            _missing_file(name, findings)
    if not {"calendar", "calendar_dates"} & (tables.keys() | unreadable):
        findings.error(
            "missing_calendar_and_calendar_date_files",
            "Es fehlen calendar.txt und calendar_dates.txt: Es ist nicht gesagt, an welchen Tagen gefahren wird.",
            "Bitte ergänzen Sie mindestens eine der beiden Dateien.",
            file="calendar.txt",
        )


def _missing_file(name: str, findings: Findings) -> None:
    findings.error(
        "missing_required_file",
        f"Die Datei {file_of(name)} fehlt.",
        "Bitte liefern Sie den Fahrplan vollständig.",
        file=file_of(name),
    )


def _check_fields(table: Table, report: _Report) -> Mask:
    broken = np.zeros(len(table), dtype=bool)
    for name, spec in report.spec.fields.items():
        if name not in table:
            if spec.needed:
                report.column(name)
            continue
        if spec.filled:
            empty = table.codes(name) < 0
            report.rows(
                empty, name, "missing_required_field", "Das Feld ist leer.", "Bitte füllen Sie es aus."
            )
            broken |= empty
        for wrong, code, message, advice in _faults_of(spec):
            mask = table.matching(name, wrong)
            if spec.cosmetic or (code == "unexpected_enum_value" and not spec.filled):
                report.remarks(mask, name, code, message + _UNHEEDED, advice)
            else:
                report.rows(mask, name, code, message, advice)
                broken |= mask
    return broken


def _faults_of(spec: Field) -> list[tuple[_Wrong, str, str, str]]:
    """What may be wrong with a field: test, code, message, advice."""
    faults = [*_FAULTS.get(spec.kind, [])]
    if spec.allowed is not None:
        allowed = spec.allowed
        choice = ", ".join(map(str, sorted(allowed)))
        faults.append(
            (
                lambda text: (number := values.integer(text)) is not None and number not in allowed,
                "unexpected_enum_value",
                f"Erlaubt sind nur die Werte {choice}.",
                "Bitte berichtigen Sie den Wert.",
            )
        )
    if spec.minimum is not None:
        minimum = spec.minimum
        faults.append(
            (
                lambda text: (number := values.decimal(text)) is not None and number < minimum,
                "number_out_of_range",
                f"Die Zahl ist kleiner als {minimum:g}.",
                "Bitte berichtigen Sie den Wert.",
            )
        )
    return faults


def _outside(limit: float) -> _Wrong:
    return lambda text: (number := values.decimal(text)) is not None and abs(number) > limit


_NUMBER = "Bitte schreiben Sie eine Zahl mit Dezimalpunkt."
_NOT_DECIMAL = (lambda text: values.decimal(text) is None, "invalid_float", "Das ist keine Zahl.", _NUMBER)
_DEGREES = "Bitte berichtigen Sie die Koordinate (WGS84, Grad)."
_FAULTS: dict[Kind, list[tuple[_Wrong, str, str, str]]] = {
    Kind.INTEGER: [
        (
            lambda text: values.integer(text) is None,
            "invalid_integer",
            "Das ist keine ganze Zahl.",
            "Bitte schreiben Sie eine ganze Zahl.",
        )
    ],
    Kind.FLOAT: [_NOT_DECIMAL],
    Kind.LATITUDE: [
        _NOT_DECIMAL,
        (_outside(90), "number_out_of_range", "Die Breite liegt nicht zwischen −90 und 90 Grad.", _DEGREES),
    ],
    Kind.LONGITUDE: [
        _NOT_DECIMAL,
        (_outside(180), "number_out_of_range", "Die Länge liegt nicht zwischen −180 und 180 Grad.", _DEGREES),
    ],
    Kind.DATE: [
        (
            lambda text: values.date_of(text) is None,
            "invalid_date",
            "Das ist kein gültiges Datum.",
            "Bitte schreiben Sie das Datum als JJJJMMTT, zum Beispiel 20260131.",
        )
    ],
    Kind.TIME: [
        (
            lambda text: values.time_s(text) is None,
            "invalid_time",
            "Das ist keine gültige Uhrzeit.",
            "Bitte schreiben Sie die Zeit als HH:MM:SS; nach Mitternacht 24:10:00 und so weiter.",
        )
    ],
    Kind.TIMEZONE: [
        (
            lambda text: not values.is_timezone(text),
            "invalid_timezone",
            "Diese Zeitzone gibt es nicht.",
            "Bitte schreiben Sie zum Beispiel Europe/Berlin.",
        )
    ],
    Kind.URL: [
        (
            lambda text: not text.lower().startswith(("http://", "https://")),
            "invalid_url",
            "Das ist keine Internetadresse.",
            "Bitte beginnen Sie die Adresse mit https://.",
        )
    ],
    Kind.COLOR: [
        (
            lambda text: len(text) != 6 or any(c not in "0123456789abcdefABCDEF" for c in text),
            "invalid_color",
            "Das ist keine Farbe.",
            "Bitte schreiben Sie sechs Zeichen, zum Beispiel 00A1FF.",
        )
    ],
}


def _repeated(table: Table, spec: TableSpec, findings: Findings) -> Mask:
    """Rows that say once more what an earlier row says: harmless, left out with a warning."""
    if not spec.key or len(table) < 2:
        return np.zeros(len(table), dtype=bool)
    repeated = table.repeats([str(name) for name in table.frame.columns])
    _Report(table, spec, findings).remarks(
        repeated,
        spec.key[0],
        "duplicate_key",
        "Diese Zeile steht schon einmal in der Datei. Sie wurde übergangen.",
        "Bitte löschen Sie die doppelte Zeile.",
    )
    return repeated


def _check_key(table: Table, report: _Report) -> Mask:
    """Rows whose key an earlier row has, with other content."""
    key = [name for name in report.spec.key if name in table]
    if not key or key[0] != report.spec.key[0]:
        return np.zeros(len(table), dtype=bool)
    # An empty id says nothing (but for a second agency without one): that is a missing field.
    double = table.repeats(key) & ((table.codes(key[0]) >= 0) | (key[0] == "agency_id"))
    report.rows(
        double,
        key[-1],
        "duplicate_key",
        f"Eine frühere Zeile hat denselben Schlüssel ({', '.join(key)}), aber anderen Inhalt.",
        "Bitte löschen oder berichtigen Sie eine der beiden Zeilen.",
    )
    return double


def _check_references(
    table: Table, tables: dict[str, Table], unreadable: frozenset[str], report: _Report
) -> Mask:
    broken = np.zeros(len(table), dtype=bool)
    for name, spec in report.spec.fields.items():
        targets = {target for target, _ in spec.refers}
        if name not in table or not targets & tables.keys() or targets & unreadable:
            continue
        known = {
            text for target, key in spec.refers if target in tables for text in tables[target].distinct(key)
        }
        unknown = table.matching(name, lambda text, known=known: text not in known)  # type: ignore[misc]
        files = " oder ".join(file_of(target) for target, _ in spec.refers)
        say = report.remarks if spec.cosmetic else report.rows
        say(
            unknown,
            name,
            "foreign_key_violation",
            f"Diese Kennung gibt es in {files} nicht." + (_UNHEEDED if spec.cosmetic else ""),
            "Bitte ergänzen Sie den fehlenden Eintrag oder berichtigen Sie die Kennung.",
        )
        if not spec.cosmetic:
            broken |= unknown
    return broken


def is_complete(checked: Checked) -> bool:
    """There is something to build: the needed tables with rows, and no serving table without a needed column."""
    tables = checked.tables
    there = all(name in tables and len(tables[name]) > 0 for name, spec in TABLES.items() if spec.needed)
    return there and all(
        column in table
        for name, table in tables.items()
        if TABLES[name].serves
        for column, spec in TABLES[name].fields.items()
        if spec.needed
    )


def unknown_trips(checked: Checked) -> int:
    """Trips that only stop_times.txt knows."""
    known = set(checked.tables["trips"].distinct("trip_id"))
    return sum(text not in known for text in checked.tables["stop_times"].distinct("trip_id"))


def settle_left_out(broken_trips: int, trips: int, broken_stops: int, stops: int, findings: Findings) -> None:
    """Refuse the feed if more than `LEFT_OUT_SHARE` of its trips or stops are broken; else say how many."""
    if not findings.undecided:
        return
    few = broken_trips <= LEFT_OUT_SHARE * trips and broken_stops <= LEFT_OUT_SHARE * stops
    severity = Severity.WARNING if few else Severity.ERROR
    findings.settle(severity)
    findings.add(
        severity,
        "broken_records_left_out" if few else "too_many_broken_records",
        f"{broken_trips} von {trips} Fahrten und {broken_stops} von {stops} Haltestellen sind fehlerhaft"
        + (" und wurden weggelassen." if few else ". Das sind zu viele, um sie wegzulassen."),
        "Bitte beheben Sie die einzeln genannten Fehler.",
    )
