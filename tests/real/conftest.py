from __future__ import annotations

import pytest

from routing import Snapshot
from tests.real import rnv


@pytest.fixture(scope="session")
def rnv_snapshot() -> Snapshot:
    """Kept between runs below .pytest_cache until the code that builds it changes."""
    return rnv.snapshot(rnv.CACHE)
