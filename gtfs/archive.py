"""A feed's file or folder as plain files in a quarantine folder.

The archive is hostile until proven otherwise. `zipfile` silently takes the last of two members of one
name, reads a symbolic link's target as if it were the file, believes the sizes a header states, and
does not mind "../": so names, modes, doubles and sizes are checked here, and reading is bounded.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import stat
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

from gtfs.findings import Findings
from gtfs.notices import Notice, Words
from gtfs.schema import NOT_EVALUATED, TABLES, file_of

MAX_MEMBERS = 1_000
MAX_DIRECTORY_BYTES = 8 << 20
"""`zipfile` makes objects of the whole directory before anybody can count its entries."""
MAX_MEMBER_BYTES = 256 << 20
MAX_TOTAL_BYTES = 512 << 20
MAX_RATIO = 50
RATIO_MATTERS_FROM_BYTES = 20 << 20
"""Small files of nothing but zeros are harmless; only what grows large must be plausible."""

_BLOCK = 1 << 20
_END, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_BYTES, _LONGEST_END = 22, 22 + (1 << 16) + 20
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
"""All that `zipfile` raises on damaged archives."""
_IGNORED = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


_AGAIN = Words(
    "Bitte laden Sie die Datei noch einmal vollständig herunter.",
    "Please download the whole file once more.",
)
_WHENCE = Words("Bitte prüfen Sie, woher die Datei stammt.", "Please check where the file comes from.")
_PACK_PLAINLY = Words(
    "Bitte packen Sie das Archiv neu, mit gewöhnlichen Dateien ohne Ordner.",
    "Please pack the archive again, with ordinary files and no folders.",
)
_NO_FILE = Notice(
    "invalid_input_files",
    Words("Die Datei gibt es nicht.", "There is no such file."),
    Words("Bitte prüfen Sie den Pfad.", "Please check the path."),
)
_NO_ARCHIVE = Notice(
    "invalid_input_files",
    Words(
        "Die Datei ist kein lesbares ZIP-Archiv: Sie ist beschädigt, unvollständig oder etwas anderes.",
        "The file is no readable ZIP archive: it is damaged, incomplete or something else.",
    ),
    _AGAIN,
)
_TOO_MANY_FILES = Notice(
    "too_many_files",
    Words(
        "Es sind über {limit} Dateien; ein Fahrplan hat höchstens einige Dutzend.",
        "There are more than {limit} files; a timetable has a few dozen at most.",
    ),
    Words("Bitte geben Sie nur die Dateien des Fahrplans.", "Please send only the files of the timetable."),
)
_ARCHIVE_TOO_LARGE = Notice(
    "archive_too_large",
    Words("Ausgepackt wäre das Archiv {mb:.0f} MB groß.", "Unpacked, the archive would have {mb:.0f} MB."),
    _WHENCE,
)
_LEADS_OUTSIDE = Notice(
    "unsafe_file_name",
    Words("Der Dateiname zeigt aus dem Archiv heraus.", "The name of the file leads out of the archive."),
    _PACK_PLAINLY,
)
_NO_PLAIN_FILE = Notice(
    "unsafe_file_type",
    Words("Der Eintrag ist eine Verknüpfung und keine Datei.", "The entry is a link or device and no file."),
    _PACK_PLAINLY,
)
_TWICE = Notice(
    "duplicate_file",
    Words("Diese Datei steht mehrmals im Archiv.", "The archive holds this file more than once."),
    _PACK_PLAINLY,
)
_ENCRYPTED = Notice(
    "encrypted_file", Words("Die Datei ist verschlüsselt.", "The file is encrypted."), _PACK_PLAINLY
)
_FILE_TOO_LARGE = Notice(
    "file_too_large",
    Words("Ausgepackt wäre die Datei {mb:.0f} MB groß.", "Unpacked, the file would have {mb:.0f} MB."),
    _WHENCE,
)
_LARGER_THAN_SAID = Notice(
    "file_too_large",
    Words(
        "Die Datei ist größer als erlaubt oder als das Archiv angibt.",
        "The file is larger than allowed, or than the archive says.",
    ),
    _WHENCE,
)
_BOMB = Notice(
    "implausible_compression",
    Words("Die Datei ist unglaubwürdig stark gepackt.", "The file is compressed more than is plausible."),
    _PACK_PLAINLY,
)
_SEVERAL_FEEDS = Notice(
    "several_feeds",
    Words(
        "Das Archiv enthält mehrere Fahrpläne, in den Ordnern {folders}.",
        "The archive holds several timetables, in the folders {folders}.",
    ),
    Words("Bitte geben Sie jeden Fahrplan für sich.", "Please send each timetable by itself."),
)
_IN_FOLDER = Notice(
    "invalid_input_files_in_subfolder",
    Words(
        "Die Dateien liegen im Ordner „{folder}“ statt obenauf. Sie wurden trotzdem gelesen.",
        "The files are in the folder “{folder}” instead of on top. They have been read all the same.",
    ),
    Words(
        "Bitte packen Sie die Dateien künftig ohne Ordner.",
        "Please pack the files without a folder in future.",
    ),
)
_ARCHIVE_WITHIN = Notice(
    "nested_archive",
    Words("Ein Archiv im Archiv wird nicht gelesen.", "An archive within the archive is not read."),
    Words("Bitte geben Sie das innere Archiv für sich.", "Please send the inner archive by itself."),
)
_UNKNOWN_FILE = Notice(
    "unknown_file",
    Words(
        "Diese Datei gehört nicht zum GTFS-Format und wurde nicht gelesen.",
        "This file is not part of GTFS and has not been read.",
    ),
    Words(
        "Wenn sie Daten des Fahrplans enthält, prüfen Sie bitte den Dateinamen.",
        "If it holds data of the timetable, please check its name.",
    ),
)
_UNREADABLE_FILE = Notice(
    "unreadable_file",
    Words(
        "Die Datei im Archiv ist beschädigt: Inhalt und Prüfsumme passen nicht zusammen.",
        "The file in the archive is damaged: content and checksum do not match.",
    ),
    Words(
        "Bitte laden Sie das Archiv noch einmal vollständig herunter.",
        "Please download the whole archive once more.",
    ),
)


class Refused(Exception):
    """The archive cannot be unpacked; the finding has been recorded."""


@dataclass(frozen=True)
class Unpacked:
    """`files` are the quarantined tables by name; `sha256` is the hash of what was given."""

    files: dict[str, Path]
    sha256: str


def unpack(source: Path, quarantine: Path, findings: Findings) -> Unpacked:
    """Copy the feed's known files from a zip or folder into `quarantine`.

    Raises Refused after recording the reasons.
    """
    try:
        return (_from_folder if source.is_dir() else _from_zip)(source, quarantine, findings)
    except FileNotFoundError:
        _refuse(findings, _NO_FILE)
    except _UNREADABLE:
        _refuse(findings, _NO_ARCHIVE, file=source.name)


def _refuse(findings: Findings, notice: Notice, file: str = "") -> NoReturn:
    findings.error(notice, file=file)
    raise Refused(notice.code)


def _from_folder(source: Path, quarantine: Path, findings: Findings) -> Unpacked:
    found = (path for path in source.rglob("*") if path.is_file() and not path.is_symlink())
    names = sorted(path.relative_to(source).as_posix() for path in islice(found, MAX_MEMBERS + 1))
    if len(names) > MAX_MEMBERS:
        _refuse_count(findings)
    digest = hashlib.sha256()
    files = {}
    for table, name in _tables_among(names, findings).items():
        target = quarantine / file_of(table)
        with (source / name).open("rb") as incoming:
            _copy_bounded(incoming, target, MAX_MEMBER_BYTES, findings, name)
        with target.open("rb") as copy:
            digest.update(table.encode() + hashlib.file_digest(copy, "sha256").digest())
        files[table] = target
    return Unpacked(files, digest.hexdigest())


def _from_zip(source: Path, quarantine: Path, findings: Findings) -> Unpacked:
    with source.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if _directory_bytes(source) > MAX_DIRECTORY_BYTES:
        _refuse_count(findings)
    with zipfile.ZipFile(source) as archive:
        return Unpacked(_members(archive, quarantine, findings), sha256)


def _directory_bytes(source: Path) -> int:
    """Size of the archive's directory by its end record, found where `zipfile` looks for it."""
    with source.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LONGEST_END))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_BYTES:
        return 0  # no archive, as `zipfile` will say
    stated = int.from_bytes(tail[end + 12 : end + 16], "little")
    # With 64 bits the record before it counts: then no directory is larger than the file itself.
    return size if tail[max(0, end - 20) : end].startswith(_LOCATOR_64) else stated


