"""What surrounds every page: headers, cookies, static files, the demonstration notice, legal pages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import brotli
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.timetables import FeedVersion, serving
from mitfahr.demo.accounts import DEMO_PASSWORD, accounts
from mitfahr.domain.colours import Colour
from mitfahr.domain.versions import VersionStatus
from mitfahr.settings import Settings
from tests.web.conftest import NOW
from tests.web.served import serve
from web import assets
from web.app import create_app
from web.headers import CONTENT_SECURITY_POLICY
from web.portal import EXTENSION


def test_headers_on_pages_and_errors(client: FlaskClient) -> None:
    for path in ("/", "/gibt-es-nicht"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, no-cache"


def test_no_page_asks_another_host_or_carries_script_or_style(client: FlaskClient) -> None:
    page = client.get("/").text
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert " style=" not in page and "<style" not in page and " onclick=" not in page


def test_the_menu_says_where_one_is(client: FlaskClient) -> None:
    def marked(path: str) -> list[tuple[str, str]]:
        return re.findall(r'class="menu__link" href="([^"]*)" aria-current="([a-z]+)"', client.get(path).text)

    assert marked("/") == [("/", "page")]
    assert marked("/haltestellen") == [("/haltestellen", "page")]
    assert marked("/haltestellen/Z") == [("/haltestellen", "true")]
    assert marked("/fahrten/anbieten") == [("/fahrten/anbieten", "page")]
    assert marked("/impressum") == []


def test_static_files_carry_their_hash_and_stay(client: FlaskClient) -> None:
    sheet = re.search(r'href="(/static/[0-9a-f]{12}/mitfahr.css)"', client.get("/").text)
    assert sheet is not None
    answer = client.get(sheet[1])
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    packed = client.get(
        sheet[1].replace("mitfahr.css", "vendor/kern/kern.min.css"), headers={"Accept-Encoding": "gzip"}
    )
    assert packed.headers["Content-Encoding"] == "gzip"


def test_pages_and_packed_files_leave_in_brotli(settings: Settings, sqlite_url: str) -> None:
    """What a phone loads for the search page, all together and without the map, stays below 150 kB."""
    assets.pack(settings.data_dir)
    client = create_app(replace(settings, database_url=sqlite_url)).test_client()
    asked = {"Accept-Encoding": "gzip, br"}
    page = client.get("/", headers=asked)
    assert page.headers["Content-Encoding"] == "br"
    text = brotli.decompress(page.data).decode()
    assert "Accept-Encoding" in page.headers["Vary"] and "</html>" in text
    loaded = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))
    answers = {path: client.get(path, headers=asked) for path in sorted(loaded)}
    assert all(answer.status_code == 200 for answer in answers.values())
    sheets = [path for path in loaded if path.endswith((".css", ".js"))]
    assert {answers[path].headers.get("Content-Encoding") for path in sheets} == {"br"}
    scripts = sum(file.stat().st_size for file in assets.FOLDER.glob("*.js"))
    assert len(page.data) + sum(len(answer.data) for answer in answers.values()) + scripts / 2 < 150_000


def test_the_cookie_is_for_this_portal_only(settings: Settings, sqlite_url: str) -> None:
    app = create_app(replace(settings, database_url=sqlite_url, base_url="https://mitfahr.example"))
    answer = app.test_client().get("/anmelden", base_url="https://mitfahr.example")
    cookie = answer.headers["Set-Cookie"]
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_without_a_timetable_every_page_says_so(client: FlaskClient) -> None:
    assert "noch kein Fahrplan geladen" in client.get("/impressum").text


def test_a_demonstration_timetable_is_named_on_every_page(app: Flask) -> None:
    _serve(app, is_demo=True)
    for path in ("/", "/impressum", "/anmelden", "/gibt-es-nicht"):
        assert "Dieser Fahrplan ist erfunden" in app.test_client().get(path).text


def test_a_real_timetable_has_no_notice(app: Flask) -> None:
    _serve(app, is_demo=False)
    page = app.test_client().get("/").text
    assert "erfunden" not in page and "noch kein Fahrplan" not in page


def test_every_page_credits_whoever_drew_the_streets(app: Flask) -> None:
    client = app.test_client()
    assert "Straßen und Ortsnamen" not in client.get("/").text
    drawn = serve(app).world
    assert drawn.roads is not None
    for path in ("/", "/impressum", "/gibt-es-nicht"):
        assert f"Straßen und Ortsnamen: {drawn.roads.attribution}" in client.get(path).text


def test_the_log_in_page_names_the_accounts_of_the_demonstration_only_there(app: Flask) -> None:
    client = app.test_client()
    assert DEMO_PASSWORD not in client.get("/anmelden").text
    _serve(app, is_demo=True)
    page = client.get("/anmelden").text
    assert DEMO_PASSWORD in page
    for account in accounts():
        assert (f"<code>{account.email}</code>" in page) == account.can_log_in
        assert not account.can_log_in or f"{account.last_name}, {account.what}</li>" in page
    _serve(app, is_demo=False)
    real = client.get("/anmelden").text
    assert DEMO_PASSWORD not in real and "demo.example" not in real


def test_legal_pages_show_the_operator(settings: Settings, sqlite_url: str) -> None:
    told = replace(
        settings,
        database_url=sqlite_url,
        operator_name="Landkreis Beispiel",
        operator_phone="03521 725-0",
        imprint_text="Vertreten durch <b>die Landrätin</b>",
        privacy_text="Unsere Erklärung",
    )
    client = create_app(told).test_client()
    imprint = client.get("/impressum").text
    assert "Landkreis Beispiel" in imprint
    assert "&lt;b&gt;die Landrätin" in imprint
    assert 'href="tel:035217250"' in imprint
    assert "Unsere Erklärung" in client.get("/datenschutz").text
    assert "Landkreis Beispiel" in client.get("/barrierefreiheit").text


def test_health(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok"}


def _serve(app: Flask, is_demo: bool) -> None:
    with app.extensions[EXTENSION].writing.begin() as session:
        feed = FeedVersion(
            name="Testfahrplan",
            original_filename="test.zip",
            checksum="0" * 64,
            size_bytes=1,
            uploaded_at=NOW,
            status=VersionStatus.LIVE,
            is_demo=is_demo,
        )
        session.add(feed)
        session.flush()
        serving(session).feed_version_id = feed.id


def test_the_operators_look_is_on_every_page(settings: Settings, sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "wappen.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    told = replace(
        settings,
        database_url=sqlite_url,
        portal_name="Mitfahren in Meißen",
        brand_colour=Colour.read("#7a0019"),
        logo_file=tmp_path / "wappen.svg",
    )
    client = create_app(told).test_client()
    page = client.get("/impressum").text
    assert "<title>Impressum – Mitfahren in Meißen</title>" in page
    sheet = re.search(r'href="(/marke/farben.css\?v=[0-9a-f]{12})"', page)
    logo = re.search(r'src="(/marke/logo\?v=[0-9a-f]{12})"', page)
    assert sheet is not None and logo is not None
    answer = client.get(sheet[1])
    assert (
        "--kern-color-action-default: #7a0019" in answer.text
        and "immutable" in answer.headers["Cache-Control"]
    )
    assert client.get(logo[1]).mimetype == "image/svg+xml"


def test_the_portal_can_be_installed(client: FlaskClient) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    told = answer.get_json(force=True)
    assert (told["name"], told["start_url"], told["display"]) == ("Mitfahrportal", "/", "standalone")
    for shown in told["icons"]:
        assert client.get(shown["src"]).mimetype == "image/png"
