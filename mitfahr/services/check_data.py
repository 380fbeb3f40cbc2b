"""Everything that can be checked in the database, at one moment: for operators and for tests."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from mitfahr.db.session import readers
from mitfahr.domain.prices import PriceLaw
from mitfahr.services.check_bookings import inconsistencies
from mitfahr.services.check_duty import duty_faults
from mitfahr.services.check_outbox import outbox_faults
from mitfahr.services.check_references import dangling_references


def data_faults(engine: Engine, law: PriceLaw, now: dt.datetime) -> list[str]:
    """Every contradiction, one line each, in words for an operator; [] is good.

    Reads the database as it was when it began and disturbs nobody, so it can run beside bookings.
    """
    with readers(engine)() as session:
        return faults_seen(session, law, now)


def faults_seen(session: Session, law: PriceLaw, now: dt.datetime) -> list[str]:
    """The same, as one session sees it."""
    return [
        *dangling_references(session),
        *inconsistencies(session, law),
        *outbox_faults(session, now),
        *duty_faults(session, now),
    ]
