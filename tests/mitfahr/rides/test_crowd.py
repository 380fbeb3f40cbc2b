"""People at random from four processes, with `mitfahr check` after every 100 things they did.

`make soak` lets them do 20,000 things (MITFAHR_ACTIONS), `make test` a few hundred.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from mitfahr.db.base import engine_for
from mitfahr.db.bookings import BookingLeg
from mitfahr.db.outbox import OutboxMessage
from mitfahr.domain.states import LegState
from mitfahr.domain.times import moment, seconds
from mitfahr.services.send_outbox import send_outbox
from tests.mitfahr.rides.crowd import SENDER, Journal, live_on
from tests.mitfahr.rides.portal import Portal, clock
from tests.mitfahr.rides.ready import FORKED

ACTIONS = int(os.environ.get("MITFAHR_ACTIONS", "300"))
SEED = os.environ.get("MITFAHR_SEED", "1")
N_PROCESSES = 4
CHECK_EVERY = 100


def test_whatever_people_do_the_data_agree(database_url: str, tmp_path: Path) -> None:
    engine = engine_for(database_url)
    portal, mails = Portal(engine), Journal(tmp_path / "mails")
    riders = [portal.person(f"Rita{i}") for i in range(12)]
    drivers = [portal.person(f"Anna{i}") for i in range(8)]
    for i, driver in enumerate(drivers):
        portal.offer(driver, at=f"{6 + i:02}:30", asks_first=i % 2 == 0, rate_ct_per_km=30)
        portal.run(f"{6 + i:02}:00", seats=3)
    now_ms = FORKED.Value("q", seconds(clock("04:00")) * 1000)
    done = FORKED.Value("q", 0)
    crowd = [
        FORKED.Process(
            target=live_on,
            args=(database_url, riders, drivers, now_ms, done, ACTIONS, f"{SEED} {number}", mails),
        )
        for number in range(N_PROCESSES)
    ]
    begun = time.monotonic()
    for process in crowd:
        process.start()
    try:
        for checked_at in range(CHECK_EVERY, ACTIONS + 1, CHECK_EVERY):
            while done.value < checked_at and any(process.is_alive() for process in crowd):
                time.sleep(0.02)
            assert portal.contradictions(moment(now_ms.value // 1000)) == [], (
                f"after {done.value}, seed {SEED}"
            )
        for process in crowd:
            process.join()
    finally:
        for process in crowd:
            process.kill()
    assert [process.exitcode for process in crowd] == [0] * N_PROCESSES
    assert portal.contradictions(moment(now_ms.value // 1000)) == []
    states = _states(portal)
    print(
        f"{engine.dialect.name}: {ACTIONS} actions in {time.monotonic() - begun:.0f} s, legs {dict(states)}"
    )
    assert states.total() > ACTIONS / 15, "a day on which nobody books proves nothing"
    assert states[LegState.COMPLETED] and states[LegState.CANCELLED]
    _every_mail_was_sent_once(portal, mails)
    engine.dispose()


def _states(portal: Portal) -> Counter[LegState]:
    with portal.readers() as session:
        counted = sa.select(BookingLeg.state, sa.func.count()).group_by(BookingLeg.state)
        return Counter(dict(session.execute(counted).all()))


def _every_mail_was_sent_once(portal: Portal, mails: Journal) -> None:
    while send_outbox(portal.sessions, mails, SENDER, lambda: dt.datetime.now(dt.UTC)):
        pass
    with portal.readers() as session:
        written = session.scalars(sa.select(OutboxMessage.id)).all()
    assert sorted(mails.sent()) == sorted(f"<{message_id}@example.org>" for message_id in written)
