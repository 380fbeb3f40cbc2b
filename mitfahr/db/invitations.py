"""Invitations to act for an organisation."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.people import MAX_EMAIL, Organisation
from mitfahr.domain.roles import MembershipRole


class Invitation(Base):
    """Whoever has the code may act for the organisation in this role; the code itself is not kept.

    `email` is where it was sent, None if it is handed over. `accepted_by` is set when it has been used.
    """

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[MembershipRole] = mapped_column(stored_enum(MembershipRole))
    email: Mapped[str | None] = mapped_column(sa.String(MAX_EMAIL))
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    accepted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))

    organisation: Mapped[Organisation] = relationship(lazy="joined")


def open_invitations(session: Session, organisation_id: str, now: dt.datetime) -> list[Invitation]:
    """Those that can still be accepted, oldest first."""
    return list(
        session.scalars(
            select(Invitation)
            .where(
                Invitation.organisation_id == organisation_id,
                Invitation.accepted_by.is_(None),
                Invitation.expires_at > now,
            )
            .order_by(Invitation.created_at, Invitation.id)
        )
    )


def invitation_by_code(session: Session, code_hash: str, *, lock: bool = False) -> Invitation | None:
    """Also one that was used or has expired; with `lock` nobody else may use it meanwhile."""
    wanted = select(Invitation).where(Invitation.code_hash == code_hash)
    return session.scalar(wanted.with_for_update(of=Invitation) if lock else wanted)


def forget_invitations_before(session: Session, moment: dt.datetime) -> None:
    """Delete those that had expired by then, used or not."""
    session.execute(delete(Invitation).where(Invitation.expires_at < moment))
