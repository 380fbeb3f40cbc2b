"""Publish the tours of on-demand services: one vehicle's service hours each, those of the next weeks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.demand_services import DemandService, published_tours, running_services, service_of
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, RideHop, RideStop
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.demand_plans import DemandPlan, Span, service_days
from mitfahr.domain.rides import RideKind
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import local, seconds
from mitfahr.services.publish_series import AHEAD


@dataclass(frozen=True, slots=True)
class DueTour:
    """A tour that nobody has published yet."""

    day: dt.date
    span: Span
    vehicle: OrganisationVehicle


def publish_tours(sessions: sessionmaker[Session], *, vacations: Vacations, now: dt.datetime) -> int:
    """Publish what is due of all services; commits service by service; returns how many tours were new."""
    with sessions() as session:
        waiting = [
            (one.organisation_id, one.id)
            for one in running_services(session)
            if due_tours(session, one, vacations, now)
        ]
    return sum(_publish_one(sessions, *ids, vacations, now) for ids in waiting)


def due_tours(
    session: Session, service: DemandService, vacations: Vacations, now: dt.datetime
) -> list[DueTour]:
    """Tours of the next weeks that have not been published yet."""
    today = local(seconds(now)).date()
    known = published_tours(session, service.id, today)
    plan = DemandPlan.from_json(service.plan)
    return [
        DueTour(one.day, span, vehicle)
        for one in service_days(plan, vacations, today, today + AHEAD)
        for span in one.spans
        for vehicle in service.vehicles
        if vehicle.retired_at is None and span.ends > now and (one.day, span.clock, vehicle.id) not in known
    ]


def publish_due_tours(
    session: Session, service: DemandService, vacations: Vacations, now: dt.datetime
) -> list[str]:
    """Add the tours of the next weeks that are not there yet; their ids. The caller holds the service's row."""
    tours = [_tour_row(service, one, now) for one in due_tours(session, service, vacations, now)]
    session.add_all(tours)
    session.flush()
    return [tour.id for tour in tours]


def _publish_one(
    sessions: sessionmaker[Session],
    organisation_id: str,
    service_id: str,
    vacations: Vacations,
    now: dt.datetime,
) -> int:
    with sessions.begin() as session:
        service = service_of(session, organisation_id, service_id, lock=True)
        if service.ended_at is not None:
            return 0
        added = publish_due_tours(session, service, vacations, now)
        if added:
            mark_changed(session, added)
        return len(added)


def _tour_row(service: DemandService, due: DueTour, now: dt.datetime) -> Ride:
    """An empty tour: the vehicle stands at its base."""
    begins_s, ends_s = seconds(due.span.begins), seconds(due.span.ends)
    vehicle = due.vehicle
    return Ride(
        id=new_id(),
        kind=RideKind.DEMAND,
        label=service.name,
        organisation_id=service.organisation_id,
        vehicle_id=vehicle.id,
        demand_service_id=service.id,
        demand_day=due.day,
        demand_clock=due.span.clock,
        seats=vehicle.seats,
        wheelchairs=vehicle.wheelchairs,
        luggage=vehicle.luggage,
        bicycles=vehicle.bicycles,
        begins_s=begins_s,
        ends_s=ends_s,
        bookable_until_s=ends_s - service.lead_s,
        fare=service.fare,
        note=service.note,
        created_at=now,
        stops=[_at_base(service, 0, begins_s), _at_base(service, 1, ends_s)],
        hops=[
            RideHop(
                seq=0,
                capacity=vehicle.seats,
                wheelchair_capacity=vehicle.wheelchairs,
                luggage_capacity=vehicle.luggage,
                bicycle_capacity=vehicle.bicycles,
            )
        ],
    )


def _at_base(service: DemandService, seq: int, moment_s: int) -> RideStop:
    return RideStop(
        seq=seq,
        lat=service.base_lat,
        lon=service.base_lon,
        name=service.base_name,
        arrival_s=moment_s,
        departure_s=moment_s,
    )
