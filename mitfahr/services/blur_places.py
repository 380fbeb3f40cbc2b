"""Two weeks after a journey its exact places are forgotten: what stays is the stop or what a door lay near."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import Booking
from mitfahr.db.retention import Forgetting, done_until_s, set_done
from mitfahr.db.rides import Ride
from mitfahr.domain.privacy import EXACT_PLACES_S, blurred
from mitfahr.domain.rides import RideKind
from mitfahr.domain.times import seconds
from mitfahr.services.told_areas import told_area
from routing.journey import Place
from routing.timetable import Timetable


def blur_places(sessions: sessionmaker[Session], timetable: Timetable, *, now: dt.datetime) -> int:
    """Blur what ended EXACT_PLACES_S ago and was not blurred before; commits. Returns how many bookings."""
    until_s = seconds(now) - EXACT_PLACES_S
    with sessions.begin() as session:
        since_s = done_until_s(session, Forgetting.PLACES)
        bookings = session.scalars(
            select(Booking)
            .where(Booking.arrival_s > since_s, Booking.arrival_s <= until_s)
            .order_by(Booking.id)
        ).all()
        for booking in bookings:
            _blur_booking(booking)
        rides = session.scalars(
            select(Ride)
            .where(Ride.kind != RideKind.RUN, Ride.ends_s > since_s, Ride.ends_s <= until_s)
            .order_by(Ride.id)
        )
        for ride in rides:
            _blur_ride(ride, timetable)
        set_done(session, Forgetting.PLACES, max(since_s, until_s))
        return len(bookings)


def _blur_booking(booking: Booking) -> None:
    for leg in booking.legs:
        leg.origin_name, leg.destination_name = leg.origin_area, leg.destination_area
        leg.origin_lat, leg.origin_lon = blurred(leg.origin_lat, leg.origin_lon)
        leg.destination_lat, leg.destination_lon = blurred(leg.destination_lat, leg.destination_lon)
    journey: dict[str, Any] = copy.deepcopy(booking.journey)
    for shown in journey["legs"]:
        for end in ("from", "to"):
            _blur_point(shown[end])
    question: dict[str, Any] = copy.deepcopy(booking.question)
    for end in ("origin", "destination"):
        if "lat" in question[end]:
            _blur_point(question[end])
    booking.journey, booking.question = journey, question
    if booking.legs:
        booking.origin_name = booking.legs[0].origin_area
        booking.destination_name = booking.legs[-1].destination_area


def _blur_point(place: dict[str, Any]) -> None:
    if place.get("stop_id") is None:
        place["lat"], place["lon"] = blurred(place["lat"], place["lon"])
        place["name"] = ""


def _blur_ride(ride: Ride, timetable: Timetable) -> None:
    for stop in ride.stops:
        if stop.stop_id is None:
            stop.name = told_area(timetable, Place(stop.name, stop.lat, stop.lon))
            stop.lat, stop.lon = blurred(stop.lat, stop.lon)
