"""Who is calling: find somebody by name or telephone number, and see who they are."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking, booking_of, bookings_of_rider
from mitfahr.db.people import Person, people_like
from mitfahr.domain.errors import NotAllowed, Unknown
from mitfahr.domain.people_keys import read_typed
from mitfahr.domain.roles import Action, Task, may
from mitfahr.services.note_contact_reads import note_call
from mitfahr.services.organisation_tasks import may_book_for_callers

MOST = 12


def find_callers(session: Session, actor_id: str, typed: str) -> list[Person]:
    """People whom the typed name, number or both may mean, the likeliest first.

    Who answers the telephone of one association only has to know a whole number, or a first and a last name:
    nobody leafs through the people of the portal. Raises NotAllowed.
    """
    actor = _answering(session, actor_id)
    meant = read_typed(typed)
    if meant.is_empty or not (meant.is_exact or may(actor.roles, Action.BOOK_FOR_OTHERS)):
        return []
    return people_like(session, meant, MOST)


def is_exactly(person: Person, typed: str) -> bool:
    """Whether it is this person's telephone number that was typed."""
    number = read_typed(typed).number
    return number is not None and number == person.phone_key


def open_caller(
    sessions: sessionmaker[Session], *, person_id: str, actor_id: str, now: dt.datetime
) -> Person:
    """The person whose page is shown to whoever answers their call; that it is read is written down; commits.

    Raises NotAllowed, or Unknown for nobody and for who has left.
    """
    with sessions() as session:
        _answering(session, actor_id)
        person = session.get(Person, person_id)
        if person is None or not person.is_active:
            raise Unknown("person", person_id)
        session.expunge(person)
    if person_id != actor_id:
        note_call(sessions, viewer_id=actor_id, person_id=person_id, now=now)
    return person


def bookings_for_caller(session: Session, actor_id: str, person_id: str) -> list[Booking]:
    """What the person has booked, soonest first, as far as the actor may change it for them. Raises NotAllowed."""
    bookings = bookings_of_rider(session, person_id, 0)
    return [one for one in bookings if may_handle(session, actor_id, one)]


def booking_for_caller(session: Session, actor_id: str, booking_id: str) -> Booking:
    """Raises NotAllowed, or Unknown for what the actor may not change for its rider."""
    booking = booking_of(session, booking_id)
    if not may_handle(session, actor_id, booking):
        raise Unknown("booking", booking_id)
    return booking


def may_handle(session: Session, actor_id: str, booking: Booking) -> bool:
    """Whether the actor may change the booking for its rider. Raises NotAllowed for who answers no calls."""
    actor = _answering(session, actor_id)
    rides = [leg.ride for leg in booking.legs if leg.ride is not None]
    return booking.booked_by_id == actor.id or may_book_for_callers(actor, rides)


def _answering(session: Session, actor_id: str) -> Person:
    actor = session.get(Person, actor_id)
    if actor is None or Task.ANSWER_CALLS not in actor.tasks_somewhere:
        raise NotAllowed(Task.ANSWER_CALLS)
    return actor
