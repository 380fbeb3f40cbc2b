"""Timetables that are to go live at a stated moment. The row stays when it is done, and says how it ended."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id
from mitfahr.db.people import Person
from mitfahr.db.timetables import FeedVersion


class SwitchPlan(Base):
    """Open as long as it is neither done nor taken back nor given up. `not_done_why` is a key of
    `mitfahr.going_live_words.WHY`."""

    __tablename__ = "switch_plan"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    version_id: Mapped[str] = mapped_column(ForeignKey("feed_version.id"), index=True)
    due_at: Mapped[dt.datetime] = mapped_column(index=True)
    planned_at: Mapped[dt.datetime]
    planned_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    done_at: Mapped[dt.datetime | None]
    taken_back_at: Mapped[dt.datetime | None]
    not_done_at: Mapped[dt.datetime | None]
    not_done_why: Mapped[str | None] = mapped_column(sa.Text)

    version: Mapped[FeedVersion] = relationship()
    planner: Mapped[Person | None] = relationship()


_OPEN = (SwitchPlan.done_at.is_(None), SwitchPlan.taken_back_at.is_(None), SwitchPlan.not_done_at.is_(None))


def open_plans(session: Session) -> list[SwitchPlan]:
    """What is still to come, soonest first."""
    return list(session.scalars(select(SwitchPlan).where(*_OPEN).order_by(SwitchPlan.due_at, SwitchPlan.id)))


def open_plan_of(session: Session, version_id: str) -> SwitchPlan | None:
    """The plan of a version, as the database has it now."""
    return session.scalar(
        select(SwitchPlan)
        .where(SwitchPlan.version_id == version_id, *_OPEN)
        .order_by(SwitchPlan.due_at, SwitchPlan.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def due_plans(session: Session, now: dt.datetime) -> list[str]:
    """Ids of plans whose moment has come, the earliest first."""
    return list(
        session.scalars(
            select(SwitchPlan.id)
            .where(*_OPEN, SwitchPlan.due_at <= now)
            .order_by(SwitchPlan.due_at, SwitchPlan.id)
        )
    )
