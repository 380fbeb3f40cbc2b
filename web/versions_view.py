"""Timetable versions as staff see them: state in words, what a switch would change."""

from __future__ import annotations

from dataclasses import dataclass

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
REASON_WORDS = {
    SwitchReason.TIMETABLE: lazy("Fahrplan geschaltet"),
    SwitchReason.ROADS: lazy("Straßennetz geschaltet"),
    SwitchReason.ROLLBACK: lazy("zurück zur vorigen Fassung"),
}
BUSY = frozenset({VersionStatus.UPLOADED, VersionStatus.CHECKING})
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