def _members(archive: zipfile.ZipFile, quarantine: Path, findings: Findings) -> dict[str, Path]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MAX_MEMBERS:
        _refuse_count(findings)
    _check_members(members, findings)
    if findings.refused:
        raise Refused("members")
    by_name = {_plain_name(info.filename): info for info in members}
    chosen = _tables_among(sorted(by_name), findings)
    files = {}
    for table, name in chosen.items():
        target = quarantine / file_of(table)
        _extract(archive, by_name[name], target, findings)
        files[table] = target
    if findings.refused:
        raise Refused("members")
    return files


def _refuse_count(findings: Findings) -> NoReturn:
    _refuse(findings, _TOO_MANY_FILES.about(limit=MAX_MEMBERS))


def _check_members(members: list[zipfile.ZipInfo], findings: Findings) -> None:
    """Record every member that is dangerous or cannot be read safely."""
    doubles = Counter(_plain_name(info.filename).lower() for info in members)
    for info in members:
        for danger in _dangers(info, doubles[_plain_name(info.filename).lower()]):
            findings.error(danger, file=info.filename)
    total = sum(info.file_size for info in members)
    if total > MAX_TOTAL_BYTES:
        findings.error(_ARCHIVE_TOO_LARGE.about(mb=total / 1e6))


def _plain_name(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/")))


def _dangers(info: zipfile.ZipInfo, same_name: int) -> list[Notice]:
    name = info.filename.replace("\\", "/")
    found = []
    if name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts:
        found.append(_LEADS_OUTSIDE)
    mode = info.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        found.append(_NO_PLAIN_FILE)
    if same_name > 1:
        found.append(_TWICE)
    if info.flag_bits & 0x1:
        found.append(_ENCRYPTED)
    if info.file_size > MAX_MEMBER_BYTES:
        found.append(_FILE_TOO_LARGE.about(mb=info.file_size / 1e6))
    if info.file_size > RATIO_MATTERS_FROM_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        found.append(_BOMB)
    return found


def _tables_among(names: list[str], findings: Findings) -> dict[str, str]:
    """Table name → member name, from the one folder that holds the feed."""
    names = [name for name in names if not any(part in _IGNORED for part in PurePosixPath(name).parts)]
    folders: dict[str, list[str]] = {}
    for name in names:
        folders.setdefault(str(PurePosixPath(name).parent), []).append(name)
    feeds = {folder for folder, held in folders.items() if any(_core(name) for name in held)}
    folder = "." if "." in feeds else min(feeds, default=".")
    if len(feeds) > 1:
        _refuse(findings, _SEVERAL_FEEDS.about(folders=", ".join(sorted(feeds))))
    if folder != ".":
        findings.warning(_IN_FOLDER.about(folder=folder), file=folder)
    _report_others(names, folder, findings)
    here = {PurePosixPath(name).name: name for name in folders.get(folder, [])}
    return {table: here[file_of(table)] for table in TABLES if file_of(table) in here}


def _core(name: str) -> bool:
    """A name that only a feed has; `stops.txt` alone might be anything."""
    path = PurePosixPath(name)
    return path.suffix == ".txt" and path.stem in TABLES


def _report_others(names: list[str], folder: str, findings: Findings) -> None:
    for name in names:
        path = PurePosixPath(name)
        if path.suffix.lower() == ".zip":
            findings.warning(_ARCHIVE_WITHIN, file=name)
        elif str(path.parent) != folder or path.stem not in TABLES | dict.fromkeys(NOT_EVALUATED):
            findings.info(_UNKNOWN_FILE, file=name)


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, findings: Findings) -> None:
    try:
        with archive.open(info) as incoming:
            _copy_bounded(incoming, target, info.file_size, findings, info.filename)
    except Refused:
        return
    except _UNREADABLE:
        findings.error(_UNREADABLE_FILE, file=info.filename)


def _copy_bounded(incoming: IO[bytes], target: Path, limit: int, findings: Findings, name: str) -> None:
    with target.open("wb") as copy:
        left = limit
        while block := incoming.read(_BLOCK):
            left -= len(block)
            if left < 0:
                _refuse(findings, _LARGER_THAN_SAID, file=name)
            copy.write(block)
