"""Fills the demonstration with people and rides, through the services everybody uses.

May be repeated at any time: it adds what is missing for the coming days and never anything twice.
What a visitor has withdrawn or cancelled meanwhile stays so.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import rides_of_driver
from mitfahr.demo import accounts
from mitfahr.demo.days import WORKING, services_on
from mitfahr.demo.rides import BUERGERBUS_WEEKDAYS, Commute, commutes
from mitfahr.domain.errors import InThePast, OverlapsOtherRide
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.times import local, seconds
from mitfahr.school_vacations import read_vacations
from mitfahr.services.change_profile import change_car
from mitfahr.services.change_roles import grant_role
from mitfahr.services.found_organisation import add_member, found_organisation
from mitfahr.services.offer_ride import offer_ride
from mitfahr.services.register_person import register_caller, register_person
from routing.progress import Progress
from routing.snapshot import Snapshot

DAYS_OF_RIDES = 10


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
            person.is_woman = person.is_woman or account.is_woman
            if account.membership is not None and not person.roles_in(association.id):
                add_member(session, association, person, account.membership)
    return Crowd(people, association)


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
        missing = [
            day for day in _days(now, DAYS_OF_RIDES) if day not in offered and commute.days & services_on(day)
        ]
        added += _offer(sessions, snapshot, driver.id, commute, missing, law, now)
    return added


def _offer(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    driver_id: str,
    commute: Commute,
    days: list[dt.date],
    law: PriceLaw,
    now: dt.datetime,
) -> int:
    if not days:
        return 0
    # Drawing the district takes a second: only when something is missing.
    from mitfahr.demo.drafts import ride_drafts

    added, vacations = 0, read_vacations()
    for key, draft in (item for day in days for item in ride_drafts(day, commute)):
        with suppress(InThePast, OverlapsOtherRide):
            offer_ride(
                sessions,
                snapshot,
                draft,
                driver_id=driver_id,
                idempotency_key=key,
                law=law,
                vacations=vacations,
                now=now,
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
    person = register_person(
        sessions,
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        email=account.email,
        password=accounts.DEMO_PASSWORD,
        now=now,
    )
    change_car(sessions, person_id=person.id, car=account.car)
    return person


def _is(account: accounts.Account) -> ColumnElement[bool]:
    return Person.email == account.email if account.can_log_in else Person.phone == account.phone


def _days(now: dt.datetime, count: int) -> list[dt.date]:
    today = _day(seconds(now))
    return [today + dt.timedelta(days=offset) for offset in range(count)]


def _day(utc_s: int) -> dt.date:
    return local(utc_s).date()


def is_buergerbus_day(day: dt.date) -> bool:
    return day.weekday() in BUERGERBUS_WEEKDAYS and WORKING in services_on(day)
