"""Ask all drivers when they can drive: a poll over the shifts of some weeks, answered by link or signed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.duty import DutyAnswer, DutyPoll, DutyShift, drivers_of, shifts_between
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.people import Person
from mitfahr.domain.duty import Availability
from mitfahr.domain.errors import DutyInvalid, DutyLinkUnknown, NoDriver, Unknown
from mitfahr.domain.roles import MembershipRole, Task
from mitfahr.domain.times import resolve, seconds
from mitfahr.duty_messages import tell_poll
from mitfahr.services.ask_drivers import new_link
from mitfahr.services.organisation_tasks import require_task

LONGEST = dt.timedelta(days=92)


def ask_availability(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    first: dt.date,
    last: dt.date,
    closes_on: dt.date,
    actor_id: str,
    idempotency_key: str,
    secret_key: str,
    now: dt.datetime,
) -> str:
    """Ask every driver about the shifts from `first` to `last`, until the end of `closes_on`; commits. The poll's id.

    The same form sent again asks nobody twice. Raises Unknown, NotAllowed, DutyInvalid, IdempotencyConflict.
    """
    closes_at = resolve(closes_on + dt.timedelta(days=1), dt.time(0)).moment
    if not dt.timedelta(0) <= last - first <= LONGEST:
        raise DutyInvalid("days")
    if closes_at <= now:
        raise DutyInvalid("closes")
    body = {"poll": organisation_id, "days": [first.isoformat(), last.isoformat(), closes_on.isoformat()]}
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            return str(known["poll_id"])
        require_task(session, actor_id, organisation_id, Task.PLAN)
        poll = DutyPoll(
            id=new_id(),
            organisation_id=organisation_id,
            first_day=first,
            last_day=last,
            closes_at=closes_at,
            created_at=now,
        )
        session.add(poll)
        session.flush()
        if not shifts_of_poll(session, poll, now):
            raise DutyInvalid("none")
        for person in drivers_of(session, organisation_id):
            tell_poll(session, poll, person, new_link(session, person, secret_key, now, poll=poll), now)
        keep_answer(session, actor_id, idempotency_key, {"poll_id": poll.id})
        return poll.id


def shifts_of_poll(session: Session, poll: DutyPoll, now: dt.datetime) -> Sequence[DutyShift]:
    """What the poll asks about and has not begun yet, soonest first."""
    from_s = seconds(resolve(poll.first_day, dt.time(0)).moment)
    until_s = seconds(resolve(poll.last_day + dt.timedelta(days=1), dt.time(0)).moment)
    return shifts_between(session, poll.organisation_id, max(from_s, seconds(now)), until_s)


def answer_poll(
    sessions: sessionmaker[Session],
    *,
    poll_id: str,
    person_id: str,
    answers: Mapping[str, Availability],
    now: dt.datetime,
) -> int:
    """Write down what a driver says to the shifts of a poll; commits. Said again, the last word counts.

    Shifts that are no part of it are left out. How many answers there are. Raises Unknown, NoDriver, DutyLinkUnknown (it is closed).
    """
    with sessions.begin() as session:
        poll = session.get(DutyPoll, poll_id)
        person = session.get(Person, person_id)
        if poll is None or person is None:
            raise Unknown("poll", poll_id)
        if poll.closes_at <= now:
            raise DutyLinkUnknown
        if MembershipRole.DRIVER not in person.roles_in(poll.organisation_id):
            raise NoDriver
        asked = {shift.id for shift in shifts_of_poll(session, poll, now)} & answers.keys()
        for shift_id in sorted(asked):
            session.merge(
                DutyAnswer(shift_id=shift_id, person_id=person_id, answer=answers[shift_id], answered_at=now)
            )
        return len(asked)
