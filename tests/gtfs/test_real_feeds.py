"""Whole real feeds: their counts, and what DELFI data looks like."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import numpy as np
import pytest

import gtfs
from routing.timetable import Timetable
from tests.gtfs.feeds import errors, places, timetable_text

pytestmark = pytest.mark.real

LOADING_S = 30
"""Process time one feed of this size may take on one core."""


def loaded(path: Path) -> Timetable:
    began = time.process_time()
    result = gtfs.load(path)
    assert result.timetable is not None, errors(result)
    assert time.process_time() - began < LOADING_S
    _check_arrays(result.timetable)
    return result.timetable


def _check_arrays(timetable: Timetable) -> None:
    """What the docstring of Timetable promises about its arrays."""
    n_halts = np.diff(timetable.pattern_stop_start)[timetable.trip_pattern]
    assert (np.diff(timetable.trip_time_start) == n_halts).all()
    assert (np.diff(timetable.trip_pattern) >= 0).all()
    clock = np.column_stack([timetable.time_arr, timetable.time_dep]).ravel()
    falls = np.flatnonzero(np.diff(clock) < 0) + 1
    assert np.isin(falls, timetable.trip_time_start * 2).all()
    first = timetable.time_dep[timetable.trip_time_start[:-1]]
    same = np.diff(timetable.trip_pattern) == 0
    assert (np.diff(first)[same] >= 0).all()
    assert (timetable.stop_is_station[timetable.pattern_stops] == 0).all()
    assert len(timetable.section_trip_id) == timetable.trip_section_start[-1]
    assert (timetable.section_first_pos[timetable.trip_section_start[:-1]] == 0).all()


def trips_on(timetable: Timetable, day: dt.date) -> int:
    return int(timetable.service_runs[timetable.trip_service, (day - timetable.first_day).days].sum())


def test_rnv_autumn(real_data: Path) -> None:
    timetable = loaded(real_data / "rnv" / "rnv_gtfs_20161022-20161210.zip")
    assert (timetable.n_stops, timetable.n_trips, len(timetable.time_arr)) == (2_057, 20_636, 424_266)
    assert (timetable.first_day, timetable.last_day) == (dt.date(2016, 10, 22), dt.date(2016, 12, 10))
    assert trips_on(timetable, dt.date(2016, 11, 15)) == 7_123
    change = (dt.date(2016, 10, 30) - timetable.first_day).days
    assert np.diff(timetable.day_start_s)[change - 2 : change + 2].tolist() == [
        86_400,
        90_000,
        86_400,
        86_400,
    ]


def test_rnv_late_summer(real_data: Path) -> None:
    timetable = loaded(real_data / "rnv" / "rnv_gtfs_20160919-20161007.zip")
    assert (timetable.n_stops, timetable.n_trips, len(timetable.time_arr)) == (2_070, 12_176, 245_430)


def test_vvo_semireal(real_data: Path) -> None:
    timetable = loaded(real_data / "vvo_semireal" / "vvo_semireal.zip")
    assert (timetable.n_stops, timetable.n_trips, len(timetable.time_arr)) == (11_925, 26_472, 549_296)
    assert (timetable.first_day, timetable.last_day) == (dt.date(2026, 1, 1), dt.date(2027, 12, 31))


def test_kingston(real_data: Path) -> None:
    """Its blocks join 7,113 trips of the feed into longer ones; every one of them is still found."""
    timetable = loaded(real_data / "kingston_rt" / "kingston_gtfs.zip")
    assert timetable.trip_section_start[-1] == 7_113
    assert len(set(timetable.section_trip_id)) == 7_113
    assert timetable.n_trips < 7_113
    assert timetable.version == "1/20251230 16:02:18/20251231 04:00:00"


DELFI = {
    "gtfs_ev11_rvs261_files": (2, 60),
    "gtfs_linie11_files": (3, 33),
    "gtfs_ovo65_files": (2, 46),
    "gtfs_rbo501_files": (1, 23),
    "gtfs_rbo512_files": (2, 44),
    "gtfs_rbo707_files": (1, 24),
    "gtfs_rbo920_files": (1, 26),
    "gtfs_rvs347_files": (1, 6),
    "gtfs_rvs360_files": (2, 35),
    "gtfs_smd712_files": (1, 20),
    "gtfs_sv270_files": (1, 39),
    "gtfs_vgm418_files": (1, 51),
    "gtfs_vgm456_files": (1, 37),
}


@pytest.mark.parametrize("name", DELFI)
def test_delfi(real_data: Path, name: str) -> None:
    timetable = loaded(real_data / "delfi_saxony" / name)
    assert (timetable.n_trips, len(timetable.time_arr)) == DELFI[name]


def test_delfi_names_and_ids(real_data: Path) -> None:
    timetable = loaded(real_data / "delfi_saxony" / "gtfs_vgm418_files")
    stop = timetable.stop("de:14627:4007:1:1")
    assert (timetable.stop_name[stop], timetable.stop_platform[stop]) == ("Meißen Busbahnhof", "1")
    assert timetable.stop_wheelchair[stop] == 0
    assert list(timetable.section_headsign) == ["Meißen Busbahnhof"]
    assert list(timetable.agency_name) == ["VGM-Busverkehr"]
    assert timetable_text(timetable)[0].startswith(
        "2593430133 | de:14627:4850:0:1 17:37 | de:14522:80004:0:BS_G 17:40"
    )


def test_flex_feed_is_refused_because_nothing_is_left(real_data: Path) -> None:
    result = gtfs.load(real_data / "flex_rufbus")
    assert result.timetable is None
    assert [f.code for f in errors(result)] == ["no_usable_trips"]
    assert places(result, "flexible_service_left_out")[0][:2] == ("stop_times.txt", 2)
