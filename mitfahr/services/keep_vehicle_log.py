"""Keep the log of a vehicle: drivers read kilometres and report defects, coordinators see to defects and inspections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.vehicle_log import (
    MAX_LOG_TEXT,
    VehicleDefect,
    VehicleInspection,
    VehicleReading,
    defect_of,
    inspection_of,
    readings_of,
)
from mitfahr.db.vehicles import OrganisationVehicle, vehicle_of
from mitfahr.domain.errors import LogInvalid
from mitfahr.domain.roles import Task
from mitfahr.domain.times import local, seconds
from mitfahr.domain.vehicle_log import InspectionKind, check_due, check_reading
from mitfahr.services.ask_drivers import coordinators
from mitfahr.services.organisation_tasks import require_task
from mitfahr.vehicle_messages import tell_defect

Entry = VehicleReading | VehicleDefect | VehicleInspection


def note_reading(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    vehicle_id: str,
    km: int,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> None:
    """What stands on the clock today; commits. Raises Unknown, NotAllowed, LogInvalid, IdempotencyConflict."""
    today = _today(now)

    def entry(session: Session, vehicle: OrganisationVehicle) -> Entry:
        last = readings_of(session, vehicle.id, most=1)
        check_reading(km, (last[0].km, last[0].read_on) if last else None, today)
        return VehicleReading(vehicle_id=vehicle.id, km=km, read_on=today, person_id=actor_id, created_at=now)

    key, of_vehicle = (actor_id, idempotency_key), (organisation_id, vehicle_id)
    _add(sessions, of_vehicle, Task.SEE, key, {"km": km}, now, entry)


def report_defect(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    vehicle_id: str,
    text: str,
    stops_driving: bool,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> None:
    """Somebody has found a defect; the coordinators are told. Commits.

    Raises Unknown, NotAllowed, LogInvalid (no words, or too many), IdempotencyConflict.
    """
    text = text.strip()
    if not 0 < len(text) <= MAX_LOG_TEXT:
        raise LogInvalid("text")

    def entry(session: Session, vehicle: OrganisationVehicle) -> Entry:
        for person in coordinators(session, organisation_id):
            tell_defect(session, person, vehicle, text, stops_driving, now)
        return VehicleDefect(
            vehicle_id=vehicle.id,
            text=text,
            stops_driving=stops_driving,
            found_by_id=actor_id,
            found_at=now,
        )

    body = {"text": text, "stops_driving": stops_driving}
    key, of_vehicle = (actor_id, idempotency_key), (organisation_id, vehicle_id)
    _add(sessions, of_vehicle, Task.SEE, key, body, now, entry)


def plan_inspection(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    vehicle_id: str,
    kind: InspectionKind,
    due_on: dt.date,
    due_km: int | None,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> None:
    """An inspection falls due on a day, and at so many kilometres if they are named; commits.

    Raises Unknown, NotAllowed, LogInvalid, IdempotencyConflict.
    """
    check_due(due_on, due_km, _today(now))

    def entry(_session: Session, vehicle: OrganisationVehicle) -> Entry:
        return VehicleInspection(
            vehicle_id=vehicle.id, kind=kind, due_on=due_on, due_km=due_km, created_at=now
        )

    body = {"kind": kind, "due_on": due_on.isoformat(), "due_km": due_km}
    key, of_vehicle = (actor_id, idempotency_key), (organisation_id, vehicle_id)
    _add(sessions, of_vehicle, Task.PLAN, key, body, now, entry)


def mend_defect(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    vehicle_id: str,
    defect_id: str,
    actor_id: str,
    now: dt.datetime,
) -> None:
    """It is mended; commits. Said again, it changes nothing. Raises Unknown, NotAllowed."""
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        defect = defect_of(session, vehicle_of(session, organisation_id, vehicle_id).id, defect_id)
        if defect.mended_at is None:
            defect.mended_at, defect.mended_by_id = now, actor_id


def finish_inspection(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    vehicle_id: str,
    inspection_id: str,
    next_on: dt.date | None,
    actor_id: str,
    now: dt.datetime,
) -> None:
    """It was done today, and falls due again on `next_on` if that is known; commits. Said again, it changes nothing.

    Raises Unknown, NotAllowed, LogInvalid.
    """
    today = _today(now)
    if next_on is not None:
        check_due(next_on, None, today)
        if next_on <= today:
            raise LogInvalid("due")
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        vehicle = vehicle_of(session, organisation_id, vehicle_id)
        inspection = inspection_of(session, vehicle.id, inspection_id)
        if inspection.done_on is not None:
            return
        inspection.done_on, inspection.done_by_id = today, actor_id
        if next_on is not None:
            session.add(
                VehicleInspection(vehicle_id=vehicle.id, kind=inspection.kind, due_on=next_on, created_at=now)
            )


def _add(
    sessions: sessionmaker[Session],
    of_vehicle: tuple[str, str],
    task: Task,
    key: tuple[str, str],
    body: Mapping[str, object],
    now: dt.datetime,
    entry: Callable[[Session, OrganisationVehicle], Entry],
) -> None:
    """Add what `entry` makes, once for a key. `of_vehicle`: ids of organisation and vehicle, `key`: actor and key."""
    organisation_id, vehicle_id = of_vehicle
    with sessions.begin() as session:
        if claim(session, *key, {"vehicle": vehicle_id, **body}, now) is not None:
            return
        require_task(session, key[0], organisation_id, task)
        row = entry(session, vehicle_of(session, organisation_id, vehicle_id))
        row.id = new_id()
        session.add(row)
        keep_answer(session, *key, {"entry_id": row.id})


def _today(now: dt.datetime) -> dt.date:
    return local(seconds(now)).date()
