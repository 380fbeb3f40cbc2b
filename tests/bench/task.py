"""One thing to be timed, and how: CPU seconds of this process, so that a busy machine does not count."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

Task = Callable[[], object]
"""What it returns does not count, unless it is a `Measured`."""
Rows = Mapping[str, Sequence[Task]]
"""Tasks by the name of their row, in the order in which they are to be run."""


class Measured(NamedTuple):
    """What a task measured itself, because not all of its time counts or another process did the work."""

    seconds: float
    memory_mb: int | None = None


def measured(task: Task) -> Measured:
    begun = time.process_time()
    outcome = task()
    return outcome if isinstance(outcome, Measured) else Measured(time.process_time() - begun)


def own_memory_mb() -> int:
    """What this process alone uses: mapped files, which all processes share, do not count."""
    return _status_kb("RssAnon") // 1024


def most_memory_mb() -> int:
    return _status_kb("VmHWM") // 1024


def _status_kb(name: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0
