"""The car that a driver usually drives; offers are filled in with it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base
from mitfahr.domain.vehicles import Car

MAX_WORD = 40


class PersonCar(Base):
    """One per person; only matched riders learn of it, through their ride."""

    __tablename__ = "person_car"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    make: Mapped[str] = mapped_column(sa.String(MAX_WORD))
    colour: Mapped[str] = mapped_column(sa.String(MAX_WORD))
    plate: Mapped[str | None] = mapped_column(sa.String(12))
    seats: Mapped[int]


def car_of(session: Session, person_id: str) -> Car | None:
    row = session.get(PersonCar, person_id)
    return None if row is None else Car(row.make, row.colour, row.plate, row.seats)
