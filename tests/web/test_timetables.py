"""Timetable staff: a file goes into quarantine, the worker builds it, staff read the report, switch and go back."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mitfahr.db.timetables import serving
from mitfahr.domain.roles import Role
from mitfahr.services.build_timetable import build_waiting_timetables
from mitfahr.services.compare_timetables import compare_waiting
from mitfahr.worker import utc_now
from tests.gtfs.feeds import STOP_TIMES, STOPS, feed, to_zip
from tests.web.conftest import PASSWORD
from web.app import create_app
from web.portal import EXTENSION, Portal

BROKEN_STOPS = STOPS.replace("51.1634", "nördlich")
TWO_TRIPS = {
    "trips": "route_id,service_id,trip_id,trip_headsign\nR,WEEK,t1,Radebeul\nR,WEEK,t2,Radebeul",
    "stop_times": STOP_TIMES + STOP_TIMES.split("stop_sequence")[1].replace("t1", "t2").replace("08:", "09:"),
}


@pytest.fixture
def staff(client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.TIMETABLE_STAFF)


@pytest.fixture
def send(staff: FlaskClient, tmp_path: Path) -> Callable[..., TestResponse]:
    """Upload a feed; a keyword replaces one of its files."""

    def send_one(key: str = "k1", **changed: str) -> TestResponse:
        path = to_zip(feed(**changed), tmp_path / "vvo.zip")
        data = {"file": (io.BytesIO(path.read_bytes()), "vvo.zip"), "idempotency_key": key}
        return staff.post("/fahrplan", data=data, content_type="multipart/form-data")

    return send_one


def build(portal: Portal) -> int:
    """What the worker does."""
    return build_waiting_timetables(portal.writing, portal.settings, utc_now)


def test_nothing_uploaded_yet(staff: FlaskClient) -> None:
    page = staff.get("/fahrplan").text
    assert "Noch kein Fahrplan." in page and "noch keine Datei hochgeladen" in page
    assert "Zurück zu einer früheren" not in page


def test_from_upload_to_service(
    staff: FlaskClient, send: Callable[..., TestResponse], portal: Portal
) -> None:
    answer = send()
    assert answer.status_code == 302
    page = staff.get(answer.location).text
    assert "wartet auf die Prüfung" in page and 'http-equiv="refresh"' in page and 'hx-trigger="every' in page
    assert "In Betrieb nehmen" not in page
    assert build(portal) == 1
    page = staff.get(answer.location).text
    assert "bereit" in page and "3 Haltestellen" in page and 'http-equiv="refresh"' not in page
    question = staff.get(answer.location + "/schalten").text
    assert "noch kein Fahrplan" in question and "Montag, 1. Juni 2026 bis Dienstag, 30. Juni 2026" in question
    done = staff.post(answer.location + "/schalten", data={"seen_revision": "0"}, follow_redirects=True)
    assert "Der Fahrplan ist in Betrieb" in done.text
    with portal.reading() as session:
        feed_version = serving(session).feed
        assert feed_version is not None and feed_version.id in answer.location
    assert portal.live.served().without_rides.timetable.n_stops == 3


def test_a_click_twice_is_one_upload(
    staff: FlaskClient, send: Callable[..., TestResponse], portal: Portal
) -> None:
    assert send("same").location == send("same").location
    assert len(list(portal.settings.uploads_dir.iterdir())) == 1
    assert staff.get("/fahrplan").text.count("hochgeladen") == 1
    conflict = send("same", stops=BROKEN_STOPS)
    assert conflict.status_code == 409
    assert len(list(portal.settings.uploads_dir.iterdir())) == 1


def test_back_and_not_twice_back(
    staff: FlaskClient, send: Callable[..., TestResponse], portal: Portal
) -> None:
    ids = []
    for key, changed in (("a", TWO_TRIPS), ("b", {}), ("c", TWO_TRIPS)):
        ids.append(send(key, **changed).location)
        build(portal)
        question = staff.get(ids[-1] + "/schalten").text
        assert ("50 % weniger" in question and "deutlich kleiner" in question) == (key == "b")
        sign_losses(staff, ids[-1], portal)
        staff.post(ids[-1] + "/schalten", data={"seen_revision": "0"})
    page = staff.get("/fahrplan/zurueck").text
    revision = re.search(r'name="seen_revision" value="(\d+)"', page)
    assert revision is not None
    for _ in range(2):
        done = staff.post("/fahrplan/zurueck", data={"seen_revision": revision[1]}, follow_redirects=True)
        assert "wieder in Betrieb" in done.text
        with portal.reading() as session:
            assert serving(session).feed_version_id in ids[1]  # type: ignore[operator]
    assert "zurück zur vorigen Fassung" in staff.get("/fahrplan").text


def sign_losses(staff: FlaskClient, address: str, portal: Portal) -> None:
    """What the worker does after a build, and the person after looking at it."""
    compare_waiting(portal.writing, portal.settings, utc_now)
    if "Bitte mit Ihrem Namen bestätigen" in staff.get(address + "/schalten").text:
        wrong = staff.post(address + "/bestaetigen", data={"name": "Jemand Anderes"})
        assert wrong.status_code == 422 and "Der Name stimmt nicht" in wrong.text
        staff.post(address + "/bestaetigen", data={"name": "timetable_staff beispiel"})


def test_nothing_to_go_back_to(staff: FlaskClient) -> None:
    assert "war noch keiner in Betrieb" in staff.get("/fahrplan/zurueck").text
    answer = staff.post("/fahrplan/zurueck", data={"seen_revision": "0"})
    assert answer.status_code == 409 and "keine frühere Fassung" in answer.text


def test_a_damaged_feed_is_refused_with_its_findings(
    staff: FlaskClient, send: Callable[..., TestResponse], portal: Portal
) -> None:
    address = send(stops=BROKEN_STOPS).location
    build(portal)
    page = staff.get(address).text
    assert "abgelehnt" in page and "stops.txt" in page and "Zeile 2" in page and "nördlich" in page
    assert "stop_lat" in page and "In Betrieb nehmen" not in page
    assert "nördlich" in staff.get(f"{address}?schwere=error").text.split("<tbody>")[1]
    assert "<tbody>" not in staff.get(f"{address}?schwere=error&suche=gibtesnicht").text
    assert "nördlich" in staff.get(f"{address}?suche=STOPS.txt nörd").text.split("<tbody>")[1]
    assert staff.get(f"{address}?seite=99&schwere=quatsch").status_code == 200
    refused = staff.get(address + "/schalten").text
    assert "nicht bereit" in refused
    answer = staff.post(address + "/schalten", data={"seen_revision": "0"})
    assert answer.status_code == 409 and "kann nicht in Betrieb gehen" in answer.text


def test_what_is_no_feed_is_refused_by_the_check(staff: FlaskClient, portal: Portal) -> None:
    data = {"file": (io.BytesIO(b"<html>Fehler 404</html>"), "../../etc/fahrplan.zip")}
    answer = staff.post("/fahrplan", data=data, content_type="multipart/form-data")
    build(portal)
    page = staff.get(answer.location).text
    assert "abgelehnt" in page and "../" not in page


def test_without_a_file(staff: FlaskClient) -> None:
    answer = staff.post("/fahrplan", data={}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "wählen Sie zuerst eine Datei" in answer.text


@pytest.mark.parametrize("bytes_over", [1, 200_000])
def test_too_large(bytes_over: int, app: Flask, staff: FlaskClient, portal: Portal) -> None:
    app.extensions[EXTENSION] = replace(portal, settings=replace(portal.settings, upload_limit_mb=1))
    data = {"file": (io.BytesIO(b"x" * ((1 << 20) + bytes_over)), "gross.zip")}
    answer = staff.post("/fahrplan", data=data, content_type="multipart/form-data")
    assert answer.status_code == 413 and "höchstens 1 Megabyte" in answer.text
    assert not list(portal.settings.uploads_dir.glob("*"))


def test_larger_than_other_forms_may_be(staff: FlaskClient, portal: Portal, tmp_path: Path) -> None:
    path = to_zip(feed(), tmp_path / "vvo.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("shapes.bin", b"\0" * 3_000_000, zipfile.ZIP_STORED)
    data = {"file": (io.BytesIO(path.read_bytes()), "vvo.zip")}
    answer = staff.post("/fahrplan", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302


def test_the_token_is_looked_at(app: Flask, portal: Portal, client_as: Callable[[Role], FlaskClient]) -> None:
    client_as(Role.TIMETABLE_STAFF)
    strict = create_app(portal.settings)
    strict.testing = True
    client = strict.test_client()
    page = client.get("/anmelden").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    entered = {"email": "timetable_staff@example.org", "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/anmelden", data=entered).status_code == 302
    data = {"file": (io.BytesIO(b"x"), "vvo.zip")}
    answer = client.post("/fahrplan", data=data, content_type="multipart/form-data")
    assert answer.status_code == 400 and "zu lange offen" in answer.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/fahrplan").text)
    assert token is not None
    data = {"file": (io.BytesIO(b"x"), "vvo.zip"), "csrf_token": token[1]}  # type: ignore[dict-item]
    answer = client.post("/fahrplan", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302


def test_a_guest_sends_no_file(client: FlaskClient, portal: Portal) -> None:
    data = {"file": (io.BytesIO(b"x" * 5_000_000), "vvo.zip")}
    answer = client.post("/fahrplan", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302 and answer.location.startswith("/anmelden")
    assert not list(portal.settings.uploads_dir.glob("*"))
