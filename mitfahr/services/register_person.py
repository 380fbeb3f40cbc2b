"""Open an account."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.people import MAX_EMAIL, MAX_NAME, MAX_PHONE, Person, person_by_email
from mitfahr.domain.contact_data import check_public_text
from mitfahr.domain.errors import EmailInvalid, EmailTaken, NameMissing, PhoneInvalid
from mitfahr.services.passwords import hash_password

EMAIL = re.compile(r"[^@\s,;<>\"\x00-\x1f]+@[^@\s,;<>\"\x00-\x1f]+\.[^@\s.,;<>\"\x00-\x1f]{2,}")
PHONE = re.compile(r"\+?[\d\s/().-]{3,}")


def register_person(
    sessions: sessionmaker[Session],
    *,
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    now: dt.datetime,
    phone: str | None = None,
    language: str = "de",
) -> Person:
    """An account for somebody who can log in; commits.

    Raises NameMissing, ContactInText, EmailInvalid, EmailTaken, PhoneInvalid, PasswordUnfit.
    """
    person = Person(
        first_name=read_name(first_name),
        last_name=read_name(last_name),
        email=read_email(email),
        phone=read_phone(phone),
        language=language,
        created_at=now,
        password_hash=hash_password(password),
        role_rows=[],  # said, not loaded: the person can be read after the session has ended
        memberships=[],
    )
    try:
        with sessions.begin() as session:
            if person_by_email(session, email) is not None:
                raise EmailTaken(email)
            session.add(person)
    except IntegrityError as error:  # the same form sent twice at once
        raise EmailTaken(email) from error
    return person


def register_caller(
    session: Session, *, first_name: str, last_name: str, phone: str | None, now: dt.datetime
) -> Person:
    """Somebody whom the dispatchers book for: without e-mail address, without password.

    Raises NameMissing, ContactInText, PhoneInvalid.
    """
    person = Person(
        first_name=read_name(first_name),
        last_name=read_name(last_name),
        phone=read_phone(phone),
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def read_name(name: str) -> str:
    """A name as it is kept; strangers read first names. Raises NameMissing, ContactInText."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise NameMissing
    check_public_text(name)
    return name


def read_email(email: str) -> str:
    """An address as it is kept. Raises EmailInvalid."""
    email = email.strip().lower()
    if len(email) > MAX_EMAIL or not EMAIL.fullmatch(email):
        raise EmailInvalid(email)
    return email


def read_phone(phone: str | None) -> str | None:
    """A telephone number as it is kept, None for an empty text. Raises PhoneInvalid."""
    phone = " ".join((phone or "").split())
    if not phone:
        return None
    if len(phone) > MAX_PHONE or not PHONE.fullmatch(phone):
        raise PhoneInvalid(phone)
    return phone
