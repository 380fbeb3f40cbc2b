"""Rows for tests below the services: a person, a ride with so many stops."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mitfahr.db.base import new_id
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride, RideHop, RideStop
from mitfahr.domain.rides import RideKind

NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)


def person(session: Session, first_name: str = "Anna") -> Person:
    row = Person(first_name=first_name, last_name="Test", email=f"{new_id()}@example.org", created_at=NOW)
    session.add(row)
    session.flush()
    return row


def ride(session: Session, stops: str = "AZ", seats: int = 3, wheelchairs: int = 0) -> Ride:
    """A ride with one stop per letter, each named like it; its id is that of a person nobody is."""
    row = Ride(
        id=new_id(),
        kind=RideKind.PRIVATE,
        label="Fahrt",
        seats=seats,
        wheelchairs=wheelchairs,
        begins_s=0,
        ends_s=3600,
        bookable_until_s=0,
        created_at=NOW,
        stops=[bare_stop(name, seq) for seq, name in enumerate(stops)],
        hops=[
            RideHop(seq=seq, capacity=seats, wheelchair_capacity=wheelchairs) for seq in range(len(stops) - 1)
        ],
    )
    session.add(row)
    session.flush()
    return row


def bare_stop(name: str, seq: int, ride_id: str | None = None) -> RideStop:
    return RideStop(
        id=new_id(), ride_id=ride_id, seq=seq, lat=51.0, lon=13.0, name=name, arrival_s=0, departure_s=0
    )
