"""Bookings: one row per journey, one row per vehicle of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride, RideStop
from mitfahr.domain.errors import Unknown
from mitfahr.domain.states import (
    FALLEN,
    HOLDING,
    LIVE,
    NOT_THE_RIDER,
    BookingState,
    LegState,
    Side,
    booking_state,
)
from routing.query import LegKind, Party

LONGEST_S = 2 * 24 * 3600
"""No journey lasts longer, so that those under way are found by their departure, of which there is an index."""


class ForParty:
    """Columns of whatever is booked for a party."""

    seats: Mapped[int]
    wheelchairs: Mapped[int]
    luggage: Mapped[int] = mapped_column(default=0)
    bicycles: Mapped[int] = mapped_column(default=0)

    @property
    def party(self) -> Party:
        return Party(self.seats, self.wheelchairs, self.luggage, self.bicycles)

    @party.setter
    def party(self, party: Party) -> None:
        self.seats, self.wheelchairs = party.seats, party.wheelchairs
        self.luggage, self.bicycles = party.luggage, party.bicycles


class Booking(ForParty, Base):
    """A journey as it was shown to the rider (`journey`, see `mitfahr.itinerary`) with what belongs to it.

    `booked_by_id` differs from `rider_id` when somebody booked for somebody else. `keep_others`: when
    one leg falls away the rider wants to keep the rest.
    """

    __tablename__ = "booking"
    __table_args__ = (sa.Index(None, "rider_id", "departure_s"), sa.Index(None, "departure_s"))

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    rider_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    booked_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    was_for_other: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Of forgotten bookings, for statistics: the two were not the same person."""
    origin_name: Mapped[str] = mapped_column(sa.String(200))
    destination_name: Mapped[str] = mapped_column(sa.String(200))
    departure_s: Mapped[int] = mapped_column(sa.BigInteger)
    arrival_s: Mapped[int] = mapped_column(sa.BigInteger)
    price_ct: Mapped[int]
    """What the rider pays to private drivers; tickets of timetable and BürgerBus are not in it."""
    keep_others: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str | None] = mapped_column(sa.String(500))
    """A word from the rider to the drivers."""
    journey: Mapped[dict[str, Any]]
    question: Mapped[dict[str, Any]]
    """What was asked (see `mitfahr.offered`), so that another way can be looked for."""
    timetable_version: Mapped[str] = mapped_column(sa.String(200))
    checked_against: Mapped[str | None] = mapped_column(sa.String(200))
    """Which arrays it was last found to hold in (`mitfahr.carry_over.name_of`); None: not known."""
    shifted_at: Mapped[dt.datetime | None]
    """When a new timetable last moved it, and its rider was told."""
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime | None]
    """When the rider last changed who and what travels."""
    trip_id: Mapped[str | None] = mapped_column(sa.String(32), index=True)
    """The same for journeys that were booked as one (there and back); None for a single one."""
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("booking.id"), index=True, unique=True)
    """The booking whose rest this one was booked in place of."""
    calendar_id: Mapped[str | None] = mapped_column(sa.String(32))
    """The entry in the rider's calendar that this booking took over; None: one of its own."""
    calendars_sent: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many states of that entry have been sent: the next one gets this as its SEQUENCE."""

    rider: Mapped[Person] = relationship(foreign_keys=[rider_id], lazy="joined")
    legs: Mapped[list[BookingLeg]] = relationship(
        lazy="selectin",
        order_by="BookingLeg.seq",
        cascade="all, delete-orphan",
        passive_deletes=True,
        back_populates="booking",
    )

    @property
    def state(self) -> BookingState:
        return booking_state(leg.state for leg in self.legs)

    @property
    def calendar_uid(self) -> str:
        """The same for a journey and whatever was booked in its place."""
        return self.calendar_id or self.id

    @property
    def lost_legs(self) -> list[BookingLeg]:
        """Legs that fell away without the rider's doing, each with its reason."""
        return [leg for leg in self.legs if leg.state in FALLEN and leg.moved_by in NOT_THE_RIDER]


