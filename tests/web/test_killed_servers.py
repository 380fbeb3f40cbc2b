"""Server processes and the database die while people book over HTTP: every form is answered once in the end.

They die at random moments (MITFAHR_SEED), in the middle of whatever form is under way then. `make soak` sends
2,000 forms and kills 20 times (MITFAHR_FORMS, MITFAHR_KILLS), and does it on SQLite too, where nothing but
server processes can die.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from mitfahr.db.base import engine_for
from mitfahr.db.bookings import Booking
from mitfahr.db.migrate import upgrade
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.check_data import data_faults
from mitfahr.services.find_itineraries import find_itineraries
from mitfahr.settings import Settings
from routing.query import StopRef
from tests.postgres import Postgres, private_postgres
from tests.web.served import PASSWORD, person, serve
from web.app import create_app
from web.portal import EXTENSION, Portal

N_PEOPLE = 4
N_FORMS = int(os.environ.get("MITFAHR_FORMS", "48"))
KILLS = int(os.environ.get("MITFAHR_KILLS", "4"))
LONGEST_FORM_S = 0.3
PATIENCE_S = 180
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with private_postgres() as server:
        yield server


def test_on_postgres(postgres: Postgres, tmp_path: Path) -> None:
    def outage() -> None:
        postgres.kill()
        time.sleep(1)
        postgres.start()

    said = every_form_is_answered_once(postgres.url, outage, tmp_path)
    assert 503 in said


@pytest.mark.soak
def test_on_sqlite(tmp_path: Path) -> None:
    every_form_is_answered_once(f"sqlite:///{tmp_path / 'killed.sqlite'}", None, tmp_path)


def every_form_is_answered_once(url: str, outage: Callable[[], None] | None, folder: Path) -> set[int]:
    """Returns every status that somebody was told on the way there; 0 is a connection that broke."""
    environment = {"MITFAHR_DATA_DIR": str(folder / "var"), "DATABASE_URL": url}
    tokens = _portal_with_offers(environment)
    forms = [(f"person{i % N_PEOPLE}", tokens[i % len(tokens)], secrets.token_hex(8)) for i in range(N_FORMS)]
    chance = random.Random(os.environ.get("MITFAHR_SEED", "1"))
    with _serving(environment) as (site, server), ThreadPoolExecutor(N_PEOPLE) as crowd:
        people = {name: Client.signed_in(site, name) for name in {name for name, _, _ in forms}}
        running = [crowd.submit(people[name].book, token, key) for name, token, key in forms]
        for number, moment in enumerate(sorted(chance.sample(range(N_FORMS), KILLS))):
            while sum(one.done() for one in running) < moment:
                time.sleep(0.02)
            time.sleep(chance.random() * LONGEST_FORM_S)
            if outage is not None and number % 4 == 1:
                outage()
            else:
                _kill_one(server, chance)
        answers = [one.result() for one in running]
        booked = [place for status, place in answers if status == 302]
        assert {status for status, _ in answers} <= {302, 409}
        assert len(booked) == len(set(booked)) > 0
        said = {status for client in people.values() for status in client.seen}
        assert 500 not in said
        for (name, token, key), answer in zip(forms, answers, strict=True):
            if answer[0] == 302:
                assert people[name].book(token, key) == answer
    engine = engine_for(url)
    settings = Settings.from_env(environment)
    with engine.connect() as connection:
        stored = set(connection.scalars(sa.select(Booking.id)))
    assert stored == {place.rpartition("/")[2] for place in booked}
    assert data_faults(engine, settings.price_law, dt.datetime.now(dt.UTC)) == []
    engine.dispose()
    return said


def _kill_one(server: psutil.Process, chance: random.Random) -> None:
    """One of those that answer; where the last ones are just being replaced, the next that is there."""
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        with suppress(psutil.NoSuchProcess, IndexError):
            return chance.choice(server.children()).kill()
        time.sleep(0.02)
    raise AssertionError("nobody is there to be killed")


@dataclass
class Client:
    """Somebody with a browser that sends a form again until it is answered."""

    site: str
    opener: urllib.request.OpenerDirector
    seen: list[int] = field(default_factory=list)
    """Every status that came; 0 when the connection broke."""

    @classmethod
    def signed_in(cls, site: str, name: str) -> Client:
        client = cls(
            site, urllib.request.build_opener(_Stay(), urllib.request.HTTPCookieProcessor(CookieJar()))
        )
        form = {"email": f"{name}@example.org", "password": PASSWORD}
        assert client.send("/anmelden", form | {"csrf_token": client.csrf("/anmelden")})[0] == 302
        return client

    def csrf(self, path: str) -> str:
        with self.opener.open(self.site + path, timeout=60) as page:
            found = CSRF.search(page.read().decode())
        assert found is not None
        return found[1]

    def book(self, token: str, key: str) -> tuple[int, str]:
        """The final status and where it leads."""
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                form = {"offer": token, "idempotency_key": key, "csrf_token": self.csrf("/anmelden")}
                status, place = self.send("/buchen", form)
            except (OSError, HTTPException) as broken:
                status, place = getattr(broken, "code", 0), ""
            self.seen.append(status)
            if status in (302, 409) or time.monotonic() > give_up_at:
                return status, place
            time.sleep(0.1)

    def send(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        try:
            with self.opener.open(
                self.site + path, urllib.parse.urlencode(form).encode(), timeout=60
            ) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers.get("Location", "")


class _Stay(urllib.request.HTTPRedirectHandler):
    """Says where an answer leads instead of going there."""

    def redirect_request(self, *_: object) -> None:
        return None


def _portal_with_offers(environment: dict[str, str]) -> list[str]:
    """Tokens of journeys with a seat in them, on a portal with people in it."""
    settings = Settings.from_env(environment)
    engine = engine_for(settings.database_url)
    upgrade(engine)
    engine.dispose()
    app = create_app(settings)
    now = dt.datetime.now(dt.UTC)
    drawn = serve(app, (now + dt.timedelta(days=2)).date(), now).world
    portal: Portal = app.extensions[EXTENSION]
    for number in range(N_PEOPLE):
        person(portal, f"person{number}")
    tokens = []
    for ends in (("Lommatzsch", "Meißen"), ("Lommatzsch", "Zehren"), ("Zehren", "Meißen")):
        request = TripRequest(StopRef(ends[0]), StopRef(ends[1]), drawn.at("09:00"), window_s=2 * 3600)
        found = find_itineraries(
            portal.reading,
            portal.live.current(now),
            request,
            now=now,
            secret_key=settings.secret_key,
            law=settings.price_law,
        )
        tokens += [one.token for one in found.itineraries if one.token]
    portal.writing.kw["bind"].dispose()
    return tokens


@contextmanager
def _serving(environment: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [Path(sys.executable).parent / "gunicorn", "--config", "web/gunicorn.conf.py", "web.wsgi:app"],
        env=os.environ | environment | {"PORT": str(port), "WEB_CONCURRENCY": "2"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        site = f"http://127.0.0.1:{port}"
        _wait_for(f"{site}/health")
        yield site, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(120)


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")
