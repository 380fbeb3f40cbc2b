"""One service day of a timetable as a plain GTFS folder, for other routers: `docs/comparing.md` says how to compare.

What is written is what our search sees: every vehicle of that day as one trip (joined trips and repetitions of
frequencies.txt spelled out), and every change between two stops, with walks on our streets, as one row of
transfers.txt with its time. Nothing is left to be found out by the reader.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing.changes import NOT_POSSIBLE, Changes
from routing.timetable import Timetable

SERVICE = "day"
MINIMUM_TIME = 2
LOCATION_STOP, LOCATION_STATION = 0, 1

Row = tuple[object, ...]


@dataclass(frozen=True)
class Exported:
    """What was written."""

    stops: int
    trips: int
    stop_times: int
    transfers: int


def export_day(timetable: Timetable, known: Changes, date: dt.date, folder: Path) -> Exported:
    """Write the service day `date` into an empty or new folder.

    `known` are the changes of one walking speed, longest walk and slack (`routing.changes.changes`); their seconds
    become `min_transfer_time`. Stops that no vehicle calls at that day are left out. Raises ValueError for a
    day outside the timetable, OSError.
    """
    day = (date - timetable.first_day).days
    if not 0 <= day < timetable.n_days:
        raise ValueError(f"{date} is outside of the timetable")
    runs = np.flatnonzero(timetable.service_runs[timetable.trip_service, day])
    used = _used_stops(timetable, runs)
    tables = {
        "feed_info": (
            "feed_publisher_name feed_publisher_url feed_lang feed_version",
            [_feed_info(timetable, date)],
        ),
        "agency": ("agency_id agency_name agency_url agency_timezone agency_phone", _agencies(timetable)),
        "stops": (
            "stop_id stop_name stop_lat stop_lon location_type parent_station platform_code wheelchair_boarding",
            _stops(timetable, used),
        ),
        "routes": ("route_id agency_id route_short_name route_long_name route_type", _routes(timetable)),
        "calendar_dates": ("service_id date exception_type", [(SERVICE, f"{date:%Y%m%d}", 1)]),
        "trips": (
            "route_id service_id trip_id trip_headsign wheelchair_accessible bikes_allowed",
            _trips(timetable, runs),
        ),
        "stop_times": (
            "trip_id arrival_time departure_time stop_id stop_sequence pickup_type drop_off_type",
            _stop_times(timetable, runs),
        ),
        "transfers": (
            "from_stop_id to_stop_id transfer_type min_transfer_time",
            _transfers(timetable, known, used),
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    n = {name: _write(folder / f"{name}.txt", header, rows) for name, (header, rows) in tables.items()}
    return Exported(n["stops"], n["trips"], n["stop_times"], n["transfers"])


def _used_stops(timetable: Timetable, runs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n_stops,) the stops that trips of the day call at, and their stations."""
    used = np.zeros(timetable.n_stops, np.bool_)
    start = timetable.pattern_stop_start
    for pattern in np.unique(timetable.trip_pattern[runs]):
        used[timetable.pattern_stops[start[pattern] : start[pattern + 1]]] = True
    parents = timetable.stop_parent[used]
    used[parents[parents >= 0]] = True
    return used


def _feed_info(timetable: Timetable, date: dt.date) -> Row:
    url = timetable.agency_url[0] or "https://example.org"
    return (timetable.name or timetable.agency_name[0], url, "de", f"{timetable.version} {date}")


def _agencies(timetable: Timetable) -> Iterator[Row]:
    for i, agency_id in enumerate(timetable.agency_id):
        url = timetable.agency_url[i] or "https://example.org"
        yield agency_id, timetable.agency_name[i], url, timetable.timezone, timetable.agency_phone[i]


