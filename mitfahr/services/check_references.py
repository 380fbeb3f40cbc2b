"""Whether everything that a row points at is there, and whatever was acknowledged still exists.

Foreign keys see to the first while the database is asked through us; a restored copy, a repair by hand or
SQLite opened by another program can do without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mitfahr.db import schema
from mitfahr.db.bookings import Booking
from mitfahr.db.idempotency import IdempotencyKey
from mitfahr.db.rides import Ride

PROMISED: dict[str, type[Booking] | type[Ride]] = {"booking_id": Booking, "ride_id": Ride}
"""What a kept answer names, and where it must be found."""

AT_ONCE = 1000


def dangling_references(session: Session) -> list[str]:
    """Rows that point at nothing, and kept answers about things that are gone; [] is good."""
    return [*_orphans(session), *_broken_promises(session)]


def _orphans(session: Session) -> Iterator[str]:
    for table, columns, without_parent in _pointers():
        for row in session.execute(without_parent):
            name = "/".join(str(part) for part in row)
            yield f"Zeile {table} {name}: {', '.join(columns)} zeigt auf nichts"


@cache
def _pointers() -> list[tuple[str, Sequence[str], Select[Any]]]:
    """Of every foreign key its table, its columns, and how the rows are found that point at nothing."""
    return [
        (table.name, key.column_keys, _without_parent(table, key))
        for table in schema.metadata.sorted_tables
        for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name))
    ]


def _without_parent(table: sa.Table, key: sa.ForeignKeyConstraint) -> Select[Any]:
    parent = key.referred_table.alias()
    pairs = [(element.parent, parent.c[element.column.name]) for element in key.elements]
    missing = ~sa.exists().where(*(ours == theirs for ours, theirs in pairs))
    there = [ours.is_not(None) for ours, _ in pairs]
    return select(*table.primary_key).where(*there, missing)


def _broken_promises(session: Session) -> Iterator[str]:
    for part in session.execute(
        select(IdempotencyKey.actor_id, IdempotencyKey.answer).execution_options(yield_per=AT_ONCE)
    ).partitions():
        named: dict[str, set[str]] = {kind: set() for kind in PROMISED}
        for actor_id, answer in part:
            if answer is None:
                yield f"Person {actor_id}: ein Formular wurde angenommen und nie beantwortet"
                continue
            for kind in PROMISED.keys() & answer.keys():
                named[kind].add(answer[kind])
        for kind, row in PROMISED.items():
            known = set(session.scalars(select(row.id).where(row.id.in_(named[kind]))))
            yield from (
                f"{'Buchung' if row is Booking else 'Fahrt'} {one}: zugesagt, aber nicht vorhanden"
                for one in sorted(named[kind] - known)
            )
