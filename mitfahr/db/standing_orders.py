"""Standing orders, and what became of each of their days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.bookings import Booking, BookingLeg, booking_of, bookings_of_trip, replacements_of
from mitfahr.db.people import Person
from mitfahr.domain.errors import Unknown
from mitfahr.domain.recurrence import PlannedDay, Recurrence
from mitfahr.domain.standing_orders import Hitch, asked_for
from mitfahr.domain.states import FALLEN, NOT_THE_RIDER
from mitfahr.domain.trip_request import TripRequest


class StandingOrder(Base):
    """`question` is a `TripRequest` whose moment does not count, `plan` a `Recurrence`. `created_by_id` differs from
    `person_id` when a dispatcher took it down."""

    __tablename__ = "standing_order"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    question: Mapped[dict[str, Any]]
    origin_name: Mapped[str] = mapped_column(sa.String(200))
    origin_lat: Mapped[float] = mapped_column(server_default="0")
    origin_lon: Mapped[float] = mapped_column(server_default="0")
    destination_name: Mapped[str] = mapped_column(sa.String(200))
    destination_lat: Mapped[float] = mapped_column(server_default="0")
    destination_lon: Mapped[float] = mapped_column(server_default="0")
    plan: Mapped[dict[str, Any]]
    message: Mapped[str | None] = mapped_column(sa.String(500))
    """A word to whoever drives, sent with every booking."""
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    written_at: Mapped[dt.datetime | None]
    """When the person was last written what is booked; None since the order was made or changed."""

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence.from_json(self.plan)

    @property
    def request(self) -> TripRequest:
        return TripRequest.from_json(self.question)

    @property
    def origin(self) -> tuple[float, float]:
        return self.origin_lat, self.origin_lon

    @property
    def destination(self) -> tuple[float, float]:
        return self.destination_lat, self.destination_lon

    def asked_on(self, planned: PlannedDay) -> str:
        """See `mitfahr.domain.standing_orders.asked_for`."""
        return asked_for(self.request, (self.origin, self.destination), planned.rides)


class StandingDay(Base):
    """A day that was dealt with: booked (`booking_id`, of two ways that of the way out), or not (`hitch`).

    `asked` is what it was booked for (`asked_for`; None: it stays as it is): where the order asks for something else
    now, it is booked anew in place of that, and with a hitch the old booking stands until then.
    `written_at`: what is booked, or no longer, has been written to the person.
    A hitch is told once (`told_at`), tried again now and then (`tried_at`), and off the list once it is booked or
    somebody has `settled_at` it by hand.
    """

    __tablename__ = "standing_day"

    order_id: Mapped[str] = mapped_column(
        ForeignKey("standing_order.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    booking_id: Mapped[str | None] = mapped_column(ForeignKey("booking.id"), index=True)
    hitch: Mapped[Hitch | None] = mapped_column(stored_enum(Hitch))
    tried_at: Mapped[dt.datetime]
    told_at: Mapped[dt.datetime | None]
    settled_at: Mapped[dt.datetime | None]
    settled_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    asked: Mapped[str | None] = mapped_column(sa.String(32))
    written_at: Mapped[dt.datetime | None]

    order: Mapped[StandingOrder] = relationship(lazy="joined")


def standing_order_of(session: Session, order_id: str, *, lock: bool = False) -> StandingOrder:
    """The order of this id as the database has it now; raises Unknown.

    With `lock` nobody books for it or changes it until the transaction ends.
    """
    locked = {"of": StandingOrder, "key_share": True} if lock else None
    order = session.get(StandingOrder, order_id, with_for_update=locked, populate_existing=True)
    if order is None:
        raise Unknown("standing order", order_id)
    return order


def orders_of_person(session: Session, person_id: str) -> list[StandingOrder]:
    """All of the person's, those that run first, then the latest first."""
    return list(
        session.scalars(
            select(StandingOrder)
            .where(StandingOrder.person_id == person_id)
            .order_by(StandingOrder.ended_at.is_not(None), StandingOrder.created_at.desc(), StandingOrder.id)
        )
    )


def running_orders(session: Session) -> list[StandingOrder]:
    """All that have not been ended, of people whose account is open, by name."""
    return list(
        session.scalars(
            select(StandingOrder)
            .join(Person, Person.id == StandingOrder.person_id)
            .where(StandingOrder.ended_at.is_(None), Person.is_active)
            .order_by(Person.last_name, Person.first_name, StandingOrder.created_at, StandingOrder.id)
        )
    )


def days_of_order(session: Session, order_id: str, since: dt.date) -> dict[dt.date, StandingDay]:
    """What became of the days from `since` on."""
    rows = session.scalars(
        select(StandingDay)
        .where(StandingDay.order_id == order_id, StandingDay.day >= since)
        .order_by(StandingDay.day)
        .execution_options(populate_existing=True)
    )
    return {row.day: row for row in rows}


def standing_bookings(session: Session, booking_id: str) -> list[Booking]:
    """What is booked for a day, or was put in its place since, in the order of travelling."""
    found = {one.id: one for one in bookings_of_trip(session, booking_of(session, booking_id))}
    while later := [key for key in replacements_of(session, found).values() if key not in found]:
        found |= {key: booking_of(session, key) for key in later}
    replaced = {one.replaces_id for one in found.values()}
    return sorted((one for key, one in found.items() if key not in replaced), key=lambda one: one.departure_s)


def orders_to_write(session: Session, since: dt.date) -> list[str]:
    """Ids of orders with days from `since` on of which the person has not been written what is booked, or not any more."""
    return list(
        session.scalars(
            select(StandingDay.order_id)
            .where(
                StandingDay.day >= since,
                StandingDay.booking_id.is_not(None),
                StandingDay.written_at.is_(None),
            )
            .distinct()
            .order_by(StandingDay.order_id)
        )
    )


def unsettled_days(session: Session, since: dt.date) -> list[StandingDay]:
    """What somebody has to see to, soonest first: days that could not be booked, and days whose booking has lost a leg
    that nothing has taken the place of."""
    first, part, later = aliased(Booking), aliased(Booking), aliased(Booking)
    lost = (
        sa.exists()
        .where(BookingLeg.state.in_(FALLEN), BookingLeg.moved_by.in_(NOT_THE_RIDER))
        .where(BookingLeg.booking_id == part.id)
        .where(first.id == StandingDay.booking_id)
        .where(sa.or_(part.id == first.id, part.trip_id == first.trip_id))
        .where(~sa.exists().where(later.replaces_id == part.id))
    )
    return list(
        session.scalars(
            select(StandingDay)
            .join(StandingOrder)
            .where(
                StandingDay.day >= since,
                StandingDay.settled_at.is_(None),
                StandingOrder.ended_at.is_(None),
                sa.or_(StandingDay.hitch.is_not(None), lost),
            )
            .order_by(StandingDay.day, StandingDay.order_id)
        )
    )


def forget_orders_before(session: Session, day: dt.date, moment: dt.datetime) -> None:
    """Delete orders ended before `moment`, and what became of days before `day`."""
    session.execute(delete(StandingDay).where(StandingDay.day < day))
    ended = select(StandingOrder.id).where(StandingOrder.ended_at < moment).scalar_subquery()
    session.execute(delete(StandingDay).where(StandingDay.order_id.in_(ended)))
    session.execute(delete(StandingOrder).where(StandingOrder.ended_at < moment))
