"""A run that begins in a few minutes: the drawn vehicles drive in two days, and nobody can tick them before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mitfahr.db.bookings import BookingLeg
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import ride_of
from mitfahr.itinerary import journey_from_json, journey_json
from mitfahr.legs_now import journey_with
from routing.journey import Leg


def move_run(session: Session, ride_id: str, begins: dt.datetime) -> None:
    """The run with all who have booked it, as if it had been published for that moment."""
    ride = ride_of(session, ride_id)
    by_s = int(begins.timestamp()) - ride.begins_s

    def moved(leg: Leg) -> Leg:
        return replace(leg, departure_s=leg.departure_s + by_s, arrival_s=leg.arrival_s + by_s)

    _move(ride, ("begins_s", "ends_s", "bookable_until_s"), by_s)
    for stop in ride.stops:
        _move(stop, ("arrival_s", "departure_s"), by_s)
    for row in session.scalars(select(BookingLeg).where(BookingLeg.ride_id == ride_id)):
        _move(row, ("departure_s", "arrival_s"), by_s)
        _move(row.booking, ("departure_s", "arrival_s"), by_s)
        kept = journey_from_json(row.booking.journey)  # type: ignore[arg-type]
        row.booking.journey = dict(journey_json(journey_with(kept, moved)))
    mark_changed(session, [ride_id])


def _move(row: Any, names: tuple[str, ...], by_s: int) -> None:
    for name in names:
        setattr(row, name, getattr(row, name) + by_s)
