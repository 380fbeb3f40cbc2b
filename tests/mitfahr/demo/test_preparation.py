"""The prepared demonstration: people, rides, runs and bookings are there, once, on the right days."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mitfahr.db.base import engine_for
from mitfahr.db.bookings import Booking, BookingLeg, bookings_of_rider, requests_for_driver
from mitfahr.db.cars import car_of
from mitfahr.db.duty import shifts_between
from mitfahr.db.people import members_of, organisation_by_name, person_by_email
from mitfahr.db.rides import Ride, runs_of_organisation
from mitfahr.db.series import RideSeries
from mitfahr.db.session import readers, sessions
from mitfahr.db.standing_orders import unsettled_days
from mitfahr.db.timetables import FeedVersion, serving, serving_folders
from mitfahr.db.trust import trust_of
from mitfahr.demo import NotADemonstration, Prepared, accounts
from mitfahr.demo.association import BUS, FARE, ensure_association
from mitfahr.demo.people import ensure_people, ensure_rides
from mitfahr.demo.rides import BUERGERBUS_WEEKDAYS
from mitfahr.domain.local_entries import LocalKind, kind_of
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.rides import RideKind
from mitfahr.domain.roles import Role
from mitfahr.domain.states import LegState
from mitfahr.domain.times import local, seconds
from mitfahr.domain.vehicles import Car
from mitfahr.live import Live
from mitfahr.services.book_standing_orders import book_standing_orders
from mitfahr.services.check_data import data_faults
from mitfahr.services.log_in import log_in
from mitfahr.services.wanted_ways import wanted_ways
from mitfahr.settings import Settings
from routing.gazetteer import Gazetteer
from routing.progress import silent
from routing.roads import RoadGraph
from tests.mitfahr.demo.conftest import World

NOTHING_NEW = Prepared(roads=False, timetable=False, rides=0, runs=0, bookings=0)


def _rides(session: Session, kind: RideKind) -> list[Ride]:
    return list(session.scalars(select(Ride).where(Ride.kind == kind)))


def test_what_serves_is_called_a_demonstration(world: World) -> None:
    with world.readers() as session:
        feed = serving(session).feed
        assert feed is not None
        assert feed.is_demo
        assert [f for f in feed.findings if f["severity"] != "info"] == []
        assert serving(session).roads is not None


def test_staff_have_said_some_of_each_kind(world: World) -> None:
    live = Live(world.readers, world.settings.snapshots_dir)
    timetable = live.current(world.now).timetable
    layer = live.local
    assert {kind_of(entry.content) for entry in layer.entries} == set(LocalKind)
    assert layer.orphans == ()
    called = {timetable.route_id[i] for i in layer.called_routes}
    assert called and all(layer.rules_of_line[route_id] for route_id in called)
    assert layer.extra_trips(local(seconds(world.now)).date())
    assert layer.current_notices(seconds(world.now), seconds(world.now))


def test_the_streets_are_credited_to_the_demonstration_alone(world: World) -> None:
    with world.readers() as session:
        folders = serving_folders(session)
    assert folders is not None and folders.roads is not None and folders.gazetteer is not None
    at = world.settings.snapshots_dir
    assert RoadGraph.open(at / folders.roads).attribution == "Demo-Landkreis, erzeugt"
    assert Gazetteer.open(at / folders.gazetteer).attribution == "Demo-Landkreis, erzeugt"


def test_everybody_can_log_in_with_the_one_password(world: World) -> None:
    for account in (accounts.RESIDENT, accounts.drivers()[7], accounts.ADMIN):
        person = log_in(world.sessions, account.email, accounts.DEMO_PASSWORD, world.now)
        assert person.full_name == f"{account.first_name} {account.last_name}"


def test_roles_and_memberships(world: World) -> None:
    with world.readers() as session:
        shown = [account for account in accounts.accounts() if account.can_log_in]
        roles = {account.email: person_by_email(session, account.email).roles for account in shown}
        association = organisation_by_name(session, accounts.ASSOCIATION)
        assert association is not None
        assert len(members_of(session, association.id)) == 5
    assert roles[accounts.RESIDENT.email] == {Role.RESIDENT}
    assert roles[accounts.TIMETABLE_STAFF.email] == {Role.RESIDENT, Role.TIMETABLE_STAFF}
    assert sum(Role.DRIVER in own for own in roles.values()) == 9


def test_forty_rides_on_a_working_day(world: World) -> None:
    with world.readers() as session:
        rides = [ride for ride in _rides(session, RideKind.PRIVATE) if ride.series_id is None]
        coming = [ride for ride in rides if ride.ends_s > seconds(world.now)]
        per_day = Counter(local(ride.begins_s).date() for ride in coming)
    assert per_day[dt.date(2026, 11, 24)] == 40
    assert 0 < per_day[dt.date(2026, 11, 29)] < 15
    assert len(per_day) == 10


def test_the_buergerbus_runs_three_days_a_week(world: World) -> None:
    with world.readers() as session:
        runs = _rides(session, RideKind.RUN)
    assert {local(run.begins_s).weekday() for run in runs} == BUERGERBUS_WEEKDAYS
    assert {run.line for run in runs} == {"500", "501"}
    assert all((run.seats, run.wheelchairs, run.fare) == (8, 1, FARE) for run in runs)
    assert len(runs) == 4 * 3 * 6


def test_volunteers_drive_all_shifts_but_one(world: World) -> None:
    """Four weeks of the BürgerBus and of the Rufbus, in which one Thursday has nobody yet."""
    with world.readers() as session:
        association = organisation_by_name(session, accounts.ASSOCIATION)
        assert association is not None
        month_s = 28 * 24 * 3600
        shifts = shifts_between(session, association.id, seconds(world.now), seconds(world.now) + month_s)
        gaps = [shift for shift in shifts if shift.driver_id is None]
        runs = [*_rides(session, RideKind.RUN), *_rides(session, RideKind.DEMAND)]
        of_gaps = [run for run in runs if run.shift_id in {gap.id for gap in gaps}]
    assert [(local(gap.begins_s).date(), gap.vehicle.name) for gap in gaps] == [(dt.date(2026, 11, 26), BUS)]
    assert len(of_gaps) == 6 and len(shifts) == 12 + 20
    assert all(run.driver_id is not None for run in runs if run not in of_gaps)


@pytest.mark.soak
def test_a_caller_has_a_standing_order_that_can_be_booked(tmp_path: Path, world: World) -> None:
    """Out and back on three days a week for three weeks; nothing is left for the dispatcher to settle."""
    copy = _copy_of(world, tmp_path)
    booked = book_standing_orders(
        copy.sessions,
        copy.snapshot,
        secret_key=copy.settings.secret_key,
        law=PriceLaw(),
        vacations=copy.settings.vacations,
        now=world.now,
    )
    with copy.readers() as session:
        assert unsettled_days(session, world.now.date()) == []
    assert booked == 10  # the first is today


def test_some_journeys_are_booked(world: World) -> None:
    with world.readers() as session:
        rider = person_by_email(session, accounts.RESIDENT.email)
        assert rider is not None
        booked = bookings_of_rider(session, rider.id, seconds(world.now))
        assert len(booked) == 2
        states = Counter(
            leg.state for leg in session.scalars(select(BookingLeg).where(BookingLeg.ride_id.is_not(None)))
        )
        assert states[LegState.CONFIRMED] >= 3
        waiting = [
            leg
            for account in accounts.drivers()
            if account.can_log_in
            for leg in requests_for_driver(
                session, person_by_email(session, account.email).id, seconds(world.now)
            )
        ]
        callers = [b for b in session.scalars(select(Booking)) if b.rider_id != b.booked_by_id]
    assert len(waiting) == 1
    assert len(callers) == 1


def test_some_rides_come_again_and_some_are_looked_for(world: World) -> None:
    with world.readers() as session:
        series = list(session.scalars(select(RideSeries)))
        assert len(series) == 3 and any(len(one.plan["weeks"]) == 2 for one in series)
        assert sum(ride.series_id is not None for ride in _rides(session, RideKind.PRIVATE)) > 40
        anna = person_by_email(session, accounts.drivers()[0].email)
        assert anna is not None
        wanted = wanted_ways(session, anna.id, world.now)
        assert {(way.origin_area, way.weekday, way.people) for way in wanted} == {
            ("Lommatzsch", 1, 3),
            ("Lommatzsch", 3, 3),
        }


def test_drivers_have_cars_and_ratings_and_say_what_they_take_along(world: World) -> None:
    with world.readers() as session:
        anna = person_by_email(session, accounts.drivers()[0].email)
        assert anna is not None
        trust = trust_of(session, [anna.id], seconds(world.now))[anna.id]
        assert (trust.standing.ratings, trust.standing.again) == (2, 2)
        assert car_of(session, anna.id) == Car("Kombi", "grüner", None, 3)
        rides = [ride for ride in _rides(session, RideKind.PRIVATE) if ride.series_id is None]
    for offers in ("luggage", "bicycles", "wheelchairs", "child_seat", "pets", "smoking", "women_only"):
        assert any(getattr(ride, offers) for ride in rides), offers


def test_it_contradicts_itself_nowhere(world: World) -> None:
    assert data_faults(world.engine, PriceLaw(), world.now) == []


def test_preparing_again_adds_nothing(world: World) -> None:
    assert world.prepare(world.now + dt.timedelta(hours=1)) == NOTHING_NEW


def test_the_next_day_adds_one_more_day_of_rides(tmp_path: Path, world: World) -> None:
    copy = _copy_of(world, tmp_path)
    added = copy.prepare(world.now + dt.timedelta(days=1))
    # the tenth day from Tuesday on is Thursday, 3 December; runs reach Tuesday, 22 December
    assert added == Prepared(roads=False, timetable=False, rides=40, runs=6, bookings=0)


def test_the_next_week_brings_the_next_timetable(tmp_path: Path, world: World) -> None:
    copy = _copy_of(world, tmp_path)
    added = copy.prepare(world.now + dt.timedelta(days=7))
    assert (added.roads, added.timetable) == (False, True)
    assert added.runs == 18
    with copy.readers() as session:
        feed = serving(session).feed
        assert feed is not None
        assert feed.valid_from == dt.date(2026, 11, 30) - dt.timedelta(days=30)


def test_nothing_is_invented_beside_a_real_timetable(tmp_path: Path, world: World) -> None:
    copy = _copy_of(world, tmp_path)
    with copy.sessions.begin() as session:
        session.execute(update(FeedVersion).values(is_demo=False))
    with pytest.raises(NotADemonstration):
        copy.prepare(world.now)


def test_people_and_rides_on_postgresql_too(postgres_url: str, world: World) -> None:
    engine = engine_for(postgres_url)
    try:
        writing = sessions(engine)
        crowd = ensure_people(writing, world.now, silent)
        snapshot = world.snapshot()
        assert ensure_association(writing, snapshot.timetable, crowd, "key", world.now) == 72
        assert ensure_rides(writing, snapshot, crowd, PriceLaw(), world.now, silent) > 300
        again = ensure_people(writing, world.now, silent)
        assert again.person(accounts.ADMIN).id == crowd.person(accounts.ADMIN).id
        assert ensure_association(writing, snapshot.timetable, again, "key", world.now) == 0
        assert ensure_rides(writing, snapshot, again, PriceLaw(), world.now, silent) == 0
        with readers(engine)() as session:
            assert len(runs_of_organisation(session, crowd.association.id, 0)) == 72
    finally:
        engine.dispose()


def test_progress_is_told_in_order(world: World) -> None:
    fractions = [fraction for _, fraction in world.told]
    assert fractions == sorted(fractions)
    assert world.told[-1] == ("Der Demo-Landkreis ist bereit", 1.0)


def _copy_of(world: World, folder: Path) -> World:
    """The world's database copied, so that a test may change it; the snapshots are shared."""
    target = folder / "var"
    shutil.copytree(world.settings.data_dir, target)
    settings = Settings.from_env({"MITFAHR_DATA_DIR": str(target)})
    return World(settings, engine_for(settings.database_url), world.prepared, world.now, [])
