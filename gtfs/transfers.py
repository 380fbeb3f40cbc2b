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
MAX_PAIRS = 500_000
FAR_KM = 10

_NO_TIME = Notice(
    "missing_required_field",
    Words(
        "Die Mindestzeit zum Umsteigen fehlt. Es gilt die übliche Zeit.",
        "The minimum time for changing is missing. The usual time applies.",
    ),
    Words("Bitte ergänzen Sie min_transfer_time.", "Please add min_transfer_time."),
)
_NO_HALT = Notice(
    "transfer_with_invalid_stop_location_type",
    Words(
        "Hier kann man nicht umsteigen: Das ist ein Eingang oder Knoten. Die Regel wird nicht beachtet.",
        "Nobody can change here: this is an entrance or node. The rule is not heeded.",
    ),
    Words("Bitte nennen Sie den Steig oder die Station.", "Please name the platform or the station."),
)
_FAR = Notice(
    "transfer_distance_too_large",
    Words(
        "Die beiden Haltestellen liegen mehr als {km} km auseinander.",
        "The two stops lie more than {km} km apart.",
    ),
    Words("Bitte prüfen Sie die beiden Haltestellen.", "Please check the two stops."),
)
_TOO_WIDE = Notice(
    "too_many_transfers",
    Words(
        "Diese und die Regeln davor ergäben Millionen von Paaren von Steigen. Sie wird nicht beachtet.",
        "This rule and those before would yield millions of pairs of platforms. It is not heeded.",
    ),
    Words(
        "Bitte prüfen Sie, ob so viele Steige zu einer Station gehören.",
        "Please check whether so many platforms belong to one station.",
    ),
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
    _warn_places(table, used, stops, origin, target, findings)
    platforms = _platforms(stops)
    used = used[~_too_wide(table, used, origin, target, platforms, findings)]
    # Exact pairs first, so that `setdefault` keeps them against those of a whole station.
    broad = stops.is_station[origin[used]].astype(int) + stops.is_station[target[used]]
    rules: dict[tuple[int, int], tuple[int, int]] = {}
    for row in used[np.argsort(broad, kind="stable")]:
        for a in platforms[origin[row]]:
            for b in platforms[target[row]]:
                rules.setdefault((a, b), (int(kind[row]), int(min_s[row])))
    return _sorted(rules)


def _warn_places(
    table: Table,
    used: NDArray[np.int64],
    stops: Stops,
    origin: NDArray[np.int64],
    target: NDArray[np.int64],
    findings: Findings,
) -> None:
    for field in ("from_stop_id", "to_stop_id"):
        elsewhere = table.matching(field, stops.no_halts.__contains__)
        findings.rows(Severity.WARNING, table, elsewhere, field, _NO_HALT)
    km = stops.km_between(origin[used], target[used])
    findings.rows(Severity.WARNING, table, used[km > FAR_KM], "to_stop_id", _FAR.about(km=FAR_KM))


def _too_wide(
    table: Table,
    used: NDArray[np.int64],
    origin: NDArray[np.int64],
    target: NDArray[np.int64],
    platforms: list[list[int]],
    findings: Findings,
) -> NDArray[np.bool_]:
    """Rules between stations with so many platforms that the pairs would never end."""
    n_platforms = np.array([len(held) for held in platforms], dtype=np.int64)
    pairs = n_platforms[origin[used]] * n_platforms[target[used]]
    too_wide = np.asarray(np.cumsum(pairs) > MAX_PAIRS)
    findings.rows(Severity.WARNING, table, used[too_wide], "from_stop_id", _TOO_WIDE)
    return too_wide


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
