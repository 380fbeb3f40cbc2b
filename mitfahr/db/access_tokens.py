"""Keys with which a program acts for a person over the programming interface; only their hashes are kept."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.people import Person
from mitfahr.domain.access_tokens import Scope

MAX_NAME = 80


class AccessToken(Base):
    """One key. `name` is what the person calls it; the row goes when it is revoked."""

    __tablename__ = "access_token"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scope: Mapped[Scope] = mapped_column(stored_enum(Scope))
    created_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")


def tokens_of(session: Session, person_id: str) -> list[AccessToken]:
    """The person's keys, newest first."""
    return list(
        session.scalars(
            select(AccessToken)
            .where(AccessToken.person_id == person_id)
            .order_by(AccessToken.created_at.desc(), AccessToken.id)
        )
    )


def token_by_hash(session: Session, token_hash: str) -> AccessToken | None:
    return session.scalar(select(AccessToken).where(AccessToken.token_hash == token_hash))
