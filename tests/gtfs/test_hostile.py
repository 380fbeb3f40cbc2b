"""Feeds that are well formed and mean harm: each has a stated outcome, in bounded time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import gtfs
from gtfs import archive, copies, frequencies, service_days, shapes, stay_seated, transfers
from gtfs.schema import TABLES
from tests.gtfs.feeds import (
    STOP_TIMES,
    STOPS,
    TRIPS,
    built,
    feed,
    load,
    places,
    plain,
    timetable_text,
    to_zip,
)

MOST_MB, MOST_S = 512, 30
BIG = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt1,08:00:00,08:00:00,A,1\n"


def test_more_rows_than_a_region_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stop_times", "transfers"):
        monkeypatch.setitem(TABLES, name, replace(TABLES[name], most_rows=3))
    assert load(feed(), tmp_path / "just").timetable is not None
    many = plain(STOP_TIMES) + "t1,08:30:00,08:30:00,A,4\n"
    refused = load(feed(stop_times=many), tmp_path / "many")
    assert refused.timetable is None
    assert places(refused, "too_many_rows") == [("stop_times.txt", 5, "", "")]
    rules = "from_stop_id,to_stop_id,transfer_type\n" + "\n" * 4
    ignored = load(feed(transfers=rules.encode()), tmp_path / "ignored")
    assert ignored.timetable is not None
    assert [place[0] for place in places(ignored, "too_many_rows")] == ["transfers.txt"]


def test_more_cells_than_rows_explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MAX_CELLS", 1_000)
    refused = load(feed(stops=plain(STOPS) + "D,D,51.1,13.5" + "," * 2_000), tmp_path)
    assert places(refused, "too_many_rows") == [("stops.txt", 5, "", "")]


def test_many_long_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MAX_LONG_CHARS", 1_000)
    assert load(feed(stops=STOPS.replace("Coswig Börse", "x" * 900)), tmp_path / "one").timetable is not None
    refused = load(feed(stops=STOPS.replace("Coswig Börse", "x" * 1_100)), tmp_path / "more")
    assert places(refused, "too_many_rows") == [("stops.txt", 3, "", "")]


def test_a_thousand_columns_are_counted(tmp_path: Path) -> None:
    stops = str(plain(STOPS)).replace(
        "stop_lon\n", "stop_lon" + "".join(f",c{i}" for i in range(1_000)) + "\n"
    )
    found = load(feed(stops=stops.replace("00\n", "00" + "," * 1_000 + "\n")), tmp_path)
    assert found.timetable is not None
    assert sum(f.count for f in found.findings if f.code == "unknown_column") == 1_000


@pytest.mark.parametrize("length", [4_096, 4_097, 140_000])
def test_long_values(tmp_path: Path, length: int) -> None:
    found = load(feed(stops=STOPS.replace("Coswig Börse", "x" * length)), tmp_path)
    assert (found.timetable is not None) == (length <= 4_096)
    assert [place[:2] for place in places(found, "csv_parsing_failed")] == [("stops.txt", 3)] * (
        length > 4_096
    )


def test_stations_within_each_other(tmp_path: Path) -> None:
    stops = """
        stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
        A,Meißen,51.16,13.47,,S
        B,Coswig,51.13,13.58,,B
        C,Radebeul,51.10,13.67,,
        S,Station,51.16,13.47,1,Z
        Z,Station,51.16,13.47,1,S
    """
    found = load(feed(stops=stops), tmp_path)
    assert found.timetable is not None
    assert found.timetable.stop_parent.tolist() == [3, -1, -1, -1, -1]
    assert [place[1] for place in places(found, "station_with_parent_station")] == [5, 6]
    assert [place[1] for place in places(found, "wrong_parent_location_type")] == [3]


def test_repetitions_are_bounded_by_their_halts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequencies, "MAX_HALTS", 20)
    runs = "trip_id,start_time,end_time,headway_secs\nt1,08:00:00,09:00:00,600\n"
    assert load(feed(frequencies=runs), tmp_path / "few").timetable is not None
    refused = load(feed(frequencies=runs.replace("600", "500")), tmp_path / "many")
    assert places(refused, "number_out_of_range") == [("frequencies.txt", 2, "headway_secs", "500")]


def test_services_times_days_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_days, "MAX_SERVICE_DAYS", 29)
    refused = load(feed(), tmp_path)
    assert places(refused, "too_many_rows") == [("calendar.txt", 2, "end_date", "20260630")]


def test_rules_between_huge_stations_are_not_spelled_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "MAX_PAIRS", 3)
    stops = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nS,S,51.16,13.47,1,\n"
    stops += "".join(f"{name},{name},51.16,13.47,0,S\n" for name in "ABC")
    rules = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nA,B,2,60\nS,S,2,90\n"
    found = load(feed(stops=stops, transfers=rules), tmp_path)
    assert found.timetable is not None and len(found.timetable.transfer_from) == 1
    assert places(found, "too_many_transfers") == [("transfers.txt", 3, "from_stop_id", "S")]


def test_a_block_of_thousands_of_trips_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stay_seated, "MOST_CANDIDATES", 2)
    trips = "route_id,service_id,trip_id,block_id\n" + "".join(f"R,WEEK,t{i},b\n" for i in range(9))
    rows = "".join(f"t{i},08:00:00,08:00:00,A,1\nt{i},08:20:00,08:20:00,C,2\n" for i in range(9))
    timetable = built(feed(trips=trips, stop_times=BIG.splitlines()[0] + "\n" + rows), tmp_path)
    assert timetable.n_trips == 9


def test_a_shape_too_long_to_be_laid_on_its_stops_is_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n" + "".join(
        f"s,{place},{i}\n"
        for i, place in enumerate(("51.1634,13.4714", "51.1300,13.5800", "51.1030,13.6780"))
    )
    trips = "route_id,service_id,trip_id,shape_id\nR,WEEK,t1,s\n"
    drawn = load(feed(trips=trips, shapes=points), tmp_path / "drawn")
    assert drawn.lines is not None and len(drawn.lines.lat) == 3
    monkeypatch.setattr(shapes, "MOST_PAIRS", 8)
    left = load(feed(trips=trips, shapes=points), tmp_path / "left")
    assert left.timetable is not None and left.lines is not None and len(left.lines.lat) == 0


def test_a_line_of_a_million_points_is_thinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "MOST_POINTS", 4)
    points = [f"51.{1634 - 60 * i:04},13.{4714 + 206 * i:04}" for i in range(11)]
    text = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n" + "".join(
        f"s,{place},{i}\n" for i, place in enumerate(points)
    )
    trips = "route_id,service_id,trip_id,shape_id\nR,WEEK,t1,s\n"
    found = load(feed(trips=trips, shapes=text, stops=STOPS.replace("51.1300,13.5800", points[5])), tmp_path)
    assert found.lines is not None and found.lines.lat[-1] == pytest.approx(51.1034, abs=1e-3)


def test_a_trip_of_thousands_of_halts_is_a_trip(tmp_path: Path) -> None:
    rows = "".join(
        f"t1,{8 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02},{8 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02},A,{i}\n"
        for i in range(5_000)
    )
    timetable = built(feed(stop_times=BIG.splitlines()[0] + "\n" + rows), tmp_path)
    assert len(timetable.time_arr) == 5_000


def test_names_do_what_names_do(tmp_path: Path) -> None:
    """Ids and names of any signs are used as they are, and quoted without those nobody sees."""
    odd = "<script>alert(1)</script>"
    stops = STOPS.replace("A,Meißen Markt", f"{odd},\u202eMarkt")
    found = load(feed(stops=stops, stop_times=STOP_TIMES.replace("A,1", f"{odd},1")), tmp_path)
    assert found.timetable is not None
    assert timetable_text(found.timetable)[0].startswith(f"t1 | {odd} 08:00")
    assert places(found, "non_ascii_or_non_printable_char") == [("stops.txt", 2, "stop_name", "�Markt")]


def test_a_directory_of_millions_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = to_zip(feed(), tmp_path / "feed.zip")
    monkeypatch.setattr(archive, "MAX_DIRECTORY_BYTES", 100)
    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", lambda _: pytest.fail("the directory was read"))
    assert [f.code for f in gtfs.load(path).findings] == ["too_many_files"]


def test_files_that_only_look_like_a_timetables(tmp_path: Path) -> None:
    found = gtfs.load(to_zip(feed() | {"\u202estops.txt": "x", "a\nb.txt": "x"}, tmp_path / "feed.zip"))
    assert found.timetable is not None
    assert {place[0] for place in places(found, "unknown_file")} == {"�stops.txt", "a�b.txt"}


HUGE = {
    "rows": lambda: _zipped("stop_times.txt", BIG, "t1,08:20:00,08:20:00,C,3\n", 9_000_000),
    "lines": lambda: _zipped("stop_times.txt", BIG, "\n", 200_000_000),
    "shapes": lambda: _zipped(
        "shapes.txt", "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n", "s,51.1,13.5,1\n", 9_000_000
    ),
    "field": lambda: _zipped("stops.txt", "stop_id,stop_name,stop_lat,stop_lon\n", "x", 5_000_000),
    "commas": lambda: _zipped("shapes.txt", "shape_id,shape_pt_lat\n", "," * 900_000 + "\n", 250),
    "quotes": lambda: _zipped("stops.txt", 'stop_id,stop_name,stop_lat,stop_lon\nA,"', '""', 2_000_000),
}


def _zipped(name: str, head: str, row: str, n: int) -> dict[str, Iterator[bytes]]:
    block = max(1, 1_000_000 // len(row))
    return {name: iter([head.encode(), *([(row * block).encode()] * (n // block))])}


@pytest.mark.soak
@pytest.mark.parametrize("what", HUGE)
def test_memory_and_time_are_bounded(tmp_path: Path, what: str) -> None:
    path = to_zip(feed(stop_times=STOP_TIMES, trips=TRIPS), tmp_path / "feed.zip")
    huge = HUGE[what]()
    with (
        zipfile.ZipFile(tmp_path / "huge.zip", "w", zipfile.ZIP_STORED) as packed,
        zipfile.ZipFile(path) as good,
    ):
        for name in set(good.namelist()) - set(huge):
            packed.writestr(name, good.read(name))
        for name, blocks in huge.items():
            with packed.open(name, "w") as member:
                for block in blocks:
                    member.write(block)
    code = (
        "import json, resource, sys, time; from pathlib import Path; import gtfs; "
        "found = gtfs.load(Path(sys.argv[1])); "
        "print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.process_time(), "
        "[[f.code, f.file] for f in found.findings]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "huge.zip")], capture_output=True, text=True, check=True
    )
    mb, seconds, findings = json.loads(done.stdout)
    assert mb < MOST_MB and seconds < MOST_S
    assert "runtime_exception_in_validator_error" not in {code for code, _ in findings}
    assert set(huge) & {file for _, file in findings}
