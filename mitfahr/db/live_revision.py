"""The counters by which every process notices that rides, live data about trips, or the local layer have changed."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base
from mitfahr.db.rides import Ride

RIDES, TRIPS, LOCAL = 1, 2, 3


class LiveRevision(Base):
    """One row for the rides, one for what is known of trips of the timetable (real time), one for the local layer
    (rules, stop facts, notices, extra trips)."""

    __tablename__ = "live_revision"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(sa.BigInteger)


def live_revision(session: Session) -> int:
    """The revision that every ride committed so far belongs to."""
    return _revision(session, RIDES)


def local_revision(session: Session) -> int:
    """The revision of the local layer (rules, facts, notices, extra trips) that everything committed so far belongs to."""
    return _revision(session, LOCAL)


def revisions_laid(session: Session) -> tuple[tuple[int, int], ...]:
    """(counter, revision) of all that is laid over a timetable besides the rides: another answer, another world."""
    laid = select(LiveRevision.id, LiveRevision.revision).where(LiveRevision.id.in_((TRIPS, LOCAL)))
    return tuple((counter, revision) for counter, revision in session.execute(laid.order_by(LiveRevision.id)))


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


def mark_trips_changed(session: Session) -> None:
    """Live sources say something else of trips; the last statement of a transaction, as in `mark_changed`."""
    session.flush()
    _raised(session, TRIPS)


def mark_local_changed(session: Session) -> None:
    """Raise the counter of the local layer; the last statement of a transaction, as in `mark_changed`."""
    session.flush()
    _raised(session, LOCAL)


def _revision(session: Session, counter: int) -> int:
    return session.scalar(select(LiveRevision.revision).where(LiveRevision.id == counter)) or 0


def _raised(session: Session, counter: int) -> int:
    revision: int = session.execute(
        text(
            "INSERT INTO live_revision (id, revision) VALUES (:counter, 1) "
            "ON CONFLICT (id) DO UPDATE SET revision = live_revision.revision + 1 RETURNING revision"
        ),
        {"counter": counter},
    ).scalar_one()
    return revision
