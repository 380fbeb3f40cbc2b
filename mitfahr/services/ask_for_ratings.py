"""Ask both sides of a private ride how it was to travel together, once it is over."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.blocks import kept_apart_from
from mitfahr.db.bookings import BookingLeg
from mitfahr.db.people import Person
from mitfahr.db.ratings import legs_to_ask_about, rated_legs
from mitfahr.db.rides import lock_rides
from mitfahr.db.session import one_view
from mitfahr.domain.optional_mails import OptionalMail
from mitfahr.domain.times import seconds
from mitfahr.messages import tell_rating_asked


def ask_for_ratings(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Ask everybody who is to be asked, each ride in a transaction of its own; returns how many people.

    Who travels together again and again is asked once in the time that bookings are known; who wants no such mail
    finds the question on the page of the journey. The mail and the
    mark that it was written are one transaction: two workers, or one that is killed and starts again, ask once.
    """
    with one_view(sessions) as session:
        rides = {leg.ride_id for leg in legs_to_ask_about(session, seconds(now))}
    return sum(_ask(sessions, ride_id, now) for ride_id in sorted(filter(None, rides)))


def _ask(sessions: sessionmaker[Session], ride_id: str, now: dt.datetime) -> int:
    with sessions.begin() as session:
        driver = lock_rides(session, [ride_id])[ride_id].driver
        if driver is None or not driver.is_active:
            return 0
        apart = kept_apart_from(session, driver.id)
        by_rider: dict[str, list[BookingLeg]] = defaultdict(list)
        for leg in legs_to_ask_about(session, seconds(now), ride_id):
            if leg.booking.rider.is_active and leg.booking.rider_id not in apart:
                by_rider[leg.booking.rider_id].append(leg)
        asked, about = 0, []
        for legs in by_rider.values():
            for leg in legs:
                leg.rating_asked_at = now
            shared = legs[0]
            if _is_to_be_asked(session, shared.booking.rider, legs):
                tell_rating_asked(session, shared.booking.rider, [shared], now)
                asked += 1
            if _is_to_be_asked(session, driver, legs):
                about.append(shared)
        if about:
            tell_rating_asked(session, driver, about, now)
        return asked + bool(about)


def _is_to_be_asked(session: Session, person: Person, legs: list[BookingLeg]) -> bool:
    if OptionalMail.RATING not in person.wanted_mails:
        return False
    return not rated_legs(session, person.id, [leg.id for leg in legs])
