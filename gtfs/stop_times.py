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
from gtfs.notices import Notice, Words
from gtfs.stops import Stops
from gtfs.table import Mask, Table

_UNKNOWN = -1

_FLEXIBLE = Notice(
    "flexible_service_left_out",
    Words(
        "{n} Einträge beschreiben Bedarfsverkehr in einem Gebiet (GTFS-Flex). Sie wurden weggelassen.",
        "{n} entries describe service on demand within an area (GTFS-Flex). They have been left out.",
    ),
    Words(
        "Bitte richten Sie diese Verkehre als Rufbus oder BürgerBus ein.",
        "Please set these services up as bus on call or BürgerBus.",
    ),
)
_NAME_THE_PLATFORM = Words(
    "Bitte nennen Sie den Steig, an dem die Fahrt hält.", "Please name the platform at which the trip stops."
)
_NO_STOP = Notice(
    "missing_required_field", Words("Das Feld ist leer.", "The field is empty."), _NAME_THE_PLATFORM
)
_NO_PLATFORM = Notice(
    "location_with_unexpected_stop_time",
    Words(
        "Hier kann nichts halten: Das ist eine Station oder ein Eingang (location_type).",
        "Nothing can stop here: this is a station or an entrance (location_type).",
    ),
    _NAME_THE_PLATFORM,
)
_ONE_TIME = Notice(
    "stop_time_with_only_arrival_or_departure_time",
    Words(
        "Es ist nur eine von Ankunft und Abfahrt angegeben. Sie gilt für beides.",
        "Only one of arrival and departure is given. It counts for both.",
    ),
    Words("Bitte ergänzen Sie die fehlende Zeit.", "Please add the missing time."),
)
_TIMEPOINT_WITHOUT = Notice(
    "stop_time_timepoint_without_times",
    Words(
        "Der Halt soll eine genaue Zeit haben (timepoint 1), hat aber keine. Sie wurde geschätzt.",
        "The halt should have an exact time (timepoint 1) but has none. It has been estimated.",
    ),
    Words(
        "Bitte ergänzen Sie die Zeit oder schreiben Sie timepoint 0.",
        "Please add the time or write timepoint 0.",
    ),
)
_CORRECT_TIMES = Words(
    "Bitte berichtigen Sie die Zeiten oder die Reihenfolge der Halte.",
    "Please correct the times or the order of the stops.",
)
_NO_EDGE = Notice(
    "missing_trip_edge",
    Words(
        "Der ersten oder letzten Haltestelle der Fahrt fehlt die Zeit.",
        "The first or last stop of the trip has no time.",
    ),
    _CORRECT_TIMES,
)
_INVERTED = Notice(
    "start_and_end_range_out_of_order",
    Words("Die Abfahrt liegt vor der Ankunft.", "The departure lies before the arrival."),
    _CORRECT_TIMES,
)
_BACKWARD = Notice(
    "stop_time_with_arrival_before_previous_departure_time",
    Words(
        "Die Ankunft liegt vor der Abfahrt an der Haltestelle davor.",
        "The arrival lies before the departure from the stop before.",
    ),
    _CORRECT_TIMES,
)
_SINGLE = Notice(
    "unusable_trip",
    Words(
        "Die Fahrt hat nur einen Halt. Sie wurde weggelassen.",
        "The trip has only one stop. It has been left out.",
    ),
    Words("Bitte prüfen Sie, ob Halte fehlen.", "Please check whether stop times are missing."),
)
_FALLING = Notice(
    "decreasing_or_equal_stop_time_distance",
    Words(
        "Die Entfernung ist kleiner als an der Haltestelle davor.",
        "The distance is smaller than at the stop before.",
    ),
    Words("Bitte berichtigen Sie shape_dist_traveled.", "Please correct shape_dist_traveled."),
)


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
            _FLEXIBLE.about(n=int(flexible.sum())),
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
    findings.broken(table, empty, "stop_id", _NO_STOP)
    findings.broken(table, station | elsewhere, "stop_id", _NO_PLATFORM)
    return stop, empty | station | elsewhere


def _given_times(walk: _Walk, findings: Findings) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Arrivals and departures, _UNKNOWN where both are blank; one alone stands for both."""
    arr = walk.table.parsed("arrival_time", values.time_s, _UNKNOWN)[walk.rows].astype(np.int64)
    dep = walk.table.parsed("departure_time", values.time_s, _UNKNOWN)[walk.rows].astype(np.int64)
    lonely = (arr < 0) != (dep < 0)
    # A first stop without arrival and a last one without departure are usual and clear.
    inside = lonely & ~walk.first() & ~walk.last()
    for blank, field in ((dep < 0, "departure_time"), (arr < 0, "arrival_time")):
        findings.rows(Severity.WARNING, walk.table, walk.rows[inside & blank], field, _ONE_TIME)
    exact = walk.table.parsed("timepoint", values.integer, _UNKNOWN)[walk.rows] == 1
    timeless = exact & (arr < 0) & (dep < 0) & ~walk.first() & ~walk.last()
    findings.rows(Severity.WARNING, walk.table, walk.rows[timeless], "timepoint", _TIMEPOINT_WITHOUT)
    return np.where(arr < 0, dep, arr), np.where(dep < 0, arr, dep)


def _badly_timed(
    walk: _Walk, arr: NDArray[np.int64], dep: NDArray[np.int64], findings: Findings
) -> NDArray[np.int64]:
    """Trips whose ends have no time or whose times run backwards."""
    edge = np.flatnonzero((walk.first() | walk.last()) & (arr < 0))
    inverted = np.flatnonzero(dep < arr)
    known = np.flatnonzero(arr >= 0)
    backward = known[1:][(np.diff(walk.trip[known]) == 0) & (arr[known][1:] < dep[known][:-1])]
    for at, notice in ((edge, _NO_EDGE), (inverted, _INVERTED), (backward, _BACKWARD)):
        findings.broken(walk.table, walk.rows[at], "arrival_time", notice)
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
    single = walk.rows[walk.first() & walk.last()]
    findings.rows(Severity.WARNING, walk.table, single, "trip_id", _SINGLE)


def _warn_distances(walk: _Walk, findings: Findings) -> None:
    along = walk.table.parsed("shape_dist_traveled", values.decimal, np.nan)[walk.rows]
    falls = np.diff(along, prepend=np.nan) < 0
    falling = walk.rows[falls & ~walk.first()]
    findings.rows(Severity.WARNING, walk.table, falling, "shape_dist_traveled", _FALLING)


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
