"""What is written down about who put which timetable live."""

from __future__ import annotations

import enum


class AuditAction(enum.StrEnum):
    """One line of the audit each; the lines about a version also say which people have looked at it."""

    UPLOADED = "uploaded"
    CONFIRMED = "confirmed"
    """Held losses, by a name that was typed."""
    RELEASED = "released"
    """A second person has looked at it."""
    PLANNED = "planned"
    PLAN_TAKEN_BACK = "plan_taken_back"
    PLAN_NOT_DONE = "plan_not_done"
    """Something forbade it when it was due."""
    SWITCHED = "switched"
    ROLLED_BACK = "rolled_back"
    ROADS_SWITCHED = "roads_switched"
    FEED_CHANGED = "feed_changed"
    """A source of timetables was added, removed or set otherwise."""
    SOURCE_CHANGED = "source_changed"
    """A source of real time was added, paused, set going again or removed."""
    LOCAL_ADDED = "local_added"
    """Of the local layer (booking rules, checked stops, notices, extra trips), as are the next three."""
    LOCAL_CHANGED = "local_changed"
    LOCAL_ENDED = "local_ended"
    LOCAL_IMPORTED = "local_imported"
