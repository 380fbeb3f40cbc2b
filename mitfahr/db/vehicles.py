"""Vehicles of organisations."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base, new_id
from mitfahr.domain.errors import Unknown

MAX_VEHICLE_NAME = 80


class OrganisationVehicle(Base):
    """`seats` are those of passengers, `wheelchairs` places without a seat; `child_seats` lie ready.

    `retired_at` is when it was given away: what it has driven stays known.
    """

    __tablename__ = "organisation_vehicle"
    __table_args__ = (CheckConstraint("seats BETWEEN 0 AND 8", "seats"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(sa.String(MAX_VEHICLE_NAME))
    registration: Mapped[str | None] = mapped_column(sa.String(20))
    seats: Mapped[int]
    wheelchairs: Mapped[int]
    child_seats: Mapped[int]
    luggage: Mapped[int]
    bicycles: Mapped[int]
    created_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]


def vehicles_of(session: Session, organisation_id: str) -> list[OrganisationVehicle]:
    """Those that the organisation still has, by name."""
    return list(
        session.scalars(
            select(OrganisationVehicle)
            .where(
                OrganisationVehicle.organisation_id == organisation_id,
                OrganisationVehicle.retired_at.is_(None),
            )
            .order_by(OrganisationVehicle.name, OrganisationVehicle.id)
        )
    )


def vehicle_of(session: Session, organisation_id: str, vehicle_id: str) -> OrganisationVehicle:
    """The organisation's own vehicle of this id, also one it has given away; raises Unknown."""
    vehicle = session.get(OrganisationVehicle, vehicle_id)
    if vehicle is None or vehicle.organisation_id != organisation_id:
        raise Unknown("vehicle", vehicle_id)
    return vehicle
