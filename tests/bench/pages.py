"""The page of results over HTTP, as a resident's browser asks for it: gunicorn on the demonstration district."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

from tests.bench.table import Bench

DATA = Path("var/bench-demo")
N_PAGES = 30
TRIPS = (("Lommatzsch", "Meißen"), ("Riesa", "Großenhain"), ("Nossen", "Meißen"))


def run(bench: Bench) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"MITFAHR_DATA_DIR": str(DATA), "PORT": str(port), "WEB_CONCURRENCY": "1"}
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
        _results(site, *TRIPS[0])
        taken_s = []
        for i in range(N_PAGES):
            begun = time.perf_counter()
            _results(site, *TRIPS[i % len(TRIPS)])
            taken_s.append(time.perf_counter() - begun)
        bench.note("Demo", "Seite mit Ergebnissen über HTTP (verstrichene Zeit)", taken_s)
    finally:
        serving.terminate()
        serving.wait(30)


def _wait_for(site: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(site, timeout=10).close()
            return
        except OSError:
            time.sleep(0.25)
    raise SystemExit("Der Server antwortet nicht.")


def _results(site: str, origin: str, destination: str) -> None:
    """Ask as the form does; a page without a journey would measure nothing."""
    asked = {
        "origin": origin,
        "destination": destination,
        "day": "morgen",
        "clock": "8:00",
        "direction": "ab",
    }
    asked |= {
        "persons": "1",
        "wheelchairs": "0",
        "pace": "1.25",
        "longest_walk": "1200",
        "change_time": "120",
    }
    body = urllib.parse.urlencode(
        [*asked.items(), *(("kinds", kind) for kind in ("transit", "buergerbus", "rufbus", "ride"))]
    )
    with urllib.request.urlopen(f"{site}/verbindungen", body.encode(), timeout=60) as answer:
        page = answer.read().decode()
    if "Umstieg" not in page and "umsteigen" not in page.lower():
        raise SystemExit(f"Keine Ergebnisse auf der Seite für {origin} → {destination}.")
