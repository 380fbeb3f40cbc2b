"""The next way without a private ride: what is left to a traveller when a driver does not come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import booking_of
from mitfahr.domain.times import ZONE, local, moment, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.itinerary import JourneyJson, journey_from_json, journey_json
from routing.errors import RoutingError
from routing.journey import Journey
from routing.query import VEHICLE_KINDS, LegKind
from routing.search import search
from routing.snapshot import Snapshot

DAY_ENDS = dt.time(3)
"""On the clocks of the district; what leaves before it belongs to the evening."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """`journey` is None when nothing goes within 24 hours. `is_last`: on this day nothing leaves any more
    without a private ride, so that getting there hangs on one person."""

    journey: Journey | None
    is_last: bool


class FallbackJson(TypedDict):
    journey: JourneyJson | None
    is_last: bool


class FoundJson(JourneyJson):
    """A journey of an answer; `fallback` is null without a private ride."""

    fallback: FallbackJson | None


def found_json(journey: Journey, fallback: Fallback | None) -> FoundJson:
    """What programs are told of a journey that was found and of what is left without its driver."""
    left: FallbackJson | None = None
    if fallback is not None:
        left = {
            "journey": journey_json(fallback.journey) if fallback.journey else None,
            "is_last": fallback.is_last,
        }
    return {**journey_json(journey), "fallback": left}


def find_fallbacks(
    snapshot: Snapshot, request: TripRequest, journeys: Sequence[Journey], now: dt.datetime
) -> list[Fallback | None]:
    """What each journey with a private ride leaves its travellers, None for the others.

    A fallback leaves no earlier than the journey; of those it is the first to arrive. Searches again
    only where the answer itself holds no such journey. Raises QueryInvalid, UnknownStop.
    """
    known = [journey for journey in journeys if not journey.uses_private_ride]
    with_rides = [journey for journey in journeys if journey.uses_private_ride]
    late = [journey for journey in with_rides if _first(known, journey.departure_s) is None]
    if late:
        first_s, last_s = (pick(journey.departure_s for journey in late) for pick in (min, max))
        until_s = _day_end_s(last_s)
        known = [*known, *_lines(snapshot, request, first_s, until_s - first_s, now)]
        if _first(known, last_s) is None:
            known += _lines(snapshot, request, last_s, 0, now)
    return [_fallback(known, journey) if journey.uses_private_ride else None for journey in journeys]


def fallback_of_booking(
    sessions: sessionmaker[Session], snapshot: Snapshot, *, booking_id: str, now: dt.datetime
) -> Fallback | None:
    """What a booked journey with a private ride leaves its travellers; None for others and for those that have left.

    Raises Unknown.
    """
    with sessions() as session:
        booking = booking_of(session, booking_id)
        journey = journey_from_json(booking.journey)  # type: ignore[arg-type]
        request = TripRequest.from_json(booking.question)
    if not journey.uses_private_ride or journey.departure_s <= seconds(now):
        return None
    try:
        return find_fallbacks(snapshot, request, [journey], now)[0]
    except RoutingError:  # the timetable no longer has the place that was asked for
        return Fallback(None, is_last=True)


def _lines(
    snapshot: Snapshot, request: TripRequest, from_s: int, window_s: int, now: dt.datetime
) -> list[Journey]:
    kinds = (request.kinds or VEHICLE_KINDS) - {LegKind.RIDE} or VEHICLE_KINDS - {LegKind.RIDE}
    asked = replace(
        request, when=moment(from_s), arrive_by=False, kinds=kinds, window_s=min(max(window_s, 0), 24 * 3600)
    )
    return search(snapshot, asked.query(booked_at=now))


def _fallback(known: Sequence[Journey], ride: Journey) -> Fallback:
    journey = _first(known, ride.departure_s)
    on_foot = [walk for walk in known if not walk.vehicles]
    if on_foot:
        walk_s = on_foot[0].arrival_s - on_foot[0].departure_s
        if journey is None or ride.departure_s + walk_s <= journey.arrival_s:
            return Fallback(on_foot[0], is_last=False)
    is_last = journey is None or journey.departure_s >= _day_end_s(ride.departure_s)
    return Fallback(journey, is_last)


def _first(known: Sequence[Journey], from_s: int) -> Journey | None:
    """In a vehicle; the first to arrive of those that leave at `from_s` or later."""
    later = (journey for journey in known if journey.vehicles and journey.departure_s >= from_s)
    return min(later, key=lambda journey: (journey.arrival_s, journey.vehicles), default=None)


def _day_end_s(moment_s: int) -> int:
    """When the day ends on which somebody leaves at `moment_s`, in UTC seconds."""
    shown = local(moment_s)
    day = shown.date() if shown.time() < DAY_ENDS else shown.date() + dt.timedelta(days=1)
    return seconds(dt.datetime.combine(day, DAY_ENDS, ZONE))
