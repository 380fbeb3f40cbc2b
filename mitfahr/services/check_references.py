"""Whether everything that a row points at is there, and whatever was acknowledged still exists.

Foreign keys see to the first while the database is asked through us; a restored copy, a repair by hand or
SQLite opened by another program can do without them.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import select
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
    found = [text for table in schema.metadata.sorted_tables for text in _orphans(session, table)]
    return found + list(_broken_promises(session))


def _orphans(session: Session, table: sa.Table) -> Iterator[str]:
    for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name)):
        parent = key.referred_table.alias()
        pairs = [(element.parent, parent.c[element.column.name]) for element in key.elements]
        missing = ~sa.exists().where(*(ours == theirs for ours, theirs in pairs))
        there = [ours.is_not(None) for ours, _ in pairs]
        for row in session.execute(select(*table.primary_key).where(*there, missing)):
            name = "/".join(str(part) for part in row)
            yield f"Zeile {table.name} {name}: {', '.join(key.column_keys)} zeigt auf nichts"


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
