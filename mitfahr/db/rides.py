"""Rides: private offers and BürgerBus runs in one table, with their stops and the hops between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, aliased, lazyload, mapped_column, raiseload, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.people import Organisation, Person
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.errors import Unknown
from mitfahr.domain.recurrence import Direction
from mitfahr.domain.ride_terms import Need, Terms
from mitfahr.domain.rides import RideKind
from mitfahr.domain.run_progress import MOST_LATE_S, expected_s
from mitfahr.domain.seats import Hop, Layout
from mitfahr.domain.times import local
from routing.journey import Place

MAX_FARE = 200


class Ride(Base):
    """One dated ride. Columns ending in `_s` are UTC seconds or durations in seconds, `_m` metres.

    `begins_s` … `ends_s` is the longest time the ride can take. Private rides only: the departure
    window `earliest_s` … `latest_s`, `latest_arrival_s`, the detour `budget_s`, the direct way
    (`direct_s`, `direct_m`), what a rider pays per kilometre, and whether the driver `asks_first`.
    `revision` counts the locks taken (see `lock_rides`); `changed_revision` is the live revision of
    the last change that a search could notice.
    """

    __tablename__ = "ride"
    __table_args__ = (
        sa.Index(None, "changed_revision"),
        sa.Index(None, "ends_s"),
        sa.Index(None, "driver_id", "begins_s"),
        sa.Index(None, "shift_id"),
        UniqueConstraint("series_id", "series_day", "series_direction"),
        UniqueConstraint("run_line_id", "line_day", "line_clock"),
        UniqueConstraint(
            "demand_service_id",
            "vehicle_id",
            "demand_day",
            "demand_clock",
            name="uq_ride_demand_tour",  # by the rule it would be longer than PostgreSQL allows
        ),
    )

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    kind: Mapped[RideKind] = mapped_column(stored_enum(RideKind))
    label: Mapped[str] = mapped_column(sa.String(120))
    line: Mapped[str | None] = mapped_column(sa.String(20))
    driver_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    seats: Mapped[int]
    wheelchairs: Mapped[int]
    luggage: Mapped[int] = mapped_column(default=0)
    bicycles: Mapped[int] = mapped_column(default=0)
    begins_s: Mapped[int] = mapped_column(sa.BigInteger)
    ends_s: Mapped[int] = mapped_column(sa.BigInteger)
    bookable_until_s: Mapped[int] = mapped_column(sa.BigInteger)
    booking: Mapped[BookingNeed] = mapped_column(
        stored_enum(BookingNeed), default=BookingNeed.REQUIRED, server_default=BookingNeed.REQUIRED.value
    )
    fare: Mapped[str | None] = mapped_column(sa.String(MAX_FARE))
    """Of a run, as it was approved, in words."""
    earliest_s: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    latest_s: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    latest_arrival_s: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    budget_s: Mapped[int] = mapped_column(default=0)
    direct_s: Mapped[int] = mapped_column(default=0)
    direct_m: Mapped[int] = mapped_column(default=0)
    rate_ct_per_km: Mapped[int] = mapped_column(default=0)
    allowed_ct: Mapped[int] = mapped_column(default=0, server_default="0")
    """What the law let all riders pay together when somebody joined last, by the rate of the day of the ride."""
    asks_first: Mapped[bool] = mapped_column(default=False)
    child_seat: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    pets: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    smoking: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    women_only: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    vehicle: Mapped[str | None] = mapped_column(sa.String(120))
    """How riders recognise the car, number plate included: only for matched riders' eyes."""
    note: Mapped[str | None] = mapped_column(sa.String(500))
    series_id: Mapped[str | None] = mapped_column(ForeignKey("ride_series.id"))
    series_day: Mapped[dt.date | None]
    """Which date of its series it is; None once the plan has been changed and the date is free again."""
    series_direction: Mapped[Direction | None] = mapped_column(stored_enum(Direction))
    run_line_id: Mapped[str | None] = mapped_column(ForeignKey("run_line.id"))
    line_day: Mapped[dt.date | None]
    """Which run of its line it is; None once the line has been changed and the departure is free again."""
    line_clock: Mapped[dt.time | None]
    demand_service_id: Mapped[str | None] = mapped_column(ForeignKey("demand_service.id"))
    demand_day: Mapped[dt.date | None]
    """Which tour of its service it is, with `vehicle_id` and when its hours begin; None once the service has
    been changed and these hours are free again."""
    demand_clock: Mapped[dt.time | None]
    vehicle_id: Mapped[str | None] = mapped_column(ForeignKey("organisation_vehicle.id"))
    """Of runs: the association's vehicle, if it is known which."""
    shift_id: Mapped[str | None] = mapped_column(ForeignKey("duty_shift.id"))
    """Of runs and tours: whose driver is the ride's, always."""
    stops_done: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many stops whoever drives it has left, as they said at `stops_done_at`."""
    stops_done_at: Mapped[dt.datetime | None]
    late_from: Mapped[int] = mapped_column(default=0, server_default="0")
    late_s: Mapped[int] = mapped_column(default=0, server_default="0")
    """How much later than published it reaches stop `late_from`, as was said at `late_at`."""
    late_at: Mapped[dt.datetime | None]
    reordered_at: Mapped[dt.datetime | None]
    """Of tours on demand: when their visits were last put into another order, or moved to another vehicle."""
    created_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_reason: Mapped[str | None] = mapped_column(sa.String(300))
    revision: Mapped[int] = mapped_column(default=0)
    changed_revision: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    driver: Mapped[Person | None] = relationship(lazy="joined")
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    stops: Mapped[list[RideStop]] = relationship(
        lazy="selectin",
        order_by="RideStop.seq",
        cascade="all, delete-orphan",
        passive_deletes=True,
        back_populates="ride",
    )
    hops: Mapped[list[RideHop]] = relationship(
        lazy="selectin", order_by="RideHop.seq", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def published_s(self) -> list[tuple[int, int]]:
        """Of runs: arrival and departure at each stop by the timetable."""
        return [(stop.arrival_s, stop.departure_s) for stop in self.stops]

    @property
    def expected_s(self) -> list[tuple[int, int]]:
        """Of runs: arrival and departure at each stop as they are expected now."""
        return expected_s(self.published_s, self.late_from, self.late_s)

    @property
    def over_s(self) -> int:
        """When it is over as far as is known: a run that is late ends late."""
        return self.expected_s[-1][0] if self.late_s else self.ends_s

    @property
    def breaks_promises(self) -> bool:
        """Of tours on demand: whether somebody who is still to come was told other times than they were promised."""
        return any(stop.told_s is not None and stop.seq >= self.stops_done for stop in self.stops)

    @property
    def terms(self) -> Terms:
        return Terms(self.child_seat, self.pets, self.smoking, self.women_only)

    @property
    def layout(self) -> Layout[RideStop]:
        """Stops and hops as the seat arithmetic of the domain sees them."""
        hops = (
            Hop(
                row.capacity,
                row.taken,
                row.wheelchair_capacity,
                row.wheelchair_taken,
                row.luggage_capacity,
                row.luggage_taken,
                row.bicycle_capacity,
                row.bicycle_taken,
            )
            for row in self.hops
        )
        return Layout(tuple(self.stops), tuple(hops))


class RideStop(Base):
    """A stop of a ride in driving order, `seq` from 0.

    Runs: `arrival_s` and `departure_s` are the published times. Private rides: they are what the
    driver would drive at present, and `promised_pickup_s`/`promised_dropoff_s` what riders were told.
    On-demand tours: `arrival_s` is when it is planned to be there, between `earliest_s` and `latest_s` as was
    promised (both of the promised columns say which kind of stop it is), `known_s` when that was decided; the
    first stop and the last are the base, where nobody gets on. `said_s` is when it will be reached, as whoever
    drives says of the stop they are late for; `told_s` is by when passengers were told it will be reached, where
    that is later than `latest_s`.
    """

    __tablename__ = "ride_stop"
    __table_args__ = (UniqueConstraint("ride_id", "seq"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    ride_id: Mapped[str] = mapped_column(ForeignKey("ride.id", ondelete="CASCADE"))
    seq: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    name: Mapped[str] = mapped_column(sa.String(200))
    stop_id: Mapped[str | None] = mapped_column(sa.String(200))
    arrival_s: Mapped[int] = mapped_column(sa.BigInteger)
    departure_s: Mapped[int] = mapped_column(sa.BigInteger)
    promised_pickup_s: Mapped[int | None] = mapped_column(sa.BigInteger)
    promised_dropoff_s: Mapped[int | None] = mapped_column(sa.BigInteger)
    earliest_s: Mapped[int | None] = mapped_column(sa.BigInteger)
    latest_s: Mapped[int | None] = mapped_column(sa.BigInteger)
    known_s: Mapped[int | None] = mapped_column(sa.BigInteger)
    said_s: Mapped[int | None] = mapped_column(sa.BigInteger)
    told_s: Mapped[int | None] = mapped_column(sa.BigInteger)

    ride: Mapped[Ride] = relationship(back_populates="stops")

    @property
    def held_until_s(self) -> int:
        """Of visits of tours: by when it is reached, as its passengers know."""
        return max(self.latest_s or 0, self.told_s or 0)


class RideHop(Base):
    """Places between stop `seq` and the next. The constraints make overbooking impossible, whatever
    the code above them does; 8 is `mitfahr.domain.seats.MAX_PASSENGERS`."""

    __tablename__ = "ride_hop"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", "seats"),
        CheckConstraint("wheelchair_taken >= 0 AND wheelchair_taken <= wheelchair_capacity", "wheelchairs"),
        CheckConstraint("taken + wheelchair_taken <= 8", "people"),
        CheckConstraint("luggage_taken >= 0 AND luggage_taken <= luggage_capacity", "luggage"),
        CheckConstraint("bicycle_taken >= 0 AND bicycle_taken <= bicycle_capacity", "bicycles"),
    )

    ride_id: Mapped[str] = mapped_column(ForeignKey("ride.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    wheelchair_capacity: Mapped[int] = mapped_column(default=0)
    wheelchair_taken: Mapped[int] = mapped_column(default=0)
    luggage_capacity: Mapped[int] = mapped_column(default=0)
    luggage_taken: Mapped[int] = mapped_column(default=0)
    bicycle_capacity: Mapped[int] = mapped_column(default=0)
    bicycle_taken: Mapped[int] = mapped_column(default=0)


_WITHOUT_PEOPLE = (lazyload(Ride.driver), lazyload(Ride.organisation))


def ride_of(session: Session, ride_id: str) -> Ride:
    """The ride of this id; raises Unknown."""
    ride = session.get(Ride, ride_id)
    if ride is None:
        raise Unknown("ride", ride_id)
    return ride


def lock_rides(session: Session, ride_ids: Iterable[str]) -> dict[str, Ride]:
    """Lock rides until the transaction ends and read them as they are now; raises Unknown.

    The rule: whoever is going to change seats, promises or states on rides locks all of them, once
    per transaction, in the order of their ids, before looking at them. The UPDATE is the lock: on
    PostgreSQL it holds the row, on SQLite the whole transaction is alone already.
    """
    wanted = sorted(set(ride_ids))
    for ride_id in wanted:
        touched = session.execute(
            update(Ride)
            .where(Ride.id == ride_id)
            .values(revision=Ride.revision + 1)
            .returning(Ride.id)
            .execution_options(synchronize_session=False)
        )
        if touched.first() is None:
            raise Unknown("ride", ride_id)
    return read_again(session, wanted)


def with_sister_tours(session: Session, ride_ids: Collection[str]) -> set[str]:
    """These rides and, of tours on demand, the others of the same service and hours.

    Passengers are moved among them (`improve_tours`), so whoever locks the rides of a booking locks all of these.
    """
    sister = aliased(Ride)
    same_hours = sa.and_(
        sister.demand_service_id == Ride.demand_service_id,
        sister.begins_s == Ride.begins_s,
        sister.ends_s == Ride.ends_s,
    )
    found = select(sister.id).join(Ride, same_hours)
    wanted = found.where(Ride.id.in_(ride_ids), sister.withdrawn_at.is_(None))
    return {*ride_ids, *(session.scalars(wanted) if ride_ids else ())}


def read_again(session: Session, ride_ids: Collection[str]) -> dict[str, Ride]:
    """Rides by id with stops and hops as the database has them, whatever the session remembers."""
    rows = session.scalars(
        select(Ride).where(Ride.id.in_(ride_ids)).execution_options(populate_existing=True)
    )
    return {ride.id: ride for ride in rows}


def rides_without_stops(session: Session, ride_ids: Collection[str]) -> dict[str, Ride]:
    """Rides by id as an answer names them: with their organisation, but neither stops, hops nor driver."""
    if not ride_ids:
        return {}
    left_out = (raiseload(Ride.stops), raiseload(Ride.hops), lazyload(Ride.driver))
    return {
        ride.id: ride
        for ride in session.scalars(select(Ride).where(Ride.id.in_(ride_ids)).options(*left_out))
    }


def rides_ending_after(session: Session, moment_s: int) -> list[Ride]:
    """Everything a search could still use: not withdrawn and not over; people are not read with it."""
    rides = session.scalars(
        select(Ride).where(Ride.withdrawn_at.is_(None), _ends_after(moment_s)).options(*_WITHOUT_PEOPLE)
    )
    return [ride for ride in rides if ride.over_s > moment_s]


def _ends_after(moment_s: int) -> sa.ColumnElement[bool]:
    """The same as `Ride.over_s > moment_s`, or more; by the index on the published end."""
    is_late = sa.and_(Ride.late_s > 0, Ride.ends_s > moment_s - MOST_LATE_S)
    return sa.or_(Ride.ends_s > moment_s, is_late)


def rides_changed_since(session: Session, revision: int) -> list[Ride]:
    """Rides changed after live revision `revision`, withdrawn ones too; people are not read with it."""
    return list(
        session.scalars(select(Ride).where(Ride.changed_revision > revision).options(*_WITHOUT_PEOPLE))
    )


def stops_to_come(session: Session, moment_s: int) -> list[tuple[str, Place]]:
    """(ride id, stop of the timetable as it is stored) of rides that end after the moment and are not withdrawn."""
    rows = session.execute(
        select(RideStop.ride_id, RideStop.name, RideStop.lat, RideStop.lon, RideStop.stop_id)
        .join(Ride, Ride.id == RideStop.ride_id)
        .where(Ride.withdrawn_at.is_(None), Ride.ends_s > moment_s, RideStop.stop_id.is_not(None))
        .order_by(RideStop.ride_id, RideStop.seq)
    )
    return [(ride_id, Place(name, lat, lon, stop_id)) for ride_id, name, lat, lon, stop_id in rows]


def rides_of_driver(session: Session, driver_id: str, from_s: int) -> list[Ride]:
    """Rides that the person drives and that end after `from_s`, withdrawn ones too, soonest first."""
    return list(
        session.scalars(
            select(Ride)
            .where(Ride.driver_id == driver_id, Ride.ends_s > from_s)
            .order_by(Ride.begins_s, Ride.id)
        )
    )


def last_ways_of_driver(session: Session, driver_id: str, from_s: int, most: int) -> list[Ride]:
    """For each way at each time of day that the person has offered, the newest ride that ends after `from_s`.

    Of these the `most` last offered, the newest first.
    """
    rides = session.scalars(
        select(Ride)
        .where(Ride.driver_id == driver_id, Ride.kind == RideKind.PRIVATE, Ride.ends_s > from_s)
        .order_by(Ride.created_at.desc(), Ride.begins_s.desc(), Ride.id)
        .limit(60)
    )
    ways: dict[tuple[object, ...], Ride] = {}
    for ride in rides:
        first, last = ride.stops[0], ride.stops[-1]
        ways.setdefault((first.lat, first.lon, last.lat, last.lon, local(ride.earliest_s).time()), ride)
    return list(ways.values())[:most]


def runs_of_organisation(session: Session, organisation_id: str, from_s: int) -> list[Ride]:
    """Runs of the organisation that end after `from_s`, cancelled ones too, soonest first."""
    return list(
        session.scalars(
            select(Ride)
            .where(
                Ride.organisation_id == organisation_id,
                Ride.kind == RideKind.RUN,
                Ride.ends_s > from_s,
            )
            .order_by(Ride.begins_s, Ride.id)
        )
    )


def cancelled_runs(session: Session, from_s: int, until_s: int) -> list[Ride]:
    """Runs that were to be on their way between these moments and do not take place, soonest first."""
    return list(
        session.scalars(
            select(Ride)
            .where(
                Ride.kind == RideKind.RUN,
                Ride.withdrawn_at.is_not(None),
                Ride.begins_s <= until_s,
                Ride.ends_s >= from_s,
            )
            .order_by(Ride.begins_s, Ride.id)
            .options(*_WITHOUT_PEOPLE)
        )
    )


def driven_by_organisation(session: Session, organisation_id: str, from_s: int) -> list[Ride]:
    """Runs and tours on demand of the organisation that end after `from_s`, cancelled ones too, soonest first."""
    return list(
        session.scalars(
            select(Ride)
            .where(Ride.organisation_id == organisation_id, Ride.ends_s > from_s)
            .order_by(Ride.begins_s, Ride.id)
        )
    )


def coming_runs_of_driver(session: Session, driver_id: str, organisation_id: str, from_s: int) -> list[str]:
    """Ids of the organisation's runs that the person is to drive, that begin after `from_s` and take place."""
    return list(
        session.scalars(
            select(Ride.id).where(
                Ride.driver_id == driver_id,
                Ride.organisation_id == organisation_id,
                Ride.kind == RideKind.RUN,
                Ride.withdrawn_at.is_(None),
                Ride.begins_s > from_s,
            )
        )
    )


