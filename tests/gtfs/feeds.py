"""Small feeds written as text, to a folder or a zip.

`feed(stops="…")` is the smallest whole feed with one file replaced, `feed(calendar=None)` with one left
out. A line of text is a line of the file; spaces around it do not count, so that tests can indent.

A bus runs on weekdays of June 2026:   A 08:00 → B 08:10/08:11 → C 08:20
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import gtfs
from gtfs import Finding
from routing.timetable import Timetable

Files = dict[str, str | bytes]

AGENCY = """
    agency_id,agency_name,agency_url,agency_timezone
    V,Verkehrsgesellschaft Meißen,https://example.org,Europe/Berlin
"""
STOPS = """
    stop_id,stop_name,stop_lat,stop_lon
    A,Meißen Markt,51.1634,13.4714
    B,Coswig Börse,51.1300,13.5800
    C,Radebeul Ost,51.1030,13.6780
"""
ROUTES = """
    route_id,agency_id,route_short_name,route_long_name,route_type
    R,V,421,Meißen – Radebeul,3
"""
TRIPS = """
    route_id,service_id,trip_id,trip_headsign
    R,WEEK,t1,Radebeul
"""
STOP_TIMES = """
    trip_id,arrival_time,departure_time,stop_id,stop_sequence
    t1,08:00:00,08:00:00,A,1
    t1,08:10:00,08:11:00,B,2
    t1,08:20:00,08:20:00,C,3
"""
CALENDAR = """
    service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
    WEEK,1,1,1,1,1,0,0,20260601,20260630
"""


def feed(**changed: str | bytes | None) -> Files:
    """The smallest whole feed as `{"stops.txt": text, …}`; a keyword replaces a file, None leaves it out."""
    tables: dict[str, str | bytes | None] = {
        "agency": AGENCY,
        "stops": STOPS,
        "routes": ROUTES,
        "trips": TRIPS,
        "stop_times": STOP_TIMES,
        "calendar": CALENDAR,
    }
    tables |= changed
    return {f"{name}.txt": plain(text) for name, text in tables.items() if text is not None}


def plain(text: str | bytes) -> str | bytes:
    """Without the indentation; bytes stay as they are."""
    if isinstance(text, bytes):
        return text
    return "".join(f"{line.strip()}\n" for line in text.strip().splitlines())


def to_folder(files: Mapping[str, str | bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def to_zip(files: Mapping[str, str | bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def load(files: Mapping[str, str | bytes], folder: Path) -> gtfs.Loaded:
    return gtfs.load(to_folder(files, folder))


def built(files: Mapping[str, str | bytes], folder: Path) -> Timetable:
    """The timetable of a feed that must be accepted."""
    loaded = load(files, folder)
    assert loaded.timetable is not None, errors(loaded)
    return loaded.timetable


def errors(loaded: gtfs.Loaded) -> list[Finding]:
    return [finding for finding in loaded.findings if finding.severity is gtfs.Severity.ERROR]


def places(loaded: gtfs.Loaded, code: str) -> list[tuple[str, int | None, str, str]]:
    """(file, line, field, value) of every finding with this code."""
    return [(f.file, f.line, f.field, f.value) for f in loaded.findings if f.code == code]


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")


def timetable_text(timetable: Timetable) -> list[str]:
    """Every trip as one line, "t1 | A 08:00 | B 08:10/08:11 | C 08:20"; joined trips as "t1+t2"."""
    lines = []
    for trip in range(timetable.n_trips):
        sections = range(*timetable.trip_section_start[trip : trip + 2])
        pattern = timetable.trip_pattern[trip]
        stops = timetable.pattern_stops[slice(*timetable.pattern_stop_start[pattern : pattern + 2])]
        times = slice(*timetable.trip_time_start[trip : trip + 2])
        halts = [
            f"{timetable.stop_id[stop]} {clock(arr)}" + ("" if arr == dep else f"/{clock(dep)}")
            for stop, arr, dep in zip(
                stops, timetable.time_arr[times], timetable.time_dep[times], strict=True
            )
        ]
        name = "+".join(timetable.section_trip_id[s] for s in sections)
        lines.append(" | ".join([name, *halts]))
    return lines
