"""Who waits for a place on a full run, in the order in which they came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.bookings import Booking, BookingLeg, ForParty
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride
from mitfahr.domain.errors import Unknown
from mitfahr.domain.states import FALLEN
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.waiting import Outcome


class WaitEntry(ForParty, Base):
    """`question` is the `TripRequest` that the run was too full for. `looked_revision`: changes of the run up to this
    live revision have been looked at. `booking_id` is the place that was offered, with the hours until which it is held;
    with `ended_at` the waiting is over, `outcome` says how."""

    __tablename__ = "wait_entry"
    __table_args__ = (sa.Index(None, "ride_id", "ended_at"), sa.Index(None, "person_id", "ended_at"))

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    created_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    ride_id: Mapped[str] = mapped_column(ForeignKey("ride.id", ondelete="CASCADE"))
    question: Mapped[dict[str, Any]]
    origin_name: Mapped[str] = mapped_column(sa.String(200))
    origin_lat: Mapped[float] = mapped_column(server_default="0")
    origin_lon: Mapped[float] = mapped_column(server_default="0")
    destination_name: Mapped[str] = mapped_column(sa.String(200))
    destination_lat: Mapped[float] = mapped_column(server_default="0")
    destination_lon: Mapped[float] = mapped_column(server_default="0")
    created_at: Mapped[dt.datetime]
    looked_revision: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    booking_id: Mapped[str | None] = mapped_column(ForeignKey("booking.id"), index=True)
    ended_at: Mapped[dt.datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(stored_enum(Outcome))

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    ride: Mapped[Ride] = relationship(lazy="joined")
    booking: Mapped[Booking | None] = relationship(lazy="selectin")

    @property
    def request(self) -> TripRequest:
        return TripRequest.from_json(self.question)

    @property
    def origin(self) -> tuple[float, float]:
        return self.origin_lat, self.origin_lon

    @property
    def destination(self) -> tuple[float, float]:
        return self.destination_lat, self.destination_lon


def wait_entry_of(session: Session, entry_id: str, *, lock: bool = False) -> WaitEntry:
    """The entry of this id as the database has it now; raises Unknown."""
    locked = {"of": WaitEntry, "key_share": True} if lock else None
    entry = session.get(WaitEntry, entry_id, with_for_update=locked, populate_existing=True)
    if entry is None:
        raise Unknown("wait entry", entry_id)
    return entry


def open_entries(session: Session, ride_id: str | None = None) -> list[WaitEntry]:
    """Everybody who waits still, who came first first; those on one run, if it is named."""
    wanted = select(WaitEntry).where(WaitEntry.ended_at.is_(None))
    if ride_id is not None:
        wanted = wanted.where(WaitEntry.ride_id == ride_id)
    return list(session.scalars(wanted.order_by(WaitEntry.created_at, WaitEntry.id)))


def entries_of_person(session: Session, person_id: str) -> list[WaitEntry]:
    """What the person waits for, soonest first."""
    return list(
        session.scalars(
            select(WaitEntry)
            .join(Ride)
            .where(WaitEntry.person_id == person_id, WaitEntry.ended_at.is_(None))
            .order_by(Ride.begins_s, WaitEntry.id)
        )
    )


def entry_of_booking(session: Session, booking_id: str) -> WaitEntry | None:
    """The open entry that this booking was offered for."""
    return session.scalar(
        select(WaitEntry).where(WaitEntry.booking_id == booking_id, WaitEntry.ended_at.is_(None))
    )


def ride_handed_out(
    session: Session, ride_ids: Collection[str], rider_id: str, since: dt.datetime
) -> str | None:
    """The label of one of these rides on which a place became free after `since` while others wait for it."""
    waits = sa.exists().where(
        WaitEntry.ride_id == Ride.id,
        WaitEntry.ended_at.is_(None),
        WaitEntry.booking_id.is_(None),
        WaitEntry.person_id != rider_id,
    )
    became_free = sa.exists().where(
        BookingLeg.ride_id == Ride.id,
        BookingLeg.booking_id == Booking.id,
        sa.or_(
            sa.and_(BookingLeg.state.in_(FALLEN), BookingLeg.moved_at > since), Booking.changed_at > since
        ),
    )
    return session.scalar(select(Ride.label).where(Ride.id.in_(ride_ids), waits, became_free).limit(1))


def forget_waiting_before(session: Session, moment_s: int) -> None:
    """Delete entries of runs that were over before the moment (UTC seconds)."""
    over = select(Ride.id).where(Ride.ends_s < moment_s).scalar_subquery()
    session.execute(delete(WaitEntry).where(WaitEntry.ride_id.in_(over)))
