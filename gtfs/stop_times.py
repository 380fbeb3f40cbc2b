"""stop_times.txt → halts in order, with a time at every stop.

Blank times between two known ones are filled in evenly along shape_dist_traveled where that is given
and rises for the whole gap, else evenly by the number of stops. GTFS leaves the way open; riders are
told the time as the feed would print it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.findings import Findings, Severity
from gtfs.stops import Stops
from gtfs.table import Mask, Table

_UNKNOWN = -1


@dataclass(frozen=True)
class Halts:
    """Rows of stop_times sorted by trip and sequence; trip t has rows `start[t]` … `start[t + 1] - 1`.

    stop      (n,) int32 StopIdx, -1 where the stop is left out
    arr, dep  (n,) int32 seconds after service-day start
    board, alight  (n,) int8 pickup_type, drop_off_type
    row       (n,) int64 row of the table
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int32]
    arr: NDArray[np.int32]
    dep: NDArray[np.int32]
    board: NDArray[np.int8]
    alight: NDArray[np.int8]
    row: NDArray[np.int64]

    def counts(self) -> NDArray[np.int64]:
        return np.diff(self.start)


@dataclass(frozen=True)
class _Walk:
    """Rows of `table` in travelling order; `trip` is (n,) and never decreases."""

    table: Table
    rows: NDArray[np.int64]
    trip: NDArray[np.int64]

    def where(self, mask: Mask) -> _Walk:
        return _Walk(self.table, self.rows[mask], self.trip[mask])

    def first(self) -> Mask:
        return np.asarray(np.diff(self.trip, prepend=-1) != 0)

    def last(self) -> Mask:
        return np.asarray(np.diff(self.trip, append=-1) != 0)


def read_halts(
    table: Table, broken_rows: Mask, trip_index: dict[str, int], stops: Stops, findings: Findings
) -> tuple[Halts, Mask]:
    """The halts of all trips by `trip_index`, and (n_trips,) a mask of the broken trips (without halts)."""
    trip = table.positions("trip_id", trip_index)
    flexible = _flexible(table, findings)
    stop, stopless = _stops_of(table, ~flexible, stops, findings)
    broken = np.zeros(len(trip_index), dtype=bool)
    broken[trip[(trip >= 0) & (broken_rows | stopless)]] = True
    used = np.flatnonzero((trip >= 0) & ~flexible & ~np.append(broken, True)[trip])
    sequence = table.parsed("stop_sequence", values.integer, 0)
    rows = used[np.lexsort((sequence[used], trip[used]))]

    walk = _Walk(table, rows, trip[rows])
    arr, dep = _given_times(walk, findings)
    broken[_badly_timed(walk, arr, dep, findings)] = True
    fine = ~broken[walk.trip]
    walk = walk.where(fine)
    arr, dep = _interpolated(walk, arr[fine], dep[fine])
    _warn_single(walk, findings)
    _warn_distances(walk, findings)
    return _halts(walk, arr, dep, stop[walk.rows], len(trip_index)), broken


def _flexible(table: Table, findings: Findings) -> Mask:
    """Rows of on-demand areas (GTFS-Flex), which have no stop and no time."""
    flexible = (table.codes("location_group_id") >= 0) | (table.codes("location_id") >= 0)
    flexible &= table.codes("stop_id") < 0
    if flexible.any():
        first = int(np.flatnonzero(flexible)[0])
        findings.warning(
            "flexible_service_left_out",
            f"{int(flexible.sum())} Einträge beschreiben Bedarfsverkehr in einem Gebiet (GTFS-Flex). "
            "Sie wurden weggelassen.",
            "Bitte richten Sie diese Verkehre als Rufbus oder BürgerBus ein.",
            file=table.file,
            line=table.lines[first],
            field="location_group_id",
            value=table.cell(first, "location_group_id") or table.cell(first, "location_id"),
        )
    return flexible


def _stops_of(table: Table, needed: Mask, stops: Stops, findings: Findings) -> tuple[NDArray[np.int64], Mask]:
    """StopIdx of each row, -1 for stops left out; and the rows at which no vehicle can stop."""
    stop = table.positions("stop_id", stops.index)
    empty = needed & (table.codes("stop_id") < 0)
    station = (stop >= 0) & (np.append(stops.is_station, 0)[stop] == 1)
    elsewhere = needed & table.matching("stop_id", lambda text: text in stops.no_halts)
    advice = "Bitte nennen Sie den Steig, an dem die Fahrt hält."
    findings.broken(table, empty, "stop_id", "missing_required_field", "Das Feld ist leer.", advice)
    message = "Hier kann nichts halten: Das ist eine Station oder ein Eingang (location_type)."
    findings.broken(table, station | elsewhere, "stop_id", "wrong_stop_location_type", message, advice)
    return stop, empty | station | elsewhere


