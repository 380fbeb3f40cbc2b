"""Runs of the worker's jobs: whoever inserts the row `(job, due_at)` runs it, nobody else."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from mitfahr.db.base import Base


class JobRun(Base):
    """`due_at` is the planned moment, the same in every worker whenever its clock fires."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    due_at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    error: Mapped[str | None] = mapped_column(sa.Text)


def claim_run(sessions: sessionmaker[Session], job: str, due_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether this caller is the one to run `job` for `due_at`; commits at once."""
    try:
        with sessions.begin() as session:
            session.add(JobRun(job=job, due_at=due_at, started_at=now))
    except IntegrityError:
        return False
    return True


def finish_run(
    sessions: sessionmaker[Session], job: str, due_at: dt.datetime, now: dt.datetime, error: str | None
) -> None:
    with sessions.begin() as session:
        run = session.get_one(JobRun, (job, due_at))
        run.finished_at, run.error = now, error


def last_runs(session: Session) -> list[JobRun]:
    """The latest run of every job, by job name."""
    newest = select(JobRun.job, sa.func.max(JobRun.due_at).label("due_at")).group_by(JobRun.job).subquery()
    return list(
        session.scalars(
            select(JobRun)
            .join(newest, sa.and_(JobRun.job == newest.c.job, JobRun.due_at == newest.c.due_at))
            .order_by(JobRun.job)
        )
    )


def forget_runs_before(session: Session, moment: dt.datetime) -> None:
    session.execute(delete(JobRun).where(JobRun.due_at < moment))
