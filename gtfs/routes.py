"""routes.txt → the lines of the timetable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.agencies import Agencies
from gtfs.findings import Findings, Severity
from gtfs.table import Table

BUS = 3
_BASIC_TYPES = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 11, 12})
_EXTENDED_TYPES = range(100, 1800)


@dataclass(frozen=True)
class Routes:
    """The columns of `Timetable` for routes, and `index` from route_id to RouteIdx."""

    ids: list[str]
    short_names: list[str]
    long_names: list[str]
    type: NDArray[np.int16]
    agency: NDArray[np.int32]
    index: dict[str, int]


def read_routes(table: Table, agencies: Agencies, findings: Findings) -> Routes:
    """All routes; one without an agency_id belongs to the first operator."""
    _check_names(table, findings)
    ids = [str(text) for text in table.texts("route_id")]
    return Routes(
        ids=ids,
        short_names=table.texts("route_short_name").tolist(),
        long_names=table.texts("route_long_name").tolist(),
        type=_types(table, findings),
        agency=_agencies_of(table, agencies, findings),
        index={route_id: i for i, route_id in enumerate(ids)},
    )


def _agencies_of(table: Table, agencies: Agencies, findings: Findings) -> NDArray[np.int32]:
    if len(agencies.ids) > 1:
        _warn(
            table,
            table.codes("agency_id") < 0,
            "agency_id",
            "missing_required_field",
            f"Der Betreiber der Linie ist nicht genannt. Angenommen wurde {agencies.names[0]}.",
            findings,
        )
    return np.maximum(table.positions("agency_id", agencies.index), 0).astype(np.int32)


def _types(table: Table, findings: Findings) -> NDArray[np.int16]:
    kind = table.parsed("route_type", values.integer, BUS)
    known = np.array([k in _BASIC_TYPES or k in _EXTENDED_TYPES for k in kind], dtype=bool)
    message = "Diese Art von Verkehrsmittel gibt es nicht. Die Linie gilt als Bus."
    _warn(table, ~known, "route_type", "unexpected_enum_value", message, findings)
    return np.where(known, kind, BUS).astype(np.int16)


def _check_names(table: Table, findings: Findings) -> None:
    short, long = table.texts("route_short_name"), table.texts("route_long_name")
    nameless = (short == "") & (long == "")
    _warn(
        table,
        nameless,
        "route_short_name",
        "route_both_short_and_long_name_missing",
        "Die Linie hat weder kurzen noch langen Namen.",
        findings,
    )
    _warn(
        table,
        (short == long) & ~nameless,
        "route_long_name",
        "route_long_name_contains_short_name",
        "Kurzer und langer Name der Linie sind gleich.",
        findings,
    )
    seen: set[tuple[str, ...]] = set()
    double = np.zeros(len(table), dtype=bool)
    for row, key in enumerate(
        zip(short, long, table.texts("route_type"), table.texts("agency_id"), strict=True)
    ):
        double[row] = key in seen
        seen.add(key)
    message = "Eine frühere Linie desselben Betreibers heißt genauso."
    _warn(table, double & ~nameless, "route_long_name", "duplicate_route_name", message, findings)


def _warn(
    table: Table, mask: NDArray[np.bool_], field: str, code: str, message: str, findings: Findings
) -> None:
    advice = "Bitte prüfen Sie die Angaben zur Linie."
    findings.rows(Severity.WARNING, table, np.asarray(mask), field, code, message, advice)
