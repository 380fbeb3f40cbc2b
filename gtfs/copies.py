"""Raw files → clean UTF-8 copies that gtfs-kit can read, with every fault named by its line.

gtfs-kit (pandas) would guess encodings wrong, stop at the first odd row without saying where, and take
a stop called "NA" for an empty cell. So each file is first read by the standard `csv` module: faults of
form become findings, and what is written for gtfs-kit is regular.
"""

from __future__ import annotations

import codecs
import csv
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from gtfs.findings import Findings, Severity
from gtfs.schema import NOT_EVALUATED_FIELDS, TABLES, TableSpec, file_of

MAX_LINE_CHARS = 1 << 20
_BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

ESCAPE = "\ue000"
"""Written before a cell that pandas would take for missing; `read` removes it."""

MISSING_WORDS = frozenset(
    {
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "None",
        "n/a",
        "nan",
        "null",
    }
)
"""What pandas takes for an empty cell: "NA", "null", "None" …"""


class _Unreadable(Exception):
    """The file's form is broken beyond reading; the finding has been recorded."""


@dataclass(frozen=True)
class Copy:
    """A clean copy; `lines[i]` is the line in the original on which row i of the copy begins."""

    path: Path
    lines: NDArray[np.int32]


class _Report:
    """Findings about one file: errors where the timetable needs it, warnings where not."""

    def __init__(self, table: str, findings: Findings) -> None:
        self._findings = findings
        self._file = file_of(table)
        self._grave = Severity.ERROR if TABLES[table].serves else Severity.WARNING

    def grave(self, code: str, message: str, advice: str, **where: object) -> None:
        self._findings.add(self._grave, code, message, advice, file=self._file, **where)

    def mild(self, code: str, message: str, advice: str, **where: object) -> None:
        self._findings.warning(code, message, advice, file=self._file, **where)

    def info(self, code: str, message: str, advice: str, **where: object) -> None:
        self._findings.info(code, message, advice, file=self._file, **where)


def write_copy(table: str, source: Path, folder: Path, findings: Findings) -> Copy | None:
    """Write `folder/<table>.txt`; None if the file could not be read (the findings say why)."""
    report = _Report(table, findings)
    target = folder / file_of(table)
    try:
        encoding = _encoding(source, report)
        with (
            source.open(encoding=encoding, newline="") as incoming,
            target.open("w", encoding="utf-8") as out,
        ):
            lines = _rewrite(incoming, out, TABLES[table], report)
    except _Unreadable:
        target.unlink(missing_ok=True)
        return None
    return Copy(target, lines)


def _encoding(source: Path, report: _Report) -> str:
    with source.open("rb") as file:
        start = file.read(4)
        if not start:
            report.grave(
                "empty_file", "Die Datei ist leer.", "Bitte liefern Sie sie mit Kopfzeile und Inhalt."
            )
            raise _Unreadable
        for bom, name in _BOMS:
            if start.startswith(bom):
                return _with_bom(source, name, report)
        if b"\0" in start and start.count(b"\0") == 2:
            return _without_bom_16("utf-16-le" if start[1:2] == b"\0" else "utf-16-be", report)
    bad_line = _first_bad_line(source, "utf-8")
    if bad_line is None:
        return "utf-8"
    return _cp1252(source, bad_line, report)


def _with_bom(source: Path, name: str, report: _Report) -> str:
    bad_line = _first_bad_line(source, name)
    if bad_line is not None:
        _refuse_encoding(bad_line, report)
    if name != "utf-8-sig":
        _warn_encoding(name.upper(), 1, report)
    return name


def _without_bom_16(name: str, report: _Report) -> str:
    _warn_encoding("UTF-16", 1, report)
    return name


def _cp1252(source: Path, bad_line: int, report: _Report) -> str:
    if _first_bad_line(source, "cp1252") is not None or _has_utf8_letters(source):
        _refuse_encoding(bad_line, report)
    _warn_encoding("Windows-1252", bad_line, report)
    return "cp1252"


