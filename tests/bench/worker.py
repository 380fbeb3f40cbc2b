"""A process that is measured: `python -m tests.bench.worker PART FEED OFFERS`.

It says which rows it has, then runs the tasks it is told to, line by line in JSON. It knows nothing of other
versions of the code: the conductor may run it in an earlier state of the project as well.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TextIO

from tests.bench import feeds, opening, peers, rides, roads, timetable
from tests.bench.feeds import FEEDS, Feed
from tests.bench.task import Rows, measured, most_memory_mb, own_memory_mb


def rows_of(part: str, feed: Feed, n_offers: int) -> Rows:
    match part:
        case "import":
            return {name: [task] for name, task in feeds.import_steps(feed)}
        case "start":
            return opening.rows(feed)
        case "timetable":
            return timetable.rows(feed)
        case "rides":
            return rides.rows(feed, n_offers)
        case "roads":
            return roads.rows(feed)
        case "peers":
            return peers.rows(feed)
    raise ValueError(part)


def main(part: str, name: str, n_offers: str) -> None:
    answers = _only_ours()
    rows = rows_of(part, FEEDS[name], int(n_offers))
    print(json.dumps({row: len(tasks) for row, tasks in rows.items()}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        tasks = rows[asked["row"]][asked["from"] : asked["to"]]
        done = [measured(task) for task in tasks]
        elsewhere_mb = [one.memory_mb for one in done if one.memory_mb is not None]
        here_mb = most_memory_mb() if part == "import" else own_memory_mb()
        answer = {"taken_s": [one.seconds for one in done], "memory_mb": max(elsewhere_mb, default=here_mb)}
        print(json.dumps(answer), file=answers, flush=True)


def _only_ours() -> TextIO:
    """Standard output for answers alone: what libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return answers


if __name__ == "__main__":
    main(*sys.argv[1:])
