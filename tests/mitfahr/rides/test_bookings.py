"""A journey is booked with all its legs or not at all, and what was shown is what is booked."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from mitfahr.db.base import new_id
from mitfahr.db.blocks import PersonBlock
from mitfahr.db.bookings import Booking, bookings_of_rider, passengers_of_ride, requests_for_driver
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person
from mitfahr.domain.errors import (
    IdempotencyConflict,
    NoLongerHolds,
    NotAllowed,
    OfferExpired,
    OfferTampered,
    OwnRide,
    PersonBlocked,
    SeatTaken,
    StateForbids,
    TooLateToBook,
    Unknown,
)
from mitfahr.domain.roles import Role
from mitfahr.domain.states import BookingState, LegState, Side
from mitfahr.domain.times import seconds
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.decide_request import confirm_request, decline_request
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.query import Party
from tests.mitfahr.rides.portal import NOW, Portal, clock

LATER = NOW + dt.timedelta(minutes=5)


def mails(portal: Portal) -> list[tuple[str, str]]:
    """(first name of the recipient, subject up to the colon), oldest first."""
    with portal.readers() as session:
        rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id))
        return sorted((row.recipient.split("-")[0], row.subject.split(":")[0]) for row in rows)


def test_a_booked_ride_has_two_stops_more_and_gives_them_back(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    ride_id = portal.offer(anna, seats=2)
    booking_id = portal.book(rita, portal.token(portal.ride_leg(ride_id, "B", "D")))
    ride = portal.ride(ride_id)
    assert [stop.name for stop in ride.stops] == ["A", "B", "D", "E"]
    assert portal.taken(ride_id) == [0, 1, 0]
    assert ride.stops[1].promised_pickup_s == int(clock("08:02").timestamp())
    assert ride.stops[2].promised_dropoff_s == int(clock("08:07").timestamp())
    assert portal.booking(booking_id).state is BookingState.BOOKED
    assert portal.snapshot().rides[ride_id].seats_free == (2, 1, 2)
    assert portal.contradictions() == []
    cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rita, now=LATER)
    assert [stop.name for stop in portal.ride(ride_id).stops] == ["A", "E"]
    assert portal.taken(ride_id) == [0]
    assert portal.booking(booking_id).state is BookingState.ENDED
    assert portal.contradictions() == []
    assert mails(portal) == [
        ("anna", "Neue Buchung"),
        ("anna", "Platz wieder frei"),
        ("rita", "Abgesagt"),
        ("rita", "Ihre Buchung"),
    ]


def test_luggage_and_bicycles_are_held_on_each_hop(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), luggage=1, bicycles=1)
    suitcase, bicycle = Party(luggage=1), Party(bicycles=1)
    rita, sven = portal.person("Rita"), portal.person("Sven")
    too_late = portal.token(portal.ride_leg(ride_id, "B", "D", suitcase), party=suitcase)
    booked = portal.book(rita, portal.token(portal.ride_leg(ride_id, "B", "D", suitcase), party=suitcase))
    assert portal.booking(booked).legs[0].luggage == 1
    live = portal.snapshot().rides[ride_id]
    assert (live.luggage_free, live.bicycles_free) == ((1, 0, 1), (1, 1, 1))
    with pytest.raises(SeatTaken):
        portal.book(sven, too_late)
    portal.book(sven, portal.token(portal.ride_leg(ride_id, "D", "E", suitcase), party=suitcase))
    portal.book(sven, portal.token(portal.ride_leg(ride_id, "B", "C", bicycle), party=bicycle))
    assert portal.contradictions() == []
    cancel_booking(portal.sessions, booking_id=booked, actor_id=rita, now=LATER)
    assert portal.contradictions() == []


def test_a_seat_freed_half_way_is_sold_again_from_there(portal: Portal) -> None:
    run_id = portal.run(seats=1)
    portal.book(portal.person("Rita"), portal.token(portal.run_leg(run_id, "A", "C")))
    beyond = portal.token(portal.run_leg(run_id, "C", "E"))
    portal.book(portal.person("Sven"), beyond)
    assert portal.taken(run_id) == [1, 1, 1, 1]
    assert portal.contradictions() == []


def test_the_last_seat_is_sold_once(portal: Portal) -> None:
    ride_id, run_id = portal.offer(portal.person("Anna"), seats=1), portal.run(seats=1)
    for leg in (portal.ride_leg(ride_id, "B", "D"), portal.run_leg(run_id, "B", "D")):
        token = portal.token(leg)
        portal.book(portal.person("Rita"), token)
        with pytest.raises(SeatTaken):
            portal.book(portal.person("Sven"), token)
    assert (portal.taken(ride_id), portal.taken(run_id)) == ([0, 1, 0], [0, 1, 1, 0])


def test_who_was_shown_the_same_seats_gets_in_at_the_same_halt(portal: Portal) -> None:
    """Three free seats, shown to four people at once: three of them ride, two halts for all of them."""
    ride_id = portal.offer(portal.person("Anna"), seats=3)
    token = portal.token(portal.ride_leg(ride_id, "B", "D"))
    riders = [portal.person(name) for name in ("Rita", "Sven", "Tina", "Udo")]
    bookings = [portal.book(rider, token) for rider in riders[:3]]
    with pytest.raises(SeatTaken):
        portal.book(riders[3], token)
    assert [stop.name for stop in portal.ride(ride_id).stops] == ["A", "B", "D", "E"]
    assert portal.taken(ride_id) == [0, 3, 0]
    assert portal.contradictions() == []
    for number in (1, 0):
        cancel_booking(portal.sessions, booking_id=bookings[number], actor_id=riders[number], now=LATER)
        assert portal.contradictions() == []
    assert portal.taken(ride_id) == [0, 1, 0]
    cancel_booking(portal.sessions, booking_id=bookings[2], actor_id=riders[2], now=LATER)
    assert [stop.name for stop in portal.ride(ride_id).stops] == ["A", "E"]


def test_wheelchair_places_are_counted_apart(portal: Portal) -> None:
    run_id, party = portal.run(seats=2, wheelchairs=1), Party(seats=1, wheelchairs=1)
    leg = portal.run_leg(run_id, "A", "B", party)
    portal.book(portal.person("Rita"), portal.token(leg, party=party))
    with pytest.raises(SeatTaken) as refused:
        portal.book(portal.person("Sven"), portal.token(leg, party=party))
    assert (refused.value.seats, refused.value.wheelchairs) == (1, 1)
    portal.book(portal.person("Sven"), portal.token(leg))


def test_all_legs_or_none(portal: Portal) -> None:
    """The second leg is full: the first one is not booked either."""
    run_id, ride_id = portal.run(at="07:00", seats=8), portal.offer(portal.person("Anna"), "C", "E", seats=1)
    chain = portal.token(portal.run_leg(run_id, "A", "C"), portal.ride_leg(ride_id, "C", "E"))
    rita = portal.person("Rita")
    booking_id = portal.book(rita, chain)
    assert [leg.state for leg in portal.booking(booking_id).legs] == [LegState.CONFIRMED] * 2
    with pytest.raises(SeatTaken):
        portal.book(portal.person("Sven"), chain)
    assert portal.taken(run_id) == [1, 1, 0, 0]
    assert portal.contradictions() == []
    with portal.readers() as session:
        assert len(bookings_of_rider(session, rita, 0)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1


def test_who_booked_meanwhile_elsewhere_on_the_ride_renumbers_but_does_not_disturb(portal: Portal) -> None:
    """Somebody gets on after us: our stops keep their places. Somebody before us moves our time: refused."""
    ride_id = portal.offer(portal.person("Anna"))
    early, late = portal.ride_leg(ride_id, "A", "B"), portal.ride_leg(ride_id, "C", "D")
    portal.book(portal.person("Rita"), portal.token(portal.ride_leg(ride_id, "D", "E")))
    portal.book(portal.person("Sven"), portal.token(early))
    with pytest.raises(NoLongerHolds):
        portal.book(portal.person("Tina"), portal.token(late))
    again = portal.ride_leg(ride_id, "C", "D")
    portal.book(portal.person("Tina"), portal.token(again))
    assert again.departure_s > late.departure_s
    assert "".join(stop.name for stop in portal.ride(ride_id).stops) in ("AABCDDEE", "AABCDDEE")
    assert portal.contradictions() == []


def test_the_same_form_sent_again_books_once(portal: Portal) -> None:
    ride_id, rita = portal.offer(portal.person("Anna")), portal.person("Rita")
    token = portal.token(portal.ride_leg(ride_id, "B", "D"))
    first = portal.book(rita, token, key="k")
    assert portal.book(rita, token, key="k") == first
    long_after = NOW + dt.timedelta(hours=2)
    assert portal.book(rita, token, key="k", now=long_after) == first, "the answer outlives the offer"
    with pytest.raises(IdempotencyConflict):
        portal.book(rita, token, key="k", keep_others=True)
    assert portal.taken(ride_id) == [0, 1, 0]


def test_what_is_refused(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    ride_id = portal.offer(anna)
    leg = portal.ride_leg(ride_id, "B", "D")
    token = portal.token(leg)
    with pytest.raises(OwnRide):
        portal.book(anna, token)
    with pytest.raises(OfferExpired):
        portal.book(rita, token, now=NOW + dt.timedelta(minutes=15))
    with pytest.raises(OfferTampered):
        portal.book(rita, token[:-3] + "abc")
    too_late = clock("07:31")
    with pytest.raises(TooLateToBook):
        portal.book(rita, portal.token(leg, now=too_late), now=too_late)
    with pytest.raises(NotAllowed):
        portal.book(rita, token, actor_id=portal.person("Neugierig"))
    withdraw_ride(portal.sessions, portal.snapshot(), ride_id=ride_id, actor_id=anna, now=NOW)
    with pytest.raises(NoLongerHolds):
        portal.book(rita, token)
    assert portal.contradictions() == []


@pytest.mark.parametrize("rider_blocks", [True, False])
def test_people_who_are_kept_apart_do_not_meet(portal: Portal, rider_blocks: bool) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    ride_id = portal.offer(anna)
    token = portal.token(portal.ride_leg(ride_id, "B", "D"))
    blocker, blocked = (rita, anna) if rider_blocks else (anna, rita)
    with portal.sessions.begin() as session:
        session.add(PersonBlock(blocker_id=blocker, blocked_id=blocked, created_at=NOW))
    with pytest.raises(PersonBlocked):
        portal.book(rita, token)


def test_a_dispatcher_books_for_a_caller_who_has_the_same_rights(portal: Portal) -> None:
    run_id, caller = portal.run(), portal.person("Oma")
    dispatcher = portal.person("Dispo", Role.DISPATCHER)
    booking_id = portal.book(caller, portal.token(portal.run_leg(run_id, "A", "C")), actor_id=dispatcher)
    booking = portal.booking(booking_id)
    assert (booking.rider_id, booking.booked_by_id) == (caller, dispatcher)
    with pytest.raises(NotAllowed):
        cancel_booking(portal.sessions, booking_id=booking_id, actor_id=portal.person("Neugierig"), now=LATER)
    other_dispatcher = portal.person("Disponent", Role.DISPATCHER)
    cancel_booking(portal.sessions, booking_id=booking_id, actor_id=other_dispatcher, now=LATER)
    assert portal.taken(run_id) == [0, 0, 0, 0]


def test_prices_stay_within_the_law_and_within_what_was_shown(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), rate_ct_per_km=30, seats=3)  # 8 km: 2.40 € in total
    leg = portal.ride_leg(ride_id, "A", "E", Party(2))
    shown_cheaper = portal.token(leg, party=Party(2), prices=[130])
    first = portal.booking(portal.book(portal.person("Rita"), shown_cheaper))
    assert (first.price_ct, first.legs[0].price_ct) == (130, 130)
    second = portal.booking(
        portal.book(portal.person("Sven"), portal.token(portal.ride_leg(ride_id, "A", "E")))
    )
    assert second.price_ct == 80, "three people share 2.40 €"
    assert portal.booking(first.id).price_ct == 130, "less than two thirds of it, as shown"
    assert portal.contradictions() == []


def test_shares_sink_when_somebody_joins_and_rise_again_and_all_are_told(portal: Portal) -> None:
    ride_id = portal.offer(portal.person("Anna"), rate_ct_per_km=30)  # 8 km: 2.40 € in total
    rita, sven = portal.person("Rita"), portal.person("Sven")
    whole = portal.ride_leg(ride_id, "A", "E")
    first = portal.book(rita, portal.token(whole, prices=[240]))
    assert portal.booking(first).price_ct == 240
    second = portal.book(sven, portal.token(portal.ride_leg(ride_id, "A", "E"), prices=[120]))
    assert (portal.booking(first).price_ct, portal.booking(second).price_ct) == (120, 120)
    assert told(portal, rita, "Neuer Preis") == ["Sie zahlen 1,20 Euro statt 2,40 Euro."]
    assert portal.contradictions() == []
    cancel_booking(portal.sessions, booking_id=second, actor_id=sven, now=LATER)
    assert portal.booking(first).price_ct == 240
    assert told(portal, rita, "Neuer Preis")[1:] == ["Sie zahlen 2,40 Euro statt 1,20 Euro."]
    assert told(portal, sven, "Neuer Preis") == []
    again = portal.token(portal.ride_leg(ride_id, "A", "E"), prices=[120])
    third = portal.book(sven, again, now=NOW + dt.timedelta(minutes=1))
    cancel_booking(portal.sessions, booking_id=first, actor_id=rita, now=LATER)
    assert portal.booking(third).price_ct == 120, "agreed on when booking: it never rises above"
    assert portal.contradictions() == []


def told(portal: Portal, person_id: str, subject: str) -> list[str]:
    """The sentences about the new price in the person's mails with this subject, oldest first."""
    with portal.readers() as session:
        email = session.get_one(Person, person_id).email
        rows = session.scalars(
            sa.select(OutboxMessage)
            .where(OutboxMessage.recipient == email, OutboxMessage.subject.startswith(subject))
            .order_by(OutboxMessage.created_at)
        )
        return [sentence for row in rows for sentence in re.findall(r"Sie zahlen .*? statt .*?\.", row.body)]


