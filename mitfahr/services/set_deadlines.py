"""When an association wants drivers to be asked, and when runs without one are cancelled."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import DutyRules
from mitfahr.domain.duty import Deadlines, check_deadlines
from mitfahr.domain.roles import Task
from mitfahr.services.organisation_tasks import require_task


def set_deadlines(
    sessions: sessionmaker[Session], *, organisation_id: str, deadlines: Deadlines, actor_id: str
) -> None:
    """From now on, for shifts that are planned already too; commits. Raises Unknown, NotAllowed, DutyInvalid."""
    check_deadlines(deadlines.warn_before_s, deadlines.tell_before_s)
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        session.merge(
            DutyRules(
                organisation_id=organisation_id,
                warn_before_s=deadlines.warn_before_s,
                tell_before_s=deadlines.tell_before_s,
            )
        )
