"""A feed's file or folder as plain files in a quarantine folder.

The archive is hostile until proven otherwise. `zipfile` silently takes the last of two members of one
name, reads a symbolic link's target as if it were the file, believes the sizes a header states, and
does not mind "../": so names, modes, doubles and sizes are checked here, and reading is bounded.
"""

from __future__ import annotations

import hashlib
import lzma
import stat
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

from gtfs.findings import Findings
from gtfs.schema import NOT_EVALUATED, TABLES, file_of

MAX_MEMBERS = 1_000
MAX_MEMBER_BYTES = 1 << 30
MAX_TOTAL_BYTES = 2 << 30
MAX_RATIO = 50
RATIO_MATTERS_FROM_BYTES = 20 << 20
"""Small files of nothing but zeros are harmless; only what grows large must be plausible."""

_BLOCK = 1 << 20
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
        _refuse(findings, "invalid_input_files", "Die Datei gibt es nicht.", "Bitte prüfen Sie den Pfad.")
    except _UNREADABLE:
        _refuse(
            findings,
            "invalid_input_files",
            "Die Datei ist kein lesbares ZIP-Archiv: Sie ist beschädigt, unvollständig oder etwas anderes.",
            "Bitte laden Sie die Datei noch einmal vollständig herunter.",
            file=source.name,
        )


def _refuse(findings: Findings, code: str, message: str, advice: str, file: str = "") -> NoReturn:
    findings.error(code, message, advice, file=file)
    raise Refused(message)


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
    with zipfile.ZipFile(source) as archive:
        return Unpacked(_members(archive, quarantine, findings), sha256)


def _members(archive: zipfile.ZipFile, quarantine: Path, findings: Findings) -> dict[str, Path]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MAX_MEMBERS:
        _refuse_count(findings)
    _check_members(members, findings)
    if findings.refused:
        raise Refused("members")
    by_name = {info.filename: info for info in members}
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
    _refuse(
        findings,
        "too_many_files",
        f"Es sind über {MAX_MEMBERS} Dateien; ein Fahrplan hat höchstens einige Dutzend.",
        "Bitte geben Sie nur die Dateien des Fahrplans.",
    )


def _check_members(members: list[zipfile.ZipInfo], findings: Findings) -> None:
    """Record every member that is dangerous or cannot be read safely."""
    doubles = Counter(_plain_name(info.filename).lower() for info in members)
    for info in members:
        for code, message in _dangers(info, doubles[_plain_name(info.filename).lower()]):
            findings.error(
                code,
                message,
                "Bitte packen Sie das Archiv neu, mit gewöhnlichen Dateien ohne Ordner.",
                file=info.filename,
            )
    total = sum(info.file_size for info in members)
    if total > MAX_TOTAL_BYTES:
        findings.error(
            "archive_too_large",
            f"Ausgepackt wäre das Archiv {total / 1e9:.1f} GB groß.",
            "Bitte prüfen Sie, woher die Datei stammt.",
        )


def _plain_name(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/")))


def _dangers(info: zipfile.ZipInfo, same_name: int) -> list[tuple[str, str]]:
    name = info.filename.replace("\\", "/")
    found = []
    if name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts:
        found.append(("unsafe_file_name", "Der Dateiname zeigt aus dem Archiv heraus."))
    mode = info.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        found.append(("unsafe_file_type", "Der Eintrag ist eine Verknüpfung und keine Datei."))
    if same_name > 1:
        found.append(("duplicate_file", "Diese Datei steht mehrmals im Archiv."))
    if info.flag_bits & 0x1:
        found.append(("encrypted_file", "Die Datei ist verschlüsselt."))
    if info.file_size > MAX_MEMBER_BYTES:
        found.append(("file_too_large", f"Ausgepackt wäre die Datei {info.file_size / 1e9:.1f} GB groß."))
    if info.file_size > RATIO_MATTERS_FROM_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        found.append(("implausible_compression", "Die Datei ist unglaubwürdig stark gepackt."))
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
        _refuse(
            findings,
            "several_feeds",
            f"Das Archiv enthält mehrere Fahrpläne, in den Ordnern {', '.join(sorted(feeds))}.",
            "Bitte geben Sie jeden Fahrplan für sich.",
        )
    if folder != ".":
        findings.warning(
            "invalid_input_files_in_subfolder",
            f"Die Dateien liegen im Ordner „{folder}“ statt obenauf. Sie wurden trotzdem gelesen.",
            "Bitte packen Sie die Dateien künftig ohne Ordner.",
            file=folder,
        )
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
            findings.warning(
                "nested_archive",
                "Ein Archiv im Archiv wird nicht gelesen.",
                "Bitte geben Sie das innere Archiv für sich.",
                file=name,
            )
        elif str(path.parent) != folder or path.stem not in TABLES | dict.fromkeys(NOT_EVALUATED):
            findings.info(
                "unknown_file",
                "Diese Datei gehört nicht zum GTFS-Format und wurde nicht gelesen.",
                "Wenn sie Daten des Fahrplans enthält, prüfen Sie bitte den Dateinamen.",
                file=name,
            )


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, findings: Findings) -> None:
    try:
        with archive.open(info) as incoming:
            _copy_bounded(incoming, target, info.file_size, findings, info.filename)
    except Refused:
        return
    except _UNREADABLE:
        findings.error(
            "unreadable_file",
            "Die Datei im Archiv ist beschädigt: Inhalt und Prüfsumme passen nicht zusammen.",
            "Bitte laden Sie das Archiv noch einmal vollständig herunter.",
            file=info.filename,
        )


def _copy_bounded(incoming: IO[bytes], target: Path, limit: int, findings: Findings, name: str) -> None:
    with target.open("wb") as copy:
        left = limit
        while block := incoming.read(_BLOCK):
            left -= len(block)
            if left < 0:
                _refuse(
                    findings,
                    "file_too_large",
                    "Die Datei ist größer als erlaubt oder als das Archiv angibt.",
                    "Bitte prüfen Sie, woher die Datei stammt.",
                    file=name,
                )
            copy.write(block)
