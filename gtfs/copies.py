"""Raw files → clean UTF-8 copies that gtfs-kit can read, with every fault named by its line.

gtfs-kit (pandas) would guess encodings wrong, stop at the first odd row without saying where, and take
a stop called "NA" for an empty cell. So each file is first read by the standard `csv` module: faults of
form become findings, and what is written for gtfs-kit is regular.
"""

from __future__ import annotations

import codecs
import csv
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.schema import NOT_EVALUATED_FIELDS, TABLES, TableSpec, file_of

MAX_LINE_CHARS = 1 << 20
MAX_VALUE_CHARS = 4096
"""As in the MobilityData validator. Every text is kept in memory, and some are put side by side."""
LONG_VALUE_CHARS, MAX_LONG_CHARS = 256, 20_000_000
"""So much may be in values longer than names and ids are."""
MAX_CELLS = 50_000_000
_BLOCK = 1 << 20
_WORD = re.compile(r"[a-z]+")
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


_AS_UTF8 = Words("Bitte speichern Sie die Datei als UTF-8.", "Please save the file as UTF-8.")
_CHECK_QUOTES = Words(
    "Bitte prüfen Sie die Anführungszeichen in dieser Zeile.",
    "Please check the quotation marks in this line.",
)
_EMPTY_FILE = Notice(
    "empty_file",
    Words("Die Datei ist leer.", "The file is empty."),
    Words("Bitte liefern Sie sie mit Kopfzeile und Inhalt.", "Please deliver it with a header and content."),
)
_OTHER_ENCODING = Notice(
    "invalid_encoding",
    Words(
        "Die Datei ist nicht in UTF-8 geschrieben. Sie wurde als {name} gelesen.",
        "The file is not written in UTF-8. It has been read as {name}.",
    ),
    Words(
        "Bitte prüfen Sie die Umlaute in den Namen und speichern Sie die Datei künftig als UTF-8.",
        "Please check the umlauts in the names and save the file as UTF-8 in future.",
    ),
)
_NO_ENCODING = Notice(
    "invalid_encoding",
    Words(
        "Die Zeichen dieser Zeile sind in keiner bekannten Weise kodiert.",
        "The characters of this line are not encoded in any known way.",
    ),
    _AS_UTF8,
)
_MIXED_ENDS = Notice(
    "mixed_line_ends",
    Words(
        "Die Zeilen enden verschieden (LF, CR, CR LF). Sie wurden trotzdem gelesen.",
        "The lines end in different ways (LF, CR, CR LF). They have been read all the same.",
    ),
    Words(
        "Bitte schreiben Sie die Datei mit einheitlichen Zeilenenden.",
        "Please write the file with one kind of line ends.",
    ),
)
_LONG_LINE = Notice(
    "csv_parsing_failed",
    Words("Diese Zeile ist über eine Million Zeichen lang.", "This line has more than a million characters."),
    Words(
        "Bitte prüfen Sie, ob Zeilenumbrüche oder Anführungszeichen fehlen.",
        "Please check whether line breaks or quotation marks are missing.",
    ),
)
_NUL = Notice(
    "invalid_character",
    Words(
        "Diese Zeile enthält ein NUL-Zeichen. Die Datei ist vermutlich beschädigt.",
        "This line contains a NUL character. The file is probably damaged.",
    ),
    Words("Bitte erzeugen Sie die Datei neu.", "Please create the file anew."),
)
_OPEN_QUOTE = Notice(
    "csv_parsing_failed",
    Words(
        "Ab dieser Zeile ist die Datei nicht lesbar: "
        "ein Anführungszeichen wird bis zum Ende nicht geschlossen.",
        "From this line on the file cannot be read: a quotation mark is not closed until the end.",
    ),
    _CHECK_QUOTES,
)
_STRAY_QUOTE = Notice(
    "csv_parsing_failed",
    Words(
        "Ab dieser Zeile ist die Datei nicht lesbar: "
        "nach einem schließenden Anführungszeichen fehlt das Komma.",
        "From this line on the file cannot be read: the comma after a closing quotation mark is missing.",
    ),
    _CHECK_QUOTES,
)
_LONG_FIELD = Notice(
    "csv_parsing_failed",
    Words(
        "Ab dieser Zeile ist die Datei nicht lesbar: ein Feld ist länger als 131.072 Zeichen.",
        "From this line on the file cannot be read: a field has more than 131,072 characters.",
    ),
    _CHECK_QUOTES,
)
_LONG_VALUE = Notice(
    "csv_parsing_failed",
    Words(
        "Ein Feld dieser Zeile ist länger als {limit} Zeichen.",
        "A field of this line has more than {limit} characters.",
    ),
    _CHECK_QUOTES,
)
_TOO_MANY_ROWS = Notice(
    "too_many_rows",
    Words(
        "Die Datei ist größer als der Fahrplan einer Region: Nach {n} Zeilen wurde aufgehört.",
        "The file is larger than the timetable of a region: reading stopped after {n} lines.",
    ),
    Words("Bitte beschränken Sie die Daten auf Ihr Gebiet.", "Please restrict the data to your own region."),
)
_EMPTY_NAME = Notice(
    "empty_column_name",
    Words("Eine Spalte hat keinen Namen.", "A column has no name."),
    Words("Bitte benennen oder löschen Sie die Spalte.", "Please name the column or delete it."),
)
_COLUMN_TWICE = Notice(
    "duplicated_column",
    Words("Diese Spalte gibt es zweimal.", "This column is there twice."),
    Words("Bitte löschen Sie eine.", "Please delete one."),
)
_UNKNOWN_COLUMN = Notice(
    "unknown_column",
    Words("Diese Spalte wird nicht ausgewertet.", "This column is not evaluated."),
    Words("Nichts zu tun.", "Nothing to do."),
)
_MISSPELT_COLUMN = Notice(
    "unknown_column",
    Words(
        "Diese Spalte wird nicht ausgewertet. Gemeint ist vermutlich „{name}“.",
        "This column is not evaluated. Probably “{name}” is meant.",
    ),
    Words(
        "Bitte schreiben Sie den Namen der Spalte genau so, in kleinen Buchstaben.",
        "Please write the name of the column exactly like that, in small letters.",
    ),
)
_WEB_PAGE = Notice(
    "csv_parsing_failed",
    Words("Die Datei ist eine Webseite und keine Tabelle.", "The file is a web page and no table."),
    Words("Bitte prüfen Sie die Adresse.", "Please check the address."),
)
_NO_COMMAS = Notice(
    "csv_parsing_failed",
    Words("Die Spalten sind nicht durch Kommas getrennt.", "The columns are not separated by commas."),
    Words(
        "Bitte speichern Sie die Datei mit Kommas als Trennzeichen.",
        "Please save the file with commas as separators.",
    ),
)
_NO_HEADER = Notice(
    "csv_parsing_failed",
    Words("Die erste Zeile nennt keine bekannte Spalte.", "The first line names no known column."),
    Words("Bitte ergänzen Sie die Kopfzeile.", "Please add the header."),
)
_LINE_BREAK = Notice(
    "new_line_in_value",
    Words(
        "Ein Feld enthält einen Zeilenumbruch. Er wurde als Leerzeichen gelesen.",
        "A field contains a line break. It has been read as a blank.",
    ),
    Words("Bitte schreiben Sie jeden Eintrag in eine Zeile.", "Please write each entry on one line."),
)
_EMPTY_ROW = Notice(
    "empty_row",
    Words("Die Zeile ist leer.", "The line is empty."),
    Words("Bitte löschen Sie sie.", "Please delete it."),
)
_BLANKS = Notice(
    "leading_or_trailing_whitespaces",
    Words(
        "Vor oder hinter einem Wert stehen Leerzeichen. Sie wurden nicht beachtet.",
        "There are blanks before or after a value. They have not been heeded.",
    ),
    Words("Bitte löschen Sie die Leerzeichen.", "Please delete the blanks."),
)
_SHORT_ROW = Notice(
    "invalid_row_length",
    Words(
        "Die Zeile hat {n} Felder, die Kopfzeile {width}. Fehlende Felder gelten als leer.",
        "The line has {n} fields, the header {width}. Missing fields count as empty.",
    ),
    Words(
        "Bitte ergänzen Sie die fehlenden oder löschen Sie die überzähligen Kommas.",
        "Please add the missing commas or delete those too many.",
    ),
)
_LONG_ROW = Notice(
    "invalid_row_length",
    Words(
        "Die Zeile hat {n} Felder, die Kopfzeile nur {width}. Die Werte sind vermutlich verschoben.",
        "The line has {n} fields, the header only {width}. The values have probably moved.",
    ),
    Words(
        "Bitte setzen Sie Texte, die ein Komma enthalten, in Anführungszeichen.",
        "Please put texts that contain a comma into quotation marks.",
    ),
)


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

    def grave(self, notice: Notice, **where: object) -> None:
        self._findings.add(self._grave, notice, file=self._file, **where)

    def mild(self, notice: Notice, **where: object) -> None:
        self._findings.warning(notice, file=self._file, **where)

    def info(self, notice: Notice, **where: object) -> None:
        self._findings.info(notice, file=self._file, **where)


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
            report.grave(_EMPTY_FILE)
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
        report.mild(_OTHER_ENCODING.about(name=name.upper()), line=1)
    return name


