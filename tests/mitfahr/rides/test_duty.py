"""Shifts of volunteer drivers: no run with passengers stays without a driver unnoticed; on both databases.

The district of `portal`: A to E, five minutes from stop to stop; today is Monday, 1 June 2026, 14:00. The line runs on
Tuesdays at 08:00 and 10:00.
"""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from mitfahr.db.duty import DutyShift, answers_for, shifts_between
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import Ride
from mitfahr.domain.duty import Availability, Deadlines, duty_code
from mitfahr.domain.errors import (
    DutyInvalid,
    DutyLinkUnknown,
    MitfahrError,
    NoDriver,
    NotAllowed,
    OverlapsOtherRide,
    PapersExpired,
    ShiftClosed,
    ShiftTaken,
    TooManySeats,
    VehicleBusy,
)
from mitfahr.domain.line_plans import LinePlan
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.states import BookingState
from mitfahr.domain.times import seconds
from mitfahr.services.ask_availability import answer_poll, ask_availability
from mitfahr.services.assign_driver import assign_driver, seek_substitute
from mitfahr.services.change_members import change_member
from mitfahr.services.found_organisation import add_member
from mitfahr.services.keep_line import LineDraft, LineStop, keep_line
from mitfahr.services.keep_papers import keep_papers, warn_of_papers
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle
from mitfahr.services.plan_shifts import (
    ShiftDraft,
    move_shift,
    plan_shifts,
    plan_shifts_of_runs,
    remove_shift,
)
from mitfahr.services.set_deadlines import set_deadlines
from mitfahr.services.use_duty_link import accept_shift
from mitfahr.services.watch_duty import watch_duty
from tests.mitfahr.rides.portal import KEY, NOW, VACATIONS, Portal, district

TUESDAYS = frozenset({1})
FIRST = dt.date(2026, 6, 2)
EIGHT, TEN = dt.time(8), dt.time(10)
HOUR = dt.timedelta(hours=1)
BEGINS = dt.datetime(2026, 6, 2, 6, 0, tzinfo=dt.UTC)
"""08:00 on Tuesday."""
A_DAY = dt.timedelta(days=1)


@dataclass
class Club:
    """An association with a coordinator, a van, a line and three drivers."""

    portal: Portal
    id: str
    planner: str
    van: str
    drivers: list[str]
    read: set[str] = field(default_factory=set)

    def plan(self, key: str = "plan", **changed: object) -> int:
        draft = {
            "vehicle_id": self.van,
            "begins": dt.time(7, 30),
            "ends": dt.time(12),
            "weekdays": TUESDAYS,
            "first": FIRST,
            "last": FIRST,
        } | changed
        return plan_shifts(
            self.portal.sessions,
            ShiftDraft(**draft),  # type: ignore[arg-type]
            organisation_id=self.id,
            actor_id=self.planner,
            idempotency_key=key,
            vacations=VACATIONS,
            now=NOW,
        )

    def assign(self, shift_id: str, driver_id: str | None, actor_id: str, now: dt.datetime = NOW) -> None:
        assign_driver(
            self.portal.sessions,
            shift_id=shift_id,
            driver_id=driver_id,
            actor_id=actor_id,
            secret_key=KEY,
            vacations=VACATIONS,
            now=now,
        )

    def watch(self, now: dt.datetime) -> int:
        return watch_duty(self.portal.sessions, lambda: self.portal.snapshot(now), secret_key=KEY, now=now)

    def accept(self, code: str, now: dt.datetime) -> str:
        return accept_shift(self.portal.sessions, code, secret_key=KEY, vacations=VACATIONS, now=now)

    def shifts(self) -> list[DutyShift]:
        with self.portal.readers() as session:
            return shifts_between(session, self.id, 0, 2**40)

    def runs(self) -> list[Ride]:
        with self.portal.readers() as session:
            return list(
                session.scalars(
                    select(Ride).where(Ride.organisation_id == self.id).order_by(Ride.begins_s, Ride.id)
                )
            )

    def first_run(self) -> Ride:
        return self.runs()[0]

    def book(self, run: Ride) -> str:
        rider = self.portal.person("Rita")
        return self.portal.book(rider, self.portal.token(self.portal.run_leg(run.id, "A", "C")))

    def mails(self, subject: str = "") -> list[OutboxMessage]:
        """Mails written since they were last read here, of which the subject begins so."""
        with self.portal.readers() as session:
            found = [one for one in session.scalars(select(OutboxMessage)) if one.id not in self.read]
        self.read |= {one.id for one in found}
        return [one for one in found if one.subject.startswith(subject)]

    def codes(self) -> list[str]:
        """The codes of the links that were just mailed."""
        return [
            duty_code(link, KEY)
            for mail in self.mails()
            for link in re.findall(r"dienst#\{Dienst (\w+)\}", mail.body)
        ]


