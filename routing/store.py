"""Snapshot folders: immutable, content-addressed arrays that every process memory-maps.

One folder is one object (a timetable, a road graph, the links between them): `manifest.json` plus
one `.npy` file per array. The folder's name carries the hash of its content, so the same input
gives the same name, a half-written folder never has a final name, and hosts can fetch a folder
once and keep it for ever.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from routing.errors import SnapshotUnreadable

FORMAT_VERSION = 1
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
    """Write a folder `<kind>-<hash>` below `parent` and return it; an equal one is left as it is.

    `values` are arrays, Texts, and plain JSON values (kept in the manifest).
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
        listing: dict[str, dict[str, Any]] = {}
        for name in sorted(columns):
            path = draft / f"{name}.npy"
            np.save(path, np.ascontiguousarray(columns[name]), allow_pickle=False)
            listing[name] = {"sha256": _sha256(path), "bytes": path.stat().st_size}
        manifest = {
            "format": FORMAT_VERSION,
            "kind": kind,
            "meta": meta,
            "texts": sorted(texts),
            "arrays": listing,
        }
        text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
        (draft / MANIFEST).write_text(text, encoding="utf-8")
        target = parent / f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        if target.exists():
            shutil.rmtree(draft)
        else:
            draft.chmod(0o755)
            draft.rename(target)
        return target
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def read(folder: Path, kind: str, verify: bool = False) -> dict[str, Any]:
    """Memory-map a folder: the `values` it was written from, by name.

    Sizes are always checked; `verify` also recomputes every checksum (slow, for `mitfahr check`).
    Raises SnapshotUnreadable naming the file and the reason.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SnapshotUnreadable(f"{folder / MANIFEST}: {error}") from error
    if manifest.get("format") != FORMAT_VERSION or manifest.get("kind") != kind:
        raise SnapshotUnreadable(
            f"{folder}: written as {manifest.get('kind')} format {manifest.get('format')}, "
            f"this program reads {kind} format {FORMAT_VERSION}; import the source again"
        )
    columns: dict[str, NDArray[Any]] = {}
    for name, facts in manifest["arrays"].items():
        path = folder / f"{name}.npy"
        try:
            if path.stat().st_size != facts["bytes"]:
                raise SnapshotUnreadable(f"{path}: size differs from the manifest")
            if verify and _sha256(path) != facts["sha256"]:
                raise SnapshotUnreadable(f"{path}: checksum differs from the manifest")
            # Copy-on-write, not read-only: numba compiles a kernel anew for read-only arrays.
            columns[name] = np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))
        except (OSError, ValueError) as error:
            raise SnapshotUnreadable(f"{path}: {error}") from error
    values: dict[str, Any] = dict(manifest["meta"])
    for name in manifest["texts"]:
        values[name] = Texts(columns.pop(f"{name}.blob"), columns.pop(f"{name}.start"))
    return values | columns


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
