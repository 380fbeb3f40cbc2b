"""There and back are booked as one, or not at all, and cancelled apart."""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.db.bookings import bookings_of_trip
from mitfahr.domain.errors import OfferTampered, SeatTaken, WayBackTooEarly
from mitfahr.domain.states import BookingState
from mitfahr.offered import join_tokens
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.withdraw_ride import withdraw_ride
from tests.mitfahr.rides.portal import NOW, Portal

LATER = NOW + dt.timedelta(minutes=5)


def both(portal: Portal) -> tuple[str, str, str]:
    """Token of a ride there and another back, and the ids of the two rides."""
    there = portal.offer(portal.person("Anna"), "A", "E")
    back = portal.offer(portal.person("Ben"), "E", "A", at="11:00")
    tokens = [portal.token(portal.ride_leg(there, "B", "D")), portal.token(portal.ride_leg(back, "D", "B"))]
    return join_tokens(*tokens), there, back


def states(portal: Portal, booking_id: str) -> list[BookingState]:
    with portal.readers() as session:
        return [one.state for one in bookings_of_trip(session, portal.booking(booking_id))]


def test_one_click_books_both_and_twice_books_once(portal: Portal) -> None:
    rita = portal.person("Rita")
    token, there, back = both(portal)
    first, again = (portal.book(rita, token, key="once") for _ in range(2))
    assert first == again
    assert states(portal, first) == [BookingState.BOOKED, BookingState.BOOKED]
    assert (portal.taken(there), portal.taken(back)) == ([0, 1, 0], [0, 1, 0])
    assert portal.contradictions() == []


def test_without_a_seat_back_nothing_is_booked(portal: Portal) -> None:
    token, there, back = both(portal)
    for name in ("Otto", "Paul", "Quentin"):
        portal.book(portal.person(name), portal.token(portal.ride_leg(back, "D", "B")))
    with pytest.raises(SeatTaken):
        portal.book(portal.person("Rita"), token)
    assert portal.taken(there) == [0]


def test_one_ride_of_a_driver_takes_both(portal: Portal) -> None:
    """There and back on the same run: the second part is tested with the seat of the first taken."""
    run_id = portal.run(seats=1)
    token = join_tokens(
        portal.token(portal.run_leg(run_id, "A", "C")), portal.token(portal.run_leg(run_id, "C", "E"))
    )
    portal.book(portal.person("Rita"), token)
    assert portal.taken(run_id) == [1, 1, 1, 1]


def test_each_way_is_cancelled_apart(portal: Portal) -> None:
    rita = portal.person("Rita")
    token, there, back = both(portal)
    booking_id = portal.book(rita, token)
    cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rita, now=LATER)
    assert states(portal, booking_id) == [BookingState.ENDED, BookingState.BOOKED]
    assert (portal.taken(there), portal.taken(back)) == ([0], [0, 1, 0])
    assert portal.contradictions() == []


def test_both_are_cancelled_at_once(portal: Portal) -> None:
    rita = portal.person("Rita")
    token, there, back = both(portal)
    booking_id = portal.book(rita, token)
    for _ in range(2):
        cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rita, now=LATER, whole_trip=True)
    assert states(portal, booking_id) == [BookingState.ENDED, BookingState.ENDED]
    assert (portal.taken(there), portal.taken(back)) == ([0], [0])
    assert portal.contradictions() == []


def test_the_way_back_stays_when_the_way_there_falls_away(portal: Portal) -> None:
    token, there, _ = both(portal)
    booking_id = portal.book(portal.person("Rita"), token)
    driver_id = portal.ride(there).driver_id or ""
    withdraw_ride(portal.sessions, portal.snapshot(LATER), ride_id=there, actor_id=driver_id, now=LATER)
    assert states(portal, booking_id) == [BookingState.ENDED, BookingState.BOOKED]


def test_back_before_arriving_is_refused(portal: Portal) -> None:
    token, _, _ = both(portal)
    there, back = token.split()
    with pytest.raises(WayBackTooEarly):
        portal.book(portal.person("Rita"), join_tokens(back, there))
    with pytest.raises(OfferTampered):
        portal.book(portal.person("Rita"), join_tokens(there, back, back))
