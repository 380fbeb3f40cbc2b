"""Asks workers for their rows, those on an earlier state of the code in turn with those on this one."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from tests.bench.feeds import AT, FEEDS, REAL_DATA
from tests.bench.table import Row

READY_WITHIN_S = 300.0
ANSWER_WITHIN_S = 60.0
ONE_OFF_WITHIN_S = 300.0
"""For imports and whatever else is done only once."""
CHUNK_S = 0.3
"""Workers take turns after about so long."""


class WorkerFailed(Exception):
    """A worker ended or did not answer in time; the message is what the table says."""


class Worker:
    """One process of `tests.bench.worker`, started in the root of a checkout."""

    def __init__(self, root: Path, part: str, feed: str, n_offers: int) -> None:
        with _log() as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.worker", part, feed, str(n_offers)],
                cwd=root,
                env=os.environ | {"MITFAHR_REAL_DATA": str(REAL_DATA)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, row: str, begin: int, end: int, within_s: float) -> Any:
        assert self._process.stdin is not None
        try:
            line = json.dumps({"row": row, "from": begin, "to": end}) + "\n"
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise WorkerFailed("abgebrochen, siehe var/bench/worker.log") from error
        return self.answer(within_s)

    def answer(self, within_s: float) -> Any:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], within_s)
        if not ready:
            raise WorkerFailed(f"dauert über {within_s:.0f} s: nicht gemessen")
        line = self._process.stdout.readline()
        if not line:
            raise WorkerFailed("abgebrochen, siehe var/bench/worker.log")
        return json.loads(line)


def _log() -> BinaryIO:
    AT.mkdir(parents=True, exist_ok=True)
    return (AT / "worker.log").open("ab")


def measure(
    part: str, feed: str, offers: int | None, row_limit_s: float, most: int, base: Path | None
) -> Iterator[Row]:
    """All rows of one part of one feed; at most `most` tasks and about `row_limit_s` a row."""
    label = FEEDS[feed].label
    with ExitStack() as stack:
        here = stack.enter_context(Worker(Path(), part, feed, offers or 0))
        try:
            rows: dict[str, int] = here.answer(READY_WITHIN_S)
        except WorkerFailed as failure:
            yield Row.of(label, f"{part}: Aufbau", [], 0, offers, note=str(failure))
            return
        before, base_rows = _started(stack, base, part, feed, offers)
        for what, n in rows.items():
            if n == 0:
                yield Row.of(label, what, [], 0, offers, note="nicht installiert")
                continue
            turns = [here, before] if before is not None and base_rows.get(what) == n else [here]
            try:
                yield _row(label, what, offers, min(n, most), turns, row_limit_s)
            except WorkerFailed as failure:
                yield Row.of(label, what, [], 0, offers, note=str(failure))
                break


def _started(
    stack: ExitStack, base: Path | None, part: str, feed: str, offers: int | None
) -> tuple[Worker | None, dict[str, int]]:
    if base is None:
        return None, {}
    worker = stack.enter_context(Worker(base, part, feed, offers or 0))
    try:
        return worker, worker.answer(READY_WITHIN_S)
    except WorkerFailed as failure:
        print(f"{part} {feed}: der frühere Stand {failure}", file=sys.stderr)
        return None, {}


def _row(label: str, what: str, offers: int | None, n: int, turns: list[Worker], limit_s: float) -> Row:
    taken_s: list[list[float]] = [[] for _ in turns]
    memory_mb, within_s = 0, ONE_OFF_WITHIN_S if n == 1 else ANSWER_WITHIN_S
    begun = time.monotonic()
    while len(taken_s[0]) < n and time.monotonic() - begun < limit_s * len(turns):
        done = len(taken_s[0])
        size = min(n - done, max(1, int(CHUNK_S * done / max(1e-9, sum(taken_s[0])))))
        for worker, times in zip(reversed(turns), reversed(taken_s), strict=True):
            answer = worker.ask(what, done, done + size, within_s)
            times += answer["taken_s"]
            memory_mb = answer["memory_mb"] if worker is turns[0] else memory_mb
    note = "" if len(taken_s[0]) == n else f"Zeitgrenze {limit_s:.0f} s"
    return Row.of(label, what, taken_s[0], memory_mb, offers, taken_s[1] if len(turns) > 1 else (), note)
