"""Withdraw the coming rides of a plan, a line's runs or an on-demand service's tours: first those nobody has booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import booked_ride_ids
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import Ride, lock_rides
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ComingRides:
    """Rides to come, soonest first: those with passengers, which a change leaves alone, and those without."""

    booked: Sequence[Ride]
    free: Sequence[Ride]

    @property
    def ids(self) -> list[str]:
        return [ride.id for ride in (*self.booked, *self.free)]


def sort_coming(session: Session, rides: Sequence[Ride]) -> ComingRides:
    """Which of these rides are booked, and which are not."""
    booked = booked_ride_ids(session, [ride.id for ride in rides])
    return ComingRides(
        [ride for ride in rides if ride.id in booked], [ride for ride in rides if ride.id not in booked]
    )


def withdraw_free(session: Session, coming: ComingRides, now: dt.datetime) -> list[str]:
    """Withdraw those that nobody has booked, under their lock, and take their days from them; their ids."""
    rides = lock_rides(session, coming.ids)
    booked = booked_ride_ids(session, coming.ids)  # again: somebody may have booked before the lock
    free = [ride for ride in rides.values() if ride.id not in booked]
    for ride in free:
        ride.withdrawn_at, ride.line_day, ride.demand_day = now, None, None
    session.flush()
    return [ride.id for ride in free]


def clear(session: Session, coming: ComingRides, now: dt.datetime) -> list[str]:
    """Withdraw those that nobody has booked, as the last statements of a transaction; ids of those that stay."""
    free = withdraw_free(session, coming, now)
    if coming.ids:
        mark_changed(session, coming.ids)  # the booked ones too: what their plan says of them has changed
    return [ride_id for ride_id in coming.ids if ride_id not in free]


def withdraw_booked(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    ride_ids: Sequence[str],
    *,
    actor_id: str,
    reason: str | None,
    now: dt.datetime,
) -> int:
    """Withdraw these one after the other; each commits and tells its passengers. How many bookings were touched."""
    return sum(
        withdraw_ride(sessions, snapshot, ride_id=ride_id, actor_id=actor_id, now=now, reason=reason)
        for ride_id in ride_ids
    )
