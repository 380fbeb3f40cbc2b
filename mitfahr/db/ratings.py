"""What people said about travelling together."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from mitfahr.db.base import Base, new_id
from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.reminders import LONGEST_JOURNEY_S
from mitfahr.db.rides import Ride
from mitfahr.domain.states import LegState
from mitfahr.domain.trust import ASKED_AFTER_S, RATE_WITHIN_S, Praise, Standing, is_shown, standing
from routing.query import LegKind


class Rating(Base):
    """`rater_id` about `rated_id` after the booked leg; both `leg_id` and `rater_id` are None once the
    booking has become anonymous."""

    __tablename__ = "rating"
    __table_args__ = (UniqueConstraint("leg_id", "rater_id"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    leg_id: Mapped[str | None] = mapped_column(ForeignKey("booking_leg.id", ondelete="SET NULL"))
    rater_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    rated_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    arrival_s: Mapped[int] = mapped_column(sa.BigInteger)
    again: Mapped[bool]
    praise: Mapped[str] = mapped_column(sa.String(200))
    """Words of `Praise`, with commas between."""
    created_at: Mapped[dt.datetime]

    @property
    def words(self) -> tuple[Praise, ...]:
        return tuple(Praise(word) for word in self.praise.split(",") if word)


def rating_by(session: Session, leg_id: str, rater_id: str) -> Rating | None:
    return session.scalar(select(Rating).where(Rating.leg_id == leg_id, Rating.rater_id == rater_id))


def rated_legs(session: Session, rater_id: str, leg_ids: Collection[str]) -> frozenset[str]:
    """Those of the legs that the person has said something about."""
    return frozenset(
        leg_id
        for leg_id in session.scalars(
            select(Rating.leg_id).where(Rating.rater_id == rater_id, Rating.leg_id.in_(leg_ids))
        )
        if leg_id is not None
    )


def _said_about() -> sa.Select[Rating, bool]:
    other = aliased(Rating)
    both = select(other.id).where(other.leg_id == Rating.leg_id, other.rater_id != Rating.rater_id).exists()
    asked: sa.BindParameter[list[str]] = sa.bindparam("person_ids", expanding=True)
    return select(Rating, both).where(Rating.rated_id.in_(asked))


def legs_to_ask_about(session: Session, now_s: int, ride_id: str | None = None) -> list[BookingLeg]:
    """Legs of private rides (of this one, if given) that ended a while ago and whose two sides have not been
    asked how it was, neither about this leg nor about another one they shared."""
    other, booking, ride = aliased(BookingLeg), aliased(Booking), aliased(Ride)
    asked_before = (
        select(other.id)
        .join(booking, booking.id == other.booking_id)
        .join(ride, ride.id == other.ride_id)
        .where(
            other.rating_asked_at.is_not(None),
            booking.rider_id == Booking.rider_id,
            ride.driver_id == Ride.driver_id,
        )
    )
    of_ride = [] if ride_id is None else [BookingLeg.ride_id == ride_id]
    return list(
        session.scalars(
            select(BookingLeg)
            .join(Booking, Booking.id == BookingLeg.booking_id)
            .join(Ride, Ride.id == BookingLeg.ride_id)
            .where(
                BookingLeg.state == LegState.COMPLETED,
                BookingLeg.kind == LegKind.RIDE,
                BookingLeg.rating_asked_at.is_(None),
                Booking.departure_s > now_s - RATE_WITHIN_S - LONGEST_JOURNEY_S,
                BookingLeg.arrival_s.between(now_s - RATE_WITHIN_S, now_s - ASKED_AFTER_S),
                Ride.ends_s <= now_s - ASKED_AFTER_S,
                ~asked_before.exists(),
                *of_ride,
            )
            .order_by(BookingLeg.departure_s, BookingLeg.id)
            .execution_options(populate_existing=True)
        )
    )


_SAID_ABOUT = _said_about()
"""Put together once: every page of results asks it, and putting it together takes longer than the answer."""


def standings(session: Session, person_ids: Collection[str], now_s: int) -> dict[str, Standing]:
    """What anybody may know of people's ratings, by person id; who has none is left out."""
    shown: dict[str, list[tuple[bool, Iterable[Praise]]]] = defaultdict(list)
    for row, both_rated in session.execute(_SAID_ABOUT, {"person_ids": list(person_ids)}):
        if is_shown(row.arrival_s, both_rated, now_s):
            shown[row.rated_id].append((row.again, row.words))
    return {person_id: standing(rows) for person_id, rows in shown.items()}
