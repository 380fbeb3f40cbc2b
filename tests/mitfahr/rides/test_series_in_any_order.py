"""A series in any order: hypothesis books its dates one way and both ways, cancels, leaves out days, moves the
clock of the plan, takes back single dates, ends the series and lets days go by.

The model knows which dates take place and who travels on which; booked dates stay as they were booked unless
their passengers have been told. The checker that operators run finds no contradiction after any step.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
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
from sqlalchemy import select
from sqlalchemy.engine import Engine

from mitfahr.db.base import new_id
from mitfahr.db.bookings import BookingLeg, bookings_of_trip
from mitfahr.db.rides import Ride
from mitfahr.db.series import rides_of_series
from mitfahr.domain.errors import StateForbids
from mitfahr.domain.recurrence import Direction, Recurrence, Week
from mitfahr.domain.states import LegState
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.offered import join_tokens
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_series import change_series, end_series, leave_out
from mitfahr.services.publish_series import AHEAD, publish_series
from mitfahr.services.withdraw_ride import withdraw_ride
from tests.mitfahr.rides.portal import LAW, NOW, VACATIONS, Portal, district
from tests.mitfahr.rides.test_any_order import MOMENT, empty
from tests.mitfahr.rides.test_series import FOUR, SEVEN_TEN, TUESDAY, draft, offer

EXAMPLES = 4 * int(os.environ.get("MITFAHR_SOAK", "1"))
SEATS = 3
TUESDAYS_LONG = tuple(TUESDAY + dt.timedelta(weeks=n) for n in range(9))
Date = tuple[dt.date, Direction]
ENDS = {Direction.OUT: "AE", Direction.BACK: "EA"}


@dataclass
class Dated:
    """A date that has been published."""

    leaves: dt.datetime
    bookings: list[str] = field(default_factory=list)
    """Those that are going to be travelled."""
    is_withdrawn: bool = False


class Dates(RuleBasedStateMachine):
    portal: Portal

    @initialize()
    def open(self) -> None:
        empty(self.portal)
        self.time, self.anna, self.rita = NOW, self.portal.person("Anna"), self.portal.person("Rita")
        self.series_id = offer(self.portal, self.anna)
        self.clock, self.left_out, self.last, self.ended = SEVEN_TEN, set[dt.date](), dt.date.max, False
        self.dates: dict[Date, Dated] = {}
        self.cancelled: set[str] = set()
        self.plan_dates()

    @property
    def now(self) -> dt.datetime:
        """Later each time it is asked: mails are told apart by the moment of what they tell."""
        self.time += MOMENT
        return self.time

    # what riders do

    @precondition(lambda self: self.bookable())
    @rule(data=st.data())
    def book(self, data: st.DataObject) -> None:
        date = data.draw(st.sampled_from(self.bookable()))
        self.dates[date].bookings.append(self.portal.book(self.rita, self.token(date), now=self.now))

    @precondition(lambda self: self.bookable_both_ways())
    @rule(data=st.data())
    def book_both_ways(self, data: st.DataObject) -> None:
        day = data.draw(st.sampled_from(self.bookable_both_ways()))
        both = [(day, direction) for direction in (Direction.OUT, Direction.BACK)]
        booking_id = self.portal.book(self.rita, join_tokens(*map(self.token, both)), now=self.now)
        with self.portal.readers() as session:
            trip = [one.id for one in bookings_of_trip(session, self.portal.booking(booking_id))]
        for date, one in zip(both, trip, strict=True):
            self.dates[date].bookings.append(one)

    @precondition(lambda self: self.booked())
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """One way only, if both were booked."""
        date = data.draw(st.sampled_from(self.booked()))
        booking_id = data.draw(st.sampled_from(self.dates[date].bookings))
        cancel_booking(self.portal.sessions, booking_id=booking_id, actor_id=self.rita, now=self.now)
        self.dates[date].bookings.remove(booking_id)
        self.cancelled.add(booking_id)

    # what the driver does

    @rule(day=st.sampled_from(TUESDAYS_LONG[:4]))
    def leave_out_a_day(self, day: dt.date) -> None:
        request = {"series_id": self.series_id, "driver_id": self.anna, "day": day, "now": self.now}
        if self.ended:
            with pytest.raises(StateForbids):
                leave_out(self.portal.sessions, **request)
            return
        stays = leave_out(self.portal.sessions, **request)
        self.left_out.add(day)
        self.take_free([date for date in self.coming() if date[0] == day])
        assert set(stays) == {self.rides()[date].id for date in self.booked() if date[0] == day}

    @rule(clock=st.sampled_from([dt.time(6, 0), SEVEN_TEN, dt.time(8, 30)]))
    def move_the_clock(self, clock: dt.time) -> None:
        plan = Recurrence((Week(frozenset({1}), clock, FOUR),), TUESDAY)
        plan = replace(plan, exceptions=frozenset(self.left_out))
        request = {
            "series_id": self.series_id,
            "driver_id": self.anna,
            "idempotency_key": new_id(),
            "law": LAW,
            "vacations": VACATIONS,
            "now": self.now,
        }
        if self.ended:
            with pytest.raises(StateForbids):
                change_series(self.portal.sessions, district()[1], draft(plan), **request)
            return
        for _ in range(2):
            change_series(self.portal.sessions, district()[1], draft(plan), **request)
        self.clock, self.last = clock, dt.date.max
        for date in self.coming():
            if not self.dates[date].bookings:
                del self.dates[date]
        self.plan_dates()

    @precondition(lambda self: self.coming())
    @rule(data=st.data())
    def take_back_one_date(self, data: st.DataObject) -> None:
        date = data.draw(st.sampled_from(self.coming()))
        ride_id = self.rides()[date].id
        withdraw_ride(self.portal.sessions, district()[1], ride_id=ride_id, actor_id=self.anna, now=self.now)
        self.fall(date)

    @rule(weeks=st.integers(0, 3), with_booked=st.booleans(), sure=st.integers(0, 2))
    def end(self, weeks: int, with_booked: bool, sure: int) -> None:
        if sure:
            return
        today = local(seconds(self.now)).date()
        last = today + dt.timedelta(weeks=weeks)
        after = [date for date in self.coming() if date[0] > last]
        booked = sum(len(self.dates[date].bookings) for date in after)
        for again in (False, True):
            told = end_series(
                self.portal.sessions,
                self.portal.snapshot(self.now),
                series_id=self.series_id,
                driver_id=self.anna,
                last_day=last,
                with_booked=with_booked,
                reason=None,
                now=self.now,
            )
            assert told == (booked if with_booked and not again else 0)
        if not self.ended:
            self.last, self.ended = min(self.last, last), last <= today
        self.take_free(after)
        if with_booked:
            for date in after:
                self.fall(date)

    # what time and the worker do

    @rule(days=st.sampled_from([1, 6, 8]))
    def days_go_by(self, days: int) -> None:
        self.time = min(self.time + dt.timedelta(days=days), NOW + dt.timedelta(days=28))

    @rule()
    def publish(self) -> None:
        before = len(self.dates)
        self.plan_dates()
        for expected in (len(self.dates) - before, 0):
            added = publish_series(
                self.portal.sessions, district()[1], law=LAW, vacations=VACATIONS, now=self.now
            )
            assert added == expected

    # what must be true after every step

    @invariant()
    def the_dates_are_those_of_the_model(self) -> None:
        stored = {date: ride.earliest_s for date, ride in self.rides().items() if ride.withdrawn_at is None}
        assert stored == {
            date: seconds(one.leaves) for date, one in self.dates.items() if not one.is_withdrawn
        }

    @invariant()
    def who_has_booked_travels_unless_told(self) -> None:
        rides = self.rides()
        expected = dict.fromkeys(self.cancelled, (LegState.CANCELLED, ""))
        for date, one in self.dates.items():
            expected |= dict.fromkeys(one.bookings, (LegState.CONFIRMED, rides[date].id))
        with self.portal.readers() as session:
            legs = session.execute(select(BookingLeg.booking_id, BookingLeg.state, BookingLeg.ride_id))
            stored = {
                booking_id: (state, "" if state is LegState.CANCELLED else ride_id)
                for booking_id, state, ride_id in legs
            }
        assert stored == expected

    @invariant()
    def the_checker_finds_nothing(self) -> None:
        assert self.portal.contradictions(self.now) == []

    # the model

    def plan_dates(self) -> None:
        """Every date of the plan within the next four weeks that is not known yet."""
        today = local(seconds(self.now)).date()
        for day in () if self.ended else TUESDAYS_LONG:
            if day in self.left_out or day > min(self.last, today + AHEAD):
                continue
            for direction, clock in ((Direction.OUT, self.clock), (Direction.BACK, FOUR)):
                leaves = resolve(day, clock).moment
                if leaves > self.now:
                    self.dates.setdefault((day, direction), Dated(leaves))

    def coming(self) -> list[Date]:
        """Dates that take place and have not begun."""
        return [d for d, one in self.dates.items() if not one.is_withdrawn and one.leaves >= self.now]

    def booked(self) -> list[Date]:
        return [date for date in self.coming() if self.dates[date].bookings]

    def bookable(self) -> list[Date]:
        soon = self.now + dt.timedelta(hours=1)
        return [
            date
            for date in self.coming()
            if self.dates[date].leaves > soon and len(self.dates[date].bookings) < SEATS
        ]

    def bookable_both_ways(self) -> list[dt.date]:
        free = set(self.bookable())
        return sorted({day for day, _ in free if {(day, one) for one in ENDS} <= free})

    def take_free(self, dates: Sequence[Date]) -> None:
        for date in dates:
            if not self.dates[date].bookings:
                self.dates[date].is_withdrawn = True

    def fall(self, date: Date) -> None:
        one = self.dates[date]
        self.cancelled.update(one.bookings)
        one.bookings, one.is_withdrawn = [], True

    def rides(self) -> dict[Date, Ride]:
        """The published dates, withdrawn ones too, as the database has them."""
        with self.portal.readers() as session:
            rides = rides_of_series(session, self.series_id, 0)
        return {
            (ride.series_day, ride.series_direction): ride
            for ride in rides
            if ride.series_day is not None and ride.series_direction is not None
        }

    def token(self, date: Date) -> str:
        leg = self.portal.ride_leg(self.rides()[date].id, *ENDS[date[1]], now=self.now)
        return self.portal.token(leg, now=self.now)


def test_a_series_in_any_order(database: Engine) -> None:
    class OnThisDatabase(Dates):
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
