"""Change a standing order: other days, times, places or seats, or a pause; and what that makes of the coming days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.standing_orders import StandingDay, StandingOrder, days_of_order, standing_bookings
from mitfahr.domain.contact_data import check_public_text
from mitfahr.domain.endings import not_ended
from mitfahr.domain.errors import InThePast, PlanInvalid
from mitfahr.domain.recurrence import Recurrence, check_plan, planned_days
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.standing_orders import NOTHING_ASKED, Fate, asked_for, bookable_days, fates
from mitfahr.domain.states import LIVE, Side
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.services.book_standing_day import is_to_come
from mitfahr.services.keep_standing_order import OrderDraft, order_for, preview_order
from routing.journey import Place

LONGEST_PAUSE = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class _Days:
    """The coming days of an order as they are: `booked` and for what, and `off`, which the rider has cancelled."""

    rows: dict[dt.date, StandingDay]
    booked: dict[dt.date, str]
    off: frozenset[dt.date]


def foresee_change(
    session: Session, order: StandingOrder, draft: OrderDraft, vacations: Vacations, now: dt.datetime
) -> dict[dt.date, Fate]:
    """What the change would make of each day that is booked or soon will be, in their order.

    Raises PlanInvalid, NoDates.
    """
    preview_order(draft.plan, vacations, now)
    days = _days(session, order, vacations, now)
    return fates(days.booked, _wanted(order, draft, days.off, vacations, now))


def change_standing_order(
    sessions: sessionmaker[Session],
    draft: OrderDraft,
    *,
    order_id: str,
    actor_id: str,
    idempotency_key: str,
    vacations: Vacations,
    now: dt.datetime,
) -> None:
    """Ask for something else from now on; commits. The worker books anew and cancels, each day by itself.

    Days for which the same is asked as before are not touched, nor those that have begun; what the rider has cancelled
    stays cancelled. Raises PlanInvalid, NoDates, ContactInText, Unknown, StateForbids for an ended order,
    IdempotencyConflict.
    """
    check_public_text(draft.message)
    body = {
        "order_id": order_id,
        "request": {**draft.request.as_json(), "when": None},
        "plan": draft.plan.as_json(),
        "message": draft.message,
    }
    with sessions.begin() as session:
        if claim(session, actor_id, idempotency_key, body, now) is not None:
            return
        order = not_ended(order_for(session, order_id, actor_id, lock=True))
        preview_order(draft.plan, vacations, now)
        days = _days(session, order, vacations, now)
        wanted = _wanted(order, draft, days.off, vacations, now)
        found = fates(days.booked, wanted)
        for day, row in days.rows.items():
            if day in days.booked:
                row.asked = NOTHING_ASKED if found[day] is Fate.CANCELLED else days.booked[day]
                row.hitch = row.told_at = row.settled_at = row.settled_by_id = None
            elif day in days.off:
                row.asked = None
            elif row.hitch is not None or row.asked != NOTHING_ASKED:
                session.delete(row)  # looked for again at once, as things are now
        if order.message != draft.message:
            _tell_drivers_else(session, days, draft.message)
        _write(order, draft)
        order.written_at = None
        keep_answer(session, actor_id, idempotency_key, {})


def paused(
    plan: Recurrence, vacations: Vacations, first: dt.date, last: dt.date, now: dt.datetime
) -> Recurrence:
    """The plan without its days from `first` to `last`. Raises PlanInvalid, InThePast."""
    today = local(seconds(now)).date()
    if last < today:
        raise InThePast(resolve(last, dt.time()).moment)
    if last < first or last - first > LONGEST_PAUSE:
        raise PlanInvalid("last")
    days = {one.day for one in planned_days(plan, vacations, max(first, today), last)}
    changed = replace(plan, exceptions=frozenset(day for day in plan.exceptions if day >= today) | days)
    check_plan(changed)
    return changed


def draft_of(order: StandingOrder) -> OrderDraft:
    """What is ordered now."""
    return OrderDraft(
        request=order.request,
        plan=order.recurrence,
        origin=Place(order.origin_name, *order.origin),
        destination=Place(order.destination_name, *order.destination),
        message=order.message,
    )


def _days(session: Session, order: StandingOrder, vacations: Vacations, now: dt.datetime) -> _Days:
    today = local(seconds(now)).date()
    as_planned = {
        one.day: order.asked_on(one) for one in bookable_days(order.recurrence, vacations, today, now)
    }
    rows, booked, off = {}, dict[dt.date, str](), set[dt.date]()
    for day, row in days_of_order(session, order.id, today).items():
        bookings = [] if row.booking_id is None else standing_bookings(session, row.booking_id)
        legs = [leg for one in bookings for leg in one.legs]
        if is_to_come(bookings, now):
            booked[day] = as_planned.get(day, NOTHING_ASKED) if row.asked is None else row.asked
        elif any(leg.state in LIVE or leg.departure_s <= seconds(now) for leg in legs):
            continue  # has begun
        elif row.asked != NOTHING_ASKED and any(leg.moved_by is Side.RIDER for leg in legs):
            off.add(day)
        rows[day] = row
    return _Days(rows, booked, frozenset(off))


def _wanted(
    order: StandingOrder,
    draft: OrderDraft,
    off: Collection[dt.date],
    vacations: Vacations,
    now: dt.datetime,
) -> dict[dt.date, str]:
    """What each bookable day would be booked for."""
    ends = _ends(order, draft)
    today = local(seconds(now)).date()
    return {
        one.day: asked_for(draft.request, ends, one.rides)
        for one in bookable_days(draft.plan, vacations, today, now)
        if one.day not in off
    }


def _ends(order: StandingOrder, draft: OrderDraft) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the changed order begins and ends: the same stop stays where it lay when it was ordered first."""
    origin = order.origin if draft.request.origin == order.request.origin else _at(draft.origin)
    is_same = draft.request.destination == order.request.destination
    return origin, order.destination if is_same else _at(draft.destination)


def _at(place: Place) -> tuple[float, float]:
    return place.lat, place.lon


def _write(order: StandingOrder, draft: OrderDraft) -> None:
    if draft.request.origin != order.request.origin:
        order.origin_name, (order.origin_lat, order.origin_lon) = draft.origin.name, _at(draft.origin)
    if draft.request.destination != order.request.destination:
        order.destination_name = draft.destination.name
        order.destination_lat, order.destination_lon = _at(draft.destination)
    order.question = draft.request.as_json()
    order.plan = draft.plan.as_json()
    order.message = draft.message


def _tell_drivers_else(session: Session, days: _Days, message: str | None) -> None:
    """Another word to whoever drives, on what is booked already."""
    for day in days.booked:
        booking_id = days.rows[day].booking_id
        if booking_id is not None:
            for booking in standing_bookings(session, booking_id):
                booking.message = message
