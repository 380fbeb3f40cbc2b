"""The rows of the benchmark: kept as JSON, printed beside the last committed ones."""

from __future__ import annotations

import itertools
import json
import math
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

COMMITTED = Path(__file__).parent / "result.json"


@dataclass(frozen=True)
class Row:
    """One measured thing; seconds are CPU time of one process, over HTTP and for starts elapsed time."""

    feed: str
    what: str
    offers: int | None
    """Live private rides, besides the runs, or vehicles on demand; None where neither plays a part."""
    n: int
    median_s: float | None
    """None where nothing could be measured; `note` then says why."""
    p95_s: float | None
    p99_s: float | None
    memory_mb: int
    """Own memory of the process, without the mapped files that processes share; after imports the most it ever used."""
    base_median_s: float | None = None
    """The same on an earlier state of the code, measured in turn with this one."""
    note: str = ""

    @classmethod
    def of(
        cls,
        feed: str,
        what: str,
        taken_s: Sequence[float],
        memory_mb: int,
        offers: int | None = None,
        base_taken_s: Sequence[float] = (),
        note: str = "",
    ) -> Row:
        median_s, p95_s, p99_s = np.quantile(taken_s, (0.5, 0.95, 0.99)).tolist() if taken_s else [None] * 3
        base_median_s = float(np.median(base_taken_s)) if base_taken_s else None
        n = len(taken_s)
        return cls(feed, what, offers, n, median_s, p95_s, p99_s, memory_mb, base_median_s, note)

    @property
    def key(self) -> tuple[str, str, int | None]:
        return self.feed, self.what, self.offers


def save(rows: Sequence[Row], path: Path, base: str | None) -> None:
    """Keep the rows; those of an earlier run that were not measured this time stay."""
    now = {row.key for row in rows}
    kept = [row for row in load(path) if row.key not in now]
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": _machine(), "base": base, "rows": [asdict(row) for row in [*kept, *rows]]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> list[Row]:
    if not path.exists():
        return []
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))["rows"]]


def show(rows: Sequence[Row], base: str | None) -> None:
    """One table per feed, with the ratios to the committed medians and to `base` (below 1 is faster now)."""
    console = Console(width=170)
    committed = {row.key: row.median_s for row in load(COMMITTED)}
    for feed in dict.fromkeys(row.feed for row in rows):
        table = Table(title=feed, title_justify="left")
        for column in ("was", "Anzahl", "n", "Median", "p95", "p99", "Speicher", "zum Ergebnis"):
            table.add_column(column, justify="left" if column == "was" else "right", no_wrap=column != "was")
        if base:
            table.add_column(f"zu {base}", justify="right")
        table.add_column("")
        for row in (row for row in rows if row.feed == feed):
            times = [_readable(s) for s in (row.median_s, row.p95_s, row.p99_s)]
            offers = "" if row.offers is None else f"{row.offers:,}".replace(",", ".")
            ratios = [_ratio(row.median_s, committed.get(row.key))]
            ratios += [_ratio(row.median_s, row.base_median_s)] if base else []
            memory = f"{row.memory_mb} MB" if row.memory_mb else ""
            table.add_row(row.what, offers, str(row.n), *times, memory, *ratios, row.note)
        console.print(table)


def show_growth(rows: Sequence[Row], sizes: dict[str, int]) -> None:
    """How time and memory grow with the feed: the exponent e in size^e from each feed of `sizes` to the next."""
    by_key = {row.key: row for row in rows}
    feeds = sorted(sizes, key=lambda feed: sizes[feed])
    steps = list(itertools.pairwise(feeds))
    table = Table(title="Wachstum: Exponent von Zeit | Speicher", title_justify="left")
    for column in ("was", "Anzahl", *(f"× {sizes[a]} → × {sizes[b]}" for a, b in steps)):
        table.add_column(column, justify="left" if column == "was" else "right")
    for _, what, offers in (row.key for row in rows if row.feed == feeds[0]):
        cells = []
        for smaller, larger in steps:
            pair = [by_key.get((feed, what, offers)) for feed in (smaller, larger)]
            cells.append(_exponents(pair[0], pair[1], sizes[larger] / sizes[smaller]))
        if any(cells):
            table.add_row(what, "" if offers is None else str(offers), *cells)
    if table.row_count:
        Console(width=170).print(table)


def _exponents(small: Row | None, large: Row | None, factor: float) -> str:
    if small is None or large is None or not small.median_s or not large.median_s:
        return ""
    time = math.log(large.median_s / small.median_s, factor)
    if not small.memory_mb or not large.memory_mb:
        return f"{time:.2f} |"
    return f"{time:.2f} | {math.log(large.memory_mb / small.memory_mb, factor):.2f}"


def _ratio(now_s: float | None, before_s: float | None) -> str:
    return f"× {now_s / before_s:.2f}" if now_s is not None and before_s else "–"


def _readable(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms" if seconds >= 0.001 else f"{seconds * 1e6:.0f} µs"


def _machine() -> dict[str, Any]:
    return {
        "cpu": _cpu_model(),
        "cores": psutil.cpu_count(),
        "memory_mb": psutil.virtual_memory().total // 2**20,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numba": numba.__version__,
        "numpy": np.__version__,
    }


def _cpu_model() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