def _without_bom_16(name: str, report: _Report) -> str:
    report.mild(_OTHER_ENCODING.about(name="UTF-16"), line=1)
    return name


def _cp1252(source: Path, bad_line: int, report: _Report) -> str:
    if _first_bad_line(source, "cp1252") is not None or _has_utf8_letters(source):
        _refuse_encoding(bad_line, report)
    report.mild(_OTHER_ENCODING.about(name="Windows-1252"), line=bad_line)
    return "cp1252"


def _has_utf8_letters(source: Path) -> bool:
    """Some umlauts are right UTF-8: then the file is a damaged mixture, and any one reading garbles names."""
    with source.open(encoding="utf-8", errors="ignore") as file:
        return any(not block.isascii() for block in iter(lambda: file.read(_BLOCK), ""))


def _refuse_encoding(line: int, report: _Report) -> None:
    report.grave(_NO_ENCODING, line=line)
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
                report.mild(_MIXED_ENDS, line=number)
        if len(line) == MAX_LINE_CHARS:
            report.grave(_LONG_LINE, line=number, value=line[:40])
            raise _Unreadable
        if "\0" in line:
            at = line.index("\0")
            report.grave(_NUL, line=number, value=line[max(0, at - 30) : at + 30])
            line = line.replace("\0", "")
        yield line


