"""Publish a run of the BürgerBus: a dated vehicle with stops, times and places."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride, RideHop, RideStop, overlapping_ride
from mitfahr.domain.errors import NotAllowed, OverlapsOtherRide, StopUnknown, Unknown
from mitfahr.domain.rides import RideKind, check_future, check_places, check_run_times
from mitfahr.domain.roles import Action, Role, require
from mitfahr.domain.times import moment, seconds
from routing.timetable import Timetable


@dataclass(frozen=True, slots=True)
class RunStop:
    """A stop of the timetable and when the run is there (aware moments)."""

    stop_id: str
    arrival: dt.datetime
    departure: dt.datetime


@dataclass(frozen=True, slots=True)
class RunDraft:
    """What the association fills in. `driver_id` None: nobody has taken the shift yet.

    `bookable_before_s` is how long before the first departure booking ends.
    """

    organisation_id: str
    line: str
    stops: tuple[RunStop, ...]
    seats: int = 8
    wheelchairs: int = 0
    driver_id: str | None = None
    bookable_before_s: int = 0
    note: str | None = None


def publish_run(
    sessions: sessionmaker[Session],
    timetable: Timetable,
    draft: RunDraft,
    *,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> str:
    """Publish a run and return its id; commits. The same form sent again gives the same id.

    `timetable` is the serving one: it knows the stops. Raises NotAllowed, NoSeats, TooManySeats,
    InThePast, WindowInvalid, StopUnknown, OverlapsOtherRide, IdempotencyConflict.
    """
    check_places(draft.seats, draft.wheelchairs)
    check_run_times([(seconds(stop.arrival), seconds(stop.departure)) for stop in draft.stops])
    check_future(seconds(draft.stops[0].departure), seconds(now))
    stops = [_stop(timetable, stop, seq) for seq, stop in enumerate(draft.stops)]
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, _body(draft), now)
        if known is not None:
            return str(known["ride_id"])
        check_may_run(session, actor_id, draft.organisation_id)
        ride = _ride(draft, stops, now)
        _check_driver_free(session, ride)
        session.add(ride)
        keep_answer(session, actor_id, idempotency_key, {"ride_id": ride.id})
        mark_changed(session, [ride.id])
    return ride.id


def check_may_run(session: Session, actor_id: str, organisation_id: str | None) -> None:
    """Raises NotAllowed unless the person may change runs of this organisation.

    Administrators and dispatchers may change those of every organisation, others of their own.
    """
    actor = session.get(Person, actor_id)
    if actor is None:
        raise Unknown("person", actor_id)
    require(actor.roles, Action.PUBLISH_RUN)
    everywhere = actor.roles & {Role.ADMIN, Role.DISPATCHER}
    if not everywhere and not (organisation_id and actor.belongs_to(organisation_id)):
        raise NotAllowed(Action.PUBLISH_RUN)


def _body(draft: RunDraft) -> dict[str, Any]:
    fields = dataclasses.asdict(draft)
    fields["stops"] = [
        [stop.stop_id, stop.arrival.isoformat(), stop.departure.isoformat()] for stop in draft.stops
    ]
    return fields


def _check_driver_free(session: Session, ride: Ride) -> None:
    if ride.driver_id is None:
        return
    if session.get(Person, ride.driver_id, with_for_update={"of": Person}) is None:
        raise Unknown("person", ride.driver_id)
    other = overlapping_ride(session, ride.driver_id, ride.begins_s, ride.ends_s)
    if other is not None:
        raise OverlapsOtherRide(other.label, moment(other.begins_s), moment(other.ends_s))


def _stop(timetable: Timetable, stop: RunStop, seq: int) -> RideStop:
    index = timetable.stop_by_id.get(stop.stop_id)
    if index is None:
        raise StopUnknown(stop.stop_id)
    return RideStop(
        seq=seq,
        lat=float(timetable.stop_lat[index]),
        lon=float(timetable.stop_lon[index]),
        name=timetable.stop_name[index],
        stop_id=stop.stop_id,
        arrival_s=seconds(stop.arrival),
        departure_s=seconds(stop.departure),
    )


def _ride(draft: RunDraft, stops: list[RideStop], now: dt.datetime) -> Ride:
    begins_s = stops[0].departure_s
    return Ride(
        id=new_id(),
        kind=RideKind.RUN,
        label=f"BürgerBus {draft.line}",
        line=draft.line,
        driver_id=draft.driver_id,
        organisation_id=draft.organisation_id,
        seats=draft.seats,
        wheelchairs=draft.wheelchairs,
        begins_s=begins_s,
        ends_s=stops[-1].arrival_s,
        bookable_until_s=begins_s - draft.bookable_before_s,
        note=draft.note,
        created_at=now,
        stops=stops,
        hops=[
            RideHop(seq=seq, capacity=draft.seats, wheelchair_capacity=draft.wheelchairs)
            for seq in range(len(stops) - 1)
        ],
    )
