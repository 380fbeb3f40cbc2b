"""shapes.txt becomes lines cut at the stops."""

from __future__ import annotations

from pathlib import Path

import pytest

import gtfs
from routing.trip_lines import TripLines
from tests.gtfs.feeds import feed, to_folder

TRIPS = """
    route_id,service_id,trip_id,trip_headsign,shape_id
    R,WEEK,t1,Radebeul,way
"""
OVER_THE_HILL = """
    shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence
    way,51.1634,13.4714,1
    way,51.2000,13.5200,5
    way,51.1302,13.5801,7
    way,51.1030,13.6780,9
"""
STOPS = {"A": (51.1634, 13.4714), "B": (51.1300, 13.5800), "C": (51.1030, 13.6780)}


def lines_of(shapes: str | None, folder: Path, **tables: str) -> tuple[gtfs.Loaded, TripLines | None]:
    loaded = gtfs.load(to_folder(feed(**{"trips": TRIPS, "shapes": shapes, **tables}), folder))
    assert loaded.timetable is not None, loaded.findings
    return loaded, loaded.lines


def between(loaded: gtfs.Loaded, board: int, alight: int) -> list[tuple[float, float]] | None:
    assert loaded.timetable is not None and loaded.lines is not None
    return loaded.lines.between(loaded.timetable, 0, board, alight)


def test_a_line_is_cut_at_its_stops(tmp_path: Path) -> None:
    loaded, _ = lines_of(OVER_THE_HILL, tmp_path)
    first, second = between(loaded, 0, 1), between(loaded, 1, 2)
    assert first is not None and second is not None
    assert first[0] == pytest.approx(STOPS["A"], abs=1e-4)
    assert (51.2, 13.52) in [(round(lat, 4), round(lon, 4)) for lat, lon in first]
    assert first[-1] == second[0] == pytest.approx(STOPS["B"], abs=1e-3)
    assert second[-1] == pytest.approx(STOPS["C"], abs=1e-4)
    assert between(loaded, 0, 2) == [*first, *second[1:]]


def test_a_line_that_passes_a_stop_twice_is_met_at_the_right_time(tmp_path: Path) -> None:
    there_and_back = """
        shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence
        way,51.1634,13.4714,1
        way,51.1300,13.5800,2
        way,51.1030,13.6780,3
        way,51.1300,13.5800,4
        way,51.1634,13.4714,5
    """
    round_trip = """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence
        t1,08:00:00,08:00:00,A,1
        t1,08:10:00,08:11:00,C,2
        t1,08:20:00,08:20:00,B,3
        t1,08:30:00,08:30:00,A,4
    """
    loaded, _ = lines_of(there_and_back, tmp_path, stop_times=round_trip)
    way_out, way_back = between(loaded, 0, 1), between(loaded, 1, 2)
    assert way_out is not None and way_back is not None
    assert way_out[-1] == pytest.approx(STOPS["C"], abs=1e-4)
    assert [round(lon, 3) for _, lon in way_out] == [13.471, 13.58, 13.678]
    assert [round(lon, 3) for _, lon in way_back] == [13.678, 13.58]


def test_without_shapes_or_with_those_of_other_trips_there_is_no_line(tmp_path: Path) -> None:
    assert lines_of(None, tmp_path / "none")[1] is None
    elsewhere = OVER_THE_HILL.replace("51.1302,13.5801", "51.9302,13.9801")
    loaded, _ = lines_of(elsewhere, tmp_path / "elsewhere")
    assert between(loaded, 0, 1) is None
    unknown = OVER_THE_HILL.replace("way,", "other,")
    loaded, _ = lines_of(unknown, tmp_path / "unknown")
    assert between(loaded, 0, 2) is None


def test_lines_are_kept(tmp_path: Path) -> None:
    loaded, lines = lines_of(OVER_THE_HILL, tmp_path / "feed")
    assert lines is not None and loaded.timetable is not None
    opened = TripLines.open(lines.save(tmp_path))
    assert opened.between(loaded.timetable, 0, 0, 2) == between(loaded, 0, 2)
