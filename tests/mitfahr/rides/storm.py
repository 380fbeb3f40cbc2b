"""A storm of bookings from several processes, in which processes and the database are killed.

Every process writes down what it tries and what it is told, in a file of its own, line by line: what stands
there was acknowledged to somebody, whatever happens to the process afterwards. One that is killed gets a
successor, which sends the form without an answer again, as a person does whose page did not load.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from mitfahr.db.base import engine_for
from mitfahr.db.outage import is_outage
from mitfahr.domain.errors import BookingRefused
from mitfahr.services.cancel_booking import cancel_booking
from routing.journey import Leg
from tests.mitfahr.rides.portal import NOW, Portal
from tests.mitfahr.rides.ready import FORKED

N_PROCESSES = 4
CHANGES_MIND = 0.2
"""So many of those who got their journey cancel it at once, and free its seats for others."""
ONE_SLICE = 100
"""After so many attempts everybody turns to fresh vehicles: full ones would only refuse."""
RETRY_S = 0.05
AWAY_S = 180.0
POLL_S = 0.05


@dataclass(frozen=True)
class Told:
    """What was acknowledged for one form."""

    key: str
    answer: str
    """The booking's id, or what refused it."""
    n_legs: int
    cancelled: bool

    @property
    def is_booked(self) -> bool:
        return not self.answer.startswith("refused")


@dataclass(frozen=True)
class Slice:
    """Journeys over the same few vehicles, with how many legs each has."""

    tokens: tuple[tuple[str, int], ...]


def draw_slices(portal: Portal, n: int) -> list[Slice]:
    """Each with vehicles of its own, all of them alike."""
    first = _vehicles(portal)
    journeys = _journeys(portal, first)
    slices = [_slice(portal, journeys, dict(zip(first, first, strict=True)))]
    for _ in range(n - 1):
        slices.append(_slice(portal, journeys, dict(zip(first, _vehicles(portal), strict=True))))
    return slices


def _vehicles(portal: Portal) -> list[str]:
    """Three BürgerBus runs one after the other, and two drivers beside them; hot: few seats for many."""
    return [
        portal.run(at="07:00", seats=8),
        portal.run(at="07:12", seats=4),
        portal.run(at="07:24", seats=4),
        portal.offer(portal.person("Anna"), at="07:20", seats=4, rate_ct_per_km=30),
        portal.offer(portal.person("Bert"), at="08:10", seats=4, rate_ct_per_km=20),
    ]


def _journeys(portal: Portal, vehicles: Sequence[str]) -> list[tuple[Leg, ...]]:
    early, late, last, ride, whole = vehicles
    a_b, a_c = portal.run_leg(early, "A", "B"), portal.run_leg(early, "A", "C")
    b_c, c_e = portal.run_leg(late, "B", "C"), portal.run_leg(last, "C", "E")
    c_d, d_e = portal.run_leg(last, "C", "D"), portal.ride_leg(whole, "D", "E")
    by_car = portal.ride_leg(ride, "C", "E")
    return [
        (a_b,),
        (c_e,),
        (portal.ride_leg(whole, "A", "E"),),
        (a_c, c_e),
        (a_b, b_c),
        (a_c, by_car),
        (a_b, b_c, c_e),
        (a_b, b_c, by_car),
        (a_c, c_d, d_e),
    ]


def _slice(portal: Portal, journeys: Sequence[Sequence[Leg]], stands_for: dict[str, str]) -> Slice:
    """The same journeys with other vehicles."""

    def other(leg: Leg) -> Leg:
        assert leg.boarding is not None
        return replace(leg, boarding=replace(leg.boarding, ride_id=stands_for[leg.boarding.ride_id]))

    return Slice(tuple((portal.token(*map(other, legs)), len(legs)) for legs in journeys))


