"""How far the portal has forgotten: one row per step, for everybody to see."""

from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base, stored_enum


class Forgetting(enum.StrEnum):
    PLACES = "places"
    """Exact places of journeys are blurred."""
    PEOPLE = "people"
    """Bookings belong to nobody any more."""


class RetentionClock(Base):
    """Journeys and rides that ended by `done_until_s` (UTC seconds) have been dealt with."""

    __tablename__ = "retention_clock"

    step: Mapped[Forgetting] = mapped_column(stored_enum(Forgetting), primary_key=True)
    done_until_s: Mapped[int] = mapped_column(sa.BigInteger)


def done_until_s(session: Session, step: Forgetting) -> int:
    """0 before the first time."""
    clock = session.get(RetentionClock, step)
    return 0 if clock is None else clock.done_until_s


def set_done(session: Session, step: Forgetting, until_s: int) -> None:
    session.merge(RetentionClock(step=step, done_until_s=until_s))
