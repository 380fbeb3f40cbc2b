"""Which rides are not to be offered to somebody: asked before every search, so the router leaves them out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy.orm import Session

from mitfahr.db.blocks import kept_apart_from
from mitfahr.db.people import Person
from mitfahr.db.rides import unsuitable_rides
from mitfahr.domain.ride_terms import Need
from mitfahr.domain.times import seconds


def closed_to(
    session: Session, person_id: str | None, needs: Collection[Need], now: dt.datetime
) -> frozenset[str]:
    """Ids of rides and drivers for `Query.banned`; None is somebody who is not signed in.

    The own rides, those of people kept apart, and rides whose terms do not suit: rides for women are
    found by those who have said to be women. Read after the snapshot was taken: it then knows every
    ride of it.
    """
    person = session.get(Person, person_id) if person_id is not None else None
    unsuitable = unsuitable_rides(session, needs, person is not None and person.is_woman, seconds(now))
    if person is None:
        return unsuitable
    return unsuitable | kept_apart_from(session, person.id) | {person.id}
