"""Lines of organisations: the plan behind dated runs; the worker publishes them some weeks ahead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.people import Organisation
from mitfahr.db.rides import MAX_FARE, Ride
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.errors import Unknown
from mitfahr.domain.rides import RideKind

MAX_LINE_NUMBER, MAX_LINE_NAME = 20, 120


class RunLine(Base):
    """`plan` is a `mitfahr.domain.line_plans.LinePlan`, `stops` in driving order {stop_id, name, lat, lon,
    after_s}: seconds after the departure, the first 0. `fare` is as it was approved, in words."""

    __tablename__ = "run_line"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    vehicle_id: Mapped[str] = mapped_column(ForeignKey("organisation_vehicle.id"))
    number: Mapped[str] = mapped_column(sa.String(MAX_LINE_NUMBER))
    name: Mapped[str] = mapped_column(sa.String(MAX_LINE_NAME))
    plan: Mapped[dict[str, Any]]
    stops: Mapped[list[dict[str, Any]]]
    booking: Mapped[BookingNeed] = mapped_column(
        stored_enum(BookingNeed), default=BookingNeed.REQUIRED, server_default=BookingNeed.REQUIRED.value
    )
    bookable_before_s: Mapped[int]
    fare: Mapped[str | None] = mapped_column(sa.String(MAX_FARE))
    note: Mapped[str | None] = mapped_column(sa.String(500))
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    vehicle: Mapped[OrganisationVehicle] = relationship(lazy="joined")


def lines_of(session: Session, organisation_id: str) -> list[RunLine]:
    """Those that have not been ended, by number."""
    return list(
        session.scalars(
            select(RunLine)
            .where(RunLine.organisation_id == organisation_id, RunLine.ended_at.is_(None))
            .order_by(RunLine.number, RunLine.created_at, RunLine.id)
        )
    )


def line_of(session: Session, organisation_id: str, line_id: str, *, lock: bool = False) -> RunLine:
    """The organisation's own line of this id as the database has it now, also an ended one; raises Unknown.

    With `lock` nobody publishes or changes it until the transaction ends.
    """
    locked = {"of": RunLine, "key_share": True} if lock else None
    line = session.get(RunLine, line_id, with_for_update=locked, populate_existing=True)
    if line is None or line.organisation_id != organisation_id:
        raise Unknown("line", line_id)
    return line


def running_lines(session: Session) -> list[RunLine]:
    """All that have not been ended."""
    return list(session.scalars(select(RunLine).where(RunLine.ended_at.is_(None)).order_by(RunLine.id)))


def lines_in_order(session: Session) -> list[RunLine]:
    """All that have not been ended, by number."""
    return sorted(running_lines(session), key=lambda line: (line.number, line.organisation.name, line.id))


def running_line(session: Session, line_id: str) -> RunLine | None:
    """The line of this id, whosever it is; None when there is none or it has been ended."""
    line = session.get(RunLine, line_id)
    return line if line is not None and line.ended_at is None else None


def runs_of_line(session: Session, line_id: str, from_s: int) -> list[Ride]:
    """Dated runs of the line that begin from `from_s` on, cancelled ones too, soonest first."""
    return list(
        session.scalars(
            select(Ride)
            .where(Ride.run_line_id == line_id, Ride.line_day.is_not(None), Ride.begins_s >= from_s)
            .order_by(Ride.begins_s, Ride.id)
        )
    )


def single_runs(session: Session, organisation_id: str, from_s: int) -> list[Ride]:
    """Runs that belong to no line, begin from `from_s` on and take place, by number, soonest first."""
    return list(
        session.scalars(
            select(Ride)
            .where(*_single(organisation_id), Ride.begins_s >= from_s, Ride.withdrawn_at.is_(None))
            .order_by(Ride.line, Ride.begins_s, Ride.id)
        )
    )


def approved_fare(session: Session, organisation_id: str, number: str) -> str | None:
    """What is approved for this number: the fare of its line, or else of the newest run that belongs to none."""
    for line in lines_of(session, organisation_id):
        if line.number == number:
            return line.fare
    return session.scalar(
        select(Ride.fare)
        .where(*_single(organisation_id), Ride.line == number)
        .order_by(Ride.begins_s.desc(), Ride.id)
        .limit(1)
    )


def _single(organisation_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Ride.organisation_id == organisation_id,
        Ride.kind == RideKind.RUN,
        Ride.run_line_id.is_(None),
    )


def published_runs(session: Session, line_id: str, since: dt.date) -> set[tuple[dt.date, dt.time]]:
    """(day, departure) of runs of the line from `since` on, also of one that was cancelled."""
    rows = session.execute(
        select(Ride.line_day, Ride.line_clock).where(Ride.run_line_id == line_id, Ride.line_day >= since)
    )
    return {(day, clock) for day, clock in rows if day is not None and clock is not None}
