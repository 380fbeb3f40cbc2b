"""A good feed broken in more than 200 ways: each outcome, file, line and code (see `breakages`)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import gtfs
from tests.gtfs.breakages import Breakage, breakages, good_feed
from tests.gtfs.feeds import errors, to_zip

TODAY = dt.date(2026, 6, 10)
BREAKAGES = breakages()


def loaded(files: dict[str, str | bytes], folder: Path) -> gtfs.Loaded:
    return gtfs.load(to_zip(files, folder / "feed.zip"), today=TODAY)


def test_the_good_feed_is_good(tmp_path: Path) -> None:
    found = loaded(dict(good_feed()), tmp_path)
    assert found.timetable is not None and found.timetable.n_trips == 62
    assert found.findings == []


def test_there_are_many_ways() -> None:
    assert len({str(one) for one in BREAKAGES}) == len(BREAKAGES) > 200


@pytest.mark.parametrize("one", BREAKAGES, ids=str)
def test_broken(tmp_path: Path, one: Breakage) -> None:
    found = loaded(one.done(), tmp_path)
    told = {f"{f.code}@{f.file}" + (f":{f.line}" if f.line else "") for f in found.findings}
    assert one.expected <= told, told
    if one.trips is None:
        assert found.timetable is None and errors(found)
    else:
        assert found.timetable is not None, errors(found)
        assert found.timetable.n_trips == one.trips
        assert one.expected or not found.findings
    assert "runtime_exception_in_validator_error" not in {f.code for f in found.findings}
    assert all(f.message and f.advice and f.message_en and f.advice_en for f in found.findings)
