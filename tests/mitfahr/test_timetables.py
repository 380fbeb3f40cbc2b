"""Uploads, builds, switches and rollbacks; whatever happens, what serves goes on serving."""

from __future__ import annotations

import datetime as dt
import io
import multiprocessing
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker, undefer

from mitfahr.build_lock import build_lock
from mitfahr.db.base import engine_for
from mitfahr.db.people import Person
from mitfahr.db.session import readers, sessions
from mitfahr.db.timetables import (
    FeedVersion,
    LinkSet,
    feed_versions,
    serving,
    serving_folders,
    switches,
)
from mitfahr.domain.errors import (
    FileTooLarge,
    FileUnreadable,
    NotAllowed,
    NothingToRollBackTo,
    NotSwitchable,
    Unknown,
)
from mitfahr.domain.versions import VersionStatus
from mitfahr.map.tiles import Tiles
from mitfahr.services.accept_upload import accept_upload
from mitfahr.services.build_timetable import build_waiting_timetables, import_timetable
from mitfahr.services.build_version import BuildStopped, fail_dead_builds
from mitfahr.services.clean_up import KEEP_UPLOADS, clean_up
from mitfahr.services.import_roads import Part, import_roads
from mitfahr.services.link_stops import link_waiting
from mitfahr.services.switch_timetable import roll_back, switch_timetable
from mitfahr.settings import Settings
from routing.links import Links
from routing.progress import silent
from routing.timetable import Timetable
from tests.gtfs.feeds import STOPS, TRIPS, feed, to_folder, to_zip
from tests.routing.osm_drawings import osm_file, way

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
BROKEN_STOPS = STOPS.replace("51.1634", "einundfünfzig")


def clock() -> dt.datetime:
    return NOW


@pytest.fixture
def writing(database: Engine) -> sessionmaker[Session]:
    return sessions(database)


@pytest.fixture
def feed_zip(tmp_path: Path) -> Path:
    return to_zip(feed(), tmp_path / "vvo.zip")


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """One long street beside the feed's stops."""
    corners = {1: (0, 0), 2: (2000, -3000), 3: (8000, -3700), 4: (14000, -6700)}
    street = way(1, 2, 3, 4, highway="residential", name="Elbstraße")
    return osm_file(tmp_path, corners, [street])


def version_with(headsign: str, folder: Path) -> Path:
    """A feed that differs from the others in one word."""
    return to_zip(feed(trips=TRIPS.replace("Radebeul", headsign)), folder / f"{headsign}.zip")


def live_version(writing: sessionmaker[Session], settings: Settings, path: Path) -> str:
    built = import_timetable(writing, settings, path, path.name, clock)
    with writing.begin() as session:
        switch_timetable(session, None, built.id, NOW)
    return built.id


def served(writing: sessionmaker[Session]) -> str | None:
    with writing() as session:
        return serving(session).feed_version_id


