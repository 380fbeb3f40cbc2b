"""Rows of starting: opening the files of a snapshot, and a whole process up to its first answer."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from routing.query import Point
from tests.bench.feeds import Feed, imported_folders, open_imported, open_snapshot
from tests.bench.questions import door_to_door
from tests.bench.task import Measured, Rows

N_OPENINGS = 50
N_STARTS = 5


def rows(feed: Feed, _: int) -> Rows:
    question = _question(feed)
    return {
        "Snapshot öffnen": [partial(open_imported, feed)] * N_OPENINGS,
        "Programmstart bis zur ersten Antwort (verstrichen)": [partial(_start, question)] * N_STARTS,
    }


def _question(feed: Feed) -> Path:
    query = door_to_door(feed, open_snapshot(feed), 1)[0]
    ends = [end for end in (query.origin, query.destination) if isinstance(end, Point)]
    asked = {
        "folders": [str(folder) for folder in imported_folders(feed)],
        "places": [(place.lat, place.lon) for place in ends],
        "when": query.when.isoformat(),
    }
    path = feed.folder / "question.json"
    path.write_text(json.dumps(asked), encoding="utf-8")
    return path


def _start(question: Path) -> Measured:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.first_answer", str(question)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answered, memory_mb = (float(word) for word in done.stdout.split())
    return Measured(answered - begun, int(memory_mb))
