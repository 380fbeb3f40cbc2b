"""One timetable against another: what is lost is said, and renaming things loses nothing."""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path

import pytest

from mitfahr.comparison.compare import Compared, compare
from mitfahr.comparison.municipalities import Boundary, Municipalities
from mitfahr.comparison.result import Difference, Row
from mitfahr.comparison.stops import Fate
from mitfahr.domain.losses import WEEK, LossKind
from mitfahr.school_vacations import read_vacations
from routing.timetable import Timetable
from tests.gtfs.feeds import Files, built, feed

shapely = pytest.importorskip("shapely")

TODAY = dt.date(2026, 6, 1)
AREAS = Municipalities.of(
    [
        Boundary("14627140", "Meißen", shapely.box(13.40, 51.15, 13.52, 51.20)),
        Boundary("14627010", "Coswig", shapely.box(13.52, 51.12, 13.62, 51.20)),
        Boundary("14627210", "Radebeul", shapely.box(13.62, 51.05, 13.75, 51.20)),
    ],
    "drawn",
    "",
)
CALENDAR = """
    service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
    WEEK,1,1,1,1,1,0,0,20260601,20260630
    END,0,0,0,0,0,1,1,20260601,20260630
"""


def bus(first_hour: int = 6, last_hour: int = 20, stops: str = "ABC", end_of_week: int = 4) -> Files:
    """Line 421 every hour on working days, and some trips on Saturdays and Sundays."""
    trips = [(f"w{hour}", "WEEK", hour) for hour in range(first_hour, last_hour)]
    trips += [(f"e{hour}", "END", hour) for hour in range(8, 8 + end_of_week)]
    rows = [f"R,{service},{trip},Radebeul" for trip, service, _ in trips]
    times = [
        f"{trip},{hour:02}:{10 * i:02}:00,{hour:02}:{10 * i:02}:00,{stop},{i + 1}"
        for trip, _, hour in trips
        for i, stop in enumerate(stops)
    ]
    return feed(
        calendar=CALENDAR,
        trips="\n".join(["route_id,service_id,trip_id,trip_headsign", *rows]),
        stop_times="\n".join(["trip_id,arrival_time,departure_time,stop_id,stop_sequence", *times]),
    )


def changed(files: Files, name: str, *changes: tuple[str, str]) -> Files:
    text = files[name]
    assert isinstance(text, str)
    for pattern, replacement in changes:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return {**files, name: text}


