"""Bookings in any order: hypothesis books one way and both ways, asks, confirms, declines, waits, changes the
party, cancels one leg, one way or both, withdraws rides and goes another way, at random.

A model that only counts says after every step what must be free and in which state every leg is; the
checker that operators run finds no contradiction in the tables after any of them.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.engine import Engine

from mitfahr.db.base import new_id
from mitfahr.db.bookings import BookingLeg, bookings_of_trip
from mitfahr.db.schema import metadata
from mitfahr.domain.errors import (
    DriverAsksFirst,
    MitfahrError,
    NoLongerHolds,
    OfferExpired,
    SeatTaken,
    StateForbids,
)
from mitfahr.domain.states import FALLEN, HOLDING, LIVE, LegState
from mitfahr.domain.times import seconds
from mitfahr.offered import join_tokens
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_party import PartyChange, change_party
from mitfahr.services.decide_request import confirm_request, decline_request
from mitfahr.services.find_itineraries import Answer, ride_ids_in
from mitfahr.services.find_replacement import offer_released, offer_replacement
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.replace_booking import replace_booking
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.journey import Leg
from routing.query import Party
from routing.snapshot import Snapshot
from tests.mitfahr.rides.portal import KEY, LAW, NOW, Portal, district

RUN_SEATS = 3
MOMENT = dt.timedelta(microseconds=1)
EXAMPLES = 5 * int(os.environ.get("MITFAHR_SOAK", "1"))
parties = st.builds(Party, seats=st.integers(1, 2))
ways = st.sampled_from(["AB", "AC", "AE", "BC", "BD", "CD", "CE", "DE"])


Way = tuple[str, str, str, int, int]
"""Ride, places and times of a leg: who is on the same one before and after is not asked twice."""


@dataclass
class ModelLeg:
    id: str
    ride_id: str
    """Empty for a bus of the timetable."""
    way: Way
    hops: range
    """On the run; unused for private rides, whose hops the checker compares."""
    state: LegState
    hold_until_s: int | None
    seats: int


@dataclass
class ModelBooking:
    id: str
    rider_id: str
    keep_others: bool
    seats: int
    legs: list[ModelLeg] = field(default_factory=list)
    trip: list[ModelBooking] = field(default_factory=list)
    """Both ways, if they were booked as one, and what took the place of one of them."""
    is_replaced: bool = False

    @property
    def live(self) -> list[ModelLeg]:
        return [leg for leg in self.legs if leg.state in LIVE]


class Bookings(RuleBasedStateMachine):
    portal: Portal

    @initialize()
    def open(self) -> None:
        empty(self.portal)
        self.clock = NOW
        self.bookings: list[ModelBooking] = []
        self.riders = [self.portal.person(name) for name in ("Rita", "Sven")]
        self.drivers = {True: self.portal.person("Asta"), False: self.portal.person("Inge")}
        self.run_id = self.portal.run(at="07:00", seats=RUN_SEATS)
        self.rides = {
            asks: self.portal.offer(driver, seats=3, asks_first=asks, bookable_before_s=3600)
            for asks, driver in self.drivers.items()
        }
        self.back_id = self.portal.offer(self.portal.person("Bodo"), "E", "A", at="12:00", seats=3)
        self.driver_of = {self.rides[asks]: driver for asks, driver in self.drivers.items()}
        self.withdrawn: set[str] = set()
        self.shown: list[tuple[str, Leg]] = []
        self.last: tuple[dict[str, Any], str] | None = None

    @property
    def now(self) -> dt.datetime:
        """Later each time it is asked: mails are told apart by the moment of what they tell."""
        self.clock += MOMENT
        return self.clock

    # what a rider does

    @precondition(lambda self: self.bookable)
    @rule(way=ways, party=parties, rider=st.integers(0, 1))
    def book_run(self, way: str, party: Party, rider: int) -> None:
        hops = range("ABCDE".index(way[0]), "ABCDE".index(way[1]))
        self.lapse({self.run_id})
        if all(self.run_taken()[hop] + party.seats <= RUN_SEATS for hop in hops):
            self.book(rider, party, (self.portal.run_leg(self.run_id, *way, party),))

    @precondition(lambda self: self.bookable)
    @rule(way=ways, party=parties, rider=st.integers(0, 1), asks=st.booleans(), keep=st.booleans())
    def book_ride(self, way: str, party: Party, rider: int, asks: bool, keep: bool) -> None:
        leg = self.ride_leg(self.rides[asks], way, party)
        if leg is not None:
            self.book(rider, party, (leg,), keep)

    @precondition(lambda self: self.bookable)
    @rule(rider=st.integers(0, 1), asks=st.sampled_from([True, True, False]), keep=st.booleans())
    def book_chain(self, rider: int, asks: bool, keep: bool) -> None:
        ride = self.ride_leg(self.rides[asks], "CE", Party())
        self.lapse({self.run_id})
        if ride is not None and max(self.run_taken()[:2]) < RUN_SEATS:
            self.book(rider, Party(), (self.portal.run_leg(self.run_id, "A", "C"), ride), keep)

    @precondition(lambda self: self.bookable)
    @rule(way=ways, party=parties, rider=st.integers(0, 1), asks=st.booleans())
    def book_there_and_back(self, way: str, party: Party, rider: int, asks: bool) -> None:
        there = self.ride_leg(self.rides[asks], way, party)
        back = self.ride_leg(self.back_id, way[::-1], party)
        if there is None or back is None:
            return
        self.lapse({self.rides[asks], self.back_id})
        token = join_tokens(*(self.portal.token(leg, party=party, now=self.now) for leg in (there, back)))
        booking_id = self.portal.book(self.riders[rider], token, now=self.now)
        with self.portal.readers() as session:
            both = [one.id for one in bookings_of_trip(session, self.portal.booking(booking_id))]
        trip = [self.remember(one, rider, keep=False) for one in both]
        assert trip[0].id == booking_id and len(trip) == 2
        for one in trip:
            one.trip = trip

    @precondition(lambda self: self.bookable)
    @rule(way=ways, party=parties, asks=st.booleans())
    def look(self, way: str, party: Party, asks: bool) -> None:
        """Somebody is shown a ride and thinks about it."""
        leg = self.ride_leg(self.rides[asks], way, party)
        if leg is not None:
            self.shown.append((self.portal.token(leg, party=party, now=self.now), leg))

    @precondition(lambda self: self.shown)
    @rule(data=st.data(), rider=st.integers(0, 1))
    def book_what_was_shown_earlier(self, data: st.DataObject, rider: int) -> None:
        token, leg = data.draw(st.sampled_from(self.shown))
        self.lapse({leg.boarding.ride_id} if leg.boarding else set())
        try:
            booking_id = self.portal.book(self.riders[rider], token, now=self.now)
        except (SeatTaken, NoLongerHolds, OfferExpired):
            return
        self.remember(booking_id, rider, keep=False)

    @precondition(lambda self: self.last)
    @rule()
    def send_the_last_form_again(self) -> None:
        assert self.last is not None
        form, answer = self.last
        assert self.portal.book(**form, now=self.now) == answer

    @precondition(lambda self: self.bookings)
    @rule(data=st.data(), one_leg=st.booleans(), keep=st.booleans())
    def cancel(self, data: st.DataObject, one_leg: bool, keep: bool) -> None:
        booking = data.draw(st.sampled_from(self.bookings))
        leg = data.draw(st.sampled_from(booking.legs)) if one_leg else None
        request = {
            "booking_id": booking.id,
            "actor_id": booking.rider_id,
            "now": self.now,
            "leg_id": leg.id if leg else None,
            "keep_others": keep,
        }
        if leg is not None and leg.state in FALLEN - {LegState.CANCELLED}:
            with pytest.raises(StateForbids):
                cancel_booking(self.portal.sessions, **request)
            return
        cancel_booking(self.portal.sessions, **request)
        booking.keep_others = keep
        fallen = [leg] if leg else [one for one in booking.legs if one.state in LIVE]
        if leg is not None and leg.state is LegState.CANCELLED:
            return
        for one in fallen:
            one.state = LegState.CANCELLED
        if leg is not None:
            self.chain(booking)

    @precondition(lambda self: any(booking.trip for booking in self.bookings))
    @rule(data=st.data())
    def cancel_both_ways(self, data: st.DataObject) -> None:
        booking = data.draw(st.sampled_from([one for one in self.bookings if one.trip]))
        cancel_booking(
            self.portal.sessions,
            booking_id=booking.id,
            actor_id=booking.rider_id,
            now=self.now,
            whole_trip=True,
        )
        for way in booking.trip:
            for leg in way.live:
                leg.state = LegState.CANCELLED

    @precondition(lambda self: self.bookings)
    @rule(data=st.data(), seats=st.integers(1, 3))
    def change_the_party(self, data: st.DataObject, seats: int) -> None:
        booking = data.draw(st.sampled_from(self.bookings))
        refusal = self.refusal_of(booking, seats)
        try:
            change_party(
                self.portal.sessions,
                booking_id=booking.id,
                change=PartyChange(seats),
                actor_id=booking.rider_id,
                idempotency_key=new_id(),
                now=self.now,
            )
        except MitfahrError as error:
            assert type(error) is refusal
            return
        assert refusal is None
        booking.seats = seats
        for leg in booking.live:
            leg.seats = seats

    @precondition(lambda self: self.bookable and self.bookings)
    @rule(data=st.data())
    def go_another_way(self, data: st.DataObject) -> None:
        """What a search finds at this moment is not refused at the same moment."""
        booking = data.draw(st.sampled_from(self.bookings))
        answer = offer_replacement(
            self.portal.sessions,
            self.snapshot(),
            booking_id=booking.id,
            now=self.now,
            secret_key=KEY,
            law=LAW,
        )
        if answer is not None:
            self.replace(booking, answer)

    @precondition(lambda self: self.bookable and self.bookings)
    @rule(data=st.data())
    def take_back_what_was_released(self, data: st.DataObject) -> None:
        booking = data.draw(st.sampled_from(self.bookings))
        answer = offer_released(
            self.portal.sessions,
            booking_id=booking.id,
            timetable_version="drawn",
            now=self.now,
            secret_key=KEY,
            law=LAW,
        )
        if answer is not None:
            self.replace(booking, answer, may_be_gone=(SeatTaken, NoLongerHolds))

    # what a driver does

    @precondition(lambda self: self.legs(LegState.REQUESTED))
    @rule(data=st.data(), yes=st.booleans())
    def decide(self, data: st.DataObject, yes: bool) -> None:
        booking, leg = data.draw(st.sampled_from(self.legs(LegState.REQUESTED)))
        driver_id, sessions = self.driver_of[leg.ride_id], self.portal.sessions
        request = {"leg_id": leg.id, "driver_id": driver_id, "now": self.now}
        if yes and self.expired(leg):
            with pytest.raises(StateForbids):
                confirm_request(sessions, district()[1], **request)
        elif yes:
            confirm_request(sessions, district()[1], **request)
            leg.state, leg.hold_until_s = LegState.CONFIRMED, None
        else:
            decline_request(sessions, district()[1], **request)
            leg.state = LegState.DECLINED
            self.chain(booking)

    @precondition(lambda self: len(self.withdrawn) < 2)
    @rule(asks=st.booleans(), sure=st.integers(0, 4))
    def withdraw(self, asks: bool, sure: int) -> None:
        if sure:
            return
        ride_id = self.rides[asks]
        withdraw_ride(
            self.portal.sessions,
            district()[1],
            ride_id=ride_id,
            actor_id=self.driver_of[ride_id],
            now=self.now,
        )
        self.withdrawn.add(ride_id)
        for booking in self.bookings:
            fallen = [leg for leg in booking.legs if leg.ride_id == ride_id and leg.state in LIVE]
            for leg in fallen:
                leg.state = LegState.CANCELLED
            if fallen:
                self.chain(booking)

    # what time does

    @rule(minutes=st.sampled_from([1, 10, 60, 300]))
    def wait(self, minutes: int) -> None:
        self.clock = min(self.clock + dt.timedelta(minutes=minutes), NOW + dt.timedelta(hours=16))

    @rule()
    def let_requests_lapse(self) -> None:
        lapse_holds(self.portal.sessions, district()[1], now=self.now)
        self.lapse({self.run_id, *self.rides.values()})

    # what must be true after every step

    @invariant()
    def rides_are_as_full_as_the_model_says(self) -> None:
        live = self.portal.live(self.now)
        assert self.portal.taken(self.run_id) == self.run_taken()
        assert [RUN_SEATS - free for free in live[self.run_id].seats_free] == self.run_taken()
        for ride_id in {*self.rides.values(), self.back_id} - self.withdrawn:
            on_board = sum(
                leg.seats * 2
                for booking in self.bookings
                for leg in booking.legs
                if leg.ride_id == ride_id and leg.state in HOLDING and not self.expired(leg)
            )
            promised = [
                stop
                for stop in live[ride_id].stops
                if stop.promised_pickup_s is not None or stop.promised_dropoff_s is not None
            ]
            assert (on_board == 0) == (promised == []), "nobody expired occupies a seat"
            assert all(0 <= free <= 3 for free in live[ride_id].seats_free)

    @invariant()
    def every_leg_is_in_the_state_the_model_says(self) -> None:
        expected = {leg.id: leg.state for booking in self.bookings for leg in booking.legs}
        with self.portal.readers() as session:
            rows = session.execute(
                sa.select(BookingLeg.id, BookingLeg.state).where(BookingLeg.id.in_(expected))
            )
            assert {row.id: row.state for row in rows} == expected

    @invariant()
    def the_checker_finds_nothing(self) -> None:
        assert self.portal.contradictions(self.now) == []

    # the model

    @property
    def bookable(self) -> bool:
        return self.now < NOW + dt.timedelta(hours=16)

    def snapshot(self) -> Snapshot:
        """The district with the rides of this example, not those of all before it."""
        live = self.portal.live(self.now)
        own = {self.run_id, self.back_id, *self.rides.values()} - self.withdrawn
        return district()[1].with_rides(live[ride_id] for ride_id in own)

    def ride_leg(self, ride_id: str, way: str, party: Party) -> Leg | None:
        if ride_id in self.withdrawn:
            return None
        try:
            return self.portal.ride_leg(ride_id, *way, party, self.now)
        except ValueError:  # no order of stops takes this party
            return None

    def book(self, rider: int, party: Party, legs: tuple[Leg, ...], keep: bool = False) -> None:
        form = {
            "rider_id": self.riders[rider],
            "token": self.portal.token(*legs, party=party, now=self.now),
            "key": new_id(),
            "keep_others": keep,
        }
        self.lapse({leg.boarding.ride_id for leg in legs if leg.boarding})
        booking_id = self.portal.book(**form, now=self.now)
        self.last = (form, booking_id)
        self.remember(booking_id, rider, keep)

    def replace(
        self, booking: ModelBooking, answer: Answer, may_be_gone: tuple[type[MitfahrError], ...] = ()
    ) -> None:
        itinerary = answer.itineraries[0]
        assert itinerary.token is not None
        form: dict[str, Any] = {
            "booking_id": booking.id,
            "token": itinerary.token,
            "actor_id": booking.rider_id,
            "idempotency_key": new_id(),
            "secret_key": KEY,
            "law": LAW,
            "now": self.now,
        }
        self.lapse(ride_ids_in([itinerary.journey]))
        if booking.is_replaced:
            may_be_gone = (StateForbids,)
        try:
            replacement_id = replace_booking(self.portal.sessions, district()[1], **form)
        except may_be_gone:
            return
        assert not booking.is_replaced
        assert replace_booking(self.portal.sessions, district()[1], **form) == replacement_id
        agreed = {leg.way: leg.state for leg in booking.live}
        for leg in booking.live:
            leg.state = LegState.CANCELLED
        booking.is_replaced = True
        rider = self.riders.index(booking.rider_id)
        new = self.remember(replacement_id, rider, booking.keep_others, agreed)
        new.trip = booking.trip
        if booking.trip:
            booking.trip.append(new)

    def remember(
        self, booking_id: str, rider: int, keep: bool, agreed: Mapping[Way, LegState] = MappingProxyType({})
    ) -> ModelBooking:
        stored = self.portal.booking(booking_id)
        booking = ModelBooking(booking_id, self.riders[rider], keep, stored.seats)
        for leg in stored.legs:
            ride_id = leg.ride_id or ""
            way = ride_id, leg.origin_name, leg.destination_name, leg.departure_s, leg.arrival_s
            first = LegState.REQUESTED if ride_id == self.rides[True] else LegState.CONFIRMED
            assert leg.state is (agreed.get(way, first) if ride_id else LegState.NOTED)
            hops = range(ord(leg.origin_name) - ord("A"), ord(leg.destination_name) - ord("A"))
            booking.legs.append(ModelLeg(leg.id, ride_id, way, hops, leg.state, leg.hold_until_s, leg.seats))
        self.bookings.append(booking)
        return booking

    def refusal_of(self, booking: ModelBooking, seats: int) -> type[MitfahrError] | None:
        """Why a booking cannot be for so many, as the database and the router's rides have it now."""
        if not booking.live or any(map(self.expired, booking.live)):
            return StateForbids
        more = seats - booking.seats
        if more > 0 and any(leg.ride_id == self.rides[True] for leg in booking.live):
            return DriverAsksFirst
        fits = all(more <= self.free(leg) for leg in booking.live if leg.ride_id)
        return None if more <= 0 or fits else SeatTaken

    def free(self, leg: ModelLeg) -> int:
        """So many more people find room on the leg's part of its ride."""
        stored = self.portal.ride(leg.ride_id)
        with self.portal.readers() as session:
            row = session.get_one(BookingLeg, leg.id)
        seq = {stop.id: stop.seq for stop in stored.stops}
        first, last = seq[row.board_stop_id or ""], seq[row.alight_stop_id or ""]
        return min(hop.capacity - hop.taken for hop in stored.hops[first:last])

    def run_taken(self) -> list[int]:
        taken = [0] * 4
        for booking in self.bookings:
            for leg in booking.legs:
                if leg.ride_id == self.run_id and leg.state in HOLDING:
                    for hop in leg.hops:
                        taken[hop] += leg.seats
        return taken

    def legs(self, state: LegState) -> list[tuple[ModelBooking, ModelLeg]]:
        return [(booking, leg) for booking in self.bookings for leg in booking.legs if leg.state is state]

    def expired(self, leg: ModelLeg) -> bool:
        return leg.state is LegState.REQUESTED and (leg.hold_until_s or 0) <= seconds(self.now)

    def lapse(self, ride_ids: set[str]) -> None:
        """What the portal lapses before it books on these rides: whole bookings."""
        for booking in self.bookings:
            if any(self.expired(leg) and leg.ride_id in ride_ids for leg in booking.legs):
                for leg in booking.legs:
                    if self.expired(leg):
                        leg.state = LegState.LAPSED
                self.chain(booking)

    def chain(self, booking: ModelBooking) -> None:
        if not booking.keep_others:
            for leg in booking.legs:
                if leg.state in LIVE:
                    leg.state = LegState.CANCELLED


def empty(portal: Portal) -> None:
    """Every drawn example begins on a database without rides, people and bookings."""
    with portal.sessions.begin() as session:
        for table in reversed(metadata.sorted_tables):
            if table.name != "serving":
                session.execute(sa.delete(table))


def test_bookings_in_any_order(database: Engine) -> None:
    class OnThisDatabase(Bookings):
        portal = Portal(database)

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
