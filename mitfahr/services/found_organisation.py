"""Enter an organisation and the people who act for it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mitfahr.db.people import Membership, Organisation, Person, organisation_by_name
from mitfahr.domain.roles import MembershipRole


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


def add_member(
    session: Session, organisation: Organisation, person: Person, role: MembershipRole
) -> Membership:
    """Let the person act for the organisation in this role too."""
    membership = session.merge(Membership(person_id=person.id, organisation_id=organisation.id, role=role))
    session.flush()
    session.expire(person, ["memberships"])
    return membership
