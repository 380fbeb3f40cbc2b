"""Staff choose the journeys that are searched in the timetable of before and in the new one."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mitfahr.comparison.journeys import Wanted, default_journeys
from mitfahr.db.comparisons import SampleJourney, sample_journeys
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.domain.errors import Unknown
from mitfahr.network import network
from routing.gazetteer import Gazetteer
from routing.query import Point
from routing.snapshot import Snapshot

MOST = 60
"""Each is searched twice for every new timetable."""


def add_sample(
    session: Session, person_id: str, wanted: Wanted, *, idempotency_key: str, now: dt.datetime
) -> bool:
    """Whether there was room for one more; the same form sent again adds nothing. Raises IdempotencyConflict."""
    body = {"sample": repr(wanted)}
    known = claim(session, person_id, idempotency_key, body, now)
    if known is not None:
        return bool(known["added"])
    has_room = len(sample_journeys(session)) < MOST
    if has_room:
        session.add(_row(wanted, person_id, now))
    keep_answer(session, person_id, idempotency_key, {"added": has_room})
    return has_room


def adopt_default_samples(
    session: Session, person_id: str, snapshot: Snapshot, gazetteer: Gazetteer | None, now: dt.datetime
) -> None:
    """Make the proposed journeys staff's own, so that single ones can be removed; only while there are none."""
    if sample_journeys(session):
        return
    for i, wanted in enumerate(default_journeys(network(snapshot), gazetteer)):
        session.add(_row(wanted, person_id, now + dt.timedelta(microseconds=i)))


def remove_sample(session: Session, sample_id: str) -> None:
    """With the last one the proposed journeys are back. Raises Unknown."""
    sample = session.get(SampleJourney, sample_id)
    if sample is None:
        raise Unknown("sample_journey", sample_id)
    session.delete(sample)


def _row(wanted: Wanted, person_id: str, now: dt.datetime) -> SampleJourney:
    return SampleJourney(
        origin=_end(wanted.origin),
        destination=_end(wanted.destination),
        kind=int(wanted.kind),
        clock_s=wanted.clock_s,
        added_at=now,
        added_by=person_id,
    )


def _end(point: Point) -> dict[str, str | float]:
    return {"name": point.name, "lat": point.lat, "lon": point.lon}
