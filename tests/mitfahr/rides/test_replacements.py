"""When a leg falls away: the reason, another way that one click books, nothing silently half."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from mitfahr.db.base import new_id
from mitfahr.db.bookings import Booking
from mitfahr.db.outbox import OutboxMessage
from mitfahr.domain.errors import NotAllowed, SeatTaken, StateForbids
from mitfahr.domain.states import BookingState, LegState
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.decide_request import confirm_request, decline_request
from mitfahr.services.find_replacement import offer_released, offer_replacement
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.replace_booking import replace_booking
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.query import LegKind
from tests.mitfahr.rides.portal import KEY, LAW, NOW, Portal, clock, district

LATER = NOW + dt.timedelta(minutes=5)


def other_way(portal: Portal, booking_id: str, now: dt.datetime = LATER) -> str | None:
    """The token of the best other way, as the journey's page would hold it."""
    answer = offer_replacement(
        portal.readers, portal.snapshot(now), booking_id=booking_id, now=now, secret_key=KEY, law=LAW
    )
    return answer.itineraries[0].token if answer else None


def take(portal: Portal, booking_id: str, token: str, actor_id: str, key: str | None = None) -> str:
    return replace_booking(
        portal.sessions,
        district()[1],
        booking_id=booking_id,
        token=token,
        actor_id=actor_id,
        idempotency_key=key or new_id(),
        secret_key=KEY,
        law=LAW,
        now=LATER,
    )


def mail_to(portal: Portal, name: str, subject: str) -> list[str]:
    with portal.readers() as session:
        rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.created_at))
        return [
            row.body for row in rows if row.recipient.startswith(name) and row.subject.startswith(subject)
        ]


def decline(portal: Portal, booking_id: str, driver_id: str, leg: int = 0) -> None:
    decline_request(
        portal.sessions,
        portal.snapshot(LATER),
        leg_id=portal.booking(booking_id).legs[leg].id,
        driver_id=driver_id,
        now=LATER,
        reason="Mein Auto ist kaputt.",
    )


