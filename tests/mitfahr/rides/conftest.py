"""Databases that many drawn examples share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from mitfahr.db.base import engine_for
from tests.gtfs.conftest import real_data as real_data
from tests.mitfahr.rides.portal import Portal


@pytest.fixture(scope="module")
def sqlite_rides(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated SQLite database for the examples of one property; every example makes rides of its own."""
    path = tmp_path_factory.mktemp("rides") / "rides.sqlite"
    shutil.copy(sqlite_template, path)
    engine = engine_for(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def portal(database: Engine) -> Portal:
    """A portal on a database of this test's own."""
    return Portal(database)
