"""A world that changes between searches, and how long until a search sees a change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from routing import Query, Snapshot, search
from tests.bench.task import Measured, Task, measured

Step = Callable[[Snapshot], Snapshot]


class World:
    """The snapshot that updates replace; `probe` is the question that has to see them."""

    def __init__(self, snapshot: Snapshot, probe: Query) -> None:
        self.snapshot = snapshot
        self.probe = replace(probe, max_vehicles=1, max_walk_s=300)

    def become(self, step: Step) -> None:
        self.snapshot = step(self.snapshot)
        search(self.snapshot, self.probe)

    def searches(self, queries: Sequence[Query]) -> list[Task]:
        return [partial(self._search, query) for query in queries]

    def _search(self, query: Query) -> None:
        search(self.snapshot, query)

    def searches_between(self, queries: Sequence[Query], steps: Iterator[Step]) -> list[Task]:
        """Each after an update, which does not count itself: only what it leaves for the search to do."""
        return [partial(self._search_after, steps, query) for query in queries]

    def _search_after(self, steps: Iterator[Step], query: Query) -> Measured:
        self.snapshot = next(steps)(self.snapshot)
        return measured(partial(search, self.snapshot, query))

    def updates(self, steps: Sequence[Step]) -> list[Task]:
        return [partial(self._update, step) for step in steps]

    def _update(self, step: Step) -> Measured:
        """The update and a search that sees it, without what the same search costs afterwards."""
        begun = time.process_time()
        self.snapshot = step(self.snapshot)
        search(self.snapshot, self.probe)
        seen = time.process_time()
        search(self.snapshot, self.probe)
        return Measured(max(0.0, (seen - begun) - (time.process_time() - seen)))
