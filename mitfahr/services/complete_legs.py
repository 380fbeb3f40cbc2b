"""Journeys that have been travelled: the clock completes their legs, the driver says who did not come."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import BookingLeg, leg_of
from mitfahr.db.rides import lock_rides
from mitfahr.domain.errors import NotAllowed
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Task
from mitfahr.domain.states import LegState, Side, move
from mitfahr.domain.times import seconds
from mitfahr.services.organisation_tasks import require_task


def complete_legs(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Complete every confirmed or noted leg that has arrived; commits. Returns how many.

    Places are not touched: they belong to the past of a ride that nobody can book any more.
    """
    with sessions.begin() as session:
        arrived = session.execute(
            update(BookingLeg)
            .where(
                BookingLeg.state.in_([LegState.CONFIRMED, LegState.NOTED]),
                BookingLeg.arrival_s <= seconds(now),
            )
            .values(state=LegState.COMPLETED, moved_at=now, moved_by=Side.CLOCK)
            .returning(BookingLeg.id)
            .execution_options(synchronize_session=False)
        )
        return len(arrived.all())


def record_presence(
    sessions: sessionmaker[Session], *, leg_id: str, actor_id: str, came: bool, now: dt.datetime
) -> BookingLeg:
    """The driver (of a run: also a member of its association) says whether a passenger came; commits.

    Raises Unknown, NotAllowed, StateForbids.
    """
    wanted = LegState.COMPLETED if came else LegState.NO_SHOW
    with sessions.begin() as session:
        ride_id = session.scalar(select(BookingLeg.ride_id).where(BookingLeg.id == leg_id))
        if ride_id is None:
            raise NotAllowed("record_presence")
        ride = lock_rides(session, [ride_id])[ride_id]
        if ride.driver_id != actor_id:
            if ride.kind is not RideKind.RUN:
                raise NotAllowed("record_presence")
            require_task(session, actor_id, ride.organisation_id, Task.SEE)
        leg = leg_of(session, leg_id)
        if leg.state is not wanted:
            leg.state = move(leg.state, wanted, Side.DRIVER)
            leg.moved_at, leg.moved_by = now, Side.DRIVER
    return leg
