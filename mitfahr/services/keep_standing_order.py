"""Take down a standing order, leave out a day, end it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.people import Person
from mitfahr.db.standing_orders import (
    StandingDay,
    StandingOrder,
    days_of_order,
    orders_of_person,
    standing_bookings,
    standing_order_of,
)
from mitfahr.domain.contact_data import check_public_text
from mitfahr.domain.endings import not_ended
from mitfahr.domain.errors import NoDates, NotAllowed, TooManyOrders, Unknown
from mitfahr.domain.recurrence import PlannedDay, Recurrence, check_plan, next_days
from mitfahr.domain.roles import Action, may, require
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.standing_orders import MAX_OPEN, NOTHING_ASKED
from mitfahr.domain.states import LIVE
from mitfahr.domain.times import local, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.cancel_booking import cancel_booking
from routing.journey import Place

PREVIEWED = 12


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What is ordered: the moment of `request` does not count, its `arrive_by` is that of the way out. `origin` and
    `destination` are those of `request`."""

    request: TripRequest
    plan: Recurrence
    origin: Place
    destination: Place
    message: str | None = None


def preview_order(plan: Recurrence, vacations: Vacations, now: dt.datetime) -> list[PlannedDay]:
    """The next days, those that are left out too. Raises PlanInvalid, NoDates."""
    check_plan(plan)
    days = next_days(plan, vacations, local(seconds(now)).date(), PREVIEWED)
    if not any(one.rides and one.rides[-1].leaves.moment > now for one in days):
        raise NoDates()
    return days


def keep_standing_order(
    sessions: sessionmaker[Session],
    draft: OrderDraft,
    *,
    person_id: str,
    actor_id: str,
    idempotency_key: str,
    vacations: Vacations,
    now: dt.datetime,
) -> str:
    """Take down an order for oneself or, as a dispatcher, for somebody else; its id; commits. The worker books.

    Raises PlanInvalid, NoDates, ContactInText, NotAllowed, Unknown, TooManyOrders, IdempotencyConflict.
    """
    check_public_text(draft.message)
    preview_order(draft.plan, vacations, now)
    body: dict[str, Any] = {
        "request": draft.request.as_json(),
        "plan": draft.plan.as_json(),
        "message": draft.message,
        "person_id": person_id,
    }
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            return str(known["order_id"])
        person, actor = session.get(Person, person_id), session.get_one(Person, actor_id)
        if person is None:
            raise Unknown("person", person_id)
        require(actor.roles, Action.BOOK if person is actor else Action.BOOK_FOR_OTHERS)
        if not person.is_active:
            raise NotAllowed(Action.BOOK)
        if sum(one.ended_at is None for one in orders_of_person(session, person_id)) >= MAX_OPEN:
            raise TooManyOrders(MAX_OPEN)
        order = StandingOrder(
            id=new_id(),
            person_id=person_id,
            created_by_id=actor_id,
            question=draft.request.as_json(),
            origin_name=draft.origin.name,
            origin_lat=draft.origin.lat,
            origin_lon=draft.origin.lon,
            destination_name=draft.destination.name,
            destination_lat=draft.destination.lat,
            destination_lon=draft.destination.lon,
            plan=draft.plan.as_json(),
            message=draft.message,
            created_at=now,
        )
        session.add(order)
        keep_answer(session, actor_id, idempotency_key, {"order_id": order.id})
    return order.id


def order_for(session: Session, order_id: str, actor_id: str, *, lock: bool = False) -> StandingOrder:
    """An order that somebody may see and change: their own, or as a dispatcher; raises Unknown."""
    order = standing_order_of(session, order_id, lock=lock)
    actor = session.get_one(Person, actor_id)
    if order.person_id != actor_id and not may(actor.roles, Action.BOOK_FOR_OTHERS):
        raise Unknown("standing order", order_id)
    return order


def leave_out_day(
    sessions: sessionmaker[Session], *, order_id: str, day: dt.date, actor_id: str, now: dt.datetime
) -> None:
    """On this day nobody travels; what is booked for it is cancelled; commits. Repeated, it changes nothing.

    Raises Unknown, StateForbids for an ended order, TooLateToChange, PlanInvalid for too many such days.
    """
    with sessions.begin() as session:
        order = not_ended(order_for(session, order_id, actor_id, lock=True))
        plan = replace(order.recurrence, exceptions=order.recurrence.exceptions | {day})
        check_plan(plan)
        order.plan = plan.as_json()
        known = session.get(StandingDay, (order_id, day))
        booking_id = known.booking_id if known else None
        if known is not None:
            known.asked = NOTHING_ASKED
        if known is not None and known.hitch is not None and known.settled_at is None:
            known.settled_at, known.settled_by_id = now, actor_id
    if booking_id is not None:
        cancel_day(sessions, booking_id, actor_id, now)


def end_standing_order(
    sessions: sessionmaker[Session], *, order_id: str, actor_id: str, with_booked: bool, now: dt.datetime
) -> None:
    """Book no more days; `with_booked` cancels those that are booked. Commits; sent again it does the rest.

    Raises Unknown.
    """
    with sessions.begin() as session:
        order = order_for(session, order_id, actor_id, lock=True)
        order.ended_at = order.ended_at or now
    if not with_booked:
        return
    with sessions() as session:
        booked = booked_days(session, order_id, now)
    for booking_id in booked.values():
        cancel_day(sessions, booking_id, actor_id, now)


def booked_days(session: Session, order_id: str, now: dt.datetime) -> dict[dt.date, str]:
    """The booking of each day that has not begun yet and still stands, in part at least."""
    found = {}
    for day, row in days_of_order(session, order_id, local(seconds(now)).date()).items():
        if row.booking_id is None:
            continue
        ways = standing_bookings(session, row.booking_id)
        if any(leg.state in LIVE and leg.departure_s > seconds(now) for one in ways for leg in one.legs):
            found[day] = row.booking_id
    return found


def settle_day(
    sessions: sessionmaker[Session], *, order_id: str, day: dt.date, actor_id: str, now: dt.datetime
) -> None:
    """Somebody has seen to a day that could not be booked; commits. Repeated, it changes nothing.

    Raises NotAllowed, Unknown.
    """
    with sessions.begin() as session:
        require(session.get_one(Person, actor_id).roles, Action.BOOK_FOR_OTHERS)
        standing_order_of(session, order_id, lock=True)
        known = session.get(StandingDay, (order_id, day), populate_existing=True)
        if known is None:
            raise Unknown("day", day.isoformat())
        if known.settled_at is None:
            known.settled_at, known.settled_by_id = now, actor_id


def cancel_day(sessions: sessionmaker[Session], booking_id: str, actor_id: str, now: dt.datetime) -> None:
    """Cancel all that is booked for a day, as far as it has not left; commits."""
    with sessions() as session:
        standing = [one.id for one in standing_bookings(session, booking_id)]
    for one_id in standing:
        cancel_booking(sessions, booking_id=one_id, actor_id=actor_id, now=now, whole_trip=True)
