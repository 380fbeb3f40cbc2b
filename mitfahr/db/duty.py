"""Duty of the drivers of an association: shifts, who can when, links without a password, when papers run out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.db.bookings import BookingLeg
from mitfahr.db.people import Membership, Organisation, Person
from mitfahr.db.rides import Ride
from mitfahr.db.vehicles import OrganisationVehicle
from mitfahr.domain.duty import Availability, Deadlines
from mitfahr.domain.errors import Unknown
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.states import LIVE
from mitfahr.domain.times import local, seconds


class DutyRules(Base):
    """The deadlines of an association that has chosen its own: see `mitfahr.domain.duty.Deadlines`."""

    __tablename__ = "duty_rules"

    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    warn_before_s: Mapped[int]
    tell_before_s: Mapped[int]


class DutyShift(Base):
    """One person drives one vehicle from `begins_s` to `ends_s` (UTC seconds), with all runs that belong to it.

    `driverless_since` is set exactly while nobody drives. `asked_at`: the coordinators and the other drivers
    were asked by mail since then. `substitute_since`: the driver looks for somebody else and drives until
    one is found. `began_s`, `finished_s`: when it really began and ended, as its driver or a coordinator said.
    """

    __tablename__ = "duty_shift"
    __table_args__ = (
        CheckConstraint("ends_s > begins_s", "times"),
        CheckConstraint("(driver_id IS NULL) = (driverless_since IS NOT NULL)", "driver"),
        sa.Index(None, "organisation_id", "begins_s"),
        sa.Index(None, "driver_id", "begins_s"),
    )

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    vehicle_id: Mapped[str] = mapped_column(ForeignKey("organisation_vehicle.id"))
    begins_s: Mapped[int] = mapped_column(sa.BigInteger)
    ends_s: Mapped[int] = mapped_column(sa.BigInteger)
    driver_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    driverless_since: Mapped[dt.datetime | None]
    asked_at: Mapped[dt.datetime | None]
    substitute_since: Mapped[dt.datetime | None]
    began_s: Mapped[int | None] = mapped_column(sa.BigInteger)
    finished_s: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[dt.datetime]

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    vehicle: Mapped[OrganisationVehicle] = relationship(lazy="joined")
    driver: Mapped[Person | None] = relationship(lazy="joined")

    @property
    def is_noted(self) -> bool:
        """Whether its hours are those that were driven; otherwise they are the planned ones."""
        return self.began_s is not None or self.finished_s is not None

    @property
    def worked_s(self) -> int:
        """From its real beginning to its real end, each planned where nobody has said."""
        return (self.finished_s or self.ends_s) - (self.began_s or self.begins_s)


class DutyPoll(Base):
    """Who can drive when: asked of all drivers for the shifts from `first_day` to `last_day`, until `closes_at`."""

    __tablename__ = "duty_poll"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    closes_at: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime]

    organisation: Mapped[Organisation] = relationship(lazy="joined")

    @property
    def closes_on(self) -> dt.date:
        """The last day for answers; it closes at midnight after it."""
        return local(seconds(self.closes_at) - 1).date()


class DutyAnswer(Base):
    """Whether somebody can drive one shift, as they have said last."""

    __tablename__ = "duty_answer"

    shift_id: Mapped[str] = mapped_column(ForeignKey("duty_shift.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    answer: Mapped[Availability] = mapped_column(stored_enum(Availability))
    answered_at: Mapped[dt.datetime]


class DutyLink(Base):
    """Whoever has its code answers for this person, about one shift or one poll; the code itself is not kept."""

    __tablename__ = "duty_link"
    __table_args__ = (CheckConstraint("(shift_id IS NULL) <> (poll_id IS NULL)", "about"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    shift_id: Mapped[str | None] = mapped_column(ForeignKey("duty_shift.id", ondelete="CASCADE"), index=True)
    poll_id: Mapped[str | None] = mapped_column(ForeignKey("duty_poll.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]

    person: Mapped[Person] = relationship(lazy="joined")


class DriverPapers(Base):
    """Until when the passenger permit and the medical check of a driver are good; None: not entered yet.

    `permit_warned_days` and `medical_warned_days` are the last step at which the driver was warned.
    """

    __tablename__ = "driver_papers"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    permit_until: Mapped[dt.date | None]
    medical_until: Mapped[dt.date | None]
    permit_warned_days: Mapped[int | None]
    medical_warned_days: Mapped[int | None]

    @property
    def good_until(self) -> dt.date | None:
        """The last day on which all papers are good, as far as it is known."""
        return min((day for day in (self.permit_until, self.medical_until) if day), default=None)

    def is_over(self, day: dt.date) -> bool:
        """Whether one of them has run out by then."""
        return self.good_until is not None and self.good_until < day

    person: Mapped[Person] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")


def deadlines_of(session: Session, organisation_id: str) -> Deadlines:
    rules = session.get(DutyRules, organisation_id)
    return Deadlines(rules.warn_before_s, rules.tell_before_s) if rules else Deadlines()


def shift_of(session: Session, shift_id: str, *, lock: bool = False) -> DutyShift:
    """The shift as the database has it now; with `lock` nobody else changes it meanwhile. Raises Unknown."""
    locked = {"of": DutyShift, "key_share": True} if lock else None
    shift = session.get(DutyShift, shift_id, with_for_update=locked, populate_existing=True)
    if shift is None:
        raise Unknown("shift", shift_id)
    return shift


def shifts_between(session: Session, organisation_id: str, from_s: int, until_s: int) -> list[DutyShift]:
    """Those that begin from the one moment until before the other, soonest first."""
    return list(
        session.scalars(
            select(DutyShift)
            .where(
                DutyShift.organisation_id == organisation_id,
                DutyShift.begins_s >= from_s,
                DutyShift.begins_s < until_s,
            )
            .order_by(DutyShift.begins_s, DutyShift.id)
        )
    )


def shift_for(
    session: Session, organisation_id: str, vehicle_id: str, begins_s: int, ends_s: int
) -> DutyShift | None:
    """The shift that a run of this vehicle from the one moment to the other belongs to."""
    return session.scalar(
        select(DutyShift)
        .where(
            DutyShift.organisation_id == organisation_id,
            DutyShift.vehicle_id == vehicle_id,
            DutyShift.begins_s <= begins_s,
            DutyShift.ends_s >= ends_s,
        )
        .order_by(DutyShift.begins_s.desc())
        .limit(1)
    )


def overlapping_shift(
    session: Session, vehicle_id: str, begins_s: int, ends_s: int, without: str | None = None
) -> DutyShift | None:
    """Another shift with the vehicle at that time."""
    return session.scalar(
        select(DutyShift)
        .where(
            DutyShift.vehicle_id == vehicle_id,
            DutyShift.begins_s < ends_s,
            DutyShift.ends_s > begins_s,
            DutyShift.id != (without or ""),
        )
        .order_by(DutyShift.begins_s)
        .limit(1)
    )


def shift_spans_of_driver(session: Session, driver_id: str, from_s: int) -> list[tuple[str, int, int]]:
    """(id, begin, end) of shifts that the person drives and that end after `from_s`, in all associations."""
    rows = session.execute(
        select(DutyShift.id, DutyShift.begins_s, DutyShift.ends_s)
        .where(DutyShift.driver_id == driver_id, DutyShift.ends_s > from_s)
        .order_by(DutyShift.begins_s, DutyShift.id)
    )
    return [(shift_id, begins_s, ends_s) for shift_id, begins_s, ends_s in rows]


def coming_shifts_of_driver(
    session: Session, driver_id: str, organisation_id: str, from_s: int
) -> list[DutyShift]:
    """Shifts of the association that the person is to drive and that end after `from_s`, soonest first."""
    return list(
        session.scalars(
            select(DutyShift)
            .where(
                DutyShift.driver_id == driver_id,
                DutyShift.organisation_id == organisation_id,
                DutyShift.ends_s > from_s,
            )
            .order_by(DutyShift.begins_s, DutyShift.id)
        )
    )


def shifts_of_driver(session: Session, driver_id: str, from_s: int, until_s: int) -> list[DutyShift]:
    """Those of the person that end after `from_s` and begin before `until_s`, soonest first."""
    return list(
        session.scalars(
            select(DutyShift)
            .where(DutyShift.driver_id == driver_id, DutyShift.ends_s > from_s, DutyShift.begins_s < until_s)
            .order_by(DutyShift.begins_s, DutyShift.id)
        )
    )


def driverless_shifts(session: Session, now_s: int) -> list[DutyShift]:
    """Shifts that nobody drives and that are not over, soonest first."""
    return list(
        session.scalars(
            select(DutyShift)
            .where(DutyShift.driver_id.is_(None), DutyShift.ends_s > now_s)
            .order_by(DutyShift.begins_s, DutyShift.id)
        )
    )


def run_ids_of_shifts(session: Session, shift_ids: Collection[str], from_s: int) -> list[str]:
    """Ids of the runs of the shifts that take place and end after `from_s`: who drove the others stays known."""
    return list(
        session.scalars(
            select(Ride.id)
            .where(Ride.shift_id.in_(shift_ids), Ride.withdrawn_at.is_(None), Ride.ends_s > from_s)
            .order_by(Ride.id)
        )
    )


def unfit_on_duty(session: Session, from_s: int) -> list[DutyShift]:
    """Shifts that begin after `from_s` and whose driver's papers have run out by then, or account is closed."""
    rows = session.execute(
        select(DutyShift, DriverPapers, Person.is_active)
        .join(Person, Person.id == DutyShift.driver_id)
        .outerjoin(
            DriverPapers,
            (DriverPapers.person_id == DutyShift.driver_id)
            & (DriverPapers.organisation_id == DutyShift.organisation_id),
        )
        .where(DutyShift.begins_s > from_s, sa.or_(~Person.is_active, DriverPapers.person_id.is_not(None)))
        .order_by(DutyShift.begins_s, DutyShift.id)
    )
    return [
        shift
        for shift, papers, is_active in rows
        if not is_active or (papers is not None and papers.is_over(local(shift.begins_s).date()))
    ]


