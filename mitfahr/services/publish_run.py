"""Publish a run of the BürgerBus: a dated vehicle with stops, times and places."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.people import lock_person
from mitfahr.db.rides import Ride, RideHop, RideStop
from mitfahr.db.run_lines import approved_fare
from mitfahr.db.vehicles import OrganisationVehicle, vehicle_of, vehicles_of
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.errors import StopUnknown, TooManySeats
from mitfahr.domain.rides import RideKind, check_baggage, check_future, check_places, check_run_times
from mitfahr.domain.roles import Task
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import seconds
from mitfahr.services.driver_time import Span, check_driver_free
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.staff_runs import put_on_shift
from routing.timetable import StopIdx, Timetable


@dataclass(frozen=True, slots=True)
class RunStop:
    """A stop (or station) of the timetable and when the run is there (aware moments)."""

    stop_id: str
    arrival: dt.datetime
    departure: dt.datetime


@dataclass(frozen=True, slots=True)
class RunDraft:
    """What the association fills in. `driver_id` None: nobody has taken the shift yet.

    `bookable_before_s` is how long before the first departure booking ends, `fare` what has been approved.
    """

    organisation_id: str
    line: str
    stops: tuple[RunStop, ...]
    seats: int = 8
    wheelchairs: int = 0
    luggage: int = 0
    bicycles: int = 0
    vehicle_id: str | None = None
    driver_id: str | None = None
    booking: BookingNeed = BookingNeed.REQUIRED
    bookable_before_s: int = 0
    fare: str | None = None
    note: str | None = None


def publish_run(
    sessions: sessionmaker[Session],
    timetable: Timetable,
    draft: RunDraft,
    *,
    actor_id: str,
    idempotency_key: str,
    vacations: Vacations,
    now: dt.datetime,
) -> str:
    """Publish a run and return its id; commits. The same form sent again gives the same id.

    `timetable` is the serving one: it knows the stops. Whoever drives it has no other ride then, nor one that
    a series of theirs will have. An association with one vehicle drives it: then the run belongs to the shift
    that spans it. The fare is the one approved for its number, whatever the draft says. Raises Unknown, NotAllowed, NoSeats, TooManySeats,
    InThePast, WindowInvalid, StopUnknown, OverlapsOtherRide, IdempotencyConflict.
    """
    stops = check_run(timetable, draft, now)
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, _body(draft), now)
        if known is not None:
            return str(known["ride_id"])
        require_task(session, actor_id, draft.organisation_id, Task.PLAN)
        vehicle = _vehicle(session, draft)
        ride = run_row(draft, stops, now)
        ride.fare = approved_fare(session, draft.organisation_id, draft.line)
        if draft.driver_id is not None:
            lock_person(session, draft.driver_id)
        if vehicle is not None:
            ride.vehicle_id = vehicle.id
            put_on_shift(session, ride)
        if draft.driver_id is not None:
            span = Span(ride.begins_s, ride.ends_s, ride.label)
            check_driver_free(session, draft.driver_id, [span], vacations, now, without_shift=ride.shift_id)
        session.add(ride)
        keep_answer(session, actor_id, idempotency_key, {"ride_id": ride.id})
        mark_changed(session, [ride.id])
    return ride.id


def check_run(timetable: Timetable, draft: RunDraft, now: dt.datetime) -> list[RideStop]:
    """The stops of a draft, after every check that needs no database.

    Raises NoSeats, TooManySeats, InThePast, WindowInvalid, StopUnknown.
    """
    check_places(draft.seats, draft.wheelchairs)
    check_baggage(draft.luggage, draft.bicycles)
    check_run_times([(seconds(stop.arrival), seconds(stop.departure)) for stop in draft.stops])
    check_future(seconds(draft.stops[0].departure), seconds(now))
    return [_stop(timetable, stop, seq) for seq, stop in enumerate(draft.stops)]


def _vehicle(session: Session, draft: RunDraft) -> OrganisationVehicle | None:
    """The one named, or the only one there is; raises Unknown, TooManySeats for more places than it has."""
    if draft.vehicle_id is None:
        owned = vehicles_of(session, draft.organisation_id)
        vehicle = owned[0] if len(owned) == 1 else None
    else:
        vehicle = vehicle_of(session, draft.organisation_id, draft.vehicle_id)
    if vehicle is not None:
        for asked, there in ((draft.seats, vehicle.seats), (draft.wheelchairs, vehicle.wheelchairs)):
            if asked > there:
                raise TooManySeats(asked, there)
    return vehicle


def _body(draft: RunDraft) -> dict[str, Any]:
    fields = dataclasses.asdict(draft)
    fields["stops"] = [
        [stop.stop_id, stop.arrival.isoformat(), stop.departure.isoformat()] for stop in draft.stops
    ]
    return fields


def _stop(timetable: Timetable, stop: RunStop, seq: int) -> RideStop:
    named = timetable.stop_by_id.get(stop.stop_id)
    if named is None:
        raise StopUnknown(stop.stop_id)
    index = _halting_place(timetable, named)
    return RideStop(
        seq=seq,
        lat=float(timetable.stop_lat[index]),
        lon=float(timetable.stop_lon[index]),
        name=timetable.stop_name[index],
        stop_id=timetable.stop_id[index],
        arrival_s=seconds(stop.arrival),
        departure_s=seconds(stop.departure),
    )


def _halting_place(timetable: Timetable, stop: StopIdx) -> int:
    """The stop itself; of a station, at which no vehicle halts, its busiest platform."""
    if not timetable.stop_is_station[stop]:
        return stop
    platforms = np.flatnonzero(timetable.stop_parent == stop)
    if not len(platforms):
        raise StopUnknown(timetable.stop_id[stop])
    trips = np.repeat(np.diff(timetable.pattern_trip_start), np.diff(timetable.pattern_stop_start))
    visits = np.bincount(timetable.pattern_stops, weights=trips, minlength=timetable.n_stops)
    return int(platforms[np.argmax(visits[platforms])])


def run_row(draft: RunDraft, stops: list[RideStop], now: dt.datetime) -> Ride:
    """The row of a run whose `stops` have been checked, not added to any session yet."""
    begins_s = stops[0].departure_s
    return Ride(
        id=new_id(),
        kind=RideKind.RUN,
        label=f"BürgerBus {draft.line}",
        line=draft.line,
        vehicle_id=draft.vehicle_id,
        driver_id=draft.driver_id,
        organisation_id=draft.organisation_id,
        seats=draft.seats,
        wheelchairs=draft.wheelchairs,
        luggage=draft.luggage,
        bicycles=draft.bicycles,
        begins_s=begins_s,
        ends_s=stops[-1].arrival_s,
        bookable_until_s=begins_s - draft.bookable_before_s,
        booking=draft.booking,
        fare=draft.fare,
        note=draft.note,
        created_at=now,
        stops=stops,
        hops=[
            RideHop(
                seq=seq,
                capacity=draft.seats,
                wheelchair_capacity=draft.wheelchairs,
                luggage_capacity=draft.luggage,
                bicycle_capacity=draft.bicycles,
            )
            for seq in range(len(stops) - 1)
        ],
    )
