"""Enter an organisation and the people who act for it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.people import (
    Membership,
    Organisation,
    Person,
    organisation_by_name,
    person_by_email,
)
from mitfahr.domain.errors import NoSuchAccount
from mitfahr.domain.roles import Action, MembershipRole, require
from mitfahr.services.register_person import read_phone


def found_organisation(
    session: Session, name: str, now: dt.datetime, phone: str | None = None, email: str | None = None
) -> Organisation:
    """The organisation of this name, entered now if there is none yet."""
    present = organisation_by_name(session, name)
    if present is not None:
        return present
    organisation = Organisation(name=name, phone=phone, email=email, created_at=now)
    session.add(organisation)
    session.flush()
    return organisation


def found_with_coordinator(
    sessions: sessionmaker[Session],
    *,
    name: str,
    phone: str | None,
    coordinator_email: str,
    actor_id: str,
    now: dt.datetime,
) -> str:
    """Enter an organisation with its first coordinator and return its id; commits.

    One of this name that is there already gets one more coordinator. Raises NotAllowed, PhoneInvalid,
    NoSuchAccount.
    """
    number = read_phone(phone)
    with sessions.begin() as session:
        require(session.get_one(Person, actor_id).roles, Action.MANAGE_PEOPLE)
        coordinator = person_by_email(session, coordinator_email)
        if coordinator is None or not coordinator.is_active:
            raise NoSuchAccount
        organisation = found_organisation(session, name, now, number)
        add_member(session, organisation, coordinator, MembershipRole.COORDINATOR)
        return organisation.id


def add_member(
    session: Session, organisation: Organisation, person: Person, role: MembershipRole
) -> Membership:
    """Let the person act for the organisation in this role too."""
    membership = session.merge(Membership(person_id=person.id, organisation_id=organisation.id, role=role))
    session.flush()
    session.expire(person, ["memberships"])
    return membership
