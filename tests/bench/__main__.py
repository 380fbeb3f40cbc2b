"""Measure, print the tables, keep the figures in var/bench/result.json (`--commit`: in tests/bench/result.json)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench import conductor, pages
from tests.bench.base import checkout, last_tag
from tests.bench.feeds import AT, FEEDS
from tests.bench.table import COMMITTED, Row, save, show, show_growth

PARTS = ("import", "start", "timetable", "delays", "rides", "roads", "peers", "pages")
OFFERS = {
    "rnv": (1_000, 10_000, 100_000),
    "vvo": (10_000, 100_000),
    "demo1": (10_000,),
    "demo4": (10_000,),
    "demo16": (10_000,),
}
PEERS_ON = "rnv"
ROW_LIMIT_S, QUICK_LIMIT_S = 6.0, 2.0
MOST_TASKS, QUICK_TASKS = 1000, 50


def main() -> None:
    asked = _arguments()
    words = set(asked.only)
    kept = COMMITTED if asked.commit else AT / "result.json"
    AT.mkdir(parents=True, exist_ok=True)
    base = asked.base or last_tag()
    rows: list[Row] = []
    for row in _rows(words, asked.quick, checkout(base) if base else None):
        print(f"  {row.feed} · {row.what} {row.offers or ''} {row.note}", file=sys.stderr)
        rows.append(row)
    show(rows, base)
    show_growth(rows, {feed.label: feed.scale for feed in FEEDS.values() if feed.scale})
    save(rows, kept, base)
    print(f"Ergebnis in {kept}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Die Messtabelle; ohne Angaben alles (etwa 20 Minuten)."
    )
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        choices=[*FEEDS, *PARTS],
        metavar="WORT",
        help=f"nur diese Fahrpläne ({', '.join(FEEDS)}) und Teile ({', '.join(PARTS)})",
    )
    parser.add_argument("--quick", action="store_true", help="wenige Wiederholungen")
    parser.add_argument(
        "--base",
        metavar="STAND",
        help="früherer Stand (Tag, Commit), abwechselnd gemessen; sonst der letzte Tag",
    )
    parser.add_argument(
        "--commit", action="store_true", help="das Ergebnis festhalten, mit dem spätere verglichen werden"
    )
    return parser.parse_args()


def _rows(words: set[str], quick: bool, base: Path | None) -> Iterator[Row]:
    feeds = [feed for feed in FEEDS if feed in words] or list(FEEDS)
    parts = [part for part in PARTS if part in words] or list(PARTS)
    limit_s, most = (QUICK_LIMIT_S, QUICK_TASKS) if quick else (ROW_LIMIT_S, MOST_TASKS)
    for feed in feeds:
        for part in parts:
            if part == "pages" or (part == "peers" and feed != PEERS_ON):
                continue
            for offers in OFFERS[feed] if part == "rides" else (None,):
                yield from conductor.measure(part, feed, offers, limit_s, most, base)
    if "pages" in parts and (not words or words.isdisjoint(FEEDS)):
        yield from pages.rows(quick)


if __name__ == "__main__":
    main()
