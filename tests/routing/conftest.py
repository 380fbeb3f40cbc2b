import os
from pathlib import Path

import pytest

from routing.osm import OsmExtract, read_osm


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real feeds and extracts, see MITFAHR_REAL_DATA in the README."""
    return Path(os.environ.get("MITFAHR_REAL_DATA", Path(__file__).parents[2] / "../shared/data"))


@pytest.fixture(scope="session")
def rnv_extract(real_data: Path) -> OsmExtract:
    """Streets and names of the real Rhine-Neckar extract; takes half a minute."""
    return read_osm(real_data / "rnv" / "rnv.osm.pbf")
