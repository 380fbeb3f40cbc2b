"""However hard it blows: no seat is sold twice, nothing acknowledged is lost, nothing is half.

`make soak` sends 100,000 forms and kills 20 times (MITFAHR_ATTEMPTS, MITFAHR_KILLS); `make test` a few.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from mitfahr.db.base import engine_for
from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.migrate import upgrade
from mitfahr.domain.states import HOLDING, LegState
from tests.mitfahr.rides.portal import Portal
from tests.mitfahr.rides.storm import ONE_SLICE, Told, draw_slices, storm, summary
from tests.postgres import Postgres, private_postgres

ATTEMPTS = int(os.environ.get("MITFAHR_ATTEMPTS", "400"))
KILLS = int(os.environ.get("MITFAHR_KILLS", "4"))
DATABASE_KILLS = 0.25
"""So many of the kills hit the database."""


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    with private_postgres() as server:
        yield server


def test_on_postgres(own_postgres: Postgres, tmp_path: Path) -> None:
    def kill() -> None:
        own_postgres.kill()
        own_postgres.start()

    blow(own_postgres.url, kill, tmp_path)


def test_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """A file cannot be killed, only who writes into it."""
    blow(sqlite_url, None, tmp_path)


def blow(url: str, kill_database: Callable[[], None] | None, folder: Path) -> None:
    engine = engine_for(url)
    upgrade(engine)
    portal, chance = Portal(engine), random.Random(int(os.environ.get("MITFAHR_SEED", "1")))
    riders = [portal.person(f"Rider{i}") for i in range(20)]
    slices = draw_slices(portal, -(-ATTEMPTS // ONE_SLICE))
    kills = [kill_database if i < KILLS * DATABASE_KILLS else None for i in range(KILLS)]
    begun = time.monotonic()
    everything = storm(url, riders, slices, ATTEMPTS, kills, folder, chance)
    print(f"{engine.dialect.name}: {summary(everything, time.monotonic() - begun)}, {KILLS} kills")
    assert portal.contradictions() == [], "overbooked or half"
    nothing_lost_or_invented(portal, everything)
    engine.dispose()


def nothing_lost_or_invented(portal: Portal, everything: list[Told]) -> None:
    acknowledged = {one.answer: one for one in everything if one.is_booked}
    assert len(acknowledged) == sum(one.is_booked for one in everything), "two forms, one booking"
    assert len(acknowledged) > len(everything) / 20, "a storm in which nobody books proves nothing"
    with portal.readers() as session:
        n_legs = sa.func.count(BookingLeg.id)
        stored = dict(
            session.execute(sa.select(Booking.id, n_legs).outerjoin(Booking.legs).group_by(Booking.id)).all()
        )
        states = session.execute(sa.select(BookingLeg.booking_id, BookingLeg.state)).all()
    assert stored == {booking_id: one.n_legs for booking_id, one in acknowledged.items()}
    for booking_id, state in states:
        assert (state is LegState.CANCELLED) == acknowledged[booking_id].cancelled
        assert state is LegState.CANCELLED or state in HOLDING
