"""The database is away while somebody books: said plainly, nothing is booked, and the same click books once later."""

from __future__ import annotations

import html
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db import base
from mitfahr.db.base import engine_for
from mitfahr.db.bookings import Booking
from mitfahr.db.migrate import upgrade
from mitfahr.settings import Settings
from tests.postgres import Postgres, private_postgres
from tests.web.served import SEVEN, Served, person, serve
from tests.web.test_booking import RUN, form_of, offers, signed_in
from web.app import create_app
from web.portal import EXTENSION, Portal

SERVES_AGAIN_WITHIN_S = 5


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with private_postgres() as server:
        engine = engine_for(server.url)
        upgrade(engine)
        engine.dispose()
        yield server


def test_stopped_and_started(settings: Settings, postgres: Postgres) -> None:
    app = create_app(replace(settings, database_url=postgres.url))
    app.config["WTF_CSRF_ENABLED"] = False
    with time_machine.travel(SEVEN, tick=False):
        serve(app)
        portal: Portal = app.extensions[EXTENSION]
        rider = signed_in(app, person(portal, "Erika").email)
        form = form_of(rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]}).text)
        postgres.stop()
        away = rider.post("/buchen", data=form | {"message": "<Grüße> & mehr"})
        _says_so(away.status_code, away.text, away.headers)
        assert rider.get("/meine-fahrten").status_code == 503
        assert app.test_client().get("/").status_code == 503
        assert app.test_client().get("/health").status_code == 503
        told = app.test_client().get("/api/v1/status")
        assert (told.status_code, told.mimetype) == (503, "application/problem+json")
        assert told.json is not None and "nichts gebucht" in told.json["detail"]
        postgres.start()
        started = time.perf_counter()
        again = _fields_of(away.text)
        assert form.items() | {("message", "<Grüße> & mehr")} == again.items() | {
            ("csrf_token", form["csrf_token"])
        }
        placed = {rider.post("/buchen", data=again).location for _ in range(2)}
        assert time.perf_counter() - started < SERVES_AGAIN_WITHIN_S
        assert _bookings(portal) == 1
        assert rider.get(placed.pop()).status_code == 200
        assert not placed, "the same click booked twice"


def test_killed_while_connections_are_open(settings: Settings, postgres: Postgres) -> None:
    """Every pooled connection is dead; the first request after the return does not notice."""
    app = create_app(replace(settings, database_url=postgres.url))
    client = app.test_client()
    assert client.get("/health").status_code == 200
    postgres.kill()
    assert client.get("/health").status_code == 503
    postgres.start()
    assert client.get("/health").status_code == 200


def test_a_locked_sqlite_refuses_writers_and_serves_readers(
    settings: Settings, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "SQLITE_WAIT_MS", 100)
    rider, portal = _on_sqlite(settings, sqlite_url)
    with time_machine.travel(SEVEN, tick=False):
        form = form_of(rider.post("/buchen/pruefen", data={"offer": offers(rider)[RUN]}).text)
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        away = rider.post("/buchen", data=form)
        _says_so(away.status_code, away.text, away.headers)
        assert rider.get("/meine-fahrten").status_code == 200
        other.execute("ROLLBACK")
        other.close()
        assert rider.post("/buchen", data=_fields_of(away.text)).status_code == 302
        assert _bookings(portal) == 1


def test_a_database_that_cannot_be_read(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    for lies_there in (b"this is no database " * 100, b""):
        path = settings.data_dir / "other.sqlite"
        path.write_bytes(lies_there)
        client = create_app(replace(settings, database_url=f"sqlite:///{path}")).test_client()
        answer = client.get("/")
        _says_so(answer.status_code, answer.text, answer.headers)


def test_our_own_mistakes_are_no_outage(app: Flask, client: FlaskClient) -> None:
    from web.access import PUBLIC, access

    def mistaken() -> str:
        portal: Portal = app.extensions[EXTENSION]
        with portal.reading() as session:
            session.execute(sa.text("SELECT nothing FROM person WHERE email = 'geheim'"))
        return ""

    app.add_url_rule("/test-fehler", "test_fehler", access(PUBLIC)(mistaken))
    assert client.get("/test-fehler").status_code == 500


def test_what_was_sent_is_in_no_error(database_url: str) -> None:
    """Errors go to the log, and values are about people."""
    engine = engine_for(database_url)
    with pytest.raises(sa.exc.SQLAlchemyError) as raised, engine.connect() as connection:
        connection.execute(
            sa.text("INSERT INTO person (email) VALUES (:email)"), {"email": "erika@geheim.de"}
        )
    engine.dispose()
    assert "erika@geheim.de" not in str(raised.value).partition("DETAIL")[0]


def _on_sqlite(settings: Settings, url: str) -> tuple[FlaskClient, Portal]:
    app = create_app(replace(settings, database_url=url))
    app.config["WTF_CSRF_ENABLED"] = False
    with time_machine.travel(SEVEN, tick=False):
        served: Served = serve(app)
        assert served.run_id
        portal: Portal = app.extensions[EXTENSION]
        return signed_in(app, person(portal, "Erika").email), portal


def _says_so(status: int, text: str, headers: object) -> None:
    assert status == 503
    assert "Es wurde nichts gebucht" in text and "derselbe Klick bucht nur einmal" in text
    assert "Retry-After" in headers  # type: ignore[operator]
    assert "Traceback" not in text and "psycopg" not in text and "sqlite" not in text


def _fields_of(page: str) -> dict[str, str]:
    """What the button "Noch einmal versuchen" sends."""
    form = re.search(r'<form class="form" method="post" action="/buchen">(.*?)</form>', page, re.DOTALL)
    assert form is not None, page
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form[1])
    return {name: html.unescape(value) for name, value in fields if name != "csrf_token"}


def _bookings(portal: Portal) -> int:
    with portal.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Booking)) or 0
