"""The waiting list of a full run: first come, first served; a place is held until its person has answered."""

from __future__ import annotations

import datetime as dt
import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from mitfahr.db.base import new_id
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.waiting import entries_of_person, forget_waiting_before, wait_entry_of
from mitfahr.domain.errors import NotAllowed, SeatTaken, StateForbids, TooManyWaiting, Unknown
from mitfahr.domain.roles import Role
from mitfahr.domain.states import BookingState, LegState
from mitfahr.domain.times import moment
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.waiting import HANDED_OUT, MAX_WAITING, Outcome
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.offer_places import offer_places
from mitfahr.services.take_place import take_place
from mitfahr.services.wait_for_place import stop_waiting, wait_for_place
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.query import Party, StopRef
from routing.snapshot import Snapshot
from tests.mitfahr.rides.portal import LAW, NOW, Portal, clock, place

REQUEST = TripRequest(StopRef("B"), StopRef("D"), clock("08:00"))
SOON = NOW + dt.timedelta(minutes=1)
IN_ROW = itertools.count()


def wait(
    portal: Portal, ride_id: str, person_id: str, request: TripRequest = REQUEST, *, by: str = ""
) -> str:
    return wait_for_place(
        portal.sessions,
        request,
        ride_id=ride_id,
        origin=place("B"),
        destination=place("D"),
        person_id=person_id,
        actor_id=by or person_id,
        idempotency_key=new_id(),
        now=NOW + dt.timedelta(milliseconds=next(IN_ROW)),
    )


def offer(portal: Portal, now: dt.datetime = SOON) -> int:
    return offer_places(portal.sessions, lambda: portal.snapshot(now), law=LAW, now=now)


def offered_to(portal: Portal, entry_id: str) -> str | None:
    with portal.readers() as session:
        return wait_entry_of(session, entry_id).booking_id


def outcome(portal: Portal, entry_id: str) -> Outcome | None:
    with portal.readers() as session:
        return wait_entry_of(session, entry_id).outcome


def full_run(portal: Portal) -> tuple[str, str]:
    """A run with one seat, and the booking that has it."""
    run_id = portal.run("08:00", seats=1)
    return run_id, portal.book(portal.person("Sven"), portal.token(portal.run_leg(run_id, "A", "E")))


def cancel(portal: Portal, booking_id: str, now: dt.datetime = NOW) -> None:
    cancel_booking(
        portal.sessions, booking_id=booking_id, actor_id=portal.booking(booking_id).rider_id, now=now
    )


def nobody_asks() -> Snapshot:
    raise AssertionError("the router was asked in vain")


def mails(portal: Portal, subject: str) -> list[OutboxMessage]:
    with portal.readers() as session:
        return [row for row in session.scalars(select(OutboxMessage)) if row.subject.startswith(subject)]


def test_a_freed_place_is_offered_to_the_first_and_held_until_the_answer(portal: Portal) -> None:
    run_id, booked = full_run(portal)
    rita, otto = portal.person("Rita"), portal.person("Otto")
    first = wait(portal, run_id, rita)
    second = wait(portal, run_id, otto)
    assert wait(portal, run_id, rita) == first  # her place in the row stays
    assert offer(portal) == 0
    assert offer_places(portal.sessions, nobody_asks, law=LAW, now=SOON) == 0  # nothing has changed
    cancel(portal, booked)
    with pytest.raises(SeatTaken):  # who does not wait does not get in between
        portal.book(portal.person("Petra"), portal.token(portal.run_leg(run_id, "B", "D")), now=SOON)
    assert (offer(portal), offer(portal)) == (1, 0)
    held, nothing = offered_to(portal, first), offered_to(portal, second)
    assert held is not None and nothing is None
    assert (portal.booking(held).state, portal.taken(run_id)) == (BookingState.WAITING, [0, 1, 1, 0])
    (mail,) = mails(portal, "Ein Platz ist frei")
    assert f"/meine-fahrten/{held}" in mail.body and "Montag, 01.06.2026, 17:01 Uhr" in mail.body
    with pytest.raises(NotAllowed):
        take_place(portal.sessions, booking_id=held, actor_id=otto, now=SOON)
    for _ in range(2):
        take_place(portal.sessions, booking_id=held, actor_id=rita, now=SOON)
    assert portal.booking(held).state is BookingState.BOOKED
    assert outcome(portal, first) is Outcome.TAKEN
    assert len(mails(portal, "Bestätigt")) == 1
    assert portal.contradictions(SOON) == []


