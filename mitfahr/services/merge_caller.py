"""Somebody whom we booked for on the telephone has an account now: one person remains, with everything of both.

That it is the same person is shown by the number, which somebody of ours called and whose code was entered
(`confirm_address`), and by the name; and the person says so.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.address_marks import marks_of
from mitfahr.db.blocks import PersonBlock
from mitfahr.db.bookings import Booking
from mitfahr.db.contact_reads import ContactRead
from mitfahr.db.people import Person, lock_person
from mitfahr.db.ratings import Rating
from mitfahr.db.reports import Report
from mitfahr.db.standing_orders import StandingOrder
from mitfahr.db.waiting import WaitEntry, entries_of_person
from mitfahr.domain.codes import Address
from mitfahr.domain.waiting import Outcome


def caller_records(session: Session, person: Person) -> list[Person]:
    """Records without an account that have the person's name and confirmed number."""
    mark = marks_of(session, [person.id]).get((person.id, Address.PHONE))
    if not person.has_account or mark is None or not mark.holds:
        return []
    return list(
        session.scalars(
            select(Person)
            .where(
                Person.phone_key == person.phone_key,
                Person.name_key == person.name_key,
                Person.password_hash.is_(None),
                Person.email.is_(None),
                Person.is_active,
                Person.id != person.id,
            )
            .order_by(Person.created_at, Person.id)
        )
    )


def merge_callers(sessions: sessionmaker[Session], *, person_id: str, now: dt.datetime) -> int:
    """Put everything of the person's records into their account; commits; how many records those were.

    Done again, it finds nothing to do.
    """
    with sessions.begin() as session:
        person = lock_person(session, person_id)
        callers = caller_records(session, person)
        for caller in callers:
            lock_person(session, caller.id)
            _move(session, caller.id, person.id, now)
            session.flush()
            session.execute(delete(Person).where(Person.id == caller.id))
            session.expunge(caller)
        if callers:
            person.callers_merged_at = now
    return len(callers)


def _move(session: Session, old: str, new: str, now: dt.datetime) -> None:
    waits_for = {one.ride_id for one in entries_of_person(session, new)}
    for entry in entries_of_person(session, old):
        if entry.ride_id in waits_for and entry.booking_id is None:
            entry.ended_at, entry.outcome = now, Outcome.LEFT
    session.flush()
    for column in (
        Booking.rider_id,
        Booking.booked_by_id,
        StandingOrder.person_id,
        StandingOrder.created_by_id,
        WaitEntry.person_id,
        WaitEntry.created_by_id,
        Rating.rater_id,
        Rating.rated_id,
        Report.reporter_id,
        Report.reported_id,
    ):
        session.execute(update(column.class_).where(column == old).values({column.key: new}))
    _move_blocks(session, old, new)
    _move_reads(session, old, new)


def _move_blocks(session: Session, old: str, new: str) -> None:
    either = sa.or_(PersonBlock.blocker_id == old, PersonBlock.blocked_id == old)
    for block in session.scalars(select(PersonBlock).where(either)).all():
        pair = tuple(new if one == old else one for one in (block.blocker_id, block.blocked_id))
        created_at = block.created_at
        session.delete(block)
        session.flush()
        if pair[0] != pair[1] and session.get(PersonBlock, pair) is None:
            session.add(PersonBlock(blocker_id=pair[0], blocked_id=pair[1], created_at=created_at))


def _move_reads(session: Session, old: str, new: str) -> None:
    """Who saw the number of the record has seen this person's."""
    for read in session.scalars(select(ContactRead).where(ContactRead.person_id == old)).all():
        same = session.get(ContactRead, (new, read.viewer_id, read.occasion, read.about_id, read.day))
        if same is None:
            session.execute(
                update(ContactRead)
                .where(
                    ContactRead.person_id == old,
                    ContactRead.viewer_id == read.viewer_id,
                    ContactRead.occasion == read.occasion,
                    ContactRead.about_id == read.about_id,
                    ContactRead.day == read.day,
                )
                .values(person_id=new)
                .execution_options(synchronize_session=False)
            )
        else:
            same.first_at = min(same.first_at, read.first_at)
            same.last_at = max(same.last_at, read.last_at)
            same.times += read.times
