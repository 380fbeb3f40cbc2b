"""Another way for somebody whose booked journey is about to lose a leg."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.blocks import kept_apart_from
from mitfahr.db.bookings import booking_of
from mitfahr.domain.trip_request import TripRequest
from routing.errors import RoutingError
from routing.journey import Journey
from routing.search import search
from routing.snapshot import Snapshot


def find_replacement(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    *,
    booking_id: str,
    without_rides: frozenset[str],
    now: dt.datetime,
) -> Journey | None:
    """The best other way for the question behind a booking, without these rides; None without one.

    Reads in a short transaction and searches after it. A question that the serving timetable can no
    longer answer has no other way. Raises Unknown.
    """
    with sessions.begin() as session:
        booking = booking_of(session, booking_id)
        banned = without_rides | kept_apart_from(session, booking.rider_id) | {booking.rider_id}
        request = TripRequest.from_json(booking.question)
    if request.when < now:
        if request.arrive_by:
            return None
        request = replace(request, when=now)
    try:
        journeys = search(snapshot, request.query(booked_at=now, banned=banned))
    except RoutingError:
        return None
    if request.arrive_by:
        return max(journeys, key=lambda journey: journey.departure_s, default=None)
    return min(journeys, key=lambda journey: journey.arrival_s, default=None)
