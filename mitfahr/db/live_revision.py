"""The counter by which every process notices that rides have changed."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base
from mitfahr.db.rides import Ride


class LiveRevision(Base):
    """One row."""

    __tablename__ = "live_revision"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(sa.BigInteger)


def live_revision(session: Session) -> int:
    """The revision that everything committed so far belongs to."""
    return session.scalar(select(LiveRevision.revision)) or 0


def mark_changed(session: Session, ride_ids: Collection[str]) -> int:
    """Raise the counter and stamp the rides with it; returns the new revision.

    The last statements of a transaction: the row stays locked until the commit, so revisions become
    visible in their order and a reader at revision n has seen every change up to n.
    """
    session.flush()
    revision: int = session.execute(
        text(
            "INSERT INTO live_revision (id, revision) VALUES (1, 1) "
            "ON CONFLICT (id) DO UPDATE SET revision = live_revision.revision + 1 RETURNING revision"
        )
    ).scalar_one()
    session.execute(
        update(Ride)
        .where(Ride.id.in_(ride_ids))
        .values(changed_revision=revision)
        .execution_options(synchronize_session=False)
    )
    return revision
