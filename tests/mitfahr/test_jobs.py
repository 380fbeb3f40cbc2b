"""The row decides: of many processes that find one moment due, one runs the job."""

from __future__ import annotations

import datetime as dt
import multiprocessing

from mitfahr.db.base import engine_for
from mitfahr.db.jobs import claim_run, forget_runs_before, last_runs
from mitfahr.db.session import sessions

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def test_processes_that_start_at_once_share_the_moments(database_url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        claimed = pool.map(_claim_all, [database_url] * 3)
    assert sum(claimed) == 50


def test_old_runs_are_forgotten_and_the_last_one_is_known(database_url: str) -> None:
    writing = sessions(engine_for(database_url))
    for number in range(3):
        claim_run(writing, "outbox", NOW + number * MINUTE, NOW)
    with writing.begin() as session:
        forget_runs_before(session, NOW + MINUTE)
    assert claim_run(writing, "outbox", NOW, NOW)  # forgotten indeed
    with writing() as session:
        assert [(run.job, run.due_at) for run in last_runs(session)] == [("outbox", NOW + 2 * MINUTE)]


def _claim_all(database_url: str) -> int:
    writing = sessions(engine_for(database_url))
    return sum(claim_run(writing, "job", NOW + number * MINUTE, NOW) for number in range(50))
