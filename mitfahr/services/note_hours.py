"""When a shift really began and ended: pressed at the wheel, or written down afterwards. Without it, the plan counts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import DutyShift, shift_of
from mitfahr.db.people import Person
from mitfahr.domain.duty import check_hours
from mitfahr.domain.errors import NotAllowed, ShiftClosed
from mitfahr.domain.roles import Task
from mitfahr.domain.times import seconds
from mitfahr.services.organisation_tasks import require_task


def begin_shift(sessions: sessionmaker[Session], *, shift_id: str, actor_id: str, now: dt.datetime) -> None:
    """It begins now; commits. Done again, the first time stays. Raises as `note_hours` does."""
    with sessions.begin() as session:
        shift = _noted_by(session, shift_id, actor_id)
        _note(shift, shift.began_s or _minute(now), shift.finished_s, now)


def finish_shift(sessions: sessionmaker[Session], *, shift_id: str, actor_id: str, now: dt.datetime) -> None:
    """It ends now; commits. Done again, the first time stays. Raises as `note_hours` does."""
    with sessions.begin() as session:
        shift = _noted_by(session, shift_id, actor_id)
        _note(shift, shift.began_s, shift.finished_s or _minute(now), now)


def note_hours(
    sessions: sessionmaker[Session],
    *,
    shift_id: str,
    began_s: int | None,
    finished_s: int | None,
    actor_id: str,
    now: dt.datetime,
) -> None:
    """The driver or who plans says when it was; None: as planned. Commits.

    Raises Unknown, NotAllowed, ShiftClosed for a shift that nobody drives, HoursInvalid.
    """
    with sessions.begin() as session:
        _note(_noted_by(session, shift_id, actor_id), began_s, finished_s, now)


def _note(shift: DutyShift, began_s: int | None, finished_s: int | None, now: dt.datetime) -> None:
    check_hours(began_s, finished_s, shift.begins_s, shift.ends_s, seconds(now))
    shift.began_s, shift.finished_s = began_s, finished_s


def _noted_by(session: Session, shift_id: str, actor_id: str) -> DutyShift:
    shift = shift_of(session, shift_id, lock=True)
    require_task(session, actor_id, shift.organisation_id, Task.SEE)
    actor = session.get_one(Person, actor_id)
    if shift.driver_id != actor_id and Task.PLAN not in actor.tasks_in(shift.organisation_id):
        raise NotAllowed("note_hours")
    if shift.driver_id is None:
        raise ShiftClosed
    return shift


def _minute(now: dt.datetime) -> int:
    return seconds(now) // 60 * 60