def _given_times(walk: _Walk, findings: Findings) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Arrivals and departures, _UNKNOWN where both are blank; one alone stands for both."""
    arr = walk.table.parsed("arrival_time", values.time_s, _UNKNOWN)[walk.rows].astype(np.int64)
    dep = walk.table.parsed("departure_time", values.time_s, _UNKNOWN)[walk.rows].astype(np.int64)
    lonely = (arr < 0) != (dep < 0)
    # A first stop without arrival and a last one without departure are usual and clear.
    inside = lonely & ~walk.first() & ~walk.last()
    for blank, field in ((dep < 0, "departure_time"), (arr < 0, "arrival_time")):
        findings.rows(
            Severity.WARNING,
            walk.table,
            walk.rows[inside & blank],
            field,
            "stop_time_with_only_arrival_or_departure_time",
            "Es ist nur eine von Ankunft und Abfahrt angegeben. Sie gilt für beides.",
            "Bitte ergänzen Sie die fehlende Zeit.",
        )
    return np.where(arr < 0, dep, arr), np.where(dep < 0, arr, dep)


def _badly_timed(
    walk: _Walk, arr: NDArray[np.int64], dep: NDArray[np.int64], findings: Findings
) -> NDArray[np.int64]:
    """Trips whose ends have no time or whose times run backwards."""
    edge = np.flatnonzero((walk.first() | walk.last()) & (arr < 0))
    inverted = np.flatnonzero(dep < arr)
    known = np.flatnonzero(arr >= 0)
    backward = known[1:][(np.diff(walk.trip[known]) == 0) & (arr[known][1:] < dep[known][:-1])]
    faults = (
        (
            edge,
            "missing_trip_edge",
            "Der ersten oder letzten Haltestelle der Fahrt fehlt die Zeit.",
        ),
        (
            inverted,
            "stop_time_with_departure_before_arrival_time",
            "Die Abfahrt liegt vor der Ankunft.",
        ),
        (
            backward,
            "stop_time_with_arrival_before_previous_departure_time",
            "Die Ankunft liegt vor der Abfahrt an der Haltestelle davor.",
        ),
    )
    advice = "Bitte berichtigen Sie die Zeiten oder die Reihenfolge der Halte."
    for at, code, message in faults:
        findings.broken(walk.table, walk.rows[at], "arrival_time", code, message, advice)
    return np.asarray(walk.trip[np.concatenate([edge, inverted, backward])])


def _interpolated(
    walk: _Walk, arr: NDArray[np.int64], dep: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Times at every halt; the first and last halt of each trip must have one."""
    blank = np.flatnonzero(arr < 0)
    if not len(blank):
        return arr, dep
    here = np.arange(len(arr))
    before = np.maximum.accumulate(np.where(arr >= 0, here, 0))[blank]
    after = np.minimum.accumulate(np.where(arr >= 0, here, len(arr))[::-1])[::-1][blank]
    share = (blank - before) / (after - before)
    along = walk.table.parsed("shape_dist_traveled", values.decimal, np.nan)[walk.rows]
    length = along[after] - along[before]
    usable = _rising(along, arr, before) & (length > 0)
    share[usable] = (along[blank] - along[before])[usable] / length[usable]
    filled = np.floor(dep[before] + share * (arr[after] - dep[before])).astype(np.int64)
    arr, dep = arr.copy(), dep.copy()
    arr[blank] = dep[blank] = filled
    return arr, dep


def _rising(along: NDArray[np.float64], arr: NDArray[np.int64], before: NDArray[np.int64]) -> Mask:
    """For each gap, named by the known halt before it: distances are given and never fall."""
    steady = np.append(along[1:] >= along[:-1], True)
    known = np.flatnonzero(arr >= 0)
    fallen = np.concatenate([[0], np.cumsum(~steady)])
    next_known = known[np.minimum(np.searchsorted(known, before) + 1, len(known) - 1)]
    return np.asarray(fallen[next_known] == fallen[before])


def _warn_single(walk: _Walk, findings: Findings) -> None:
    findings.rows(
        Severity.WARNING,
        walk.table,
        walk.rows[walk.first() & walk.last()],
        "trip_id",
        "unusable_trip",
        "Die Fahrt hat nur einen Halt. Sie wurde weggelassen.",
        "Bitte prüfen Sie, ob Halte fehlen.",
    )


def _warn_distances(walk: _Walk, findings: Findings) -> None:
    along = walk.table.parsed("shape_dist_traveled", values.decimal, np.nan)[walk.rows]
    falls = np.diff(along, prepend=np.nan) < 0
    findings.rows(
        Severity.WARNING,
        walk.table,
        walk.rows[falls & ~walk.first()],
        "shape_dist_traveled",
        "decreasing_or_equal_stop_time_distance",
        "Die Entfernung ist kleiner als an der Haltestelle davor.",
        "Bitte berichtigen Sie shape_dist_traveled.",
    )


def _halts(
    walk: _Walk, arr: NDArray[np.int64], dep: NDArray[np.int64], stop: NDArray[np.int64], n_trips: int
) -> Halts:
    """Without the halts at stops that are left out: the vehicle passes there."""
    kept = stop >= 0
    rows, table = walk.rows[kept], walk.table
    start = np.searchsorted(walk.trip[kept], np.arange(n_trips + 1)).astype(np.int64)
    return Halts(
        start=start,
        stop=stop[kept].astype(np.int32),
        arr=arr[kept].astype(np.int32),
        dep=dep[kept].astype(np.int32),
        board=_rule(table, "pickup_type")[rows],
        alight=_rule(table, "drop_off_type")[rows],
        row=rows,
    )


def _rule(table: Table, field: str) -> NDArray[np.int8]:
    """0 … 3; an unknown value has been reported and counts as a regular halt."""
    rule = table.parsed(field, values.integer, 0)
    return np.where((rule < 0) | (rule > 3), 0, rule).astype(np.int8)
