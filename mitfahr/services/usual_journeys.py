"""What a caller means by "wie immer": read from what was booked for them, of which old exact places are forgotten."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

from mitfahr.db.bookings import Booking
from mitfahr.domain.times import local, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.usual_ways import Travelled, Usual, usual_ways

MOST = 4


def usual_journeys(bookings: Iterable[Booking], now: dt.datetime) -> list[tuple[Booking, Usual]]:
    """The usual ways among the bookings of one person, each with the booking that says how they travel."""
    known = {one.id: one for one in bookings if one.origin_name and one.destination_name}
    usual = usual_ways(map(_travelled, known.values()), local(seconds(now)).date(), MOST)
    return [(known[one.latest.booking_id], one) for one in usual]


def _travelled(booking: Booking) -> Travelled:
    origin, destination = (
        json.dumps(booking.question[end], sort_keys=True) for end in ("origin", "destination")
    )
    return Travelled(booking.id, (origin, destination), TripRequest.from_json(booking.question).when)
