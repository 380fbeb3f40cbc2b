"""Book one day of a standing order, both its ways or none, in place of what was booked for it; or let the day go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.bookings import Booking, BookingLeg, lock_booking
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import lock_rides
from mitfahr.db.standing_orders import StandingDay, StandingOrder, standing_bookings, standing_order_of
from mitfahr.domain.errors import NotAllowed
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.recurrence import PlannedDay, planned_days
from mitfahr.domain.roles import Action
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.standing_orders import NOTHING_ASKED
from mitfahr.domain.states import LIVE, LegState, Side
from mitfahr.domain.times import seconds
from mitfahr.languages.stored import PLAN_CHANGED
from mitfahr.messages import tell_drivers_booked, tell_drivers_freed
from mitfahr.offered import Offered
from mitfahr.services.book_journey import (
    Agreed,
    Way,
    bare_booking,
    check_nobody_waits,
    check_rides,
    lock_for_booking,
    named_in,
    seats_or_refusal,
    way_of,
    write_booking,
)
from mitfahr.services.find_itineraries import ride_ids_in
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.release_legs import legs_to_come, release_leg, rides_of
from mitfahr.services.take_request import tours_for
from routing.snapshot import Snapshot


def book_day(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    offers: Sequence[Offered],
    *,
    order_id: str,
    planned: PlannedDay,
    asked: str,
    vacations: Vacations,
    law: PriceLaw,
    now: dt.datetime,
) -> bool:
    """Book the offered ways of a day, and give back what stood for it, in one transaction; commits.

    False, and nothing happens, where the order does not ask for that any more (`asked`) or the day is booked so
    already. The rider is written by whoever calls, drivers at once. Raises what `book_journey` raises.
    """
    wanted = ride_ids_in(offered.journey for offered in offers)
    party = offers[0].request.party
    lapse_holds(sessions, snapshot, now=now, ride_ids=frozenset(wanted))
    with seats_or_refusal(party), sessions.begin() as session:
        order = standing_order_of(session, order_id, lock=True)
        row = day_row(session, order, planned, asked, vacations, now)
        if row is None or (row.booking_id is not None and row.hitch is None and row.asked == asked):
            return False
        if not order.person.is_active:
            raise NotAllowed(Action.BOOK)
        old = [] if row.booking_id is None else standing_bookings(session, row.booking_id)
        rides = lock_for_booking(
            session,
            wanted.union(tours_for(session, (one.journey for one in offers)), *map(rides_of, old)),
        )
        old = [lock_booking(session, key) for key in sorted(one.id for one in old)]
        old.sort(key=lambda one: one.departure_s)
        check_rides(session, named_in(rides, offers), order.person, now)
        check_nobody_waits(session, wanted.difference(*map(rides_of, old)), order.person, party, now)
        released = [leg for one in old for leg in legs_to_come(one, now)]
        agreed = {
            way_of(leg): (leg.state, leg.hold_until_s)
            for leg in released
            if leg.ride is not None and leg.party == party
        }
        _release(session, released, now)
        new = _write(session, snapshot, order, offers, old, agreed, law, now)
        row.booking_id, row.asked = new[0].id, asked
        row.hitch, row.tried_at, row.written_at = None, now, None
        kept = {way_of(leg) for one in new for leg in one.legs} & agreed.keys()
        tell_drivers_freed(session, [leg for leg in released if way_of(leg) not in kept], now)
        joined = [leg for one in new for leg in one.legs if way_of(leg) not in kept]
        tell_drivers_booked(session, joined, now)
        mark_changed(session, {*rides, *set[str]().union(*map(rides_of, new))})
    return True


def drop_day(sessions: sessionmaker[Session], *, order_id: str, day: dt.date, now: dt.datetime) -> bool:
    """Cancel what is booked for a day that is off the plan; commits. False where nothing is left to cancel.

    Drivers are told at once, the rider by whoever calls.
    """
    with sessions.begin() as session:
        standing_order_of(session, order_id, lock=True)
        row = session.get(StandingDay, (order_id, day), populate_existing=True)
        if row is None or row.booking_id is None or row.asked != NOTHING_ASKED:
            return False
        old = standing_bookings(session, row.booking_id)
        rides = lock_rides(session, set[str]().union(*map(rides_of, old)))
        released = [
            leg
            for key in sorted(one.id for one in old)
            for leg in legs_to_come(lock_booking(session, key), now)
        ]
        if not released:
            return False
        _release(session, released, now)
        row.written_at = None
        tell_drivers_freed(session, released, now)
        mark_changed(session, rides)
    return True


def day_row(
    session: Session,
    order: StandingOrder,
    planned: PlannedDay,
    asked: str,
    vacations: Vacations,
    now: dt.datetime,
) -> StandingDay | None:
    """What is known of a day, as the database has it now, or a new row; None where the order asks for something else
    by now. The order is locked."""
    now_planned = next(planned_days(order.recurrence, vacations, planned.day, planned.day), None)
    if order.ended_at is not None or now_planned is None or not now_planned.rides:
        return None
    if order.asked_on(now_planned) != asked:
        return None
    row = session.get(StandingDay, (order.id, planned.day), populate_existing=True)
    if row is None:
        row = StandingDay(order_id=order.id, day=planned.day, tried_at=now)
        session.add(row)
    return row


OrderedDays = Mapping[dt.date, Sequence[Booking]]
"""The bookings of each day of a standing order in the order of travelling."""


def is_to_come(bookings: Sequence[Booking], now: dt.datetime) -> bool:
    """Whether something of them will be travelled and nothing has been yet."""
    live = [leg.departure_s for one in bookings for leg in one.legs if leg.state in LIVE]
    begun = any(leg.state is LegState.COMPLETED for one in bookings for leg in one.legs)
    return bool(live) and not begun and min(live) > seconds(now)


def _release(session: Session, legs: Sequence[BookingLeg], now: dt.datetime) -> None:
    for leg in legs:
        release_leg(session, leg, LegState.CANCELLED, Side.RIDER, now, PLAN_CHANGED)


def _write(
    session: Session,
    snapshot: Snapshot,
    order: StandingOrder,
    offers: Sequence[Offered],
    old: Sequence[Booking],
    agreed: dict[Way, Agreed],
    law: PriceLaw,
    now: dt.datetime,
) -> list[Booking]:
    """A booking for each offer, as one; the first takes the place of the first that stood, and so on."""
    trip_id = next((one.trip_id for one in old if one.trip_id), new_id() if len(offers) > 1 else None)
    new = []
    for offered, before in zip_longest(offers, old[: len(offers)]):
        in_place_of = (
            {}
            if before is None
            else {
                "replaces_id": before.id,
                "calendar_id": before.calendar_uid,
                "calendars_sent": before.calendars_sent,
            }
        )
        booking = bare_booking(
            offered,
            order.person,
            order.person_id,
            now,
            message=order.message,
            trip_id=trip_id,
            **in_place_of,
        )
        write_booking(session, snapshot, booking, offered, law=law, now=now, agreed=agreed)
        new.append(booking)
    return new
