"""Change what a person tells about themselves: name, telephone number, language, car."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.cars import PersonCar
from mitfahr.db.people import Person
from mitfahr.domain.optional_mails import OptionalMail
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.vehicles import Car, check_car_seats, read_plate
from mitfahr.languages import Language
from mitfahr.services.register_person import read_name, read_phone


def change_details(
    sessions: sessionmaker[Session], *, person_id: str, first_name: str, last_name: str, phone: str | None
) -> None:
    """Commits. A confirmed number that is changed is no longer confirmed.

    Raises NameMissing, PhoneInvalid, ContactInText.
    """
    with sessions.begin() as session:
        person = session.get_one(Person, person_id)
        person.first_name, person.last_name = read_name(first_name), read_name(last_name)
        person.phone = read_phone(phone)


def say_woman(sessions: sessionmaker[Session], *, person_id: str, is_woman: bool) -> None:
    """Remember what the person says about themselves, to offer and find rides for women; commits.

    Rides for women that are published stay as they are.
    """
    with sessions.begin() as session:
        session.get_one(Person, person_id).is_woman = is_woman


def change_language(sessions: sessionmaker[Session], *, person_id: str, chosen: Language) -> None:
    """From now on the person's mails are written in it; commits."""
    with sessions.begin() as session:
        session.get_one(Person, person_id).language = chosen.code


def choose_mails(
    sessions: sessionmaker[Session],
    *,
    person_id: str,
    reminders: Collection[Reminder],
    others: Collection[OptionalMail],
    now: dt.datetime,
) -> None:
    """From now on only these reminders of booked journeys and these other mails are sent; commits."""
    with sessions.begin() as session:
        person = session.get_one(Person, person_id)
        person.wants_reminder_day_before = Reminder.DAY_BEFORE in reminders
        person.wants_reminder_soon = Reminder.SOON in reminders
        person.wants_wish_mails = OptionalMail.WISH_FITS in others
        person.wants_rating_mails = OptionalMail.RATING in others
        person.mails_chosen_at = now


def keep_usual_search(
    sessions: sessionmaker[Session], *, person_id: str, usual: Mapping[str, object] | None
) -> None:
    """Remember how the person travels (the values of a form by field), or forget it (None); commits."""
    with sessions.begin() as session:
        session.get_one(Person, person_id).usual_search = None if usual is None else dict(usual)


def change_car(sessions: sessionmaker[Session], *, person_id: str, car: Car | None) -> None:
    """Remember the car for the next offers, or forget it (None); commits. Published rides keep theirs.

    Raises PlateInvalid, TooManySeats.
    """
    with sessions.begin() as session:
        known = session.get(PersonCar, person_id)
        if car is None:
            if known is not None:
                session.delete(known)
            return
        check_car_seats(car.seats)
        row = known or PersonCar(person_id=person_id)
        row.make, row.colour = car.make, car.colour
        row.plate, row.seats = read_plate(car.plate or ""), car.seats
        session.add(row)