def _rewrite(incoming: TextIO, out: TextIO, spec: TableSpec, report: _Report) -> NDArray[np.int32]:
    reader = csv.reader(_lines_of(incoming, report), strict=True)
    lines = array("i")
    start, n_cells, n_long_chars = 1, 0, 0
    try:
        header = next(reader, [])
        kept = _known_columns(header, spec, report)
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(kept.values())
        start = reader.line_num + 1
        for row in reader:
            n_cells += len(row)
            longest = max(map(len, row), default=0)
            n_long_chars += longest if longest > LONG_VALUE_CHARS else 0
            if start > spec.most_rows + 1 or n_cells > MAX_CELLS or n_long_chars > MAX_LONG_CHARS:
                report.grave(_TOO_MANY_ROWS.about(n=start - 2), line=start)
                raise _Unreadable
            if longest > MAX_VALUE_CHARS:
                report.grave(_LONG_VALUE.about(limit=MAX_VALUE_CHARS), line=start, value=max(row, key=len))
                raise _Unreadable
            cells = _cells(row, len(header), start, reader.line_num, report)
            if cells is not None:
                writer.writerow([cells[i] for i in kept])
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        report.grave(_meaning(error), line=start)
        raise _Unreadable from None
    return np.array(lines, dtype=np.int32)


def _known_columns(header: list[str], spec: TableSpec, report: _Report) -> dict[int, str]:
    """Position → name of the columns to keep."""
    names = [name.strip() for name in header]
    if names != header:
        report.mild(_BLANKS, line=1, value=next(a for a, b in zip(header, names, strict=True) if a != b))
    _check_is_table(names, spec, report)
    kept: dict[int, str] = {}
    for i, name in enumerate(names):
        where = {"line": 1, "field": name}
        if not name:
            report.mild(_EMPTY_NAME, **where)
        elif name in kept.values():
            report.grave(_COLUMN_TWICE, **where)
        elif name in spec.fields:
            kept[i] = name
        elif name not in NOT_EVALUATED_FIELDS:
            meant = "_".join(_WORD.findall(name.lower()))
            if meant in spec.fields and meant not in names:
                report.mild(_MISSPELT_COLUMN.about(name=meant), **where)
            else:
                report.info(_UNKNOWN_COLUMN, **where)
    return kept


def _check_is_table(names: list[str], spec: TableSpec, report: _Report) -> None:
    """Refuse web pages and tables with another separator than the comma."""
    line = ",".join(names)
    if line.startswith("<"):
        notice = _WEB_PAGE
    elif any(len(spec.fields.keys() & line.replace('"', "").split(mark)) > 1 for mark in ";\t|"):
        notice = _NO_COMMAS
    elif not spec.fields.keys() & names:
        notice = _NO_HEADER
    else:
        return
    report.grave(notice, line=1, value=line)
    raise _Unreadable


def _cells(row: list[str], width: int, line: int, last_line: int, report: _Report) -> list[str] | None:
    """The row's cells, trimmed and exactly `width`; None if the row is to be skipped."""
    if last_line > line:
        report.mild(_LINE_BREAK, line=line)
        row = [" ".join(cell.split()) for cell in row]
    cells = [cell.strip() for cell in row]
    if not any(cells):
        if row:
            report.mild(_EMPTY_ROW, line=line)
        return None
    if cells != row:
        report.mild(_BLANKS, line=line, value=next(a for a, b in zip(row, cells, strict=True) if a != b))
    if len(cells) != width:
        _report_length(cells, width, line, report)
        cells = (cells + [""] * width)[:width]
    if not MISSING_WORDS.isdisjoint(cells):
        cells = [ESCAPE + cell if cell in MISSING_WORDS else cell for cell in cells]
    return cells


def _meaning(error: csv.Error) -> Notice:
    if "field larger" in str(error):
        return _LONG_FIELD
    return _OPEN_QUOTE if "unexpected end" in str(error) else _STRAY_QUOTE


def _report_length(cells: list[str], width: int, line: int, report: _Report) -> None:
    where = {"line": line, "value": ",".join(cells)}
    if not any(cells[width:]):
        report.mild(_SHORT_ROW.about(n=len(cells), width=width), **where)
        return
    report.grave(_LONG_ROW.about(n=len(cells), width=width), **where)
