"""Real timetables compared: the change at rnv in autumn 2016, and the size of the VVO with one municipality gone."""

from __future__ import annotations

import datetime as dt
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import gtfs
from mitfahr.comparison.compare import compare
from mitfahr.comparison.geojson import read_boundaries
from mitfahr.comparison.municipalities import Municipalities
from mitfahr.comparison.stops import Fate
from mitfahr.domain.losses import WEEK, LossKind
from mitfahr.school_vacations import read_vacations
from routing.store import Texts
from routing.timetable import Timetable

pytestmark = [pytest.mark.real, pytest.mark.soak]
DATA = Path(os.environ.get("MITFAHR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
LONGEST_S = 20.0
"""Two seconds on a quiet machine; tests share theirs."""


def timetable(*path: str) -> Timetable:
    built = gtfs.load(DATA.joinpath(*path)).timetable
    assert built is not None
    return built


@pytest.fixture(scope="module")
def vvo() -> Timetable:
    return timetable("vvo_semireal", "vvo_semireal.zip")


@pytest.fixture(scope="module")
def areas() -> Municipalities:
    boundaries = read_boundaries(DATA / "saxony_admin" / "postcodes.geojson")
    return Municipalities.of(boundaries, "Postleitzahlen", "")


def renamed(old: Timetable) -> Timetable:
    """The same timetable with every id of stops, routes, trips and agencies another one."""

    def other(ids: Texts) -> Texts:
        return Texts.of(f"neu:{i}" for i in range(len(ids)))

    return replace(
        old,
        stop_id=other(old.stop_id),
        route_id=other(old.route_id),
        agency_id=other(old.agency_id),
        section_trip_id=other(old.section_trip_id),
    )


def test_the_change_at_rnv() -> None:
    before = timetable("rnv", "rnv_gtfs_20160919-20161007.zip")
    after = timetable("rnv", "rnv_gtfs_20161022-20161210.zip")
    compared = compare(before, after, None, read_vacations(), dt.date(2016, 10, 20), 0.2)
    found = compared.difference
    assert found.common is None
    held = {one.name: one for one in compared.held}
    assert (held["49"].days, held["49"].percent) == (WEEK, 100)
    gone = {one.name for one in found.stops if one.fate is Fate.GONE}
    assert {"Ebertpark", "Freibad Willersinn", "Großparthweiher"} <= gone
    week = found.total.of("stop_times", 0)
    assert 900_000 < week.before < week.after < 950_000
    back = compare(after, before, None, read_vacations(), dt.date(2016, 10, 20), 0.2).difference
    turned = {row.key: row.of("trips", 0).difference for row in back.lines}
    assert {row.key: -row.of("trips", 0).difference for row in found.lines} == turned


def test_the_vvo_with_itself_under_other_ids_in_seconds(vvo: Timetable, areas: Municipalities) -> None:
    began = time.monotonic()
    compared = compare(vvo, renamed(vvo), areas, read_vacations(), dt.date(2026, 11, 23), 0.2)
    assert time.monotonic() - began < LONGEST_S
    assert compared.difference.is_same and compared.held == []
    assert compared.difference.n_same_stops > 3800


def test_a_municipality_without_service_is_named_first(vvo: Timetable, areas: Municipalities) -> None:
    """Nothing stops in Lommatzsch any more but at one stop in twenty: patterns lead past it."""
    inside = areas.locate(vvo.stop_lat, vvo.stop_lon) == list(areas.name).index("Lommatzsch")
    stays = np.arange(vvo.n_stops) % 20 == 0
    elsewhere = int(np.flatnonzero(~inside)[0])
    led_past = np.where((inside & ~stays)[vvo.pattern_stops], elsewhere, vvo.pattern_stops)
    after = replace(vvo, pattern_stops=led_past.astype(np.int32))
    compared = compare(vvo, after, areas, read_vacations(), dt.date(2026, 11, 23), 0.2)
    first = compared.held[0]
    assert (first.name, first.kind, first.days) == ("Lommatzsch", LossKind.MUNICIPALITY, WEEK)
    assert first.percent >= 90
    assert [one.name for one in compared.held if one.kind is LossKind.MUNICIPALITY] == ["Lommatzsch"]
