"""Wishes: searches that people keep, and what has been found for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride
from mitfahr.domain.errors import Unknown
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.wishes import WishDays


class Wish(Base):
    """`question` is a `TripRequest` whose moment does not count; the other columns say when.

    `origin_area` and `destination_area` are localities, all that anybody else may learn of the places.
    `matched_revision`: rides changed up to this live revision have been looked at. `weekdays` has a bit
    for each weekday, Monday the lowest; none: on `first_day` only.
    """

    __tablename__ = "wish"
    __table_args__ = (sa.Index(None, "ended_at", "last_day"), sa.Index(None, "person_id", "created_at"))

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    question: Mapped[dict[str, Any]]
    origin_name: Mapped[str] = mapped_column(sa.String(200))
    origin_area: Mapped[str] = mapped_column(sa.String(200))
    origin_lat: Mapped[float]
    origin_lon: Mapped[float]
    destination_name: Mapped[str] = mapped_column(sa.String(200))
    destination_area: Mapped[str] = mapped_column(sa.String(200))
    destination_lat: Mapped[float]
    destination_lon: Mapped[float]
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    weekdays: Mapped[int]
    begins: Mapped[dt.time]
    window_s: Mapped[int]
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    matched_revision: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    person: Mapped[Person] = relationship(lazy="joined")
    fits: Mapped[list[WishFit]] = relationship(
        lazy="selectin",
        order_by="WishFit.departure_s",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def days(self) -> WishDays:
        return WishDays(
            self.first_day,
            self.last_day,
            frozenset(day for day in range(7) if self.weekdays >> day & 1),
            self.begins,
            self.window_s,
        )

    @property
    def request(self) -> TripRequest:
        return TripRequest.from_json(self.question)

    @property
    def origin(self) -> tuple[float, float]:
        return self.origin_lat, self.origin_lon

    @property
    def destination(self) -> tuple[float, float]:
        return self.destination_lat, self.destination_lon


class WishFit(Base):
    """A ride that the router found for a wish. Rides of one series share their `offer_id`."""

    __tablename__ = "wish_fit"

    wish_id: Mapped[str] = mapped_column(ForeignKey("wish.id", ondelete="CASCADE"), primary_key=True)
    ride_id: Mapped[str] = mapped_column(
        ForeignKey("ride.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    offer_id: Mapped[str] = mapped_column(sa.String(40))
    day: Mapped[dt.date]
    """On which day of the wish."""
    departure_s: Mapped[int] = mapped_column(sa.BigInteger)
    arrival_s: Mapped[int] = mapped_column(sa.BigInteger)
    found_at: Mapped[dt.datetime]

    ride: Mapped[Ride] = relationship(lazy="selectin")


def wish_of(session: Session, wish_id: str, person_id: str) -> Wish:
    """The person's own wish of this id as the database has it now; raises Unknown."""
    wish = session.get(Wish, wish_id, populate_existing=True)
    if wish is None or wish.person_id != person_id:
        raise Unknown("wish", wish_id)
    return wish


def wish_locked(session: Session, wish_id: str) -> Wish:
    """The wish of this id, locked until the transaction ends."""
    return session.get_one(
        Wish, wish_id, with_for_update={"of": Wish, "key_share": True}, populate_existing=True
    )


def wishes_of(session: Session, person_id: str) -> list[Wish]:
    """Every wish of the person, the latest first."""
    return list(
        session.scalars(
            select(Wish).where(Wish.person_id == person_id).order_by(Wish.created_at.desc(), Wish.id)
        )
    )


def open_wishes(session: Session, today: dt.date) -> list[Wish]:
    """Wishes that are neither ended nor over, oldest first."""
    return list(
        session.scalars(
            select(Wish)
            .join(Person)
            .where(Wish.ended_at.is_(None), Wish.last_day >= today, Person.is_active)
            .order_by(Wish.created_at, Wish.id)
        )
    )


def rides_since(session: Session, revision: int, now_s: int) -> list[Ride]:
    """Rides changed after live revision `revision` that can still be booked."""
    return list(
        session.scalars(
            select(Ride)
            .where(
                Ride.changed_revision > revision,
                Ride.withdrawn_at.is_(None),
                Ride.bookable_until_s > now_s,
            )
            .order_by(Ride.begins_s, Ride.id)
        )
    )


def mark_looked_at(session: Session, wish_ids: Collection[str], revision: int) -> None:
    session.execute(
        sa.update(Wish)
        .where(Wish.id.in_(wish_ids), Wish.matched_revision < revision)
        .values(matched_revision=revision)
        .execution_options(synchronize_session=False)
    )


def forget_wishes_before(session: Session, day: dt.date, moment: dt.datetime) -> None:
    """Delete wishes that were over before `day` or ended before `moment`, with the places in them."""
    session.execute(delete(Wish).where(sa.or_(Wish.last_day < day, Wish.ended_at < moment)))
