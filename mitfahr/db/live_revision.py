"""The counters by which every process notices that rides, or the local layer, have changed."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base
from mitfahr.db.rides import Ride


RIDES, TRIPS = 1, 2


class LiveRevision(Base):
    """One row for the rides, one for what is known of trips of the timetable (real time, extra trips)."""

    __tablename__ = "live_revision"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(sa.BigInteger)
    local_revision: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    """Of rules, facts, notices and extra trips."""


def live_revision(session: Session) -> int:
    """The revision that every ride committed so far belongs to."""
    return session.scalar(select(LiveRevision.revision).where(LiveRevision.id == RIDES)) or 0


def trips_revision(session: Session) -> int:
    """The revision that everything committed so far about single trips belongs to."""
    return session.scalar(select(LiveRevision.revision).where(LiveRevision.id == TRIPS)) or 0


def mark_trips_changed(session: Session) -> None:
    """Something else is known of single trips; the last statement of a transaction, as in `mark_changed`."""
    session.flush()
    _raised(session, TRIPS)


def mark_changed(session: Session, ride_ids: Collection[str]) -> int:
    """Raise the counter and stamp the rides with it; returns the new revision.

    The last statements of a transaction: the row stays locked until the commit, so revisions become
    visible in their order and a reader at revision n has seen every change up to n.
    """
    session.flush()
    revision = _raised(session, RIDES)
    session.execute(
        update(Ride)
        .where(Ride.id.in_(ride_ids))
        .values(changed_revision=revision)
        .execution_options(synchronize_session=False)
    )
    return revision


def local_revision(session: Session) -> int:
    """The revision of the local layer that everything committed so far belongs to."""
    return session.scalar(select(LiveRevision.local_revision)) or 0


def mark_local_changed(session: Session) -> None:
    """Raise the counter of the local layer; the last statement of a transaction, as `mark_changed` is."""
    session.flush()
    session.execute(
        text(
            "INSERT INTO live_revision (id, revision, local_revision) VALUES (1, 0, 1) "
            "ON CONFLICT (id) DO UPDATE SET local_revision = live_revision.local_revision + 1"
        )
    )


def _raised(session: Session, counter: int) -> int:
    revision: int = session.execute(
        text(
            "INSERT INTO live_revision (id, revision) VALUES (:counter, 1) "
            "ON CONFLICT (id) DO UPDATE SET revision = live_revision.revision + 1 RETURNING revision"
        ),
        {"counter": counter},
    ).scalar_one()
    return revision
