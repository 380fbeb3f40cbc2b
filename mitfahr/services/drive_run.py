"""A run on the road: who may say something of it, when, and which stop it has left."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, lock_rides
from mitfahr.domain.errors import NotAllowed, RunNotNow, WindowInvalid
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Task
from mitfahr.domain.run_progress import EARLY_S
from mitfahr.domain.times import seconds
from mitfahr.services.organisation_tasks import require_task


def leave_stop(
    sessions: sessionmaker[Session],
    *,
    ride_id: str,
    actor_id: str,
    stops_done: int,
    now: dt.datetime,
    said_at: dt.datetime | None = None,
) -> None:
    """The run has left so many of its stops; commits. A smaller number takes a slip back.

    `said_at` is when it was said, if it was sent later: a newer word stays. Said again, it changes nothing. Raises
    Unknown, NotAllowed, WindowInvalid (it has fewer stops), RunNotNow.
    """
    said_at = min(said_at or now, now)
    with sessions.begin() as session:
        ride = lock_rides(session, [ride_id])[ride_id]
        require_driving(session, ride, actor_id)
        check_drivable(ride, said_at)
        if not 0 <= stops_done <= len(ride.stops):
            raise WindowInvalid("stops")
        if ride.stops_done_at is None or ride.stops_done_at <= said_at:
            ride.stops_done, ride.stops_done_at = stops_done, said_at
            if ride.kind is RideKind.DEMAND:  # where the vehicle is decides what it can still take
                mark_changed(session, [ride.id])


def require_driving(session: Session, ride: Ride, actor_id: str) -> None:
    """Whoever drives the ride may say how it goes; of a run also the members of its association, for instance on the
    telephone. Raises NotAllowed or Unknown."""
    if ride.driver_id == actor_id:
        return
    if ride.kind is RideKind.PRIVATE:
        raise NotAllowed("drive")
    require_task(session, actor_id, ride.organisation_id, Task.SEE)


def check_drivable(ride: Ride, now: dt.datetime) -> None:
    """Raises RunNotNow for a run that was cancelled or does not begin for hours, and NotAllowed for a private ride."""
    if ride.kind is RideKind.PRIVATE:
        raise NotAllowed("drive")
    if ride.withdrawn_at is not None:
        raise RunNotNow("withdrawn")
    if seconds(now) < ride.begins_s - EARLY_S:
        raise RunNotNow("early")
