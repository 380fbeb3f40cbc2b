"""Rows of booking: several processes book at once, on a young portal and on one with a million bookings behind it."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from mitfahr.db.base import engine_for
from mitfahr.db.migrate import upgrade
from mitfahr.services.check_data import data_faults
from routing.journey import Leg
from tests.bench.past_bookings import add_past_bookings
from tests.bench.table import Row
from tests.mitfahr.rides.portal import LAW, NOW, Portal
from tests.mitfahr.rides.ready import FORKED
from tests.postgres import private_postgres

N_PROCESSES = 4
SEATS = 8
PAST, QUICK_PAST = (1_000, 1_000_000), (1_000, 20_000)
N_BOOKED, N_QUICK = 800, 160

Form = tuple[str, str]
"""Who books and the token."""


def rows(quick: bool) -> Iterator[Row]:
    """Elapsed seconds of each booking; the note says how many all processes made in a second."""
    databases: dict[str, Callable[[], AbstractContextManager[str]]] = {
        "SQLite": _sqlite,
        "PostgreSQL": _postgres,
    }
    for name, opened in databases.items():
        with opened() as url:
            engine = engine_for(url)
            upgrade(engine)
            portal, there = Portal(engine), 0
            for past in QUICK_PAST if quick else PAST:
                add_past_bookings(engine, there, past)
                there = past
                label = f"Buchungen auf {name} nach " + f"{past:,} früheren".replace(",", ".")
                yield from _measured(portal, url, label, N_QUICK if quick else N_BOOKED)
            engine.dispose()


def _measured(portal: Portal, url: str, label: str, n: int) -> Iterator[Row]:
    for n_legs in (1, 3):
        for word, is_hot in (("um dieselben Fahrten", True), ("verteilt", False)):
            forms = _forms(portal, n, n_legs, is_hot)
            begun = time.perf_counter()
            taken_s = _together(url, forms)
            rate = len(taken_s) / (time.perf_counter() - begun)
            legs = "1 Teilstrecke" if n_legs == 1 else f"{n_legs} Teilstrecken"
            yield Row.of(label, f"{legs}, {word} (verstrichen)", taken_s, 0, note=f"{rate:.0f}/s")
    begun = time.perf_counter()
    faults = data_faults(portal.engine, LAW, NOW)
    if faults:
        raise SystemExit(f"Nach dem Buchen widersprechen sich die Daten: {faults[0]}")
    yield Row.of(label, "mitfahr check (verstrichen)", [time.perf_counter() - begun], 0)


def _forms(portal: Portal, n: int, n_legs: int, is_hot: bool) -> list[list[Form]]:
    """For each process its forms, none of which will find a vehicle full.

    Hot: all processes book the same vehicles at the same time until they are full; otherwise each
    process meets the others only by chance.
    """
    riders = [portal.person(f"Rider{i}") for i in range(N_PROCESSES)]
    vehicles = [
        [portal.run(at=f"07:{12 * i:02}", seats=SEATS) for i in range(n_legs)] for _ in range(n // SEATS)
    ]
    ways = {1: ["AE"], 3: ["AB", "BC", "CD"]}[n_legs]
    shown = [portal.run_leg(run_id, *way) for run_id, way in zip(vehicles[0], ways, strict=True)]
    tokens = [portal.token(*map(_on, shown, chain)) for chain in vehicles]
    in_turn = [token for token in tokens for _ in range(SEATS // N_PROCESSES)]
    chance = random.Random(0)
    return [
        [(rider, token) for token in (in_turn if is_hot else chance.sample(in_turn, len(in_turn)))]
        for rider in riders
    ]


def _on(leg: Leg, ride_id: str) -> Leg:
    """The same way with another vehicle."""
    assert leg.boarding is not None
    return replace(leg, boarding=replace(leg.boarding, ride_id=ride_id))


def _together(url: str, forms: Sequence[Sequence[Form]]) -> list[float]:
    start, answers = FORKED.Barrier(len(forms)), FORKED.SimpleQueue()
    processes = [FORKED.Process(target=_book, args=(url, own, start, answers)) for own in forms]
    for process in processes:
        process.start()
    taken_s = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    return [one_s for own in taken_s for one_s in own]


def _book(url: str, forms: Sequence[Form], start, answers) -> None:  # type: ignore[no-untyped-def]
    portal = Portal(engine_for(url))
    with portal.readers() as session:
        session.connection()
    start.wait()
    taken_s = []
    for rider, token in forms:
        begun = time.perf_counter()
        portal.book(rider, token)
        taken_s.append(time.perf_counter() - begun)
    answers.put(taken_s)


@contextmanager
def _sqlite() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="mitfahr-bench-"))
    try:
        yield f"sqlite:///{folder / 'bench.sqlite'}"
    finally:
        shutil.rmtree(folder)


@contextmanager
def _postgres() -> Iterator[str]:
    with private_postgres() as server:
        yield server.url
