"""Somebody calls for the first time, or has another name or number now: their record, without e-mail and log-in."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.people import Person, lock_person
from mitfahr.domain.errors import NotAllowed
from mitfahr.domain.roles import Task
from mitfahr.services.register_person import read_name, read_phone, register_caller


@dataclass(frozen=True, slots=True)
class CallerDraft:
    """As it was told on the telephone."""

    first_name: str
    last_name: str
    phone: str | None


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
        person = register_caller(session, **asdict(draft), now=now)
        keep_answer(session, actor_id, idempotency_key, {"person_id": person.id})
        return person.id


def change_caller(
    sessions: sessionmaker[Session], draft: CallerDraft, *, person_id: str, actor_id: str
) -> None:
    """Another name or number; commits. Whoever has an account changes that themselves.

    Raises NotAllowed, Unknown, NameMissing, ContactInText, PhoneInvalid.
    """
    with sessions.begin() as session:
        _require_answering(session, actor_id)
        person = lock_person(session, person_id)
        if person.has_account:
            raise NotAllowed("change_caller")
        person.first_name, person.last_name = read_name(draft.first_name), read_name(draft.last_name)
        person.phone = read_phone(draft.phone)


def _require_answering(session: Session, actor_id: str) -> None:
    if Task.ANSWER_CALLS not in session.get_one(Person, actor_id).tasks_somewhere:
        raise NotAllowed(Task.ANSWER_CALLS)
