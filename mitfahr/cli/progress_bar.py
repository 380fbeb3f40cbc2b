"""A bar on the terminal for builds that report their progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from routing.progress import Progress


@contextmanager
def progress_bar(console: Console) -> Iterator[Progress]:
    """A `routing.progress.Progress`; without a terminal every new step is one line."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (TextColumn("{task.description:<46}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with RichProgress(*columns, console=console) as bar:
        task = bar.add_task("Beginnt", total=1.0)
        yield lambda step, fraction: bar.update(task, description=step[:46], completed=fraction)


def _lines(console: Console) -> Progress:
    told: set[str] = set()

    def line(step: str, fraction: float) -> None:
        if step not in told:
            told.add(step)
            console.print(f"{round(100 * fraction):3} % {step}", highlight=False)

    return line
