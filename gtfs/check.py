"""Every reason to doubt a feed, table by table: fields, keys, references.

What follows from a fault stands in `schema` for each table:
- agency, calendar, calendar_dates: the feed is refused; nothing could replace them safely.
- stops, routes, trips, stop_times, frequencies: the broken record is left out (a stop's halts, a whole
  trip) while few are broken, and the feed is refused when they are more than `LEFT_OUT_SHARE`.
- everything else: the row is ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from gtfs import values
from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.schema import TABLES, Field, Kind, OnFault, TableSpec, file_of
from gtfs.table import Mask, Table

LEFT_OUT_SHARE = 0.02
"""Broken stops among the stops, or trips among the trips, that a feed may have without being refused."""

_UNHEEDED = Words("Das Feld wurde nicht beachtet.", "The field has not been heeded.")
_WHOLE = Words("Bitte liefern Sie den Fahrplan vollständig.", "Please deliver the whole timetable.")
_CORRECT = Words("Bitte berichtigen Sie den Wert.", "Please correct the value.")
_NUMBER = Words(
    "Bitte schreiben Sie eine Zahl mit Dezimalpunkt.", "Please write a number with a decimal point."
)
_DEGREES = Words(
    "Bitte berichtigen Sie die Koordinate (WGS84, Grad).", "Please correct the coordinate (WGS84, degrees)."
)
_NO_COLUMN = Notice(
    "missing_required_column",
    Words("Die Spalte „{name}“ fehlt.", "The column “{name}” is missing."),
    Words("Bitte ergänzen Sie die Spalte.", "Please add the column."),
)
_ONLY_HEADER = Notice(
    "empty_file",
    Words("Die Datei hat eine Kopfzeile, aber keinen Inhalt.", "The file has a header but no content."),
    Words("Bitte liefern Sie die Datei vollständig.", "Please deliver the whole file."),
)
_NO_CALENDAR = Notice(
    "missing_calendar_and_calendar_date_files",
    Words(
        "Es fehlen calendar.txt und calendar_dates.txt: Es ist nicht gesagt, an welchen Tagen gefahren wird.",
        "calendar.txt and calendar_dates.txt are missing: nothing says on which days there is service.",
    ),
    Words(
        "Bitte ergänzen Sie mindestens eine der beiden Dateien.", "Please add at least one of the two files."
    ),
)
_NO_TABLE = Notice(
    "missing_required_file", Words("Die Datei {file} fehlt.", "The file {file} is missing."), _WHOLE
)
_EMPTY = Notice(
    "missing_required_field",
    Words("Das Feld ist leer.", "The field is empty."),
    Words("Bitte füllen Sie es aus.", "Please fill it in."),
)
_NOT_ALLOWED = Notice(
    "unexpected_enum_value",
    Words("Erlaubt sind nur die Werte {choice}.", "Only the values {choice} are allowed."),
    _CORRECT,
)
_TOO_SMALL = Notice(
    "number_out_of_range",
    Words("Die Zahl ist kleiner als {minimum:g}.", "The number is smaller than {minimum:g}."),
    _CORRECT,
)
_NOT_INTEGER = Notice(
    "invalid_integer",
    Words("Das ist keine ganze Zahl.", "This is no whole number."),
    Words("Bitte schreiben Sie eine ganze Zahl.", "Please write a whole number."),
)
_NOT_DECIMAL = Notice("invalid_float", Words("Das ist keine Zahl.", "This is no number."), _NUMBER)
_LATITUDE = Notice(
    "number_out_of_range",
    Words(
        "Die Breite liegt nicht zwischen −90 und 90 Grad.",
        "The latitude is not between −90 and 90 degrees.",
    ),
    _DEGREES,
)
_LONGITUDE = Notice(
    "number_out_of_range",
    Words(
        "Die Länge liegt nicht zwischen −180 und 180 Grad.",
        "The longitude is not between −180 and 180 degrees.",
    ),
    _DEGREES,
)
_NO_DATE = Notice(
    "invalid_date",
    Words("Das ist kein gültiges Datum.", "This is no valid date."),
    Words(
        "Bitte schreiben Sie das Datum als JJJJMMTT, zum Beispiel 20260131.",
        "Please write the date as YYYYMMDD, for example 20260131.",
    ),
)
_NO_TIME = Notice(
    "invalid_time",
    Words("Das ist keine gültige Uhrzeit.", "This is no valid time."),
    Words(
        "Bitte schreiben Sie die Zeit als HH:MM:SS; nach Mitternacht 24:10:00 und so weiter.",
        "Please write the time as HH:MM:SS; after midnight 24:10:00 and so on.",
    ),
)
_NO_ZONE = Notice(
    "invalid_timezone",
    Words("Diese Zeitzone gibt es nicht.", "There is no such time zone."),
    Words("Bitte schreiben Sie zum Beispiel Europe/Berlin.", "Please write for example Europe/Berlin."),
)
_NO_ADDRESS = Notice(
    "invalid_url",
    Words("Das ist keine Internetadresse.", "This is no web address."),
    Words("Bitte beginnen Sie die Adresse mit https://.", "Please begin the address with https://."),
)
_NO_COLOUR = Notice(
    "invalid_color",
    Words("Das ist keine Farbe.", "This is no colour."),
    Words(
        "Bitte schreiben Sie sechs Zeichen, zum Beispiel 00A1FF.",
        "Please write six characters, for example 00A1FF.",
    ),
)
_NO_EMAIL = Notice(
    "invalid_email",
    Words("Das ist keine E-Mail-Adresse.", "This is no e-mail address."),
    Words("Bitte berichtigen Sie die Adresse.", "Please correct the address."),
)
_NO_PHONE = Notice(
    "invalid_phone_number",
    Words("Das ist keine Telefonnummer.", "This is no telephone number."),
    Words("Bitte berichtigen Sie die Nummer.", "Please correct the number."),
)
_NO_LANGUAGE = Notice(
    "invalid_language_code",
    Words("Das ist kein Kürzel einer Sprache.", "This is no code of a language."),
    Words("Bitte schreiben Sie zum Beispiel de.", "Please write for example de."),
)
_NO_CURRENCY = Notice(
    "invalid_currency",
    Words("Das ist kein Kürzel einer Währung.", "This is no code of a currency."),
    Words("Bitte schreiben Sie zum Beispiel EUR.", "Please write for example EUR."),
)
_LOST_CHARACTER = Notice(
    "invalid_character",
    Words(
        "Der Wert enthält ein Ersatzzeichen: Ein Buchstabe ist beim Umwandeln verloren gegangen.",
        "The value contains a replacement character: a letter was lost when the text was converted.",
    ),
    Words("Bitte erzeugen Sie die Datei neu, in UTF-8.", "Please create the file anew, in UTF-8."),
)
_GARBLED = Notice(
    "twice_encoded_text",
    Words(
        "Die Umlaute sind vermutlich zweimal umgewandelt worden und nicht mehr lesbar.",
        "The umlauts have probably been converted twice and cannot be read any more.",
    ),
    Words("Bitte erzeugen Sie die Datei neu, in UTF-8.", "Please create the file anew, in UTF-8."),
)
_UNSEEN = Notice(
    "non_ascii_or_non_printable_char",
    Words("Der Wert enthält unsichtbare Steuerzeichen.", "The value contains invisible control characters."),
    Words("Bitte löschen Sie diese Zeichen.", "Please delete these characters."),
)
_SAME_ROW = Notice(
    "duplicate_key",
    Words(
        "Diese Zeile steht schon einmal in der Datei. Sie wurde übergangen.",
        "This line is in the file already. It has been passed over.",
    ),
    Words("Bitte löschen Sie die doppelte Zeile.", "Please delete the second line."),
)
_SAME_KEY = Notice(
    "duplicate_key",
    Words(
        "Eine frühere Zeile hat denselben Schlüssel ({key}), aber anderen Inhalt.",
        "An earlier line has the same key ({key}) but other content.",
    ),
    Words(
        "Bitte löschen oder berichtigen Sie eine der beiden Zeilen.",
        "Please delete or correct one of the two lines.",
    ),
)
_UNKNOWN_KEY = Notice(
    "foreign_key_violation",
    Words("Diese Kennung gibt es in {files} nicht.", "There is no such id in {files_en}."),
    Words(
        "Bitte ergänzen Sie den fehlenden Eintrag oder berichtigen Sie die Kennung.",
        "Please add the missing entry or correct the id.",
    ),
)
_CORRECT_SINGLY = Words(
    "Bitte beheben Sie die einzeln genannten Fehler.", "Please mend the faults that are named one by one."
)
_LEFT_OUT = Notice(
    "broken_records_left_out",
    Words(
        "{bad_trips} von {trips} Fahrten und {bad_stops} von {stops} Haltestellen sind fehlerhaft "
        "und wurden weggelassen.",
        "{bad_trips} of {trips} trips and {bad_stops} of {stops} stops are faulty and have been left out.",
    ),
    _CORRECT_SINGLY,
)
_TOO_MANY = Notice(
    "too_many_broken_records",
    Words(
        "{bad_trips} von {trips} Fahrten und {bad_stops} von {stops} Haltestellen sind fehlerhaft. "
        "Das sind zu viele, um sie wegzulassen.",
        "{bad_trips} of {trips} trips and {bad_stops} of {stops} stops are faulty. "
        "These are too many to be left out.",
    ),
    _CORRECT_SINGLY,
)

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

    def rows(self, mask: Mask, field_name: str, notice: Notice) -> None:
        """One finding for each row of the mask; the row is broken."""
        if self.spec.on_fault is OnFault.LEAVE_OUT:
            self._findings.broken(self.table, mask, field_name, notice)
        else:
            self._findings.rows(self._severity, self.table, mask, field_name, notice)

    def remarks(self, mask: Mask, field_name: str, notice: Notice) -> None:
        """One warning for each row of the mask; the row stays in use."""
        self._findings.rows(Severity.WARNING, self.table, mask, field_name, notice)

    def column(self, field_name: str) -> None:
        severity = self._severity if self.spec.on_fault is OnFault.IGNORE else Severity.ERROR
        notice = _NO_COLUMN.about(name=field_name)
        self._findings.add(severity, notice, file=self.table.file, line=1, field=field_name)

    @property
    def _severity(self) -> Severity:
        return Severity.WARNING if self.spec.on_fault is OnFault.IGNORE else Severity.ERROR


def _check_files(tables: dict[str, Table], unreadable: frozenset[str], findings: Findings) -> None:
    for name, spec in TABLES.items():
        if name in tables and len(tables[name]) == 0 and spec.needed:
            findings.error(_ONLY_HEADER, file=file_of(name), line=1)
        if spec.needed and name not in tables and name not in unreadable:
            findings.error(_NO_TABLE.about(file=file_of(name)), file=file_of(name))
    if not {"calendar", "calendar_dates"} & (tables.keys() | unreadable):
        findings.error(_NO_CALENDAR, file="calendar.txt")


def _check_fields(table: Table, report: _Report) -> Mask:
    broken = np.zeros(len(table), dtype=bool)
    for name, spec in report.spec.fields.items():
        if name not in table:
            if spec.needed:
                report.column(name)
            continue
        if spec.filled:
            empty = table.codes(name) < 0
            report.rows(empty, name, _EMPTY)
            broken |= empty
        texts = table.distinct(name)
        for wrong, notice in _faults_of(spec):
            mask = table.marked(name, [wrong(text) for text in texts])
            if spec.cosmetic or (notice.code == "unexpected_enum_value" and not spec.filled):
                report.remarks(mask, name, replace(notice, message=notice.message + _UNHEEDED))
            else:
                report.rows(mask, name, notice)
                broken |= mask
        if not all(text.isascii() and text.isprintable() for text in texts):
            for odd, notice in _ODDITIES:
                report.remarks(table.marked(name, [odd(text) for text in texts]), name, notice)
    return broken


def _faults_of(spec: Field) -> list[tuple[_Wrong, Notice]]:
    """What may be wrong with a field."""
    faults = [*_FAULTS.get(spec.kind, [])]
    if spec.allowed is not None:
        allowed = spec.allowed
        notice = _NOT_ALLOWED.about(choice=", ".join(map(str, sorted(allowed))))
        faults.append(
            (lambda text: (number := values.integer(text)) is not None and number not in allowed, notice)
        )
    if spec.minimum is not None:
        minimum = spec.minimum
        notice = _TOO_SMALL.about(minimum=minimum)
        faults.append(
            (lambda text: (number := values.decimal(text)) is not None and number < minimum, notice)
        )
    return faults


def _outside(limit: float) -> _Wrong:
    return lambda text: (number := values.decimal(text)) is not None and abs(number) > limit


_FAULTS: dict[Kind, list[tuple[_Wrong, Notice]]] = {
    Kind.INTEGER: [(lambda text: values.integer(text) is None, _NOT_INTEGER)],
    Kind.FLOAT: [(lambda text: values.decimal(text) is None, _NOT_DECIMAL)],
    Kind.LATITUDE: [(lambda text: values.decimal(text) is None, _NOT_DECIMAL), (_outside(90), _LATITUDE)],
    Kind.LONGITUDE: [(lambda text: values.decimal(text) is None, _NOT_DECIMAL), (_outside(180), _LONGITUDE)],
    Kind.DATE: [(lambda text: values.date_of(text) is None, _NO_DATE)],
    Kind.TIME: [(lambda text: values.time_s(text) is None, _NO_TIME)],
    Kind.TIMEZONE: [(lambda text: not values.is_timezone(text), _NO_ZONE)],
    Kind.URL: [(lambda text: not values.is_web_address(text), _NO_ADDRESS)],
    Kind.COLOR: [(lambda text: not values.is_colour(text), _NO_COLOUR)],
    Kind.EMAIL: [(lambda text: not values.is_email(text), _NO_EMAIL)],
    Kind.PHONE: [(lambda text: not values.is_phone_number(text), _NO_PHONE)],
    Kind.LANGUAGE: [(lambda text: not values.is_language(text), _NO_LANGUAGE)],
    Kind.CURRENCY: [(lambda text: not values.is_currency(text), _NO_CURRENCY)],
}
_ODDITIES: list[tuple[_Wrong, Notice]] = [
    (lambda text: "\ufffd" in text, _LOST_CHARACTER),
    (values.is_twice_encoded, _GARBLED),
    (lambda text: not text.isprintable(), _UNSEEN),
]
"""What may be odd in a value of any kind; it is used as it is."""


def _repeated(table: Table, spec: TableSpec, findings: Findings) -> Mask:
    """Rows that say once more what an earlier row says: harmless, left out with a warning."""
    if not spec.key or len(table) < 2:
        return np.zeros(len(table), dtype=bool)
    repeated = table.repeats([str(name) for name in table.frame.columns])
    _Report(table, spec, findings).remarks(
        repeated,
        spec.key[0],
        _SAME_ROW,
    )
    return repeated


def _check_key(table: Table, report: _Report) -> Mask:
    """Rows whose key an earlier row has, with other content."""
    key = [name for name in report.spec.key if name in table]
    if not key or key[0] != report.spec.key[0]:
        return np.zeros(len(table), dtype=bool)
    # An empty id says nothing (but for a second agency without one): that is a missing field.
    double = table.repeats(key) & ((table.codes(key[0]) >= 0) | (key[0] == "agency_id"))
    report.rows(double, key[-1], _SAME_KEY.about(key=", ".join(key)))
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
        files = [file_of(target) for target, _ in spec.refers]
        notice = _UNKNOWN_KEY.about(files=" oder ".join(files), files_en=" or ".join(files))
        if spec.cosmetic:
            report.remarks(unknown, name, replace(notice, message=notice.message + _UNHEEDED))
        else:
            report.rows(unknown, name, notice)
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
    notice = _LEFT_OUT if few else _TOO_MANY
    findings.add(
        severity, notice.about(bad_trips=broken_trips, trips=trips, bad_stops=broken_stops, stops=stops)
    )