class TestAsking:
    """Rides whose driver wants to be asked."""

    def waiting(self, portal: Portal, **changes: object) -> tuple[str, str, str, str, str]:
        anna, rita = portal.person("Anna"), portal.person("Rita")
        ride_id = portal.offer(anna, asks_first=True, seats=1, **changes)
        booking_id = portal.book(rita, portal.token(portal.ride_leg(ride_id, "B", "D")))
        return anna, rita, ride_id, booking_id, portal.booking(booking_id).legs[0].id

    def test_a_request_holds_its_seat_until_the_driver_says_yes(self, portal: Portal) -> None:
        anna, _, ride_id, booking_id, leg_id = self.waiting(portal)
        leg = portal.booking(booking_id).legs[0]
        assert (leg.state, leg.hold_until_s) == (LegState.REQUESTED, seconds(NOW) + 12 * 3600)
        assert portal.snapshot().rides[ride_id].seats_free == (1, 0, 1)
        with portal.readers() as session:
            assert [request.id for request in requests_for_driver(session, anna, seconds(NOW))] == [leg_id]
        for _ in range(2):  # said twice, it changes nothing
            confirm_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=anna, now=LATER)
        assert portal.booking(booking_id).state is BookingState.BOOKED
        assert mails(portal) == [("anna", "Anfrage"), ("rita", "Bestätigt"), ("rita", "Ihre Anfrage")]
        with portal.readers() as session:
            assert requests_for_driver(session, anna, seconds(NOW)) == []
            assert [row.id for row in passengers_of_ride(session, ride_id, seconds(NOW))] == [leg_id]
        assert portal.contradictions() == []

    def test_no_gives_the_seat_back(self, portal: Portal) -> None:
        anna, _, ride_id, booking_id, leg_id = self.waiting(portal)
        for _ in range(2):
            decline_request(
                portal.sessions,
                portal.snapshot(),
                leg_id=leg_id,
                driver_id=anna,
                now=LATER,
                reason="Auto voll",
            )
        leg = portal.booking(booking_id).legs[0]
        assert (leg.state, leg.moved_by, leg.reason) == (LegState.DECLINED, Side.DRIVER, "Auto voll")
        assert portal.snapshot().rides[ride_id].seats_free == (1,)
        assert mails(portal) == [("anna", "Anfrage"), ("rita", "Ihre Anfrage"), ("rita", "Änderung")]
        with pytest.raises(StateForbids):
            confirm_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=anna, now=LATER)

    def test_only_the_driver_decides(self, portal: Portal) -> None:
        _, rita, _, _, leg_id = self.waiting(portal)
        with pytest.raises(NotAllowed):
            confirm_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=rita, now=LATER)
        with pytest.raises(NotAllowed):
            decline_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=rita, now=LATER)

    def test_silence_frees_the_seat_at_the_second_it_ends_without_any_job(self, portal: Portal) -> None:
        anna, _, ride_id, booking_id, leg_id = self.waiting(portal)
        end = NOW + dt.timedelta(hours=12)
        assert portal.snapshot(end - dt.timedelta(seconds=1)).rides[ride_id].seats_free == (1, 0, 1)
        assert portal.snapshot(end).rides[ride_id].seats_free == (1,)
        with pytest.raises(StateForbids) as refused:
            confirm_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=anna, now=end)
        assert refused.value.state == LegState.LAPSED
        token = portal.token(portal.ride_leg(ride_id, "B", "D", now=end), now=end)
        portal.book(portal.person("Sven"), token, now=end)
        assert portal.booking(booking_id).legs[0].state is LegState.LAPSED
        assert portal.taken(ride_id) == [0, 1, 0]
        assert ("rita", "Änderung") in mails(portal)
        assert portal.contradictions() == []

    def test_the_job_lapses_once_and_the_rider_is_told(self, portal: Portal) -> None:
        _, _, ride_id, booking_id, _ = self.waiting(portal)
        end = NOW + dt.timedelta(hours=12)
        assert lapse_holds(portal.sessions, portal.snapshot(), now=end - dt.timedelta(seconds=1)) == 0
        assert lapse_holds(portal.sessions, portal.snapshot(), now=end) == 1
        assert lapse_holds(portal.sessions, portal.snapshot(), now=end) == 0
        assert portal.booking(booking_id).state is BookingState.ENDED
        assert portal.taken(ride_id) == [0]
        assert [mail for mail in mails(portal) if mail[1] == "Änderung"] == [("rita", "Änderung")]

    def test_a_yes_is_tested_again_against_what_was_promised(self, portal: Portal) -> None:
        """The roads behind the promise have changed: the promised pick-up cannot be kept any more."""
        anna, _, ride_id, _, leg_id = self.waiting(portal)
        with portal.sessions.begin() as session:
            session.execute(
                sa.text("UPDATE ride_stop SET promised_pickup_s = 0 WHERE ride_id = :id AND seq = 1"),
                {"id": ride_id},
            )
        with pytest.raises(NoLongerHolds):
            confirm_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=anna, now=LATER)


