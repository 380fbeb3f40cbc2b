"""Fills the demonstration with people, rides, runs and bookings, through the services everybody uses.

May be repeated at any time: it adds what is missing for the coming days and never anything twice.
What a visitor has withdrawn or cancelled meanwhile stays so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import rides_of_driver, runs_of_organisation
from mitfahr.demo import accounts
from mitfahr.demo.days import WORKING, services_on
from mitfahr.demo.geometry import to_degrees
from mitfahr.demo.highways import junctions
from mitfahr.demo.places import municipalities
from mitfahr.demo.rides import (
    BUERGERBUS_BOOKABLE_BEFORE_S,
    BUERGERBUS_SEATS,
    BUERGERBUS_WEEKDAYS,
    BUERGERBUS_WHEELCHAIRS,
    BuergerBusLine,
    Commute,
    buergerbus_lines,
    commutes,
)
from mitfahr.demo.streets import built_up
from mitfahr.demo.trips import bus_pattern
from mitfahr.domain.errors import InThePast, OverlapsOtherRide
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.services.change_roles import grant_role
from mitfahr.services.found_organisation import add_member, found_organisation
from mitfahr.services.offer_ride import RideDraft, offer_ride
from mitfahr.services.publish_run import RunDraft, RunStop, publish_run
from mitfahr.services.register_person import register_caller, register_person
from routing.journey import Place
from routing.progress import Progress
from routing.snapshot import Snapshot

DAYS_OF_RIDES = 10
DAYS_OF_RUNS = 21
_BAY_OF_LINE = "401"
"""The BürgerBus stops at the bay of this line in Lommatzsch."""


@dataclass(frozen=True)
class Crowd:
    """Who is there: people by e-mail address, and the association."""

    by_email: dict[str, Person]
    association: Organisation

    def person(self, account: accounts.Account) -> Person:
        return self.by_email[account.email]


def ensure_people(sessions: sessionmaker[Session], now: dt.datetime, progress: Progress) -> Crowd:
    """Every account of the demonstration with its role, and the association with its members."""
    everybody = accounts.accounts()
    people = {}
    for done, account in enumerate(everybody):
        progress("Menschen anlegen", done / len(everybody))
        people[account.email] = _ensure_person(sessions, account, now)
    with sessions.begin() as session:
        association = found_organisation(session, accounts.ASSOCIATION, now, accounts.ASSOCIATION_PHONE)
        for account in everybody:
            person = session.merge(people[account.email])
            if account.role is not None:
                grant_role(session, person, account.role)
            if account.membership is not None and not person.belongs_to(association.id):
                add_member(session, association, person, account.membership)
    return Crowd(people, association)


def ensure_runs(
    sessions: sessionmaker[Session], snapshot: Snapshot, crowd: Crowd, now: dt.datetime, progress: Progress
) -> int:
    """The BürgerBus of the next three weeks; returns how many runs are new."""
    with sessions() as session:
        present = runs_of_organisation(session, crowd.association.id, seconds(now) - 24 * 3600)
    planned = {_day(run.begins_s) for run in present}
    coordinator = crowd.person(accounts.COORDINATOR).id
    days = [day for day in _days(now, DAYS_OF_RUNS) if is_buergerbus_day(day) and day not in planned]
    added = 0
    for done, day in enumerate(days):
        progress("BürgerBus-Fahrten veröffentlichen", done / len(days))
        for key, draft in _run_drafts(day, crowd):
            with suppress(InThePast, OverlapsOtherRide):
                publish_run(
                    sessions, snapshot.timetable, draft, actor_id=coordinator, idempotency_key=key, now=now
                )
                added += 1
    return added


def ensure_rides(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    crowd: Crowd,
    law: PriceLaw,
    now: dt.datetime,
    progress: Progress,
) -> int:
    """The commuters' offers of the next ten days; returns how many are new."""
    drivers = accounts.drivers()
    added = 0
    for done, (account, commute) in enumerate(zip(drivers, commutes(), strict=True)):
        progress("Mitfahrten anbieten", done / len(drivers))
        driver = crowd.person(account)
        with sessions() as session:
            present = rides_of_driver(session, driver.id, seconds(now) - 24 * 3600)
        offered = {_day(ride.begins_s) for ride in present}
        for day in _days(now, DAYS_OF_RIDES):
            if day in offered or not commute.days & services_on(day):
                continue
            for key, draft in _ride_drafts(day, commute):
                with suppress(InThePast, OverlapsOtherRide):
                    offer_ride(
                        sessions, snapshot, draft, driver_id=driver.id, idempotency_key=key, law=law, now=now
                    )
                    added += 1
    return added


