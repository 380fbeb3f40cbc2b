"""Rides of the last days that both sides have rated, so that strangers can be told something of drivers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from mitfahr.db.bookings import bookings_of_rider, requests_for_driver
from mitfahr.db.ratings import Rating
from mitfahr.demo import accounts
from mitfahr.demo.bookings import Counter, Way, book, point
from mitfahr.demo.days import WORKING, services_on
from mitfahr.demo.people import Crowd
from mitfahr.demo.rides import commutes
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.domain.trust import Praise
from mitfahr.school_vacations import read_vacations
from mitfahr.services.complete_legs import complete_legs
from mitfahr.services.decide_request import confirm_request
from mitfahr.services.offer_ride import offer_ride
from mitfahr.services.rate_leg import rate_leg
from routing.query import LegKind

ONLY_RIDES = frozenset({LegKind.RIDE})


@dataclass(frozen=True)
class Shared:
    """On the way to work the rider sat in the car of the driver of this number."""

    rider: accounts.Account
    driver: int
    of_driver: tuple[Praise, ...]
    of_rider: tuple[Praise, ...]


def shared() -> tuple[Shared, ...]:
    return (
        Shared(accounts.SECOND_RESIDENT, 0, (Praise.PUNCTUAL, Praise.SAFE), (Praise.FRIENDLY,)),
        Shared(accounts.drivers()[8], 0, (Praise.PUNCTUAL, Praise.CLEAN), (Praise.PUNCTUAL,)),
        Shared(accounts.RESIDENT, 2, (Praise.FRIENDLY,), (Praise.CLEAR, Praise.FRIENDLY)),
    )


def ensure_ratings(counter: Counter, crowd: Crowd, now: dt.datetime) -> int:
    """Travel and rate on the last working days; returns how many people were rated. Done only where nobody has been."""
    with counter.readers() as session:
        if session.scalar(select(Rating.id).limit(1)) is not None:
            return 0
    ways = shared()
    days = _days_before(now, len(ways))
    return sum(_travel(counter, crowd, way, day) for way, day in zip(ways, days, strict=True))


def _travel(counter: Counter, crowd: Crowd, way: Shared, day: dt.date) -> int:
    # Drawing the district takes a second: only when something is missing.
    from mitfahr.demo.drafts import ride_drafts

    commute = commutes()[way.driver]
    rider_id = crowd.person(way.rider).id
    driver_id = crowd.person(accounts.drivers()[way.driver]).id
    before = resolve(day - dt.timedelta(days=1), dt.time(12)).moment
    key, draft = next(ride_drafts(day, commute))
    offer_ride(
        counter.sessions,
        counter.live.current(before),
        draft,
        driver_id=driver_id,
        idempotency_key=key,
        law=counter.law,
        vacations=read_vacations(),
        now=before,
    )
    ends = point(commute.origin), point(commute.destination)
    if not book(counter, Way(rider_id, rider_id, *ends, day, commute.out, ONLY_RIDES, LegKind.RIDE), before):
        return 0
    with counter.readers() as session:
        waiting = [leg.id for leg in requests_for_driver(session, driver_id, seconds(before))]
    for leg_id in waiting:
        snapshot = counter.live.current(before)
        confirm_request(counter.sessions, snapshot, leg_id=leg_id, driver_id=driver_id, now=before)
    evening = resolve(day, dt.time(20)).moment
    complete_legs(counter.sessions, now=evening)
    with counter.readers() as session:
        leg_ids = [
            leg.id
            for booking in bookings_of_rider(session, rider_id, seconds(before))
            for leg in booking.legs
            if leg.ride is not None and leg.ride.driver_id == driver_id and leg.arrival_s <= seconds(evening)
        ]
    for leg_id in leg_ids:
        for rater_id, praise in ((rider_id, way.of_driver), (driver_id, way.of_rider)):
            rate_leg(
                counter.sessions, leg_id=leg_id, rater_id=rater_id, again=True, praise=praise, now=evening
            )
    return 2 * len(leg_ids)


def _days_before(now: dt.datetime, count: int) -> list[dt.date]:
    """The last working days before today, oldest first."""
    day, found = local(seconds(now)).date(), list[dt.date]()
    while len(found) < count:
        day -= dt.timedelta(days=1)
        if WORKING in services_on(day):
            found.append(day)
    return found[::-1]
