"""transfers.txt → stated changes between stops (types 0–3); 4 and 5 are in `stay_seated`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.stops import Stops
from gtfs.table import Table

RECOMMENDED, MINIMUM_TIME, NOT_POSSIBLE = 0, 2, 3

_NO_TIME = Notice(
    "missing_required_field",
    Words(
        "Die Mindestzeit zum Umsteigen fehlt. Es gilt die übliche Zeit.",
        "The minimum time for changing is missing. The usual time applies.",
    ),
    Words("Bitte ergänzen Sie min_transfer_time.", "Please add min_transfer_time."),
)
_TOO_SPECIFIC = Notice(
    "transfer_for_single_trips_ignored",
    Words(
        "{n} Umstiegsregeln gelten nur für einzelne Linien oder Fahrten. Sie werden nicht beachtet.",
        "{n} rules for changing hold only for single lines or trips. They are not heeded.",
    ),
    Words(
        "Bitte prüfen Sie, ob eine Regel für die ganze Haltestelle genügt.",
        "Please check whether one rule for the whole stop is enough.",
    ),
)


@dataclass(frozen=True)
class Transfers:
    """The transfer columns of `Timetable`, one row for each pair of platforms, sorted by pair."""

    from_stop: NDArray[np.int32]
    to_stop: NDArray[np.int32]
    type: NDArray[np.int8]
    min_s: NDArray[np.int32]


def read_transfers(table: Table | None, stops: Stops, findings: Findings) -> Transfers:
    """Rules between stops, a station standing for all its platforms.

    A rule that names a platform beats one that names its station; among equals the first row counts.
    """
    if table is None:
        return _sorted({})
    kind = table.parsed("transfer_type", values.integer, 0)
    min_s = table.parsed("min_transfer_time", values.integer, 0)
    kind = np.where(_timeless(table, kind, findings), RECOMMENDED, kind)
    specific = np.zeros(len(table), dtype=bool)
    for field in ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id"):
        specific |= table.codes(field) >= 0
    _warn_specific(table, specific & (kind <= NOT_POSSIBLE), findings)
    origin = table.positions("from_stop_id", stops.index)
    target = table.positions("to_stop_id", stops.index)
    used = np.flatnonzero(~specific & (kind >= 0) & (kind <= NOT_POSSIBLE) & (origin >= 0) & (target >= 0))
    platforms = _platforms(stops)
    # Exact pairs first, so that `setdefault` keeps them against those of a whole station.
    broad = stops.is_station[origin[used]].astype(int) + stops.is_station[target[used]]
    rules: dict[tuple[int, int], tuple[int, int]] = {}
    for row in used[np.argsort(broad, kind="stable")]:
        for a in platforms[origin[row]]:
            for b in platforms[target[row]]:
                rules.setdefault((a, b), (int(kind[row]), int(min_s[row])))
    return _sorted(rules)


def _timeless(table: Table, kind: NDArray[np.float64], findings: Findings) -> NDArray[np.bool_]:
    """Minimum times without a time: they would promise changes in no time."""
    timeless = np.asarray((kind == MINIMUM_TIME) & (table.codes("min_transfer_time") < 0))
    findings.rows(
        Severity.WARNING,
        table,
        timeless,
        "min_transfer_time",
        _NO_TIME,
    )
    return timeless


def _platforms(stops: Stops) -> list[list[int]]:
    """For each stop the places where a vehicle stops: itself, or a station's platforms."""
    platforms: list[list[int]] = [[] if station else [i] for i, station in enumerate(stops.is_station)]
    for i, parent in enumerate(stops.parent):
        if parent >= 0:
            platforms[parent].append(i)
    return platforms


def _sorted(rules: dict[tuple[int, int], tuple[int, int]]) -> Transfers:
    rows = np.array([(*pair, *rules[pair]) for pair in sorted(rules)], dtype=np.int64).reshape(-1, 4)
    return Transfers(
        rows[:, 0].astype(np.int32),
        rows[:, 1].astype(np.int32),
        rows[:, 2].astype(np.int8),
        rows[:, 3].astype(np.int32),
    )


def _warn_specific(table: Table, specific: NDArray[np.bool_], findings: Findings) -> None:
    if specific.any():
        findings.warning(
            _TOO_SPECIFIC.about(n=int(specific.sum())),
            file=table.file,
            line=table.lines[int(np.flatnonzero(specific)[0])],
        )
