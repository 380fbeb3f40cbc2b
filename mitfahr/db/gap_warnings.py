"""Which gaps ahead in a feed's timetable staff have been told of: one row per gap and warning."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base


class GapWarning(Base):
    """`first_day` is the first day without a timetable, `days_before` which of the warnings it was."""

    __tablename__ = "gap_warning"

    feed_id: Mapped[str] = mapped_column(ForeignKey("feed.id"), primary_key=True)
    first_day: Mapped[dt.date] = mapped_column(primary_key=True)
    days_before: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    told_at: Mapped[dt.datetime]


def told_gaps(session: Session, feed_id: str, first_day: dt.date) -> set[int]:
    """Which warnings of this gap have been sent."""
    return set(
        session.scalars(
            select(GapWarning.days_before).where(
                GapWarning.feed_id == feed_id, GapWarning.first_day == first_day
            )
        )
    )