def test_an_upload_is_built_by_the_worker_and_switched_by_staff(
    writing: sessionmaker[Session], settings: Settings, feed_zip: Path
) -> None:
    with feed_zip.open("rb") as file:
        upload = accept_upload(writing, settings, file, "../vvo juni.zip", NOW)
    assert upload.original_filename == "vvo juni.zip"
    assert upload.status is VersionStatus.UPLOADED
    assert build_waiting_timetables(writing, settings, clock) == 1
    assert build_waiting_timetables(writing, settings, clock) == 0
    with writing.begin() as session:
        built = session.get_one(FeedVersion, upload.id)
        assert (built.status, built.percent) == (VersionStatus.BUILT, 100)
        assert (built.valid_from, built.valid_to) == (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
        assert built.counts["Haltestellen"] == 3
        assert serving(session).feed is None
        switch_timetable(session, None, upload.id, NOW)
    with writing() as session:
        folders = serving_folders(session)
    assert folders is not None
    assert list(Timetable.open(settings.snapshots_dir / folders.timetable).stop_id) == ["A", "B", "C"]
    assert Links.open(settings.snapshots_dir / folders.links).timetable == folders.timetable


def test_a_damaged_feed_is_refused_with_file_and_line(
    writing: sessionmaker[Session], settings: Settings, feed_zip: Path, tmp_path: Path
) -> None:
    first = live_version(writing, settings, feed_zip)
    broken = to_folder(feed(stops=BROKEN_STOPS), tmp_path / "folder")
    refused = import_timetable(writing, settings, broken, "folder", clock)
    assert refused.status is VersionStatus.REFUSED
    assert refused.message is not None
    assert ("stops.txt", 2) in {(finding["file"], finding["line"]) for finding in refused.findings}
    with writing.begin() as session, pytest.raises(NotSwitchable):
        switch_timetable(session, None, refused.id, NOW)
    assert served(writing) == first


def test_a_broken_upload_is_not_called_by_our_name_for_it(
    writing: sessionmaker[Session], settings: Settings
) -> None:
    accept_upload(writing, settings, io.BytesIO(b"PK\x03\x04" + b"no archive" * 20), "fahrplan.zip", NOW)
    build_waiting_timetables(writing, settings, clock)
    with writing() as session:
        (version,) = session.scalars(sa.select(FeedVersion).options(undefer(FeedVersion.findings)))
    assert [finding["file"] for finding in version.findings] == [""]


def test_uploads_are_bounded_and_leave_nothing(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    small = Settings.from_env({"MITFAHR_DATA_DIR": str(settings.data_dir), "UPLOAD_LIMIT_MB": "1"})
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "stops.txt").write_bytes(b"x" * 1_500_000)
    for source in (io.BytesIO(b"x" * 1_500_000), tmp_path / "folder"):
        with pytest.raises(FileTooLarge):
            accept_upload(writing, small, source, "groß.zip", NOW)
    with pytest.raises(FileUnreadable):
        accept_upload(writing, small, tmp_path / "nirgends.zip", "nirgends.zip", NOW)
    assert list(small.uploads_dir.iterdir()) == []
    with writing() as session:
        assert feed_versions(session) == []


def test_switching_again_and_again_and_back(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    a, b, c = (
        live_version(writing, settings, version_with(word, tmp_path)) for word in ("eins", "zwei", "drei")
    )
    for expected in (b, a):
        with writing.begin() as session:
            roll_back(session, None, NOW)
        assert served(writing) == expected
    with writing.begin() as session, pytest.raises(NothingToRollBackTo):
        roll_back(session, None, NOW)
    with writing.begin() as session:
        switch_timetable(session, None, c, NOW)
        switch_timetable(session, None, c, NOW)
    with writing() as session:
        log = [(line.revision, line.feed_version_id, line.reason.value) for line in switches(session)]
        statuses = {version.id: version.status for version in feed_versions(session)}
    assert log == [
        (6, c, "timetable"),
        (5, a, "rollback"),
        (4, b, "rollback"),
        (3, c, "timetable"),
        (2, b, "timetable"),
        (1, a, "timetable"),
    ]
    assert statuses == {a: VersionStatus.RETIRED, b: VersionStatus.RETIRED, c: VersionStatus.LIVE}


def test_only_staff_may_switch(writing: sessionmaker[Session], settings: Settings, feed_zip: Path) -> None:
    built = import_timetable(writing, settings, feed_zip, "vvo.zip", clock)
    with writing.begin() as session:
        resident = Person(first_name="Anna", last_name="Muster", created_at=NOW)
        session.add(resident)
        session.flush()
        for forbidden in (
            lambda: switch_timetable(session, resident, built.id, NOW),
            lambda: roll_back(session, resident, NOW),
        ):
            with pytest.raises(NotAllowed):
                forbidden()
        with pytest.raises(Unknown):
            switch_timetable(session, None, "0" * 32, NOW)
    assert served(writing) is None


def test_two_switches_at_once_come_one_after_the_other(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    ids = [
        import_timetable(writing, settings, version_with(word, tmp_path), word, clock).id
        for word in ("eins", "zwei", "drei", "vier")
    ]

    def switch(version_id: str) -> int:
        with writing.begin() as session:
            return switch_timetable(session, None, version_id, NOW).revision

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(switch, ids)) == [1, 2, 3, 4]
    with writing() as session:
        live = [version.id for version in feed_versions(session) if version.status is VersionStatus.LIVE]
        assert live == [serving(session).feed_version_id] == [switches(session)[0].feed_version_id]


def test_roads_come_under_the_serving_timetable(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path, extract: Path
) -> None:
    first, second = (
        live_version(writing, settings, version_with(word, tmp_path)) for word in ("eins", "zwei")
    )
    roads = import_roads(writing, settings, extract, clock, Part(around_stops_km=2.0))
    assert roads.status is VersionStatus.LIVE
    assert roads.counts["Straßenstücke"] > 0
    with writing() as session:
        folders = serving_folders(session)
    assert folders is not None
    assert Links.open(settings.snapshots_dir / folders.links).roads == folders.roads
    with writing.begin() as session:  # the one to go back to was linked as well
        assert roll_back(session, None, NOW).roads_version_id == roads.id
    assert served(writing) == first != second


def test_roads_may_come_first(
    writing: sessionmaker[Session], settings: Settings, feed_zip: Path, extract: Path
) -> None:
    assert import_roads(writing, settings, extract, clock).status is VersionStatus.LIVE
    live_version(writing, settings, feed_zip)
    with writing() as session:
        folders = serving_folders(session)
    assert folders is not None
    assert folders.roads is not None
    assert Links.open(settings.snapshots_dir / folders.links).roads == folders.roads
    assert folders.land_tiles is not None and folders.network_tiles is not None
    for tiles in (folders.land_tiles, folders.network_tiles):
        assert len(Tiles.open(settings.snapshots_dir / tiles)) > 0


def test_a_timetable_never_linked_is_linked_by_the_worker(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path, extract: Path
) -> None:
    first = live_version(writing, settings, version_with("eins", tmp_path))
    second = import_timetable(writing, settings, version_with("zwei", tmp_path), "zwei", clock).id
    import_roads(writing, settings, extract, clock)
    _forget_links(writing)
    with writing.begin() as session, pytest.raises(NotSwitchable, match="unlinked"):
        switch_timetable(session, None, second, NOW)
    assert served(writing) == first
    assert link_waiting(writing, settings.snapshots_dir, clock, silent) == 1
    with writing.begin() as session:
        switch_timetable(session, None, second, NOW)


def test_a_rollback_never_fails_for_want_of_links(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path, extract: Path
) -> None:
    first, _ = (live_version(writing, settings, version_with(word, tmp_path)) for word in ("eins", "zwei"))
    import_roads(writing, settings, extract, clock)
    _forget_links(writing)
    with writing.begin() as session:
        pointer = roll_back(session, None, NOW)
        assert (pointer.feed_version_id, pointer.roads_version_id) == (first, None)
        assert pointer.links_folder is not None
    assert Links.open(settings.snapshots_dir / pointer.links_folder).roads == ""


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x00" * 100])
def test_a_damaged_extract_is_refused_and_changes_nothing(
    writing: sessionmaker[Session], settings: Settings, feed_zip: Path, tmp_path: Path, content: bytes
) -> None:
    live_version(writing, settings, feed_zip)
    damaged = tmp_path / "damaged.osm.pbf"
    damaged.write_bytes(content)
    roads = import_roads(writing, settings, damaged, clock)
    assert roads.status is VersionStatus.REFUSED
    assert roads.message is not None
    assert "damaged.osm.pbf" in roads.message
    with writing() as session:
        assert serving(session).revision == 1


def test_around_stops_needs_stops(writing: sessionmaker[Session], settings: Settings, extract: Path) -> None:
    roads = import_roads(writing, settings, extract, clock, Part(around_stops_km=2.0))
    assert roads.status is VersionStatus.REFUSED


def test_a_killed_build_is_found_and_what_served_serves(
    database_url: str, settings: Settings, feed_zip: Path
) -> None:
    engine = engine_for(database_url)
    writing = sessions(engine)
    first = live_version(writing, settings, feed_zip)
    upload = accept_upload(writing, settings, feed_zip, "neu.zip", NOW)
    builder = multiprocessing.get_context("spawn").Process(
        target=_build_and_hang, args=(database_url, settings.data_dir)
    )
    builder.start()
    _wait_for(writing, upload.id, VersionStatus.CHECKING)
    assert fail_dead_builds(writing, settings, clock) == 0  # alive
    assert builder.pid is not None
    os.kill(builder.pid, signal.SIGKILL)
    builder.join()
    assert fail_dead_builds(writing, settings, clock) == 1
    with writing() as session:
        dead = session.get_one(FeedVersion, upload.id)
        assert dead.status is VersionStatus.FAILED
        assert dead.message is not None
        assert "unterbrochen" in dead.message
    assert served(writing) == first
    assert build_waiting_timetables(writing, settings, clock) == 0
    engine.dispose()


def test_a_build_told_to_stop_waits_again(
    writing: sessionmaker[Session], settings: Settings, feed_zip: Path
) -> None:
    upload = accept_upload(writing, settings, feed_zip, "neu.zip", NOW)

    def stop(_step: str, fraction: float) -> None:
        if fraction > 0.2:
            raise BuildStopped

    with pytest.raises(BuildStopped):
        build_waiting_timetables(writing, settings, clock, stop)
    with writing() as session:
        assert session.get_one(FeedVersion, upload.id).status is VersionStatus.UPLOADED
    assert build_waiting_timetables(writing, settings, clock) == 1


def test_a_broken_program_is_said_and_not_hidden(
    writing: sessionmaker[Session], settings: Settings, feed_zip: Path
) -> None:
    settings.snapshots_dir.write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        import_timetable(writing, settings, feed_zip, "vvo.zip", clock)
    with writing() as session:
        (version,) = feed_versions(session)
        assert version.status is VersionStatus.FAILED
        assert version.message is not None


def test_a_feed_in_other_hands_is_left_alone(
    writing: sessionmaker[Session], settings: Settings, feed_zip: Path
) -> None:
    upload = accept_upload(writing, settings, feed_zip, "neu.zip", NOW)
    with build_lock(settings.data_dir, upload.id) as mine:
        assert mine
        assert build_waiting_timetables(writing, settings, clock) == 0


def test_old_uploads_and_strays_go_and_waiting_ones_stay(
    writing: sessionmaker[Session], settings: Settings, feed_zip: Path
) -> None:
    waiting = accept_upload(writing, settings, feed_zip, "wartet.zip", NOW)
    built = import_timetable(writing, settings, feed_zip, "gebaut.zip", clock)
    stray = settings.uploads_dir / "stray.zip"
    stray.touch()
    os.utime(stray, (0, 0))
    clean_up(writing, settings, NOW)
    assert {path.stem for path in settings.uploads_dir.iterdir()} == {waiting.id, built.id}
    clean_up(writing, settings, NOW + KEEP_UPLOADS + dt.timedelta(hours=1))
    assert {path.stem for path in settings.uploads_dir.iterdir()} == {waiting.id}


def test_at_first_nothing_serves(database: Engine) -> None:
    with readers(database)() as session:
        assert serving(session).revision == 0
        assert serving_folders(session) is None


def _forget_links(writing: sessionmaker[Session]) -> None:
    with writing.begin() as session:
        session.execute(sa.delete(LinkSet))


def _build_and_hang(database_url: str, data_dir: Path) -> None:
    def hang(_step: str, fraction: float) -> None:
        if fraction > 0:
            time.sleep(600)

    settings = Settings.from_env({"MITFAHR_DATA_DIR": str(data_dir)})
    build_waiting_timetables(sessions(engine_for(database_url)), settings, clock, hang)


def _wait_for(writing: sessionmaker[Session], version_id: str, status: VersionStatus) -> None:
    for _ in range(3600):  # a process that starts while the machine is busy
        with writing() as session:
            if session.get_one(FeedVersion, version_id).status is status:
                return
        time.sleep(0.05)
    raise AssertionError(f"never {status}")
