"""Who may do what for an organisation: the one check behind everything that belongs to one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from mitfahr.db.people import Organisation, Person, organisations
from mitfahr.db.rides import Ride
from mitfahr.domain.errors import NotAllowed, Unknown
from mitfahr.domain.roles import Action, Task, may


def require_task(session: Session, actor_id: str, organisation_id: str | None, task: Task) -> Organisation:
    """The organisation, if the person may do this there.

    Raises NotAllowed, or Unknown for an organisation of which the person may see nothing at all.
    """
    actor, organisation = _person(session, actor_id), session.get(Organisation, organisation_id or "")
    allowed = actor.tasks_in(organisation.id) if organisation else frozenset()
    if organisation is None or not allowed:
        raise Unknown("organisation", organisation_id or "")
    if task not in allowed:
        raise NotAllowed(task)
    return organisation


def organisations_with_task(session: Session, actor_id: str, task: Task) -> list[Organisation]:
    """Where the person may do this, by name."""
    actor = _person(session, actor_id)
    return [one for one in organisations(session) if task in actor.tasks_in(one.id)]


def may_book_for_callers(actor: Person, rides: Iterable[Ride]) -> bool:
    """Whether the person may book these rides for somebody else, and change or cancel that.

    Dispatchers may book whatever there is; who answers the telephone of an association its own runs only.
    """
    if may(actor.roles, Action.BOOK_FOR_OTHERS):
        return True
    of = {ride.organisation_id for ride in rides}
    return bool(of) and all(
        organisation_id is not None and Task.ANSWER_CALLS in actor.tasks_in(organisation_id)
        for organisation_id in of
    )


def _person(session: Session, person_id: str) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise Unknown("person", person_id)
    return person