def unsuitable_rides(session: Session, needs: Collection[Need], is_woman: bool, now_s: int) -> frozenset[str]:
    """Ids of private rides after `now_s` whose terms do not suit (`mitfahr.domain.ride_terms`)."""
    against = [] if is_woman else [Ride.women_only.is_(True)]
    if Need.CHILD_SEAT in needs:
        against.append(Ride.child_seat.is_(False))
    if Need.PET in needs:
        against.append(Ride.pets.is_(False))
    if Need.NO_SMOKE in needs:
        against.append(Ride.smoking.is_(True))
    if not against:
        return frozenset()
    return frozenset(
        session.scalars(
            select(Ride.id).where(
                Ride.kind == RideKind.PRIVATE,
                Ride.withdrawn_at.is_(None),
                Ride.ends_s > now_s,
                sa.or_(*against),
            )
        )
    )


def spans_of_driver(session: Session, driver_id: str, from_s: int) -> list[tuple[str, int, int, str]]:
    """(id, begin, end, label) of rides of the driver that still take place, soonest first."""
    rows = session.execute(
        select(Ride.id, Ride.begins_s, Ride.ends_s, Ride.label)
        .where(Ride.driver_id == driver_id, Ride.withdrawn_at.is_(None), Ride.ends_s > from_s)
        .order_by(Ride.begins_s, Ride.id)
    )
    return [(ride_id, begins_s, ends_s, label) for ride_id, begins_s, ends_s, label in rows]


def overlapping_ride(session: Session, driver_id: str, begins_s: int, ends_s: int) -> Ride | None:
    """A ride of the driver that is neither withdrawn nor over before `begins_s`."""
    return session.scalar(
        select(Ride)
        .where(
            Ride.driver_id == driver_id,
            Ride.withdrawn_at.is_(None),
            Ride.begins_s < ends_s,
            Ride.ends_s > begins_s,
        )
        .order_by(Ride.begins_s)
        .limit(1)
    )
