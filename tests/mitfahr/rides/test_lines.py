"""Lines of an association: published by the calendar, changed around those who have booked; on both databases.

The district of `portal`: A to E, five minutes from stop to stop; today is Monday, 1 June 2026, 14:00.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import Ride
from mitfahr.db.run_lines import RunLine
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.errors import (
    InThePast,
    MitfahrError,
    NotAllowed,
    PlanInvalid,
    StateForbids,
    StopUnknown,
    Unknown,
    WindowInvalid,
)
from mitfahr.domain.line_plans import LinePlan, departures
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.domain.states import BookingState, LegState
from mitfahr.services.change_party import PartyChange, change_party
from mitfahr.services.complete_legs import complete_legs
from mitfahr.services.found_organisation import add_member
from mitfahr.services.keep_line import (
    LineDraft,
    LineStop,
    add_day,
    cancel_day,
    coming_runs,
    end_line,
    keep_line,
    set_fare,
)
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle
from mitfahr.services.publish_lines import publish_lines
from mitfahr.services.rename_stops import rename_stops
from tests.mitfahr.rides.portal import NOW, VACATIONS, Portal, district

TUESDAYS, NONE = frozenset({1}), frozenset[int]()
FIRST = dt.date(2026, 6, 2)
EIGHT, TEN = dt.time(8), dt.time(10)
PLAN = LinePlan.weekly(TUESDAYS, (TEN, EIGHT), FIRST)
STOPS = tuple(LineStop(name, 300 * i) for i, name in enumerate("ABCDE"))
TIMETABLE = district()[0].timetable
DAY = dt.timedelta(days=1)


@dataclass
class Club:
    portal: Portal
    id: str
    planner: str
    van: str

    def keep(self, key: str = "k", line_id: str | None = None, **changed: object) -> str:
        draft = LineDraft("500", "Runde um A", self.van, STOPS, PLAN, bookable_before_s=1800)
        return keep_line(
            self.portal.sessions,
            TIMETABLE,
            replace(draft, **changed),  # type: ignore[arg-type]
            organisation_id=self.id,
            line_id=line_id,
            actor_id=self.planner,
            idempotency_key=key,
            vacations=VACATIONS,
            now=NOW,
        )

    def publish(self, now: dt.datetime = NOW) -> int:
        return publish_lines(self.portal.sessions, TIMETABLE, vacations=VACATIONS, now=now)

    def cancel(self, line_id: str, day: dt.date) -> int:
        return cancel_day(
            self.portal.sessions,
            self.portal.snapshot(),
            organisation_id=self.id,
            line_id=line_id,
            day=day,
            reason="Der Bus ist kaputt.",
            actor_id=self.planner,
            now=NOW,
        )

    def add(self, line_id: str, day: dt.date) -> None:
        add_day(
            self.portal.sessions,
            TIMETABLE,
            organisation_id=self.id,
            line_id=line_id,
            day=day,
            actor_id=self.planner,
            vacations=VACATIONS,
            now=NOW,
        )

    def runs(self, line_id: str) -> dict[str, Ride]:
        """Runs that take place: "06-02 08:00" and the run."""
        with self.portal.readers() as session:
            rides = session.scalars(
                select(Ride).where(Ride.run_line_id == line_id, Ride.withdrawn_at.is_(None))
            )
            return {
                f"{run.line_day:%m-%d} {run.line_clock:%H:%M}": run
                for run in sorted(rides, key=lambda run: run.begins_s)
            }

    def book(self, run: Ride) -> str:
        rider = self.portal.person("Rita")
        return self.portal.book(rider, self.portal.token(self.portal.run_leg(run.id, "A", "C")))


@pytest.fixture
def club(portal: Portal) -> Club:
    organisation_id, planner = portal.organisation(), portal.person("Petra")
    with portal.sessions.begin() as session:
        organisation = session.get_one(Organisation, organisation_id)
        add_member(session, organisation, session.get_one(Person, planner), MembershipRole.COORDINATOR)
    van = keep_vehicle(
        portal.sessions,
        VehicleDraft("Bus", "", seats=6, wheelchairs=1, child_seats=0, luggage=4, bicycles=0),
        organisation_id=organisation_id,
        vehicle_id=None,
        actor_id=planner,
        idempotency_key="van",
        now=NOW,
    )
    return Club(portal, organisation_id, planner, van)


def test_a_line_is_published_four_weeks_ahead_and_by_the_worker_from_then_on(club: Club) -> None:
    line_id = club.keep()
    assert club.keep() == line_id  # the same form again
    assert list(club.runs(line_id)) == [
        f"06-{day} {clock}" for day in ("02", "09", "16", "23") for clock in ("08:00", "10:00")
    ]
    run = club.runs(line_id)["06-02 08:00"]
    assert [stop.arrival_s - run.begins_s for stop in run.stops] == [0, 300, 600, 900, 1200]
    assert (run.seats, run.wheelchairs, run.bookable_until_s) == (6, 1, run.begins_s - 1800)
    assert run.id in club.portal.live()
    assert club.publish() == 0
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: club.publish(NOW + DAY), range(2))) == [0, 2]
    assert "06-30 08:00" in club.runs(line_id)


def test_a_change_leaves_booked_runs_alone(club: Club) -> None:
    line_id = club.keep()
    booked = club.runs(line_id)["06-09 08:00"]
    booking_id = club.book(booked)
    with club.portal.readers() as session:
        coming = coming_runs(session, line_id, NOW)
    assert [run.id for run in coming.booked] == [booked.id] and len(coming.free) == 7
    later = LinePlan.weekly(TUESDAYS, (dt.time(8, 30),), FIRST)
    slower = tuple(LineStop(name, 600 * i) for i, name in enumerate("ABCDE"))
    club.keep("second", line_id, plan=later, stops=slower)
    after = club.runs(line_id)
    assert list(after) == ["06-02 08:30", "06-09 08:00", "06-09 08:30", "06-16 08:30", "06-23 08:30"]
    assert after["06-09 08:00"].id == booked.id
    assert after["06-02 08:30"].ends_s - after["06-02 08:30"].begins_s == 2400
    assert club.portal.booking(booking_id).state is BookingState.BOOKED
    assert club.keep("second", line_id, plan=later, stops=slower) == line_id
    assert club.runs(line_id).keys() == after.keys()


def test_a_cancelled_day_tells_its_passengers(club: Club) -> None:
    line_id = club.keep()
    booking_id = club.book(club.runs(line_id)["06-09 08:00"])
    assert [club.cancel(line_id, FIRST + 7 * DAY) for _ in range(2)] == [1, 0]
    assert [key[:5] for key in club.runs(line_id)] == ["06-02"] * 2 + ["06-16"] * 2 + ["06-23"] * 2
    assert club.portal.booking(booking_id).state is BookingState.ENDED
    with club.portal.readers() as session:
        told = [row.body for row in session.scalars(select(OutboxMessage)) if "kaputt" in row.body]
    assert len(told) == 1
    assert club.publish() == 0  # cancelled stays cancelled
    club.keep("again", line_id)
    assert "06-09 08:00" not in club.runs(line_id)
    for _ in range(2):
        club.add(line_id, FIRST + 7 * DAY)  # after all
    assert "06-09 08:00" in club.runs(line_id)


def test_a_day_more(club: Club) -> None:
    line_id = club.keep(plan=LinePlan.weekly(TUESDAYS, (EIGHT,), FIRST, FIRST))
    assert list(club.runs(line_id)) == ["06-02 08:00"]
    for _ in range(2):
        club.add(line_id, dt.date(2026, 6, 6))
    assert list(club.runs(line_id)) == ["06-02 08:00", "06-06 08:00"]
    club.cancel(line_id, dt.date(2026, 6, 6))
    assert list(club.runs(line_id)) == ["06-02 08:00"]
    with pytest.raises(InThePast):
        club.add(line_id, NOW.date() - DAY)


@pytest.mark.parametrize("with_booked", [False, True])
def test_the_end_of_a_line(club: Club, with_booked: bool) -> None:
    line_id = club.keep()
    booked = club.runs(line_id)["06-09 08:00"]
    club.book(booked)
    touched = end_line(
        club.portal.sessions,
        club.portal.snapshot(),
        organisation_id=club.id,
        line_id=line_id,
        with_booked=with_booked,
        reason=None,
        actor_id=club.planner,
        now=NOW,
    )
    assert touched == int(with_booked)
    assert [run.id for run in club.runs(line_id).values()] == ([] if with_booked else [booked.id])
    assert club.publish(NOW + 7 * DAY) == 0
    with pytest.raises(StateForbids):
        club.keep("late", line_id)


def test_what_cannot_be_entered(club: Club) -> None:
    backwards = (LineStop("A", 600), LineStop("B", 0))
    wrong: Iterable[tuple[dict[str, Any], type[MitfahrError]]] = (
        ({"stops": (*STOPS, LineStop("X", 1500))}, StopUnknown),
        ({"stops": backwards}, WindowInvalid),
        ({"stops": STOPS[:1]}, WindowInvalid),
        ({"vehicle_id": "gibtesnicht"}, Unknown),
    )
    for changed, error in wrong:
        with pytest.raises(error):
            club.keep("wrong", **changed)
    for weekdays, clocks in ((NONE, (EIGHT,)), (TUESDAYS, ())):
        with pytest.raises(PlanInvalid):
            LinePlan.weekly(weekdays, clocks, FIRST)
    with club.portal.readers() as session:
        assert session.scalars(select(RunLine)).all() == []


def test_stops_that_a_new_timetable_calls_otherwise(club: Club) -> None:
    line_id = club.keep()
    with club.portal.sessions.begin() as session:
        line = session.get_one(RunLine, line_id)
        line.stops = [{**stop, "stop_id": f"old-{stop['stop_id']}"} for stop in line.stops]
    assert club.publish(NOW + 7 * DAY) == 0
    rename_stops(club.portal.sessions, TIMETABLE, now=NOW)
    assert club.publish(NOW + 7 * DAY) == 2


def test_only_the_own_planners_and_only_staff_the_fare(club: Club) -> None:
    line_id, owner = club.keep(), club.planner
    strangers = {
        club.portal.person("Staff", Role.TIMETABLE_STAFF): NotAllowed,
        club.portal.person("Anna"): Unknown,
    }
    for stranger, error in strangers.items():
        club.planner = stranger
        for attempt in (
            lambda: club.keep("x", line_id),
            lambda: club.cancel(line_id, FIRST),
            lambda: club.add(line_id, FIRST),
        ):
            with pytest.raises(error):
                attempt()
    where = {"organisation_id": club.id, "line_id": line_id}
    with pytest.raises(NotAllowed):
        set_fare(club.portal.sessions, fare="1 €", actor_id=owner, now=NOW, **where)
    staff = club.portal.person("Staff", Role.TIMETABLE_STAFF)
    set_fare(club.portal.sessions, fare="VVO-Tarif", actor_id=staff, now=NOW, **where)
    with club.portal.readers() as session:
        assert session.get_one(RunLine, line_id).fare == "VVO-Tarif"
    assert len(club.runs(line_id)) == 8


def test_the_clocks_at_a_stop_go_past_midnight() -> None:
    assert PLAN.clocks_after(1800) == [dt.time(8, 30), dt.time(10, 30)]
    assert PLAN.clocks_after(15 * 3600) == [dt.time(23), dt.time(1)]


def test_days_follow_holidays_vacations_and_the_clock() -> None:
    """Wall-clock time through both clock changes; 3 October and the autumn vacations are left out on demand."""
    every = LinePlan.weekly(frozenset(range(7)), (EIGHT,), dt.date(2026, 3, 1), skips_holidays=True)
    days = [one.day for one in departures(every, VACATIONS, dt.date(2026, 10, 2), dt.date(2026, 10, 4))]
    assert days == [dt.date(2026, 10, 2), dt.date(2026, 10, 4)]
    for change in (dt.date(2026, 3, 29), dt.date(2026, 10, 25)):
        leaves = [one.leaves for one in departures(every, VACATIONS, change - DAY, change + DAY)]
        assert {moment.astimezone(dt.UTC).hour for moment in leaves} == {6, 7}
    school = LinePlan.weekly(TUESDAYS, (EIGHT,), FIRST, skips_vacations=True)
    autumn = list(departures(school, VACATIONS, dt.date(2026, 10, 13), dt.date(2026, 10, 20)))
    assert autumn == []
    assert LinePlan.from_json(every.as_json()) == every


def test_what_need_not_be_booked_is_found_to_the_end_and_only_noted(club: Club) -> None:
    """A place is kept where the association wants it and until its deadline; all are told when a run falls out."""
    portal, late = (
        club.portal,
        dt.datetime(2026, 6, 2, 5, 45, tzinfo=dt.UTC),
    )  # a quarter of an hour before eight
    line_id, rider = club.keep(booking=BookingNeed.POSSIBLE), portal.person("Rita")
    run = club.runs(line_id)["06-02 08:00"]
    staff = portal.person("Staff", Role.TIMETABLE_STAFF)
    set_fare(
        portal.sessions, organisation_id=club.id, line_id=line_id, fare="2 Euro", actor_id=staff, now=NOW
    )
    early = portal.book(rider, portal.token(portal.run_leg(run.id, "A", "C")))
    noted = portal.book(rider, portal.token(portal.run_leg(run.id, "A", "E"), now=late), now=late)
    states = [portal.booking(booking_id).legs[0].state for booking_id in (early, noted)]
    assert states == [LegState.CONFIRMED, LegState.NOTED] and portal.taken(run.id) == [1, 1, 0, 0]
    assert portal.ride(run.id).fare == "2 Euro" and portal.contradictions(late) == []
    change_party(
        portal.sessions,
        booking_id=noted,
        change=PartyChange(seats=2),
        actor_id=rider,
        idempotency_key="two",
        now=late,
    )
    assert portal.taken(run.id) == [1, 1, 0, 0] and club.cancel(line_id, FIRST) == 2
    assert portal.booking(noted).state is BookingState.ENDED
    club.keep("other", line_id, booking=BookingNeed.NOT_NEEDED)
    run = club.runs(line_id)["06-09 08:00"]
    free = portal.book(rider, portal.token(portal.run_leg(run.id, "A", "C")))
    complete_legs(portal.sessions, now=NOW + 9 * DAY)
    assert portal.booking(free).state is BookingState.TRAVELLED and portal.taken(run.id) == [0, 0, 0, 0]
    assert portal.contradictions(NOW + 9 * DAY) == []
