"""The generated district, drawn once for all tests of this folder."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import engine_for
from mitfahr.db.migrate import upgrade
from mitfahr.db.session import readers, sessions
from mitfahr.demo import Prepared, prepare
from mitfahr.demo.feed import generate_feed
from mitfahr.demo.roads import generate_roads
from mitfahr.live import Live
from mitfahr.settings import Settings
from routing.snapshot import Snapshot

START = dt.date(2026, 11, 23)
"""A Monday; Tuesday 24 November 2026 is an ordinary school day."""

Table = list[dict[str, str]]


@pytest.fixture(scope="session")
def demo_feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.zip"
    generate_feed(path, START)
    return path


@pytest.fixture(scope="session")
def demo_roads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.osm.pbf"
    generate_roads(path)
    return path


@pytest.fixture(scope="session")
def tables(demo_feed: Path) -> dict[str, Table]:
    """The feed's files by name, without .txt."""
    with zipfile.ZipFile(demo_feed) as archive:
        return {
            name.removesuffix(".txt"): list(csv.DictReader(io.StringIO(archive.read(name).decode())))
            for name in archive.namelist()
        }


@dataclass(frozen=True)
class World:
    """A prepared installation, and the services' view of it. `now` is Monday, 23 November 2026, 05:00 in Meißen."""

    settings: Settings
    engine: Engine
    prepared: Prepared
    now: dt.datetime
    told: list[tuple[str, float]]
    """What the preparation said of its progress."""

    @property
    def sessions(self) -> sessionmaker[Session]:
        return sessions(self.engine)

    @property
    def readers(self) -> sessionmaker[Session]:
        return readers(self.engine)

    def prepare(self, now: dt.datetime) -> Prepared:
        return prepare(self.settings, self.sessions, self.readers, lambda: now)

    def snapshot(self) -> Snapshot:
        return Live(self.readers, self.settings.snapshots_dir).current(self.now)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demonstration as `make run` makes it; tests of this folder do not change what others read."""
    settings = Settings.from_env({"MITFAHR_DATA_DIR": str(tmp_path_factory.mktemp("world"))})
    engine = engine_for(settings.database_url)
    upgrade(engine)
    now = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
    told: list[tuple[str, float]] = []
    prepared = prepare(
        settings, sessions(engine), readers(engine), lambda: now, lambda *step: told.append(step)
    )
    yield World(settings, engine, prepared, now, told)
    engine.dispose()
