"""routes.txt → the lines of the timetable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.agencies import Agencies
from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.table import Table

BUS = 3
_BASIC_TYPES = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 11, 12})
_EXTENDED_TYPES = range(100, 1800)
LONGEST_SHORT_NAME = 12

_CHECK = Words("Bitte prüfen Sie die Angaben zur Linie.", "Please check what is said about the line.")
_NO_AGENCY = Notice(
    "missing_required_agency_id",
    Words(
        "Der Betreiber der Linie ist nicht genannt. Angenommen wurde {name}.",
        "The operator of the line is not named. {name} has been assumed.",
    ),
    _CHECK,
)
_UNKNOWN_TYPE = Notice(
    "unexpected_enum_value",
    Words(
        "Diese Art von Verkehrsmittel gibt es nicht. Die Linie gilt als Bus.",
        "There is no such kind of vehicle. The line counts as a bus.",
    ),
    _CHECK,
)
_NAMELESS = Notice(
    "route_both_short_and_long_name_missing",
    Words("Die Linie hat weder kurzen noch langen Namen.", "The line has neither a short nor a long name."),
    _CHECK,
)
_SAME_NAMES = Notice(
    "route_long_name_contains_short_name",
    Words("Kurzer und langer Name der Linie sind gleich.", "Short and long name of the line are the same."),
    _CHECK,
)
_LONG_SHORT_NAME = Notice(
    "route_short_name_too_long",
    Words(
        "Der kurze Name der Linie ist länger als {limit} Zeichen und wird schlecht lesbar sein.",
        "The short name of the line has more than {limit} characters and will be hard to read.",
    ),
    _CHECK,
)
_SAME_AS_OTHER = Notice(
    "duplicate_route_name",
    Words(
        "Eine frühere Linie desselben Betreibers heißt genauso.",
        "An earlier line of the same operator has the same name.",
    ),
    _CHECK,
)


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
        notice = _NO_AGENCY.about(name=agencies.names[0])
        findings.rows(Severity.WARNING, table, table.codes("agency_id") < 0, "agency_id", notice)
    return np.maximum(table.positions("agency_id", agencies.index), 0).astype(np.int32)


def _types(table: Table, findings: Findings) -> NDArray[np.int16]:
    kind = table.parsed("route_type", values.integer, BUS)
    known = np.array([k in _BASIC_TYPES or k in _EXTENDED_TYPES for k in kind], dtype=bool)
    findings.rows(Severity.WARNING, table, ~known, "route_type", _UNKNOWN_TYPE)
    return np.where(known, kind, BUS).astype(np.int16)


def _check_names(table: Table, findings: Findings) -> None:
    short, long = table.texts("route_short_name"), table.texts("route_long_name")
    nameless = np.asarray((short == "") & (long == ""))
    too_long = table.matching("route_short_name", lambda text: len(text) > LONGEST_SHORT_NAME)
    seen: set[tuple[str, ...]] = set()
    double = np.zeros(len(table), dtype=bool)
    for row, key in enumerate(
        zip(short, long, table.texts("route_type"), table.texts("agency_id"), strict=True)
    ):
        double[row] = key in seen
        seen.add(key)
    for rows, field, notice in (
        (nameless, "route_short_name", _NAMELESS),
        (too_long, "route_short_name", _LONG_SHORT_NAME.about(limit=LONGEST_SHORT_NAME)),
        (np.asarray(short == long) & ~nameless, "route_long_name", _SAME_NAMES),
        (double & ~nameless, "route_long_name", _SAME_AS_OTHER),
    ):
        findings.rows(Severity.WARNING, table, rows, field, notice)
