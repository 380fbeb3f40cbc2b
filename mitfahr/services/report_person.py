"""Tell staff about somebody."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.bookings import leg_of
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.reports import MAX_WORDS, Report
from mitfahr.domain.reports import ReportKind
from mitfahr.seen import companion


def report_person(
    sessions: sessionmaker[Session],
    *,
    leg_id: str,
    reporter_id: str,
    kind: ReportKind,
    words: str,
    idempotency_key: str,
    now: dt.datetime,
) -> str:
    """Report the other side of a leg and return the report's id; commits. Raises Unknown, IdempotencyConflict."""
    body = {"leg_id": leg_id, "kind": kind, "words": words}
    with sessions.begin() as session:
        known = claim(session, reporter_id, idempotency_key, body, now)
        if known is not None:
            return str(known["report_id"])
        reported = companion(leg_of(session, leg_id), reporter_id)
        report = Report(
            id=new_id(),
            reporter_id=reporter_id,
            reported_id=reported.id,
            leg_id=leg_id,
            kind=kind,
            words=words[:MAX_WORDS],
            created_at=now,
        )
        session.add(report)
        keep_answer(session, reporter_id, idempotency_key, {"report_id": report.id})
    return report.id
