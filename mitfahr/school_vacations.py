"""School vacations from files: the one that comes with the portal, and one of the operator for later years."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from mitfahr.domain.saxony import Vacation, Vacations

SHIPPED = Path(__file__).with_name("school_vacations.csv")


def read_vacations(further: Path | None = None) -> Vacations:
    """The shipped vacations and those of the file `further`; raises OSError, ValueError."""
    spans = _spans(SHIPPED) + (_spans(further) if further is not None else [])
    return Vacations(tuple(sorted(set(spans), key=lambda span: (span.first, span.last))))


def _spans(path: Path) -> list[Vacation]:
    """Rows `erster,letzter,name` below that heading; lines with a leading # are remarks."""
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"
    ]
    found = []
    for row in csv.DictReader(lines):
        try:
            first, last = dt.date.fromisoformat(row["erster"]), dt.date.fromisoformat(row["letzter"])
            name = row["name"].strip()
        except (KeyError, AttributeError, TypeError) as error:
            raise ValueError(f"{path}: Zeilen wie 2030-02-18,2030-03-01,Winterferien") from error
        if last < first or not name:
            raise ValueError(f"{path}: {first} bis {last}")
        found.append(Vacation(first, last, name))
    return found
