"""Change what members are in an organisation, or let them go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import coming_shifts_of_driver, shift_of
from mitfahr.db.people import Membership, Person, lock_person
from mitfahr.db.rides import coming_runs_of_driver
from mitfahr.domain.errors import LastCoordinator, Unknown
from mitfahr.domain.roles import MembershipRole, Task
from mitfahr.domain.times import seconds
from mitfahr.services.assign_driver import set_driver
from mitfahr.services.organisation_tasks import require_task


def change_member(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    person_id: str,
    roles: Collection[MembershipRole],
    actor_id: str,
    now: dt.datetime,
) -> int:
    """The member has exactly these roles; none lets them go. Commits. Done again, it changes nothing.

    Runs to come of somebody who no longer drives are without a driver then; returns how many. Raises
    Unknown, NotAllowed, LastCoordinator.
    """
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.MANAGE_MEMBERS)
        coordinators = _lock_coordinators(session, organisation_id)
        person = lock_person(session, person_id)
        before = person.roles_in(organisation_id)
        if not before and roles:
            raise Unknown("member", person_id)
        if coordinators == {person_id} and MembershipRole.COORDINATOR not in roles:
            raise LastCoordinator
        _set_roles(session, person, organisation_id, frozenset(roles))
        if MembershipRole.DRIVER in roles:
            return 0
        return _take_runs(session, person_id, organisation_id, now)


def _lock_coordinators(session: Session, organisation_id: str) -> set[str]:
    """Those with an open account, locked: two of them letting each other go at once must not both succeed."""
    rows = session.scalars(
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == MembershipRole.COORDINATOR,
            Person.is_active,
        )
        .order_by(Membership.person_id)
        .with_for_update(of=Membership)
    )
    return {row.person_id for row in rows}


def _set_roles(
    session: Session, person: Person, organisation_id: str, roles: frozenset[MembershipRole]
) -> None:
    present = person.roles_in(organisation_id)
    for row in list(person.memberships):
        if row.organisation_id == organisation_id and row.role not in roles:
            person.memberships.remove(row)
    person.memberships += [
        Membership(organisation_id=organisation_id, role=role) for role in sorted(roles - present)
    ]
    session.flush()


def _take_runs(session: Session, person_id: str, organisation_id: str, now: dt.datetime) -> int:
    """Shifts and runs; whoever could drive instead is asked by the worker as soon as it is time."""
    shifts = [
        shift_of(session, shift.id, lock=True)
        for shift in coming_shifts_of_driver(session, person_id, organisation_id, seconds(now))
    ]
    coming = coming_runs_of_driver(session, person_id, organisation_id, seconds(now))
    set_driver(session, shifts, None, now, also=coming)
    return len(coming)
