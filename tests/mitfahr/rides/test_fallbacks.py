"""Beside a private ride stands the next way without one, and whether the day's last way hangs on one person."""

from __future__ import annotations

import datetime as dt

from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.find_fallbacks import Fallback, fallback_of_booking
from mitfahr.services.find_itineraries import find_itineraries
from routing.query import LegKind, StopRef
from tests.mitfahr.rides.portal import KEY, LAW, NOW, Portal, clock, district


def fallbacks(portal: Portal, at: str, **changes: object) -> list[tuple[bool, Fallback | None]]:
    """(with a private ride, what is left without it) of each journey from D to E."""
    request = TripRequest(StopRef("D"), StopRef("E"), clock(at), **changes)  # type: ignore[arg-type]
    answer = find_itineraries(portal.readers, portal.snapshot(), request, now=NOW, secret_key=KEY, law=LAW)
    return [(one.journey.uses_private_ride, one.fallback) for one in answer.itineraries]


def times(fallback: Fallback | None) -> tuple[int, int] | None:
    assert fallback is not None
    return (fallback.journey.departure_s, fallback.journey.arrival_s) if fallback.journey else None


def between(departure: str, arrival: str) -> tuple[int, int]:
    return int(clock(departure).timestamp()), int(clock(arrival).timestamp())


def test_the_next_bus_stands_beside_the_ride(portal: Portal) -> None:
    portal.offer(portal.person("Anna"), "D", "E", at="09:10")
    found = fallbacks(portal, "08:30")
    assert [fallback for has_ride, fallback in found if not has_ride] == [None] * 3
    (beside,) = [fallback for has_ride, fallback in found if has_ride]
    assert times(beside) == between("09:30", "09:34") and beside is not None and not beside.is_last


def test_the_next_bus_is_found_beyond_the_asked_window(portal: Portal) -> None:
    portal.offer(portal.person("Anna"), "D", "E", at="08:00")
    ((_, beside),) = fallbacks(portal, "07:50", window_s=1800)
    assert times(beside) == between("09:00", "09:04")


def test_the_last_way_of_the_day_hangs_on_one_person(portal: Portal) -> None:
    portal.offer(portal.person("Anna"), "D", "E", at="11:00")
    ((_, beside),) = fallbacks(portal, "10:30")
    assert beside == Fallback(None, is_last=True)


def test_rides_alone_were_asked_for(portal: Portal) -> None:
    portal.offer(portal.person("Anna"), "D", "E", at="09:10")
    ((_, beside),) = fallbacks(portal, "09:00", kinds=frozenset({LegKind.RIDE}))
    assert times(beside) == between("09:30", "09:34")


def test_a_booked_journey_tells_it_too(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), "D", "E", at="09:10")
    booking_id = portal.book(portal.person("Rita"), portal.token(portal.ride_leg(ride_id, "D", "E")))
    beside = fallback_of_booking(portal.readers, portal.snapshot(), booking_id=booking_id, now=NOW)
    assert times(beside) == between("09:30", "09:34")
    gone = clock("09:10") + dt.timedelta(minutes=1)
    assert fallback_of_booking(portal.readers, district()[1], booking_id=booking_id, now=gone) is None
