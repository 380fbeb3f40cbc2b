"""Who is building what: a file lock that dies with its process.

A killed build leaves a row that says "checking" for ever; whether somebody still works on it can only
be told by something that the system itself releases.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def build_lock(data_dir: Path, version_id: str) -> Iterator[bool]:
    """Hold the right to build this version; gives False when a living process has it."""
    folder = data_dir / "builds"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{version_id}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)
