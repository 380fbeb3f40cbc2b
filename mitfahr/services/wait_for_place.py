"""Wait for a place on a full run, or wait no longer."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride
from mitfahr.db.waiting import WaitEntry, entries_of_person, wait_entry_of
from mitfahr.domain.errors import NotAllowed, SeatTaken, TooLateToBook, TooManyWaiting, Unknown
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Action, require
from mitfahr.domain.times import moment, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.waiting import MAX_WAITING, Outcome
from mitfahr.services.organisation_tasks import may_book_for_callers
from routing.journey import Place


def wait_for_place(
    sessions: sessionmaker[Session],
    request: TripRequest,
    *,
    ride_id: str,
    origin: Place,
    destination: Place,
    person_id: str,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> str:
    """Put somebody on the list of a run; the id of the entry; commits. Who waits for the run already stays in place.

    Raises Unknown, NotAllowed, TooLateToBook, SeatTaken (the vehicle is too small for the party even when empty),
    TooManyWaiting, IdempotencyConflict.
    """
    body = {"ride_id": ride_id, "person_id": person_id, "request": request.as_json()}
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            return str(known["entry_id"])
        ride = session.get(Ride, ride_id)
        if ride is None or ride.kind is not RideKind.RUN or ride.withdrawn_at is not None:
            raise Unknown("run", ride_id)
        _check_may_wait(session, ride, person_id, actor_id)
        if ride.bookable_until_s < seconds(now):
            raise TooLateToBook(ride.label, moment(ride.bookable_until_s))
        party = request.party
        if (
            party.seats > ride.seats
            or party.wheelchairs > ride.wheelchairs
            or party.luggage > ride.luggage
            or party.bicycles > ride.bicycles
        ):
            raise SeatTaken(ride.label, party.seats, party.wheelchairs)
        waiting = entries_of_person(session, person_id)
        entry_id = next((one.id for one in waiting if one.ride_id == ride_id), None)
        if entry_id is None:
            if len(waiting) >= MAX_WAITING:
                raise TooManyWaiting(MAX_WAITING)
            entry_id = new_id()
            session.add(
                WaitEntry(
                    id=entry_id,
                    person_id=person_id,
                    created_by_id=actor_id,
                    ride_id=ride_id,
                    question=request.as_json(),
                    party=party,
                    origin_name=origin.name,
                    origin_lat=origin.lat,
                    origin_lon=origin.lon,
                    destination_name=destination.name,
                    destination_lat=destination.lat,
                    destination_lon=destination.lon,
                    created_at=now,
                )
            )
        keep_answer(session, actor_id, idempotency_key, {"entry_id": entry_id})
    return entry_id


def stop_waiting(
    sessions: sessionmaker[Session], *, entry_id: str, actor_id: str, now: dt.datetime
) -> WaitEntry:
    """Take somebody off the list; commits. Repeated, it changes nothing. A place that was offered is not touched.

    Raises Unknown.
    """
    with sessions.begin() as session:
        entry = wait_entry_of(session, entry_id, lock=True)
        try:
            _check_may_wait(session, entry.ride, entry.person_id, actor_id)
        except NotAllowed:
            raise Unknown("wait entry", entry_id) from None
        if entry.ended_at is None and entry.booking_id is None:
            entry.ended_at, entry.outcome = now, Outcome.LEFT
    return entry


def _check_may_wait(session: Session, ride: Ride, person_id: str, actor_id: str) -> None:
    """For oneself, or for somebody whom one may book this run for. Raises NotAllowed, Unknown."""
    person, actor = session.get(Person, person_id), session.get_one(Person, actor_id)
    if person is None:
        raise Unknown("person", person_id)
    if person is actor:
        require(actor.roles, Action.BOOK)
    elif not may_book_for_callers(actor, [ride]):
        raise NotAllowed(Action.BOOK_FOR_OTHERS)
    if not person.is_active:
        raise NotAllowed(Action.BOOK)
