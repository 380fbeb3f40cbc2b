"""The page of results and the interface over HTTP, asked by several users at once: gunicorn on the demonstration.

Elapsed times are what people wait, on a machine that asks and answers; what an answer costs the server is a row of its
own, in CPU time of all its processes.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from mitfahr.demo.places import places
from tests.bench.table import Row

FEED = "Demo über HTTP"
DATA = Path("var/bench/pages")
USERS = (1, 4, 16)
N_ASKED = 96
N_QUICK = 16
TRIPS = (("Lommatzsch", "Meißen"), ("Riesa", "Großenhain"), ("Nossen", "Meißen"))
Ask = Callable[[str, str, str], None]


def rows(quick: bool) -> Iterator[Row]:
    """Every user asks again as soon as the last byte is there; the very first answer is a row too."""
    n = N_QUICK if quick else N_ASKED
    try:
        with _served() as server:
            for what, ask in {"Seite mit Ergebnissen": _page, "API /v1/plan": _plan}.items():
                first_s = _timed(ask, server.site, *TRIPS[0])
                yield Row.of(FEED, f"{what}, die allererste (verstrichen)", [first_s], server.memory_mb())
                for users in USERS:
                    yield from _asked_at_once(server, what, ask, users, n)
    except (OSError, RuntimeError, subprocess.SubprocessError) as failure:
        yield Row.of(FEED, "Seiten über HTTP", [], 0, note=f"{type(failure).__name__}: {failure}")


def _asked_at_once(server: Server, what: str, ask: Ask, users: int, n: int) -> Iterator[Row]:
    trips = list(itertools.islice(itertools.cycle(TRIPS), n))
    begun_s = server.cpu_s()
    with ThreadPoolExecutor(users) as crowd:
        taken_s = list(crowd.map(lambda trip: _timed(ask, server.site, *trip), trips))
    name = f"{what}, {users} zugleich" if users > 1 else what
    yield Row.of(FEED, f"{name} (verstrichen)", taken_s, server.memory_mb())
    each_s = (server.cpu_s() - begun_s) / n
    yield Row.of(FEED, f"{name} (Rechenzeit)", [each_s], server.memory_mb(), note=f"Mittel von {n}")


@dataclass(frozen=True)
class Server:
    """gunicorn with its workers."""

    site: str
    pid: int

    def cpu_s(self) -> float:
        """What all processes have used until now."""
        return sum(sum(process.cpu_times()[:2]) for process in self._processes())

    def memory_mb(self) -> int:
        """What they use for themselves, together: USS."""
        return sum(int(process.memory_full_info().uss) for process in self._processes()) // 2**20

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self.pid)
        return [first, *first.children(recursive=True)]


@contextmanager
def _served() -> Iterator[Server]:
    demo = [sys.executable, "-m", "mitfahr", "demo"]
    environment = os.environ | {"MITFAHR_DATA_DIR": str(DATA)}
    subprocess.run(demo, env=environment, check=True, stdout=subprocess.DEVNULL)
    with served_from(DATA) as server:
        yield server


@contextmanager
def served_from(data: Path) -> Iterator[Server]:
    """gunicorn on an installation that is there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"MITFAHR_DATA_DIR": str(data), "PORT": str(port)}
    programs = Path(sys.executable).parent
    serving = subprocess.Popen(
        [programs / "gunicorn", "--config", "web/gunicorn.conf.py", "web.wsgi:app"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        site = f"http://127.0.0.1:{port}"
        _wait_for(site)
        yield Server(site, serving.pid)
    finally:
        serving.terminate()
        serving.wait(30)


def _timed(ask: Ask, site: str, origin: str, destination: str) -> float:
    begun = time.perf_counter()
    ask(site, origin, destination)
    return time.perf_counter() - begun


def _wait_for(site: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(site, timeout=10).close()
            return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("Der Server antwortet nicht.")


def _page(site: str, origin: str, destination: str) -> None:
    """Ask as the form does; a page without a journey would measure nothing."""
    asked = {
        "origin": origin,
        "destination": destination,
        "day": "morgen",
        "clock": "8:00",
        "direction": "ab",
        "persons": "1",
        "wheelchairs": "0",
        "pace": "1.25",
        "longest_walk": "1200",
        "change_time": "120",
    }
    kinds = [("kinds", kind) for kind in ("transit", "buergerbus", "rufbus", "ride")]
    body = urllib.parse.urlencode([*asked.items(), *kinds])
    with urllib.request.urlopen(f"{site}/verbindungen", body.encode(), timeout=60) as answer:
        page = answer.read().decode()
    if "Umstieg" not in page and "umsteigen" not in page.lower():
        raise RuntimeError(f"Keine Ergebnisse auf der Seite für {origin} → {destination}.")


def _plan(site: str, origin: str, destination: str) -> None:
    at = {place.name: f"{place.lat},{place.lon}" for place in places()}
    tomorrow = dt.datetime.now(ZoneInfo("Europe/Berlin")).date() + dt.timedelta(days=1)
    asked = {"from": at[origin], "to": at[destination], "time": f"{tomorrow}T08:00"}
    with urllib.request.urlopen(f"{site}/api/v1/plan?{urllib.parse.urlencode(asked)}", timeout=60) as answer:
        journeys = json.loads(answer.read())["journeys"]
    if not journeys:
        raise RuntimeError(f"Die Schnittstelle kennt keine Verbindung für {origin} → {destination}.")
