"""Invite somebody to act for an organisation, and what becomes of the invitation.

It is a code: in a mail, or in a link that is handed over. It is good for one person, and not for ever.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.invitations import Invitation, invitation_by_code, open_invitations
from mitfahr.db.people import Organisation, lock_person, person_by_email
from mitfahr.domain.booking_numbers import bare_code, signed_code
from mitfahr.domain.errors import InvitationUnknown, TooManyInvitations, Unknown
from mitfahr.domain.roles import MembershipRole, Task
from mitfahr.messages import tell_invited
from mitfahr.services.found_organisation import add_member
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.register_person import read_email

VALID = dt.timedelta(days=14)
MOST_OPEN = 50
"""Of one organisation, so that nobody sends mails to half the district."""


@dataclass(frozen=True, slots=True)
class Invited:
    """`code` is shown once, to whoever invites; `email` is where it goes by itself."""

    invitation_id: str
    code: str
    email: str | None


def invite_member(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    actor_id: str,
    role: MembershipRole,
    email: str | None,
    idempotency_key: str,
    secret_key: str,
    now: dt.datetime,
) -> Invited:
    """Invite somebody; commits. With `email` the code is mailed, to an account or to a stranger alike.

    The same form sent again gives the same code and no second mail. Raises Unknown, NotAllowed,
    EmailInvalid, TooManyInvitations, IdempotencyConflict.
    """
    address = read_email(email) if email else None
    body = {"invite": organisation_id, "role": role, "email": address}
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            invitation_id = str(known["invitation_id"])
            return Invited(invitation_id, _code(invitation_id, secret_key), address)
        organisation = require_task(session, actor_id, organisation_id, Task.MANAGE_MEMBERS)
        if len(open_invitations(session, organisation_id, now)) >= MOST_OPEN:
            raise TooManyInvitations(MOST_OPEN)
        invitation_id, code = mail_invitation(session, organisation, role, address, secret_key, now)
        keep_answer(session, actor_id, idempotency_key, {"invitation_id": invitation_id})
    return Invited(invitation_id, code, address)


def mail_invitation(
    session: Session,
    organisation: Organisation,
    role: MembershipRole,
    address: str | None,
    secret_key: str,
    now: dt.datetime,
) -> tuple[str, str]:
    """Note an invitation and mail it, if there is an address; its id and its code."""
    invitation_id = new_id()
    code = _code(invitation_id, secret_key)
    session.add(
        Invitation(
            id=invitation_id,
            organisation_id=organisation.id,
            role=role,
            email=address,
            code_hash=_hash(code, secret_key),
            created_at=now,
            expires_at=now + VALID,
        )
    )
    if address is not None:
        tell_invited(session, organisation, address, person_by_email(session, address), code, VALID, now)
    return invitation_id, code


def take_back_invitation(
    sessions: sessionmaker[Session], *, organisation_id: str, invitation_id: str, actor_id: str
) -> None:
    """The code is worth nothing from now on; commits. Done again, it changes nothing. Raises Unknown, NotAllowed."""
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.MANAGE_MEMBERS)
        invitation = session.get(Invitation, invitation_id, with_for_update={"of": Invitation})
        if invitation is None:
            return
        if invitation.organisation_id != organisation_id:
            raise Unknown("invitation", invitation_id)
        if invitation.accepted_by is None:
            session.delete(invitation)


def read_invitation(session: Session, code: str, *, secret_key: str, now: dt.datetime) -> Invitation:
    """The invitation of a typed code that can still be accepted; raises InvitationUnknown."""
    invitation = invitation_by_code(session, _hash(code, secret_key))
    if invitation is None or invitation.accepted_by is not None or invitation.expires_at <= now:
        raise InvitationUnknown
    return invitation


def accept_invitation(
    sessions: sessionmaker[Session], code: str, *, person_id: str, secret_key: str, now: dt.datetime
) -> str:
    """The person acts for the organisation from now on; commits. Returns the organisation's id.

    Done again by the same person, it changes nothing. Raises InvitationUnknown.
    """
    with sessions.begin() as session:
        person = lock_person(session, person_id)
        invitation = invitation_by_code(session, _hash(code, secret_key), lock=True)
        if invitation is not None and invitation.accepted_by == person.id:
            return invitation.organisation_id
        invitation = read_invitation(session, code, secret_key=secret_key, now=now)
        invitation.accepted_by = person.id
        add_member(session, invitation.organisation, person, invitation.role)
        return invitation.organisation_id


def _code(invitation_id: str, secret_key: str) -> str:
    return signed_code(f"invitation {invitation_id}", secret_key)


def _hash(code: str, secret_key: str) -> str:
    """What finds an invitation; whoever reads the database cannot guess a code from it."""
    text = f"invited {bare_code(code)}".encode()
    return hmac.new(secret_key.encode(), text, hashlib.sha256).hexdigest()
