"""The map in ARCHITECTURE.md is true, and the arrows between the parts hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOP_LEVEL = ["mitfahr", "routing", "gtfs", "web", "migrations", "tests"]


def test_arrows_between_the_parts() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_place_on_the_map_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.split("## The map")[1].split("## Walk a request")[0]
    places = re.findall(r"`([a-z_]+/[a-z_/.]*)`", table)
    assert len(places) > 10
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_files_named_in_the_walk_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:web|mitfahr|routing|gtfs|tests)/[a-z_/]+\.[a-z]+)`", text)
    assert len(files) > 8
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_every_part_is_on_the_map() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [name for name in TOP_LEVEL if f"`{name}/" not in text] == []
