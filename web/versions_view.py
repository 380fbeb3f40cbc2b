"""Timetable versions as staff see them: state in words, findings to leaf through, what a switch would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.versions import SWITCHABLE, SwitchReason, VersionStatus
from mitfahr.languages import lazy
from web.bookings_view import Sign

STATUS_SIGN = {
    VersionStatus.UPLOADED: Sign(lazy("wartet auf die Prüfung"), "info"),
    VersionStatus.CHECKING: Sign(lazy("wird geprüft"), "warning"),
    VersionStatus.REFUSED: Sign(lazy("abgelehnt"), "danger"),
    VersionStatus.FAILED: Sign(lazy("abgebrochen"), "danger"),
    VersionStatus.BUILT: Sign(lazy("bereit"), "success"),
    VersionStatus.LIVE: Sign(lazy("in Betrieb"), "success"),
    VersionStatus.RETIRED: Sign(lazy("war in Betrieb"), "info"),
}
SEVERITY_SIGN = {
    "error": Sign(lazy("Fehler"), "danger"),
    "warning": Sign(lazy("Warnung"), "warning"),
    "info": Sign(lazy("Hinweis"), "info"),
}
REASON_WORDS = {
    SwitchReason.TIMETABLE: lazy("Fahrplan geschaltet"),
    SwitchReason.ROADS: lazy("Straßennetz geschaltet"),
    SwitchReason.ROLLBACK: lazy("zurück zur vorigen Fassung"),
}
BUSY = frozenset({VersionStatus.UPLOADED, VersionStatus.CHECKING})
PER_PAGE = 100
LOSS_PERCENT = 20
"""A loss of so much is said in words: a feed may have lost half the district."""


@dataclass(frozen=True, slots=True)
class VersionView:
    version: FeedVersion
    sign: Sign
    uploaded_by: str | None

    @property
    def is_busy(self) -> bool:
        return self.version.status in BUSY

    @property
    def can_be_switched_to(self) -> bool:
        return self.version.status in SWITCHABLE


def version_view(version: FeedVersion, uploaded_by: str | None = None) -> VersionView:
    return VersionView(version, STATUS_SIGN[version.status], uploaded_by)


@dataclass(frozen=True, slots=True)
class FindingsView:
    """One page of the findings that were asked for; `counts` are of all, by severity."""

    rows: Sequence[Mapping[str, Any]]
    counts: Mapping[str, int]
    severity: str
    words: str
    page: int
    pages: int
    n_found: int


def findings_view(
    findings: Sequence[Mapping[str, Any]], severity: str = "", words: str = "", page: int = 1
) -> FindingsView:
    """Findings of a severity ("" = all) whose texts hold all `words`, the gravest first."""
    order = list(SEVERITY_SIGN)
    wanted = words.casefold().split()
    found = [
        finding
        for finding in sorted(findings, key=lambda one: order.index(one["severity"]))
        if severity in ("", finding["severity"]) and all(word in _text(finding) for word in wanted)
    ]
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(1, page), pages)
    return FindingsView(
        rows=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        counts=Counter(finding["severity"] for finding in findings),
        severity=severity,
        words=words,
        page=page,
        pages=pages,
        n_found=len(found),
    )


def _text(finding: Mapping[str, Any]) -> str:
    return " ".join(str(value) for value in finding.values()).casefold()


@dataclass(frozen=True, slots=True)
class Compared:
    """One number of the serving version and of another."""

    name: str
    before: int
    after: int

    @property
    def percent(self) -> int | None:
        """Growth in percent, None where there was nothing."""
        return round(100 * (self.after - self.before) / self.before) if self.before else None

    @property
    def is_loss(self) -> bool:
        return self.percent is not None and self.percent <= -LOSS_PERCENT


def compared(before: FeedVersion | None, after: FeedVersion) -> list[Compared]:
    old = before.counts if before is not None else {}
    return [Compared(name, int(old.get(name, 0)), int(number)) for name, number in after.counts.items()]