class BookingLeg(ForParty, Base):
    """One vehicle of a booked journey; `seq` counts vehicles from 0.

    Legs of rides hold places between `board_stop_id` and `alight_stop_id` while their state says so;
    both are None once the places have been given back. `origin_area`/`destination_area` is what may be
    told to somebody who is not matched yet. Legs of runs without a booking are noted and hold nothing.
    """

    __tablename__ = "booking_leg"
    __table_args__ = (
        UniqueConstraint("booking_id", "seq"),
        sa.Index(None, "ride_id", "state"),
        sa.Index(None, "state", "hold_until_s"),
    )

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    booking_id: Mapped[str] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    seq: Mapped[int]
    kind: Mapped[LegKind] = mapped_column(stored_enum(LegKind))
    ride_id: Mapped[str | None] = mapped_column(ForeignKey("ride.id"))
    board_stop_id: Mapped[str | None] = mapped_column(ForeignKey("ride_stop.id"), index=True)
    alight_stop_id: Mapped[str | None] = mapped_column(ForeignKey("ride_stop.id"), index=True)
    origin_name: Mapped[str] = mapped_column(sa.String(200))
    origin_area: Mapped[str] = mapped_column(sa.String(200))
    origin_lat: Mapped[float]
    origin_lon: Mapped[float]
    destination_name: Mapped[str] = mapped_column(sa.String(200))
    destination_area: Mapped[str] = mapped_column(sa.String(200))
    destination_lat: Mapped[float]
    destination_lon: Mapped[float]
    departure_s: Mapped[int] = mapped_column(sa.BigInteger)
    arrival_s: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[LegState] = mapped_column(stored_enum(LegState))
    hold_until_s: Mapped[int | None] = mapped_column(sa.BigInteger)
    price_ct: Mapped[int] = mapped_column(default=0)
    """What the party pays as things are now; see `mitfahr.domain.prices`."""
    asked_ct: Mapped[int] = mapped_column(default=0, server_default="0")
    """What it would pay if the law left room for everybody."""
    agreed_ct: Mapped[int] = mapped_column(default=0, server_default="0")
    """What was shown when it booked: it never pays more."""
    repriced_at: Mapped[dt.datetime | None]
    """When others last changed what it pays, by joining or leaving."""
    rating_asked_at: Mapped[dt.datetime | None]
    """When both sides were asked how it was to travel together."""
    detour_s: Mapped[int] = mapped_column(default=0)
    moved_at: Mapped[dt.datetime]
    moved_by: Mapped[Side | None] = mapped_column(stored_enum(Side))
    reason: Mapped[str | None] = mapped_column(sa.String(300))

    booking: Mapped[Booking] = relationship(back_populates="legs", lazy="joined")
    ride: Mapped[Ride | None] = relationship(lazy="selectin")
    board_stop: Mapped[RideStop | None] = relationship(foreign_keys=[board_stop_id])
    alight_stop: Mapped[RideStop | None] = relationship(foreign_keys=[alight_stop_id])

    @property
    def shown(self) -> dict[str, Any]:
        """The leg as it was shown (`mitfahr.itinerary.LegJson`): route, trip, headsign, deadline …"""
        vehicles = [leg for leg in self.booking.journey["legs"] if leg["kind"] != LegKind.WALK]
        return dict(vehicles[self.seq])


def booking_of(session: Session, booking_id: str) -> Booking:
    """The booking of this id as the database has it now; raises Unknown."""
    booking = session.get(Booking, booking_id, populate_existing=True)
    if booking is None:
        raise Unknown("booking", booking_id)
    return booking


def lock_booking(session: Session, booking_id: str) -> Booking:
    """The booking as the database has it now, locked until the transaction ends. Raises Unknown.

    The order of locks: first the rides, then bookings in the order of their ids.
    """
    held = session.execute(
        sa.update(Booking)
        .where(Booking.id == booking_id)
        .values(seats=Booking.seats)
        .returning(Booking.id)
        .execution_options(synchronize_session=False)
    )
    if held.first() is None:
        raise Unknown("booking", booking_id)
    return booking_of(session, booking_id)


@dataclass(frozen=True, slots=True)
class StoredJourney:
    """What it takes to look at a booked journey again: a thousand of them as objects would take seconds.

    `to_come` and `standing` are numbers of vehicles: those still to be boarded, and those that have not fallen away.
    """

    booking_id: str
    journey: dict[str, Any]
    question: dict[str, Any]
    to_come: frozenset[int]
    standing: frozenset[int]


