"""Which mail addresses and telephone numbers their owners have shown to be theirs, and codes on their way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, stored_enum
from mitfahr.db.people import MAX_EMAIL, Person
from mitfahr.domain.codes import Address, same_number


class AddressMark(Base):
    """`value` is the address that was, or is to be, confirmed; the mark is worth nothing for another one.

    `code_hash` waits to be entered until `code_until`, in at most MAX_TRIES tries; a telephone number
    without one waits for a call.
    """

    __tablename__ = "address_mark"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Address] = mapped_column(stored_enum(Address), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(MAX_EMAIL))
    asked_at: Mapped[dt.datetime]
    code_hash: Mapped[str | None] = mapped_column(sa.String(64))
    code_until: Mapped[dt.datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")

    @property
    def is_current(self) -> bool:
        """Whether it is about the address that the person has now."""
        if self.kind is Address.MAIL:
            return self.value == self.person.email
        return same_number(self.value, self.person.phone)

    @property
    def holds(self) -> bool:
        return self.confirmed_at is not None and self.is_current


def marks_of(session: Session, person_ids: Collection[str]) -> dict[tuple[str, Address], AddressMark]:
    """By person and kind."""
    rows = session.scalars(select(AddressMark).where(AddressMark.person_id.in_(person_ids)))
    return {(row.person_id, row.kind): row for row in rows}


def numbers_to_call(session: Session) -> list[AddressMark]:
    """Telephone numbers whose owners asked for a call, the longest waiting first."""
    rows = session.scalars(
        select(AddressMark)
        .where(AddressMark.kind == Address.PHONE, AddressMark.confirmed_at.is_(None))
        .order_by(AddressMark.asked_at, AddressMark.person_id)
    )
    return [row for row in rows if row.is_current]