def test_without_an_answer_the_next_one_is_asked(portal: Portal) -> None:
    run_id, booked = full_run(portal)
    first, second = (wait(portal, run_id, portal.person(name)) for name in ("Rita", "Otto"))
    cancel(portal, booked)
    assert offer(portal) == 1
    held = offered_to(portal, first)
    assert held is not None
    late = moment(portal.booking(held).legs[0].hold_until_s or 0)
    with pytest.raises(StateForbids):
        take_place(portal.sessions, booking_id=held, actor_id=portal.booking(held).rider_id, now=late)
    lapse_holds(portal.sessions, portal.snapshot(late), now=late)
    assert portal.booking(held).legs[0].state is LegState.LAPSED
    assert offer(portal, late) == 1
    assert outcome(portal, first) is Outcome.NOT_TAKEN
    following = offered_to(portal, second)
    assert following is not None
    cancel(portal, following, late)  # thank you, no
    assert offer(portal, late + HANDED_OUT) == 0
    assert outcome(portal, second) is Outcome.NOT_TAKEN
    assert portal.taken(run_id) == [0, 0, 0, 0]
    assert portal.contradictions(late + HANDED_OUT) == []


def test_two_workers_at_once_offer_a_place_once(portal: Portal) -> None:
    run_id, booked = full_run(portal)
    for name in ("Rita", "Otto"):
        wait(portal, run_id, portal.person(name))
    cancel(portal, booked)
    with ThreadPoolExecutor(2) as pool:
        offers = list(pool.map(lambda _: offer(portal), range(2)))
    assert (sum(offers), portal.taken(run_id)) == (1, [0, 1, 1, 0])
    assert len(mails(portal, "Ein Platz ist frei")) == 1
    assert portal.contradictions(SOON) == []


def test_whoever_fits_into_what_is_free_gets_it(portal: Portal) -> None:
    run_id = portal.run("08:00", seats=2)
    couple = Party(seats=2)
    portal.book(portal.person("Sven"), portal.token(portal.run_leg(run_id, "A", "E")))
    other = portal.book(portal.person("Olga"), portal.token(portal.run_leg(run_id, "A", "E")))
    two = wait(portal, run_id, portal.person("Paul"), replace(REQUEST, party=couple))
    one = wait(portal, run_id, portal.person("Rita"))
    cancel(portal, other)
    assert offer(portal) == 1
    assert (offered_to(portal, two), offered_to(portal, one) is not None) == (None, True)


def test_after_a_while_what_nobody_wants_is_for_everybody(portal: Portal) -> None:
    run_id, booked = full_run(portal)
    wait(portal, run_id, portal.person("Rita"))
    cancel(portal, booked)
    later = NOW + HANDED_OUT + dt.timedelta(seconds=1)
    token = portal.token(portal.run_leg(run_id, "A", "B"), now=later)
    assert portal.book(portal.person("Petra"), token, now=later)  # the worker was away
    assert offer(portal, later) == 1  # Rita's hops are still free


def test_waiting_ends_with_the_run_or_by_ones_own_wish(portal: Portal) -> None:
    run_id, _ = full_run(portal)
    rita, dispatcher = portal.person("Rita"), portal.person("Dora", Role.DISPATCHER)
    first = wait(portal, run_id, rita, by=dispatcher)
    second = wait(portal, run_id, portal.person("Otto"))
    with pytest.raises(Unknown):
        stop_waiting(portal.sessions, entry_id=first, actor_id=portal.person("Sven"), now=NOW)
    for _ in range(2):
        stop_waiting(portal.sessions, entry_id=first, actor_id=rita, now=NOW)
    assert outcome(portal, first) is Outcome.LEFT
    withdraw_ride(
        portal.sessions,
        portal.snapshot(),
        ride_id=run_id,
        actor_id=dispatcher,
        reason="Der Bus ist kaputt.",
        now=NOW,
    )
    assert offer(portal) == 0
    assert outcome(portal, second) is Outcome.OVER
    (mail,) = mails(portal, "Kein Platz frei")
    assert "fällt leider aus" in mail.body
    with pytest.raises(Unknown):
        wait(portal, run_id, rita)
    assert portal.contradictions(SOON) == []
    assert portal.misses("Kein Platz frei", SOON)
    with portal.sessions.begin() as session:
        forget_waiting_before(session, portal.ride(run_id).ends_s + 1)
        with pytest.raises(Unknown):
            wait_entry_of(session, first)


def test_who_may_wait_and_for_what(portal: Portal) -> None:
    run_id, _ = full_run(portal)
    rita = portal.person("Rita")
    with pytest.raises(NotAllowed):
        wait(portal, run_id, rita, by=portal.person("Otto"))
    with pytest.raises(SeatTaken):  # the vehicle has one seat
        wait(portal, run_id, rita, replace(REQUEST, party=Party(seats=2)))
    with pytest.raises(Unknown):
        wait(portal, portal.offer(portal.person("Anna")), rita)
    for number in range(MAX_WAITING):
        wait(portal, portal.run(f"09:{number:02}"), rita)
    with pytest.raises(TooManyWaiting):
        wait(portal, run_id, rita)
    with portal.readers() as session:
        assert len(entries_of_person(session, rita)) == MAX_WAITING