@pytest.fixture
def club(portal: Portal) -> Club:
    organisation_id, planner = portal.organisation(), portal.person("Petra")
    drivers = [portal.person(name) for name in ("Dirk", "Doris", "Detlef")]
    with portal.sessions.begin() as session:
        organisation = session.get_one(Organisation, organisation_id)
        add_member(session, organisation, session.get_one(Person, planner), MembershipRole.COORDINATOR)
        for driver in drivers:
            add_member(session, organisation, session.get_one(Person, driver), MembershipRole.DRIVER)
    van = keep_vehicle(
        portal.sessions,
        VehicleDraft("Bus", "", seats=6, wheelchairs=1, child_seats=0, luggage=4, bicycles=0),
        organisation_id=organisation_id,
        vehicle_id=None,
        actor_id=planner,
        idempotency_key="van",
        now=NOW,
    )
    keep_line(
        portal.sessions,
        district()[0].timetable,
        LineDraft(
            "500",
            "Runde um A",
            van,
            tuple(LineStop(name, 300 * i) for i, name in enumerate("ABCDE")),
            LinePlan.weekly(TUESDAYS, (EIGHT, TEN), FIRST),
        ),
        organisation_id=organisation_id,
        line_id=None,
        actor_id=planner,
        idempotency_key="line",
        vacations=VACATIONS,
        now=NOW,
    )
    return Club(portal, organisation_id, planner, van, drivers)


def refused(kind: type[MitfahrError], *args: object) -> bool:
    """Whether calling the first of `args` with the others is refused so."""
    call, *rest = args
    try:
        call(*rest)  # type: ignore[operator]
    except kind:
        return True
    return False


def test_runs_have_the_driver_of_their_shift(club: Club) -> None:
    assert club.plan() == 1 == club.plan()  # the same form
    [shift] = club.shifts()
    tuesday = club.runs()[:2]
    assert {run.shift_id for run in tuesday} == {shift.id}
    assert {run.shift_id for run in club.runs()[2:]} == {None}
    assert refused(VehicleBusy, club.plan, "another form")
    dirk, doris, _ = club.drivers
    assert refused(NotAllowed, club.assign, shift.id, doris, dirk)
    assert refused(NoDriver, club.assign, shift.id, club.planner, club.planner)
    club.assign(shift.id, dirk, dirk)
    assert refused(ShiftTaken, club.assign, shift.id, doris, doris)
    assert {run.driver_id for run in club.runs()[:2]} == {dirk}
    club.assign(shift.id, doris, club.planner)  # who plans may give it to somebody else
    assert {run.driver_id for run in club.runs()[:2]} == {doris}
    club.assign(shift.id, None, doris)
    assert {run.driver_id for run in club.runs()} == {None}
    subjects = [mail.subject.split(":")[0] for mail in club.mails()]
    assert subjects.count("Sie fahren") == 2 and "Sie fahren nicht" in subjects  # and Dirk has not to drive
    # the shifts of all other weeks come out of the runs that are published
    made = plan_shifts_of_runs(club.portal.sessions, organisation_id=club.id, actor_id=club.planner, now=NOW)
    assert made == 3 and all(run.shift_id for run in club.runs())
    assert club.portal.contradictions() == []


