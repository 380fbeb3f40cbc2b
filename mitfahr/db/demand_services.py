"""On-demand services of organisations: the plan behind dated tours; the worker publishes them some weeks ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id
from mitfahr.db.people import Organisation
from mitfahr.db.rides import Ride
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.errors import Unknown

MAX_SERVICE_NAME, MAX_SERVICE_FARE, MAX_PHONE, MAX_PHONE_HOURS = 120, 200, 40, 120

demand_vehicle = Table(
    "demand_vehicle",
    Base.metadata,
    Column("service_id", ForeignKey("demand_service.id", ondelete="CASCADE"), primary_key=True),
    Column("vehicle_id", ForeignKey("organisation_vehicle.id"), primary_key=True),
)


class DemandService(Base):
    """`plan` is a `mitfahr.domain.demand_plans.DemandPlan`. Served are the `stops` ({stop_id, name, lat, lon})
    and every point inside the polygon `area` ({lat, lon} per corner); one of both may be empty.

    A vehicle begins and ends at the base. A request comes `lead_s` before its pick-up at the latest; a pick-up
    may be `flex_s` earlier or later than agreed, and nobody is longer on board than `detour_s` beyond the direct
    drive. `fare` is as it was approved, in words.
    """

    __tablename__ = "demand_service"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(sa.String(MAX_SERVICE_NAME))
    plan: Mapped[dict[str, Any]]
    stops: Mapped[list[dict[str, Any]]]
    area: Mapped[list[dict[str, Any]]]
    base_name: Mapped[str] = mapped_column(sa.String(200))
    base_lat: Mapped[float]
    base_lon: Mapped[float]
    lead_s: Mapped[int]
    flex_s: Mapped[int]
    detour_s: Mapped[int]
    fare: Mapped[str | None] = mapped_column(sa.String(MAX_SERVICE_FARE))
    phone: Mapped[str | None] = mapped_column(sa.String(MAX_PHONE))
    phone_hours: Mapped[str | None] = mapped_column(sa.String(MAX_PHONE_HOURS))
    note: Mapped[str | None] = mapped_column(sa.String(500))
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    vehicles: Mapped[list[OrganisationVehicle]] = relationship(
        secondary=demand_vehicle, lazy="selectin", order_by=OrganisationVehicle.name
    )


def services_of(session: Session, organisation_id: str) -> list[DemandService]:
    """Those that have not been ended, by name."""
    return list(
        session.scalars(
            select(DemandService)
            .where(DemandService.organisation_id == organisation_id, DemandService.ended_at.is_(None))
            .order_by(DemandService.name, DemandService.created_at, DemandService.id)
        )
    )


def service_of(
    session: Session, organisation_id: str, service_id: str, *, lock: bool = False
) -> DemandService:
    """The organisation's own service of this id as the database has it now, also an ended one; raises Unknown.

    With `lock` nobody publishes or changes it until the transaction ends.
    """
    locked = {"of": DemandService, "key_share": True} if lock else None
    service = session.get(DemandService, service_id, with_for_update=locked, populate_existing=True)
    if service is None or service.organisation_id != organisation_id:
        raise Unknown("service", service_id)
    return service


def running_services(session: Session) -> list[DemandService]:
    """All that have not been ended."""
    return list(
        session.scalars(
            select(DemandService).where(DemandService.ended_at.is_(None)).order_by(DemandService.id)
        )
    )


def services_by_id(session: Session, service_ids: Collection[str]) -> dict[str, DemandService]:
    """The services of these ids, ended ones too."""
    if not service_ids:
        return {}
    found = session.scalars(select(DemandService).where(DemandService.id.in_(service_ids)))
    return {one.id: one for one in found}


def tours_of_service(session: Session, service_id: str, from_s: int) -> list[Ride]:
    """Tours of the service that end after `from_s`, cancelled ones too, soonest first."""
    return list(
        session.scalars(
            select(Ride)
            .where(Ride.demand_service_id == service_id, Ride.demand_day.is_not(None), Ride.ends_s > from_s)
            .order_by(Ride.begins_s, Ride.id)
        )
    )


def published_tours(session: Session, service_id: str, since: dt.date) -> set[tuple[dt.date, dt.time, str]]:
    """(day, beginning, vehicle) of tours of the service from `since` on, also of one that was cancelled."""
    rows = session.execute(
        select(Ride.demand_day, Ride.demand_clock, Ride.vehicle_id).where(
            Ride.demand_service_id == service_id, Ride.demand_day >= since
        )
    )
    return {(day, clock, vehicle) for day, clock, vehicle in rows if day and clock is not None and vehicle}
