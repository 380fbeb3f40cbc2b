"""Journeys for somebody on the telephone: as they may book them, and as whoever answers may book for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.people import Person
from mitfahr.db.rides import rides_without_stops
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.find_itineraries import Answer, find_itineraries, ride_ids_in
from mitfahr.services.organisation_tasks import may_book_for_callers
from routing.snapshot import Snapshot


def find_for_caller(
    readers: sessionmaker[Session],
    snapshot: Snapshot,
    request: TripRequest,
    *,
    caller_id: str,
    actor_id: str,
    now: dt.datetime,
    secret_key: str,
    law: PriceLaw,
) -> Answer:
    """As `find_itineraries` answers the caller; journeys that the actor may not book have no token then."""
    answer = find_itineraries(
        readers, snapshot, request, now=now, secret_key=secret_key, law=law, person_id=caller_id
    )
    with readers() as session:
        actor = session.get_one(Person, actor_id)
        rides = rides_without_stops(session, ride_ids_in(one.journey for one in answer.itineraries))
        itineraries = tuple(
            one
            if may_book_for_callers(actor, (rides[key] for key in ride_ids_in([one.journey]) if key in rides))
            else replace(one, token=None)
            for one in answer.itineraries
        )
    return replace(answer, itineraries=itineraries)
