"""Ask by mail who can drive a shift: every driver with time gets a link of their own, and accepts with one tap."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mitfahr.db.base import new_id
from mitfahr.db.duty import (
    DutyLink,
    DutyPoll,
    DutyShift,
    answers_for,
    booked_people,
    deadlines_of,
    drivers_of,
    papers_of,
    runs_of_shifts,
    shift_spans_of_driver,
)
from mitfahr.db.people import Person, members_of
from mitfahr.db.rides import overlapping_ride
from mitfahr.domain.duty import Availability, duty_code, duty_code_hash
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.times import local, moment, seconds
from mitfahr.duty_messages import tell_asked, tell_open


def ask_drivers(
    session: Session,
    shift: DutyShift,
    secret_key: str,
    now: dt.datetime,
    *,
    lost: Person | None = None,
) -> int:
    """Write to the drivers who could step in, and to the coordinators when nobody drives; how many drivers were asked.

    The caller holds the shift, which has just lost `lost`. Left out are they, who has another ride or shift then, whose
    papers have run out by then, and who has said no for this shift.
    """
    shift.asked_at = now
    left_out = {person.id for person in (shift.driver, lost) if person is not None}
    cancels_s = _cancels_s(session, shift)
    asked = [
        person
        for person in drivers_of(session, shift.organisation_id)
        if person.id not in left_out and _could(session, shift, person)
    ]
    for person in asked:
        link_id = new_link(session, person, secret_key, now, shift=shift)
        tell_asked(session, shift, person, link_id, cancels_s, now)
    if shift.driver_id is None:
        waiting = booked_people(session, [shift.id]).get(shift.id, 0)
        for person in coordinators(session, shift.organisation_id):
            tell_open(session, shift, person, lost, len(asked), waiting, cancels_s, now)
    return len(asked)


def new_link(
    session: Session,
    person: Person,
    secret_key: str,
    now: dt.datetime,
    *,
    shift: DutyShift | None = None,
    poll: DutyPoll | None = None,
) -> str:
    """A link by which the person answers without signing in, until the shift is over or the poll closes; its id."""
    link_id = new_id()
    expires_at = moment(shift.ends_s) if shift is not None else now
    session.add(
        DutyLink(
            id=link_id,
            person_id=person.id,
            shift_id=shift.id if shift is not None else None,
            poll_id=poll.id if poll is not None else None,
            code_hash=duty_code_hash(duty_code(link_id, secret_key), secret_key),
            created_at=now,
            expires_at=poll.closes_at if poll is not None else expires_at,
        )
    )
    return link_id


def coordinators(session: Session, organisation_id: str) -> list[Person]:
    """Those with an open account."""
    return [one for one in members_of(session, organisation_id, MembershipRole.COORDINATOR) if one.is_active]


def _cancels_s(session: Session, shift: DutyShift) -> int | None:
    """When passengers are told if nobody is found; None while somebody drives, and where there is no run."""
    if shift.driverless_since is None:
        return None
    runs = runs_of_shifts(session, [shift.id])[shift.id]
    return deadlines_of(session, shift.organisation_id).first_cancels_s(
        (run.begins_s for run in runs if run.withdrawn_at is None), seconds(shift.driverless_since)
    )


def _could(session: Session, shift: DutyShift, person: Person) -> bool:
    if answers_for(session, [shift.id]).get((shift.id, person.id)) is Availability.NO:
        return False
    papers = papers_of(session, shift.organisation_id).get(person.id)
    if papers is not None and papers.is_over(local(shift.begins_s).date()):
        return False
    if overlapping_ride(session, person.id, shift.begins_s, shift.ends_s) is not None:
        return False
    return not any(
        begins_s < shift.ends_s and ends_s > shift.begins_s
        for _, begins_s, ends_s in shift_spans_of_driver(session, person.id, seconds(shift.created_at))
    )
