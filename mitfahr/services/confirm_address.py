"""Show that a mail address or a telephone number is one's own: a code goes there and comes back.

To a mail address the code goes by mail, never as a link: no token stands in an address. There is no way yet
to send text messages, so staff call the number and say the code; whoever answers there enters it.
"""

from __future__ import annotations

import datetime as dt
import hmac

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.address_marks import AddressMark
from mitfahr.db.contact_reads import Occasion, count_read
from mitfahr.db.people import Person, lock_person
from mitfahr.domain.codes import (
    CALL_CODE_VALID,
    MAIL_CODE_VALID,
    MAX_TRIES,
    Address,
    code_hash,
    new_code,
    typed_code,
)
from mitfahr.domain.errors import CodeWrong, NothingToConfirm, TooManyCodes
from mitfahr.domain.roles import Action, require
from mitfahr.domain.times import local, seconds
from mitfahr.messages import tell_code

PAUSE = dt.timedelta(minutes=1)
"""Between two codes: nobody's mailbox is filled."""


def send_mail_code(
    sessions: sessionmaker[Session], *, person_id: str, secret_key: str, now: dt.datetime
) -> None:
    """Queue a mail with a new code; the one before is worth nothing then. Commits.

    Raises NothingToConfirm, TooManyCodes.
    """
    code = new_code()
    with sessions.begin() as session:
        person = lock_person(session, person_id)
        if person.email is None:
            raise NothingToConfirm
        known = session.get(AddressMark, (person_id, Address.MAIL))
        if known is not None and known.code_hash is not None and now < known.asked_at + PAUSE:
            raise TooManyCodes(known.asked_at + PAUSE)
        mark = _asked_again(session, known, person_id, Address.MAIL, person.email, now)
        _give_code(mark, code, now + MAIL_CODE_VALID, secret_key)
        tell_code(session, person, code, MAIL_CODE_VALID, now)


def ask_for_call(sessions: sessionmaker[Session], *, person_id: str, now: dt.datetime) -> None:
    """Put one's number on the list of those whom staff call; commits. Raises NothingToConfirm."""
    with sessions.begin() as session:
        person = lock_person(session, person_id)
        if person.phone is None:
            raise NothingToConfirm
        known = session.get(AddressMark, (person_id, Address.PHONE))
        if known is None or not known.is_current:
            _asked_again(session, known, person_id, Address.PHONE, person.phone, now)


def code_to_say(
    sessions: sessionmaker[Session], *, person_id: str, actor_id: str, secret_key: str, now: dt.datetime
) -> str:
    """A new code for staff to say on the telephone; commits. Reading the number is written down.

    Raises NotAllowed, NothingToConfirm, Unknown.
    """
    code = new_code()
    with sessions.begin() as session:
        require(session.get_one(Person, actor_id).roles, Action.CONFIRM_PHONES)
        lock_person(session, person_id)
        mark = session.get(AddressMark, (person_id, Address.PHONE))
        if mark is None or mark.confirmed_at is not None or not mark.is_current:
            raise NothingToConfirm
        _give_code(mark, code, now + CALL_CODE_VALID, secret_key)
        count_read(
            session,
            viewer_id=actor_id,
            person_id=person_id,
            occasion=Occasion.CALL,
            about_id="",
            day=local(seconds(now)).date(),
            now=now,
        )
    return code


def enter_code(
    sessions: sessionmaker[Session],
    *,
    person_id: str,
    kind: Address,
    typed: str,
    secret_key: str,
    now: dt.datetime,
) -> None:
    """Confirm the address that the waiting code went to; commits, a wrong try too.

    Raises NothingToConfirm, CodeWrong.
    """
    with sessions.begin() as session:
        lock_person(session, person_id)
        mark = session.get(AddressMark, (person_id, kind))
        if mark is None or mark.code_hash is None or mark.code_until is None or not mark.is_current:
            raise NothingToConfirm
        is_right = hmac.compare_digest(mark.code_hash, code_hash(typed_code(typed), person_id, secret_key))
        if is_right and now < mark.code_until:
            mark.confirmed_at, mark.code_hash, mark.code_until = now, None, None
            return
        mark.tries += 1
        tries_left = MAX_TRIES - mark.tries if now < mark.code_until else 0
        if tries_left <= 0:
            mark.code_hash = mark.code_until = None
    raise CodeWrong(max(0, tries_left))


def _asked_again(
    session: Session,
    known: AddressMark | None,
    person_id: str,
    kind: Address,
    value: str,
    now: dt.datetime,
) -> AddressMark:
    mark = known or AddressMark(person_id=person_id, kind=kind)
    if mark.value != value:
        mark.confirmed_at = None
    mark.value, mark.asked_at = value, now
    mark.code_hash = mark.code_until = None
    session.add(mark)
    return mark


def _give_code(mark: AddressMark, code: str, until: dt.datetime, secret_key: str) -> None:
    mark.code_hash, mark.code_until = code_hash(code, mark.person_id, secret_key), until
    mark.tries = 0
