"""A fresh process that opens a feed and answers one question: `python -m tests.bench.first_answer FEED`.

Prints when it had the answer (`time.perf_counter`, which all processes of a machine share) and its own memory in MB.
It imports what a search needs and nothing else of the benchmark.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from pathlib import Path

from routing import Query, Snapshot, search
from routing.query import Point
from tests.bench.task import own_memory_mb


def main(question: Path) -> None:
    asked = json.loads(question.read_text(encoding="utf-8"))
    snapshot = Snapshot.open(*map(Path, asked["folders"]))
    origin, destination = (Point(*place) for place in asked["places"])
    search(snapshot, Query(origin, destination, dt.datetime.fromisoformat(asked["when"])))
    print(time.perf_counter(), own_memory_mb())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