def test_the_rider_of_a_declined_ride_books_another_way_with_one_click(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    asked = portal.offer(anna, asks_first=True)
    second = portal.offer(portal.person("Ben"), at="08:30")
    booking_id = portal.book(rita, portal.token(portal.ride_leg(asked, "B", "D")))
    decline(portal, booking_id, anna)
    (told,) = mail_to(portal, "rita", "Änderung")
    assert "Grund: Mein Auto ist kaputt." in told
    assert "los am Dienstag, 02.06.2026, 08:32 Uhr" in told and f"/meine-fahrten/{booking_id}" in told
    token = other_way(portal, booking_id)
    assert token is not None
    new_id_ = take(portal, booking_id, token, rita)
    new = portal.booking(new_id_)
    assert (new.replaces_id, new.state) == (booking_id, BookingState.BOOKED)
    assert [leg.ride_id for leg in new.legs] == [second]
    assert len(mail_to(portal, "rita", "Ihre Buchung")) == 1
    assert portal.contradictions() == []
    with pytest.raises(StateForbids):
        take(portal, booking_id, token, rita)


def test_the_same_click_twice_books_once(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    booking_id = portal.book(
        rita, portal.token(portal.ride_leg(portal.offer(anna, asks_first=True), "B", "D"))
    )
    second = portal.offer(portal.person("Ben"), at="08:30")
    decline(portal, booking_id, anna)
    token = other_way(portal, booking_id)
    assert token is not None
    first, again = (take(portal, booking_id, token, rita, key="once") for _ in range(2))
    assert first == again
    assert portal.taken(second) == [0, 1, 0]


def test_kept_legs_go_and_the_new_way_comes_in_one_stroke(portal: Portal) -> None:
    """Ride B → D asked for, then the run D → E; Anna declines. The run's seat is taken along to the new way."""
    anna, rita = portal.person("Anna"), portal.person("Rita")
    asked, run_id = portal.offer(anna, asks_first=True), portal.run(at="08:10", seats=1)
    legs = portal.ride_leg(asked, "B", "D"), portal.run_leg(run_id, "D", "E")
    booking_id = portal.book(rita, portal.token(*legs), keep_others=True)
    decline(portal, booking_id, anna)
    assert portal.booking(booking_id).state is BookingState.BROKEN
    assert portal.taken(run_id) == [0, 0, 0, 1]
    (told,) = mail_to(portal, "rita", "Änderung")
    assert "behalten oder freigeben" in told
    token = other_way(portal, booking_id)
    assert token is not None
    new = portal.booking(take(portal, booking_id, token, rita))
    assert [leg.kind for leg in new.legs] == [LegKind.BUERGERBUS]
    assert portal.taken(run_id) == [0, 1, 1, 1]
    old = portal.booking(booking_id)
    assert old.state is BookingState.ENDED and old.legs[1].moved_by == "rider"
    assert portal.contradictions() == []


def test_a_new_way_that_is_gone_leaves_the_kept_legs_alone(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    asked, run_id = portal.offer(anna, asks_first=True), portal.run(at="08:10", seats=1)
    legs = portal.ride_leg(asked, "B", "D"), portal.run_leg(run_id, "D", "E")
    booking_id = portal.book(rita, portal.token(*legs), keep_others=True)
    decline(portal, booking_id, anna)
    token = other_way(portal, booking_id)
    assert token is not None
    portal.book(portal.person("Otto"), portal.token(portal.run_leg(run_id, "B", "C")))
    with pytest.raises(SeatTaken):
        take(portal, booking_id, token, rita)
    assert portal.booking(booking_id).legs[1].state is LegState.CONFIRMED
    assert portal.taken(run_id) == [0, 1, 0, 1]


def test_a_driver_on_both_ways_is_not_asked_again(portal: Portal) -> None:
    """Anna takes Rita from A to C and has said yes; Ben, who was to take her on, does not drive."""
    anna, ben, rita = portal.person("Anna"), portal.person("Ben"), portal.person("Rita")
    first = portal.offer(anna, "A", "C", asks_first=True)
    second = portal.offer(ben, "C", "E", at="08:10", asks_first=True)
    legs = portal.ride_leg(first, "A", "C"), portal.ride_leg(second, "C", "E")
    booking_id = portal.book(rita, portal.token(*legs), keep_others=True)
    confirm_request(
        portal.sessions,
        portal.snapshot(),
        leg_id=portal.booking(booking_id).legs[0].id,
        driver_id=anna,
        now=NOW,
    )
    third = portal.offer(portal.person("Cora"), "C", "E", at="08:20")
    withdraw_ride(portal.sessions, portal.snapshot(LATER), ride_id=second, actor_id=ben, now=LATER)
    token = portal.token(portal.booked_leg(booking_id, 0), portal.ride_leg(third, "C", "E"), now=LATER)
    new = portal.booking(take(portal, booking_id, token, rita))
    assert [leg.state for leg in new.legs] == [LegState.CONFIRMED, LegState.CONFIRMED]
    assert [leg.ride_id for leg in new.legs] == [first, third]
    assert mail_to(portal, "anna", "Platz wieder frei") == []
    assert len(mail_to(portal, "anna", "Anfrage")) == 1
    assert portal.contradictions() == []


def test_who_is_on_the_way_is_led_on_from_there(portal: Portal) -> None:
    """At 08:12 Rita sits in the run to D when Anna, who was to take her on to E, does not come."""
    anna, rita = portal.person("Anna"), portal.person("Rita")
    run_id, asked = portal.run(at="08:00"), portal.offer(anna, "D", "E", at="08:30")
    legs = portal.run_leg(run_id, "A", "D"), portal.ride_leg(asked, "D", "E")
    booking_id = portal.book(rita, portal.token(*legs))
    on_board = clock("08:12")
    withdraw_ride(portal.sessions, portal.snapshot(on_board), ride_id=asked, actor_id=anna, now=on_board)
    answer = offer_replacement(
        portal.readers,
        portal.snapshot(on_board),
        booking_id=booking_id,
        now=on_board,
        secret_key=KEY,
        law=LAW,
    )
    assert answer is not None
    journey = answer.itineraries[0].journey
    assert (journey.legs[0].origin.name, journey.departure_s) == ("D", int(clock("09:00").timestamp()))


def test_released_places_are_found_by_the_next_search(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    asked, run_id = portal.offer(anna, asks_first=True), portal.run(at="08:10", seats=1)
    legs = portal.ride_leg(asked, "B", "D"), portal.run_leg(run_id, "D", "E")
    portal.book(rita, portal.token(*legs))
    hold_ends = NOW + dt.timedelta(hours=12)
    assert lapse_holds(portal.sessions, portal.snapshot(hold_ends), now=hold_ends) == 1
    assert portal.snapshot(hold_ends).rides[run_id].seats_free == (1, 1, 1, 1)
    (told,) = mail_to(portal, "rita", "Änderung")
    assert "nicht rechtzeitig beantwortet" in told and "freigegeben" in told


def test_a_stranger_replaces_nothing(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    booking_id = portal.book(
        rita, portal.token(portal.ride_leg(portal.offer(anna, asks_first=True), "B", "D"))
    )
    portal.offer(portal.person("Ben"), at="08:30")
    decline(portal, booking_id, anna)
    token = other_way(portal, booking_id)
    assert token is not None
    with pytest.raises(NotAllowed):
        take(portal, booking_id, token, portal.person("Otto"))


def test_what_the_rider_cancelled_is_no_loss(portal: Portal) -> None:
    rita = portal.person("Rita")
    booking_id = portal.book(rita, portal.token(portal.run_leg(portal.run(), "A", "C")))
    cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rita, now=LATER)
    assert portal.booking(booking_id).lost_legs == []


def kept_after_all(portal: Portal, booking_id: str) -> str | None:
    answer = offer_released(
        portal.readers, booking_id=booking_id, timetable_version="drawn", now=LATER, secret_key=KEY, law=LAW
    )
    return answer.itineraries[0].token if answer else None


def test_released_legs_are_taken_back_with_one_click(portal: Portal) -> None:
    """Ride A → C asked for, ride C → D, run D → E; Anna declines, the rest goes, and Rita wants it after all."""
    anna, rita = portal.person("Anna"), portal.person("Rita")
    asked, second = (
        portal.offer(anna, "A", "C", asks_first=True),
        portal.offer(portal.person("Ben"), "C", "D", at="08:10"),
    )
    run_id = portal.run(at="08:10", seats=1)
    booking_id = portal.book(
        rita,
        portal.token(
            portal.ride_leg(asked, "A", "C"),
            portal.ride_leg(second, "C", "D"),
            portal.run_leg(run_id, "D", "E"),
        ),
    )
    assert kept_after_all(portal, booking_id) is None
    decline(portal, booking_id, anna)
    assert (portal.taken(second), portal.taken(run_id)) == ([0], [0, 0, 0, 0])
    token = kept_after_all(portal, booking_id)
    assert token is not None
    new = portal.booking(take(portal, booking_id, token, rita))
    assert [leg.ride_id for leg in new.legs] == [second, run_id]
    assert portal.taken(run_id) == [0, 0, 0, 1]
    assert portal.contradictions() == []


def test_two_clicks_at_once_take_one_way(portal: Portal) -> None:
    """A bus journey holds no ride that could be locked: the second click is refused by the database."""
    rita, anna = portal.person("Rita"), portal.person("Anna")
    asked = portal.offer(anna, "A", "C", asks_first=True)
    booking_id = portal.book(rita, portal.token(portal.ride_leg(asked, "A", "C")))
    decline(portal, booking_id, anna)
    tokens = [
        portal.token(portal.run_leg(portal.run(at=at), "A", "C"), now=LATER) for at in ("08:10", "08:20")
    ]
    start = threading.Barrier(2)

    def click(token: str) -> str:
        start.wait(timeout=60)
        try:
            return take(portal, booking_id, token, rita)
        except StateForbids:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(click, tokens))
    assert outcomes.count("refused") == 1
    assert portal.contradictions() == []


def test_nobody_takes_two_ways_for_one(portal: Portal) -> None:
    """The database refuses a second one, whatever the code has looked at before."""
    rita = portal.person("Rita")
    first, second, third = (
        portal.book(rita, portal.token(portal.run_leg(portal.run(at=at), "A", "C")))
        for at in ("08:00", "10:00", "12:00")
    )
    with pytest.raises(IntegrityError), portal.sessions.begin() as session:
        for booking_id in (second, third):
            session.execute(sa.update(Booking).where(Booking.id == booking_id).values(replaces_id=first))