def _has_utf8_letters(source: Path) -> bool:
    """Some umlauts are right UTF-8: then the file is a damaged mixture, and any one reading garbles names."""
    with source.open(encoding="utf-8", errors="ignore") as file:
        return any(not block.isascii() for block in iter(lambda: file.read(_BLOCK), ""))


def _warn_encoding(name: str, line: int, report: _Report) -> None:
    report.mild(
        "invalid_encoding",
        f"Die Datei ist nicht in UTF-8 geschrieben. Sie wurde als {name} gelesen.",
        "Bitte prüfen Sie die Umlaute in den Namen und speichern Sie die Datei künftig als UTF-8.",
        line=line,
    )


def _refuse_encoding(line: int, report: _Report) -> None:
    report.grave(
        "invalid_encoding",
        "Die Zeichen dieser Zeile sind in keiner bekannten Weise kodiert.",
        "Bitte speichern Sie die Datei als UTF-8.",
        line=line,
    )
    raise _Unreadable


def _first_bad_line(source: Path, encoding: str) -> int | None:
    """The line of the first byte that is not valid in this encoding; None if all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with source.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                line += decoder.decode(block, final=not block).count("\n")
            except UnicodeDecodeError as error:
                return line + bytes(error.object[: error.start]).count(b"\n")
            if not block:
                return None


def _lines_of(file: TextIO, report: _Report) -> Iterator[str]:
    """The file's lines, bounded in length and free of NUL."""
    number = 0
    ends: set[str] = set()
    while line := file.readline(MAX_LINE_CHARS):
        number += 1
        end = line[len(line.rstrip("\r\n")) :]
        if end and end not in ends:
            ends.add(end)
            if len(ends) == 2:
                report.mild(
                    "mixed_line_ends",
                    "Die Zeilen enden verschieden (LF, CR, CR LF). Sie wurden trotzdem gelesen.",
                    "Bitte schreiben Sie die Datei mit einheitlichen Zeilenenden.",
                    line=number,
                )
        if len(line) == MAX_LINE_CHARS:
            report.grave(
                "csv_parsing_failed",
                "Diese Zeile ist über eine Million Zeichen lang.",
                "Bitte prüfen Sie, ob Zeilenumbrüche oder Anführungszeichen fehlen.",
                line=number,
                value=line[:40],
            )
            raise _Unreadable
        if "\0" in line:
            report.grave(
                "invalid_character",
                "Diese Zeile enthält ein NUL-Zeichen. Die Datei ist vermutlich beschädigt.",
                "Bitte erzeugen Sie die Datei neu.",
                line=number,
                value=line[max(0, line.index("\0") - 30) : line.index("\0") + 30],
            )
            line = line.replace("\0", "")
        yield line


def _rewrite(incoming: TextIO, out: TextIO, spec: TableSpec, report: _Report) -> NDArray[np.int32]:
    reader = csv.reader(_lines_of(incoming, report), strict=True)
    lines = array("i")
    start = 1
    try:
        header = next(reader, [])
        kept = _known_columns(header, spec, report)
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(kept.values())
        start = reader.line_num + 1
        for row in reader:
            cells = _cells(row, len(header), start, reader.line_num, report)
            if cells is not None:
                writer.writerow([cells[i] for i in kept])
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        report.grave(
            "csv_parsing_failed",
            f"Ab dieser Zeile ist die Datei nicht lesbar: {_german(error)}.",
            "Bitte prüfen Sie die Anführungszeichen in dieser Zeile.",
            line=start,
        )
        raise _Unreadable from None
    return np.array(lines, dtype=np.int32)


