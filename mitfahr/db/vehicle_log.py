"""The logs of vehicles: kilometres, defects, inspections. Entries are never overwritten."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.people import Person
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.errors import Unknown
from mitfahr.domain.vehicle_log import InspectionKind

MAX_LOG_TEXT = 500


class VehicleReading(Base):
    """What stood on the clock on a day, and who read it."""

    __tablename__ = "vehicle_reading"
    __table_args__ = (Index(None, "vehicle_id", "km"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    vehicle_id: Mapped[str] = mapped_column(ForeignKey("organisation_vehicle.id", ondelete="CASCADE"))
    km: Mapped[int]
    read_on: Mapped[dt.date]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]

    person: Mapped[Person] = relationship(lazy="joined")


class VehicleDefect(Base):
    """`stops_driving`: whoever found it says that the vehicle must not drive with it."""

    __tablename__ = "vehicle_defect"
    __table_args__ = (Index(None, "vehicle_id", "mended_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    vehicle_id: Mapped[str] = mapped_column(ForeignKey("organisation_vehicle.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(MAX_LOG_TEXT))
    stops_driving: Mapped[bool]
    found_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    found_at: Mapped[dt.datetime]
    mended_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    mended_at: Mapped[dt.datetime | None]

    found_by: Mapped[Person] = relationship(foreign_keys=[found_by_id], lazy="joined")
    mended_by: Mapped[Person | None] = relationship(foreign_keys=[mended_by_id], lazy="joined")


class VehicleInspection(Base):
    """One that is due, or was done on `done_on`; `told` is the last `Urgency` that the coordinators were told of."""

    __tablename__ = "vehicle_inspection"
    __table_args__ = (Index(None, "vehicle_id", "done_on"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    vehicle_id: Mapped[str] = mapped_column(ForeignKey("organisation_vehicle.id", ondelete="CASCADE"))
    kind: Mapped[InspectionKind] = mapped_column(stored_enum(InspectionKind))
    due_on: Mapped[dt.date]
    due_km: Mapped[int | None]
    told: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    done_on: Mapped[dt.date | None]
    done_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))

    done_by: Mapped[Person | None] = relationship(lazy="joined")


def readings_of(session: Session, vehicle_id: str, most: int | None = None) -> list[VehicleReading]:
    """The latest first."""
    of_vehicle = select(VehicleReading).where(VehicleReading.vehicle_id == vehicle_id)
    return list(
        session.scalars(
            of_vehicle.order_by(VehicleReading.km.desc(), VehicleReading.created_at.desc()).limit(most)
        )
    )


def km_of(session: Session, vehicle_id: str) -> int | None:
    """What was read last."""
    last = readings_of(session, vehicle_id, most=1)
    return last[0].km if last else None


def defects_of(session: Session, vehicle_id: str) -> list[VehicleDefect]:
    """Those that are not mended first, then the latest first."""
    return list(
        session.scalars(
            select(VehicleDefect)
            .where(VehicleDefect.vehicle_id == vehicle_id)
            .order_by(VehicleDefect.mended_at.is_not(None), VehicleDefect.found_at.desc(), VehicleDefect.id)
        )
    )


def defect_of(session: Session, vehicle_id: str, defect_id: str) -> VehicleDefect:
    """Raises Unknown."""
    defect = session.get(VehicleDefect, defect_id)
    if defect is None or defect.vehicle_id != vehicle_id:
        raise Unknown("defect", defect_id)
    return defect


def inspections_of(session: Session, vehicle_id: str) -> list[VehicleInspection]:
    """Those that are due, the next first, then those that were done, the latest first."""
    rows = session.scalars(select(VehicleInspection).where(VehicleInspection.vehicle_id == vehicle_id)).all()
    due = sorted((one for one in rows if one.done_on is None), key=lambda one: (one.due_on, one.id))
    done = [one for one in rows if one.done_on is not None]
    return due + sorted(done, key=lambda one: (one.done_on or one.due_on, one.id), reverse=True)


def inspection_of(session: Session, vehicle_id: str, inspection_id: str) -> VehicleInspection:
    """Raises Unknown."""
    inspection = session.get(VehicleInspection, inspection_id)
    if inspection is None or inspection.vehicle_id != vehicle_id:
        raise Unknown("inspection", inspection_id)
    return inspection


def inspections_to_come(session: Session) -> list[tuple[VehicleInspection, OrganisationVehicle]]:
    """Of all vehicles that are still driven, locked until the transaction ends."""
    rows = session.execute(
        select(VehicleInspection, OrganisationVehicle)
        .join(OrganisationVehicle, OrganisationVehicle.id == VehicleInspection.vehicle_id)
        .where(VehicleInspection.done_on.is_(None), OrganisationVehicle.retired_at.is_(None))
        .order_by(VehicleInspection.id)
        .with_for_update(of=VehicleInspection)
    )
    return [(inspection, vehicle) for inspection, vehicle in rows]
