"""Who drives a shift, and with it all its runs: one transaction, so that neither ever names somebody else.

Locks are taken in one order: person, shift, rides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import (
    DriverPapers,
    DutyShift,
    deadlines_of,
    run_ids_of_shifts,
    runs_of_shifts,
    shift_of,
)
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.people import Person, lock_person
from mitfahr.db.rides import lock_rides
from mitfahr.domain.errors import NoDriver, NotAllowed, PapersExpired, ShiftClosed, ShiftTaken
from mitfahr.domain.roles import MembershipRole, Task
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import local, seconds
from mitfahr.duty_messages import tell_given_up, tell_on_duty, tell_relieved
from mitfahr.languages.stored import DUTY
from mitfahr.services.ask_drivers import ask_drivers, coordinators, new_link
from mitfahr.services.driver_time import Span, check_driver_free
from mitfahr.services.organisation_tasks import require_task


def assign_driver(
    sessions: sessionmaker[Session],
    *,
    shift_id: str,
    driver_id: str | None,
    actor_id: str,
    secret_key: str,
    vacations: Vacations,
    now: dt.datetime,
) -> None:
    """The person drives the shift from now on, or (None) nobody does; commits. Done again, it changes nothing.

    Who plans may say so of every driver of the association. Drivers take what nobody drives, or whose driver looks
    for a substitute, and give up their own. When a driver is lost late, the coordinators and the other drivers are asked at
    once. Raises Unknown, NotAllowed, ShiftTaken, ShiftClosed, NoDriver, PapersExpired, OverlapsOtherRide.
    """
    with sessions.begin() as session:
        if driver_id is not None:
            lock_person(session, driver_id)
        shift = shift_of(session, shift_id, lock=True)
        require_task(session, actor_id, shift.organisation_id, Task.SEE)
        if shift.driver_id == driver_id:
            return
        _check_may(session, shift, driver_id, actor_id)
        put_on_duty(session, shift, driver_id, actor_id, secret_key, vacations, now)


def seek_substitute(
    sessions: sessionmaker[Session],
    *,
    shift_id: str,
    actor_id: str,
    secret_key: str,
    now: dt.datetime,
) -> None:
    """Ask the other drivers by mail who can drive instead; commits. Until somebody says yes, the driver stays.

    Done again, it changes nothing. Raises Unknown, NotAllowed, ShiftClosed.
    """
    with sessions.begin() as session:
        shift = shift_of(session, shift_id, lock=True)
        require_task(session, actor_id, shift.organisation_id, Task.SEE)
        if shift.driver_id != actor_id and not _plans(session, shift, actor_id):
            raise NotAllowed("seek_substitute")
        if shift.driver_id is None or shift.begins_s <= seconds(now):
            raise ShiftClosed
        if shift.substitute_since is None:
            shift.substitute_since = now
            ask_drivers(session, shift, secret_key, now)


def stop_seeking(sessions: sessionmaker[Session], *, shift_id: str, actor_id: str) -> None:
    """The driver drives after all; commits. Raises Unknown, NotAllowed."""
    with sessions.begin() as session:
        shift = shift_of(session, shift_id, lock=True)
        require_task(session, actor_id, shift.organisation_id, Task.SEE)
        if shift.driver_id != actor_id and not _plans(session, shift, actor_id):
            raise NotAllowed("seek_substitute")
        shift.substitute_since = None


def put_on_duty(
    session: Session,
    shift: DutyShift,
    driver_id: str | None,
    actor_id: str,
    secret_key: str,
    vacations: Vacations,
    now: dt.datetime,
) -> None:
    """Change the driver of a shift that is locked, as is the new driver; everybody concerned is told."""
    if seconds(now) >= shift.ends_s or (driver_id is not None and is_cancelled(session, shift)):
        raise ShiftClosed
    before = shift.driver
    if driver_id is not None:
        check_may_drive(session, shift, driver_id, vacations, now)
    set_driver(session, [shift], driver_id, now)
    if driver_id is not None:
        driver = session.get_one(Person, driver_id)
        tell_on_duty(session, shift, driver, new_link(session, driver, secret_key, now, shift=shift), now)
        if before is not None and before.id != actor_id:
            tell_relieved(session, shift, before, now)
    elif before is not None:
        tell_lost(session, shift, before, actor_id, secret_key, now)


def tell_lost(
    session: Session, shift: DutyShift, before: Person, actor_id: str, secret_key: str, now: dt.datetime
) -> None:
    """After a shift has lost its driver: the coordinators know, and late everybody who could step in is asked at once."""
    if before.id != actor_id:
        tell_relieved(session, shift, before, now)
    if seconds(now) >= deadlines_of(session, shift.organisation_id).asks_s(shift.begins_s):
        ask_drivers(session, shift, secret_key, now, lost=before)
    else:
        for coordinator in coordinators(session, shift.organisation_id):
            if coordinator.id != actor_id:
                tell_given_up(session, shift, coordinator, before, now)


def set_driver(
    session: Session,
    shifts: Collection[DutyShift],
    driver_id: str | None,
    now: dt.datetime,
    *,
    also: Collection[str] = (),
) -> None:
    """Write who drives locked shifts, and the same into their runs and into the runs `also`."""
    for shift in shifts:
        shift.driver_id, shift.substitute_since, shift.asked_at = driver_id, None, None
        shift.began_s = shift.finished_s = None
        shift.driverless_since = None if driver_id is not None else now
    runs = run_ids_of_shifts(session, [shift.id for shift in shifts], seconds(now))
    rides = lock_rides(session, {*runs, *also})
    for ride in rides.values():
        ride.driver_id = driver_id
    session.flush()
    for shift in shifts:
        session.expire(shift, ["driver"])
    if rides:
        mark_changed(session, rides)


def check_may_drive(
    session: Session, shift: DutyShift, driver_id: str, vacations: Vacations, now: dt.datetime
) -> None:
    """Raises NoDriver, PapersExpired, OverlapsOtherRide; papers that nobody has entered hold nobody back."""
    driver = session.get_one(Person, driver_id)
    if not driver.is_active or MembershipRole.DRIVER not in driver.roles_in(shift.organisation_id):
        raise NoDriver
    papers = session.get(DriverPapers, (driver_id, shift.organisation_id))
    if papers is not None and papers.good_until and papers.is_over(local(shift.begins_s).date()):
        raise PapersExpired(papers.good_until)
    runs = run_ids_of_shifts(session, [shift.id], seconds(now))
    spans = [Span(shift.begins_s, shift.ends_s, DUTY)]
    check_driver_free(session, driver_id, spans, vacations, now, without_rides=runs, without_shift=shift.id)


def is_cancelled(session: Session, shift: DutyShift) -> bool:
    """Whether the shift had runs and none of them takes place."""
    runs = runs_of_shifts(session, [shift.id])[shift.id]
    return bool(runs) and all(run.withdrawn_at is not None for run in runs)


def _check_may(session: Session, shift: DutyShift, driver_id: str | None, actor_id: str) -> None:
    if _plans(session, shift, actor_id):
        return
    if driver_id is None:
        if shift.driver_id != actor_id:
            raise NotAllowed("assign_driver")
    elif driver_id != actor_id:
        raise NotAllowed("assign_driver")
    elif shift.driver_id is not None and shift.substitute_since is None:
        raise ShiftTaken


def _plans(session: Session, shift: DutyShift, actor_id: str) -> bool:
    return Task.PLAN in session.get_one(Person, actor_id).tasks_in(shift.organisation_id)
