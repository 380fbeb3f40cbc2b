"""Snapshot folders: immutable, content-addressed arrays that every process memory-maps.

One folder is one object (a timetable, a road graph, the links between them): `manifest.json` plus
one `.npy` file per array. The manifest lists every array with its checksum, and the folder's name
carries the checksum of the manifest: so the same input gives the same name and bytes, a half-written
folder never has a final name, and hosts can fetch a folder once and keep it for ever.

What opening notices, in a fraction of a millisecond a file: another version, a changed manifest,
missing files and wrong sizes. Types and shapes come from the manifest, the files' own headers are for
other readers. Flipped bits within an array are noticed by `verify`, which reads every byte.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, overload

import numpy as np
from numpy.typing import NDArray

from routing.errors import SnapshotOutdated, SnapshotUnreadable

FORMAT_VERSION = 2
"""Goes up when arrays of the same names come to mean something else; other names are noticed anyway."""
MANIFEST = "manifest.json"


class Texts(Sequence[str]):
    """A read-only column of strings as two arrays, so that it can be memory-mapped.

    `blob` is all strings as UTF-8 one after another, `(n_bytes,) uint8`; `start` is `(n + 1,) int64`.
    """

    __slots__ = ("blob", "start")

    def __init__(self, blob: NDArray[np.uint8], start: NDArray[np.int64]) -> None:
        self.blob = blob
        self.start = start

    @classmethod
    def of(cls, values: Iterable[str]) -> Texts:
        encoded = [value.encode() for value in values]
        start = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(value) for value in encoded], out=start[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), start)

    def __len__(self) -> int:
        return len(self.start) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self.blob[self.start[index] : self.start[index + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(len(self)))


def write(parent: Path, kind: str, values: Mapping[str, Any]) -> Path:
    """Write a folder `<kind>-<hash>` below `parent` and return it.

    `values` are arrays, Texts, and plain JSON values (kept in the manifest). An equal folder that is
    sound stays as it is; a damaged one gets its files anew, one by one, so that it is never missing.
    """
    columns: dict[str, NDArray[Any]] = {}
    texts: list[str] = []
    meta: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Texts):
            texts.append(name)
            columns[f"{name}.blob"] = value.blob
            columns[f"{name}.start"] = value.start
        elif isinstance(value, np.ndarray):
            columns[name] = value
        else:
            meta[name] = value
    parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{kind}-", dir=parent))
    try:
        manifest = {
            "format": FORMAT_VERSION,
            "kind": kind,
            "meta": meta,
            "texts": sorted(texts),
            "arrays": {name: _write_array(draft, name, columns[name]) for name in sorted(columns)},
        }
        content = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode()
        with (draft / MANIFEST).open("wb") as file:
            file.write(content)
            _settle(file)
        target = parent / f"{kind}-{_name_hash(content)}"
        if not target.exists():
            draft.chmod(0o755)
            draft.rename(target)
        elif not is_sound(target, kind):
            for path in draft.iterdir():
                path.replace(target / path.name)
        return target
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def read(folder: Path, kind: str, into: type) -> dict[str, Any]:
    """Memory-map a folder: the `values` it was written from, by name, for the dataclass `into`.

    Raises SnapshotUnreadable naming the file and the reason, SnapshotOutdated for that of another version.
    """
    manifest = _manifest(folder, kind)
    columns = {name: _mapped(folder, name, facts) for name, facts in manifest["arrays"].items()}
    values: dict[str, Any] = dict(manifest["meta"])
    for name in manifest["texts"]:
        values[name] = Texts(columns.pop(f"{name}.blob"), columns.pop(f"{name}.start"))
    values |= columns
    expected = {field.name for field in dataclasses.fields(into)}
    if values.keys() != expected:
        differing = ", ".join(sorted(values.keys() ^ expected))
        raise SnapshotOutdated(
            f"{folder}: written by another version of this program, which differs in {differing}; "
            "import the source again"
        )
    return values


def verify(folder: Path, kind: str) -> None:
    """Read every byte and recompute every checksum: seconds for a large timetable.

    Raises SnapshotUnreadable naming the first file that is damaged.
    """
    for name, facts in _manifest(folder, kind)["arrays"].items():
        path = folder / f"{name}.npy"
        try:
            is_sound = _sha256(path) == facts["sha256"]
        except OSError as error:
            raise SnapshotUnreadable(f"{path}: {error}") from error
        if not is_sound:
            raise SnapshotUnreadable(f"{path}: damaged, its checksum differs from the manifest")


def is_sound(folder: Path, kind: str) -> bool:
    """Whether `verify` finds nothing."""
    try:
        verify(folder, kind)
    except SnapshotUnreadable:
        return False
    return True


def _manifest(folder: Path, kind: str) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        manifest: dict[str, Any] = json.loads(content)
        written_as, version = manifest["kind"], manifest["format"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SnapshotUnreadable(f"{path}: {error}") from error
    if not folder.resolve().name.endswith(f"-{_name_hash(content)}"):
        raise SnapshotUnreadable(f"{path}: damaged, its checksum is not that of the folder's name")
    if written_as != kind:
        raise SnapshotUnreadable(f"{folder}: written as {written_as}, not as {kind}")
    if version != FORMAT_VERSION:
        raise SnapshotOutdated(
            f"{folder}: written in format {version}, this program reads format {FORMAT_VERSION}; "
            "import the source again"
        )
    return manifest


def _mapped(folder: Path, name: str, facts: Mapping[str, Any]) -> NDArray[Any]:
    path = folder / f"{name}.npy"
    dtype, shape = np.dtype(facts["dtype"]), tuple(facts["shape"])
    header_bytes = facts["bytes"] - dtype.itemsize * int(np.prod(shape, dtype=np.int64))
    try:
        if path.stat().st_size != facts["bytes"]:
            raise SnapshotUnreadable(f"{path}: damaged, its size differs from the manifest")
        # Copy-on-write, not read-only: numba compiles a kernel anew for read-only arrays.
        return np.asarray(np.memmap(path, dtype, "c", header_bytes, shape))
    except (OSError, ValueError) as error:
        raise SnapshotUnreadable(f"{path}: {error}") from error


def _write_array(folder: Path, name: str, array: NDArray[Any]) -> dict[str, Any]:
    """Write one file; returns what the manifest says about it."""
    path = folder / f"{name}.npy"
    with path.open("wb") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)
        _settle(file)
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "bytes": path.stat().st_size,
        "sha256": _sha256(path),
    }


def _settle(file: BinaryIO) -> None:
    """On the disk, not only on its way there: a folder that has its final name survives a power cut."""
    file.flush()
    os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name_hash(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()[:16]
