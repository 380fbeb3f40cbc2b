"""Where the real feeds are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def real_data() -> Path:
    return Path(os.environ.get("MITFAHR_REAL_DATA", ROOT.parent / "shared" / "data"))
