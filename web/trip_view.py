"""A booking with what was booked as one with it, as its rider sees them and whoever helps the rider."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mitfahr.db.bookings import Booking, bookings_of_trip, replacements_of
from mitfahr.db.trust import trust_of
from mitfahr.domain.errors import NothingServes
from mitfahr.domain.times import seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.itinerary import journey_from_json
from mitfahr.walk_ways import NO_WAYS, WalkWays, walk_ways
from routing.snapshot import Snapshot
from web.bookings_view import BookingView, booking_view
from web.portal import portal


def trip_views(
    session: Session, booking: Booking, now: dt.datetime, is_live: bool = True
) -> list[BookingView]:
    """Soonest first. What has been replaced is left out, unless it is `booking` itself.

    Without `is_live` at the times of the timetable.
    """
    snapshot = current_snapshot(now)
    timetable, live = (snapshot.timetable, snapshot.live if is_live else None) if snapshot else (None, None)
    trip = bookings_of_trip(session, booking)
    replaced = replacements_of(session, [one.id for one in trip])
    trip = [one for one in trip if one is booking or one.id not in replaced]
    rides = [leg.ride for one in trip for leg in one.legs if leg.ride]
    trust = trust_of(session, {ride.driver_id for ride in rides if ride.driver_id}, seconds(now))
    walks = _walks(trip)
    return [booking_view(one, timetable, now, trust, replaced.get(one.id), walks, live) for one in trip]


def current_snapshot(now: dt.datetime) -> Snapshot | None:
    """None while nothing serves."""
    try:
        return portal().live.current(now)
    except NothingServes:
        return None


def _walks(trip: Sequence[Booking]) -> WalkWays:
    """How to walk, street by street, on the streets that serve now."""
    try:
        world = portal().live.served().without_rides
    except NothingServes:
        return NO_WAYS
    journeys = [journey_from_json(one.journey) for one in trip]  # type: ignore[arg-type]
    avoids_stairs = any(TripRequest.from_json(one.question).avoids_steps for one in trip)
    return walk_ways(world, journeys, avoids_stairs=avoids_stairs)