def _known_columns(header: list[str], spec: TableSpec, report: _Report) -> dict[int, str]:
    """Position → name of the columns to keep."""
    names = [name.strip() for name in header]
    _check_is_table(names, spec, report)
    kept: dict[int, str] = {}
    for i, name in enumerate(names):
        where = {"line": 1, "field": name}
        if not name:
            report.mild("empty_column_name", "Eine Spalte hat keinen Namen.", "Bitte benennen.", **where)
        elif name in kept.values():
            report.grave(
                "duplicated_column", "Diese Spalte gibt es zweimal.", "Bitte löschen Sie eine.", **where
            )
        elif name in spec.fields:
            kept[i] = name
        elif name not in NOT_EVALUATED_FIELDS:
            report.info("unknown_column", "Diese Spalte wird nicht ausgewertet.", "Nichts zu tun.", **where)
    return kept


def _check_is_table(names: list[str], spec: TableSpec, report: _Report) -> None:
    """Refuse web pages and tables with another separator than the comma."""
    line = ",".join(names)
    if line.startswith("<"):
        message, advice = "Die Datei ist eine Webseite und keine Tabelle.", "Bitte prüfen Sie die Adresse."
    elif any(len(spec.fields.keys() & line.replace('"', "").split(mark)) > 1 for mark in ";\t|"):
        message = "Die Spalten sind nicht durch Kommas getrennt."
        advice = "Bitte speichern Sie die Datei mit Kommas als Trennzeichen."
    elif not spec.fields.keys() & names:
        message, advice = "Die erste Zeile nennt keine bekannte Spalte.", "Bitte ergänzen Sie die Kopfzeile."
    else:
        return
    report.grave("csv_parsing_failed", message, advice, line=1, value=line)
    raise _Unreadable


def _cells(row: list[str], width: int, line: int, last_line: int, report: _Report) -> list[str] | None:
    """The row's cells, trimmed and exactly `width`; None if the row is to be skipped."""
    if last_line > line:
        report.mild(
            "new_line_in_value",
            "Ein Feld enthält einen Zeilenumbruch. Er wurde als Leerzeichen gelesen.",
            "Bitte schreiben Sie jeden Eintrag in eine Zeile.",
            line=line,
        )
        row = [" ".join(cell.split()) for cell in row]
    cells = [cell.strip() for cell in row]
    if not any(cells):
        if row:
            report.mild("empty_row", "Die Zeile ist leer.", "Bitte löschen Sie sie.", line=line)
        return None
    if cells != row:
        report.info(
            "leading_or_trailing_whitespaces",
            "Vor oder hinter einem Wert stehen Leerzeichen. Sie wurden nicht beachtet.",
            "Bitte löschen Sie die Leerzeichen.",
            line=line,
            value=next(a for a, b in zip(row, cells, strict=True) if a != b),
        )
    if len(cells) != width:
        _report_length(cells, width, line, report)
        cells = (cells + [""] * width)[:width]
    if not MISSING_WORDS.isdisjoint(cells):
        cells = [ESCAPE + cell if cell in MISSING_WORDS else cell for cell in cells]
    return cells


def _german(error: csv.Error) -> str:
    if "field larger" in str(error):
        return "ein Feld ist länger als 131.072 Zeichen"
    if "unexpected end" in str(error):
        return "ein Anführungszeichen wird bis zum Ende nicht geschlossen"
    return "nach einem schließenden Anführungszeichen fehlt das Komma"


def _report_length(cells: list[str], width: int, line: int, report: _Report) -> None:
    where = {"line": line, "value": ",".join(cells)}
    if not any(cells[width:]):
        report.mild(
            "invalid_row_length",
            f"Die Zeile hat {len(cells)} Felder, die Kopfzeile {width}. Fehlende Felder gelten als leer.",
            "Bitte ergänzen Sie die fehlenden oder löschen Sie die überzähligen Kommas.",
            **where,
        )
        return
    report.grave(
        "invalid_row_length",
        f"Die Zeile hat {len(cells)} Felder, die Kopfzeile nur {width}. Die Werte sind vermutlich verschoben.",
        "Bitte setzen Sie Texte, die ein Komma enthalten, in Anführungszeichen.",
        **where,
    )
