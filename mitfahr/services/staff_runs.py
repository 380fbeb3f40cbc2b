"""Runs and shifts find each other: a run belongs to the shift of its vehicle that spans it, and has its driver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import DutyShift, runs_of_shifts, runs_without_shift, shift_for, shift_of
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, lock_rides
from mitfahr.domain.times import seconds


def put_on_shift(session: Session, ride: Ride) -> None:
    """Give a new run that is not stored yet to the shift that spans it, if there is one.

    A run whose driver was named one by one keeps that driver and stays out of every other's shift, as does one at the
    time of another run: nobody drives both.
    """
    found = _shift_of(session, ride)
    if found is None:
        return
    shift = shift_of(session, found.id, lock=True)
    aboard = _runs(session, shift)
    if ride.driver_id in (None, shift.driver_id) and not any(_meet(ride, other) for other in aboard):
        ride.shift_id, ride.driver_id = shift.id, shift.driver_id


def gather_runs(
    session: Session, shifts: Sequence[DutyShift], now: dt.datetime, *, let_go: Collection[str] = ()
) -> int:
    """Give locked shifts of one association all stored runs that they span and that belong to none; how many.

    Of the runs `let_go`, which are theirs, those that they span no more are without shift and driver.
    """
    spanning: dict[str, DutyShift] = {}
    for ride in runs_without_shift(session, shifts[0].organisation_id, seconds(now)):
        for shift in shifts:
            if ride.vehicle_id == shift.vehicle_id and _spans(shift, ride):
                spanning[ride.id] = shift
    changed = []
    aboard = {
        shift.id: [ride for ride in _runs(session, shift) if ride.id not in let_go or _spans(shift, ride)]
        for shift in shifts
    }
    locked = lock_rides(session, {*spanning, *let_go})
    for ride in sorted(locked.values(), key=lambda one: (one.begins_s, one.id)):
        found = spanning.get(ride.id)
        if found is None:
            if not any(ride.shift_id == shift.id and _spans(shift, ride) for shift in shifts):
                ride.shift_id = ride.driver_id = None
                changed.append(ride.id)
        elif (
            ride.shift_id is None
            and ride.driver_id in (None, found.driver_id)
            and not any(_meet(ride, other) for other in aboard[found.id])
        ):
            ride.shift_id, ride.driver_id = found.id, found.driver_id
            aboard[found.id].append(ride)
            changed.append(ride.id)
    session.flush()
    if changed:
        mark_changed(session, changed)
    return len(changed)


def staff_loose_runs(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Runs that were published beside a new shift find it now; commits. Returns how many."""
    with sessions() as session:
        wanted = {
            shift.id
            for ride in runs_without_shift(session, None, seconds(now))
            if (shift := _shift_of(session, ride))
            and ride.driver_id in (None, shift.driver_id)
            and not any(_meet(ride, other) for other in _runs(session, shift))
        }
    found = 0
    for shift_id in sorted(wanted):
        with sessions.begin() as session:
            found += gather_runs(session, [shift_of(session, shift_id, lock=True)], now)
    return found


def _shift_of(session: Session, ride: Ride) -> DutyShift | None:
    if ride.vehicle_id is None or ride.organisation_id is None:
        return None
    return shift_for(session, ride.organisation_id, ride.vehicle_id, ride.begins_s, ride.ends_s)


def _runs(session: Session, shift: DutyShift) -> list[Ride]:
    return [ride for ride in runs_of_shifts(session, [shift.id])[shift.id] if ride.withdrawn_at is None]


def _meet(one: Ride, other: Ride) -> bool:
    return one.begins_s < other.ends_s and other.begins_s < one.ends_s


def _spans(shift: DutyShift, ride: Ride) -> bool:
    return shift.begins_s <= ride.begins_s and ride.ends_s <= shift.ends_s
