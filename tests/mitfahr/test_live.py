"""The live snapshot follows the database: timetable, roads and rides, in every process, whatever is damaged."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr import live as live_module
from mitfahr.db.people import Person
from mitfahr.db.session import readers, sessions
from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.errors import NothingServes
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.live import Live
from mitfahr.school_vacations import read_vacations
from mitfahr.services.build_timetable import import_timetable
from mitfahr.services.change_roles import grant_role
from mitfahr.services.find_places import find_places
from mitfahr.services.found_organisation import add_member, found_organisation
from mitfahr.services.import_roads import import_roads
from mitfahr.services.publish_run import RunDraft, RunStop, publish_run
from mitfahr.services.switch_timetable import switch_timetable
from mitfahr.services.withdraw_ride import withdraw_ride
from mitfahr.settings import Settings
from tests.gtfs.feeds import TRIPS, feed, to_zip
from tests.routing.osm_drawings import osm_file, point, way

NOW = dt.datetime(2026, 6, 1, 6, 0, tzinfo=dt.UTC)


@pytest.fixture
def writing(database: Engine) -> sessionmaker[Session]:
    return sessions(database)


@pytest.fixture
def live(database: Engine, settings: Settings) -> Live:
    return Live(readers(database), settings.snapshots_dir)


def switch_to(writing: sessionmaker[Session], settings: Settings, headsign: str, folder: Path) -> str:
    path = to_zip(feed(trips=TRIPS.replace("Radebeul", headsign)), folder / f"{headsign}.zip")
    built = import_timetable(writing, settings, path, path.name, lambda: NOW)
    with writing.begin() as session:
        switch_timetable(session, None, built.id, NOW)
    return built.id


def a_run(writing: sessionmaker[Session], live: Live) -> tuple[str, str]:
    """(ride_id, id of who published it)."""
    with writing.begin() as session:
        volunteer = Person(first_name="Otto", last_name="Bus", created_at=NOW)
        session.add(volunteer)
        session.flush()
        grant_role(session, volunteer, Role.VOLUNTEER)
        association = found_organisation(session, "BürgerBus-Verein", NOW)
        add_member(session, association, volunteer, MembershipRole.COORDINATOR)
    stops = tuple(
        RunStop(stop_id, NOW + dt.timedelta(minutes=m), NOW + dt.timedelta(minutes=m))
        for stop_id, m in (("A", 60), ("B", 75), ("C", 90))
    )
    draft = RunDraft(association.id, "500", stops)
    timetable = live.served().without_rides.timetable
    ride_id = publish_run(
        writing,
        timetable,
        draft,
        actor_id=volunteer.id,
        idempotency_key="run-form-0001",
        vacations=read_vacations(),
        now=NOW,
    )
    return ride_id, volunteer.id


def headsign(live: Live) -> str:
    return live.current(NOW).timetable.section_headsign[0]


def test_nothing_serves_at_first(live: Live) -> None:
    with pytest.raises(NothingServes):
        live.current(NOW)


def test_a_switch_is_followed_and_a_snapshot_keeps_its_world(
    writing: sessionmaker[Session], live: Live, settings: Settings, tmp_path: Path
) -> None:
    switch_to(writing, settings, "eins", tmp_path)
    before = live.current(NOW)
    assert live.current(NOW).streets is before.streets
    switch_to(writing, settings, "zwei", tmp_path)
    assert headsign(live) == "zwei"
    assert before.timetable.section_headsign[0] == "eins"


def test_roads_names_and_places_come_together(
    writing: sessionmaker[Session], live: Live, settings: Settings, tmp_path: Path
) -> None:
    switch_to(writing, settings, "eins", tmp_path)
    assert live.current(NOW).roads is None
    nodes = {1: (0, 0), 2: (400, 0), 3: point(100, 0, place="village", name="Zehren")}
    extract = osm_file(tmp_path, nodes, [way(1, 2, highway="residential", name="Elbstraße")])
    import_roads(writing, settings, extract, lambda: NOW)
    assert live.current(NOW).roads is not None
    assert live.served().built_places is not None  # the build left it, nobody waits for it here
    (found, *_) = find_places(live.served().places, "Zehren")
    assert "Zehren" in found.label


def test_rides_are_seen_by_the_next_question_in_every_process(
    writing: sessionmaker[Session], live: Live, database: Engine, settings: Settings, tmp_path: Path
) -> None:
    switch_to(writing, settings, "eins", tmp_path)
    elsewhere = Live(readers(database), settings.snapshots_dir)
    assert elsewhere.current(NOW).rides == {}
    ride_id, volunteer_id = a_run(writing, live)
    for process in (live, elsewhere):
        assert process.current(NOW).rides[ride_id].seats_free == (8, 8)
    switch_to(writing, settings, "zwei", tmp_path)
    assert set(elsewhere.current(NOW).rides) == {ride_id}
    withdraw_ride(writing, live.current(NOW), ride_id=ride_id, actor_id=volunteer_id, now=NOW)
    for process in (live, elsewhere):
        assert process.current(NOW).rides == {}


def test_a_ride_that_is_over_is_offered_no_more(
    writing: sessionmaker[Session], live: Live, settings: Settings, tmp_path: Path
) -> None:
    switch_to(writing, settings, "eins", tmp_path)
    ride_id, _ = a_run(writing, live)
    assert set(live.current(NOW).rides) == {ride_id}
    assert live.current(NOW + dt.timedelta(hours=2)).rides == {}


def test_a_damaged_folder_leaves_the_last_good_one(
    writing: sessionmaker[Session],
    live: Live,
    database: Engine,
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    switch_to(writing, settings, "eins", tmp_path)
    assert headsign(live) == "eins"
    version = switch_to(writing, settings, "zwei", tmp_path)
    with writing() as session:
        folder = settings.snapshots_dir / (session.get_one(FeedVersion, version).timetable_folder or "")
    shutil.move(folder, tmp_path / "kept")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert headsign(live) == "eins"
    assert len(caplog.records) == 1  # said once, not at every request
    with pytest.raises(NothingServes):
        Live(readers(database), settings.snapshots_dir).current(NOW)
    shutil.move(tmp_path / "kept", folder)
    monkeypatch.setattr(live_module, "RETRY_DAMAGED_S", 0.0)
    live._retry_at_s = 0.0
    assert headsign(live) == "zwei"


def test_many_threads_through_many_switches(
    writing: sessionmaker[Session], live: Live, settings: Settings, tmp_path: Path
) -> None:
    words = ["eins", "zwei", "drei"]
    versions = [switch_to(writing, settings, word, tmp_path) for word in words]
    ended = threading.Event()

    def ask() -> set[str]:
        seen = set()
        while not ended.is_set():
            seen.add(headsign(live))
        return seen

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        for version in versions * 4:
            with writing.begin() as session:
                switch_timetable(session, None, version, NOW)
        ended.set()
        seen = set.union(*(future.result() for future in asking))
    assert seen <= set(words)
    assert headsign(live) == "drei"


def test_a_request_asks_the_database_little(
    writing: sessionmaker[Session], live: Live, database: Engine, settings: Settings, tmp_path: Path
) -> None:
    switch_to(writing, settings, "eins", tmp_path)
    live.current(NOW)
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        asked.append(sql)

    event.listen(sa.Engine, "before_cursor_execute", listen)
    live.current(NOW)
    event.remove(sa.Engine, "before_cursor_execute", listen)
    selects = [sql for sql in asked if sql.startswith("SELECT")]
    assert len(selects) == 3, selects  # what serves, what is laid over it, and whether rides have changed
