"""The rows of the benchmark: measured, kept as JSON, printed beside the last committed ones."""

from __future__ import annotations

import json
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

COMMITTED = Path(__file__).parent / "result.json"


@dataclass(frozen=True)
class Row:
    """One measured thing. Times are CPU seconds of this process, so that a busy machine does not count."""

    feed: str
    what: str
    n: int
    median_s: float
    p95_s: float
    p99_s: float
    memory_mb: int
    """Most memory the process has used so far."""

    @property
    def key(self) -> str:
        return f"{self.feed} · {self.what}"


@dataclass
class Bench:
    rows: list[Row] = field(default_factory=list)

    def measure(self, feed: str, what: str, tasks: Iterable[Callable[[], object]]) -> None:
        """Run every task once and note how long each took."""
        taken_s = []
        for task in tasks:
            begun = time.process_time()
            task()
            taken_s.append(time.process_time() - begun)
        self.note(feed, what, taken_s)

    @contextmanager
    def once(self, feed: str, what: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.note(feed, what, [time.process_time() - begun])

    def note(self, feed: str, what: str, taken_s: list[float]) -> None:
        """Times that were measured elsewhere."""
        ordered = sorted(taken_s)
        most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        self.rows.append(
            Row(
                feed,
                what,
                len(ordered),
                statistics.median(ordered),
                _at(ordered, 0.95),
                _at(ordered, 0.99),
                most_mb,
            )
        )

    def print(self) -> None:
        """The table, with the ratio to the committed median (below 1 is faster)."""
        before = _committed()
        table = Table(title="make bench (CPU-Zeit)")
        for column in ("Fahrplan", "was", "n", "Median", "p95", "p99", "Speicher", "zum letzten Stand"):
            table.add_column(column, justify="left" if column in ("Fahrplan", "was") else "right")
        for row in self.rows:
            old = before.get(row.key)
            ratio = f"× {row.median_s / old:.2f}" if old else "neu"
            times = [_readable(s) for s in (row.median_s, row.p95_s, row.p99_s)]
            table.add_row(row.feed, row.what, str(row.n), *times, f"{row.memory_mb} MB", ratio)
        Console(width=130).print(table)

    def save(self, path: Path) -> None:
        machine = {
            "machine": platform.machine(),
            "python": platform.python_version(),
            "cores": psutil.cpu_count(),
            "memory_mb": psutil.virtual_memory().total // 2**20,
        }
        rows = [asdict(row) for row in self.rows]
        path.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _committed() -> dict[str, float]:
    if not COMMITTED.exists():
        return {}
    rows = json.loads(COMMITTED.read_text(encoding="utf-8"))["rows"]
    return {Row(**row).key: row["median_s"] for row in rows}


def _readable(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms"
