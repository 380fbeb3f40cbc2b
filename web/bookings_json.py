"""Bookings as the programming interface shows them to their rider; moments are ISO 8601 with their offset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.domain.booking_numbers import booking_number
from mitfahr.domain.states import LIVE, LegState
from mitfahr.domain.times import local, seconds
from mitfahr.itinerary import journey_from_json, journey_json
from mitfahr.legs_now import journey_now
from mitfahr.seen import DriverSeen, driver_seen
from mitfahr.services.find_fallbacks import found_json
from mitfahr.services.find_itineraries import Itinerary
from routing.live import LiveTrips


def offer_json(itinerary: Itinerary) -> dict[str, Any]:
    """A found journey with what it costs and the signed offer that books it (null: nothing to book)."""
    return {
        **found_json(itinerary.journey, itinerary.fallback),
        "price_ct": itinerary.price_ct,
        "offer": itinerary.token,
        "offer_expires": _moment(itinerary.expires_s),
    }


def summary_json(booking: Booking) -> dict[str, Any]:
    """What a list says of a booking."""
    return {
        "id": booking.id,
        "number": booking_number(booking.id),
        "state": booking.state.value,
        "from": booking.origin_name,
        "to": booking.destination_name,
        "departure": _moment(booking.departure_s),
        "arrival": _moment(booking.arrival_s),
        "seats": booking.seats,
        "wheelchairs": booking.wheelchairs,
        "price_ct": booking.price_ct,
    }


def booking_json(
    booking: Booking, together_with: Collection[str], now: dt.datetime, live: LiveTrips | None
) -> dict[str, Any]:
    """The whole booking; `together_with`: ids of what was booked as one with it (there and back).

    `live` is what is known today of the trips: the journey has the expected times and the planned ones.
    """
    journey = journey_from_json(booking.journey)  # type: ignore[arg-type]
    to_come = [
        leg.departure_s for leg in booking.legs if leg.state in LIVE and leg.departure_s > seconds(now)
    ]
    return {
        **summary_json(booking),
        "luggage": booking.luggage,
        "bicycles": booking.bicycles,
        "keep_others": booking.keep_others,
        "message": booking.message,
        "together_with": sorted(together_with),
        "replaces": booking.replaces_id,
        "cancel_until": _moment(max(to_come)) if to_come else None,
        "legs": [_leg(leg, now) for leg in booking.legs],
        "journey": journey_json(journey_now(live, booking.party, journey) if live is not None else journey),
    }


def _leg(leg: BookingLeg, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": leg.id,
        "kind": leg.kind.value,
        "state": leg.state.value,
        "departure": _moment(leg.departure_s),
        "arrival": _moment(leg.arrival_s),
        "from": leg.origin_name,
        "to": leg.destination_name,
        "label": leg.ride.label if leg.ride is not None else leg.shown["route"],
        "ride_id": leg.ride_id,
        "price_ct": leg.price_ct,
        "answer_until": _moment(leg.hold_until_s) if leg.state is LegState.REQUESTED else None,
        "reason": leg.reason,
        "driver": _driver(driver_seen(leg, now)),
    }


def _driver(seen: DriverSeen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    return {
        "first_name": seen.person.first_name if seen.person else None,
        "last_name": seen.person.last_name if seen.person else None,
        "phone": seen.person.phone if seen.person else seen.organisation_phone,
        "organisation": seen.organisation,
        "vehicle": seen.vehicle,
    }


def _moment(utc_s: int | None) -> str | None:
    return None if utc_s is None else local(utc_s).isoformat()
