"""The search by name: how often what is meant stands first, and what an answer costs among 100,000 entries.

Over the real stops, localities and schools of the district; without them on this machine there is nothing to
say. Asked from the middle of the district, as an operator sets it.
"""

from __future__ import annotations

import ast
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mitfahr.places.index import PlaceIndex
from mitfahr.services.find_places import find_places
from tests.bench.district_names import district, is_there
from tests.bench.place_inputs import PARTS, Input, inputs
from tests.bench.table import Row
from tests.bench.task import own_memory_mb

FEED = "Ortssuche"
N_ENTRIES = 100_000
MIDDLE = (51.2, 13.45)
SHOWN = 5
SAID = {"tuned": "beim Bauen angesehen", "kept": "nicht angesehen"}


class Recall(NamedTuple):
    """Shares of inputs whose wanted answer stood first, or among the first five; `taken_s` CPU time of each."""

    first: float
    among_five: float
    taken_s: list[float]
    missed: list[str]


def rows(quick: bool) -> Iterator[Row]:
    """One row for building, one for each part of the inputs; a quick run asks every fourth."""
    if not is_there():
        yield Row.of(FEED, "Ortssuche", [], 0, note="die Daten des Landkreises sind nicht da")
        return
    entries = district(N_ENTRIES)
    begun_s = time.process_time()
    index = PlaceIndex.over(entries)
    built_s = time.process_time() - begun_s
    asked = inputs(district())
    with tempfile.TemporaryDirectory() as folder:
        saved = index.save(Path(folder))
        on_disk_mb = sum(file.stat().st_size for file in saved.iterdir()) // 2**20
        yield Row.of(FEED, f"Index über {len(entries):,} Namen".replace(",", "."), [built_s], on_disk_mb)
        del index
        for part in PARTS:
            of_part = [one for one in asked if one.part == part][:: 4 if quick else 1]
            memory_mb, recall = _in_a_worker(saved, of_part)
            note = f"als erste {recall.first:.1%}, unter fünf {recall.among_five:.1%}"
            yield Row.of(FEED, f"Eingaben, {SAID[part]}", recall.taken_s, memory_mb, note=note)


def asked(index: PlaceIndex, typed: Iterable[Input]) -> Recall:
    """Ask them all."""
    first = among = 0
    taken_s, missed = [], []
    for one in typed:
        begun_s = time.process_time()
        found = [place.name for place in find_places(index, one.typed, SHOWN, MIDDLE)]
        taken_s.append(time.process_time() - begun_s)
        among += not one.wanted.isdisjoint(found)
        if one.wanted.isdisjoint(found[:1]):
            missed.append(f"{one.typed}: {found[:1]} statt {sorted(one.wanted)}")
        else:
            first += 1
    n = len(taken_s)
    return Recall(first / n, among / n, taken_s, missed)


def _in_a_worker(folder: Path, typed: Sequence[Input]) -> tuple[int, Recall]:
    """What a process of its own pays for the index: memory that grows from opening it to the last answer."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(here)
        before_mb = own_memory_mb()
        recall = asked(PlaceIndex.open(folder), typed)
        with os.fdopen(there, "w", encoding="utf-8") as pipe:
            pipe.write(repr((max(0, own_memory_mb() - before_mb), tuple(recall))))
        os._exit(0)
    os.close(there)
    with os.fdopen(here, encoding="utf-8") as pipe:
        memory_mb, recall_parts = ast.literal_eval(pipe.read())
    os.waitpid(child, 0)
    return memory_mb, Recall(*recall_parts)
