"""Until when the papers of drivers are good: entered by who plans, and everybody concerned is warned in time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import DriverPapers
from mitfahr.db.people import Person, lock_person
from mitfahr.domain.duty import paper_step
from mitfahr.domain.errors import NoDriver
from mitfahr.domain.roles import MembershipRole, Task
from mitfahr.domain.times import local, seconds
from mitfahr.duty_messages import tell_papers
from mitfahr.languages import marked
from mitfahr.services.ask_drivers import coordinators
from mitfahr.services.organisation_tasks import require_task

PERMIT = marked("Personenbeförderungsschein")
MEDICAL = marked("Ärztliche Untersuchung")


def keep_papers(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    person_id: str,
    permit_until: dt.date | None,
    medical_until: dt.date | None,
    actor_id: str,
) -> None:
    """Enter until when the papers of a driver are good, None where it is not known; commits.

    Raises Unknown, NotAllowed, NoDriver.
    """
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.MANAGE_MEMBERS)
        person = lock_person(session, person_id)
        if MembershipRole.DRIVER not in person.roles_in(organisation_id):
            raise NoDriver
        papers = session.get(DriverPapers, (person_id, organisation_id))
        if papers is None:
            papers = DriverPapers(person_id=person_id, organisation_id=organisation_id)
            session.add(papers)
        if papers.permit_until != permit_until:
            papers.permit_until, papers.permit_warned_days = permit_until, None
        if papers.medical_until != medical_until:
            papers.medical_until, papers.medical_warned_days = medical_until, None


def warn_of_papers(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Warn of papers that run out, at each of PAPER_STEPS_DAYS once; commits. Returns how many warnings were new."""
    today = local(seconds(now)).date()
    warned = 0
    with sessions.begin() as session:
        rows = session.scalars(
            select(DriverPapers).order_by(DriverPapers.person_id).with_for_update(of=DriverPapers)
        )
        for papers in rows:
            if MembershipRole.DRIVER not in papers.person.roles_in(papers.organisation_id):
                continue
            step = _step(papers.permit_until, papers.permit_warned_days, today)
            if step is not None:
                papers.permit_warned_days = step
                _warn(session, papers, PERMIT, papers.permit_until, today, now)
                warned += 1
            step = _step(papers.medical_until, papers.medical_warned_days, today)
            if step is not None:
                papers.medical_warned_days = step
                _warn(session, papers, MEDICAL, papers.medical_until, today, now)
                warned += 1
    return warned


def _step(until: dt.date | None, warned_days: int | None, today: dt.date) -> int | None:
    """The step to warn at now, None if there is none or it was warned of."""
    step = paper_step(until, today) if until is not None else None
    return step if step is not None and (warned_days is None or step < warned_days) else None


def _warn(
    session: Session,
    papers: DriverPapers,
    paper: str,
    until: dt.date | None,
    today: dt.date,
    now: dt.datetime,
) -> None:
    readers: dict[str, Person] = {one.id: one for one in coordinators(session, papers.organisation_id)}
    for reader in {papers.person_id: papers.person, **readers}.values():
        if until is not None:
            tell_papers(session, papers.organisation, reader, papers.person, paper, until, today, now)
