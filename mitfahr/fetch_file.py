"""Fetch a large file only when it has changed: onto the disk, bounded in size and in time, whole or not at all."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from mitfahr.fetch_message import FetchFailed, Marks, answer_of, failing_in_words
from mitfahr.languages.stored import FILE_CUT_OFF, FILE_TOO_LARGE, SOURCE_SLOW
from routing.progress import Progress, silent

SILENCE_S = 60.0
"""Without a byte for so long, a server has gone."""
LONGEST_S = 1800.0
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """The marks to ask with next time, and the SHA-256 of what came."""

    marks: Marks
    checksum: str


def fetch_file(
    url: str,
    target: Path,
    known: Marks,
    limit_mb: int,
    progress: Progress = silent,
    longest_s: float = LONGEST_S,
) -> FetchedFile | None:
    """Store in `target` what lies behind an http(s) address; None where nothing has changed since `known`.

    `progress` may raise, which ends the fetch. Raises FetchFailed.
    """
    with failing_in_words():
        answer = answer_of(url, known, SILENCE_S)
        if answer is None:
            return None
        announced = int(answer.headers.get("Content-Length") or 0)
        digest, size, until_s = hashlib.sha256(), 0, time.monotonic() + longest_s
        with answer, target.open("wb") as file:
            while chunk := answer.read1(CHUNK):
                size += len(chunk)
                if max(size, announced) > limit_mb << 20:
                    raise FetchFailed(FILE_TOO_LARGE % {"mb": limit_mb})
                if time.monotonic() > until_s:
                    raise FetchFailed(SOURCE_SLOW)
                digest.update(chunk)
                file.write(chunk)
                progress("Datei wird geladen", size / announced if announced else 0.0)
        if announced and size != announced:
            raise FetchFailed(FILE_CUT_OFF)
        return FetchedFile(Marks.of(answer), digest.hexdigest())
