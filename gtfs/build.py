"""A feed → one Timetable, step by step; and all there is to say about the feed."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gtfs import patterns, values
from gtfs.agencies import Agencies, read_agencies
from gtfs.archive import Refused, unpack
from gtfs.check import Checked, check_tables, is_complete, settle_left_out, unknown_trips
from gtfs.copies import write_copy
from gtfs.coverage import check_coverage, check_feed_info
from gtfs.findings import Finding, Findings
from gtfs.frequencies import read_repetitions
from gtfs.notices import Notice, Words
from gtfs.read import read_tables
from gtfs.routes import Routes, read_routes
from gtfs.runs import Runs, as_runs, lay_out, rows_in_order
from gtfs.service_days import ServiceDays, read_service_days
from gtfs.shapes import check_shapes, read_lines
from gtfs.stay_seated import chains, ends_of
from gtfs.stop_times import Halts, read_halts
from gtfs.stops import Stops, read_stops
from gtfs.table import Mask, Table
from gtfs.transfers import Transfers, read_transfers
from gtfs.use import check_use
from routing.progress import Progress, silent
from routing.store import Texts
from routing.timetable import Timetable
from routing.trip_lines import TripLines

_log = logging.getLogger(__name__)

DEMO_PUBLISHER = "Demo-Landkreis"
"""feed_publisher_name of the generated demonstration timetable."""


_BROKE = Notice(
    "runtime_exception_in_validator_error",
    Words(
        "Die Prüfung ist an einer unerwarteten Stelle abgebrochen ({kind}).",
        "The check broke off at an unexpected place ({kind}).",
    ),
    Words(
        "Bitte geben Sie die Datei an die Betreuung des Portals weiter.",
        "Please pass the file on to those who look after the portal.",
    ),
)
_NO_TRIPS = Notice(
    "no_usable_trips",
    Words(
        "Der Fahrplan enthält keine einzige Fahrt mit mindestens zwei Halten und Zeiten.",
        "The timetable holds not a single trip with at least two stops and times.",
    ),
    Words("Bitte prüfen Sie, ob die Datei vollständig ist.", "Please check whether the file is complete."),
)


@dataclass(frozen=True)
class Loaded:
    """`timetable` is None when one of the findings is an ERROR."""

    timetable: Timetable | None
    findings: list[Finding]
    lines: TripLines | None = None
    """Where its vehicles drive; None without shapes.txt."""


def load(
    path: Path, progress: Progress = silent, today: dt.date | None = None, scratch: Path | None = None
) -> Loaded:
    """Read a GTFS feed (zip or folder), check it and build its timetable. Never raises for a bad feed.

    `today` only matters for feeds that have run out or claim to be valid for more than three years; `scratch`
    is the folder in which it is unpacked for the time being (without, that of the system).
    """
    findings = Findings()
    built = None
    try:
        with tempfile.TemporaryDirectory(prefix="gtfs-", dir=scratch) as folder:
            feed = _read(path, Path(folder), findings, progress)
        if feed is not None:
            built = _build(feed, today or dt.date.today(), findings, progress)
    except Exception as error:
        # What nobody foresaw in a feed must not stop the worker: refuse it and leave a trace for us.
        _log.exception("feed %s", path)
        findings.error(_BROKE.about(kind=type(error).__name__))
    progress("Fertig", 1.0)
    if built is None or findings.refused:
        return Loaded(None, findings.all())
    return Loaded(built[0], findings.all(), built[1])


@dataclass(frozen=True)
class _Feed:
    checked: Checked
    sha256: str

    def good(self, name: str) -> Table | None:
        return self.checked.good(name) if name in self.checked.tables else None


def _read(path: Path, folder: Path, findings: Findings, progress: Progress) -> _Feed | None:
    quarantine, clean = folder / "quarantine", folder / "clean"
    quarantine.mkdir()
    clean.mkdir()
    progress("Datei wird ausgepackt", 0.0)
    try:
        unpacked = unpack(path, quarantine, findings)
    except Refused:
        return None
    progress("Zeichen und Spalten werden geprüft", 0.05)
    copies = {
        name: copy
        for name, file in unpacked.files.items()
        if (copy := write_copy(name, file, clean, findings)) is not None
    }
    progress("Tabellen werden gelesen", 0.25)
    tables = read_tables(clean, copies)
    progress("Tabellen werden geprüft", 0.45)
    unreadable = frozenset(unpacked.files) - frozenset(copies)
    return _Feed(check_tables(tables, unreadable, findings), unpacked.sha256)


def _build(
    feed: _Feed, today: dt.date, findings: Findings, progress: Progress
) -> tuple[Timetable, TripLines | None] | None:
    """The timetable and its lines; None after an error. Goes on as far as it can, so that all reasons are told at once."""
    if not is_complete(feed.checked):
        return None
    progress("Fahrten werden geordnet", 0.6)
    tables = feed.checked.tables
    agencies = read_agencies(tables["agency"], findings)
    routes = read_routes(feed.checked.good("routes"), agencies, findings)
    stops = read_stops(feed.checked.good("stops"), findings)
    trips = tables["trips"].where(~_broken_trips(feed.checked))
    trip_index = {str(text): i for i, text in enumerate(trips.texts("trip_id"))}
    halts, broken = read_halts(
        tables["stop_times"], feed.checked.broken["stop_times"], trip_index, stops, findings
    )
    unknown = unknown_trips(feed.checked)
    settle_left_out(
        len(tables["trips"]) - len(trips) + int(broken.sum()) + unknown,
        len(tables["trips"]) + unknown,
        int(feed.checked.broken["stops"].sum()) + stops.n_placeless,
        len(tables["stops"]),
        findings,
    )
    check_use(feed.checked, trips, halts, stops, routes, findings)
    check_shapes(feed.good("shapes"), trips, findings)
    check_feed_info(feed.good("feed_info"), findings)
    repetitions = read_repetitions(feed.good("frequencies"), trip_index, halts, findings)
    calendars = feed.good("calendar"), feed.good("calendar_dates")
    service_days = read_service_days(*calendars, today, findings)
    service = trips.positions("service_id", service_days.index)
    usable = halts.counts() >= 2
    runs_sometime = service[usable & (service >= 0)]
    days = service_days.trimmed(np.unique(runs_sometime))
    if not usable.any():
        findings.error(_NO_TRIPS, file="stop_times.txt")
    elif not findings.refused:
        check_coverage(trips, usable, service, days, calendars, today, findings)
    if findings.refused:
        return None
    progress("Fahrten werden verbunden", 0.75)
    ends = ends_of(halts, usable & ~repetitions.repeated, stops, service, days)
    joined = chains(trips, feed.good("transfers"), trip_index, ends, findings)
    runs = as_runs(np.flatnonzero(ends.usable), joined, repetitions)
    progress("Fahrplan wird zusammengesetzt", 0.85)
    transfers = read_transfers(feed.good("transfers"), stops, findings)
    return _assembled(feed, agencies, stops, routes, trips, service, days, halts, runs, transfers)


def _broken_trips(checked: Checked) -> Mask:
    """Trips that are broken themselves, or by their route or their frequencies."""
    trips = checked.tables["trips"]
    broken = checked.broken["trips"].copy()
    for name, field in (("routes", "route_id"), ("frequencies", "trip_id")):
        if name in checked.tables:
            bad = frozenset(checked.tables[name].where(checked.broken[name]).texts(field).tolist())
            broken |= trips.matching(field, bad.__contains__)
    return broken


def _assembled(
    feed: _Feed,
    agencies: Agencies,
    stops: Stops,
    routes: Routes,
    trips: Table,
    service: NDArray[np.int64],
    days: ServiceDays,
    halts: Halts,
    runs: Runs,
    transfers: Transfers,
) -> tuple[Timetable, TripLines | None]:
    run_halts = lay_out(runs, halts)
    trip_ids = trips.texts("trip_id")
    first_trip = runs.section_trip[runs.section_start[:-1]]
    grouped = patterns.group(run_halts, trip_ids[first_trip])
    pattern_rows, pattern_start = rows_in_order(run_halts.start, grouped.first_run)
    time_rows, time_start = rows_in_order(run_halts.start, grouped.order)
    section_rows, section_start = rows_in_order(runs.section_start, grouped.order)
    section_trip = runs.section_trip[section_rows]
    timetable = Timetable(
        stop_id=Texts.of(stops.ids),
        stop_name=Texts.of(stops.names),
        stop_platform=Texts.of(stops.platforms),
        stop_lat=stops.lat,
        stop_lon=stops.lon,
        stop_parent=stops.parent,
        stop_is_station=stops.is_station,
        stop_wheelchair=stops.wheelchair,
        agency_id=Texts.of(agencies.ids),
        agency_name=Texts.of(agencies.names),
        agency_url=Texts.of(agencies.urls),
        agency_phone=Texts.of(agencies.phones),
        route_id=Texts.of(routes.ids),
        route_short_name=Texts.of(routes.short_names),
        route_long_name=Texts.of(routes.long_names),
        route_type=routes.type,
        route_agency=routes.agency,
        pattern_stop_start=pattern_start.astype(np.int32),
        pattern_stops=run_halts.stop[pattern_rows],
        pattern_board=run_halts.board[pattern_rows],
        pattern_alight=run_halts.alight[pattern_rows],
        pattern_trip_start=grouped.trip_start(),
        trip_pattern=grouped.of_trip,
        trip_service=service[first_trip[grouped.order]].astype(np.int32),
        trip_wheelchair=_worst(trips, "wheelchair_accessible", section_trip, section_start),
        trip_bikes=_worst(trips, "bikes_allowed", section_trip, section_start),
        trip_time_start=time_start,
        time_arr=run_halts.arr[time_rows],
        time_dep=run_halts.dep[time_rows],
        trip_section_start=section_start.astype(np.int32),
        section_first_pos=run_halts.section_first_pos[section_rows],
        section_route=trips.positions("route_id", routes.index)[section_trip].astype(np.int32),
        section_trip_id=Texts.of(trip_ids[section_trip]),
        section_headsign=Texts.of(trips.texts("trip_headsign")[section_trip]),
        service_runs=np.ascontiguousarray(days.runs),
        day_start_s=days.day_start_s(agencies.timezone),
        transfer_from=transfers.from_stop,
        transfer_to=transfers.to_stop,
        transfer_type=transfers.type,
        transfer_min_s=transfers.min_s,
        first_day=days.first_day,
        timezone=agencies.timezone,
        version=_info(feed, "feed_version") or feed.sha256[:12],
        name=_info(feed, "feed_publisher_name") or ", ".join(agencies.names[:3]),
        is_demo=_info(feed, "feed_publisher_name") == DEMO_PUBLISHER,
    )
    return timetable, read_lines(feed.good("shapes"), trips, stops, runs, run_halts, grouped)


def _info(feed: _Feed, field: str) -> str:
    info = feed.checked.tables.get("feed_info")
    return info.cell(0, field) if info is not None and len(info) else ""


def _worst(
    trips: Table, field: str, section_trip: NDArray[np.int64], section_start: NDArray[np.int64]
) -> NDArray[np.int8]:
    """Of each trip's sections: 2 (no) before 0 (unknown) before 1 (yes)."""
    value = trips.parsed(field, values.integer, 0).astype(np.int64)
    badness = np.array([1, 0, 2])[np.where((value < 0) | (value > 2), 0, value)]
    worst = np.maximum.reduceat(badness[section_trip], section_start[:-1])
    return np.array([1, 0, 2], dtype=np.int8)[worst]
