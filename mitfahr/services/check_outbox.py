"""Whether people were told what they had to be told, once.

A message carries the moment of the change it tells about, so what was owed can be counted: to the rider for
every booking made and every change somebody else or the rider made to it, to the driver of a private ride
for every passenger who came or went; and whatever else is told (`_told`), each with the row that says since when.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mitfahr.db.address_marks import AddressMark
from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person
from mitfahr.db.ratings import Rating
from mitfahr.db.reminders import BookingReminder
from mitfahr.db.rides import Ride
from mitfahr.db.series import RideSeries, SeriesGap
from mitfahr.db.standing_orders import StandingDay, StandingOrder
from mitfahr.db.waiting import WaitEntry
from mitfahr.db.wishes import Wish, WishFit
from mitfahr.domain.codes import Address
from mitfahr.domain.states import FALLEN, LIVE, LegState, Side
from mitfahr.domain.times import local, seconds
from mitfahr.domain.waiting import Outcome
from mitfahr.languages.stored import PLAN_CHANGED
from routing.query import LegKind

WATCHED = dt.timedelta(days=14)
"""Older changes are not looked at: their mails have long been read."""

TOLD_TO_DRIVER = frozenset({Side.RIDER, Side.CHAIN, Side.OPERATOR})
"""Whose moves make a place free that the driver of a private ride knew as taken."""

Wants = InstrumentedAttribute[bool]
Moment = InstrumentedAttribute[dt.datetime] | InstrumentedAttribute[dt.datetime | None]
Owed = Select[Any, Any, Any]
"""Address (None: nobody to write to), moment, and what tells one occasion from another at that moment."""

Changes = Counter[tuple[str, dt.datetime]]
"""By address and moment: how many bookings of a rider, or passengers of a driver, have changed."""


def outbox_faults(session: Session, now: dt.datetime) -> list[str]:
    """Messages that are missing, there too often or in a state that cannot be; [] is good."""
    since = now - WATCHED
    of_riders, of_drivers = _of_riders(session, since), _of_drivers(session, since)
    told = _changes(session, *_told(since))
    # Journeys booked as one are told in one mail; a driver hears of each passenger.
    owed = Counter(of_riders.keys()) + of_drivers + told
    return [
        *_missing(session, owed, since),
        *_repeated(session, of_riders + of_drivers + told, since),
        *_impossible(session),
    ]


def _of_riders(session: Session, since: dt.datetime) -> Changes:
    """Bookings made, and bookings of which a leg was confirmed or fell."""
    confirmed = sa.and_(BookingLeg.state == LegState.CONFIRMED, BookingLeg.moved_by.is_not(None))
    of_rider = sa.join(BookingLeg, Booking, BookingLeg.booking_id == Booking.id).join(
        Person, Booking.rider_id == Person.id
    )
    made = (
        select(Person.email, Booking.created_at, Booking.id)
        .join(Booking, Booking.rider_id == Person.id)
        .where(Booking.created_at >= since, ~_is_of_standing_order())
    )
    moved = (
        select(Person.email, BookingLeg.moved_at, Booking.id)
        .select_from(of_rider)
        .where(
            sa.or_(BookingLeg.state.in_(FALLEN), confirmed),
            BookingLeg.moved_at >= since,
            BookingLeg.reason.is_distinct_from(PLAN_CHANGED),
        )
        .distinct()
    )
    return _changes(session, made, moved)


def _is_of_standing_order() -> sa.ColumnElement[bool]:
    """Of many days one message tells, see `_told`; what was booked anew before that is not told at all."""
    first, leg = aliased(Booking), aliased(BookingLeg)
    is_booked = sa.exists().where(
        StandingDay.booking_id == first.id,
        sa.or_(first.id == Booking.id, first.trip_id == Booking.trip_id),
    )
    return is_booked | sa.exists().where(leg.booking_id == Booking.id, leg.reason == PLAN_CHANGED)


def _of_drivers(session: Session, since: dt.datetime) -> Changes:
    """Passengers of private rides who came, and those who left again without the driver's doing.

    Whoever changes the rest of a journey and stays in the same car does neither.
    """
    driver, same, other = aliased(Person), aliased(BookingLeg), aliased(Booking)
    stays = (
        same.ride_id == BookingLeg.ride_id,
        same.departure_s == BookingLeg.departure_s,
        same.arrival_s == BookingLeg.arrival_s,
    )
    stayed = sa.exists().where(
        same.booking_id == Booking.replaces_id, same.moved_at == Booking.created_at, *stays
    )
    goes_on = sa.exists().where(
        other.replaces_id == Booking.id,
        other.created_at == BookingLeg.moved_at,
        same.booking_id == other.id,
        *stays,
    )
    on_ride = (
        sa.join(BookingLeg, Booking, BookingLeg.booking_id == Booking.id)
        .join(Ride, BookingLeg.ride_id == Ride.id)
        .join(driver, Ride.driver_id == driver.id)
    )
    private = BookingLeg.kind == LegKind.RIDE
    came = (
        select(driver.email, Booking.created_at, BookingLeg.id)
        .select_from(on_ride)
        .where(Booking.created_at >= since, private, ~stayed)
    )
    left = (
        select(driver.email, BookingLeg.moved_at, BookingLeg.id)
        .select_from(on_ride)
        .where(
            BookingLeg.state.in_(FALLEN),
            BookingLeg.moved_at >= since,
            private,
            BookingLeg.moved_by.in_(TOLD_TO_DRIVER),
            ~goes_on,
        )
    )
    return _changes(session, came, left)


def _told(since: dt.datetime) -> Iterator[Owed]:
    """Address, moment and occasion of everything else that owes one mail."""
    driver, earlier, said = aliased(Person), aliased(WishFit), aliased(Rating)
    rider = Person.email
    of_booking = sa.join(Booking, Person, Booking.rider_id == Person.id)
    of_leg = sa.join(BookingLeg, of_booking, BookingLeg.booking_id == Booking.id)
    on_ride = of_leg.join(Ride, BookingLeg.ride_id == Ride.id).join(driver, Ride.driver_id == driver.id)

    def unrated(by: sa.ColumnElement[str] | InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
        return ~sa.exists().where(
            said.leg_id == BookingLeg.id, said.rater_id == by, said.created_at < BookingLeg.rating_asked_at
        )

    def wanted(person: type[Person], wants: Wants, at: Moment) -> sa.ColumnElement[bool]:
        return wants & sa.or_(person.mails_chosen_at.is_(None), person.mails_chosen_at <= at)

    yield (
        select(rider, BookingReminder.written_at, Booking.id)
        .select_from(sa.join(of_booking, BookingReminder, BookingReminder.booking_id == Booking.id))
        .where(BookingReminder.written_at >= since)
    )
    yield (
        select(rider, Booking.changed_at, Booking.id)
        .select_from(of_booking)
        .where(Booking.changed_at >= since)
    )
    yield (
        select(rider, Booking.shifted_at, Booking.id)
        .select_from(of_booking)
        .where(Booking.shifted_at >= since)
    )
    yield (
        select(driver.email, Booking.changed_at, BookingLeg.id)
        .select_from(on_ride)
        .where(
            Booking.changed_at >= since,
            BookingLeg.kind == LegKind.RIDE,
            sa.or_(BookingLeg.state.in_(LIVE), BookingLeg.moved_at > Booking.changed_at),
        )
    )
    yield (
        select(rider, BookingLeg.repriced_at, BookingLeg.id)
        .select_from(of_leg)
        .where(BookingLeg.repriced_at >= since)
    )
    asked = BookingLeg.rating_asked_at
    yield (
        select(rider, asked, BookingLeg.ride_id)
        .select_from(on_ride)
        .where(asked >= since, unrated(Person.id), wanted(Person, Person.wants_rating_mails, asked))
        .distinct()
    )
    yield (
        select(driver.email, asked, BookingLeg.ride_id)
        .select_from(on_ride)
        .where(asked >= since, unrated(driver.id), wanted(driver, driver.wants_rating_mails, asked))
        .distinct()
    )
    yield (
        select(Person.email, SeriesGap.told_at, SeriesGap.series_id)
        .join_from(SeriesGap, RideSeries)
        .join(Person, RideSeries.driver_id == Person.id)
        .where(SeriesGap.told_at >= since)
    )
    yield (
        select(Person.email, WishFit.found_at, Wish.id)
        .join_from(WishFit, Wish)
        .join(Person, Wish.person_id == Person.id)
        .where(
            WishFit.found_at >= since,
            wanted(Person, Person.wants_wish_mails, WishFit.found_at),
            ~sa.exists().where(
                earlier.wish_id == WishFit.wish_id,
                earlier.offer_id == WishFit.offer_id,
                earlier.found_at < WishFit.found_at,
            ),
        )
        .distinct()
    )
    yield (
        select(Person.email, StandingDay.told_at, StandingDay.order_id)
        .join_from(StandingDay, StandingOrder)
        .join(Person, StandingOrder.person_id == Person.id)
        .where(StandingDay.told_at >= since)
        .distinct()
    )
    yield (
        select(Person.email, StandingDay.written_at, StandingDay.order_id)
        .join_from(StandingDay, StandingOrder)
        .join(Person, StandingOrder.person_id == Person.id)
        .where(StandingDay.written_at >= since)
        .distinct()
    )
    yield (
        select(Person.email, WaitEntry.ended_at, WaitEntry.id)
        .join_from(WaitEntry, Person, WaitEntry.person_id == Person.id)
        .where(WaitEntry.outcome == Outcome.OVER, WaitEntry.ended_at >= since)
    )
    yield select(AddressMark.value, AddressMark.asked_at, AddressMark.person_id).where(
        AddressMark.kind == Address.MAIL, AddressMark.asked_at >= since
    )


def _changes(session: Session, *statements: Owed) -> Changes:
    """Who has no address is told by the people who booked for them; nor had one who got an account later."""
    merged = select(Person.email, Person.callers_merged_at).where(Person.callers_merged_at.is_not(None))
    since = {email: at for email, at in session.execute(merged) if email is not None and at is not None}
    return Counter(
        (email, at)
        for statement in statements
        for email, at, _ in session.execute(statement)
        if email is not None and (email not in since or at >= since[email])
    )


def _missing(session: Session, owed: Changes, since: dt.datetime) -> Iterator[str]:
    rows = session.execute(
        select(OutboxMessage.recipient, OutboxMessage.created_at, sa.func.count())
        .where(OutboxMessage.created_at >= since)
        .group_by(OutboxMessage.recipient, OutboxMessage.created_at)
    )
    written = {(recipient, at): n for recipient, at, n in rows}
    for (recipient, at), n in sorted(owed.items()):
        there = written.get((recipient, at), 0)
        if there < n:
            yield f"{_about(session, recipient, at)}: {there} statt mindestens {n}"


def _repeated(session: Session, changes: Changes, since: dt.datetime) -> Iterator[str]:
    """The same text twice, unless as many things changed at that moment."""
    same = (OutboxMessage.recipient, OutboxMessage.created_at, OutboxMessage.subject, OutboxMessage.body)
    rows = session.execute(
        select(OutboxMessage.recipient, OutboxMessage.created_at, sa.func.count())
        .where(OutboxMessage.created_at >= since)
        .group_by(*same)
        .having(sa.func.count() > 1)
    )
    for recipient, at, n in rows:
        if n > max(1, changes[recipient, at]):
            yield f"{_about(session, recipient, at)}: dieselbe steht {n}-mal da"


def _impossible(session: Session) -> Iterator[str]:
    """Sent and not sent at once, or sent without an attempt."""
    m = OutboxMessage
    contradictory = sa.or_(
        sa.and_(m.sent_at.is_not(None), m.given_up_at.is_not(None)),
        sa.and_(sa.or_(m.sent_at.is_not(None), m.given_up_at.is_not(None)), m.leased_until.is_not(None)),
        sa.and_(sa.or_(m.sent_at.is_not(None), m.given_up_at.is_not(None)), m.attempts == 0),
    )
    for message_id in session.scalars(select(m.id).where(contradictory).order_by(m.id)):
        yield f"Nachricht {message_id}: gesendet, aufgegeben und wartend widersprechen sich"


def _about(session: Session, recipient: str, at: dt.datetime) -> str:
    """Without the address: findings are sent around."""
    person_id = session.scalar(select(Person.id).where(Person.email == recipient)) or "(kein Konto)"
    return f"Nachrichten an Person {person_id} vom {local(seconds(at)):%d.%m.%Y %H:%M:%S}"
