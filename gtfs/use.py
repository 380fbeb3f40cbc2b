"""Records that nothing uses, and journeys faster than any vehicle: reported, never refused."""

from __future__ import annotations

import numpy as np

from gtfs.check import Checked
from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.routes import Routes
from gtfs.stop_times import Halts
from gtfs.stops import Stops
from gtfs.table import Table

RAIL_KMH, ROAD_KMH = 500, 150
ROUNDING_S = 60
"""Feeds state whole minutes; two neighbouring halts may share one."""

_DELETE_OR_ADD = Words(
    "Bitte prüfen Sie, ob Halte fehlen oder der Eintrag gelöscht werden kann.",
    "Please check whether stop times are missing or the entry can be deleted.",
)
_UNUSED_STOP = Notice(
    "stop_without_stop_time", Words("Hier hält keine Fahrt.", "No trip stops here."), _DELETE_OR_ADD
)
_UNUSED_TRIP = Notice(
    "unused_trip",
    Words(
        "Die Fahrt hat keinen Halt. Sie wurde weggelassen.",
        "The trip has no stop times. It has been left out.",
    ),
    _DELETE_OR_ADD,
)
_TOO_FAST = Notice(
    "fast_travel_between_consecutive_stops",
    Words(
        "Von der Haltestelle davor bis hier wäre die Fahrt schneller als jedes Fahrzeug.",
        "From the stop before to this one the trip would be faster than any vehicle.",
    ),
    Words(
        "Bitte prüfen Sie die Zeiten und die Koordinaten der Haltestellen.",
        "Please check the times and the coordinates of the stops.",
    ),
)


def check_use(
    checked: Checked, trips: Table, halts: Halts, stops: Stops, routes: Routes, findings: Findings
) -> None:
    """Stops without a halt, trips without any, and impossible speeds."""
    _check_stops(checked, findings)
    _check_trips(checked, trips, findings)
    _check_speed(checked.tables["stop_times"], trips, halts, stops, routes, findings)


def _check_stops(checked: Checked, findings: Findings) -> None:
    table = checked.tables["stops"]
    served = set(checked.tables["stop_times"].distinct("stop_id"))
    unused = table.matching("stop_id", lambda text: text not in served)
    platform = ~table.matching("location_type", lambda text: text != "0")
    findings.rows(Severity.WARNING, table, unused & platform, "stop_id", _UNUSED_STOP)


def _check_trips(checked: Checked, trips: Table, findings: Findings) -> None:
    timed = set(checked.tables["stop_times"].distinct("trip_id"))
    empty = trips.matching("trip_id", lambda text: text not in timed)
    findings.rows(Severity.WARNING, trips, empty, "trip_id", _UNUSED_TRIP)


def _check_speed(
    stop_times: Table, trips: Table, halts: Halts, stops: Stops, routes: Routes, findings: Findings
) -> None:
    trip = np.repeat(np.arange(len(trips)), halts.counts())
    if len(trip) < 2:
        return
    km = stops.km_between(halts.stop[:-1], halts.stop[1:])
    hours = (halts.arr[1:] - halts.dep[:-1] + ROUNDING_S) / 3600
    route = trips.positions("route_id", routes.index)[trip[1:]]
    rail = np.isin(routes.type, (2, *range(100, 118)))[route]
    limit_kmh = np.where(rail, RAIL_KMH, ROAD_KMH)
    fast = (np.diff(trip) == 0) & (km > limit_kmh * np.maximum(hours, 1e-9))
    findings.rows(
        Severity.WARNING,
        stop_times,
        halts.row[1:][fast],
        "stop_id",
        _TOO_FAST,
    )
