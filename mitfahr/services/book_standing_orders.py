"""Book the days of standing orders ahead, by the rules of every booking, and write what is booked and what is not."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.people import staff_for
from mitfahr.db.session import one_view
from mitfahr.db.standing_orders import (
    StandingDay,
    StandingOrder,
    days_of_order,
    orders_to_write,
    running_orders,
    standing_bookings,
    standing_order_of,
)
from mitfahr.domain.errors import MitfahrError
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.recurrence import Direction, Occurrence, PlannedDay
from mitfahr.domain.roles import Role
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.standing_orders import (
    NOTHING_ASKED,
    TRY_AGAIN,
    WAIT_FOR_TIMETABLE,
    WRITE_AGAIN,
    Hitch,
    bookable_days,
    request_on,
)
from mitfahr.domain.times import local, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.messages import tell_not_booked, tell_staff_not_booked, tell_standing
from mitfahr.offered import join_tokens, read_all_signed
from mitfahr.services.book_standing_day import book_day, day_row, drop_day, is_to_come
from mitfahr.services.closed_rides import closed_to
from mitfahr.services.find_itineraries import answer_of, best_of, possible_journeys
from mitfahr.services.ride_schedule import measured
from routing.errors import RoutingError
from routing.journey import Journey
from routing.snapshot import Snapshot

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Due:
    """A day to be booked, as it was read; `asked` says for what (see `mitfahr.domain.standing_orders.asked_for`)."""

    order: StandingOrder
    planned: PlannedDay
    asked: str


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

    After a change of the order a day is booked anew in place of what stood for it, and days that are off the plan are
    cancelled. What is booked is written to each person in one message. A day that cannot be booked is told to the
    person and to the dispatchers once, and tried again every TRY_AGAIN. `current` gives the snapshot with the rides as
    they are; it is not asked where nothing is due.
    """
    with one_view(sessions) as session:
        orders = running_orders(session)
        due = [one for order in orders for one in _due(session, order, vacations, now)]
        dropped = [(order.id, day) for order in orders for day in _dropped(session, order, now)]
    for order_id, day in dropped:
        drop_day(sessions, order_id=order_id, day=day, now=now)
    booked, hitches = 0, list[_Due]()
    for one in due:
        snapshot = current()
        if _waits_for_timetable(one, snapshot, now):
            continue
        result = _book(sessions, snapshot, one, secret_key, law, vacations, now)
        if isinstance(result, Hitch):
            _note_hitch(sessions, one, result, vacations, now)
            hitches.append(one)
        else:
            booked += result
    with one_view(sessions) as session:
        news = orders_to_write(session, local(seconds(now)).date())
    for order_id in news:
        _write_to(sessions, order_id, now)
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
        row, asked = known.get(planned.day), order.asked_on(planned)
        if row is None:
            is_due = True
        elif row.hitch is not None:
            is_due = row.settled_at is None and row.tried_at <= now - TRY_AGAIN
        else:
            is_due = row.asked is not None and row.asked != asked
        if is_due:
            due.append(_Due(order, planned, asked))
    return due


def _dropped(session: Session, order: StandingOrder, now: dt.datetime) -> list[dt.date]:
    """Days that are off the plan and still have a booking."""
    rows = days_of_order(session, order.id, local(seconds(now)).date())
    return [
        day
        for day, row in rows.items()
        if row.asked == NOTHING_ASKED
        and row.booking_id is not None
        and is_to_come(standing_bookings(session, row.booking_id), now)
    ]


def _waits_for_timetable(one: _Due, snapshot: Snapshot, now: dt.datetime) -> bool:
    day = one.planned.day
    return snapshot.timetable.last_day < day and day > local(seconds(now)).date() + WAIT_FOR_TIMETABLE


def _book(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    one: _Due,
    secret_key: str,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
) -> bool | Hitch:
    """Whether the day is booked now and was not before, or why it cannot be."""
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
        return book_day(
            sessions,
            snapshot,
            read_all_signed(join_tokens(*tokens), secret_key),
            order_id=order.id,
            planned=one.planned,
            asked=one.asked,
            vacations=vacations,
            law=law,
            now=now,
        )
    except MitfahrError as refused:
        log.info("standing order %s: %s refused (%s)", order.id, one.planned.day, type(refused).__name__)
        return Hitch.REFUSED


def _note_hitch(
    sessions: sessionmaker[Session], one: _Due, hitch: Hitch, vacations: Vacations, now: dt.datetime
) -> None:
    """Write down why the day could not be booked, if the order still asks for it; what stood for it stays."""
    with sessions.begin() as session:
        order = standing_order_of(session, one.order.id, lock=True)
        row = day_row(session, order, one.planned, one.asked, vacations, now)
        if row is not None and (row.booking_id is None or row.asked != one.asked):
            row.hitch, row.tried_at = hitch, now


def _write_to(sessions: sessionmaker[Session], order_id: str, now: dt.datetime) -> None:
    """One message about all coming days of an order: at once where it is new, was changed, or a day was long looked
    for; else when the last is a while ago."""
    today = local(seconds(now)).date()
    with sessions.begin() as session:
        order = standing_order_of(session, order_id, lock=True)
        rows = {day: row for day, row in days_of_order(session, order_id, today).items() if row.booking_id}
        news = [row for row in rows.values() if row.written_at is None]
        is_time = order.written_at is None or order.written_at <= now - WRITE_AGAIN
        if not news or not (is_time or any(row.told_at is not None for row in news)):
            return
        order.written_at = now
        ways = {
            day: standing_bookings(session, row.booking_id)
            for day, row in rows.items()
            if row.booking_id is not None
        }
        shown = {day: found for day, found in ways.items() if rows[day] in news or is_to_come(found, now)}
        for row in news:
            row.written_at = now
        tell_standing(session, order, shown, now)


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
