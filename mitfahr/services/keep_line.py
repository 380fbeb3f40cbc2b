"""The lines of an organisation: enter one, change it, cancel or add single days, say its fare, end it.

A change touches only runs that nobody has booked; booked ones stay as they were booked, or are cancelled with a
message to everybody on board.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.run_lines import RunLine, line_of, runs_of_line
from mitfahr.db.vehicles import vehicle_of
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.endings import not_ended
from mitfahr.domain.errors import InThePast, PlanInvalid
from mitfahr.domain.line_plans import MOST_ADDED, LinePlan, line_days
from mitfahr.domain.recurrence import check_plan
from mitfahr.domain.rides import check_run_times
from mitfahr.domain.roles import Task
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.publish_lines import publish_due
from mitfahr.services.store_stop import stored_stop
from mitfahr.services.withdraw_planned import (
    ComingRides,
    clear,
    sort_coming,
    withdraw_booked,
    withdraw_free,
)
from routing.snapshot import Snapshot
from routing.timetable import Timetable


@dataclass(frozen=True, slots=True)
class LineStop:
    stop_id: str
    after_s: int
    """After the departure at the first stop."""


@dataclass(frozen=True, slots=True)
class LineDraft:
    """What the association fills in; the fare is said by others."""

    number: str
    name: str
    vehicle_id: str
    stops: tuple[LineStop, ...]
    plan: LinePlan
    booking: BookingNeed = BookingNeed.REQUIRED
    bookable_before_s: int = 0
    note: str | None = None


def coming_runs(session: Session, line_id: str, now: dt.datetime, day: dt.date | None = None) -> ComingRides:
    """What a change of the line would meet, or of one day of it."""
    runs = runs_of_line(session, line_id, seconds(now))
    return sort_coming(
        session, [run for run in runs if run.withdrawn_at is None and day in (None, run.line_day)]
    )


def keep_line(
    sessions: sessionmaker[Session],
    timetable: Timetable,
    draft: LineDraft,
    *,
    organisation_id: str,
    line_id: str | None,
    actor_id: str,
    idempotency_key: str,
    vacations: Vacations,
    now: dt.datetime,
) -> str:
    """Enter a line, or change the one named, and publish its runs; commits. Returns its id.

    The same form sent again changes nothing. Days that were cancelled or added stay so. Raises Unknown,
    NotAllowed, StopUnknown, WindowInvalid, StateForbids for a line that has ended, IdempotencyConflict.
    """
    check_run_times([(stop.after_s, stop.after_s) for stop in draft.stops])
    fields: dict[str, Any] = {
        "number": draft.number,
        "name": draft.name,
        "stops": [{**stored_stop(timetable, stop.stop_id), "after_s": stop.after_s} for stop in draft.stops],
        "booking": draft.booking,
        "bookable_before_s": draft.bookable_before_s,
        "note": draft.note,
        "vehicle_id": draft.vehicle_id,
    }
    body = {"line": line_id, "of": organisation_id, "plan": draft.plan.as_json(), **fields}
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            return str(known["line_id"])
        require_task(session, actor_id, organisation_id, Task.PLAN)
        vehicle_of(session, organisation_id, draft.vehicle_id)
        plan = draft.plan
        changed: list[str] = []
        if line_id is None:
            line = RunLine(id=new_id(), organisation_id=organisation_id, created_at=now)
            session.add(line)
        else:
            line = not_ended(line_of(session, organisation_id, line_id, lock=True))
            before = LinePlan.from_json(line.plan)
            days = replace(plan.days, exceptions=before.days.exceptions)
            plan = replace(plan, days=days, added=before.added)
            changed = withdraw_free(session, coming_runs(session, line.id, now), now)
        for name, value in fields.items():
            setattr(line, name, value)
        line.plan = plan.as_json()
        session.flush()
        session.refresh(line)
        changed += publish_due(session, line, timetable, vacations, now)
        keep_answer(session, actor_id, idempotency_key, {"line_id": line.id})
        if changed:
            mark_changed(session, changed)
        return line.id


def set_fare(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    line_id: str,
    fare: str | None,
    actor_id: str,
    now: dt.datetime,
) -> None:
    """Say what was approved, for all runs to come; commits. Raises Unknown, NotAllowed."""
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.SET_FARE)
        line_of(session, organisation_id, line_id, lock=True).fare = fare
        for run in runs_of_line(session, line_id, seconds(now)):
            run.fare = fare


def cancel_day(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    organisation_id: str,
    line_id: str,
    day: dt.date,
    reason: str | None,
    actor_id: str,
    now: dt.datetime,
) -> int:
    """The line does not run on this day; commits. Passengers are told and offered another way.

    Returns how many bookings were touched. Done again, it changes nothing. Raises Unknown, NotAllowed,
    StateForbids, PlanInvalid for too many such days.
    """

    def cancelled(plan: LinePlan) -> LinePlan:
        days = replace(plan.days, exceptions=plan.days.exceptions | {day})
        check_plan(days)
        return replace(plan, days=days, added=plan.added - {day})

    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        line = not_ended(line_of(session, organisation_id, line_id, lock=True))
        line.plan = cancelled(LinePlan.from_json(line.plan)).as_json()
        booked = clear(session, coming_runs(session, line.id, now, day), now)
    return withdraw_booked(sessions, snapshot, booked, actor_id=actor_id, reason=reason, now=now)


def add_day(
    sessions: sessionmaker[Session],
    timetable: Timetable,
    *,
    organisation_id: str,
    line_id: str,
    day: dt.date,
    actor_id: str,
    vacations: Vacations,
    now: dt.datetime,
) -> None:
    """The line runs on this day too, also on one that was cancelled; commits. Done again, it changes nothing.

    Raises Unknown, NotAllowed, StateForbids, InThePast, PlanInvalid for too many such days.
    """
    if day < local(seconds(now)).date():
        raise InThePast(resolve(day, dt.time()).moment)
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        line = not_ended(line_of(session, organisation_id, line_id, lock=True))
        plan = LinePlan.from_json(line.plan)
        days = replace(plan.days, exceptions=plan.days.exceptions - {day})
        plan = replace(plan, days=days)
        is_regular = any(one.skip is None for one in line_days(plan, vacations, day, day))
        if not is_regular:
            plan = replace(plan, added=plan.added | {day})
        if len(plan.added) > MOST_ADDED:
            raise PlanInvalid("added")
        line.plan = plan.as_json()
        for run in runs_of_line(session, line.id, seconds(now)):
            if run.line_day == day and run.withdrawn_at is not None:
                run.line_day = None
        session.flush()
        added = publish_due(session, line, timetable, vacations, now)
        if added:
            mark_changed(session, added)


def end_line(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    organisation_id: str,
    line_id: str,
    with_booked: bool,
    reason: str | None,
    actor_id: str,
    now: dt.datetime,
) -> int:
    """No more runs are published and those that nobody has booked are gone; commits.

    Booked ones still take place, or with `with_booked` are cancelled: passengers are told. Returns how many
    bookings were touched. Done again, it changes nothing. Raises Unknown, NotAllowed.
    """
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        line = line_of(session, organisation_id, line_id, lock=True)
        line.ended_at = line.ended_at or now
        booked = clear(session, coming_runs(session, line.id, now), now)
    if not with_booked:
        return 0
    return withdraw_booked(sessions, snapshot, booked, actor_id=actor_id, reason=reason, now=now)
