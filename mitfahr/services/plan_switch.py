"""Plan a switch for a stated moment, and take the plan back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mitfahr.db.audit import note
from mitfahr.db.base import new_id
from mitfahr.db.people import Person
from mitfahr.db.switch_plans import SwitchPlan, open_plan_of
from mitfahr.db.timetables import serving_locked
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.errors import NotSwitchable, SwitchPlanInvalid
from mitfahr.domain.roles import Action, require
from mitfahr.domain.times import local, seconds
from mitfahr.domain.versions import SWITCHABLE
from mitfahr.services.go_live import check_going_live, version_of


def plan_switch(
    session: Session,
    actor: Person,
    version_id: str,
    due_at: dt.datetime,
    now: dt.datetime,
    *,
    four_eyes: bool,
) -> SwitchPlan:
    """Let the worker put the version live at `due_at`; a version has one plan, and a new one takes its place.

    Sent again, it changes nothing. Raises NotAllowed, Unknown, NotSwitchable, SwitchPlanInvalid, NotYetValid, LossesHeld.
    """
    require(actor.roles, Action.SWITCH_TIMETABLE)
    serving_locked(session)
    version = version_of(session, version_id)
    if version.status not in SWITCHABLE:
        raise NotSwitchable(version.status)
    if due_at <= now:
        raise SwitchPlanInvalid("past")
    if version.valid_to is not None and version.valid_to < local(seconds(due_at)).date():
        raise SwitchPlanInvalid("over")
    check_going_live(session, version, actor, due_at, four_eyes=four_eyes, is_plan=True)
    known = open_plan_of(session, version_id)
    if known is not None and (known.due_at, known.planned_by) == (due_at, actor.id):
        return known
    if known is not None:
        known.taken_back_at = now
    plan = SwitchPlan(id=new_id(), version_id=version_id, due_at=due_at, planned_at=now, planned_by=actor.id)
    session.add(plan)
    about = {"subject": version.name, "version_id": version_id}
    note(session, AuditAction.PLANNED, actor, now, **about, due_at=due_at.isoformat())
    session.flush()
    return plan


def take_back_plan(session: Session, actor: Person, version_id: str, now: dt.datetime) -> None:
    """The version stays as it is. Sent again, it changes nothing; raises SwitchPlanInvalid when it was too late.

    Raises NotAllowed, Unknown.
    """
    require(actor.roles, Action.SWITCH_TIMETABLE)
    serving_locked(session)
    version = version_of(session, version_id)
    plan = open_plan_of(session, version_id)
    if plan is None:
        raise SwitchPlanInvalid("none")
    plan.taken_back_at = now
    about = {"subject": version.name, "version_id": version_id}
    note(session, AuditAction.PLAN_TAKEN_BACK, actor, now, **about, due_at=plan.due_at.isoformat())
