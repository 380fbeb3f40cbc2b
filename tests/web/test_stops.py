"""Pages of stops and lines, as requests."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.timetables import FeedVersion, Switch
from mitfahr.domain.versions import SwitchReason, VersionStatus
from mitfahr.services.next_departures import next_departures
from mitfahr.settings import Settings
from tests.web.served import SEVEN, Served, serve
from tests.worlds import world
from web.app import create_app
from web.departures_view import by_day
from web.portal import Portal


@pytest.fixture(scope="module")
def pages(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The drawn world at seven o'clock of its first day, once for all: nothing here changes it."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copy(sqlite_template, folder / "mitfahr.sqlite")
    app = create_app(Settings.from_env({"MITFAHR_DATA_DIR": str(folder), "OPERATOR_PHONE": "03521 725-0"}))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with time_machine.travel(SEVEN, tick=False):
        serve(app)
        yield app.test_client()


def test_departures_with_what_is_particular_of_each(pages: FlaskClient) -> None:
    page = pages.get("/haltestelle/Lommatzsch").text
    assert "Heute, Dienstag, 2. Juni 2026" in page and "Mittwoch, 3. Juni 2026" in page
    times = re.findall(r'departure__time"><strong>([0-9:]+)', page)
    assert times == ["09:00", "10:00", "11:00", "09:00", "11:00", "09:00", "11:00"]
    assert "Bus 416" in page and "nach Meißen" in page
    assert "BürgerBus 500" in page and "Platz buchen bis" in page
    assert "Verspätungen sind hier nicht bekannt" in page
    assert "unbekannt" in page and "03521 725-0" in page


def test_a_rufbus_has_its_number(pages: FlaskClient) -> None:
    page = pages.get("/haltestelle/Zehren").text
    assert "Rufbus 9" in page and "Fährt nur nach Anruf." in page and 'href="tel:035217250"' in page


def test_the_last_stop_says_that_nothing_leaves(pages: FlaskClient) -> None:
    page = pages.get("/haltestelle/Meißen").text
    assert "In den nächsten acht Tagen fährt hier nichts ab." in page


def test_another_day_and_time(pages: FlaskClient) -> None:
    page = pages.get("/haltestelle/Lommatzsch?tag=04.06.2026&ab=10").text
    assert re.findall(r'departure__time"><strong>([0-9:]+)', page) == ["11:00"]
    assert "Donnerstag, 4. Juni 2026, 10:00 Uhr" in page and "data-renew=" not in page
    assert "data-renew=" in pages.get("/haltestelle/Lommatzsch").text
    late = pages.get("/haltestelle/Lommatzsch?tag=05.06.2026").text
    assert "Für diesen Tag gibt es keinen Fahrplan." in late


def test_only_one_line_in_one_direction(pages: FlaskClient) -> None:
    page = pages.get("/haltestelle/Zehren?linie=1.9").text
    assert re.findall(r'departure__time"><strong>([0-9:]+)', page) == ["15:00", "15:00", "15:00"]
    assert pages.get("/haltestelle/Zehren?linie=7.x").text.count("departure__time") > 3


@pytest.mark.parametrize("typed", ["tag=Murks", "ab=halb", "tag=Murks&ab=25:00"])
def test_what_cannot_be_read_is_said_at_its_field(pages: FlaskClient, typed: str) -> None:
    answer = pages.get(f"/haltestelle/Lommatzsch?{typed}")
    assert answer.status_code == 422
    assert 'id="fehler"' in answer.text and typed.split("=")[-1].split("&")[0] in answer.text


def test_an_address_cannot_make_links_lead_elsewhere(pages: FlaskClient) -> None:
    answer = pages.get("/haltestelle/Lommatzsch?_scheme=javascript&_external=1&_anchor=x&stop_id=y&mehr=1")
    assert answer.status_code == 200 and "javascript:" not in answer.text


def test_the_list_alone_for_renewing(pages: FlaskClient) -> None:
    part = pages.get("/abfahrten/Lommatzsch").text
    assert "<html" not in part and "09:00" in part
    assert pages.get("/abfahrten/gibtesnicht").status_code == 404


def test_a_stop_that_is_gone_leads_on(pages: FlaskClient) -> None:
    answer = pages.get("/haltestelle/Lommatsch")
    assert answer.status_code == 404
    assert "Meinen Sie eine davon?" in answer.text and 'href="/haltestelle/Lommatzsch"' in answer.text
    assert pages.get("/aushang/Lommatsch").status_code == 404
    assert pages.get("/von/x").status_code == pages.get("/nach/x").status_code == 404


def test_a_stop_that_earlier_timetables_had_leads_to_what_lies_there(
    app: Flask, portal: Portal, served: Served, client: FlaskClient
) -> None:
    earlier = world("at Alt 8100 0\nline 1 | Alt  B\nt | 08:00  08:10").timetable
    with portal.writing.begin() as session:
        version = FeedVersion(
            name="früher",
            original_filename="früher.zip",
            checksum="1" * 64,
            size_bytes=1,
            uploaded_at=SEVEN,
            status=VersionStatus.BUILT,
            timetable_folder=earlier.save(portal.settings.snapshots_dir).name,
        )
        session.add(version)
        session.flush()
        reason = next(iter(SwitchReason))
        session.add(Switch(revision=900, at=SEVEN, reason=reason, feed_version_id=version.id))
    answer = client.get("/haltestelle/Alt")
    assert answer.status_code == 404 and "Die Haltestelle „Alt“ steht nicht mehr" in answer.text
    assert re.findall(r'href="/haltestelle/(\w+)"', answer.text) == ["Zehren"]


@pytest.mark.parametrize(("way", "field"), [("von", "origin"), ("nach", "destination")])
def test_a_search_from_here_or_to_here(pages: FlaskClient, way: str, field: str) -> None:
    page = pages.get(f"/{way}/Lommatzsch").text
    assert re.search(rf'name="{field}" value="Lommatzsch \(Haltestelle\)"', page)
    choice = re.search(rf'name="{field}_choice" value="([^"]+)"', page)
    assert choice is not None and "Lommatzsch" in choice[1]
    assert 'value="07:00"' in page


def test_the_timetable_for_the_wall(pages: FlaskClient) -> None:
    page = pages.get("/aushang/Lommatzsch").text
    assert (
        "Gilt vom <strong>Dienstag, 2. Juni 2026</strong> bis <strong>Donnerstag, 4. Juni 2026</strong>"
        in page
    )
    assert "Dienstag bis Donnerstag" in page
    rows = re.findall(r'<th scope="row">(\d\d)</th><td><span class="minute">(\d\d)', page)
    assert rows == [("09", "00"), ("11", "00")]
    assert "10:00 Uhr BürgerBus 500 nach Meißen" in page
    assert "http://localhost:8000/haltestelle/Lommatzsch" in page
    assert "<svg" in page and "style=" not in page
    assert pages.get("/aushang/Zehren?linie=1.9").text.count("<table") == 1
    assert "fährt nur nach Anruf" in pages.get("/aushang/Zehren?linie=1.9").text
    assert "fährt hier nichts ab" in pages.get("/aushang/Meißen").text


def test_the_table_of_a_line(pages: FlaskClient) -> None:
    page = pages.get("/linie/416").text
    assert "Montag bis Freitag nach Meißen" in page
    rows = re.findall(r'<th scope="row"><a href="[^"]+">(\w+)</a></th><td>([0-9:]+)</td><td>([0-9:]+)', page)
    assert rows == [
        ("Lommatzsch", "09:00", "11:00"),
        ("Zehren", "09:20", "11:20"),
        ("Meißen", "09:40", "11:40"),
    ]
    assert "An diesen Tagen fährt die Linie nicht." in pages.get("/linie/416?tage=so").text
    assert pages.get("/linie/416?tage=alle").text.count("<h2") > page.count("<h2")
    assert pages.get("/linie/416?tage=x&ab=y").status_code == 200


def test_a_line_that_is_gone_shows_the_others(pages: FlaskClient) -> None:
    answer = pages.get("/linie/417")
    assert answer.status_code == 404 and 'href="/linie/416"' in answer.text


def test_stops_by_letter_and_by_what_is_typed(pages: FlaskClient) -> None:
    assert 'href="/haltestellen/L"' in pages.get("/haltestellen").text
    assert 'href="/haltestelle/Lommatzsch"' in pages.get("/haltestellen/L").text
    assert pages.get("/haltestellen/X").status_code == 404
    found = pages.post("/haltestellen", data={"name": "lomatsch"}).text
    assert 'href="/haltestelle/Lommatzsch"' in found and 'value="lomatsch"' in found
    assert "Keine Haltestelle heißt so" in pages.post("/haltestellen", data={"name": "xyzzy"}).text


def test_without_a_timetable_pages_say_so(client: FlaskClient) -> None:
    for path in ("/haltestelle/x", "/haltestellen", "/linien", "/linie/x", "/aushang/x", "/abfahrten/x"):
        assert client.get(path).status_code == 503


def test_what_is_known_today_in_words() -> None:
    drawn = world("""
    line 1 | A  B
    t1 | 08:00  08:10
    t2 | 08:05  08:15
    t3 | 08:10  08:20
    t4 | 08:20  08:30
    t5 | 08:25  08:35
    expected t1 day 0 | 08:00
    expected t2 day 0 | 08:07
    cancelled t3 day 0
    expected t4 day 0 | 08:19
    expected t5 day 0 | x
    added z day 0 | A 08:40 | B 08:50
    """)
    snapshot, from_s = drawn.snapshot(), int(drawn.at("08:00").timestamp())
    board = next_departures(snapshot, snapshot.timetable.stop("A"), from_s, 9)
    (day,) = by_day(board.departures, snapshot.timetable, from_s)
    told = [(one.title, one.tag.kind, one.tag.words, one.is_off) for one in day.departures if one.tag]
    assert day.is_today and [words for _, *words in told] == [
        ["success", "pünktlich", False],
        ["danger", "2 Minuten später", False],
        ["danger", "fällt aus", True],
        ["warning", "1 Minute früher", False],
        ["danger", "hält heute nicht hier", True],
        ["info", "zusätzliche Fahrt", False],
    ]
