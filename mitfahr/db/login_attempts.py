"""Log-in attempts that have not succeeded, kept only as long as they slow down guessing."""

from __future__ import annotations

import datetime as dt
import hashlib

import sqlalchemy as sa
from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base, new_id


class LoginAttempt(Base):
    """`account` is a hash of the address: unknown addresses are counted too and are nobody's business."""

    __tablename__ = "login_attempt"
    __table_args__ = (sa.Index(None, "account", "at"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    account: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime] = mapped_column(index=True)


def account_key(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def attempts_since(session: Session, account: str, since: dt.datetime) -> list[LoginAttempt]:
    """Attempts after `since`, oldest first."""
    return list(
        session.scalars(
            select(LoginAttempt)
            .where(LoginAttempt.account == account, LoginAttempt.at > since)
            .order_by(LoginAttempt.at)
        )
    )


def forget_attempts(session: Session, account: str) -> None:
    session.execute(delete(LoginAttempt).where(LoginAttempt.account == account))


def forget_attempts_before(session: Session, moment: dt.datetime) -> None:
    session.execute(delete(LoginAttempt).where(LoginAttempt.at <= moment))
