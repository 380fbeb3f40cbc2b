"""Measure, print the tables, keep the figures in var/bench/result.json (`--commit`: in tests/bench/result.json)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import bookings, conductor, pages, places, stops, updates
from tests.bench.base import checkout, last_tag
from tests.bench.feeds import AT, FEEDS
from tests.bench.table import COMMITTED, Row, save, show, show_growth

PARTS_OF = {
    "rnv": ("import", "start", "timetable", "delays", "rides", "demand", "check", "roads", "peers"),
    "vvo": ("import", "start", "timetable", "delays", "rides", "demand", "roads"),
    "bare": ("import", "timetable"),
    "saxony": ("import", "start", "timetable", "delays"),
    "demo1": ("import", "start", "timetable", "rides", "roads"),
    "demo4": ("import", "start", "timetable", "rides", "roads"),
    "demo16": ("import", "start", "timetable", "rides", "roads"),
}
WITHOUT_FEED = {"pages": pages, "bookings": bookings, "places": places, "stops": stops, "updates": updates}
PARTS = (*dict.fromkeys(part for parts in PARTS_OF.values() for part in parts), *WITHOUT_FEED)
OFFERS = {
    "rnv": (200, 1_000, 10_000, 100_000),
    "vvo": (1_000, 10_000, 100_000),
    "demo1": (10_000,),
    "demo4": (10_000,),
    "demo16": (10_000,),
}
VEHICLES = (1, 10, 100)
"""Vehicles on demand."""
CHECKED = (1_000, 10_000)
"""Live offers while answers are proved by trying everything."""
ROW_LIMIT_S, QUICK_LIMIT_S = 3.0, 1.0
LONGER = {"check": 8}
"""Rows of these parts may take so many times as long, because trying everything counts too."""
MOST_TASKS, QUICK_TASKS = 1000, 50
QUICK_FEEDS = ("rnv", "demo1")
NOT_QUICK = ("check", "peers")
QUICK_OFFERS = (200, 10_000)
GROWING = (
    {"Demo × 1": 1, "Demo × 4": 4, "Demo × 16": 16},
    {"VVO ohne Straßen": 1, "VVO × 4 ohne Straßen": 4},
)
"""Labels of the feeds that are the same but for their size."""


def main() -> None:
    asked = _arguments()
    words = set(asked.only)
    kept = COMMITTED if asked.commit else AT / "result.json"
    AT.mkdir(parents=True, exist_ok=True)
    base = asked.base or last_tag()
    rows: list[Row] = []
    try:
        for row in _rows(words, asked.quick, checkout(base) if base else None):
            print(f"  {row.feed} · {row.what} {row.offers or ''} {row.note}", file=sys.stderr)
            rows.append(row)
    except KeyboardInterrupt:
        print("Abgebrochen; was gemessen ist, bleibt.", file=sys.stderr)
    show(rows, base)
    for sizes in GROWING:
        show_growth(rows, sizes)
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
    parser.add_argument("--quick", action="store_true", help="das Wichtigste in drei Minuten")
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
    feeds = [feed for feed in FEEDS if feed in words] or list(QUICK_FEEDS if quick else FEEDS)
    parts = [part for part in PARTS if part in words]
    if not parts:
        parts = [part for part in PARTS if not (quick and part in NOT_QUICK)]
    limit_s, most = (QUICK_LIMIT_S, QUICK_TASKS) if quick else (ROW_LIMIT_S, MOST_TASKS)
    for feed in feeds:
        for part in PARTS_OF[feed]:
            if part in parts:
                for offers in _offers(feed, part, quick):
                    row_limit_s = limit_s * LONGER.get(part, 1)
                    yield from conductor.measure(part, feed, offers, row_limit_s, most, base)
    for part, module in WITHOUT_FEED.items():
        if part in parts and words.isdisjoint(FEEDS):
            yield from module.rows(quick)


def _offers(feed: str, part: str, quick: bool) -> Sequence[int | None]:
    """How many live offers a part is measured with, one after the other; None where rides play no part."""
    if part == "check":
        return CHECKED[:1] if quick else CHECKED
    if part == "demand":
        return VEHICLES[1:2] if quick else VEHICLES
    if part == "rides":
        return [n for n in OFFERS[feed] if n in QUICK_OFFERS] if quick else OFFERS[feed]
    return (None,)


if __name__ == "__main__":
    main()
