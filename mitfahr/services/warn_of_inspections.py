"""Tell the coordinators that an inspection of a vehicle falls due: six weeks before, two weeks before, and when it is over."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.vehicle_log import inspections_to_come, km_of
from mitfahr.domain.times import local, seconds
from mitfahr.domain.vehicle_log import urgency
from mitfahr.services.ask_drivers import coordinators
from mitfahr.vehicle_messages import tell_inspection


def warn_of_inspections(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Write every warning that is due, each once, mail and mark in one transaction; returns how many were told."""
    today = local(seconds(now)).date()
    told = 0
    with sessions.begin() as session:
        for inspection, vehicle in inspections_to_come(session):
            step = urgency(inspection.due_on, inspection.due_km, km_of(session, vehicle.id), today)
            if step <= inspection.told:
                continue
            inspection.told = step
            told += 1
            for person in coordinators(session, vehicle.organisation_id):
                tell_inspection(session, person, vehicle, inspection, step, now)
    return told
