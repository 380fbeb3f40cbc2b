"""Which errors mean that the database is away, and not that we made a mistake."""

from __future__ import annotations

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)


def is_outage(error: SQLAlchemyError) -> bool:
    """Whether the database could not be reached, read or written just now: the same request may work later.

    A database without our tables counts: nobody has set it up yet, or something else lies in its place.
    """
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    reason = error.orig
    if isinstance(reason, sqlite3.Error):
        # An error of the file carries a code; the lowest byte is its kind, the rest the detail.
        kind = getattr(reason, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        return kind in SQLITE_AWAY or str(reason).startswith("no such table")
    return error.connection_invalidated or isinstance(
        reason, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.UndefinedTable
    )
