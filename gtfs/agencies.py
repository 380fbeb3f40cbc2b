"""agency.txt → the operators, and the one time zone of the feed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gtfs.findings import Findings, Severity
from gtfs.table import Table


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
        "inconsistent_agency_timezone",
        f"Die Zeitzone weicht von der ersten ({zones[0]}) ab.",
        "Bitte geben Sie allen Betreibern dieselbe Zeitzone.",
    )
    ids = table.texts("agency_id")
    findings.rows(
        Severity.ERROR,
        table,
        np.asarray((ids == "") & (len(ids) > 1)),
        "agency_id",
        "missing_required_field",
        "Bei mehreren Betreibern braucht jeder eine Kennung.",
        "Bitte ergänzen Sie agency_id.",
    )
    return Agencies(
        ids=ids.tolist(),
        names=table.texts("agency_name").tolist(),
        urls=table.texts("agency_url").tolist(),
        phones=table.texts("agency_phone").tolist(),
        index={str(text): i for i, text in enumerate(ids)},
        timezone=str(zones[0]),
    )
