"""Series: rides that a driver offers again and again, and the dates of them that could not be published."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.bookings import BookingLeg
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride
from mitfahr.domain.errors import Unknown
from mitfahr.domain.recurrence import Direction, Recurrence
from mitfahr.domain.states import LIVE


class RideSeries(Base):
    """The plan behind dated rides; the worker publishes them some weeks ahead.

    `plan` is a `mitfahr.domain.recurrence.Recurrence`, `offer` what every ride of it has in common
    (see `mitfahr.services.series_draft`), both as plain values. `out_drive_s` and `back_drive_s` are the
    driving times when it was published.
    """

    __tablename__ = "ride_series"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    driver_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    offer: Mapped[dict[str, Any]]
    plan: Mapped[dict[str, Any]]
    out_drive_s: Mapped[int]
    back_drive_s: Mapped[int]
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    driver: Mapped[Person] = relationship(lazy="joined")


class SeriesGap(Base):
    """A date of a series that could not be published. Its driver has been told once, when it was written."""

    __tablename__ = "ride_series_gap"

    series_id: Mapped[str] = mapped_column(ForeignKey("ride_series.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    direction: Mapped[Direction] = mapped_column(stored_enum(Direction), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(300))
    told_at: Mapped[dt.datetime | None]


def series_of(session: Session, series_id: str, driver_id: str) -> RideSeries:
    """The driver's own series of this id as the database has it now; raises Unknown."""
    series = session.get(RideSeries, series_id, populate_existing=True)
    if series is None or series.driver_id != driver_id:
        raise Unknown("series", series_id)
    return series


def running_offers(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """Ids of all series that have not been ended, with what their rides have in common."""
    rows = session.execute(
        select(RideSeries.id, RideSeries.offer).where(RideSeries.ended_at.is_(None)).order_by(RideSeries.id)
    )
    return [(series_id, offer) for series_id, offer in rows]


def series_locked(session: Session, series_id: str) -> RideSeries:
    """The series of this id, locked until the transaction ends."""
    return session.get_one(
        RideSeries, series_id, with_for_update={"of": RideSeries, "key_share": True}, populate_existing=True
    )


def series_of_driver(session: Session, driver_id: str) -> list[RideSeries]:
    """Those that have not been ended, oldest first."""
    return list(
        session.scalars(
            select(RideSeries)
            .where(RideSeries.driver_id == driver_id, RideSeries.ended_at.is_(None))
            .order_by(RideSeries.created_at, RideSeries.id)
        )
    )


def running_series_ids(session: Session) -> list[str]:
    """Ids of all series that have not been ended."""
    return list(
        session.scalars(select(RideSeries.id).where(RideSeries.ended_at.is_(None)).order_by(RideSeries.id))
    )


def rides_of_series(session: Session, series_id: str, from_s: int) -> list[Ride]:
    """Dated rides of the series that begin from `from_s` on, withdrawn ones too, soonest first."""
    return list(
        session.scalars(
            select(Ride)
            .where(Ride.series_id == series_id, Ride.series_day.is_not(None), Ride.begins_s >= from_s)
            .order_by(Ride.begins_s, Ride.id)
        )
    )


def published(session: Session, series_id: str, since: dt.date) -> set[tuple[dt.date, Direction]]:
    """Dates of the series from `since` on that have a ride, also one that was withdrawn."""
    rows = session.execute(
        select(Ride.series_day, Ride.series_direction).where(
            Ride.series_id == series_id, Ride.series_day >= since
        )
    )
    return {(day, direction) for day, direction in rows if day is not None and direction is not None}


def forget_series_before(session: Session, day: dt.date, moment: dt.datetime) -> None:
    """Delete series that were over before `day` or ended before `moment`, with the places in them.

    Their rides stay, as single ones; while one of them is still to come (somebody has booked it), so does the
    series.
    """
    coming = sa.exists().where(
        Ride.series_id == RideSeries.id, Ride.withdrawn_at.is_(None), Ride.ends_s > moment.timestamp()
    )
    rows = session.execute(select(RideSeries.id, RideSeries.plan, RideSeries.ended_at).where(~coming))
    over = [
        series_id
        for series_id, plan, ended_at in rows
        if (ended_at is not None and ended_at < moment) or _ends_before(plan, day)
    ]
    of_rides = sa.update(Ride).where(Ride.series_id.in_(over))
    session.execute(of_rides.values(series_id=None, series_day=None, series_direction=None))
    session.execute(sa.delete(RideSeries).where(RideSeries.id.in_(over)))


def _ends_before(plan: dict[str, Any], day: dt.date) -> bool:
    last = Recurrence.from_json(plan).last
    return last is not None and last < day


def booked_ride_ids(session: Session, series_id: str) -> set[str]:
    """Ids of the rides of the series that somebody is going to travel with, or has asked to."""
    return {
        ride_id
        for ride_id in session.scalars(
            select(BookingLeg.ride_id)
            .join(Ride, Ride.id == BookingLeg.ride_id)
            .where(Ride.series_id == series_id, BookingLeg.state.in_(LIVE))
            .distinct()
        )
        if ride_id is not None
    }


def gaps_of_series(session: Session, series_id: str, since: dt.date) -> list[SeriesGap]:
    """Dates from `since` on that could not be published, soonest first."""
    return list(
        session.scalars(
            select(SeriesGap)
            .where(SeriesGap.series_id == series_id, SeriesGap.day >= since)
            .order_by(SeriesGap.day, SeriesGap.direction)
        )
    )