def test_other_times_let_runs_go_and_take_them(club: Club) -> None:
    club.plan()
    [shift] = club.shifts()
    dirk = club.drivers[0]
    club.assign(shift.id, dirk, dirk)

    def move(begins: dt.time, ends: dt.time) -> list[str | None]:
        """Who drives the two runs of the day then."""
        move_shift(
            club.portal.sessions,
            organisation_id=club.id,
            shift_id=shift.id,
            begins=begins,
            ends=ends,
            actor_id=club.planner,
            vacations=VACATIONS,
            now=NOW,
        )
        return [run.driver_id for run in club.runs()[:2]]

    assert move(dt.time(9), dt.time(12)) == [None, dirk]
    assert move(dt.time(7), dt.time(10, 10)) == [dirk, None]
    assert move(dt.time(7), dt.time(12)) == [dirk, dirk]
    club.portal.offer(dirk, at="13:00")
    assert refused(OverlapsOtherRide, move, dt.time(7), dt.time(14))
    assert refused(DutyInvalid, move, dt.time(7), dt.time(7, 5))
    assert club.portal.contradictions() == []


def test_a_single_run_belongs_to_the_shift_of_the_only_vehicle(club: Club) -> None:
    club.plan()
    [shift] = club.shifts()
    dirk = club.drivers[0]
    club.assign(shift.id, dirk, dirk)
    for named in (None, dirk):
        clock = "09:00" if named is None else "09:30"
        run = club.portal.ride(club.portal.run(clock, seats=6, organisation_id=club.id, driver_id=named))
        assert (run.shift_id, run.driver_id) == (shift.id, dirk)
    with pytest.raises(OverlapsOtherRide):
        club.portal.run("09:10", seats=6, organisation_id=club.id, driver_id=dirk)
    beside = club.portal.ride(club.portal.run("09:10", seats=6, organisation_id=club.id))
    assert (beside.shift_id, beside.driver_id) == (None, None)  # nobody drives two runs at once
    with pytest.raises(TooManySeats):
        club.portal.run("12:00", seats=7, organisation_id=club.id)
    club.watch(NOW)
    assert club.portal.contradictions() == []


def test_who_drives_has_no_time_for_anything_else(club: Club) -> None:
    club.plan()
    [shift] = club.shifts()
    dirk = club.drivers[0]
    club.portal.offer(dirk, at="09:00")
    assert refused(OverlapsOtherRide, club.assign, shift.id, dirk, dirk)
    doris = club.drivers[1]
    club.assign(shift.id, doris, doris)
    with pytest.raises(OverlapsOtherRide):
        club.portal.offer(doris, at="11:00")  # between the runs, but on duty


def test_whoever_falls_ill_an_hour_before(club: Club) -> None:
    """The others are asked at once; half an hour later the passengers know, with another way."""
    club.plan()
    [shift] = club.shifts()
    dirk = club.drivers[0]
    club.assign(shift.id, dirk, dirk)
    booking = club.book(club.first_run())
    club.mails()
    club.assign(shift.id, None, dirk, BEGINS - HOUR)
    mails = club.mails()
    asked = [mail for mail in mails if mail.subject.startswith("Wer kann fahren?")]
    assert len(asked) == 2  # Doris and Detlef, not Dirk
    [warned] = [mail for mail in mails if mail.subject.startswith("Niemand eingeteilt")]
    assert "Eine Person hat Plätze gebucht." in warned.body
    assert "Dirk" in warned.body and "Findet sich bis 07:30 Uhr niemand" in warned.body
    assert all("Findet sich bis 07:30 Uhr niemand" in mail.body for mail in asked)
    assert club.watch(BEGINS - HOUR + dt.timedelta(minutes=29)) == 0 and club.mails() == []
    assert club.watch(BEGINS - HOUR / 2) == 1  # the run at eight; for the one at ten there is time
    assert club.portal.booking(booking).state is BookingState.ENDED
    mails = club.mails()
    [told] = [mail for mail in mails if mail.subject.startswith("Änderung")]
    assert "Es hat sich niemand gefunden, der fährt." in told.body
    assert "BürgerBus" not in told.body.split("andere")[1]  # not the run at ten, which nobody drives either
    assert [mail.subject for mail in mails if mail.subject.startswith("Fahrten abgesagt")]
    assert club.watch(BEGINS) == 0 and club.mails() == []
    assert club.watch(BEGINS + HOUR / 2) == 1  # three hours before the run at ten it was lost
    doris = club.drivers[1]
    assert refused(ShiftClosed, club.assign, shift.id, doris, doris, BEGINS + HOUR)
    assert club.portal.contradictions(BEGINS + HOUR) == []


