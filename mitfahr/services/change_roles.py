"""Give and take roles."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from mitfahr.db.people import Person, PersonRole
from mitfahr.domain.errors import LastAdmin, Unknown
from mitfahr.domain.roles import Action, Role, require


def change_roles(session: Session, actor: Person | None, person_id: str, roles: Collection[Role]) -> Person:
    """Let the person have exactly these roles (being a resident needs none).

    `actor` None is the operator at the command line. Raises NotAllowed, Unknown, LastAdmin.
    """
    if actor is not None:
        require(actor.roles, Action.MANAGE_PEOPLE)
    admins = _lock_admins(session)
    person = session.get(Person, person_id)
    if person is None:
        raise Unknown("person", person_id)
    if admins == {person_id} and Role.ADMIN not in roles:
        raise LastAdmin
    wanted = set(roles) - {Role.RESIDENT}
    person.role_rows[:] = [row for row in person.role_rows if row.role in wanted]
    present = {row.role for row in person.role_rows}
    person.role_rows += [PersonRole(role=role) for role in sorted(wanted - present)]
    session.flush()
    return person


def grant_role(session: Session, person: Person, role: Role) -> None:
    """Add one role; nothing changes if the person has it."""
    if role not in person.roles:
        person.role_rows.append(PersonRole(role=role))
        session.flush()


def _lock_admins(session: Session) -> set[str]:
    """Active administrators, locked: two of them taking each other's role at once must not both succeed."""
    rows = session.scalars(
        select(PersonRole)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == Role.ADMIN, Person.is_active)
        .order_by(PersonRole.person_id)
        .with_for_update(of=PersonRole)
    )
    return {row.person_id for row in rows}