def journeys_to_come(
    session: Session, now_s: int, *, unless_checked: str | None = None, ahead_s: int | None = None
) -> list[StoredJourney]:
    """Booked journeys with a vehicle still to be boarded, soonest first.

    With `unless_checked` only those that were last held against other arrays, and with `ahead_s` besides them all
    that begin within so many seconds.
    """
    to_come = sa.exists().where(
        BookingLeg.booking_id == Booking.id, BookingLeg.state.in_(LIVE), BookingLeg.departure_s > now_s
    )
    wanted = select(Booking.id, Booking.journey, Booking.question).where(
        Booking.departure_s > now_s - LONGEST_S, Booking.arrival_s > now_s, to_come
    )
    if unless_checked is not None:
        unknown = sa.or_(Booking.checked_against.is_(None), Booking.checked_against != unless_checked)
        wanted = wanted.where(
            unknown if ahead_s is None else sa.or_(unknown, Booking.departure_s <= now_s + ahead_s)
        )
    bookings = session.execute(wanted.order_by(Booking.departure_s, Booking.id)).all()
    legs: dict[str, list[tuple[int, LegState, int]]] = defaultdict(list)
    of_them = wanted.with_only_columns(Booking.id).subquery()
    rows = session.execute(
        select(BookingLeg.booking_id, BookingLeg.seq, BookingLeg.state, BookingLeg.departure_s).join(
            of_them, of_them.c.id == BookingLeg.booking_id
        )
    )
    for booking_id, seq, state, departure_s in rows:
        legs[booking_id].append((seq, state, departure_s))
    return [
        StoredJourney(
            booking_id,
            journey,
            question,
            frozenset(seq for seq, state, leaves_s in legs[booking_id] if state in LIVE and leaves_s > now_s),
            frozenset(seq for seq, state, _ in legs[booking_id] if state not in FALLEN),
        )
        for booking_id, journey, question in bookings
    ]


def uncheck_journeys_on(session: Session, trip_ids_begin: str, now_s: int) -> None:
    """Journeys to come on trips whose ids begin so are held against what serves again, as after a new timetable."""
    text = sa.cast(Booking.journey, sa.Text)
    session.execute(
        sa.update(Booking)
        .where(Booking.arrival_s > now_s, text.contains(f'"{trip_ids_begin}', autoescape=True))
        .values(checked_against=None)
        .execution_options(synchronize_session=False)
    )


def mark_checked(session: Session, booking_ids: Collection[str], against: str) -> None:
    """Note against which arrays these bookings have been held."""
    session.execute(
        sa.update(Booking)
        .where(Booking.id.in_(booking_ids))
        .values(checked_against=against)
        .execution_options(synchronize_session=False)
    )


def leg_of(session: Session, leg_id: str) -> BookingLeg:
    """The booked leg of this id as the database has it now; raises Unknown."""
    leg = session.get(BookingLeg, leg_id, populate_existing=True)
    if leg is None:
        raise Unknown("leg", leg_id)
    return leg


def bookings_of_rider(session: Session, rider_id: str, from_s: int) -> list[Booking]:
    """Bookings whose journey ends after `from_s`, in whatever state, soonest first."""
    return list(
        session.scalars(
            select(Booking)
            .where(Booking.rider_id == rider_id, Booking.arrival_s > from_s)
            .order_by(Booking.departure_s, Booking.created_at, Booking.id)
        )
    )


def bookings_of_trip(session: Session, booking: Booking) -> list[Booking]:
    """What was booked as one with this booking, itself included, soonest first."""
    if booking.trip_id is None:
        return [booking]
    return list(
        session.scalars(
            select(Booking)
            .where(Booking.trip_id == booking.trip_id)
            .order_by(Booking.departure_s, Booking.id)
        )
    )


def replacements_of(session: Session, booking_ids: Collection[str]) -> dict[str, str]:
    """The ids of the bookings that were made in place of these, by the ids of these."""
    rows = session.execute(
        select(Booking.replaces_id, Booking.id).where(Booking.replaces_id.in_(booking_ids))
    )
    return {replaced: booking_id for replaced, booking_id in rows if replaced is not None}


