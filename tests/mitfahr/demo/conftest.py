"""The generated district, drawn once for all tests of this folder."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest

from mitfahr.demo.feed import generate_feed
from mitfahr.demo.roads import generate_roads

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
