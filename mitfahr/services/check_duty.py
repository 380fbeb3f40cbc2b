"""Whether shifts and their runs say the same, and nobody drives in two places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mitfahr.db.duty import DutyShift
from mitfahr.db.rides import Ride
from mitfahr.domain.times import moment, seconds


def duty_faults(session: Session, now: dt.datetime) -> list[str]:
    """Contradictions between shifts and runs; [] is good.

    What is over is left alone: accounts are closed and members leave.
    """
    return [*_runs(session, seconds(now)), *_twice(session, seconds(now))]


def _runs(session: Session, now_s: int) -> Iterator[str]:
    rows = session.execute(
        select(
            Ride.id,
            Ride.driver_id,
            Ride.organisation_id,
            Ride.vehicle_id,
            Ride.begins_s,
            Ride.ends_s,
            DutyShift,
        )
        .join(DutyShift, DutyShift.id == Ride.shift_id)
        .where(Ride.withdrawn_at.is_(None), Ride.ends_s > now_s)
        .order_by(Ride.begins_s, Ride.id)
    )
    for ride_id, driver_id, organisation_id, vehicle_id, begins_s, ends_s, shift in rows:
        if driver_id != shift.driver_id:
            yield f"Fahrt {ride_id}: gehört zum Dienst {shift.id}, hat aber einen anderen Fahrer"
        if (organisation_id, vehicle_id) != (shift.organisation_id, shift.vehicle_id):
            yield f"Fahrt {ride_id}: Verein oder Fahrzeug sind andere als im Dienst {shift.id}"
        if not shift.begins_s <= begins_s <= ends_s <= shift.ends_s:
            yield f"Fahrt {ride_id}: liegt nicht in der Zeit des Dienstes {shift.id}"


def _twice(session: Session, now_s: int) -> Iterator[str]:
    """The same person, or the same vehicle, on two shifts at once."""
    other = aliased(DutyShift)
    rows = session.execute(
        select(DutyShift.id, other.id, DutyShift.begins_s)
        .join(other, (other.id > DutyShift.id) & (other.begins_s < DutyShift.ends_s))
        .where(
            other.ends_s > DutyShift.begins_s,
            DutyShift.ends_s > now_s,
            sa.or_(other.driver_id == DutyShift.driver_id, other.vehicle_id == DutyShift.vehicle_id),
        )
        .order_by(DutyShift.begins_s, DutyShift.id)
    )
    for shift_id, other_id, begins_s in rows:
        when = f"{moment(begins_s):%d.%m.%Y}"
        yield f"Dienste {shift_id} und {other_id} am {when}: dieselbe Person oder dasselbe Fahrzeug zur selben Zeit"
