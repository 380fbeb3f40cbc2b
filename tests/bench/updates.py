"""A timetable update beside people who search: how long it takes until it can be switched to, and what they notice.

The streets and the timetable before it are imported once, into var/bench/updates. The build is a process of its
own with the priority that the worker gives it; searches go to gunicorn over HTTP.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.calmly import calmly
from mitfahr.db.base import engine_for
from mitfahr.db.migrate import upgrade
from mitfahr.db.session import sessions
from mitfahr.db.timetables import serving
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.build_timetable import import_timetable
from mitfahr.services.compare_timetables import compare_waiting
from mitfahr.services.import_roads import import_roads
from mitfahr.services.switch_timetable import switch_timetable
from mitfahr.settings import Settings
from mitfahr.worker import utc_now
from routing.timetable import Timetable
from tests.bench.feeds import FEEDS, REAL_DATA
from tests.bench.pages import served_from
from tests.bench.table import Row
from tests.bench.task import own_memory_mb

FEED = "Fahrplanwechsel (rnv)"
DATA = Path("var/bench/updates")
BEFORE = REAL_DATA / "rnv" / "rnv_gtfs_20160919-20161007.zip"
AFTER = REAL_DATA / FEEDS["rnv"].gtfs
QUIET_S, QUICK_QUIET_S = 60.0, 15.0


def rows(quick: bool) -> Iterator[Row]:
    """Elapsed times on a machine that builds, answers and asks; the build's CPU time is a row of its own."""
    if not AFTER.exists():
        yield Row.of(FEED, "Aufbau", [], 0, note="der Fahrplan ist nicht da")
        return
    _prepare()
    alone = [_update(AFTER) for _ in range(1 if quick else 3)]
    memory_mb = int(max(one["memory_mb"] for one in alone))
    note = f"mit Dateien, die alle teilen: {max(one['with_files_mb'] for one in alone):.0f} MB"
    yield Row.of(
        FEED, "Zip bis schaltbereit (Rechenzeit)", [one["cpu_s"] for one in alone], memory_mb, note=note
    )
    yield Row.of(FEED, "Zip bis schaltbereit (verstrichen)", [one["taken_s"] for one in alone], memory_mb)
    with served_from(DATA) as server:
        asker = _Asker(server.site)
        asker.ask_while(lambda: time.sleep(10))
        quiet_s = asker.ask_while(lambda: time.sleep(QUICK_QUIET_S if quick else QUIET_S))
        built: list[dict[str, float]] = []
        busy_s = asker.ask_while(lambda: built.extend(_update(AFTER) for _ in range(1 if quick else 3)))
    yield Row.of(
        FEED, "Zip bis schaltbereit, während gesucht wird", [one["taken_s"] for one in built], memory_mb
    )
    yield Row.of(FEED, "Suche in Ruhe (verstrichen)", quiet_s, 0)
    factor = np.quantile(busy_s, 0.99) / np.quantile(quiet_s, 0.99)
    note = f"p99 × {factor:.2f}, {asker.failed} Fehler"
    yield Row.of(FEED, "Suche bei Aufbau und Schalten (verstrichen)", busy_s, 0, note=note)


class _Asker:
    """Somebody who asks again as soon as the answer is there, from another stop to another."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.failed = 0
        timetable = Timetable.open(_serving_folder())
        chosen = np.random.default_rng(7).permutation(np.flatnonzero(timetable.stop_is_station == 0))[:100]
        self.places = [f"{timetable.stop_lat[i]:.6f},{timetable.stop_lon[i]:.6f}" for i in chosen.tolist()]
        self.number = count()

    def ask_while(self, work: Callable[[], object]) -> list[float]:
        """Seconds of each answer until `work` has ended."""
        doing = threading.Thread(target=work)
        doing.start()
        taken_s = []
        while doing.is_alive():
            begun_s = time.perf_counter()
            self.failed += not self._is_answered()
            taken_s.append(time.perf_counter() - begun_s)
        return taken_s

    def _is_answered(self) -> bool:
        """Both timetables are asked on a working day of theirs; an answer without journeys is one."""
        i = next(self.number)
        ends = self.places[i % 100], self.places[(i * 37 + 11) % 100]
        day = ("2016-10-04", "2016-11-15")[i % 2]
        asked = {"from": ends[0], "to": ends[1], "time": f"{day}T{6 + i % 14:02}:10"}
        try:
            with urllib.request.urlopen(
                f"{self.site}/api/v1/plan?{urllib.parse.urlencode(asked)}", timeout=60
            ) as answer:
                return "journeys" in json.loads(answer.read())
        except (OSError, ValueError):
            return False


def _prepare() -> None:
    """An installation with the streets and the timetable before the change."""
    settings, writing = _installation()
    with writing() as session:
        has_roads, has_timetable = serving(session).roads is not None, serving(session).feed is not None
    if not has_roads:
        import_roads(writing, settings, REAL_DATA / FEEDS["rnv"].osm, utc_now)
    if not has_timetable:
        _update(BEFORE)


def _installation() -> tuple[Settings, sessionmaker[Session]]:
    settings = Settings.from_env({"MITFAHR_DATA_DIR": str(DATA)})
    engine = engine_for(settings.database_url)
    upgrade(engine)
    return settings, sessions(engine)


def _serving_folder() -> Path:
    settings, writing = _installation()
    with writing() as session:
        feed = serving(session).feed
        assert feed is not None and feed.timetable_folder is not None
        return settings.snapshots_dir / feed.timetable_folder


def _update(path: Path) -> dict[str, float]:
    """In a fresh process, so that its memory is that of the update alone."""
    command = [sys.executable, "-m", "tests.bench.updates", str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _build_and_switch(path: Path) -> dict[str, float]:
    settings, writing = _installation()
    begun_s = time.monotonic()

    def build() -> str:
        version = import_timetable(writing, settings, path, path.name, utc_now)
        assert version.status is VersionStatus.BUILT, version.message
        compare_waiting(writing, settings, utc_now)
        return version.id

    most_mb = [0]
    watching = threading.Thread(target=_watch, args=(most_mb,), daemon=True)
    watching.start()
    version_id = calmly(build)
    figures = {
        "taken_s": time.monotonic() - begun_s,
        "cpu_s": time.process_time(),
        "memory_mb": most_mb[0],
        "with_files_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    with writing.begin() as session:
        switch_timetable(session, None, version_id, utc_now())
    return figures


def _watch(most_mb: list[int]) -> None:
    while True:
        most_mb[0] = max(most_mb[0], own_memory_mb())
        time.sleep(0.02)


if __name__ == "__main__":
    print(json.dumps(_build_and_switch(Path(sys.argv[1]))))
