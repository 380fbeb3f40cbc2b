"""Journeys that have been travelled: the clock completes their legs, the driver says who did not come."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import BookingLeg, leg_of
from mitfahr.db.rides import lock_rides
from mitfahr.domain.errors import NotAllowed
from mitfahr.domain.rides import RideKind
from mitfahr.domain.states import LegState, Side, move
from mitfahr.domain.times import seconds
from mitfahr.services.drive_run import check_drivable, require_driving


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
    sessions: sessionmaker[Session],
    *,
    leg_id: str,
    actor_id: str,
    came: bool,
    now: dt.datetime,
    said_at: dt.datetime | None = None,
) -> BookingLeg:
    """The driver (of a run: also a member of its association) says whether a passenger came; commits.

    `said_at` is when it was said, if it was sent later: a newer word stays. Raises Unknown, NotAllowed, StateForbids,
    RunNotNow.
    """
    said_at = min(said_at or now, now)
    wanted = LegState.COMPLETED if came else LegState.NO_SHOW
    with sessions.begin() as session:
        ride_id = session.scalar(select(BookingLeg.ride_id).where(BookingLeg.id == leg_id))
        if ride_id is None:
            raise NotAllowed("record_presence")
        ride = lock_rides(session, [ride_id])[ride_id]
        require_driving(session, ride, actor_id)
        if ride.kind is not RideKind.PRIVATE:
            check_drivable(ride, said_at)
        leg = leg_of(session, leg_id)
        is_newer = leg.moved_by is not Side.DRIVER or leg.moved_at <= said_at
        if leg.state is not wanted and is_newer:
            leg.state = move(leg.state, wanted, Side.DRIVER)
            leg.moved_at, leg.moved_by = said_at, Side.DRIVER
    return leg
