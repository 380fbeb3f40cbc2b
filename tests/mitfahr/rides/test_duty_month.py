"""A month of an association with eight drivers, day by day: they fall ill, take over from each other, go on holiday, the
clock changes, people book and cancel; `mitfahr check` finds nothing on any day, and nobody waits for a bus that does not come.

The line of `test_duty` runs on Mondays, Wednesdays and Fridays at 08:00 and 10:00. Between 12 October and 20 November
2026 lie the autumn vacations, the night of the clock change and the Day of Repentance, a Saxon holiday.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import Counter

import pytest
from sqlalchemy import select

from mitfahr.db.bookings import BookingLeg
from mitfahr.db.duty import DutyShift, shifts_between
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import Ride
from mitfahr.domain.duty import duty_code
from mitfahr.domain.errors import BookingRefused, DutyRefused, NotAllowed, RideRefused, StateForbids
from mitfahr.domain.line_plans import LinePlan
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.states import LIVE
from mitfahr.domain.times import local, moment, resolve, seconds
from mitfahr.services.assign_driver import assign_driver, seek_substitute
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.complete_legs import complete_legs
from mitfahr.services.found_organisation import add_member
from mitfahr.services.keep_line import LineDraft, LineStop, keep_line
from mitfahr.services.keep_papers import keep_papers, warn_of_papers
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle
from mitfahr.services.plan_shifts import plan_shifts_of_runs
from mitfahr.services.publish_lines import publish_lines
from mitfahr.services.use_duty_link import accept_shift
from mitfahr.services.watch_duty import watch_duty
from routing.rides import BoardingRefused
from tests.mitfahr.rides.portal import KEY, VACATIONS, Portal, district

FIRST = dt.date(2026, 10, 12)
A_DAY = dt.timedelta(days=1)
DAYS = frozenset({0, 2, 4})
REFUSALS = (BoardingRefused, BookingRefused, DutyRefused, RideRefused, NotAllowed, StateForbids)


class Month:
    """The association, its drivers and riders; `happened` counts what did."""

    def __init__(self, portal: Portal, first: dt.date, seed: int) -> None:
        self.portal, self.first, self.dice = portal, first, random.Random(seed)
        self.now = resolve(first, dt.time(0)).moment
        self.happened: Counter[str] = Counter()
        self.id, self.planner = portal.organisation(), portal.person("Petra")
        self.drivers = [portal.person(f"Fahrer{i}") for i in range(8)]
        self.riders = [portal.person(f"Gast{i}") for i in range(6)]
        self.away = self.drivers[0]
        """On holiday in the second week."""
        with portal.sessions.begin() as session:
            organisation = session.get_one(Organisation, self.id)
            add_member(
                session, organisation, session.get_one(Person, self.planner), MembershipRole.COORDINATOR
            )
            for driver in self.drivers:
                add_member(session, organisation, session.get_one(Person, driver), MembershipRole.DRIVER)
        van = keep_vehicle(
            portal.sessions,
            VehicleDraft("Bus", "", seats=3, wheelchairs=1, child_seats=0, luggage=4, bicycles=0),
            organisation_id=self.id,
            vehicle_id=None,
            actor_id=self.planner,
            idempotency_key="van",
            now=self.now,
        )
        stops = tuple(LineStop(name, 300 * i) for i, name in enumerate("ABCDE"))
        plan = LinePlan.weekly(DAYS, (dt.time(8), dt.time(10)), first, skips_holidays=True)
        keep_line(
            portal.sessions,
            district()[0].timetable,
            LineDraft("500", "Runde um A", van, stops, plan, bookable_before_s=900),
            organisation_id=self.id,
            line_id=None,
            actor_id=self.planner,
            idempotency_key="line",
            vacations=VACATIONS,
            now=self.now,
        )
        keep_papers(
            portal.sessions,
            organisation_id=self.id,
            person_id=self.drivers[1],
            permit_until=first + 9 * A_DAY,
            medical_until=None,
            actor_id=self.planner,
        )

    def live(self, days: int, minutes: tuple[int, ...] = (0, 15, 30, 45)) -> None:
        """The worker comes round, in the morning at these minutes, and something may happen; in the evening all is
        looked at."""
        for day in (self.first + n * A_DAY for n in range(days)):
            for hour in (0, 2, *range(5, 12), 15, 18, 21):
                for minute in minutes if 5 <= hour < 12 else (0,):
                    self.now = resolve(day, dt.time(hour, minute)).moment
                    self._work()
                    if minute in (0, 30):
                        self._something()
            assert self.portal.contradictions(self.now) == [], day
            self._nobody_waits()

    def _work(self) -> None:
        sessions, now, clock = self.portal.sessions, self.now, local(seconds(self.now))
        if clock.hour == 0:
            publish_lines(sessions, district()[0].timetable, vacations=VACATIONS, now=now)
        if clock.hour == 0 and (clock.weekday() == 0 or clock.date() == self.first):
            plan = {"organisation_id": self.id, "actor_id": self.planner, "now": now}
            self.happened["planned"] += plan_shifts_of_runs(sessions, **plan)  # type: ignore[arg-type]
        cancelled = watch_duty(sessions, lambda: self.portal.snapshot(now), secret_key=KEY, now=now)
        self.happened["cancelled"] += cancelled
        self.happened["warned"] += warn_of_papers(sessions, now=now)
        complete_legs(sessions, now=now)

    def _something(self) -> None:
        ahead_s = self.dice.choice((2, 12, 96)) * 3600
        with self.portal.readers() as session:
            shifts = shifts_between(session, self.id, seconds(self.now), seconds(self.now) + ahead_s)
        if not shifts:
            return
        shift, happens = self.dice.choice(shifts), self.dice.random()
        try:
            if happens < 0.45:
                self._taken(shift)
            elif happens < 0.60:
                self._ill(shift)
            elif happens < 0.68:
                self._substitute(shift)
            elif happens < 0.95:
                self._booked(shift)
            else:
                self._rider_cancels()
        except REFUSALS as refusal:
            self.happened[type(refusal).__name__] += 1

    def _taken(self, shift: DutyShift) -> None:
        """By a click, or by the link in a mail."""
        with self.portal.readers() as session:
            bodies = session.scalars(
                select(OutboxMessage.body).where(
                    OutboxMessage.subject.startswith("Wer kann fahren?"),
                    OutboxMessage.created_at > self.now - A_DAY,
                )
            )
            links = re.findall(r"dienst#\{Dienst (\w+)\}", "".join(bodies))
        if links and self.dice.random() < 0.6:
            code = duty_code(self.dice.choice(links), KEY)
            accept_shift(self.portal.sessions, code, secret_key=KEY, vacations=VACATIONS, now=self.now)
            self.happened["accepted"] += 1
            return
        driver = self.dice.choice(self.drivers)
        if driver == self.away and A_DAY * 7 <= local(seconds(self.now)).date() - self.first < A_DAY * 14:
            return
        self._assign(shift, driver, driver)
        self.happened["taken"] += 1

    def _ill(self, shift: DutyShift) -> None:
        if shift.driver_id is not None:
            self._assign(shift, None, shift.driver_id)
            self.happened["ill"] += 1

    def _substitute(self, shift: DutyShift) -> None:
        if shift.driver_id is not None:
            ask = {"shift_id": shift.id, "actor_id": shift.driver_id, "secret_key": KEY, "now": self.now}
            seek_substitute(self.portal.sessions, **ask)  # type: ignore[arg-type]
            self.happened["substitute"] += 1

    def _assign(self, shift: DutyShift, driver_id: str | None, actor_id: str) -> None:
        assign_driver(
            self.portal.sessions,
            shift_id=shift.id,
            driver_id=driver_id,
            actor_id=actor_id,
            secret_key=KEY,
            vacations=VACATIONS,
            now=self.now,
        )

    def _booked(self, shift: DutyShift) -> None:
        with self.portal.readers() as session:
            runs = session.scalars(
                select(Ride.id)
                .where(Ride.shift_id == shift.id, Ride.withdrawn_at.is_(None))
                .order_by(Ride.begins_s)
            ).all()
        if not runs:
            return
        board, alight = sorted(self.dice.sample("ABCDE", 2))
        leg = self.portal.run_leg(self.dice.choice(runs), board, alight)
        token = self.portal.token(leg, now=self.now)
        self.portal.book(self.dice.choice(self.riders), token, now=self.now)
        self.happened["booked"] += 1

    def _rider_cancels(self) -> None:
        with self.portal.readers() as session:
            legs = session.scalars(
                select(BookingLeg)
                .where(BookingLeg.state.in_(LIVE), BookingLeg.departure_s > seconds(self.now))
                .order_by(BookingLeg.departure_s, BookingLeg.id)
            ).all()
            found = [(leg.booking_id, leg.booking.rider_id) for leg in legs]
        if found:
            booking_id, rider_id = self.dice.choice(found)
            cancel_booking(self.portal.sessions, booking_id=booking_id, actor_id=rider_id, now=self.now)
            self.happened["given back"] += 1

    def _nobody_waits(self) -> None:
        """No run has begun without a driver unless it was cancelled, and nobody is booked on a cancelled one."""
        with self.portal.readers() as session:
            runs = session.scalars(
                select(Ride).where(Ride.organisation_id == self.id, Ride.begins_s <= seconds(self.now))
            ).all()
            for run in runs:
                assert run.driver_id is not None or run.withdrawn_at is not None, moment(run.begins_s)
            waiting = session.scalars(
                select(BookingLeg.id)
                .join(Ride, Ride.id == BookingLeg.ride_id)
                .where(Ride.withdrawn_at.is_not(None), BookingLeg.state.in_(LIVE))
            ).all()
            assert waiting == []

    def clocks(self) -> set[str]:
        """At which clocks shifts begin."""
        with self.portal.readers() as session:
            return {f"{local(shift.begins_s):%H:%M}" for shift in shifts_between(session, self.id, 0, 2**40)}


def test_over_the_clock_change(portal: Portal) -> None:
    """From Saturday, when all is in summer time, over the night of the change to the runs of Monday."""
    month = Month(portal, dt.date(2026, 10, 24), seed=1)
    month.live(days=3, minutes=(0, 30))
    assert month.happened["taken"] + month.happened["accepted"] and month.happened["booked"]
    assert month.clocks() == {"08:00"}


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_month(portal: Portal, seed: int) -> None:
    month = Month(portal, FIRST, seed)
    month.live(days=40)
    for what in ("planned", "taken", "accepted", "ill", "substitute", "booked", "cancelled", "warned"):
        assert month.happened[what], what
    assert month.clocks() == {"08:00"}
    with portal.readers() as session:
        days = {local(shift.begins_s).date() for shift in shifts_between(session, month.id, 0, 2**40)}
    assert dt.date(2026, 11, 18) not in days and dt.date(2026, 11, 16) in days