def runs_of_shifts(session: Session, shift_ids: Collection[str]) -> dict[str, list[Ride]]:
    """By shift its runs, cancelled ones too, soonest first."""
    found: dict[str, list[Ride]] = {shift_id: [] for shift_id in shift_ids}
    rides = session.scalars(select(Ride).where(Ride.shift_id.in_(shift_ids)).order_by(Ride.begins_s, Ride.id))
    for ride in rides:
        found[ride.shift_id or ""].append(ride)
    return found


def driven_shifts(
    session: Session, organisation_id: str, from_s: int, until_s: int, over_s: int
) -> list[DutyShift]:
    """Those with a driver that begin from `from_s` until before `until_s` and have ended by `over_s`, soonest first.

    Not those of which every run was cancelled.
    """
    shifts = [
        shift
        for shift in shifts_between(session, organisation_id, from_s, until_s)
        if shift.driver_id is not None and shift.ends_s <= over_s
    ]
    runs = runs_of_shifts(session, [shift.id for shift in shifts])
    return [
        shift
        for shift in shifts
        if not runs[shift.id] or any(run.withdrawn_at is None for run in runs[shift.id])
    ]


def runs_without_shift(session: Session, organisation_id: str | None, from_s: int) -> list[Ride]:
    """Runs and tours with a vehicle that begin from `from_s` on, take place and belong to no shift.

    Of one association, or (None) of all.
    """
    of_one = [] if organisation_id is None else [Ride.organisation_id == organisation_id]
    return list(
        session.scalars(
            select(Ride)
            .where(
                Ride.vehicle_id.is_not(None),
                Ride.shift_id.is_(None),
                Ride.withdrawn_at.is_(None),
                Ride.begins_s >= from_s,
                *of_one,
            )
            .order_by(Ride.begins_s, Ride.id)
        )
    )