def requests_for_driver(session: Session, driver_id: str, now_s: int) -> list[BookingLeg]:
    """Legs that wait for the driver's answer and have not lapsed, the most urgent first."""
    return list(
        session.scalars(
            select(BookingLeg)
            .join(Ride)
            .where(
                Ride.driver_id == driver_id,
                BookingLeg.state == LegState.REQUESTED,
                BookingLeg.hold_until_s > now_s,
            )
            .order_by(BookingLeg.hold_until_s, BookingLeg.id)
        )
    )


def passengers_of_ride(session: Session, ride_id: str, now_s: int) -> list[BookingLeg]:
    """Legs that hold places on the ride now, in the order of getting on."""
    return list(
        session.scalars(
            select(BookingLeg)
            .where(
                BookingLeg.ride_id == ride_id,
                BookingLeg.state.in_(HOLDING),
                BookingLeg.board_stop_id.is_not(None),
                sa.or_(BookingLeg.state != LegState.REQUESTED, BookingLeg.hold_until_s > now_s),
            )
            .order_by(BookingLeg.departure_s, BookingLeg.arrival_s, BookingLeg.id)
        )
    )


def holding_legs(session: Session, ride_ids: Collection[str]) -> list[BookingLeg]:
    """Legs whose places are written into the hops of these rides, expired requests included."""
    return list(
        session.scalars(
            select(BookingLeg)
            .where(
                BookingLeg.ride_id.in_(ride_ids),
                BookingLeg.state.in_(HOLDING),
                BookingLeg.board_stop_id.is_not(None),
            )
            .order_by(BookingLeg.id)
            .execution_options(populate_existing=True)
        )
    )


def booked_ride_ids(session: Session, ride_ids: Collection[str]) -> set[str]:
    """Those of these rides that somebody is going to travel with."""
    rows = session.scalars(
        select(BookingLeg.ride_id)
        .where(BookingLeg.ride_id.in_(ride_ids), BookingLeg.state.in_(LIVE))
        .distinct()
    )
    return {ride_id for ride_id in rows if ride_id is not None}


def expired_holds(session: Session, now_s: int, since_s: int | None = None) -> list[tuple[str, str]]:
    """(booking id, ride id) of requests that expired by `now_s` (after `since_s`, if given)."""
    condition = [BookingLeg.state == LegState.REQUESTED, BookingLeg.hold_until_s <= now_s]
    if since_s is not None:
        condition.append(BookingLeg.hold_until_s > since_s)
    rows = session.execute(
        select(BookingLeg.booking_id, BookingLeg.ride_id)
        .where(*condition, BookingLeg.ride_id.is_not(None))
        .order_by(BookingLeg.booking_id)
    )
    return [(booking_id, ride_id) for booking_id, ride_id in rows if ride_id is not None]


def asked_of_riders(session: Session, ride_ids: Collection[str], now_s: int) -> dict[str, int]:
    """What the riders who hold places now are asked for together, by ride id; empty rides are left out."""
    rows = session.execute(
        select(BookingLeg.ride_id, sa.func.sum(BookingLeg.asked_ct))
        .where(
            BookingLeg.ride_id.in_(ride_ids),
            BookingLeg.state.in_(HOLDING),
            sa.or_(BookingLeg.state != LegState.REQUESTED, BookingLeg.hold_until_s > now_s),
        )
        .group_by(BookingLeg.ride_id)
    )
    return {ride_id: int(total) for ride_id, total in rows if ride_id is not None}


def bookings_of_number(session: Session, beginning: str) -> list[Booking]:
    """Bookings whose id begins so (see `mitfahr.domain.booking_numbers`); seldom more than one."""
    return list(
        session.scalars(
            select(Booking).where(Booking.id >= beginning, Booking.id < beginning + "g").order_by(Booking.id)
        )
    )


def is_stop_used(session: Session, ride_stop_id: str) -> bool:
    """Whether any leg gets on or off at this stop of a ride."""
    used = (BookingLeg.board_stop_id == ride_stop_id) | (BookingLeg.alight_stop_id == ride_stop_id)
    return session.scalar(select(BookingLeg.id).where(used).limit(1)) is not None
