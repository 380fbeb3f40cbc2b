"""Say how it was to travel together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import leg_of
from mitfahr.db.ratings import Rating, rating_by
from mitfahr.db.rides import lock_rides
from mitfahr.domain.errors import NotRateable
from mitfahr.domain.times import seconds
from mitfahr.domain.trust import OF_DRIVERS, OF_RIDERS, Praise, may_rate
from mitfahr.seen import companion


def rate_leg(
    sessions: sessionmaker[Session],
    *,
    leg_id: str,
    rater_id: str,
    again: bool,
    praise: Collection[Praise],
    now: dt.datetime,
) -> None:
    """The rider about the driver, or the driver about the rider; commits. A second answer replaces the first.

    Raises Unknown, NotRateable.
    """
    with sessions.begin() as session:
        leg = leg_of(session, leg_id)
        rated = companion(leg, rater_id)
        lock_rides(session, [leg.ride_id or ""])  # the same form sent twice at once
        if not may_rate(leg.state, leg.arrival_s, seconds(now)):
            raise NotRateable
        offered = OF_RIDERS if leg.booking.rider_id == rated.id else OF_DRIVERS
        rating = rating_by(session, leg_id, rater_id) or Rating(
            leg_id=leg_id, rater_id=rater_id, rated_id=rated.id, arrival_s=leg.arrival_s, created_at=now
        )
        rating.again = again
        rating.praise = ",".join(word for word in offered if word in praise)
        session.add(rating)
