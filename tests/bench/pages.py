"""The page of results and the interface over HTTP, asked by several users at once: gunicorn on the demonstration."""

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
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from mitfahr.demo.places import places
from tests.bench.table import Row

DATA = Path("var/bench/pages")
USERS = (1, 4, 16)
N_ASKED = 96
N_QUICK = 16
TRIPS = (("Lommatzsch", "Meißen"), ("Riesa", "Großenhain"), ("Nossen", "Meißen"))
Ask = Callable[[str, str, str], None]


def rows(quick: bool) -> Iterator[Row]:
    """Elapsed seconds from asking to the last byte; every user asks again as soon as the answer is there."""
    asked = {"Seite mit Ergebnissen": _page, "API /v1/plan": _plan}
    with _served() as (site, memory_mb):
        for what, ask in asked.items():
            for _ in range(4):  # every server process has searched once
                for trip in TRIPS:
                    ask(site, *trip)
            for users in USERS:
                trips = list(itertools.islice(itertools.cycle(TRIPS), N_QUICK if quick else N_ASKED))
                with ThreadPoolExecutor(users) as crowd:
                    taken_s = list(crowd.map(lambda trip, ask=ask: _timed(ask, site, *trip), trips))
                name = f"{what}, {users} zugleich (verstrichen)" if users > 1 else f"{what} (verstrichen)"
                yield Row.of("Demo über HTTP", name, taken_s, memory_mb())


@contextmanager
def _served() -> Iterator[tuple[str, Callable[[], int]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"MITFAHR_DATA_DIR": str(DATA), "PORT": str(port)}
    programs = Path(sys.executable).parent
    subprocess.run([programs / "mitfahr", "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
    serving = subprocess.Popen(
        [programs / "gunicorn", "--config", "web/gunicorn.conf.py", "web.wsgi:app"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        site = f"http://127.0.0.1:{port}"
        _wait_for(site)
        yield site, lambda: _own_memory_mb(serving.pid)
    finally:
        serving.terminate()
        serving.wait(30)


def _own_memory_mb(pid: int) -> int:
    """What all server processes together use for themselves, USS."""
    server = psutil.Process(pid)
    every = [server, *server.children(recursive=True)]
    return sum(int(process.memory_full_info().uss) for process in every) // 2**20


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
    raise SystemExit("Der Server antwortet nicht.")


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
        raise SystemExit(f"Keine Ergebnisse auf der Seite für {origin} → {destination}.")


def _plan(site: str, origin: str, destination: str) -> None:
    at = {place.name: f"{place.lat},{place.lon}" for place in places()}
    tomorrow = dt.datetime.now(ZoneInfo("Europe/Berlin")).date() + dt.timedelta(days=1)
    asked = {"from": at[origin], "to": at[destination], "time": f"{tomorrow}T08:00"}
    with urllib.request.urlopen(f"{site}/api/v1/plan?{urllib.parse.urlencode(asked)}", timeout=60) as answer:
        journeys = json.loads(answer.read())["journeys"]
    if not journeys:
        raise SystemExit(f"Die Schnittstelle kennt keine Verbindung für {origin} → {destination}.")
