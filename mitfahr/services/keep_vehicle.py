"""The vehicles of an organisation: enter one, change it, give it away."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.vehicles import OrganisationVehicle, vehicle_of
from mitfahr.domain.errors import TooManySeats
from mitfahr.domain.rides import check_baggage, check_places
from mitfahr.domain.roles import Task
from mitfahr.domain.vehicles import read_plate
from mitfahr.services.organisation_tasks import require_task


@dataclass(frozen=True, slots=True)
class VehicleDraft:
    """`registration` as it is typed; the numbers are places for passengers and what they bring."""

    name: str
    registration: str
    seats: int
    wheelchairs: int
    child_seats: int
    luggage: int
    bicycles: int


def keep_vehicle(
    sessions: sessionmaker[Session],
    draft: VehicleDraft,
    *,
    organisation_id: str,
    vehicle_id: str | None,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> str:
    """Enter a vehicle, or change the one named; commits. The same form sent again gives the same id.

    Raises Unknown, NotAllowed, NoSeats, TooManySeats, TooMuchBaggage, PlateInvalid, IdempotencyConflict.
    """
    check_places(draft.seats, draft.wheelchairs)
    check_baggage(draft.luggage, draft.bicycles)
    if not 0 <= draft.child_seats <= draft.seats:
        raise TooManySeats(draft.child_seats, draft.seats)
    fields = dataclasses.asdict(draft) | {"registration": read_plate(draft.registration)}
    with sessions.begin() as session:
        body = {"vehicle": vehicle_id, "organisation": organisation_id, **fields}
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            return str(known["vehicle_id"])
        require_task(session, actor_id, organisation_id, Task.PLAN)
        if vehicle_id is None:
            vehicle = OrganisationVehicle(
                id=new_id(), organisation_id=organisation_id, created_at=now, **fields
            )
            session.add(vehicle)
        else:
            vehicle = vehicle_of(session, organisation_id, vehicle_id)
            for name, value in fields.items():
                setattr(vehicle, name, value)
        keep_answer(session, actor_id, idempotency_key, {"vehicle_id": vehicle.id})
        return vehicle.id


def retire_vehicle(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    vehicle_id: str,
    actor_id: str,
    now: dt.datetime,
) -> None:
    """The organisation has it no longer; commits. Done again, it changes nothing. Raises Unknown, NotAllowed."""
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        vehicle = vehicle_of(session, organisation_id, vehicle_id)
        vehicle.retired_at = vehicle.retired_at or now
