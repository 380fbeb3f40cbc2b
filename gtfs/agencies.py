"""agency.txt → the operators, and the one time zone of the feed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.table import Table

_OTHER_ZONE = Notice(
    "inconsistent_agency_timezone",
    Words(
        "Die Zeitzone weicht von der ersten ({first}) ab.",
        "The time zone differs from the first one ({first}).",
    ),
    Words(
        "Bitte geben Sie allen Betreibern dieselbe Zeitzone.",
        "Please give all operators the same time zone.",
    ),
)
_NO_ID = Notice(
    "missing_required_agency_id",
    Words(
        "Bei mehreren Betreibern braucht jeder eine Kennung.",
        "Where there are several operators, each needs an id.",
    ),
    Words("Bitte ergänzen Sie agency_id.", "Please add agency_id."),
)


@dataclass(frozen=True)
class Agencies:
    ids: list[str]
    names: list[str]
    urls: list[str]
    phones: list[str]
    index: dict[str, int]
    timezone: str


def read_agencies(table: Table, findings: Findings) -> Agencies:
    """Operators of one time zone; a feed in several is refused, since its times would be ambiguous."""
    zones = table.texts("agency_timezone")
    findings.rows(
        Severity.ERROR,
        table,
        np.asarray(zones != zones[0]),
        "agency_timezone",
        _OTHER_ZONE.about(first=str(zones[0])),
    )
    ids = table.texts("agency_id")
    findings.rows(
        Severity.ERROR,
        table,
        np.asarray((ids == "") & (len(ids) > 1)),
        "agency_id",
        _NO_ID,
    )
    return Agencies(
        ids=ids.tolist(),
        names=table.texts("agency_name").tolist(),
        urls=table.texts("agency_url").tolist(),
        phones=table.texts("agency_phone").tolist(),
        index={str(text): i for i, text in enumerate(ids)},
        timezone=str(zones[0]),
    )
