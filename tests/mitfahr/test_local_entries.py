"""The local layer in the database: kept once, changed, ended, taken from a table, replaced by a live source."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.checked_stops_file import read_table, written
from mitfahr.db.audit import audit_entries
from mitfahr.db.live_revision import live_revision, local_revision
from mitfahr.db.local_entries import LocalEntry, ended_entries, local_entries, replace_notices
from mitfahr.db.people import Person
from mitfahr.db.session import sessions
from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.audit import AuditAction
from mitfahr.domain.booking_rules import BookingRule, Deadline
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.errors import LocalInvalid, NotAllowed, StateForbids
from mitfahr.domain.extra_trips import ExtraCall, ExtraTrip
from mitfahr.domain.local_entries import Content
from mitfahr.domain.local_keys import LineKey, StopKey
from mitfahr.domain.mobility import Known
from mitfahr.domain.notices import Cause, Notice, NoticeText, Severity, Target
from mitfahr.domain.roles import Role
from mitfahr.domain.versions import VersionStatus
from mitfahr.services.change_roles import grant_role
from mitfahr.services.end_local_entry import end_local_entry
from mitfahr.services.import_checked_stops import Imported, import_checked_stops
from mitfahr.services.keep_local_entry import keep_local_entry
from mitfahr.services.note_orphans import note_orphans
from tests.worlds import world

NOW = dt.datetime(2026, 6, 1, 6, 0, tzinfo=dt.UTC)
STOP = StopKey("de:14627:1", "Meißen, Markt", 51.16, 13.47)
RULE = BookingRule(
    LineKey("VGM", "416"),
    phone="03521 4711",
    deadline=Deadline(days=1, clock=dt.time(17)),
    departures=(dt.time(8, 30),),
)
NOTICE = Notice(
    {"de": NoticeText("Baustelle", "Bitte gehen Sie zum Markt."), "en": NoticeText("Works")},
    Severity.WARNING,
    Cause.CONSTRUCTION,
    "https://example.org/bau",
    ((1_780_000_000, None),),
    (Target(LineKey("VGM", "416"), STOP), Target(trip_id="t1")),
)
EXTRA = ExtraTrip(
    "Festbus",
    (ExtraCall(STOP, dt.time(9)), ExtraCall(replace(STOP, stop_id="2"), dt.time(9, 20))),
    (dt.date(2026, 9, 4),),
    "Festplatz",
    15,
    dt.time(18),
    Known.YES,
    "Kostenlos",
)
CHECKED = CheckedStop(STOP, Known.YES, Known.NO, text="Rampe", checked_on=dt.date(2026, 5, 30))


@pytest.fixture
def writing(database: Engine) -> sessionmaker[Session]:
    return sessions(database)


@pytest.fixture
def staff(writing: sessionmaker[Session]) -> str:
    return somebody(writing, Role.TIMETABLE_STAFF)


def somebody(writing: sessionmaker[Session], role: Role) -> str:
    with writing.begin() as session:
        person = Person(first_name="Ina", last_name="Plan", created_at=NOW)
        session.add(person)
        session.flush()
        grant_role(session, person, role)
        return person.id


def contents(writing: sessionmaker[Session]) -> list[object]:
    with writing() as session:
        return [entry.content for entry in local_entries(session)]


def test_all_four_kinds_come_back_as_they_were_and_are_in_the_audit(
    writing: sessionmaker[Session], staff: str
) -> None:
    kinds: list[Content] = [RULE, CHECKED, NOTICE, EXTRA]
    for number, content in enumerate(kinds):
        for _again in range(2):  # the same form sent twice
            now = NOW + dt.timedelta(seconds=number)
            keep_local_entry(writing, content, actor_id=staff, idempotency_key=f"k{number}", now=now)
    assert contents(writing) == kinds
    with writing() as session:
        assert (local_revision(session), live_revision(session)) == (4, 0)
        lines = audit_entries(session, [AuditAction.LOCAL_ADDED])
    assert {line.subject for line in lines} == {"416", "Meißen, Markt", "Baustelle", "Festbus"}
    assert {line.name for line in lines} == {"Ina Plan"}


def test_change_and_end(writing: sessionmaker[Session], staff: str) -> None:
    kept = keep_local_entry(writing, RULE, actor_id=staff, idempotency_key="a", now=NOW)
    other = replace(RULE, phone="03521 1")
    keep_local_entry(writing, other, actor_id=staff, idempotency_key="b", now=NOW, entry_id=kept)
    assert contents(writing) == [other]
    with pytest.raises(StateForbids):
        keep_local_entry(writing, NOTICE, actor_id=staff, idempotency_key="c", now=NOW, entry_id=kept)
    for _again in range(2):
        end_local_entry(writing, kept, actor_id=staff, now=NOW)
    assert contents(writing) == []
    with pytest.raises(StateForbids):
        keep_local_entry(writing, RULE, actor_id=staff, idempotency_key="d", now=NOW, entry_id=kept)
    with writing() as session:
        assert [entry.id for entry in ended_entries(session)] == [kept]
        assert local_revision(session) == 3


def test_an_extra_trip_is_changed_and_ended(writing: sessionmaker[Session], staff: str) -> None:
    kept = keep_local_entry(writing, EXTRA, actor_id=staff, idempotency_key="a", now=NOW)
    other = replace(EXTRA, every_min=30)
    keep_local_entry(writing, other, actor_id=staff, idempotency_key="b", now=NOW, entry_id=kept)
    assert contents(writing) == [other]
    end_local_entry(writing, kept, actor_id=staff, now=NOW)
    assert contents(writing) == []


def test_what_is_not_whole_or_not_allowed_changes_nothing(writing: sessionmaker[Session], staff: str) -> None:
    dispatcher = somebody(writing, Role.DISPATCHER)
    with pytest.raises(NotAllowed):
        keep_local_entry(writing, RULE, actor_id=dispatcher, idempotency_key="a", now=NOW)
    wrong: list[tuple[Content, str]] = [
        (replace(RULE, phone=""), "phone"),
        (replace(RULE, deadline=Deadline(minutes=20_000)), "deadline"),
        (CheckedStop(STOP), "facts"),
        (replace(NOTICE, texts={"en": NoticeText("Works")}), "title"),
        (replace(NOTICE, periods=((5, 4),)), "period"),
        (replace(EXTRA, calls=EXTRA.calls[:1]), "calls"),
        (replace(EXTRA, until=None), "every"),
        (replace(EXTRA, every_min=1, until=dt.time(18)), "too_many"),
    ]
    for number, (content, field) in enumerate(wrong):
        with pytest.raises(LocalInvalid) as refused:
            keep_local_entry(writing, content, actor_id=staff, idempotency_key=f"{number}", now=NOW)
        assert refused.value.field == field
    assert contents(writing) == []


def test_a_live_source_replaces_all_it_said_at_once(writing: sessionmaker[Session], staff: str) -> None:
    keep_local_entry(writing, NOTICE, actor_id=staff, idempotency_key="a", now=NOW)
    other = replace(NOTICE, severity=Severity.INFO)
    said = []
    for notices in ({"1": NOTICE, "2": other}, {"1": NOTICE, "2": other}, {"2": NOTICE}, {}):
        with writing.begin() as session:
            said.append(replace_notices(session, "vvo", notices, NOW))
        if len(notices) == 1:
            with writing() as session:
                entries = session.query(LocalEntry).where(LocalEntry.source_id == "vvo").all()
                assert [(entry.source_key, entry.content) for entry in entries] == [("2", NOTICE)]
    assert said == [True, False, True, True]
    assert contents(writing) == [NOTICE]  # what staff said stays


def test_a_table_of_stops_goes_round(writing: sessionmaker[Session], staff: str) -> None:
    other = StopKey("de:14627:2", "=Weg;Ecke", 51.2, 13.5)
    table = written([(STOP, CHECKED), (other, None)])
    today = dt.date(2026, 6, 1)
    read = read_table(table.encode(), today)
    assert (read.stops, read.errors, read.n_empty) == ((CHECKED,), (), 1)
    filled = table.replace("51.200000;13.500000;;", "51,2;13,5;JA;").encode("cp1252", errors="ignore")
    read = read_table(filled, today)
    assert read.stops[1] == CheckedStop(other, Known.YES, checked_on=today)
    first = import_checked_stops(writing, read.stops, actor_id=staff, idempotency_key="t", now=NOW)
    again = import_checked_stops(writing, read.stops, actor_id=staff, idempotency_key="u", now=NOW)
    changed = [replace(CHECKED, shelter=Known.YES), *read.stops[1:]]
    third = import_checked_stops(writing, changed, actor_id=staff, idempotency_key="v", now=NOW)
    assert (first, again, third) == (Imported(2, 0, 0), Imported(0, 0, 2), Imported(0, 1, 1))
    assert sorted(contents(writing), key=repr) == sorted(changed, key=repr)


def test_every_cell_that_cannot_be_read_is_told() -> None:
    table = (
        "Haltestellen-ID;Haltestelle;Breite;Länge;Rollstuhl;geprüft am\n"
        "1;Markt;51.1;13.4;vielleicht;1.5.2026\n2;;x;13;ja;1.1.2027\n3;Dorf;51;13;ja;\n"
    )
    read = read_table(table.encode(), dt.date(2026, 6, 1))
    assert [(error.line, error.column) for error in read.errors] == [
        (2, "Rollstuhl"),
        (3, "Haltestellen-ID"),
        (3, "Breite"),
        (3, "geprüft am"),
    ]
    assert [stop.stop.stop_id for stop in read.stops] == ["3"]
    for junk in (b"", b"\x00\xff", b"PK\x03\x04", b"a;b\n1;2\n"):
        assert read_table(junk, NOW.date()).errors[0].line == 1


def test_a_built_version_tells_what_finds_no_place_in_it(
    writing: sessionmaker[Session], staff: str, tmp_path: Path
) -> None:
    drawn = world("line 416 | A B\nt1 | 08:30 08:40")
    version = FeedVersion(
        name="F",
        original_filename="f.zip",
        checksum="0" * 64,
        size_bytes=1,
        uploaded_at=NOW,
        status=VersionStatus.CHECKING,
        timetable_folder=drawn.timetable.save(tmp_path).name,
        findings=[{"code": "other"}],
    )
    with writing.begin() as session:
        session.add(version)
        session.flush()
        version_id = version.id
    assert note_orphans(writing, tmp_path, version_id) == 0
    keep_local_entry(writing, RULE, actor_id=staff, idempotency_key="a", now=NOW)
    keep_local_entry(writing, CHECKED, actor_id=staff, idempotency_key="b", now=NOW)
    for _again in range(2):
        assert note_orphans(writing, tmp_path, version_id) == 1
    with writing() as session:
        findings = session.get_one(FeedVersion, version_id).findings
    assert [finding["code"] for finding in findings] == ["other", "local_entry_without_place"]
    assert "Meißen, Markt" in findings[1]["value"]
    assert findings[1]["message"].startswith("1 örtliche Angabe findet ihre Linie")
