"""Runs and shifts find each other: a run belongs to the shift of its vehicle that spans it, and has its driver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import DutyShift, runs_without_shift, shift_for, shift_of
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, lock_rides
from mitfahr.domain.times import seconds


def put_on_shift(session: Session, ride: Ride) -> None:
    """Give a new run that is not stored yet to the shift that spans it, if there is one.

    A run whose driver was named one by one keeps that driver and stays out of every other's shift.
    """
    found = _shift_of(session, ride)
    if found is None:
        return
    shift = shift_of(session, found.id, lock=True)
    if ride.driver_id in (None, shift.driver_id):
        ride.shift_id, ride.driver_id = shift.id, shift.driver_id


def gather_runs(session: Session, shifts: Sequence[DutyShift], now: dt.datetime) -> int:
    """Give locked shifts of one association all stored runs that they span and that belong to none; how many."""
    spanning: dict[str, DutyShift] = {}
    for ride in runs_without_shift(session, shifts[0].organisation_id, seconds(now)):
        for shift in shifts:
            if ride.vehicle_id == shift.vehicle_id and _spans(shift, ride):
                spanning[ride.id] = shift
    taken = []
    for ride in lock_rides(session, spanning).values():
        shift = spanning[ride.id]
        if ride.shift_id is None and ride.driver_id in (None, shift.driver_id):
            ride.shift_id, ride.driver_id = shift.id, shift.driver_id
            taken.append(ride.id)
    session.flush()
    if taken:
        mark_changed(session, taken)
    return len(taken)


def staff_loose_runs(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Runs that were published beside a new shift find it now; commits. Returns how many."""
    with sessions() as session:
        wanted = {
            shift.id
            for ride in runs_without_shift(session, None, seconds(now))
            if (shift := _shift_of(session, ride)) and ride.driver_id in (None, shift.driver_id)
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


def _spans(shift: DutyShift, ride: Ride) -> bool:
    return shift.begins_s <= ride.begins_s and ride.ends_s <= shift.ends_s
