"""The life of an imported timetable or road network."""

from __future__ import annotations

import enum


class VersionStatus(enum.StrEnum):
    """uploaded → checking → refused | failed | built → live ⇄ retired."""

    UPLOADED = "uploaded"
    """In quarantine, waiting for the worker."""
    CHECKING = "checking"
    """Being checked and built."""
    REFUSED = "refused"
    """The file is damaged; the findings say where."""
    FAILED = "failed"
    """The build was interrupted or the program erred; the file may be tried again."""
    BUILT = "built"
    """Ready to be switched to."""
    LIVE = "live"
    RETIRED = "retired"
    """Was live; kept for going back."""


SWITCHABLE = frozenset({VersionStatus.BUILT, VersionStatus.RETIRED})


class SwitchReason(enum.StrEnum):
    TIMETABLE = "timetable"
    ROADS = "roads"
    ROLLBACK = "rollback"
