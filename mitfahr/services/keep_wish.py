"""Keep a search as a wish, or end it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.people import Person
from mitfahr.db.wishes import Wish, wish_of, wishes_of
from mitfahr.domain.errors import TooManyWishes
from mitfahr.domain.roles import Action, require
from mitfahr.domain.times import local, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.wishes import MAX_OPEN, WishDays
from mitfahr.services.told_areas import told_locality
from routing.gazetteer import Gazetteer
from routing.journey import Place
from routing.timetable import Timetable


def keep_wish(
    sessions: sessionmaker[Session],
    timetable: Timetable,
    gazetteer: Gazetteer | None,
    request: TripRequest,
    days: WishDays,
    *,
    origin: Place,
    destination: Place,
    person_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> str:
    """Keep a search and return the wish's id; commits. `origin` and `destination` are those of `request`.

    Raises NotAllowed, WishInvalid, TooManyWishes, IdempotencyConflict.
    """
    today = local(seconds(now)).date()
    days.check(today)
    body: dict[str, Any] = {
        "request": request.as_json(),
        "days": [
            days.first.isoformat(),
            days.last.isoformat(),
            sorted(days.weekdays),
            days.begins.isoformat(),
            days.window_s,
        ],
    }
    with sessions.begin() as session:
        known = claim(session, person_id, idempotency_key, body, now)
        if known is not None:
            return str(known["wish_id"])
        require(session.get_one(Person, person_id).roles, Action.BOOK)
        running = [w for w in wishes_of(session, person_id) if w.ended_at is None and w.last_day >= today]
        if len(running) >= MAX_OPEN:
            raise TooManyWishes(MAX_OPEN)
        wish = Wish(
            id=new_id(),
            person_id=person_id,
            question=request.as_json(),
            origin_name=origin.name,
            origin_area=told_locality(timetable, gazetteer, origin),
            origin_lat=origin.lat,
            origin_lon=origin.lon,
            destination_name=destination.name,
            destination_area=told_locality(timetable, gazetteer, destination),
            destination_lat=destination.lat,
            destination_lon=destination.lon,
            first_day=days.first,
            last_day=days.last if days.weekdays else days.first,
            weekdays=sum(1 << day for day in days.weekdays),
            begins=days.begins,
            window_s=days.window_s,
            created_at=now,
        )
        session.add(wish)
        keep_answer(session, person_id, idempotency_key, {"wish_id": wish.id})
    return wish.id


def end_wish(sessions: sessionmaker[Session], *, wish_id: str, person_id: str, now: dt.datetime) -> None:
    """Stop looking; commits. Ended again, it changes nothing. Raises Unknown."""
    with sessions.begin() as session:
        wish = wish_of(session, wish_id, person_id)
        if wish.ended_at is None:
            wish.ended_at = now