class Pair:
    """Builds both feeds and compares them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, before: Files, after: Files) -> Compared:
        first, second = (self.built(name, files) for name, files in (("before", before), ("after", after)))
        compared = compare(first, second, AREAS, read_vacations(), TODAY, 0.2)
        assert Difference.from_json(compared.difference.as_json()) == compared.difference
        return compared

    def built(self, name: str, files: Files) -> Timetable:
        return built(files, self._folder / name)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def row(difference: Difference, name: str) -> Row:
    rows = (*(difference.municipalities or ()), *difference.lines)
    return next(one for one in rows if one.name == name)


def figure(difference: Difference, name: str, measure: str, days: str = WEEK) -> tuple[float, float]:
    column = [one.key for one in difference.columns].index(days)
    found = row(difference, name).of(measure, column)
    return found.before, found.after


def test_a_feed_with_itself_is_the_same(pair: Pair) -> None:
    compared = pair(bus(), bus())
    assert compared.difference.is_same and compared.held == []
    assert compared.difference.n_same_stops == 3


def test_rows_in_another_order_change_nothing(pair: Pair) -> None:
    files, draw = bus(), random.Random(6)
    shuffled: Files = {}
    for name, text in files.items():
        head, *rows = str(text).splitlines()
        draw.shuffle(rows)
        shuffled[name] = "\n".join([head, *rows, ""])
    assert shuffled["stop_times.txt"] != files["stop_times.txt"]
    assert pair(files, shuffled).difference.is_same


def test_numbers_of_a_week_of_a_school_day_and_of_a_sunday(pair: Pair) -> None:
    """14 trips on a working day become 7, the last at 12:00; Saturdays and Sundays keep theirs."""
    compared = pair(bus(), bus(last_hour=13))
    found = compared.difference
    assert figure(found, "421", "trips", "school") == (14, 7)
    assert figure(found, "421", "stop_times", "school") == (42, 21)
    assert figure(found, "421", "hours", "school") == (42, 21)
    assert figure(found, "421", "stops", "school") == figure(found, "421", "stops") == (3, 3)
    assert figure(found, "421", "trips", "sunday") == (4, 4)
    assert figure(found, "421", "trips") == (5 * 14 + 8, 5 * 7 + 8)
    assert figure(found, "Coswig", "stop_times", "school-2") == (14, 7)
    assert found.total.of("stop_times", 0).before == 3 * 78
    assert {one.name for one in compared.held} == {"421", "Meißen", "Coswig", "Radebeul"}
    assert compared.held[0].kind is LossKind.MUNICIPALITY
    assert [one.days for one in compared.held] == [WEEK] * 4


def test_a_municipality_that_is_left_out_is_held_alone_and_named_first(pair: Pair) -> None:
    both = bus(stops="ABC")
    some = changed(both, "stop_times.txt", (r"^w(?!6\b)\d+,.*,C,3\n", ""), (r"^e\d+,.*,C,3\n", ""))
    compared = pair(both, some)
    first = compared.held[0]
    assert (first.name, first.kind, first.days) == ("Radebeul", LossKind.MUNICIPALITY, WEEK)
    assert first.key == "municipality|14627210"
    assert first.percent == 94
    assert [one.name for one in compared.held[1:]] == ["421"]


def test_losing_only_the_sundays_is_held_as_that(pair: Pair) -> None:
    compared = pair(bus(end_of_week=4), bus(end_of_week=1))
    assert {one.days for one in compared.held} <= {"saturday", "sunday"}
    assert {one.percent for one in compared.held} == {75}


def test_six_weeks_without_service_are_held_though_the_year_has_plenty(pair: Pair) -> None:
    whole = changed(bus(), "calendar.txt", ("20260630", "20270531"))
    holes = [dt.date(2026, 9, 1) + dt.timedelta(days=i) for i in range(42)]
    without = "\n".join(f"{service},{day:%Y%m%d},2" for day in holes for service in ("WEEK", "END"))
    gap: Files = {**whole, "calendar_dates.txt": f"service_id,date,exception_type\n{without}\n"}
    compared = pair(whole, gap)
    assert {
        (one.name, one.days, one.percent) for one in compared.held if one.kind is LossKind.MUNICIPALITY
    } == {(name, "2026-09", 100) for name in ("Meißen", "Coswig", "Radebeul")}


def test_all_ids_renamed_and_nothing_is_lost(pair: Pair) -> None:
    old = bus()
    new = changed(old, "stops.txt", (r"^([ABC]),", r"de:\1:0:1,"))
    new = changed(new, "stop_times.txt", (r",([ABC]),", r",de:\1:0:1,"), (r"^([we])", r"neu-\1"))
    new = changed(new, "trips.txt", (r"^R,(\w+),(\w)", r"route-9,\1,neu-\2"))
    new = changed(new, "routes.txt", (r"^R,V,", "route-9,vgm,"))
    new = changed(new, "agency.txt", ("^V,", "vgm,"))
    compared = pair(old, new)
    assert compared.difference.is_same and compared.held == []


def test_a_line_that_changes_hands_is_not_lost(pair: Pair) -> None:
    compared = pair(
        bus(), changed(bus(), "agency.txt", ("Verkehrsgesellschaft Meißen", "Busbetrieb Elbland"))
    )
    assert compared.difference.is_same


def test_a_stop_that_moved_one_that_was_renamed_one_that_is_new_and_one_that_is_gone(pair: Pair) -> None:
    old = bus(stops="ABC")
    old = changed(old, "stops.txt", (r"\Z", "D,Weinböhla Rathaus,51.16,13.56\n"))
    old = changed(old, "stop_times.txt", (r"^(w6,.*),C,3", r"\1,D,3"))
    new = changed(
        bus(stops="ABC"),
        "stops.txt",
        ("51.1634", "51.1654"),
        ("Coswig Börse", "Coswig Kulturhaus"),
        (r"\Z", "E,Kötzschenbroda,51.108,13.63\n"),
    )
    new = changed(new, "stop_times.txt", (r"^(w6,.*),C,3", r"\1,E,3"))
    found = pair(old, new).difference
    assert [(one.fate, one.name, one.new_name) for one in found.stops] == [
        (Fate.GONE, "Weinböhla Rathaus", ""),
        (Fate.NEW, "Kötzschenbroda", ""),
        (Fate.MOVED, "Meißen Markt", ""),
        (Fate.RENAMED, "Coswig Börse", "Coswig Kulturhaus"),
    ]
    gone, new_one, moved, _ = found.stops
    assert 218 < moved.metres < 226
    assert (gone.stop_times.before, gone.stop_times.after, gone.municipality) == (5, 0, "Coswig")
    assert (new_one.stop_times.before, new_one.stop_times.after) == (0, 5)
    assert found.n_same_stops == 1


def test_ids_that_are_dealt_out_anew_among_the_stops_move_nothing(pair: Pair) -> None:
    turned = {"A": "B", "B": "C", "C": "A"}
    new = changed(bus(), "stops.txt", (r"^([ABC]),", r"\1!,"))
    new = changed(new, "stop_times.txt", (r",([ABC]),", r",\1!,"))
    for one, other in turned.items():
        new = changed(new, "stops.txt", (f"^{one}!", other))
        new = changed(new, "stop_times.txt", (f",{one}!,", f",{other},"))
    assert pair(bus(), new).difference.is_same


def test_other_dates_without_a_common_one_are_compared_by_kinds_of_days(pair: Pair) -> None:
    later = changed(bus(), "calendar.txt", ("20260601,20260630", "20261101,20261130"))
    compared = pair(bus(), later)
    assert compared.difference.common is None
    assert compared.held == []
    assert figure(compared.difference, "421", "trips", "school") == (14, 14)


def test_the_day_of_the_clock_change_counts_like_any_other(pair: Pair) -> None:
    """Two timetables that both end at the change of the clocks: hours of the service day are no hours of the clock."""
    autumn = changed(bus(), "calendar.txt", ("20260601,20260630", "20261012,20261025"))
    one_less = changed(bus(end_of_week=3), "calendar.txt", ("20260601,20260630", "20261012,20261025"))
    compared = pair(autumn, one_less)
    assert figure(compared.difference, "421", "hours", "sunday") == (12, 9)


def test_a_timetable_that_grows_holds_nothing(pair: Pair) -> None:
    compared = pair(bus(last_hour=13), bus())
    assert compared.held == []
    assert figure(compared.difference, "421", "trips", "school") == (7, 14)


def test_without_municipalities_lines_are_compared_all_the_same(tmp_path: Path) -> None:
    first, second = (built(files, tmp_path / str(i)) for i, files in enumerate((bus(), bus(last_hour=13))))
    compared = compare(first, second, None, read_vacations(), TODAY, 0.2)
    assert compared.difference.municipalities is None
    assert [one.name for one in compared.held] == ["421"]