class TestChains:
    """A leg falls: the others go with it, or stay if the rider said so."""

    def chain(self, portal: Portal, keep_others: bool) -> tuple[str, str, str, str, str]:
        anna, rita = portal.person("Anna"), portal.person("Rita")
        run_id = portal.run(at="07:00")
        ride_id = portal.offer(anna, "C", "E", asks_first=True)
        token = portal.token(portal.run_leg(run_id, "A", "C"), portal.ride_leg(ride_id, "C", "E"))
        return anna, rita, run_id, ride_id, portal.book(rita, token, keep_others=keep_others)

    @pytest.mark.parametrize("keep_others", [True, False])
    def test_a_no_to_one_leg(self, portal: Portal, keep_others: bool) -> None:
        anna, _, run_id, ride_id, booking_id = self.chain(portal, keep_others)
        leg_id = portal.booking(booking_id).legs[1].id
        decline_request(portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=anna, now=LATER)
        booking = portal.booking(booking_id)
        kept = LegState.CONFIRMED if keep_others else LegState.CANCELLED
        assert [leg.state for leg in booking.legs] == [kept, LegState.DECLINED]
        assert booking.state is (BookingState.BROKEN if keep_others else BookingState.ENDED)
        assert portal.taken(run_id) == ([1, 1, 0, 0] if keep_others else [0] * 4)
        assert portal.taken(ride_id) == [0]
        assert portal.contradictions() == []

    @pytest.mark.parametrize("keep_others", [True, False])
    def test_silence_to_one_leg(self, portal: Portal, keep_others: bool) -> None:
        _, _, run_id, _, booking_id = self.chain(portal, keep_others)
        lapse_holds(portal.sessions, portal.snapshot(), now=NOW + dt.timedelta(hours=13))
        kept = LegState.CONFIRMED if keep_others else LegState.CANCELLED
        assert [leg.state for leg in portal.booking(booking_id).legs] == [kept, LegState.LAPSED]
        assert portal.taken(run_id) == ([1, 1, 0, 0] if keep_others else [0] * 4)
        assert portal.contradictions() == []

    @pytest.mark.parametrize("keep_others", [True, False])
    def test_the_run_is_cancelled(self, portal: Portal, keep_others: bool) -> None:
        _, _, run_id, ride_id, booking_id = self.chain(portal, keep_others)
        staff = portal.person("Dispo", Role.DISPATCHER)
        for expected in (1, 0):  # sent twice, it changes nothing
            affected = withdraw_ride(
                portal.sessions,
                portal.snapshot(),
                ride_id=run_id,
                actor_id=staff,
                now=LATER,
                reason="Niemand kann fahren",
            )
            assert affected == expected
        kept = LegState.REQUESTED if keep_others else LegState.CANCELLED
        assert [leg.state for leg in portal.booking(booking_id).legs] == [LegState.CANCELLED, kept]
        assert run_id not in portal.snapshot().rides
        assert portal.taken(ride_id) == ([0, 1, 0] if keep_others else [0])
        freed = [] if keep_others else [("anna", "Platz wieder frei")]
        assert mails(portal) == [
            ("anna", "Anfrage"),
            *freed,
            ("rita", "Ihre Anfrage"),
            ("rita", "Änderung"),
        ]
        assert portal.contradictions() == []

    @pytest.mark.parametrize("keep_others", [True, False])
    def test_the_rider_cancels_one_leg_and_says_what_becomes_of_the_rest(
        self, portal: Portal, keep_others: bool
    ) -> None:
        _, rita, run_id, ride_id, booking_id = self.chain(portal, not keep_others)
        leg_id = portal.booking(booking_id).legs[0].id
        for _ in range(2):
            cancel_booking(
                portal.sessions,
                booking_id=booking_id,
                actor_id=rita,
                leg_id=leg_id,
                keep_others=keep_others,
                now=LATER,
            )
        assert portal.taken(run_id) == [0] * 4
        assert portal.taken(ride_id) == ([0, 1, 0] if keep_others else [0])
        assert portal.contradictions() == []

    def test_only_who_may_takes_a_ride_back(self, portal: Portal) -> None:
        _, rita, run_id, ride_id, _ = self.chain(portal, keep_others=False)
        for ride, refusal in (
            (run_id, Unknown),
            (ride_id, NotAllowed),
        ):  # another's association is nobody's business
            with pytest.raises(refusal):
                withdraw_ride(portal.sessions, portal.snapshot(), ride_id=ride, actor_id=rita, now=LATER)


def test_keys_of_different_people_do_not_meet(portal: Portal) -> None:
    run_id, key = portal.run(), new_id()
    token = portal.token(portal.run_leg(run_id, "A", "C"))
    first = portal.book(portal.person("Rita"), token, key=key)
    assert portal.book(portal.person("Sven"), token, key=key) != first
    assert portal.taken(run_id) == [2, 2, 0, 0]