def _stops(timetable: Timetable, used: NDArray[np.bool_]) -> Iterator[Row]:
    for stop in np.flatnonzero(used).tolist():
        parent = int(timetable.stop_parent[stop])
        yield (
            timetable.stop_id[stop],
            timetable.stop_name[stop],
            float(timetable.stop_lat[stop]),
            float(timetable.stop_lon[stop]),
            LOCATION_STATION if timetable.stop_is_station[stop] else LOCATION_STOP,
            timetable.stop_id[parent] if parent >= 0 else "",
            timetable.stop_platform[stop],
            int(timetable.stop_wheelchair[stop]),
        )


def _routes(timetable: Timetable) -> Iterator[Row]:
    for i, route_id in enumerate(timetable.route_id):
        agency = timetable.agency_id[int(timetable.route_agency[i])]
        name = timetable.route_short_name[i]
        yield route_id, agency, name, timetable.route_long_name[i], int(timetable.route_type[i])


def _trip_ids(timetable: Timetable, runs: NDArray[np.int64]) -> Iterator[tuple[int, int, str]]:
    """(trip, its first section, a trip id of its own) of the vehicles of the day."""
    seen: dict[str, int] = {}
    for trip in runs.tolist():
        section = int(timetable.trip_section_start[trip])
        trip_id = timetable.section_trip_id[section]
        seen[trip_id] = seen.get(trip_id, 0) + 1
        yield trip, section, trip_id if seen[trip_id] == 1 else f"{trip_id}#{seen[trip_id]}"


def _trips(timetable: Timetable, runs: NDArray[np.int64]) -> Iterator[Row]:
    """Joined trips go by the route and id of their first section."""
    for trip, section, trip_id in _trip_ids(timetable, runs):
        route = timetable.route_id[int(timetable.section_route[section])]
        wheelchair, bikes = int(timetable.trip_wheelchair[trip]), int(timetable.trip_bikes[trip])
        yield route, SERVICE, trip_id, timetable.section_headsign[section], wheelchair, bikes


def _stop_times(timetable: Timetable, runs: NDArray[np.int64]) -> Iterator[Row]:
    stop_ids = list(timetable.stop_id)
    for trip, _, trip_id in _trip_ids(timetable, runs):
        first = int(timetable.pattern_stop_start[timetable.trip_pattern[trip]])
        begin, end = timetable.trip_time_start[trip : trip + 2].tolist()
        for i, (arrival_s, departure_s) in enumerate(
            zip(timetable.time_arr[begin:end].tolist(), timetable.time_dep[begin:end].tolist(), strict=True)
        ):
            rules = int(timetable.pattern_board[first + i]), int(timetable.pattern_alight[first + i])
            stop_id = stop_ids[timetable.pattern_stops[first + i]]
            yield trip_id, _clock(arrival_s), _clock(departure_s), stop_id, i, *rules


def _transfers(timetable: Timetable, known: Changes, used: NDArray[np.bool_]) -> Iterator[Row]:
    """Every possible change with its seconds; what the feed forbids stays forbidden."""
    stop_ids = list(timetable.stop_id)
    origin = np.repeat(np.arange(timetable.n_stops), np.diff(known.start))
    rows = np.flatnonzero(used[origin] & used[known.to])
    columns = (origin[rows], known.to[rows], known.takes_s[rows])
    for a, b, takes_s in zip(*(column.tolist() for column in columns), strict=True):
        yield stop_ids[a], stop_ids[b], MINIMUM_TIME, takes_s
    possible = set(zip(columns[0].tolist(), columns[1].tolist(), strict=True))
    stated = zip(timetable.transfer_from.tolist(), timetable.transfer_to.tolist(), strict=True)
    for (a, b), kind in zip(stated, timetable.transfer_type.tolist(), strict=True):
        if kind == NOT_POSSIBLE and (a, b) not in possible and used[a] and used[b]:
            yield stop_ids[a], stop_ids[b], NOT_POSSIBLE, ""


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"


def _write(path: Path, header: str, rows: Iterable[Row]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split())
        n = 0
        for row in rows:
            writer.writerow(row)
            n += 1
    return n
