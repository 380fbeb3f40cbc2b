"""Enter an organisation with the first person who plans for it; they invite everybody else."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.invitations import open_invitations
from mitfahr.db.people import Organisation, Person, person_by_email
from mitfahr.domain.errors import AccountBlocked
from mitfahr.domain.roles import Action, MembershipRole, require
from mitfahr.services.found_organisation import add_member, found_organisation
from mitfahr.services.invite_member import mail_invitation
from mitfahr.services.register_person import read_email, read_phone


def found_with_coordinator(
    sessions: sessionmaker[Session],
    *,
    name: str,
    phone: str | None,
    coordinator_email: str,
    actor_id: str,
    secret_key: str,
    now: dt.datetime,
) -> str:
    """Enter an organisation with its first coordinator and return its id; commits.

    Who has an account is coordinator at once, everybody else is invited by mail. One of this name that
    is there already gets one more coordinator. Raises NotAllowed, PhoneInvalid, EmailInvalid, AccountBlocked.
    """
    number, address = read_phone(phone), read_email(coordinator_email)
    with sessions.begin() as session:
        require(session.get_one(Person, actor_id).roles, Action.MANAGE_PEOPLE)
        coordinator = person_by_email(session, address)
        if coordinator is not None and not coordinator.is_active:
            raise AccountBlocked
        organisation = found_organisation(session, name, now, number)
        if coordinator is not None:
            add_member(session, organisation, coordinator, MembershipRole.COORDINATOR)
        elif not _is_invited(session, organisation, address, now):
            mail_invitation(session, organisation, MembershipRole.COORDINATOR, address, secret_key, now)
        return organisation.id


def _is_invited(session: Session, organisation: Organisation, address: str, now: dt.datetime) -> bool:
    """Whether an invitation is on its way: the same form sent twice sends one mail."""
    return any(
        one.email == address and one.role is MembershipRole.COORDINATOR
        for one in open_invitations(session, organisation.id, now)
    )
