"""A portal on a fresh database, and clients that are signed in with each role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from mitfahr.db.people import PersonRole
from mitfahr.domain.roles import Role
from mitfahr.services.register_person import register_person
from mitfahr.settings import Settings
from tests.web.served import SEVEN, Served, serve
from web.app import create_app
from web.portal import EXTENSION, Portal

PASSWORD = "lange genug 1"
NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def translated_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Every test has an app of its own; their templates are turned into Python once."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(
    settings: Settings, sqlite_url: str, translated_templates: FileSystemBytecodeCache
) -> Iterator[Flask]:
    app = create_app(replace(settings, database_url=sqlite_url, operator_phone="03521 725-0"))
    app.jinja_env.bytecode_cache = translated_templates
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app


@pytest.fixture
def portal(app: Flask) -> Portal:
    opened: Portal = app.extensions[EXTENSION]
    return opened


@pytest.fixture
def served(app: Flask) -> Iterator[Served]:
    """The drawn world, at seven o'clock of its first day."""
    with time_machine.travel(SEVEN, tick=False):
        yield serve(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def client_as(app: Flask, portal: Portal) -> Callable[[Role], FlaskClient]:
    """A client that is signed in as somebody new with this role."""

    def sign_in(role: Role) -> FlaskClient:
        person = register_person(
            portal.writing,
            first_name=role.value.title(),
            last_name="Beispiel",
            email=f"{role.value}@example.org",
            password=PASSWORD,
            now=NOW,
        )
        if role is not Role.RESIDENT:
            with portal.writing.begin() as session:
                session.add(PersonRole(person_id=person.id, role=role))
        client = app.test_client()
        answer = client.post("/anmelden", data={"email": person.email, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return sign_in
