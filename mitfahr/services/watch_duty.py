"""See to it that no run with passengers is without a driver: ask in time, and cancel in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import (
    DutyShift,
    deadlines_of,
    driverless_shifts,
    run_ids_of_shifts,
    runs_of_shifts,
    shift_of,
    unfit_on_duty,
)
from mitfahr.db.rides import Ride
from mitfahr.domain.times import seconds
from mitfahr.duty_messages import tell_runs_cancelled
from mitfahr.languages.stored import NO_DRIVER_FOUND
from mitfahr.services.ask_drivers import ask_drivers, coordinators
from mitfahr.services.assign_driver import is_cancelled, set_driver, tell_lost
from mitfahr.services.plan_shifts import plan_missing_shifts
from mitfahr.services.staff_runs import staff_loose_runs
from mitfahr.services.withdraw_ride import withdraw_driverless
from routing.snapshot import Snapshot


def watch_duty(
    sessions: sessionmaker[Session],
    snapshot: Callable[[], Snapshot],
    *,
    secret_key: str,
    now: dt.datetime,
) -> int:
    """Do what is due for all shifts, each in a transaction of its own; returns how many runs were cancelled.

    `snapshot` is asked for only when passengers need another way.
    """
    staff_loose_runs(sessions, now=now)
    plan_missing_shifts(sessions, now=now)
    with sessions() as session:
        unfit = [shift.id for shift in unfit_on_duty(session, seconds(now)) if _is_asked(session, shift, now)]
    for shift_id in unfit:
        _relieve(sessions, shift_id, secret_key, now)
    with sessions() as session:
        waiting = [
            shift
            for shift in driverless_shifts(session, seconds(now))
            if _is_asked(session, shift, now) and not is_cancelled(session, shift)
        ]
        unasked = [shift.id for shift in waiting if shift.asked_at is None]
        doomed = frozenset(run_ids_of_shifts(session, [shift.id for shift in waiting], seconds(now)))
    for shift_id in unasked:
        _ask(sessions, shift_id, secret_key, now)
    return sum(_cancel_due(sessions, snapshot, shift.id, doomed, now) for shift in waiting)


def due_runs(session: Session, shift: DutyShift, now: dt.datetime) -> list[Ride]:
    """Runs of a shift without a driver that have to be cancelled now."""
    if shift.driverless_since is None:
        return []
    deadlines = deadlines_of(session, shift.organisation_id)
    since_s = seconds(shift.driverless_since)
    return [
        run
        for run in runs_of_shifts(session, [shift.id])[shift.id]
        if run.withdrawn_at is None
        and run.ends_s > seconds(now)
        and deadlines.cancels_s(run.begins_s, since_s) <= seconds(now)
    ]


def _is_asked(session: Session, shift: DutyShift, now: dt.datetime) -> bool:
    """Whether it is time to ask who drives."""
    return deadlines_of(session, shift.organisation_id).asks_s(shift.begins_s) <= seconds(now)


def _relieve(sessions: sessionmaker[Session], shift_id: str, secret_key: str, now: dt.datetime) -> None:
    """Whose papers run out before the shift, or whose account was closed, does not drive it."""
    with sessions.begin() as session:
        shift = shift_of(session, shift_id, lock=True)
        if shift.id not in {one.id for one in unfit_on_duty(session, seconds(now))}:
            return
        before = shift.driver
        set_driver(session, [shift], None, now)
        if before is not None:
            tell_lost(session, shift, before, "", secret_key, now)


def _ask(sessions: sessionmaker[Session], shift_id: str, secret_key: str, now: dt.datetime) -> None:
    with sessions.begin() as session:
        shift = shift_of(session, shift_id, lock=True)
        if shift.driver_id is None and shift.asked_at is None:
            ask_drivers(session, shift, secret_key, now)


def _cancel_due(
    sessions: sessionmaker[Session],
    snapshot: Callable[[], Snapshot],
    shift_id: str,
    doomed: frozenset[str],
    now: dt.datetime,
) -> int:
    with sessions() as session:
        due = [run.id for run in due_runs(session, shift_of(session, shift_id), now)]
    if not due:
        return 0
    bookings = sum(
        withdraw_driverless(
            sessions, snapshot(), ride_id=run_id, doomed=doomed, reason=NO_DRIVER_FOUND, now=now
        )
        for run_id in due
    )
    with sessions.begin() as session:
        shift = shift_of(session, shift_id)
        cancelled = [
            run
            for run in runs_of_shifts(session, [shift_id])[shift_id]
            if run.id in due and run.withdrawn_at == now
        ]
        for person in coordinators(session, shift.organisation_id) if cancelled else []:
            tell_runs_cancelled(session, shift, person, len(cancelled), bookings, now)
        return len(cancelled)
