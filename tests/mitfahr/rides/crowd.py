"""People at random, in several processes at once: they offer, search, book, decide, cancel, and time passes.

Nobody keeps a model here: what must be true is what `mitfahr check` says, and that everybody else was
refused with an error of the domain and nothing else.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from sqlalchemy import select

from mitfahr.db.base import engine_for, new_id
from mitfahr.db.bookings import BookingLeg, bookings_of_rider, requests_for_driver
from mitfahr.db.rides import rides_of_driver
from mitfahr.domain.errors import MitfahrError
from mitfahr.domain.states import LIVE, LegState
from mitfahr.domain.times import moment, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_party import PartyChange, change_party
from mitfahr.services.complete_legs import complete_legs, record_presence
from mitfahr.services.decide_request import confirm_request, decline_request
from mitfahr.services.find_itineraries import find_itineraries
from mitfahr.services.find_replacement import offer_replacement
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.replace_booking import replace_booking
from mitfahr.services.send_outbox import send_outbox
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.query import Party, StopRef
from tests.mitfahr.rides.portal import KEY, LAW, Portal, district

SENDER = "portal@example.org"
DAY_S = 14 * 3600
"""How far the clock is moved in all."""
MOVES = 0.08


@dataclass(frozen=True)
class Journal:
    """Takes mails as a server does, and writes down which; several processes write into one."""

    path: Path

    def send(self, mail: EmailMessage) -> None:
        book = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(book, f"{mail['Message-ID']}\n".encode())
        os.close(book)

    def close(self) -> None:
        """Nothing is held open."""

    def sent(self) -> list[str]:
        return self.path.read_text(encoding="ascii").splitlines() if self.path.exists() else []


@dataclass
class Crowd:
    """One process's part of the people, the clock and the mail server that all share."""

    portal: Portal
    riders: Sequence[str]
    drivers: Sequence[str]
    clock: Synchronized[int]
    n_actions: int
    """By all processes together: the day is over when they are done."""
    chance: random.Random
    mails: Journal

    def __post_init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        """Who was shown what: (rider, token)."""
        self.sent: list[tuple[str, str, str, dt.datetime, str]] = []

    @property
    def now(self) -> dt.datetime:
        """Later each time it is asked: nothing on this day happens twice at one moment."""
        with self.clock.get_lock():
            self.clock.value += 1
            return moment(0) + dt.timedelta(milliseconds=self.clock.value)

    @cached_property
    def doings(self) -> dict[Callable[[], object], int]:
        return {
            self.search_and_book: 34,
            self.book_what_was_seen: 5,
            self.press_again: 4,
            self.decide: 16,
            self.cancel: 12,
            self.change: 6,
            self.go_another_way: 5,
            self.offer: 6,
            self.publish: 2,
            self.withdraw: 2,
            self.let_lapse: 4,
            self.complete: 3,
            self.say_who_came: 2,
            self.send_mails: 4,
        }

    def act(self) -> None:
        """Do one thing; being refused is one of the things that happen."""
        if self.chance.random() < MOVES:
            self.move_clock()
            return
        doing = self.chance.choices(list(self.doings), list(self.doings.values()))[0]
        try:
            doing()
        except MitfahrError:
            return

    def move_clock(self) -> None:
        step_ms = round(2000 * DAY_S / (MOVES * self.n_actions) * self.chance.random())
        with self.clock.get_lock():
            self.clock.value += step_ms

    def _way(self) -> list[str]:
        """Most go the same way, as in the morning."""
        way = self.chance.sample("ABCDE", 2)
        return sorted(way) if self.chance.random() < 0.8 else way

    # riders

    def search_and_book(self) -> None:
        rider, now = self.chance.choice(self.riders), self.now
        a, b = self._way()
        request = TripRequest(
            origin=StopRef(a),
            destination=StopRef(b),
            when=now + dt.timedelta(minutes=self.chance.randrange(300)),
            party=Party(seats=self.chance.choice([1, 1, 2, 3])),
        )
        answer = find_itineraries(
            self.portal.readers,
            self.portal.snapshot(now),
            request,
            now=now,
            secret_key=KEY,
            law=LAW,
            person_id=rider,
        )
        offered = [one for one in answer.itineraries if one.token is not None]
        with_seats = [one for one in offered if any(leg.boarding for leg in one.journey.legs)]
        if not offered:
            return
        token = self.chance.choice(with_seats or offered).token
        assert token is not None
        if self.chance.random() < 0.3:
            self.seen.append((rider, token))
        else:
            self._book(rider, token)

    def book_what_was_seen(self) -> None:
        if self.seen:
            self._book(*self.chance.choice(self.seen))

    def press_again(self) -> None:
        if self.sent:
            rider, token, key, then, booking_id = self.chance.choice(self.sent)
            assert self.portal.book(rider, token, key=key, now=then) == booking_id

    def _book(self, rider: str, token: str) -> None:
        key, now = new_id(), self.now
        booking_id = self.portal.book(rider, token, key=key, now=now)
        self.sent.append((rider, token, key, now, booking_id))

    def cancel(self) -> None:
        booking = self._any_booking()
        if booking is None:
            return
        rider, booking_id, legs = booking
        one_leg = self.chance.choice(legs) if self.chance.random() < 0.5 else None
        cancel_booking(
            self.portal.sessions,
            booking_id=booking_id,
            actor_id=rider,
            now=self.now,
            leg_id=one_leg,
            keep_others=self.chance.choice([True, False, None]),
        )

    def change(self) -> None:
        booking = self._any_booking()
        if booking is not None:
            change_party(
                self.portal.sessions,
                booking_id=booking[1],
                change=PartyChange(self.chance.randrange(1, 5), luggage=self.chance.choice([None, 0, 1])),
                actor_id=booking[0],
                idempotency_key=new_id(),
                now=self.now,
            )

    def go_another_way(self) -> None:
        booking, now = self._any_booking(), self.now
        if booking is None:
            return
        rider, booking_id, _ = booking
        answer = offer_replacement(
            self.portal.sessions,
            self.portal.snapshot(now),
            booking_id=booking_id,
            now=now,
            secret_key=KEY,
            law=LAW,
        )
        if answer is not None and answer.itineraries[0].token is not None:
            replace_booking(
                self.portal.sessions,
                district()[1],
                booking_id=booking_id,
                token=answer.itineraries[0].token,
                actor_id=rider,
                idempotency_key=new_id(),
                secret_key=KEY,
                law=LAW,
                now=now,
            )

    def _any_booking(self) -> tuple[str, str, list[str]] | None:
        """Somebody with something booked: who, the booking, its legs."""
        rider = self.chance.choice(self.riders)
        with self.portal.readers() as session:
            bookings = [
                (rider, booking.id, [leg.id for leg in booking.legs])
                for booking in bookings_of_rider(session, rider, 0)
                if any(leg.state in LIVE for leg in booking.legs)
            ]
        return self.chance.choice(bookings) if bookings else None

    # drivers

    def offer(self) -> None:
        a, b = self._way()
        self.portal.offer(
            self.chance.choice(self.drivers),
            a,
            b,
            f"{self.chance.randrange(6, 18):02}:{self.chance.randrange(0, 60, 5):02}",
            seats=self.chance.randrange(1, 5),
            asks_first=self.chance.random() < 0.6,
            rate_ct_per_km=self.chance.choice([0, 10, 30]),
        )

    def publish(self) -> None:
        self.portal.run(f"{self.chance.randrange(6, 18):02}:00", seats=self.chance.randrange(2, 9))

    def decide(self) -> None:
        driver, now = self.chance.choice(self.drivers), self.now
        with self.portal.readers() as session:
            asked = [leg.id for leg in requests_for_driver(session, driver, 0)]  # late ones too
        if asked:
            decide = self.chance.choice([confirm_request, confirm_request, decline_request])
            decide(
                self.portal.sessions,
                district()[1],
                leg_id=self.chance.choice(asked),
                driver_id=driver,
                now=now,
            )

    def withdraw(self) -> None:
        driver, now = self.chance.choice(self.drivers), self.now
        with self.portal.readers() as session:
            rides = [ride.id for ride in rides_of_driver(session, driver, seconds(now))]
        if rides:
            ride_id = self.chance.choice(rides)
            withdraw_ride(self.portal.sessions, district()[1], ride_id=ride_id, actor_id=driver, now=now)

    def say_who_came(self) -> None:
        driver = self.chance.choice(self.drivers)
        with self.portal.readers() as session:
            rides = [ride.id for ride in rides_of_driver(session, driver, 0)]
            legs = session.scalars(
                select(BookingLeg.id).where(
                    BookingLeg.ride_id.in_(rides), BookingLeg.state == LegState.COMPLETED
                )
            ).all()
        if legs:
            came = self.chance.random() < 0.5
            record_presence(
                self.portal.sessions,
                leg_id=self.chance.choice(legs),
                actor_id=driver,
                came=came,
                now=self.now,
            )

    # the worker

    def let_lapse(self) -> None:
        lapse_holds(self.portal.sessions, district()[1], now=self.now)

    def complete(self) -> None:
        complete_legs(self.portal.sessions, now=self.now)

    def send_mails(self) -> None:
        """By the real clock: a lease is a matter of seconds, and this day of ours has leaps."""
        send_outbox(self.portal.sessions, self.mails, SENDER, lambda: dt.datetime.now(dt.UTC))


def live_on(
    url: str,
    riders: Sequence[str],
    drivers: Sequence[str],
    clock: Synchronized[int],
    done: Synchronized[int],
    n_actions: int,
    seed: str,
    mails: Journal,
) -> None:
    """One process: act until all of them together have acted `n_actions` times."""
    engine = engine_for(url)
    crowd = Crowd(Portal(engine), riders, drivers, clock, n_actions, random.Random(seed), mails)
    while True:
        with done.get_lock():
            if done.value >= n_actions:
                break
            done.value += 1
        crowd.act()
    engine.dispose()
