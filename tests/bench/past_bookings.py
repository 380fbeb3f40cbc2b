"""Bookings of the past, as a portal has them after years: written by the database itself, all alike.

Their keys are scattered like real ones, so that new rows land between them. SQLite's own two megabytes of
memory would write every page of the indices anew for nearly every row: whoever writes them has more, and
commits in between, or the log grows to many times what is stored.
"""

from __future__ import annotations

import datetime as dt
import sqlite3

import sqlalchemy as sa
from sqlalchemy import Select, cast, event, literal, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase

from mitfahr.db.base import engine_for
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
AT_ONCE = 50_000
SQLITE_MEMORY_KB = 1_000_000
SCATTER, SCATTERED = 2_654_435_761, 2**32
"""An odd number and a power of two: no two numbers below it become the same."""


def add_past_bookings(engine: Engine, begin: int, end: int) -> None:
    """Bookings number `begin` to `end`, each of one seat on a full BürgerBus run, with mail and kept answer."""
    writer = engine_for(engine.url.render_as_string(hide_password=False))
    if writer.dialect.name == "sqlite":
        event.listen(writer, "connect", _in_a_hurry)
    if begin == 0:
        with writer.begin() as connection:
            _insert_people(connection)
    for first in range(begin, end, AT_ONCE):
        beyond = min(first + AT_ONCE, end)
        with writer.begin() as connection:
            _insert_rides(connection, _numbers(first // SEATS, -(-beyond // SEATS)))
            _insert_bookings(connection, _numbers(first, beyond))
    _settle(writer)
    writer.dispose()


def _in_a_hurry(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA cache_size = {-SQLITE_MEMORY_KB}")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA foreign_keys = OFF")


def _settle(writer: Engine) -> None:
    """What years leave behind: tables that were counted, and nothing left in a log."""
    if writer.dialect.name == "postgresql":
        with writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        return
    connection = writer.raw_connection()  # our engine begins a transaction, in which nothing can be moved
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _insert_people(connection: sa.Connection) -> None:
    _insert(connection, Organisation, _numbers(0, 1), id="past", name="Past", created_at=LONG_AGO)
    people = _numbers(0, N_RIDERS)
    _insert(
        connection,
        Person,
        people,
        id=_key(people.c.n),
        email=cast(people.c.n, sa.String) + "@past.example",
        first_name="P",
        last_name="P",
        created_at=LONG_AGO,
    )


def _insert_rides(connection: sa.Connection, rides: sa.CTE) -> None:
    ride_id, begins_s = _key(rides.c.n), _begins_s(rides.c.n * SEATS)
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
            id=_stop_id(rides.c.n, seq),
            ride_id=ride_id,
            seq=seq,
            lat=51.0,
            lon=13.0,
            name="AB"[seq],
            arrival_s=begins_s + 1200 * seq,
            departure_s=begins_s + 1200 * seq,
        )
    _insert(connection, RideHop, rides, ride_id=ride_id, seq=0, capacity=SEATS, taken=SEATS)


def _insert_bookings(connection: sa.Connection, n: sa.CTE) -> None:
    rider_id, booking_id, ride = _key(n.c.n % N_RIDERS), _key(n.c.n), n.c.n // SEATS
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
        id=booking_id,
        booking_id=booking_id,
        seq=0,
        kind=LegKind.BUERGERBUS,
        ride_id=_key(ride),
        board_stop_id=_stop_id(ride, 0),
        alight_stop_id=_stop_id(ride, 1),
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
        id=booking_id,
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
        key=booking_id,
        body_hash="0" * 64,
        answer={},
        created_at=LONG_AGO,
    )


def _numbers(begin: int, end: int) -> sa.CTE:
    numbers = select(literal(begin).label("n")).cte(f"numbers{begin}_{end}", recursive=True)
    return numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n + 1 < end))


def _key(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """A number's key: digits that do not follow those of the number before."""
    return cast(cast(number, sa.BigInteger) * SCATTER % SCATTERED, sa.String)


def _stop_id(ride: sa.ColumnElement[int], seq: int) -> sa.ColumnElement[str]:
    return _key(ride) + f"-{seq}"


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
