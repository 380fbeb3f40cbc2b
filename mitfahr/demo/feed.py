"""Writes the demonstration timetable as an ordinary GTFS zip."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from mitfahr.demo.copies import Copy, copies, neighbours
from mitfahr.demo.days import NIGHT, SATURDAY, SCHOOL, SUNDAY, WORKING, exceptions, weekly_services
from mitfahr.demo.geometry import to_degrees
from mitfahr.demo.stations import Station, stations
from mitfahr.demo.stops import Stop, bay, platform, station_stop
from mitfahr.demo.trips import (
    BUS_AGENCY,
    NARROW_GAUGE_AGENCY,
    RAIL_AGENCY,
    SUBURBAN_AGENCY,
    Pattern,
    Route,
    Trip,
    all_trips,
)

PUBLISHER = "Demo-Landkreis"
DAYS_BEFORE, DAYS_AFTER = 30, 400
_TIMEZONE = "Europe/Berlin"
_URL = "https://demo-landkreis.example"
_PHONE = "+49 30 23125100"  # from the block that is reserved for fiction
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_GUARANTEED_STATIONS = ("Meißen Bahnhof", "Riesa Bahnhof")
_THROUGH_TRAIN = ("Dresden-Neustadt Bahnhof", "Riesa Bahnhof")
_THROUGH_MIN = 50

Row = tuple[object, ...]


def generate_feed(path: Path, start: dt.date, scale: int = 1) -> None:
    """Write the timetable of `scale` (1, 4, 9, 16 …) districts, valid from 30 days before `start` to 400 after.

    The same `start` gives the same bytes.
    """
    first, last = start - dt.timedelta(days=DAYS_BEFORE), start + dt.timedelta(days=DAYS_AFTER)
    all_copies = copies(scale)
    with zipfile.ZipFile(path, "w") as archive:
        for name, header, rows in _tables(first, last, all_copies, start):
            _write(archive, name, header.split(), rows)


def _tables(
    first: dt.date, last: dt.date, all_copies: list[Copy], start: dt.date
) -> Iterator[tuple[str, str, Iterable[Row]]]:
    through = list(_through_trains(all_copies))
    yield (
        "feed_info.txt",
        "feed_publisher_name feed_publisher_url feed_lang feed_start_date feed_end_date feed_version feed_contact_email",
        [
            (
                PUBLISHER,
                _URL,
                "de",
                _date(first),
                _date(last),
                f"demo-{_date(start)}",
                "fahrplan@demo-landkreis.example",
            )
        ],
    )
    yield (
        "agency.txt",
        "agency_id agency_name agency_url agency_timezone agency_lang agency_phone",
        _agencies(),
    )
    yield (
        "stops.txt",
        "stop_id stop_name stop_lat stop_lon location_type parent_station platform_code wheelchair_boarding",
        _stops(all_copies),
    )
    yield (
        "routes.txt",
        "route_id agency_id route_short_name route_long_name route_type",
        _routes(all_copies, through),
    )
    yield (
        "trips.txt",
        "route_id service_id trip_id trip_headsign direction_id wheelchair_accessible bikes_allowed shape_id",
        _trips(all_copies, through),
    )
    yield (
        "shapes.txt",
        "shape_id shape_pt_lat shape_pt_lon shape_pt_sequence",
        _shapes(all_copies),
    )
    yield (
        "stop_times.txt",
        "trip_id arrival_time departure_time stop_id stop_sequence pickup_type drop_off_type",
        _stop_times(all_copies, through),
    )
    yield (
        "calendar.txt",
        "service_id monday tuesday wednesday thursday friday saturday sunday start_date end_date",
        _calendar(first, last),
    )
    yield "calendar_dates.txt", "service_id date exception_type", _calendar_dates(first, last)
    yield "transfers.txt", "from_stop_id to_stop_id transfer_type min_transfer_time", _transfers(all_copies)


def _agencies() -> list[Row]:
    return [
        (BUS_AGENCY, "Demo-Verkehrsgesellschaft", _URL, _TIMEZONE, "de", _PHONE),
        (SUBURBAN_AGENCY, "Demo-S-Bahn", _URL, _TIMEZONE, "de", ""),
        (RAIL_AGENCY, "Demo-Regionalbahn", _URL, _TIMEZONE, "de", ""),
        (NARROW_GAUGE_AGENCY, "Demo-Schmalspurbahn", _URL, _TIMEZONE, "de", ""),
    ]


def _stops(all_copies: list[Copy]) -> Iterator[Row]:
    used = sorted({stop for trip in all_trips() for stop in trip.pattern.stops}, key=lambda s: s.id)
    parents = {stop.parent for stop in used}
    used = sorted(
        [*used, *(s for s in map(station_stop, stations().values()) if s.id in parents)], key=lambda s: s.id
    )
    for copy in all_copies:
        for stop in (_copied(stop, copy) for stop in used):
            yield (
                stop.id,
                stop.name,
                stop.lat,
                stop.lon,
                stop.location_type,
                stop.parent,
                stop.platform,
                stop.wheelchair or "",
            )


def _routes(all_copies: list[Copy], through: list[Trip]) -> Iterator[Row]:
    own = list(dict.fromkeys(trip.route for trip in all_trips()))
    for copy in all_copies:
        for route in own:
            yield (
                _key(route.id, copy),
                route.agency,
                route.short_name,
                copy.renamed(route.long_name),
                route.route_type,
            )
    for route in dict.fromkeys(trip.route for trip in through):
        yield (route.id, route.agency, route.short_name, route.long_name, route.route_type)


def _trips(all_copies: list[Copy], through: list[Trip]) -> Iterator[Row]:
    for copy in all_copies:
        for trip in all_trips():
            headsign = copy.renamed(trip.pattern.stops[-1].name)
            yield (
                _key(trip.route.id, copy),
                trip.service,
                _key(trip.id, copy),
                headsign,
                trip.direction,
                trip.wheelchair or "",
                trip.bikes or "",
                _key(_shape_ids()[trip.pattern.line], copy),
            )
    for trip in through:
        yield (
            trip.route.id,
            trip.service,
            trip.id,
            trip.pattern.stops[-1].name,
            trip.direction,
            trip.wheelchair,
            trip.bikes,
            "",
        )


@cache
def _shape_ids() -> dict[tuple[tuple[float, float], ...], str]:
    """The name of every way that a vehicle takes."""
    lines = dict.fromkeys(trip.pattern.line for trip in all_trips())
    return {line: f"demo-way-{i}" for i, line in enumerate(lines, start=1)}


def _shapes(all_copies: list[Copy]) -> Iterator[Row]:
    for copy in all_copies:
        for line, shape_id in _shape_ids().items():
            for sequence, (x, y) in enumerate(line):
                yield (_key(shape_id, copy), *copy.shifted(*to_degrees(x, y)), sequence)


def _stop_times(all_copies: list[Copy], through: list[Trip]) -> Iterator[Row]:
    for copy in all_copies:
        for trip in all_trips():
            yield from _calls(trip, _key(trip.id, copy), copy)
    for trip in through:
        yield from _calls(trip, trip.id, copies(1)[0])


def _calls(trip: Trip, trip_id: str, copy: Copy) -> Iterator[Row]:
    pickup = 2 if trip.is_on_call else 0
    for sequence, (stop, minutes) in enumerate(zip(trip.pattern.stops, trip.pattern.minutes, strict=True)):
        time = _clock(trip.start_min + minutes)
        yield (trip_id, time, time, _stop_id(stop.id, copy), sequence, pickup, 0)


def _calendar(first: dt.date, last: dt.date) -> Iterator[Row]:
    for service in (WORKING, SCHOOL, SATURDAY, SUNDAY, NIGHT):
        yield (
            service,
            *(int(service in weekly_services(day)) for day in range(7)),
            _date(first),
            _date(last),
        )


def _calendar_dates(first: dt.date, last: dt.date) -> Iterator[Row]:
    for day, service, runs in exceptions(first, last):
        yield (service, _date(day), 1 if runs else 2)


def _transfers(all_copies: list[Copy]) -> Iterator[Row]:
    """Minutes for changing at stations; trains and the first bus bay of the big two wait for each other."""
    for copy in all_copies:
        for station in (s for s in stations().values() if s.change_min):
            own = _stop_id(station_stop(station).id, copy)
            yield (own, own, 2, 60 * station.change_min)
        for name in _GUARANTEED_STATIONS:
            yield from _guaranteed(stations()[name], copy)


def _guaranteed(station: Station, copy: Copy) -> Iterator[Row]:
    used = {stop.id for trip in all_trips() for stop in trip.pattern.stops}
    first_bay = bay(station, 1)
    for number in range(1, station.platforms + 1):
        track = platform(station, number)
        if {track.id, first_bay.id} <= used:
            yield (_stop_id(track.id, copy), _stop_id(first_bay.id, copy), 1, "")
            yield (_stop_id(first_bay.id, copy), _stop_id(track.id, copy), 1, "")


def _through_trains(all_copies: list[Copy]) -> Iterator[Trip]:
    """An hourly train each way between neighbouring copies, so that they are one world."""
    for copy, other, _ in neighbours(all_copies):
        begin, end = (stations()[name] for name in _THROUGH_TRAIN)
        stops = _copied(_used_platform(begin), copy), _copied(_used_platform(end), other)
        route = Route(
            f"demo-through-{copy.index}-{other.index}",
            RAIL_AGENCY,
            "RE90",
            f"{stops[0].name} – {stops[1].name}",
            106,
        )
        for direction, pair in enumerate((stops, stops[::-1])):
            pattern = Pattern(pair, (0, _THROUGH_MIN), ())
            for service in (WORKING, SATURDAY, SUNDAY):
                for hour in range(5, 22):
                    trip_id = f"{route.id}-{service}-{direction}-{hour:02d}"
                    yield Trip(trip_id, route, service, direction, pattern, hour * 60 + 10, 1, 1)


def _used_platform(station: Station) -> Stop:
    """The first platform where trains of the district stop: only stops that are used are written."""
    used = {stop for trip in all_trips() for stop in trip.pattern.stops}
    return next(p for p in (platform(station, i + 1) for i in range(station.platforms)) if p in used)


def _copied(stop: Stop, copy: Copy) -> Stop:
    lat, lon = copy.shifted(stop.lat, stop.lon)
    parent = _stop_id(stop.parent, copy)
    return Stop(
        _stop_id(stop.id, copy),
        copy.renamed(stop.name),
        lat,
        lon,
        stop.location_type,
        parent,
        stop.platform,
        stop.wheelchair,
    )


def _stop_id(stop_id: str, copy: Copy) -> str:
    return stop_id.replace("demo:", f"demo{copy.index + 1}:", 1) if copy.index else stop_id


def _key(key: str, copy: Copy) -> str:
    return f"{key}@{copy.index + 1}" if copy.index else key


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def _date(day: dt.date) -> str:
    return day.strftime("%Y%m%d")


def _write(archive: zipfile.ZipFile, name: str, header: list[str], rows: Iterable[Row]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    member = zipfile.ZipInfo(name, _FIXED_TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, text.getvalue().encode())
