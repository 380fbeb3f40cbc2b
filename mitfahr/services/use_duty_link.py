"""Links that drivers use without a password: see what a code opens, and accept a shift with it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import DutyLink, link_by_code, shift_of
from mitfahr.db.people import lock_person
from mitfahr.domain.duty import duty_code_hash
from mitfahr.domain.errors import DutyLinkUnknown, ShiftTaken
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import seconds
from mitfahr.services.assign_driver import put_on_duty


def read_link(session: Session, code: str, *, secret_key: str, now: dt.datetime) -> DutyLink:
    """The link of a typed code, while it is good; raises DutyLinkUnknown."""
    link = link_by_code(session, duty_code_hash(code, secret_key))
    if link is None or link.expires_at <= now or not link.person.is_active:
        raise DutyLinkUnknown
    return link


def accept_shift(
    sessions: sessionmaker[Session], code: str, *, secret_key: str, vacations: Vacations, now: dt.datetime
) -> str:
    """Whoever the link was sent to drives its shift; commits. The id of the shift. Done again, it changes nothing.

    The first who accepts drives. Raises DutyLinkUnknown, ShiftTaken, ShiftClosed, NoDriver, PapersExpired,
    OverlapsOtherRide.
    """
    with sessions.begin() as session:
        link = read_link(session, code, secret_key=secret_key, now=now)
        if link.shift_id is None:
            raise DutyLinkUnknown
        lock_person(session, link.person_id)
        shift = shift_of(session, link.shift_id, lock=True)
        if shift.driver_id == link.person_id:
            return shift.id
        if shift.driver_id is not None and shift.substitute_since is None:
            raise ShiftTaken
        if shift.driver_id is not None and shift.begins_s <= seconds(now):
            raise ShiftTaken  # nobody takes over from somebody who is under way
        put_on_duty(session, shift, link.person_id, link.person_id, secret_key, vacations, now)
        return shift.id


def give_up_shift(
    sessions: sessionmaker[Session], code: str, *, secret_key: str, vacations: Vacations, now: dt.datetime
) -> str:
    """Whoever the link was sent to does not drive its shift; commits. The id of the shift. Done again, it changes nothing.

    Late, the others are asked at once. Raises DutyLinkUnknown, ShiftClosed.
    """
    with sessions.begin() as session:
        link = read_link(session, code, secret_key=secret_key, now=now)
        if link.shift_id is None:
            raise DutyLinkUnknown
        shift = shift_of(session, link.shift_id, lock=True)
        if shift.driver_id == link.person_id:
            put_on_duty(session, shift, None, link.person_id, secret_key, vacations, now)
        return shift.id
