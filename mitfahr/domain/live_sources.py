"""How a source of real time is doing."""

from __future__ import annotations

import datetime as dt
import enum


class SourceState(enum.StrEnum):
    WORKS = "works"
    FAILS = "fails"
    """The last try went wrong; what it said before still counts."""
    SILENT = "silent"
    """Nothing of it counts any more: passengers see the timetable."""
    WAITING = "waiting"
    """It has not been asked yet."""
    PAUSED = "paused"


def source_state(
    *,
    is_paused: bool,
    tried_at: dt.datetime | None,
    has_failed: bool,
    fresh_until: dt.datetime | None,
    now: dt.datetime,
) -> SourceState:
    """`fresh_until` is how long its last message counts, None before the first."""
    if is_paused:
        return SourceState.PAUSED
    if fresh_until is not None and fresh_until > now:
        return SourceState.FAILS if has_failed else SourceState.WORKS
    return SourceState.WAITING if tried_at is None else SourceState.SILENT
