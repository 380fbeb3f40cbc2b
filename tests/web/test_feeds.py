"""Timetable staff: sources of the timetable, each with its versions, fetched or uploaded."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mitfahr.db.feeds import Feed, feeds
from mitfahr.db.timetables import feed_versions
from mitfahr.domain.roles import Role
from mitfahr.services.assemble_timetable import assemble_stale_timetables
from mitfahr.services.build_timetable import build_waiting_timetables
from mitfahr.services.switch_timetable import switch_timetable
from mitfahr.worker import utc_now
from tests.gtfs.feeds import STOPS, feed, to_zip
from web.portal import Portal

AT = "/fahrplan/quellen"
OWN = {"name": "BürgerBus", "url": "", "every_minutes": "60"}


@pytest.fixture
def staff(client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.TIMETABLE_STAFF)


def sources(portal: Portal) -> dict[str, Feed]:
    with portal.reading() as session:
        return {one.name: one for one in feeds(session)}


def upload(staff: FlaskClient, path: Path, **chosen: str) -> str:
    data = {"file": (io.BytesIO(path.read_bytes()), path.name), "idempotency_key": path.name, **chosen}
    answer = staff.post("/fahrplan", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return answer.location


def test_a_source_is_added_changed_and_removed(staff: FlaskClient, portal: Portal) -> None:
    for _ in range(2):  # pressed twice is one
        assert "angelegt" in staff.post(AT, data=OWN, follow_redirects=True).text
    assert list(sources(portal)) == ["Hauptfahrplan", "BürgerBus"]
    changed = {"name": "BürgerBus", "url": "https://beispiel.de/bus.zip?key=geheim", "every_minutes": "360"}
    taken = staff.post(f"{AT}/buergerbus", data={**changed, "name": "Hauptfahrplan"})
    assert taken.status_code == 409 and "heißt schon „Hauptfahrplan“" in taken.text
    page = staff.post(f"{AT}/buergerbus", data=changed, follow_redirects=True).text
    assert "werden abgerufen von beispiel.de, alle 6 Stunden" in page and "steht an" in page
    assert "geheim" not in page
    assert "innerhalb einer Minute" in staff.post(f"{AT}/buergerbus/abrufen", follow_redirects=True).text
    assert "nichts in Betrieb" in staff.get(f"{AT}/buergerbus/entfernen").text
    for _ in range(2):
        assert "entfernt" in staff.post(f"{AT}/buergerbus/entfernen", follow_redirects=True).text
    assert list(sources(portal)) == ["Hauptfahrplan"]
    assert staff.get(f"{AT}/buergerbus").status_code == 404
    kept = staff.post(f"{AT}/first/entfernen")
    assert kept.status_code == 409 and "wird noch gebraucht" in kept.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "einen Namen"),
        ({"name": "x" * 121}, "höchstens 120 Zeichen"),
        ({"url": "file:///etc/passwd"}, "beginnt mit https://"),
        ({"url": "https://"}, "beginnt mit https://"),
        ({"every_minutes": "bald"}, "every_minutes-fehler"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(
    staff: FlaskClient, portal: Portal, wrong: dict[str, str], said: str
) -> None:
    answer = staff.post(AT, data=OWN | wrong)
    assert answer.status_code == 422 and said in answer.text
    assert list(sources(portal)) == ["Hauptfahrplan"]


def test_a_failed_fetch_is_shown(staff: FlaskClient, portal: Portal) -> None:
    with portal.writing.begin() as session:
        source = session.get_one(Feed, "first")
        source.url, source.last_tried_at = "https://beispiel.de/vvo.zip", utc_now()
        source.fetch_error = "Der Server antwortet mit 503 Service Unavailable."
    page = staff.get(AT).text
    assert "fehlgeschlagen" in page and "antwortet mit 503" in page and "bleibt, wie er ist" in page


def test_a_file_of_a_new_source_is_merged_with_what_serves(
    staff: FlaskClient, portal: Portal, tmp_path: Path
) -> None:
    own = upload(staff, to_zip(feed(), tmp_path / "vvo.zip"))
    nameless = staff.post("/fahrplan", data={"feed": "+"}, content_type="multipart/form-data")
    assert nameless.status_code == 422 and "neuen Quelle einen Namen" in nameless.text
    moved = to_zip(feed(stops=STOPS.replace("51.16", "51.19")), tmp_path / "bus.zip")
    other = upload(staff, moved, feed="+", new_name="BürgerBus")
    build_waiting_timetables(portal.writing, portal.settings, utc_now)
    with portal.writing.begin() as session:
        switch_timetable(session, None, own.rsplit("/", 1)[1], utc_now())
    assert "wird gerade mit dem zusammengesetzt" in staff.get(other).text
    assemble_stale_timetables(portal.writing, portal.settings, utc_now)
    page = staff.get(other).text
    assert re.search(r"Zusammen mit</dt><dd>Hauptfahrplan: Verkehrsgesellschaft", page)
    with portal.writing.begin() as session:
        switch_timetable(session, None, other.rsplit("/", 1)[1], utc_now())
        assert {version.feed.name for version in feed_versions(session)} == {"Hauptfahrplan", "BürgerBus"}
    assert re.search(r"Zusammen mit</dt><dd><a[^>]*>Hauptfahrplan", staff.get("/fahrplan").text)
    assert portal.live.served().without_rides.timetable.n_stops == 4
    assert staff.get("/haltestelle/buergerbus:A").status_code == 200
