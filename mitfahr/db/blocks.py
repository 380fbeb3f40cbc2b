"""Who does not want to travel with whom."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base
from mitfahr.db.people import Person


class PersonBlock(Base):
    """`blocker_id` wants nothing to do with `blocked_id`; it works in both directions."""

    __tablename__ = "person_block"

    blocker_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    blocked_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[dt.datetime]

    blocked: Mapped[Person] = relationship(foreign_keys=[blocked_id], lazy="selectin")


def kept_apart_from(session: Session, person_id: str) -> frozenset[str]:
    """Ids of everybody whom the person has blocked or who has blocked the person."""
    mine = select(PersonBlock.blocked_id).where(PersonBlock.blocker_id == person_id)
    theirs = select(PersonBlock.blocker_id).where(PersonBlock.blocked_id == person_id)
    return frozenset(session.scalars(sa.union(mine, theirs)))


def blocks_by(session: Session, person_id: str) -> list[PersonBlock]:
    """Whom the person has blocked, latest first."""
    return list(
        session.scalars(
            select(PersonBlock)
            .where(PersonBlock.blocker_id == person_id)
            .order_by(PersonBlock.created_at.desc(), PersonBlock.blocked_id)
        )
    )