def test_one_tap_and_the_first_drives(club: Club) -> None:
    club.plan()
    [shift] = club.shifts()
    booking = club.book(club.first_run())
    club.mails()
    assert club.watch(NOW) == 0  # three days are over: asked now, at the next look, and only once
    codes = club.codes()
    assert len(codes) == 3
    assert club.watch(NOW + HOUR) == 0 and club.codes() == []

    def tap(code: str) -> str:
        try:
            club.accept(code, NOW + HOUR)
        except ShiftTaken:
            return "late"
        return "drives"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(tap, codes)) == ["drives", "late", "late"]
    [shift] = club.shifts()
    assert {run.driver_id for run in club.runs()[:2]} == {shift.driver_id} != {None}
    assert club.watch(BEGINS - HOUR / 2) == 0
    assert club.portal.booking(booking).state is BookingState.BOOKED
    assert refused(DutyLinkUnknown, club.accept, "AAAAA-AAAAA", NOW)
    assert refused(DutyLinkUnknown, club.accept, codes[0], BEGINS + 5 * HOUR)  # the shift is over


def test_a_substitute_is_found_while_the_driver_stays(club: Club) -> None:
    club.plan()
    [shift] = club.shifts()
    dirk, doris, _ = club.drivers
    club.assign(shift.id, dirk, dirk)
    club.mails()
    for _again in range(2):
        seek_substitute(club.portal.sessions, shift_id=shift.id, actor_id=dirk, secret_key=KEY, now=NOW)
    mails = club.mails()
    assert {mail.subject[:16] for mail in mails} == {"Wer kann fahren?"} and len(mails) == 2
    assert "Dirk Test sucht" in mails[0].body
    assert club.watch(BEGINS - HOUR) == 0 and club.shifts()[0].driver_id == dirk
    link = re.findall(r"dienst#\{Dienst (\w+)\}", mails[0].body)[0]
    club.accept(duty_code(link, KEY), BEGINS - HOUR)
    [shift] = club.shifts()
    assert shift.driver_id != dirk and shift.substitute_since is None
    assert len(club.mails("Sie fahren nicht")) == 1
    assert club.portal.contradictions() == []
    assert doris in club.drivers


def test_without_anybody_the_passengers_know_on_the_day_before(club: Club) -> None:
    set_deadlines(
        club.portal.sessions,
        organisation_id=club.id,
        deadlines=Deadlines(48 * 3600, 12 * 3600),
        actor_id=club.planner,
    )
    club.plan()
    booking = club.book(club.first_run())
    assert club.watch(BEGINS - 12 * HOUR - dt.timedelta(minutes=1)) == 0
    assert club.watch(BEGINS - 12 * HOUR) == 1  # the one at ten has two hours more
    assert club.watch(BEGINS - 10 * HOUR) == 1
    assert club.portal.booking(booking).state is BookingState.ENDED
    assert refused(
        DutyInvalid,
        lambda: set_deadlines(
            club.portal.sessions,
            organisation_id=club.id,
            deadlines=Deadlines(3600, 7200),
            actor_id=club.planner,
        ),
    )


