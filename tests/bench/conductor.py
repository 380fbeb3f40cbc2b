"""Asks workers for their rows, those on an earlier state of the code in turn with those on this one."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
    """A worker ended, did not answer in time or could not do a task; the message is what the table says."""


class Worker:
    """One process of `tests.bench.worker`, started in the root of a checkout."""

    def __init__(self, root: Path, part: str, feed: str, n_offers: int) -> None:
        self.is_lost = False
        """It has ended, or nobody knows what it is doing."""
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
            raise self._lost("abgebrochen, siehe var/bench/worker.log") from error
        return self.answer(within_s)

    def answer(self, within_s: float) -> Any:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], within_s)
        if not ready:
            raise self._lost(f"dauert über {within_s:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise self._lost("abgebrochen, siehe var/bench/worker.log")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerFailed(answer["error"])
        return answer

    def _lost(self, reason: str) -> WorkerFailed:
        self.is_lost = True
        return WorkerFailed(reason)


def _log() -> BinaryIO:
    AT.mkdir(parents=True, exist_ok=True)
    return (AT / "worker.log").open("ab")


class Earlier:
    """The worker on an earlier state of the code; where it has no such row, or fails, rows go on without it."""

    def __init__(self, worker: Worker | None) -> None:
        self._worker = worker
        self._rows: dict[str, int] = {}
        if worker is not None:
            self._rows = self._unless_it_fails(lambda: worker.answer(READY_WITHIN_S)) or {}

    def taken_s(self, row: str, begin: int, end: int, within_s: float) -> list[float]:
        worker = self._worker
        if worker is None or self._rows.get(row, 0) < end:
            return []
        answer = self._unless_it_fails(lambda: worker.ask(row, begin, end, within_s))
        return answer["taken_s"] if answer else []

    def _unless_it_fails(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except WorkerFailed as failure:
            print(f"  früherer Stand: {failure}", file=sys.stderr)
            self._worker = None
            return None


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
        before = Earlier(stack.enter_context(Worker(base, part, feed, offers or 0)) if base else None)
        for what, n in rows.items():
            if n == 0:
                yield Row.of(label, what, [], 0, offers, note="nicht installiert")
                continue
            if here.is_lost:
                yield Row.of(label, what, [], 0, offers, note="nicht gemessen, siehe die Zeilen davor")
                continue
            yield _row(label, what, offers, min(n, most), here, before, row_limit_s)


def _row(
    label: str, what: str, offers: int | None, n: int, here: Worker, before: Earlier, limit_s: float
) -> Row:
    taken_s: list[float] = []
    before_s: list[float] = []
    memory_mb, within_s = 0, ONE_OFF_WITHIN_S if n == 1 else ANSWER_WITHIN_S
    spent_s, note = 0.0, ""
    while len(taken_s) < n:
        if spent_s >= limit_s:
            note = f"Zeitgrenze {limit_s:.0f} s"
            break
        done = len(taken_s)
        end = min(n, done + max(1, int(CHUNK_S * done / max(1e-9, sum(taken_s)))))
        before_s += before.taken_s(what, done, end, within_s)
        begun = time.monotonic()
        try:
            answer = here.ask(what, done, end, within_s)
        except WorkerFailed as failure:
            note = str(failure)
            break
        spent_s += time.monotonic() - begun
        taken_s += answer["taken_s"]
        memory_mb = answer["memory_mb"]
    return Row.of(label, what, taken_s, memory_mb, offers, before_s, note)
