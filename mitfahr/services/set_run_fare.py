"""Say what was approved for runs that belong to no line."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.rides import Ride, ride_of
from mitfahr.db.run_lines import single_runs
from mitfahr.domain.errors import Unknown
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Task
from mitfahr.domain.times import seconds
from mitfahr.services.organisation_tasks import require_task


def single_run(session: Session, actor_id: str, ride_id: str) -> Ride:
    """The run, if it belongs to no line and the person sets fares there; raises Unknown, NotAllowed."""
    ride = ride_of(session, ride_id)
    if ride.kind is not RideKind.RUN or ride.run_line_id is not None:
        raise Unknown("ride", ride_id)
    require_task(session, actor_id, ride.organisation_id, Task.SET_FARE)
    return ride


def set_run_fare(
    sessions: sessionmaker[Session], *, ride_id: str, fare: str | None, actor_id: str, now: dt.datetime
) -> None:
    """The fare of this run and of all others of its number to come that belong to no line; commits.

    What is published of this number later has it too. Raises Unknown, NotAllowed.
    """
    with sessions.begin() as session:
        ride = single_run(session, actor_id, ride_id)
        ride.fare = fare
        for run in single_runs(session, str(ride.organisation_id), seconds(now)):
            if run.line == ride.line:
                run.fare = fare
