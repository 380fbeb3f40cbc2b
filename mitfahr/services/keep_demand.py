"""The on-demand services of an organisation: enter one, change it, cancel single days, say its fare, end it.

A change touches only tours that nobody has booked; booked ones stay as they were promised, or are cancelled with a
message to everybody on board.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.demand_services import DemandService, service_of, tours_of_service
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.vehicles import vehicle_of
from mitfahr.domain.demand_plans import DemandPlan, check_demand_plan
from mitfahr.domain.endings import not_ended
from mitfahr.domain.errors import PlanInvalid
from mitfahr.domain.roles import Task
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import seconds
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.publish_tours import publish_due_tours
from mitfahr.services.store_stop import stored_stop
from mitfahr.services.withdraw_planned import (
    ComingRides,
    clear,
    sort_coming,
    withdraw_booked,
    withdraw_free,
)
from routing.journey import Place
from routing.snapshot import Snapshot
from routing.timetable import Timetable

MAX_LEAD_S, MAX_FLEX_S, MAX_DETOUR_S = 7 * 24 * 3600, 3600, 3600
MOST_CORNERS = 200


@dataclass(frozen=True, slots=True)
class DemandDraft:
    """What the association fills in; the fare is said by others. See `mitfahr.db.demand_services.DemandService`.

    `area` has the corners of a polygon as (lat, lon).
    """

    name: str
    vehicle_ids: tuple[str, ...]
    plan: DemandPlan
    base: Place
    stop_ids: tuple[str, ...] = ()
    area: tuple[tuple[float, float], ...] = ()
    lead_s: int = 3600
    flex_s: int = 600
    detour_s: int = 900
    phone: str | None = None
    phone_hours: str | None = None
    note: str | None = None


def coming_tours(
    session: Session, service_id: str, now: dt.datetime, day: dt.date | None = None
) -> ComingRides:
    """What a change of the service would meet, or of one day of it."""
    tours = tours_of_service(session, service_id, seconds(now))
    return sort_coming(
        session, [tour for tour in tours if tour.withdrawn_at is None and day in (None, tour.demand_day)]
    )


def check_demand(draft: DemandDraft) -> None:
    """Everything that needs no database. Raises PlanInvalid, which names the field."""
    check_demand_plan(draft.plan)
    if not draft.vehicle_ids:
        raise PlanInvalid("vehicles")
    if not draft.stop_ids and not draft.area:
        raise PlanInvalid("served")
    if draft.area and not 3 <= len(draft.area) <= MOST_CORNERS:
        raise PlanInvalid("area")
    if not draft.area and len(set(draft.stop_ids)) < 2:
        raise PlanInvalid("served")
    for name, value, most in (
        ("lead", draft.lead_s, MAX_LEAD_S),
        ("flex", draft.flex_s, MAX_FLEX_S),
        ("detour", draft.detour_s, MAX_DETOUR_S),
    ):
        if not 0 <= value <= most:
            raise PlanInvalid(name)


def keep_demand(
    sessions: sessionmaker[Session],
    timetable: Timetable,
    draft: DemandDraft,
    *,
    organisation_id: str,
    service_id: str | None,
    actor_id: str,
    idempotency_key: str,
    vacations: Vacations,
    now: dt.datetime,
) -> str:
    """Enter a service, or change the one named, and publish its tours; commits. Returns its id.

    The same form sent again changes nothing. Days that were cancelled stay so. Raises Unknown, NotAllowed,
    StopUnknown, PlanInvalid, StateForbids for a service that has ended, IdempotencyConflict.
    """
    check_demand(draft)
    fields: dict[str, Any] = {
        "name": draft.name,
        "stops": [stored_stop(timetable, stop_id) for stop_id in draft.stop_ids],
        "area": [{"lat": lat, "lon": lon} for lat, lon in draft.area],
        "base_name": draft.base.name,
        "base_lat": draft.base.lat,
        "base_lon": draft.base.lon,
        "lead_s": draft.lead_s,
        "flex_s": draft.flex_s,
        "detour_s": draft.detour_s,
        "phone": draft.phone,
        "phone_hours": draft.phone_hours,
        "note": draft.note,
    }
    body = {
        "service": service_id,
        "of": organisation_id,
        "plan": draft.plan.as_json(),
        "vehicles": sorted(draft.vehicle_ids),
        **fields,
    }
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            return str(known["service_id"])
        require_task(session, actor_id, organisation_id, Task.PLAN)
        plan = draft.plan
        changed: list[str] = []
        if service_id is None:
            service = DemandService(id=new_id(), organisation_id=organisation_id, created_at=now)
            session.add(service)
        else:
            service = not_ended(service_of(session, organisation_id, service_id, lock=True))
            plan = replace(plan, exceptions=DemandPlan.from_json(service.plan).exceptions)
            coming = coming_tours(session, service_id, now)
            withdraw_free(session, coming, now)
            changed = coming.ids  # their terms are the service's
        for name, value in fields.items():
            setattr(service, name, value)
        service.plan = plan.as_json()
        service.vehicles = [
            vehicle_of(session, organisation_id, vehicle_id) for vehicle_id in sorted(set(draft.vehicle_ids))
        ]
        session.flush()
        changed += publish_due_tours(session, service, vacations, now)
        keep_answer(session, actor_id, idempotency_key, {"service_id": service.id})
        if changed:
            mark_changed(session, changed)
        return service.id


def set_demand_fare(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    service_id: str,
    fare: str | None,
    actor_id: str,
    now: dt.datetime,
) -> None:
    """Say what was approved, for all tours to come; commits. Raises Unknown, NotAllowed."""
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.SET_FARE)
        service_of(session, organisation_id, service_id, lock=True).fare = fare
        for tour in tours_of_service(session, service_id, seconds(now)):
            tour.fare = fare


def cancel_service_day(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    organisation_id: str,
    service_id: str,
    day: dt.date,
    reason: str | None,
    actor_id: str,
    now: dt.datetime,
) -> int:
    """The service does not drive on this day; commits. Passengers are told and offered another way.

    Returns how many bookings were touched. Done again, it changes nothing. Raises Unknown, NotAllowed,
    StateForbids, PlanInvalid for too many such days.
    """
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        service = not_ended(service_of(session, organisation_id, service_id, lock=True))
        plan = DemandPlan.from_json(service.plan)
        plan = replace(plan, exceptions=plan.exceptions | {day})
        check_demand_plan(plan)
        service.plan = plan.as_json()
        booked = clear(session, coming_tours(session, service_id, now, day), now)
    return withdraw_booked(sessions, snapshot, booked, actor_id=actor_id, reason=reason, now=now)


def open_service_day(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    service_id: str,
    day: dt.date,
    actor_id: str,
    vacations: Vacations,
    now: dt.datetime,
) -> None:
    """The service drives after all on a day that was cancelled; commits. Done again, it changes nothing.

    Raises Unknown, NotAllowed, StateForbids.
    """
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        service = not_ended(service_of(session, organisation_id, service_id, lock=True))
        plan = DemandPlan.from_json(service.plan)
        service.plan = replace(plan, exceptions=plan.exceptions - {day}).as_json()
        for tour in tours_of_service(session, service_id, seconds(now)):
            if tour.demand_day == day and tour.withdrawn_at is not None:
                tour.demand_day = None
        session.flush()
        added = publish_due_tours(session, service, vacations, now)
        if added:
            mark_changed(session, added)


def end_service(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    organisation_id: str,
    service_id: str,
    with_booked: bool,
    reason: str | None,
    actor_id: str,
    now: dt.datetime,
) -> int:
    """No more tours are published and those that nobody has booked are gone; commits.

    Booked ones still take place, without anybody new, or with `with_booked` are cancelled: passengers are told.
    Returns how many bookings were touched. Done again, it changes nothing. Raises Unknown, NotAllowed.
    """
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        service = service_of(session, organisation_id, service_id, lock=True)
        service.ended_at = service.ended_at or now
        booked = clear(session, coming_tours(session, service_id, now), now)
    if not with_booked:
        return 0
    return withdraw_booked(sessions, snapshot, booked, actor_id=actor_id, reason=reason, now=now)
