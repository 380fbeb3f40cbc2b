"""Who has seen whose telephone number, address or exact place: written down before it is shown."""

from __future__ import annotations

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, stored_enum
from mitfahr.db.people import Person


class Occasion(enum.StrEnum):
    """Why somebody may read contact data."""

    RIDE = "ride"
    REPORT = "report"
    CALL = "call"


class ContactRead(Base):
    """`viewer_id` saw `person_id`'s contact data on `day` (of the district's clocks), `times` times.

    `about_id` is the booked leg or the report it was for, "" for a call.
    """

    __tablename__ = "contact_read"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    viewer_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    occasion: Mapped[Occasion] = mapped_column(stored_enum(Occasion), primary_key=True)
    about_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True, index=True)
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]
    times: Mapped[int]

    viewer: Mapped[Person] = relationship(foreign_keys=[viewer_id], lazy="selectin")


def count_read(
    session: Session,
    *,
    viewer_id: str,
    person_id: str,
    occasion: Occasion,
    about_id: str,
    day: dt.date,
    now: dt.datetime,
) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(ContactRead)
        .values(
            person_id=person_id,
            viewer_id=viewer_id,
            occasion=occasion,
            about_id=about_id,
            day=day,
            first_at=now,
            last_at=now,
            times=1,
        )
        .on_conflict_do_update(
            index_elements=["person_id", "viewer_id", "occasion", "about_id", "day"],
            set_={"last_at": now, "times": ContactRead.times + 1},
        )
    )


def reads_of(session: Session, person_id: str) -> list[ContactRead]:
    """Everybody who has seen the person's contact data, the latest first."""
    return list(
        session.scalars(
            select(ContactRead)
            .where(ContactRead.person_id == person_id)
            .order_by(ContactRead.last_at.desc(), ContactRead.viewer_id)
        )
    )


def forget_reads_before(session: Session, day: dt.date) -> None:
    session.execute(delete(ContactRead).where(ContactRead.day < day))
