"""A few bookings, so that no page of the demonstration is empty: a chain, a ride, a request, a caller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.bookings import bookings_of_rider, requests_for_driver
from mitfahr.db.people import Person
from mitfahr.demo import accounts
from mitfahr.demo.days import WORKING, services_on
from mitfahr.demo.people import Crowd, is_buergerbus_day
from mitfahr.demo.places import destinations
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.live import Live
from mitfahr.services.book_journey import BookingForm, book_journey
from mitfahr.services.decide_request import confirm_request
from mitfahr.services.find_itineraries import find_itineraries
from mitfahr.services.register_person import register_caller
from routing.query import LegKind, Point

_CALLER = ("Gerda", "Winkler", "+49 30 23125399")
_CHAIN = frozenset({LegKind.TRANSIT, LegKind.BUERGERBUS})


@dataclass(frozen=True)
class Counter:
    """Where the demonstration books: the same things a web process has at hand."""

    sessions: sessionmaker[Session]
    readers: sessionmaker[Session]
    live: Live
    law: PriceLaw
    secret_key: str


@dataclass(frozen=True)
class Way:
    """Somebody wants to go from one place to another on a day, using `kind` for at least one leg."""

    rider_id: str
    actor_id: str
    origin: Point
    destination: Point
    day: dt.date
    clock: dt.time
    kinds: frozenset[LegKind]
    kind: LegKind
    message: str | None = None


def ensure_bookings(counter: Counter, crowd: Crowd, now: dt.datetime) -> int:
    """Book what is missing; returns how many bookings are new. Whoever has something booked gets nothing more."""
    caller = ensure_caller(counter.sessions, now)
    plans: list[tuple[str, Callable[[Crowd, str, dt.datetime], list[Way]]]] = [
        (crowd.person(accounts.RESIDENT).id, _chain_ways),
        (crowd.person(accounts.SECOND_RESIDENT).id, _ride_ways),
        (caller, _caller_ways),
    ]
    added = 0
    for rider_id, ways in plans:
        with counter.readers() as session:
            has_bookings = bool(bookings_of_rider(session, rider_id, seconds(now)))
        if not has_bookings:
            added += sum(book(counter, way, now) for way in ways(crowd, rider_id, now))
    _confirm_first_request(counter, crowd, now)
    return added


def _chain_ways(_: Crowd, rider: str, now: dt.datetime) -> list[Way]:
    """With the BürgerBus and the bus to the hospital and home again."""
    day = _next_day(now, is_buergerbus_day)
    home, hospital = point("Neckanitz"), destination_point("Elblandklinikum Meißen")
    return [
        Way(rider, rider, home, hospital, day, dt.time(8, 15), _CHAIN, LegKind.BUERGERBUS),
        Way(rider, rider, hospital, home, day, dt.time(11, 30), _CHAIN, LegKind.BUERGERBUS),
    ]


def _ride_ways(_: Crowd, rider: str, now: dt.datetime) -> list[Way]:
    """Two mornings with the same driver, who is asked first."""
    first = _next_day(now, _is_working_day)
    second = _next_day(resolve(first, dt.time(12)).moment, _is_working_day)
    only_rides = frozenset({LegKind.RIDE})
    ways = (point("Striegnitz"), point("Meißen-Cölln"))
    return [
        Way(rider, rider, *ways, day, dt.time(6, 20), only_rides, LegKind.RIDE, message)
        for day, message in ((first, "Ich stehe an der Bushaltestelle."), (second, None))
    ]


def _caller_ways(crowd: Crowd, caller: str, now: dt.datetime) -> list[Way]:
    """Booked on the phone for somebody without an account."""
    dispatcher = crowd.person(accounts.DISPATCHER).id
    day = _next_day(now, is_buergerbus_day)
    ways = (point("Barmenitz"), point("Lommatzsch"))
    return [
        Way(
            caller,
            dispatcher,
            *ways,
            day,
            dt.time(9, 15),
            frozenset({LegKind.BUERGERBUS}),
            LegKind.BUERGERBUS,
        )
    ]


def book(counter: Counter, way: Way, now: dt.datetime) -> bool:
    """Whether a journey of the wanted kind was found and booked."""
    snapshot = counter.live.current(now)
    request = TripRequest(way.origin, way.destination, resolve(way.day, way.clock).moment, kinds=way.kinds)
    answer = find_itineraries(
        counter.readers,
        snapshot,
        request,
        now=now,
        secret_key=counter.secret_key,
        law=counter.law,
        person_id=way.rider_id,
    )
    fitting = [
        i
        for i in answer.itineraries
        if i.token is not None and any(leg.kind is way.kind for leg in i.journey.legs)
    ]
    if not fitting or fitting[0].token is None:
        return False
    book_journey(
        counter.sessions,
        snapshot,
        BookingForm(fitting[0].token, way.rider_id, message=way.message),
        actor_id=way.actor_id,
        idempotency_key=f"demo-booking-{way.day}-{way.clock:%H%M}-{way.rider_id}",
        secret_key=counter.secret_key,
        law=counter.law,
        now=now,
    )
    return True


def _confirm_first_request(counter: Counter, crowd: Crowd, now: dt.datetime) -> None:
    """The driver says yes to the first of two requests; the second is left for the visitor to answer."""
    for account in accounts.drivers():
        driver = crowd.person(account)
        with counter.readers() as session:
            waiting = [leg.id for leg in requests_for_driver(session, driver.id, seconds(now))]
        if len(waiting) > 1:
            snapshot = counter.live.current(now)
            confirm_request(counter.sessions, snapshot, leg_id=waiting[0], driver_id=driver.id, now=now)


def ensure_caller(sessions: sessionmaker[Session], now: dt.datetime) -> str:
    """Somebody without e-mail and log-in; the id."""
    first_name, last_name, phone = _CALLER
    with sessions.begin() as session:
        present = session.scalar(
            select(Person.id).where(
                Person.email.is_(None), Person.first_name == first_name, Person.last_name == last_name
            )
        )
        if present is not None:
            return present
        return register_caller(session, first_name=first_name, last_name=last_name, phone=phone, now=now).id


def _next_day(now: dt.datetime, wanted: Callable[[dt.date], bool]) -> dt.date:
    """The first such day after today."""
    day = local(seconds(now)).date() + dt.timedelta(days=1)
    while not wanted(day):
        day += dt.timedelta(days=1)
    return day


def _is_working_day(day: dt.date) -> bool:
    return WORKING in services_on(day)


def point(place: str) -> Point:
    # Drawing the district takes a second: only when something is missing.
    from mitfahr.demo.drafts import door

    found = door(place)
    return Point(found.lat, found.lon, found.name)


def destination_point(name: str) -> Point:
    found = next(d for d in destinations() if d.name == name)
    return Point(found.lat, found.lon, found.name)
