"""Offering, asking and travelling through the two nights on which the clocks change.

On 25 October 2026 02:00–03:00 comes twice, on 29 March 2026 it does not come at all.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
import sqlalchemy as sa

from mitfahr.db.base import new_id
from mitfahr.db.bookings import BookingLeg, requests_for_driver
from mitfahr.db.jobs import claim_run
from mitfahr.db.outbox import OutboxMessage
from mitfahr.domain.errors import OverlapsOtherRide, StateForbids
from mitfahr.domain.holds import LONGEST_HOLD_S
from mitfahr.domain.prices import PriceLaw, Rate
from mitfahr.domain.states import LegState
from mitfahr.domain.times import ClockChange, local, moment, resolve, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.languages.formats import clock
from mitfahr.services.book_journey import BookingForm, book_journey
from mitfahr.services.check_data import data_faults
from mitfahr.services.complete_legs import complete_legs
from mitfahr.services.decide_request import confirm_request
from mitfahr.services.find_itineraries import find_itineraries
from mitfahr.services.lapse_holds import lapse_holds
from mitfahr.services.live_rides import read_live_rides
from mitfahr.services.offer_ride import offer_ride
from mitfahr.services.ride_draft import RideDraft
from routing.journey import Place
from routing.query import StopRef
from routing.snapshot import Snapshot
from tests.mitfahr.rides.portal import DISTRICT, KEY, LAW, VACATIONS, Portal
from tests.worlds import World, world

SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)
HOUR = dt.timedelta(hours=1)


@cache
def drawn(night: dt.date) -> tuple[World, Snapshot]:
    """The district, served on the evening, in the night and on the day after."""
    found = world(f"from {night - dt.timedelta(days=1)}\ndays 3\n{DISTRICT}")
    return found, Snapshot.of(found.timetable, found.links, found.roads)


class Night:
    """Short ways to do things in the district in one of these nights."""

    def __init__(self, portal: Portal, night: dt.date) -> None:
        self.portal, self.night = portal, night
        self.world, self.snapshot = drawn(night)
        self.evening = resolve(night - dt.timedelta(days=1), dt.time(20)).moment

    def offer(self, driver_id: str, wall_clock: str, *, asks_first: bool = True, law: PriceLaw = LAW) -> str:
        ends = [Place(name, *self.world.places[name], name) for name in "AE"]
        draft = RideDraft(
            *ends,
            earliest=resolve(self.night, dt.time.fromisoformat(wall_clock)).moment,
            asks_first=asks_first,
            rate_ct_per_km=30,
        )
        return offer_ride(
            self.portal.sessions,
            self.snapshot,
            draft,
            driver_id=driver_id,
            idempotency_key=new_id(),
            law=law,
            vacations=VACATIONS,
            now=self.evening,
        )

    def book(self, rider_id: str, ride_id: str, when: dt.datetime, now: dt.datetime) -> BookingLeg:
        """The one leg of a journey with this ride, found by a search that begins at `when`."""
        with self.portal.readers() as session:
            live = read_live_rides(session, now).rides
        found = find_itineraries(
            self.portal.readers,
            self.snapshot.with_rides([live[ride_id]]),
            TripRequest(StopRef("A"), StopRef("E"), when, window_s=3600),
            now=now,
            secret_key=KEY,
            law=LAW,
            person_id=rider_id,
        )
        token = next(
            one.token
            for one in found.itineraries
            if one.token and any(leg.boarding and leg.boarding.ride_id == ride_id for leg in one.journey.legs)
        )
        booking_id = book_journey(
            self.portal.sessions,
            self.snapshot,
            BookingForm(token, rider_id),
            actor_id=rider_id,
            idempotency_key=new_id(),
            secret_key=KEY,
            law=LAW,
            now=now,
        )
        return self.portal.booking(booking_id).legs[0]

    def state(self, leg: BookingLeg) -> LegState:
        return self.portal.booking(leg.booking_id).legs[0].state


@pytest.fixture
def autumn(portal: Portal) -> Night:
    return Night(portal, AUTUMN)


@pytest.fixture
def spring(portal: Portal) -> Night:
    return Night(portal, SPRING)


def test_an_offer_in_the_hour_that_comes_twice_means_the_first(autumn: Night) -> None:
    anna = autumn.portal.person("Anna")
    ride = autumn.portal.ride(autumn.offer(anna, "02:30"))
    assert moment(ride.begins_s) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    later = autumn.portal.ride(autumn.offer(anna, "03:00"))
    assert later.begins_s - ride.begins_s == 90 * 60, "an hour and a half later, whatever the clocks say"


def test_an_offer_in_the_hour_that_is_missing_means_an_hour_later(spring: Night) -> None:
    anna = spring.portal.person("Anna")
    ride = spring.portal.ride(spring.offer(anna, "02:30"))
    assert moment(ride.begins_s) == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    assert clock(ride.begins_s) == "03:30"
    with pytest.raises(OverlapsOtherRide):
        spring.offer(anna, "03:30")
    spring.offer(anna, "01:30")


@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_a_request_waits_as_long_as_in_any_other_night(portal: Portal, night: dt.date) -> None:
    there = Night(portal, night)
    anna, rita = portal.person("Anna"), portal.person("Rita")
    ride_id = there.offer(anna, "05:00")
    begins = moment(portal.ride(ride_id).begins_s)
    leg = there.book(rita, ride_id, begins, there.evening)
    assert leg.state is LegState.REQUESTED
    assert leg.hold_until_s == leg.departure_s - 3600 < seconds(there.evening) + LONGEST_HOLD_S
    until = moment(leg.hold_until_s)
    with portal.readers() as session:
        assert [one.id for one in requests_for_driver(session, anna, seconds(until) - 1)] == [leg.id]
        assert requests_for_driver(session, anna, seconds(until)) == []
    lapse_holds(portal.sessions, there.snapshot, now=until - dt.timedelta(seconds=1))
    assert there.state(leg) is LegState.REQUESTED
    with pytest.raises(StateForbids):
        confirm_request(portal.sessions, there.snapshot, leg_id=leg.id, driver_id=anna, now=until)
    lapse_holds(portal.sessions, there.snapshot, now=until)
    assert there.state(leg) is LegState.LAPSED
    assert data_faults(portal.engine, LAW, until) == []


def test_twelve_hours_are_twelve_hours(autumn: Night) -> None:
    """From 20:00 in the evening to 07:00 in the morning, because the night has an hour more."""
    ride_id = autumn.offer(autumn.portal.person("Anna"), "18:00")
    begins = moment(autumn.portal.ride(ride_id).begins_s)
    leg = autumn.book(autumn.portal.person("Rita"), ride_id, begins, autumn.evening)
    assert leg.hold_until_s == seconds(autumn.evening) + LONGEST_HOLD_S
    assert clock(leg.hold_until_s) == "07:00"


def test_mails_say_which_of_the_two_hours_is_meant(autumn: Night) -> None:
    rita, anna = autumn.portal.person("Rita"), autumn.portal.person("Anna")
    ride_id = autumn.offer(anna, "03:15")
    begins = moment(autumn.portal.ride(ride_id).begins_s)
    leg = autumn.book(rita, ride_id, begins, autumn.evening)
    assert leg.hold_until_s == seconds(begins) - 3600
    with autumn.portal.readers() as session:
        bodies = " ".join(session.scalars(sa.select(OutboxMessage.body)))
    assert "Bitte sagen Sie bis Sonntag, 25.10.2026, 02:15 (Winterzeit) Uhr Ja oder Nein." in bodies
    assert "Sonntag, 25.10.2026, 03:15 Uhr" in bodies


def test_a_leg_ends_at_its_own_of_the_two_moments(autumn: Night) -> None:
    ride_id = autumn.offer(autumn.portal.person("Anna"), "02:50", asks_first=False)
    begins = moment(autumn.portal.ride(ride_id).begins_s)
    leg = autumn.book(autumn.portal.person("Rita"), ride_id, begins, autumn.evening)
    arrival = moment(leg.arrival_s)
    assert [clock(seconds(at)) for at in (begins, begins + HOUR)] == [
        "02:50 (Sommerzeit)",
        "02:50 (Winterzeit)",
    ]
    assert complete_legs(autumn.portal.sessions, now=arrival - dt.timedelta(seconds=1)) == 0
    assert complete_legs(autumn.portal.sessions, now=arrival) == 1


def test_the_law_of_the_day_on_the_clocks_of_the_district(autumn: Night) -> None:
    """Ten past midnight is the new day, though it is still the old one in UTC."""
    law = PriceLaw((Rate(30, dt.date(2005, 9, 1)), Rate(40, AUTUMN)))
    ride = autumn.portal.ride(autumn.offer(autumn.portal.person("Anna"), "00:10", law=law))
    assert moment(ride.begins_s).date() == dt.date(2026, 10, 24)
    assert ride.allowed_ct == 40 * ride.direct_m // 1000


@pytest.mark.parametrize(("night", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_an_hourly_job_runs_once_in_each_hour_there_is(portal: Portal, night: dt.date, hours: int) -> None:
    begin, end = (resolve(night + dt.timedelta(days=n), dt.time(0)).moment for n in (0, 1))
    due = [begin + HOUR * n for n in range((end - begin) // HOUR)]
    twice = [claim_run(portal.sessions, "hourly", at, at) for at in due for _ in range(2)]
    assert twice == [True, False] * hours


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2026-10-24T23:59", "01:59"),
        ("2026-10-25T00:00", "02:00 (Sommerzeit)"),
        ("2026-10-25T00:59", "02:59 (Sommerzeit)"),
        ("2026-10-25T01:00", "02:00 (Winterzeit)"),
        ("2026-10-25T01:59", "02:59 (Winterzeit)"),
        ("2026-10-25T02:00", "03:00"),
        ("2026-03-29T00:59", "01:59"),
        ("2026-03-29T01:00", "03:00"),
    ],
)
def test_clocks_are_shown_so_that_nobody_is_an_hour_early(utc: str, shown: str) -> None:
    at = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert clock(seconds(at)) == shown
    assert resolve(local(seconds(at)).date(), dt.time(12)).clock_change is ClockChange.NONE
