"""A process that is measured: `python -m tests.bench.worker PART FEED OFFERS`.

It says which rows it has, then runs the tasks it is told to, line by line in JSON. It knows nothing of other
versions of the code: the conductor may run it in an earlier state of the project as well.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from typing import TextIO

from tests.bench.feeds import FEEDS
from tests.bench.task import Rows, measured, most_memory_mb, own_memory_mb

MODULES = {"import": "importing", "start": "opening", "check": "checking"}
"""Parts whose module has another name."""


def main(part: str, name: str, n_offers: str) -> None:
    answers = _only_ours()
    module = importlib.import_module(f"tests.bench.{MODULES.get(part, part)}")  # others would cost memory
    rows: Rows = module.rows(FEEDS[name], int(n_offers))
    print(json.dumps({row: len(tasks) for row, tasks in rows.items()}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        tasks = rows[asked["row"]][asked["from"] : asked["to"]]
        try:
            done = [measured(task) for task in tasks]
        except Exception as error:  # of whatever kind: the row says so, the others are measured all the same
            traceback.print_exc()
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answers, flush=True)
            continue
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
