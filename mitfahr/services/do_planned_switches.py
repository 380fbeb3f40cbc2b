"""The worker's part of a planned switch: at its moment, once, and only if nothing speaks against it by then."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.audit import note
from mitfahr.db.people import staff_for
from mitfahr.db.session import one_view
from mitfahr.db.switch_plans import SwitchPlan, due_plans
from mitfahr.db.timetables import serving_locked
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import NotAllowed, NotSwitchable, TimetableRefused
from mitfahr.domain.roles import Role
from mitfahr.going_live_words import why_code
from mitfahr.messages import tell_plan_not_done
from mitfahr.services.go_live import go_live

PATIENCE = dt.timedelta(minutes=30)
"""So long the worker waits for what it has to do itself: linking, merging, comparing."""
MENDED_BY_WORKER = frozenset({"unlinked", "stale", "uncompared"})


def do_planned_switches(sessions: sessionmaker[Session], *, now: dt.datetime, four_eyes: bool) -> int:
    """Carry out every plan that is due, each in a transaction of its own; returns how many went live."""
    with one_view(sessions) as session:
        due = due_plans(session, now)
    return sum(_do(sessions, plan_id, now, four_eyes) for plan_id in due)


def _do(sessions: sessionmaker[Session], plan_id: str, now: dt.datetime, four_eyes: bool) -> bool:
    with sessions.begin() as session:
        serving_locked(session)  # whoever comes second waits here, and then finds it done
        plan = session.get_one(SwitchPlan, plan_id, populate_existing=True)
        if plan.done_at or plan.taken_back_at or plan.not_done_at:
            return False
        try:
            go_live(session, plan.planner, plan.version_id, now, four_eyes=four_eyes)
        except (TimetableRefused, NotAllowed) as refused:
            is_mended = isinstance(refused, NotSwitchable) and refused.state in MENDED_BY_WORKER
            if not (is_mended and now < plan.due_at + PATIENCE):
                _give_up(session, plan, why_code(refused), now)
            return False
        plan.done_at = now
    return True


def _give_up(session: Session, plan: SwitchPlan, why: str, now: dt.datetime) -> None:
    """Staff are told why, and who planned it."""
    plan.not_done_at, plan.not_done_why = now, why
    about = {"subject": plan.version.name, "version_id": plan.version_id}
    note(session, AuditAction.PLAN_NOT_DONE, None, now, **about, due_at=plan.due_at.isoformat(), why=why)
    told = {person.id: person for person in staff_for(session, Role.TIMETABLE_STAFF)}
    if plan.planner is not None and plan.planner.is_active:
        told[plan.planner.id] = plan.planner
    for person in told.values():
        tell_plan_not_done(session, person, plan, now)
