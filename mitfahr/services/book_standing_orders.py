"""Book the days of standing orders ahead, through the same service as everybody, and tell what could not be booked."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.idempotency import kept_answer
from mitfahr.db.people import staff_for
from mitfahr.db.session import one_view
from mitfahr.db.standing_orders import (
    StandingDay,
    StandingOrder,
    days_of_order,
    running_orders,
    standing_order_of,
)
from mitfahr.domain.errors import IdempotencyConflict, MitfahrError
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.recurrence import Direction, Occurrence, PlannedDay
from mitfahr.domain.roles import Role
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.standing_orders import (
    TRY_AGAIN,
    WAIT_FOR_TIMETABLE,
    Hitch,
    bookable_days,
    request_on,
)
from mitfahr.domain.times import local, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.messages import tell_not_booked, tell_staff_not_booked
from mitfahr.offered import join_tokens
from mitfahr.services.book_journey import BookingForm, book_journey
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_itineraries import answer_of, best_of, possible_journeys
from mitfahr.services.keep_standing_order import cancel_day
from mitfahr.services.ride_schedule import measured
from routing.errors import RoutingError
from routing.journey import Journey
from routing.snapshot import Snapshot

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Due:
    """A day to be booked, as it was read."""

    order: StandingOrder
    planned: PlannedDay


def book_standing_orders(
    sessions: sessionmaker[Session],
    current: Callable[[], Snapshot],
    *,
    secret_key: str,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
) -> int:
    """Book what is due of all orders, each day by itself and both its ways or none; commits; returns the days booked.

    A day that cannot be booked is told to the person and to the dispatchers once, and tried again every TRY_AGAIN.
    `current` gives the snapshot with the rides as they are; it is not asked where nothing is due.
    """
    with one_view(sessions) as session:
        due = [one for order in running_orders(session) for one in _due(session, order, vacations, now)]
    booked, hitches = 0, list[_Due]()
    for one in due:
        snapshot = current()
        if _waits_for_timetable(one, snapshot, now):
            continue
        key = f"standing-{one.order.id}-{one.planned.day}"
        with sessions() as session:
            known = kept_answer(session, one.order.person_id, key)
        result = (
            str(known["booking_id"]) if known else _book(sessions, snapshot, one, key, secret_key, law, now)
        )
        if isinstance(result, Hitch):
            _note(sessions, one, None, result, now)
            hitches.append(one)
        else:
            booked += _note(sessions, one, result, None, now)
    _tell(sessions, hitches, now)
    return booked


def find_ways(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    request: TripRequest,
    rides: Sequence[Occurrence],
    person_id: str,
    now: dt.datetime,
) -> list[Journey] | Hitch:
    """The best way for each ride of one day within the hours asked for, or what is missing."""
    found = list[Journey]()
    with one_view(sessions) as session:
        banned = closed_to(session, person_id, request.needs, now)
    for one in rides:
        asked = request_on(request, one)
        try:
            best = best_of(possible_journeys(snapshot, asked, now, banned), asked.arrive_by)
        except RoutingError:  # a stop that the serving timetable does not know
            best = None
        if best is None or (found and best.departure_s < found[-1].arrival_s):
            return Hitch.NO_WAY_OUT if one.direction is Direction.OUT else Hitch.NO_WAY_BACK
        found.append(measured(snapshot, best))
    return found


def _due(session: Session, order: StandingOrder, vacations: Vacations, now: dt.datetime) -> list[_Due]:
    today = local(seconds(now)).date()
    known = days_of_order(session, order.id, today)
    due = []
    for planned in bookable_days(order.recurrence, vacations, today, now):
        row = known.get(planned.day)
        is_open = row is not None and row.hitch is not None and row.settled_at is None
        if row is None or (is_open and row.tried_at <= now - TRY_AGAIN):
            due.append(_Due(order, planned))
    return due


def _waits_for_timetable(one: _Due, snapshot: Snapshot, now: dt.datetime) -> bool:
    day = one.planned.day
    return snapshot.timetable.last_day < day and day > local(seconds(now)).date() + WAIT_FOR_TIMETABLE


def _book(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    one: _Due,
    key: str,
    secret_key: str,
    law: PriceLaw,
    now: dt.datetime,
) -> str | Hitch:
    """The id of the booking (of two: of the way out), or why there is none."""
    order = one.order
    ways = find_ways(sessions, snapshot, order.request, one.planned.rides, order.person_id, now)
    if isinstance(ways, Hitch):
        return Hitch.NO_TIMETABLE if snapshot.timetable.last_day < one.planned.day else ways
    tokens = []
    with one_view(sessions) as session:
        for ride, way in zip(one.planned.rides, ways, strict=True):
            answer = answer_of(
                session,
                request_on(order.request, ride),
                [way],
                snapshot.timetable.version,
                now=now,
                secret_key=secret_key,
                law=law,
            )
            tokens.append(answer.itineraries[0].token or "")
    try:
        return book_journey(
            sessions,
            snapshot,
            BookingForm(join_tokens(*tokens), order.person_id, message=order.message),
            actor_id=order.person_id,
            idempotency_key=key,
            secret_key=secret_key,
            law=law,
            now=now,
        )
    except IdempotencyConflict:  # another worker has just booked this day and notes it
        log.info("standing order %s: %s is being booked elsewhere", order.id, one.planned.day)
        with sessions() as session:
            known = kept_answer(session, order.person_id, key)
        return str(known["booking_id"]) if known else Hitch.REFUSED
    except MitfahrError as refused:
        log.info("standing order %s: %s refused (%s)", order.id, one.planned.day, type(refused).__name__)
        return Hitch.REFUSED


def _note(
    sessions: sessionmaker[Session],
    one: _Due,
    booking_id: str | None,
    hitch: Hitch | None,
    now: dt.datetime,
) -> bool:
    """Write down what became of the day; whether it is booked now.

    What was booked while the order was ended or the day left out is cancelled again.
    """
    with sessions.begin() as session:
        order = standing_order_of(session, one.order.id, lock=True)
        is_wanted = order.ended_at is None and one.planned.day not in order.recurrence.exceptions
        if not is_wanted and booking_id is None:
            return False
        day = session.get(StandingDay, (order.id, one.planned.day), populate_existing=True)
        if day is None:
            day = StandingDay(order_id=order.id, day=one.planned.day)
            session.add(day)
        if day.booking_id is None:
            day.booking_id, day.hitch, day.tried_at = booking_id, hitch, now
    if booking_id is not None and not is_wanted:
        cancel_day(sessions, booking_id, one.order.person_id, now)
    return booking_id is not None and is_wanted


def _tell(sessions: sessionmaker[Session], hitches: Sequence[_Due], now: dt.datetime) -> None:
    """One mail to each person, one to each dispatcher, about everything that is new."""
    if not hitches:
        return
    with sessions.begin() as session:
        by_order: dict[str, list[StandingDay]] = {}
        for one in hitches:
            day = session.get(StandingDay, (one.order.id, one.planned.day), populate_existing=True)
            if day is not None and day.hitch is not None and day.told_at is None:
                day.told_at = now
                by_order.setdefault(one.order.id, []).append(day)
        for order_id, days in by_order.items():
            tell_not_booked(session, standing_order_of(session, order_id), days, now)
        told = [day for days in by_order.values() for day in days]
        if told:
            for person in staff_for(session, Role.DISPATCHER):
                tell_staff_not_booked(session, person, told, now)
