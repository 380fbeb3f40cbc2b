"""Reports about people, for staff to work off."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.people import Person
from mitfahr.domain.errors import Unknown
from mitfahr.domain.reports import ReportKind, ReportOutcome

MAX_WORDS = 1000


class Report(Base):
    """`words` and `note` are for staff's eyes only. Open while `outcome` is None."""

    __tablename__ = "report"
    __table_args__ = (sa.Index(None, "outcome", "created_at"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    reporter_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reported_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    leg_id: Mapped[str | None] = mapped_column(ForeignKey("booking_leg.id", ondelete="SET NULL"))
    kind: Mapped[ReportKind] = mapped_column(stored_enum(ReportKind))
    words: Mapped[str] = mapped_column(sa.String(MAX_WORDS))
    created_at: Mapped[dt.datetime]
    outcome: Mapped[ReportOutcome | None] = mapped_column(stored_enum(ReportOutcome))
    note: Mapped[str | None] = mapped_column(sa.String(MAX_WORDS))
    handled_at: Mapped[dt.datetime | None]
    handled_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    reporter: Mapped[Person | None] = relationship(foreign_keys=[reporter_id], lazy="selectin")
    reported: Mapped[Person] = relationship(foreign_keys=[reported_id], lazy="selectin")
    handled_by: Mapped[Person | None] = relationship(foreign_keys=[handled_by_id], lazy="selectin")


def report_of(session: Session, report_id: str) -> Report:
    """The report of this id; raises Unknown."""
    report = session.get(Report, report_id)
    if report is None:
        raise Unknown("report", report_id)
    return report


def open_reports(session: Session) -> list[Report]:
    """Reports that nobody has dealt with, oldest first."""
    return list(
        session.scalars(select(Report).where(Report.outcome.is_(None)).order_by(Report.created_at, Report.id))
    )


def handled_reports(session: Session, limit: int) -> list[Report]:
    """The last ones that staff have dealt with, latest first."""
    return list(
        session.scalars(
            select(Report)
            .where(Report.outcome.is_not(None))
            .order_by(Report.handled_at.desc(), Report.id)
            .limit(limit)
        )
    )


def reports_about(session: Session, person_id: str) -> list[Report]:
    """Every report about the person, latest first."""
    return list(
        session.scalars(
            select(Report)
            .where(Report.reported_id == person_id)
            .order_by(Report.created_at.desc(), Report.id)
        )
    )