def _ensure_person(sessions: sessionmaker[Session], account: accounts.Account, now: dt.datetime) -> Person:
    first_name, last_name, phone = account.first_name, account.last_name, account.phone
    with sessions.begin() as session:
        present = session.scalar(select(Person).where(_is(account)))
        if present is not None:
            return present
        if not account.can_log_in:
            return register_caller(session, first_name=first_name, last_name=last_name, phone=phone, now=now)
    return register_person(
        sessions,
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        email=account.email,
        password=accounts.DEMO_PASSWORD,
        now=now,
    )


def _is(account: accounts.Account) -> ColumnElement[bool]:
    return Person.email == account.email if account.can_log_in else Person.phone == account.phone


def _run_drafts(day: dt.date, crowd: Crowd) -> Iterator[tuple[str, RunDraft]]:
    """(idempotency key, run): one volunteer drives until noon, the next one after it."""
    for line in buergerbus_lines():
        for clock in line.departures:
            shift = 2 * day.toordinal() + (clock >= dt.time(12))
            volunteer = accounts.VOLUNTEERS[shift % len(accounts.VOLUNTEERS)]
            draft = RunDraft(
                organisation_id=crowd.association.id,
                line=line.number,
                stops=_run_stops(line, day, clock),
                seats=BUERGERBUS_SEATS,
                wheelchairs=BUERGERBUS_WHEELCHAIRS,
                driver_id=crowd.person(volunteer).id,
                bookable_before_s=BUERGERBUS_BOOKABLE_BEFORE_S,
            )
            yield f"demo-run-{day}-{line.number}-{clock:%H%M}", draft


def _run_stops(line: BuergerBusLine, day: dt.date, clock: dt.time) -> tuple[RunStop, ...]:
    start = resolve(day, clock).moment
    pattern = bus_pattern(line.via, _BAY_OF_LINE)
    moments = [start + dt.timedelta(minutes=minutes) for minutes in pattern.minutes]
    return tuple(RunStop(stop.id, at, at) for stop, at in zip(pattern.stops, moments, strict=True))


def _ride_drafts(day: dt.date, commute: Commute) -> Iterator[tuple[str, RideDraft]]:
    """(idempotency key, offer): to work and home again."""
    home, work = door(commute.origin), door(commute.destination)
    ways = (("out", home, work, commute.out), ("back", work, home, commute.back))
    for key, origin, destination, clock in ways:
        earliest = resolve(day, clock).moment
        draft = RideDraft(
            origin=origin,
            destination=destination,
            earliest=earliest,
            latest=earliest + dt.timedelta(minutes=commute.window_min),
            budget_s=60 * commute.budget_min,
            seats=commute.seats,
            rate_ct_per_km=commute.rate_ct_per_km,
            asks_first=commute.asks_first,
            vehicle=commute.vehicle,
        )
        yield f"demo-ride-{day}-{key}", draft


def door(name: str) -> Place:
    """A house of the place: at the far end of its first side street; the middle where no streets are drawn."""
    junction = junctions()[name]
    streets = built_up(junction)
    if streets is None or junction.place is None:
        return Place(name, *to_degrees(junction.x, junction.y))
    street = streets.side_streets[0]
    x, y = street.line[-1].tolist()
    town = municipalities()[junction.place.municipality].name
    context = name if name == town else f"{name}, {town}"
    return Place(f"{street.name} 6, {context}", *to_degrees(x, y))


def _days(now: dt.datetime, count: int) -> list[dt.date]:
    today = _day(seconds(now))
    return [today + dt.timedelta(days=offset) for offset in range(count)]


def _day(utc_s: int) -> dt.date:
    return local(utc_s).date()


def is_buergerbus_day(day: dt.date) -> bool:
    return day.weekday() in BUERGERBUS_WEEKDAYS and WORKING in services_on(day)