def test_runs_that_nobody_has_planned_for_are_not_forgotten(club: Club) -> None:
    """An association that plans shifts has one for every run by the time drivers have to be asked."""
    club.watch(NOW)
    assert club.shifts() == []  # whoever plans no shifts is left alone
    club.plan(first=FIRST + 7 * A_DAY, last=FIRST + 7 * A_DAY)
    assert club.watch(NOW) == 0
    made = [shift for shift in club.shifts() if shift.begins_s < seconds(BEGINS + A_DAY)]
    assert [(shift.begins_s, shift.ends_s) for shift in made] == [
        (seconds(BEGINS), seconds(BEGINS + 2 * HOUR) + 20 * 60)
    ]
    assert {run.shift_id for run in club.runs()[:2]} == {made[0].id} and len(club.codes()) == 3
    club.watch(NOW + HOUR)
    assert len(club.shifts()) == 2


def test_papers_run_out(club: Club) -> None:
    dirk, doris, _ = club.drivers
    keep = {"organisation_id": club.id, "actor_id": club.planner, "medical_until": None}
    sessions = club.portal.sessions
    keep_papers(sessions, person_id=dirk, permit_until=FIRST - A_DAY, **keep)  # type: ignore[arg-type]
    assert warn_of_papers(sessions, now=NOW) == 1 and warn_of_papers(sessions, now=NOW + HOUR) == 0
    assert len(club.mails("Personenbeförderungsschein läuft ab: Dirk")) == 2  # Dirk and Petra
    assert warn_of_papers(sessions, now=NOW + A_DAY) == 0
    club.plan()
    [shift] = club.shifts()
    assert refused(PapersExpired, club.assign, shift.id, dirk, club.planner)
    club.assign(shift.id, doris, doris)
    keep_papers(sessions, person_id=doris, permit_until=FIRST - A_DAY, **keep)  # type: ignore[arg-type]
    club.mails()
    club.watch(NOW + HOUR)  # Doris may not drive then: Detlef is asked, Dirk is not
    assert club.shifts()[0].driver_id is None
    assert len(club.mails("Wer kann fahren?")) == 1


def test_when_can_you_drive(club: Club) -> None:
    club.plan(last=FIRST + 7 * A_DAY)
    first, second = club.shifts()
    club.mails()
    ask = {
        "organisation_id": club.id,
        "first": FIRST,
        "last": FIRST + 7 * A_DAY,
        "closes_on": FIRST,
        "actor_id": club.planner,
        "secret_key": KEY,
        "now": NOW,
    }
    poll = ask_availability(club.portal.sessions, idempotency_key="p", **ask)  # type: ignore[arg-type]
    assert ask_availability(club.portal.sessions, idempotency_key="p", **ask) == poll  # type: ignore[arg-type]
    assert len(club.codes()) == 3
    dirk = club.drivers[0]
    said = {first.id: Availability.NO, second.id: Availability.YES, "elsewhere": Availability.YES}
    answer = {"poll_id": poll, "person_id": dirk, "answers": said}
    assert answer_poll(club.portal.sessions, now=NOW, **answer) == 2  # type: ignore[arg-type]
    with club.portal.readers() as session:
        assert answers_for(session, [first.id, second.id]) == {
            (first.id, dirk): Availability.NO,
            (second.id, dirk): Availability.YES,
        }
    with pytest.raises(DutyLinkUnknown):
        answer_poll(club.portal.sessions, now=NOW + 2 * A_DAY, **answer)  # type: ignore[arg-type]
    club.watch(NOW)
    assert len(club.codes()) == 2  # Dirk has said no, nobody bothers him again


def test_who_leaves_leaves_their_shifts(club: Club) -> None:
    club.plan()
    [shift] = club.shifts()
    dirk = club.drivers[0]
    club.assign(shift.id, dirk, dirk)
    change_member(
        club.portal.sessions,
        organisation_id=club.id,
        person_id=dirk,
        roles=(),
        actor_id=club.planner,
        now=NOW,
    )
    assert club.shifts()[0].driver_id is None
    assert {run.driver_id for run in club.runs()} == {None}
    remove_shift(
        club.portal.sessions, organisation_id=club.id, shift_id=shift.id, actor_id=club.planner, now=NOW
    )
    assert club.shifts() == [] and {run.shift_id for run in club.runs()} == {None}
    assert club.portal.contradictions() == []
