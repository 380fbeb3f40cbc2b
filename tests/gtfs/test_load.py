"""From the smallest feed to the arrays."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np

import gtfs
from tests.gtfs.feeds import (
    AGENCY,
    CALENDAR,
    ROUTES,
    STOPS,
    TRIPS,
    built,
    feed,
    load,
    plain,
    timetable_text,
    to_zip,
)


def test_smallest_feed(tmp_path: Path) -> None:
    timetable = built(feed(), tmp_path)
    assert timetable_text(timetable) == ["t1 | A 08:00 | B 08:10/08:11 | C 08:20"]
    assert list(timetable.stop_name) == ["Meißen Markt", "Coswig Börse", "Radebeul Ost"]
    assert timetable.stop_lat.tolist() == [51.1634, 51.13, 51.103]
    assert list(timetable.route_short_name) == ["421"]
    assert list(timetable.section_headsign) == ["Radebeul"]
    assert list(timetable.agency_name) == ["Verkehrsgesellschaft Meißen"]
    assert (timetable.first_day, timetable.last_day) == (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
    assert timetable.timezone == "Europe/Berlin"
    assert timetable.name == "Verkehrsgesellschaft Meißen"
    assert not timetable.is_demo


def test_zip_and_folder_are_the_same(tmp_path: Path) -> None:
    zipped = gtfs.load(to_zip(feed(), tmp_path / "feed.zip")).timetable
    unzipped = built(feed(), tmp_path / "feed")
    assert zipped is not None
    assert timetable_text(zipped) == timetable_text(unzipped)


def test_version_is_the_feeds_own_word_or_its_hash(tmp_path: Path) -> None:
    info = "feed_publisher_name,feed_publisher_url,feed_lang,feed_version\nDemo-Landkreis,https://example.org,de,7a"
    demo = built(feed(feed_info=info), tmp_path / "demo")
    assert (demo.version, demo.name, demo.is_demo) == ("7a", "Demo-Landkreis", True)
    first, again = built(feed(), tmp_path / "1"), built(feed(), tmp_path / "2")
    other = built(feed(trips=TRIPS.replace("Radebeul", "Dresden")), tmp_path / "3")
    assert len(first.version) == 12
    assert first.version == again.version != other.version


def test_saved_and_opened_is_the_same(tmp_path: Path) -> None:
    timetable = built(feed(), tmp_path / "feed")
    opened = type(timetable).open(timetable.save(tmp_path / "snapshots"))
    assert timetable_text(opened) == timetable_text(timetable)


def test_patterns_hold_trips_by_first_departure_then_id(tmp_path: Path) -> None:
    trips = plain(TRIPS) + "".join(f"R,WEEK,{trip},\n" for trip in ("t9", "t2", "other"))
    stop_times = """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence
        t1,09:00:00,09:00:00,A,1
        t1,09:20:00,09:20:00,C,2
        t9,08:00:00,08:00:00,A,1
        t9,08:20:00,08:20:00,C,2
        t2,08:00:00,08:00:00,A,10
        t2,08:25:00,08:25:00,C,99
        other,08:00:00,08:00:00,A,1
        other,08:20:00,08:20:00,B,2
    """
    timetable = built(feed(trips=trips, stop_times=stop_times), tmp_path)
    assert [line.split(" | ")[0] for line in timetable_text(timetable)] == ["t2", "t9", "t1", "other"]
    assert timetable.pattern_trip_start.tolist() == [0, 3, 4]
    assert timetable.trip_pattern.tolist() == [0, 0, 0, 1]


def test_boarding_rules_are_part_of_the_pattern(tmp_path: Path) -> None:
    trips = plain(TRIPS) + "R,WEEK,t2,\n"
    stop_times = """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type
        t1,08:00:00,08:00:00,A,1,,
        t1,08:20:00,08:20:00,C,2,0,0
        t2,09:00:00,09:00:00,A,1,2,1
        t2,09:20:00,09:20:00,C,2,1,3
    """
    timetable = built(feed(trips=trips, stop_times=stop_times), tmp_path)
    assert timetable.n_patterns == 2
    assert timetable.pattern_board.tolist() == [0, 0, 2, 1]
    assert timetable.pattern_alight.tolist() == [0, 0, 1, 3]


def test_a_stop_called_na_keeps_its_name(tmp_path: Path) -> None:
    """pandas takes "NA", "null" and "None" for empty cells."""
    stops = STOPS.replace("A,Meißen Markt", "NA,null").replace("Coswig Börse", "None")
    stop_times = """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence
        t1,08:00:00,08:00:00,NA,1
        t1,08:20:00,08:20:00,B,2
    """
    timetable = built(feed(stops=stops, stop_times=stop_times), tmp_path)
    assert list(timetable.stop_id) == ["NA", "B", "C"]
    assert list(timetable.stop_name)[:2] == ["null", "None"]
    assert timetable_text(timetable) == ["t1 | NA 08:00 | B 08:20"]


def test_numbers_stay_texts_where_they_are_names(tmp_path: Path) -> None:
    stops = """
        stop_id,stop_name,stop_lat,stop_lon,platform_code
        001,Meißen,51.16,13.47,01
        1,Coswig,51.13,13.58,2
    """
    stop_times = """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence
        t1,08:00:00,08:00:00,001,1
        t1,08:20:00,08:20:00,1,2
    """
    timetable = built(feed(stops=stops, stop_times=stop_times), tmp_path)
    assert list(timetable.stop_id) == ["001", "1"]
    assert list(timetable.stop_platform) == ["01", "2"]


def test_bus_types_and_wheelchairs_of_trips(tmp_path: Path) -> None:
    routes = ROUTES.replace(",3", ",715")
    trips = "route_id,service_id,trip_id,wheelchair_accessible,bikes_allowed\nR,WEEK,t1,2,1"
    timetable = built(feed(routes=routes, trips=trips), tmp_path)
    assert timetable.route_type.tolist() == [715]
    assert (timetable.trip_wheelchair.tolist(), timetable.trip_bikes.tolist()) == ([2], [1])


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    steps: list[tuple[str, float]] = []
    gtfs.load(to_zip(feed(), tmp_path / "feed.zip"), lambda step, fraction: steps.append((step, fraction)))
    fractions = [fraction for _, fraction in steps]
    assert fractions == sorted(fractions)
    assert steps[-1] == ("Fertig", 1.0)


def test_knowing_the_package_costs_nothing() -> None:
    """Web processes import it without ever reading a feed."""
    code = "import sys, gtfs; print([name for name in ('pandas', 'gtfs_kit') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_times_never_fall_inside_a_trip(tmp_path: Path) -> None:
    timetable = built(feed(), tmp_path)
    for trip in range(timetable.n_trips):
        times = slice(*timetable.trip_time_start[trip : trip + 2])
        line = np.column_stack([timetable.time_arr[times], timetable.time_dep[times]]).ravel()
        assert (np.diff(line) >= 0).all()


def test_several_time_zones_are_refused(tmp_path: Path) -> None:
    agency = plain(AGENCY) + "W,Warschau,https://example.org,Europe/London\n"
    loaded = load(feed(agency=agency), tmp_path)
    assert loaded.timetable is None
    assert [f.code for f in loaded.findings if f.line == 3] == ["inconsistent_agency_timezone"]


def test_expired_feed_is_loaded_with_a_warning(tmp_path: Path) -> None:
    calendar = CALENDAR.replace("2026", "2019")
    loaded = load(feed(calendar=calendar), tmp_path)
    assert loaded.timetable is not None
    assert "expired_calendar" in [f.code for f in loaded.findings]
