"""Take another way instead of what is left of a booking: the old places go, the new ones come, or nothing happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import BookingLeg, booking_of, lock_booking, replacements_of
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.people import Person
from mitfahr.db.rides import with_sister_tours
from mitfahr.domain.errors import NotAllowed, StateForbids
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.roles import Action
from mitfahr.domain.states import LegState, Side
from mitfahr.languages.stored import REPLACED
from mitfahr.messages import tell_replaced
from mitfahr.offered import read_signed
from mitfahr.services.book_journey import (
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
from mitfahr.services.cancel_booking import check_may_cancel
from mitfahr.services.find_itineraries import ride_ids_in
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.organisation_tasks import may_book_for_callers
from mitfahr.services.release_legs import legs_to_come, release_leg, rides_of
from mitfahr.services.take_request import tours_for
from routing.snapshot import Snapshot


def replace_booking(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    booking_id: str,
    token: str,
    actor_id: str,
    idempotency_key: str,
    secret_key: str,
    law: PriceLaw,
    now: dt.datetime,
) -> str:
    """Book the offered journey in place of the legs still to come; returns the new booking's id; commits.

    Legs that have left stay with the old booking. A driver who is on both ways at the same times is
    not asked again. The same form sent again gives the same id. Raises OfferTampered, OfferExpired,
    SeatTaken, TooLateToBook, NoLongerHolds, OwnRide, PersonBlocked, NotAllowed, IdempotencyConflict,
    Unknown, or StateForbids when the booking has been replaced already.
    """
    offered = read_signed(token, secret_key)
    wanted = ride_ids_in([offered.journey])
    lapse_holds(sessions, snapshot, now=now, ride_ids=frozenset(wanted))
    with seats_or_refusal(offered.request.party), sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, {"booking_id": booking_id, "token": token}, now)
        if known is not None:
            return str(known["booking_id"])
        offered.check_fresh(now)
        tours = tours_for(session, [offered.journey])
        booked = with_sister_tours(session, rides_of(booking_of(session, booking_id)))
        rides = lock_for_booking(session, wanted | tours | booked)
        old = lock_booking(session, booking_id)
        check_may_cancel(session, old, actor_id)
        actor = session.get_one(Person, actor_id)
        if actor.id != old.rider_id and not may_book_for_callers(actor, (rides[one] for one in wanted)):
            raise NotAllowed(Action.BOOK_FOR_OTHERS)
        if replacements_of(session, [old.id]):
            raise StateForbids(old.state, "replaced")
        check_rides(session, named_in(rides, [offered]), old.rider, now)
        check_nobody_waits(session, wanted - rides_of(old), old.rider, offered.request.party, now)
        released = legs_to_come(old, now)
        agreed = {way_of(leg): (leg.state, leg.hold_until_s) for leg in released if leg.ride is not None}
        for leg in released:
            release_leg(session, leg, LegState.CANCELLED, Side.RIDER, now, REPLACED)
        new = bare_booking(
            offered,
            old.rider,
            actor_id,
            now,
            keep_others=old.keep_others,
            message=old.message,
            trip_id=old.trip_id,
            replaces_id=old.id,
            calendar_id=old.calendar_uid,
            calendars_sent=old.calendars_sent,
        )
        write_booking(session, snapshot, new, offered, law=law, now=now, agreed=agreed)
        keep_answer(session, actor_id, idempotency_key, {"booking_id": new.id})
        kept = {way_of(leg) for leg in new.legs} & agreed.keys()
        tell_replaced(session, old, new, _except(released, kept), _except(new.legs, kept), now)
        mark_changed(session, rides)
    return new.id


def _except(legs: Sequence[BookingLeg], ways: Collection[Way]) -> list[BookingLeg]:
    return [leg for leg in legs if way_of(leg) not in ways]
