"""Measure everything, print the table, keep the figures.

`python -m tests.bench` writes `var/bench.json`; with `--commit` the figures become the ones that later
runs are compared with.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench import pages, rnv
from tests.bench.table import COMMITTED, Bench

if __name__ == "__main__":
    bench = Bench()
    rnv.run(bench)
    pages.run(bench)
    bench.print()
    kept = COMMITTED if "--commit" in sys.argv[1:] else Path("var/bench.json")
    kept.parent.mkdir(parents=True, exist_ok=True)
    bench.save(kept)
    print(f"Ergebnis in {kept}")
