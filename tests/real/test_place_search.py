"""What people of the district type finds what they mean; the rows of the benchmark count the same on 100,000 names."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitfahr.places.index import PlaceIndex
from tests.bench.district_names import district, is_there
from tests.bench.place_inputs import PARTS, Input, inputs
from tests.bench.places import asked

pytestmark = pytest.mark.skipif(not is_there(), reason="needs the data of the district")


@pytest.fixture(scope="module")
def typed() -> list[Input]:
    return inputs(district())


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PlaceIndex:
    return PlaceIndex.open(PlaceIndex.over(district()).save(tmp_path_factory.mktemp("places")))


@pytest.mark.parametrize("part", PARTS)
def test_nine_of_ten_stand_first(index: PlaceIndex, typed: list[Input], part: str) -> None:
    of_part = [one for one in typed if one.part == part]
    assert len(of_part) > 200
    for drawn in (False, True):
        recall = asked(index, [one for one in of_part if one.is_drawn == drawn])
        assert recall.first >= 0.9, recall.missed
        assert recall.among_five >= 0.95, recall.missed


def test_the_same_names_give_the_same_bytes(tmp_path: Path) -> None:
    folders = [PlaceIndex.over(district()).save(tmp_path / side).name for side in ("one", "other")]
    assert folders[0] == folders[1]
