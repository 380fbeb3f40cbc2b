"""What a check has to say about a feed: where, what, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gtfs.notices import Notice, Words, readable
from gtfs.table import Mask, Table

KEPT_PER_CODE = 100
"""Findings kept of one code in one file; the rest is counted."""


class Severity(StrEnum):
    """ERROR refuses the feed, WARNING imports and reports, INFO is for the curious."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One remark. `file`, `field`, `value` are "" and `line` is None where they mean nothing.

    `line` counts from 1, the header included, as an editor shows it. `count` is the number of places it
    stands for: more than one where those beyond `KEPT_PER_CODE` are only counted.
    """

    severity: Severity
    code: str
    file: str
    line: int | None
    field: str
    value: str
    message: str
    advice: str
    message_en: str
    advice_en: str
    count: int = 1


_MORE = Words("Dazu kommen {n} weitere Stellen dieser Art.", "There are {n} more places of this kind.")


class Findings:
    """Collects findings; those of broken records wait until it is known how many there are.

    A *broken record* (a trip, a stop) may be left out where only few are broken: `broken` keeps such
    findings apart and `settle` gives all of them one severity.
    """

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._waiting: list[int] = []
        self._seen: Counter[tuple[str, str]] = Counter()

    def error(self, notice: Notice, **where: object) -> None:
        self._add(Severity.ERROR, notice, where)

    def warning(self, notice: Notice, **where: object) -> None:
        self._add(Severity.WARNING, notice, where)

    def info(self, notice: Notice, **where: object) -> None:
        self._add(Severity.INFO, notice, where)

    def add(self, severity: Severity, notice: Notice, **where: object) -> None:
        self._add(severity, notice, where)

    def rows(
        self,
        severity: Severity,
        table: Table,
        rows: Mask | NDArray[np.int64],
        field: str,
        notice: Notice,
    ) -> None:
        """One finding for each of these rows, with its line and its value of `field`."""
        self._rows(table, rows, field, lambda where: self._add(severity, notice, where), notice.code)

    def broken(self, table: Table, rows: Mask | NDArray[np.int64], field: str, notice: Notice) -> None:
        """The same for broken records: their severity is decided by `settle`."""
        self._rows(table, rows, field, lambda where: self._add_waiting(notice, where), notice.code)

    @property
    def undecided(self) -> bool:
        return bool(self._waiting)

    def settle(self, severity: Severity) -> None:
        """Give every waiting finding this severity; those nobody settles are errors."""
        for index in self._waiting:
            self._kept[index] = replace(self._kept[index], severity=severity)
        self._waiting.clear()

    @property
    def refused(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self._kept)

    def all(self) -> list[Finding]:
        """Every kept finding, and one sentence for each code with more than were kept."""
        return [*self._kept, *self._more()]

    def _rows(
        self,
        table: Table,
        rows: Mask | NDArray[np.int64],
        field: str,
        add: Callable[[dict[str, object]], object],
        code: str,
    ) -> None:
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        for row in chosen[:KEPT_PER_CODE].tolist():
            add(
                {
                    "file": table.file,
                    "line": table.lines[row],
                    "field": field,
                    "value": table.cell(row, field),
                }
            )
        # A feed may be wrong in every one of a million rows: beyond what is kept they are only counted.
        self._seen[code, table.file] += max(len(chosen) - KEPT_PER_CODE, 0)

    def _add_waiting(self, notice: Notice, where: dict[str, object]) -> None:
        if self._add(Severity.ERROR, notice, where):
            self._waiting.append(len(self._kept) - 1)

    def _add(self, severity: Severity, notice: Notice, where: dict[str, object]) -> bool:
        file = readable(str(where.get("file", "")))
        self._seen[notice.code, file] += 1
        if self._seen[notice.code, file] > KEPT_PER_CODE:
            return False
        line = where.get("line")
        self._kept.append(
            Finding(
                severity,
                notice.code,
                file,
                int(str(line)) if line is not None else None,
                readable(str(where.get("field", ""))),
                readable(str(where.get("value", ""))),
                notice.message.de,
                notice.advice.de,
                notice.message.en,
                notice.advice.en,
            )
        )
        return True

    def _more(self) -> Iterable[Finding]:
        for (code, file), seen in self._seen.items():
            if seen > KEPT_PER_CODE:
                first = next(f for f in self._kept if f.code == code and f.file == file)
                n = seen - KEPT_PER_CODE
                more = _MORE.about(n=n)
                yield replace(first, line=None, value="", message=more.de, message_en=more.en, count=n)