def booked_people(session: Session, shift_ids: Collection[str]) -> dict[str, int]:
    """By shift how many people are going to travel on its runs."""
    rows = session.execute(
        select(Ride.shift_id, sa.func.sum(BookingLeg.seats + BookingLeg.wheelchairs))
        .join(BookingLeg, BookingLeg.ride_id == Ride.id)
        .where(Ride.shift_id.in_(shift_ids), BookingLeg.state.in_(LIVE))
        .group_by(Ride.shift_id)
    )
    return {shift_id: int(people) for shift_id, people in rows if shift_id is not None}


def drivers_of(session: Session, organisation_id: str) -> list[Person]:
    """Everybody who drives for the association and whose account is open, by last name."""
    return list(
        session.scalars(
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.role == MembershipRole.DRIVER,
                Person.is_active,
            )
            .order_by(Person.last_name, Person.first_name, Person.id)
        )
    )


def papers_of(session: Session, organisation_id: str) -> dict[str, DriverPapers]:
    """What is entered of papers, by person."""
    rows = session.scalars(select(DriverPapers).where(DriverPapers.organisation_id == organisation_id))
    return {row.person_id: row for row in rows}


def answers_for(session: Session, shift_ids: Collection[str]) -> dict[tuple[str, str], Availability]:
    """What people have said, by (shift, person)."""
    rows = session.scalars(select(DutyAnswer).where(DutyAnswer.shift_id.in_(shift_ids)))
    return {(row.shift_id, row.person_id): row.answer for row in rows}


def polls_of(session: Session, organisation_id: str) -> list[DutyPoll]:
    """The newest first."""
    return list(
        session.scalars(
            select(DutyPoll)
            .where(DutyPoll.organisation_id == organisation_id)
            .order_by(DutyPoll.first_day.desc(), DutyPoll.created_at.desc(), DutyPoll.id)
        )
    )


def link_by_code(session: Session, code_hash: str) -> DutyLink | None:
    """Also one that has expired."""
    return session.scalar(select(DutyLink).where(DutyLink.code_hash == code_hash))


def has_shifts(session: Session, organisation_id: str) -> bool:
    """Whether the association has ever planned one."""
    return session.scalar(select(sa.exists().where(DutyShift.organisation_id == organisation_id))) is True


def organisations_with_shifts(session: Session, from_s: int) -> set[str]:
    """Ids of the associations that have planned shifts which end after `from_s`."""
    return set(session.scalars(select(DutyShift.organisation_id).where(DutyShift.ends_s > from_s).distinct()))


def forget_links_before(session: Session, moment: dt.datetime) -> None:
    """Delete those that had expired by then."""
    session.execute(delete(DutyLink).where(DutyLink.expires_at < moment))


def forget_answers_before(session: Session, day: dt.date, moment_s: int) -> None:
    """Delete polls that ended before the day, and what was said to shifts that were over at the moment."""
    session.execute(delete(DutyPoll).where(DutyPoll.last_day < day))
    over = select(DutyShift.id).where(DutyShift.ends_s < moment_s)
    session.execute(delete(DutyAnswer).where(DutyAnswer.shift_id.in_(over)))