def storm(
    url: str,
    riders: Sequence[str],
    slices: Sequence[Slice],
    n_attempts: int,
    kills: Sequence[Callable[[], None] | None],
    folder: Path,
    chance: random.Random,
) -> list[Told]:
    """Let N_PROCESSES send `n_attempts` forms in all, and kill at random moments between them.

    Each of `kills` is done once: None kills one of the processes, anything else is called. Returns
    everything that was acknowledged.
    """
    share = n_attempts // N_PROCESSES
    plans = [(url, riders, slices, share, folder / f"told{i}", chance.random()) for i in range(N_PROCESSES)]
    running = [_start(plan) for plan in plans]
    moments = sorted(chance.randrange(share * N_PROCESSES) for _ in kills)
    for moment, kill in zip(moments, chance.sample(kills, len(kills)), strict=True):
        while sum(_n_told(plan[4]) for plan in plans) < moment and any(p.is_alive() for p in running):
            time.sleep(POLL_S)
        time.sleep(chance.random() * POLL_S)
        if kill is not None:
            kill()
            continue
        i = chance.randrange(N_PROCESSES)
        running[i].kill()
        running[i].join()
        running[i] = _start(plans[i])
    for process in running:
        process.join()
    assert [process.exitcode for process in running] == [0] * N_PROCESSES
    everything = [one for plan in plans for one in told(plan[4])]
    assert len(everything) == share * N_PROCESSES
    return everything


Plan = tuple[str, Sequence[str], Sequence[Slice], int, Path, float]


def _start(plan: Plan) -> BaseProcess:
    process = FORKED.Process(target=_send, args=plan)
    process.start()
    return process


def _send(
    url: str, riders: Sequence[str], slices: Sequence[Slice], n_attempts: int, journal: Path, seed: float
) -> None:
    """Go on where the journal ends: the attempt that is not in it may have been made or not."""
    portal = Portal(engine_for(url))
    book = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in range(len(told(journal)), n_attempts):
        chance = random.Random(f"{seed} {number}")
        rider = chance.choice(riders)
        tokens = slices[number * N_PROCESSES // ONE_SLICE % len(slices)].tokens
        token, n_legs = chance.choice(tokens)
        key = f"{journal.name}-{number}"
        answer = _patiently(partial(_answer, portal, rider, token, key))
        cancelled = not answer.startswith("refused") and chance.random() < CHANGES_MIND
        if cancelled:
            _patiently(partial(_cancel, portal, answer, rider))
        os.write(book, f"{key} {answer} {n_legs} {int(cancelled)}\n".encode())


def _answer(portal: Portal, rider: str, token: str, key: str) -> str:
    try:
        return portal.book(rider, token, key=key)
    except BookingRefused as refused:
        return f"refused-{type(refused).__name__}"


def _cancel(portal: Portal, booking_id: str, rider: str) -> str:
    cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rider, now=NOW)
    return booking_id


def _patiently(send: Callable[[], str]) -> str:
    """Send again while the database is away."""
    give_up_at = time.monotonic() + AWAY_S
    while True:
        try:
            return send()
        except SQLAlchemyError as error:
            if not is_outage(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(RETRY_S)


def told(journal: Path) -> list[Told]:
    """What a process has written down so far; a line it was killed in does not count."""
    with suppress(FileNotFoundError):
        return list(_read(journal.read_text(encoding="ascii")))
    return []


def _n_told(journal: Path) -> int:
    """How many lines stand there; asked for many times a second, of journals that grow long."""
    with suppress(FileNotFoundError):
        return journal.read_bytes().count(b"\n")
    return 0


def _read(text: str) -> Iterator[Told]:
    for line in text.splitlines(keepends=True):
        if line.endswith("\n"):
            key, answer, n_legs, cancelled = line.split()
            yield Told(key, answer, int(n_legs), cancelled == "1")


def summary(everything: Sequence[Told], taken_s: float) -> str:
    answers = Counter(one.answer if not one.is_booked else "booked" for one in everything)
    legs = Counter(one.n_legs for one in everything if one.is_booked)
    return (
        f"{len(everything)} attempts in {taken_s:.0f} s ({len(everything) / taken_s:.0f}/s): {dict(answers)}, "
        f"booked by legs {dict(sorted(legs.items()))}, cancelled {sum(one.cancelled for one in everything)}"
    )
