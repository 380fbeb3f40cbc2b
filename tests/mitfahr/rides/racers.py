"""Several processes that do the same thing at the same moment, and one that is killed half-way.

The guards of a booking can be switched off here, and only here, by replacing them in the racing
process: a test that never sees the race without them proves nothing with them.
"""

from __future__ import annotations

import contextlib
import enum
import multiprocessing
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any
from unittest import mock

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mitfahr.db import base
from mitfahr.db.base import engine_for
from mitfahr.db.idempotency import claim
from mitfahr.db.rides import Ride, RideHop, read_again
from mitfahr.domain.errors import NoLongerHolds, SeatTaken
from mitfahr.services import book_journey
from routing.query import Party
from tests.mitfahr.rides.portal import Portal, district

N_RACERS = 4
_SPAWN = multiprocessing.get_context("spawn")


class Guards(enum.Enum):
    ALL = "all"
    WITHOUT_LOCK = "without lock"
    """Only the conditional UPDATE and the CHECK constraint are left."""
    NONE = "none"
    """Count, then write: on PostgreSQL without lock and condition, on SQLite with a plain BEGIN."""


@dataclass(frozen=True)
class Attempt:
    """One form sent to one database; `actor_id` is who books for the rider, None for the rider themselves."""

    rider_id: str
    token: str
    key: str
    actor_id: str | None = None


def outcome(portal: Portal, attempt: Attempt) -> str:
    """The booking's id, or in capitals why there is none."""
    try:
        return portal.book(attempt.rider_id, attempt.token, key=attempt.key, actor_id=attempt.actor_id)
    except SeatTaken:
        return "SEAT TAKEN"
    except NoLongerHolds as refused:
        return f"NO LONGER HOLDS: {refused}"
    except OperationalError as error:
        return "LOCKED" if "locked" in str(error) else f"OPERATIONAL: {error}"


class Racers:
    """N_RACERS processes; `race` lets each send its own forms, all starting together."""

    def __init__(self) -> None:
        barrier = _SPAWN.Barrier(N_RACERS)
        self._pool = ProcessPoolExecutor(
            N_RACERS, mp_context=_SPAWN, initializer=_prepare, initargs=(barrier,)
        )

    def race(
        self, url: str, attempts: Sequence[Sequence[Attempt]], guards: Guards = Guards.ALL
    ) -> list[list[str]]:
        """Outcomes by racer; all racers begin each of their attempts together."""
        assert len(attempts) == N_RACERS
        running = [self._pool.submit(_send, url, own, guards) for own in attempts]
        return [future.result(timeout=300) for future in running]

    def close(self) -> None:
        self._pool.shutdown()


_together: Barrier


def _prepare(barrier: Barrier) -> None:
    global _together
    _together = barrier
    district()  # drawn and compiled before the first race


def _send(url: str, attempts: Sequence[Attempt], guards: Guards) -> list[str]:
    engine = engine_for(url)
    outcomes = []
    with _switched(engine, guards):
        for attempt in attempts:
            _together.wait(timeout=180)
            try:
                outcomes.append(outcome(Portal(engine), attempt))
            except Exception as error:  # told, not raised: the others wait for this racer at the next start
                outcomes.append(f"FAILED: {error!r}")
    engine.dispose()
    return outcomes


@contextlib.contextmanager
def _switched(engine: Engine, guards: Guards) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        if guards is not Guards.ALL:
            stack.enter_context(mock.patch.object(book_journey, "lock_rides", _look_without_locking))
            if engine.dialect.name == "sqlite":
                event.remove(engine, "begin", base._begin_sqlite)
                event.listen(engine, "begin", _begin_plainly)
                stack.enter_context(mock.patch.object(book_journey, "claim", _look_before_claiming))
        if guards is Guards.NONE:
            stack.enter_context(mock.patch.object(book_journey, "take_seats", _count_then_write))
        yield


def _begin_plainly(connection: sa.Connection) -> None:
    connection.exec_driver_sql("PRAGMA query_only = 0")
    connection.exec_driver_sql("BEGIN")


def _look_before_claiming(session: Session, *details: Any) -> dict[str, Any] | None:
    session.scalar(sa.select(sa.func.count()).select_from(Ride))
    time.sleep(0.005)
    return claim(session, *details)


def _look_without_locking(session: Session, ride_ids: Collection[str]) -> dict[str, Ride]:
    return read_again(session, ride_ids)


def _count_then_write(session: Session, ride_id: str, first: int, last: int, party: Party) -> bool:
    here = (RideHop.ride_id == ride_id, RideHop.seq >= first, RideHop.seq < last)
    free = session.scalars(sa.select(RideHop.capacity - RideHop.taken).where(*here)).all()
    time.sleep(0.005)  # a web server under load thinks at least as long between question and answer
    session.execute(sa.update(RideHop).where(*here).values(taken=RideHop.taken + party.seats))
    return min(free) >= party.seats


class Victim:
    """A process that sends forms and reports, and is killed where it stands."""

    def __init__(self, url: str, attempts: Sequence[Attempt], stops_inside: bool) -> None:
        """`stops_inside`: it halts in the middle of its first transaction, all seats taken, not committed."""
        self._reports, theirs = _SPAWN.Pipe(duplex=False)
        self._process = _SPAWN.Process(target=_suffer, args=(url, attempts, stops_inside, theirs))
        self._process.start()
        theirs.close()

    def report(self) -> str:
        assert self._reports.poll(180), "the victim says nothing"
        text: str = self._reports.recv()
        return text

    def kill(self) -> None:
        self._process.kill()
        self._process.join(timeout=120)


def _suffer(url: str, attempts: Sequence[Attempt], stops_inside: bool, reports: Connection) -> None:
    portal = Portal(engine_for(url))

    def halt(*_: Any) -> None:
        reports.send("inside")
        time.sleep(600)

    patch = (
        mock.patch.object(book_journey, "mark_changed", halt) if stops_inside else contextlib.nullcontext()
    )
    with patch:
        reports.send("ready")
        for attempt in attempts:
            reports.send(outcome(portal, attempt))
    time.sleep(600)
