"""Several feeds in one timetable: each with its versions, merged at the build and again when another one is switched."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.feed_parts import is_stale, live_parts, parts_of
from mitfahr.db.feeds import FIRST_FEED_ID, Feed
from mitfahr.db.session import sessions
from mitfahr.db.timetables import FeedVersion, feed_versions, serving, serving_folders
from mitfahr.domain.errors import FeedNeeded, NotSwitchable, Unknown
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.add_feed import add_feed
from mitfahr.services.assemble_timetable import assemble_stale_timetables
from mitfahr.services.build_timetable import import_timetable
from mitfahr.services.remove_feed import remove_feed
from mitfahr.services.switch_timetable import roll_back, switch_timetable
from mitfahr.settings import Settings
from routing.timetable import Timetable
from tests.gtfs.feeds import AGENCY, STOPS, TRIPS, feed, to_zip

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
NEIGHBOUR_STOPS = """
    stop_id,stop_name,stop_lat,stop_lon
    A,Nossen,51.0600,13.3000
    B,Döbeln,51.1200,13.1200
    C,Radebeul Ost,51.1031,13.6781
"""


def clock() -> dt.datetime:
    return NOW


@pytest.fixture
def writing(database: Engine) -> sessionmaker[Session]:
    made = sessions(database)
    with made.begin() as session:
        session.add(Feed(id="nachbar", name="Nachbar", rank=2))
    return made


def version(
    writing: sessionmaker[Session],
    settings: Settings,
    tmp_path: Path,
    headsign: str,
    feed_id: str = FIRST_FEED_ID,
    timezone: str = "Europe/Berlin",
) -> str:
    """A built version whose one trip goes to `headsign`."""
    files = feed(
        trips=TRIPS.replace("Radebeul", headsign),
        agency=AGENCY.replace("Europe/Berlin", timezone),
        stops=STOPS if feed_id == FIRST_FEED_ID else NEIGHBOUR_STOPS,
    )
    path = to_zip(files, tmp_path / f"{headsign}.zip")
    return import_timetable(writing, settings, path, path.name, clock, feed_id=feed_id).id


def switch(writing: sessionmaker[Session], version_id: str) -> None:
    with writing.begin() as session:
        switch_timetable(session, None, version_id, NOW)


def served_headsigns(writing: sessionmaker[Session], settings: Settings) -> list[str]:
    with writing() as session:
        folders = serving_folders(session)
    assert folders is not None
    return list(Timetable.open(settings.snapshots_dir / folders.timetable).section_headsign)


def test_feeds_are_merged_and_each_is_switched_by_itself(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    own, neighbour = (
        version(writing, settings, tmp_path, "a1"),
        version(writing, settings, tmp_path, "n1", "nachbar"),
    )
    switch(writing, own)
    assert served_headsigns(writing, settings) == ["a1"]
    with writing.begin() as session, pytest.raises(NotSwitchable, match="stale"):
        switch_timetable(session, None, neighbour, NOW)
    assert assemble_stale_timetables(writing, settings, clock) == 1
    assert assemble_stale_timetables(writing, settings, clock) == 0
    switch(writing, neighbour)
    assert served_headsigns(writing, settings) == ["a1", "n1"]
    newer = version(writing, settings, tmp_path, "a2")
    switch(writing, newer)
    assert served_headsigns(writing, settings) == ["a2", "n1"]
    with writing() as session:
        assert [part.id for part in live_parts(session)] == [newer, neighbour]
        statuses = {one.id: one.status for one in feed_versions(session)}
    assert statuses == {own: VersionStatus.RETIRED, neighbour: VersionStatus.LIVE, newer: VersionStatus.LIVE}
    for expected in (["a1", "n1"], ["a1"]):  # back is exact, for all feeds together
        with writing.begin() as session:
            roll_back(session, None, NOW)
        assert served_headsigns(writing, settings) == expected
    with writing() as session:
        statuses = {one.id: one.status for one in feed_versions(session)}
    assert statuses == {
        own: VersionStatus.LIVE,
        neighbour: VersionStatus.RETIRED,
        newer: VersionStatus.RETIRED,
    }


def test_what_waits_is_merged_again_with_what_serves_now(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    switch(writing, version(writing, settings, tmp_path, "a1"))
    switch(writing, version(writing, settings, tmp_path, "n1", "nachbar"))
    waiting = version(writing, settings, tmp_path, "n2", "nachbar")
    newer = version(writing, settings, tmp_path, "a2")
    switch(writing, newer)
    with writing() as session:
        assert is_stale(session, session.get_one(FeedVersion, waiting))
    assert assemble_stale_timetables(writing, settings, clock) == 1
    with writing() as session:
        assert [part.id for part in parts_of(session, waiting)] == [newer, waiting]
    switch(writing, waiting)
    assert served_headsigns(writing, settings) == ["a2", "n2"]


def test_another_clock_is_refused_in_words_and_what_serves_stays(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    own = version(writing, settings, tmp_path, "a1")
    london = version(writing, settings, tmp_path, "before", "nachbar", "Europe/London")
    switch(writing, own)
    assemble_stale_timetables(writing, settings, clock)
    later = version(writing, settings, tmp_path, "after", "nachbar", "Europe/London")
    with writing() as session:
        for refused in (session.get_one(FeedVersion, london), session.get_one(FeedVersion, later)):
            assert refused.status is VersionStatus.REFUSED
            assert refused.message is not None
            assert "Europe/London, die der anderen Quellen für Europe/Berlin" in refused.message
        assert serving(session).feed_version_id == own


def test_a_feed_nobody_has_entered_takes_no_file(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(Unknown):
        version(writing, settings, tmp_path, "x1", "gibtsnicht")
    assert list(settings.uploads_dir.iterdir()) == []


def test_a_feed_that_is_taken_away_serves_until_the_timetable_without_it_is_switched_to(
    writing: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    switch(writing, version(writing, settings, tmp_path, "a1"))
    with writing.begin() as session, pytest.raises(FeedNeeded):
        remove_feed(session, None, FIRST_FEED_ID, NOW)
    switch(writing, version(writing, settings, tmp_path, "n1", "nachbar"))
    with writing.begin() as session:
        without = remove_feed(session, None, "nachbar", NOW)
        assert remove_feed(session, None, "nachbar", NOW) is None
    assert without is not None
    assert served_headsigns(writing, settings) == ["a1", "n1"]
    with writing.begin() as session, pytest.raises(NotSwitchable, match="stale"):
        switch_timetable(session, None, without, NOW)
    assert assemble_stale_timetables(writing, settings, clock) == 1
    switch(writing, without)
    assert served_headsigns(writing, settings) == ["a1"]
    with writing.begin() as session:
        assert add_feed(session, None, "Nachbar", NOW).id == "nachbar"
        assert add_feed(session, None, "Döbelner Straßenbahn", NOW).id == "doebelner-strassenba"
        assert roll_back(session, None, NOW).feed_version_id is not None
    assert served_headsigns(writing, settings) == ["a1", "n1"]
