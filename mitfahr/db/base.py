"""What every table shares, and how an engine is opened so that SQLite and PostgreSQL behave alike.

Writers on SQLite begin with BEGIN IMMEDIATE: they queue for the one write lock at the start instead
of failing in the middle with "database is locked". Readers begin plainly and never wait (WAL), and
they are held to reading, because a reader that turned into a writer would be the one to fail.
"""

from __future__ import annotations

import datetime as dt
import enum
import sqlite3
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Dialect, Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have the same names on both databases, so that a migration can name them."""

SQLITE_WAIT_MS = 10_000
"""How long a writer waits for its turn before the person is told to try again."""

POSTGRES_CONNECTION = {
    "options": "-c timezone=UTC -c lock_timeout=10s",
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A server that has gone without a word is noticed after seconds (the last one is in milliseconds), and
nobody waits for ever for a lock that somebody else forgot."""

READING = "mitfahr_reading"


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware moment; stored as UTC, given back as UTC. A naive datetime is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without time zone: {value!r}")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if dialect.name == "sqlite" else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it as a plain class attribute)
        dt.datetime: UtcDateTime(),
        dict[str, Any]: sa.JSON(),
        list[dict[str, Any]]: sa.JSON(),
    }


def new_id() -> str:
    """A key nobody can guess: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def stored_enum(kind: type[enum.StrEnum]) -> sa.Enum:
    """A column type for `kind`, stored by value as text; a new member needs no migration."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def engine_for(database_url: str) -> Engine:
    """An engine for a SQLite or PostgreSQL URL; raises ValueError for any other database.

    Connections are tested when they are taken, so a database that was away serves again at once. Errors
    do not show what was sent: it is about people, and errors are logged.
    """
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise ValueError(
            "DATABASE_URL: erwartet wird z. B. postgresql://NUTZER:PASSWORT@host/mitfahr"
        ) from None
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    if url.get_backend_name() in ("postgresql", "postgres"):
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=POSTGRES_CONNECTION,
        )
    raise ValueError(f"DATABASE_URL: SQLite oder PostgreSQL, nicht {url.get_backend_name()}")


def _sqlite_engine(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("DATABASE_URL: SQLite braucht eine Datei, die alle Prozesse teilen")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_WAIT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
