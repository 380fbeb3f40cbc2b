"""Bookings of the past, as a portal has them after years: written by the database itself, all alike."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import Select, cast, literal, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase

from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.idempotency import IdempotencyKey
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import Ride, RideHop, RideStop
from mitfahr.domain.channels import Channel
from mitfahr.domain.rides import RideKind
from mitfahr.domain.states import LegState, Side
from mitfahr.domain.times import seconds
from routing.query import LegKind
from tests.mitfahr.rides.portal import NOW

N_RIDERS = 1_000
SEATS = 8
EVERY_S = 30
"""A booking of a million every half minute: a year."""
LONG_AGO = NOW - dt.timedelta(days=60)


def add_past_bookings(engine: Engine, begin: int, end: int) -> None:
    """Bookings number `begin` to `end`, each of one seat on a full BürgerBus run, with mail and kept answer."""
    n = _numbers(begin, end)
    rides = _numbers(begin // SEATS, -(-end // SEATS))
    with engine.begin() as connection:
        if begin == 0:
            _insert(connection, Organisation, _numbers(0, 1), id="past", name="Past", created_at=LONG_AGO)
            people = _numbers(0, N_RIDERS)
            _insert(
                connection,
                Person,
                people,
                id="person-" + _text(people),
                email=_text(people) + "@past.example",
                first_name="P",
                last_name="P",
                created_at=LONG_AGO,
            )
        ride_id, begins_s = "ride-" + _text(rides), _begins_s(rides.c.n * SEATS)
        _insert(
            connection,
            Ride,
            rides,
            id=ride_id,
            kind=RideKind.RUN,
            label="BürgerBus 500",
            organisation_id="past",
            seats=SEATS,
            wheelchairs=0,
            begins_s=begins_s,
            ends_s=begins_s + 1200,
            bookable_until_s=begins_s,
            created_at=LONG_AGO,
        )
        for seq in (0, 1):
            _insert(
                connection,
                RideStop,
                rides,
                id=f"stop{seq}-" + _text(rides),
                ride_id=ride_id,
                seq=seq,
                lat=51.0,
                lon=13.0,
                name="AB"[seq],
                arrival_s=begins_s + 1200 * seq,
                departure_s=begins_s + 1200 * seq,
            )
        _insert(connection, RideHop, rides, ride_id=ride_id, seq=0, capacity=SEATS, taken=SEATS)
        _insert_bookings(connection, n)
    _settle(engine)


def _settle(engine: Engine) -> None:
    """What years leave behind: tables that were counted, and no log of one enormous transaction."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
        return
    connection = engine.raw_connection()  # our engine begins a transaction, in which nothing can be moved
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _insert_bookings(connection: sa.Connection, n: sa.CTE) -> None:
    rider_id, booking_id = "person-" + cast(n.c.n % N_RIDERS, sa.String), "booking-" + _text(n)
    ride = n.c.n // SEATS
    departure_s = _begins_s(n.c.n)
    _insert(
        connection,
        Booking,
        n,
        id=booking_id,
        rider_id=rider_id,
        booked_by_id=rider_id,
        origin_name="A",
        destination_name="B",
        departure_s=departure_s,
        arrival_s=departure_s + 1200,
        seats=1,
        wheelchairs=0,
        price_ct=0,
        journey={"legs": [{"kind": LegKind.BUERGERBUS}]},
        question={},
        timetable_version="past",
        created_at=LONG_AGO,
    )
    _insert(
        connection,
        BookingLeg,
        n,
        id="leg-" + _text(n),
        booking_id=booking_id,
        seq=0,
        kind=LegKind.BUERGERBUS,
        ride_id="ride-" + cast(ride, sa.String),
        board_stop_id="stop0-" + cast(ride, sa.String),
        alight_stop_id="stop1-" + cast(ride, sa.String),
        origin_name="A",
        origin_area="A",
        origin_lat=51.0,
        origin_lon=13.0,
        destination_name="B",
        destination_area="B",
        destination_lat=51.0,
        destination_lon=13.0,
        departure_s=departure_s,
        arrival_s=departure_s + 1200,
        seats=1,
        wheelchairs=0,
        state=LegState.COMPLETED,
        moved_at=LONG_AGO,
        moved_by=Side.CLOCK,
    )
    _insert(
        connection,
        OutboxMessage,
        n,
        id="mail-" + _text(n),
        channel=Channel.MAIL,
        recipient=cast(n.c.n % N_RIDERS, sa.String) + "@past.example",
        subject="Ihre Buchung",
        body="Ihre Reise ist gebucht.",
        created_at=LONG_AGO,
        attempts=1,
        next_try_at=LONG_AGO,
        sent_at=LONG_AGO,
    )
    _insert(
        connection,
        IdempotencyKey,
        n,
        actor_id=rider_id,
        key="key-" + _text(n),
        body_hash="0" * 64,
        answer={},
        created_at=LONG_AGO,
    )


def _numbers(begin: int, end: int) -> sa.CTE:
    numbers = select(literal(begin).label("n")).cte(f"numbers{begin}_{end}", recursive=True)
    return numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n + 1 < end))


def _text(numbers: sa.CTE) -> sa.ColumnElement[str]:
    return cast(numbers.c.n, sa.String)


def _begins_s(number: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return seconds(LONG_AGO) - number * EVERY_S


def _insert(connection: sa.Connection, row: type[DeclarativeBase], numbers: sa.CTE, **values: object) -> None:
    """One row per number; a value is the same for all or made of the number."""
    table = row.__table__
    columns = [
        value if isinstance(value, sa.ColumnElement) else literal(value, table.c[name].type)
        for name, value in values.items()
    ]
    made: Select[object] = select(*columns).select_from(numbers)
    connection.execute(sa.insert(table).from_select(list(values), made))
