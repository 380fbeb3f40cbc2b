"""How files are written: encodings, separators, quotes, rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gtfs.feeds import CALENDAR, STOP_TIMES, STOPS, feed, load, places, plain, timetable_text

UMLAUTS = ["Meißen Markt", "Coswig Börse", "Radebeul Ost"]


@pytest.mark.parametrize(
    ("encoding", "warned"),
    [
        ("utf-8", False),
        ("utf-8-sig", False),
        ("utf-16", True),
        ("utf-16-le", True),
        ("utf-16-be", True),
        ("utf-32", True),
        ("cp1252", True),
    ],
)
def test_names_read_right_in_every_encoding(tmp_path: Path, encoding: str, warned: bool) -> None:
    files = feed()
    files["stops.txt"] = str(files["stops.txt"]).encode(encoding)
    loaded = load(files, tmp_path)
    assert loaded.timetable is not None
    assert list(loaded.timetable.stop_name) == UMLAUTS
    assert bool(places(loaded, "invalid_encoding")) is warned


def test_cp1252_names_the_first_line(tmp_path: Path) -> None:
    stops = str(plain(STOPS)).replace("Meißen", "Meissen").encode("cp1252")
    loaded = load(feed(stops=stops), tmp_path)
    assert places(loaded, "invalid_encoding") == [("stops.txt", 3, "", "")]


@pytest.mark.parametrize("broken", [b"\x81\x8d", "ä".encode() + b"\xff"])
def test_damaged_text_is_refused(tmp_path: Path, broken: bytes) -> None:
    stops = str(plain(STOPS)).encode("ascii", "ignore").replace(b"Radebeul", broken)
    loaded = load(feed(stops=stops), tmp_path)
    assert loaded.timetable is None
    assert places(loaded, "invalid_encoding") == [("stops.txt", 4, "", "")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    loaded = load(feed(stop_times=str(plain(STOP_TIMES)).replace("\n", end).encode()), tmp_path)
    assert loaded.timetable is not None
    assert timetable_text(loaded.timetable) == ["t1 | A 08:00 | B 08:10/08:11 | C 08:20"]
    assert not places(loaded, "mixed_line_ends")


def test_mixed_line_ends(tmp_path: Path) -> None:
    content = str(plain(STOP_TIMES)).replace("A,1\n", "A,1\r\n").encode()
    loaded = load(feed(stop_times=content), tmp_path)
    assert loaded.timetable is not None
    assert places(loaded, "mixed_line_ends") == [("stop_times.txt", 2, "", "")]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("", "empty_file", None),
        ("<!DOCTYPE html>\n<html><body>404</body></html>\n", "csv_parsing_failed", 1),
        (str(plain(STOPS)).replace(",", ";"), "csv_parsing_failed", 1),
        (str(plain(STOPS)).replace(",", "\t"), "csv_parsing_failed", 1),
        ("A,Meißen Markt,51.1,13.4\nB,Coswig,51.2,13.5\n", "csv_parsing_failed", 1),
        (str(plain(STOPS)).replace("Coswig", '"Coswig'), "csv_parsing_failed", 3),
        (str(plain(STOPS)).replace("Coswig", '"Coswig" "'), "csv_parsing_failed", 3),
        (str(plain(STOPS)).replace("Coswig", "Cos\0wig"), "invalid_character", 3),
        (str(plain(STOPS)).replace("Coswig", "x" * 200_000), "csv_parsing_failed", 3),
        (str(plain(STOPS)).replace("Coswig", "x" * 5_000_000), "csv_parsing_failed", 3),
        (str(plain(STOPS)).replace("Coswig", "Coswig, Sachsen"), "invalid_row_length", 3),
        (str(plain(STOPS)).replace("stop_lat", "stop_id"), "duplicated_column", 1),
        (str(plain(STOPS)).replace("stop_lat", "lat"), "missing_required_column", 1),
        ("stop_id,stop_name,stop_lat,stop_lon\n", "empty_file", 1),
    ],
)
def test_broken_form_is_refused_with_its_line(
    tmp_path: Path, content: str, code: str, line: int | None
) -> None:
    loaded = load(feed(stops=content.encode()), tmp_path)
    assert loaded.timetable is None
    assert [place[:2] for place in places(loaded, code)] == [("stops.txt", line)]


def test_broken_file_hides_no_other_reason(tmp_path: Path) -> None:
    calendar = CALENDAR.replace("20260630", "2026-06-30")
    loaded = load(feed(stops="<html>", calendar=calendar, routes=None), tmp_path)
    assert places(loaded, "csv_parsing_failed")
    assert places(loaded, "invalid_date") == [("calendar.txt", 2, "end_date", "2026-06-30")]
    assert places(loaded, "missing_required_file") == [("routes.txt", None, "", "")]
    assert not places(loaded, "foreign_key_violation")


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """Empty lines and values over two lines move rows, not their numbers."""
    stops = (
        "stop_id,stop_name,stop_lat,stop_lon\n\n"
        'A,"Meißen\nMarkt",51.16,13.47\n'
        ",,,\n"
        "B, Coswig ,51.13,13.58\n"
        "C,Radebeul,899.99,13.67\n"
    )
    loaded = load(feed(stops=stops.encode()), tmp_path)
    assert places(loaded, "new_line_in_value") == [("stops.txt", 3, "", "")]
    assert places(loaded, "empty_row") == [("stops.txt", 5, "", "")]
    assert places(loaded, "leading_or_trailing_whitespaces") == [("stops.txt", 6, "", " Coswig ")]
    assert places(loaded, "number_out_of_range") == [("stops.txt", 7, "stop_lat", "899.99")]


def test_short_and_long_rows(tmp_path: Path) -> None:
    stops = (
        str(plain(STOPS))
        .replace("stop_lon\n", "stop_lon,stop_code,stop_desc\n")
        .replace("13.5800", "13.58,7,,,")
    )
    loaded = load(feed(stops=stops), tmp_path)
    assert loaded.timetable is not None
    assert list(loaded.timetable.stop_name) == UMLAUTS
    assert [place[1] for place in places(loaded, "invalid_row_length")] == [2, 3, 4]


def test_unknown_columns_are_named(tmp_path: Path) -> None:
    stops = str(plain(STOPS)).replace("stop_lon\n", "stop_lon,farbe\n").replace("00\n", "00,rot\n")
    loaded = load(feed(stops=stops), tmp_path)
    assert loaded.timetable is not None
    assert places(loaded, "unknown_column") == [("stops.txt", 1, "farbe", "")]


def test_faults_in_files_that_are_not_needed_only_warn(tmp_path: Path) -> None:
    shapes = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\ns,899.99,13.4,1\ns,51.1,13.4,x\n"
    loaded = load(feed(shapes=shapes, transfers="<html>", fare_attributes="fare_id\nf\n"), tmp_path)
    assert loaded.timetable is not None
    assert places(loaded, "number_out_of_range") == [("shapes.txt", 2, "shape_pt_lat", "899.99")]
    assert places(loaded, "invalid_integer") == [("shapes.txt", 3, "shape_pt_sequence", "x")]
    assert places(loaded, "csv_parsing_failed") == [("transfers.txt", 1, "", "<html>")]
    assert len(places(loaded, "missing_required_column")) == 3


def test_many_findings_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"t1,8:{i % 60}:00,8:0:00,A,{i}\n" for i in range(500))
    loaded = load(
        feed(stop_times="trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + rows), tmp_path
    )
    told = [f for f in loaded.findings if f.code == "invalid_time"]
    assert len(told) == 101
    assert "weitere" in told[-1].message
    assert told[-1].line is None


def test_every_finding_says_what_to_do(tmp_path: Path) -> None:
    loaded = load(feed(stops=STOPS.replace("51.1300", "899.99"), routes=None, unknown="x"), tmp_path)
    assert loaded.findings
    assert all(f.message.endswith(".") and f.advice.endswith(".") for f in loaded.findings)
