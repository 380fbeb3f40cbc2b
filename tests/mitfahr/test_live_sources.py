"""Live sources from the address to every process: fetched, kept, laid over, forgotten in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from mitfahr.db.feeds import FIRST_FEED_ID
from mitfahr.db.realtime_sources import RealtimeSource, realtime_sources
from mitfahr.db.session import readers, sessions
from mitfahr.domain.errors import SourceAddressInvalid, SourceNameTaken, Unknown
from mitfahr.domain.live_sources import SourceState, source_state
from mitfahr.fetch_message import FetchFailed, Marks, fetch_message
from mitfahr.live import Live
from mitfahr.services.add_source import add_source
from mitfahr.services.build_timetable import import_timetable
from mitfahr.services.pause_source import pause_source
from mitfahr.services.poll_sources import poll_sources
from mitfahr.services.remove_source import remove_source
from mitfahr.services.switch_timetable import switch_timetable
from mitfahr.settings import Settings
from tests.gtfs.feeds import feed, to_zip
from tests.gtfs.messages import at, message
from tests.live_server import Source, live_server

NOW = dt.datetime.fromtimestamp(at("07:30"), dt.UTC)
"""On the first day of the feed, before its bus leaves at 08:00."""
LATE = 'trip { trip_id: "t1" start_date: "20260601" } delay: 240'
WORKS = 'informed_entity { route_id: "R" } header_text { translation { text: "Umleitung" } }'


def payload(*updates: str, seconds_old: int = 0, **options: object) -> bytes:
    whole = message(*updates, timestamp=int(NOW.timestamp()) - seconds_old, **options)  # type: ignore[arg-type]
    return whole.SerializeToString()


class Portal:
    def __init__(self, database: Engine, settings: Settings, source: Source) -> None:
        self.writing, self.reading = sessions(database), readers(database)
        self.settings, self.source = settings, source
        self.live = Live(self.reading, settings.snapshots_dir)
        self.elsewhere = Live(readers(database), settings.snapshots_dir)

    def serve(self, folder: Path) -> None:
        path = to_zip(feed(), folder / "feed.zip")
        built = import_timetable(self.writing, self.settings, path, path.name, lambda: NOW)
        with self.writing.begin() as session:
            switch_timetable(session, None, built.id, NOW)

    def add(self, name: str = "VVO") -> str:
        return add_source(
            self.writing, name=name, address=self.source.url, feed_id=FIRST_FEED_ID, actor_id=None, now=NOW
        )

    def poll(self, content: bytes, now: dt.datetime = NOW) -> bool:
        self.source.content = content
        timetable = self.live.served().without_rides.timetable
        return poll_sources(self.writing, self.settings, timetable, lambda: now)

    def kept(self) -> RealtimeSource:
        with self.reading() as session:
            (source,) = realtime_sources(session)
            return source

    def departs(self, now: dt.datetime = NOW) -> list[int]:
        """How late t1 leaves by what is known, in every process."""
        found = []
        for process in (self.live, self.elsewhere):
            runs = [run for one in process.current(now).live.expected.values() for run in one.runs]
            found.append([int(run.dep[0]) - at("08:00") for run in runs])
        assert found[0] == found[1]
        return found[0]


@pytest.fixture
def source() -> Iterator[Source]:
    with live_server() as source:
        yield source


@pytest.fixture
def portal(database: Engine, settings: Settings, source: Source, tmp_path: Path) -> Portal:
    portal = Portal(database, settings, source)
    portal.serve(tmp_path)
    return portal


def test_delays_reach_every_process_and_end_with_their_source(portal: Portal) -> None:
    source_id = portal.add()
    assert portal.departs() == []
    assert portal.poll(payload(LATE))
    assert portal.departs() == [240]
    before = portal.live.current(NOW)
    assert not portal.poll(payload(LATE))  # nothing new: nobody lays anything anew
    assert portal.live.current(NOW).live is before.live
    assert portal.poll(payload(LATE.replace("240", "60")))
    assert portal.departs() == [60]
    portal.poll(payload())
    assert portal.departs() == []
    portal.poll(payload(LATE))
    for is_paused, expected in ((True, []), (False, [240])):
        pause_source(portal.writing, source_id=source_id, is_paused=is_paused, actor_id=None, now=NOW)
        portal.poll(payload(LATE))
        assert portal.departs() == expected
    remove_source(portal.writing, source_id=source_id, actor_id=None, now=NOW)
    remove_source(portal.writing, source_id=source_id, actor_id=None, now=NOW)
    assert portal.departs() == []


def test_no_delay_outlives_its_source(portal: Portal) -> None:
    portal.add()
    portal.poll(payload(LATE))
    portal.source.status = 503
    minute = dt.timedelta(minutes=1)
    assert not portal.poll(b"", NOW + 2 * minute)
    assert portal.kept().error == "Der Server antwortet mit 503 Service Unavailable."
    assert portal.departs(NOW + 4 * minute) == [240]
    assert portal.departs(NOW + 5 * minute) == []
    portal.source.status = 200
    portal.poll(payload(LATE, seconds_old=600), NOW + 6 * minute)  # it answers, but its clock stands still
    assert portal.departs(NOW + 6 * minute) == []
    portal.poll(payload(LATE, seconds_old=-360), NOW + 6 * minute)
    assert portal.departs(NOW + 6 * minute) == [240]
    assert portal.kept().error is None


def test_an_older_message_takes_nothing_back(portal: Portal) -> None:
    portal.add()
    portal.poll(payload(LATE))
    assert not portal.poll(payload(LATE.replace("240", "60"), seconds_old=30))
    assert portal.departs() == [240]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html>Wartung</html>", "keine vollständige GTFS-Realtime-Nachricht"),
        (b"", "keine vollständige GTFS-Realtime-Nachricht"),
        (payload(LATE, is_differential=True), "nur Änderungen"),
        (b"\0" * (2 << 20), "größer als 1 Megabyte"),
    ],
)
def test_an_answer_that_cannot_be_used_leaves_what_was_known(
    portal: Portal, content: bytes, said: str
) -> None:
    portal.settings = Settings.from_env(
        {"MITFAHR_DATA_DIR": str(portal.settings.data_dir), "REALTIME_LIMIT_MB": "1"}
    )
    portal.add()
    portal.poll(payload(LATE))
    assert not portal.poll(content)
    assert said in (portal.kept().error or "")
    assert "geheim" not in (portal.kept().error or "")
    assert portal.departs() == [240]


def test_unknown_ids_are_counted_for_staff(portal: Portal) -> None:
    portal.add()
    cancelled = 'trip { trip_id: "t1" start_date: "20260601" schedule_relationship: CANCELED }'
    portal.poll(payload(cancelled, *(f'trip {{ trip_id: "x{i}" }} delay: 60' for i in range(9))))
    assert portal.kept().counts == {
        "cancelled": {"n": 1, "samples": ["t1"]},
        "unknown_trip": {"n": 9, "samples": ["x0", "x1", "x2", "x3", "x4"]},
    }


def test_notices_come_and_go_with_their_source(portal: Portal) -> None:
    source_id = portal.add()
    unplaced = WORKS.replace('"R"', '"weg"')
    portal.poll(payload(alerts={"bau": WORKS, "fremd": unplaced}))
    portal.live.current(NOW)
    (notice,) = portal.live.local.notices_for(int(NOW.timestamp()), int(NOW.timestamp()), route_ids=["R"])
    assert notice.notice.in_language("de")[1].title == "Umleitung"
    assert {what: one["n"] for what, one in portal.kept().counts.items()} == {
        "notice": 1,
        "notice_unplaced": 1,
    }
    remove_source(portal.writing, source_id=source_id, actor_id=None, now=NOW)
    portal.live.current(NOW)
    assert portal.live.local.notices == ()


def test_only_what_changed_is_sent(portal: Portal) -> None:
    portal.source.etag = '"one"'
    portal.add()
    portal.poll(payload(LATE))
    assert not portal.poll(payload())  # 304: the server says that it is the same
    assert portal.departs() == [240]
    assert [asked.get("If-None-Match") for asked in portal.source.asked] == [None, '"one"']
    assert portal.kept().error is None


def test_a_source_that_answers_byte_by_byte_is_given_up(source: Source) -> None:
    source.content, source.seconds_a_byte = b"x" * 100, 0.05
    with pytest.raises(FetchFailed, match="nicht schnell genug"):
        fetch_message(source.url, Marks(), 1, timeout_s=0.3)
    source.status, source.seconds_a_byte = 404, 0.0
    with pytest.raises(FetchFailed, match="404"):
        fetch_message(source.url, Marks(), 1)
    with pytest.raises(FetchFailed, match="nicht erreichbar"):
        fetch_message("http://127.0.0.1:9/", Marks(), 1)


def test_a_file_is_a_source_for_operators_only(portal: Portal, tmp_path: Path) -> None:
    path = tmp_path / "now.pb"
    path.write_bytes(payload(LATE))
    asked = {"name": "Datei", "address": str(path), "feed_id": FIRST_FEED_ID, "actor_id": None, "now": NOW}
    with pytest.raises(SourceAddressInvalid):
        add_source(portal.writing, **asked)  # type: ignore[arg-type]
    first = add_source(portal.writing, **asked, may_be_file=True)  # type: ignore[arg-type]
    again = add_source(portal.writing, **asked, may_be_file=True)  # type: ignore[arg-type]
    assert first == again
    with pytest.raises(SourceNameTaken):
        add_source(portal.writing, **{**asked, "address": "https://example.org/"})  # type: ignore[arg-type]
    with pytest.raises(Unknown):
        add_source(
            portal.writing, name="x", address="https://example.org/", feed_id="weg", actor_id=None, now=NOW
        )
    portal.poll(b"")
    assert portal.departs() == [240]
    path.unlink()
    portal.poll(b"")
    assert "kann nicht gelesen werden" in (portal.kept().error or "")


def test_how_a_source_is_doing() -> None:
    later = NOW + dt.timedelta(minutes=1)
    for facts, expected in (
        ({"tried_at": None, "fresh_until": None}, SourceState.WAITING),
        ({"has_failed": True, "fresh_until": None}, SourceState.SILENT),
        ({"fresh_until": later}, SourceState.WORKS),
        ({"fresh_until": later, "has_failed": True}, SourceState.FAILS),
        ({"fresh_until": NOW}, SourceState.SILENT),
        ({"fresh_until": later, "is_paused": True}, SourceState.PAUSED),
    ):
        asked = {"is_paused": False, "tried_at": NOW, "has_failed": False, **facts}
        assert source_state(**asked, now=NOW) is expected  # type: ignore[arg-type]
