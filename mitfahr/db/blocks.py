"""Who does not want to travel with whom."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base


class PersonBlock(Base):
    """`blocker_id` wants nothing to do with `blocked_id`; it works in both directions."""

    __tablename__ = "person_block"

    blocker_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    blocked_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[dt.datetime]


def kept_apart_from(session: Session, person_id: str) -> frozenset[str]:
    """Ids of everybody whom the person has blocked or who has blocked the person."""
    mine = select(PersonBlock.blocked_id).where(PersonBlock.blocker_id == person_id)
    theirs = select(PersonBlock.blocker_id).where(PersonBlock.blocked_id == person_id)
    return frozenset(session.scalars(sa.union(mine, theirs)))
