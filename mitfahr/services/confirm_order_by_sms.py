"""Send all coming days of a standing order to the person's mobile telephone, because somebody asked for it in a call."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.outbox import queue_sms
from mitfahr.db.people import Person
from mitfahr.db.standing_orders import StandingOrder, days_of_order, standing_bookings, standing_order_of
from mitfahr.domain.errors import NoDates, PhoneInvalid
from mitfahr.domain.phone_numbers import takes_sms
from mitfahr.domain.roles import Action, require
from mitfahr.domain.times import local, seconds
from mitfahr.messages import standing_sms
from mitfahr.services.book_standing_day import OrderedDays, is_to_come


def coming_days(session: Session, order: StandingOrder, now: dt.datetime) -> OrderedDays:
    """What is booked of an order and has not begun: the ways of each day in the order of travelling."""
    rows = days_of_order(session, order.id, local(seconds(now)).date())
    found = {day: standing_bookings(session, row.booking_id) for day, row in rows.items() if row.booking_id}
    return {day: ways for day, ways in found.items() if is_to_come(ways, now)}


def confirm_order_by_sms(
    sessions: sessionmaker[Session], *, order_id: str, actor_id: str, idempotency_key: str, now: dt.datetime
) -> None:
    """Queue one short message; commits. The same form sent again sends nothing more.

    Raises Unknown, NotAllowed, NoDates where nothing is booked, PhoneInvalid where no message can be read,
    IdempotencyConflict.
    """
    with sessions.begin() as session:
        if claim(session, actor_id, idempotency_key, {"sms": order_id}, now) is not None:
            return
        require(session.get_one(Person, actor_id).roles, Action.BOOK_FOR_OTHERS)
        order = standing_order_of(session, order_id)
        days = coming_days(session, order, now)
        if not days:
            raise NoDates()
        phone = order.person.phone
        if phone is None or not takes_sms(phone):
            raise PhoneInvalid(phone or "")
        queue_sms(session, phone, standing_sms(order, days), now)
        keep_answer(session, actor_id, idempotency_key, {})
