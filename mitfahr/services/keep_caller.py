"""Somebody calls for the first time, has another name or number now, or wants news by SMS: their record, without
e-mail and log-in."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.people import Person, lock_person
from mitfahr.domain.errors import NotAllowed, PhoneInvalid
from mitfahr.domain.phone_numbers import takes_sms
from mitfahr.domain.roles import Task
from mitfahr.services.register_person import read_name, read_phone, register_caller


@dataclass(frozen=True, slots=True)
class CallerDraft:
    """As it was told on the telephone."""

    first_name: str
    last_name: str
    phone: str | None
    agrees_to_sms: bool = False
    """To news of their journeys by SMS; asked where SMS are sent at all."""


def add_caller(
    sessions: sessionmaker[Session],
    draft: CallerDraft,
    *,
    actor_id: str,
    idempotency_key: str,
    now: dt.datetime,
) -> str:
    """The id of the new person; commits. The same form sent again gives the same.

    Raises NotAllowed, NameMissing, ContactInText, PhoneInvalid, IdempotencyConflict.
    """
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, asdict(draft), now)
        if known is not None:
            return str(known["person_id"])
        _require_answering(session, actor_id)
        person = register_caller(
            session, first_name=draft.first_name, last_name=draft.last_name, phone=draft.phone, now=now
        )
        person.sms_agreed_at = now if draft.agrees_to_sms and takes_sms(person.phone) else None
        keep_answer(session, actor_id, idempotency_key, {"person_id": person.id})
        return person.id


def change_caller(
    sessions: sessionmaker[Session], draft: CallerDraft, *, person_id: str, actor_id: str
) -> None:
    """Another name or number; commits. Whoever has an account changes that themselves.

    Who agreed to SMS did so for the number of then.

    Raises NotAllowed, Unknown, NameMissing, ContactInText, PhoneInvalid.
    """
    with sessions.begin() as session:
        _require_answering(session, actor_id)
        person = lock_person(session, person_id)
        if person.has_account:
            raise NotAllowed("change_caller")
        person.first_name, person.last_name = read_name(draft.first_name), read_name(draft.last_name)
        before = person.phone_key
        person.phone = read_phone(draft.phone)
        if person.phone_key != before:
            person.sms_agreed_at = None


def agree_to_sms(
    sessions: sessionmaker[Session], *, person_id: str, agrees: bool, actor_id: str, now: dt.datetime
) -> None:
    """The person lets us send news by SMS, or no longer; commits. Said again, the first moment stays.

    Raises NotAllowed (it is for people without an account), Unknown, PhoneInvalid where no SMS can be read.
    """
    with sessions.begin() as session:
        _require_answering(session, actor_id)
        person = lock_person(session, person_id)
        if not agrees:
            person.sms_agreed_at = None
        elif person.has_account:
            raise NotAllowed("agree_to_sms")
        elif not takes_sms(person.phone):
            raise PhoneInvalid(person.phone or "")
        else:
            person.sms_agreed_at = person.sms_agreed_at or now


def _require_answering(session: Session, actor_id: str) -> None:
    if Task.ANSWER_CALLS not in session.get_one(Person, actor_id).tasks_somewhere:
        raise NotAllowed(Task.ANSWER_CALLS)
