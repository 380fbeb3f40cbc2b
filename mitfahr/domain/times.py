"""Time: stored in UTC, thought in the wall clock of the district.

On two nights a year the wall clock jumps. A wall-clock time that does not exist (02:30 in March) is
moved on by the hour that is missing: 02:30 becomes 03:30. A wall-clock time that comes twice (02:30
in October) means the first, in summer time. Both outcomes are reported, so that a page can say so.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")


class ClockChange(enum.StrEnum):
    """What the clock change did to an asked-for wall-clock time."""

    NONE = "none"
    SKIPPED = "skipped"
    """The time does not exist on this day; an hour later is meant."""
    TWICE = "twice"
    """The time exists twice on this day; the first is meant."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """`moment` is aware and in UTC."""

    moment: dt.datetime
    clock_change: ClockChange


def resolve(day: dt.date, wall_clock: dt.time) -> Resolved:
    """The moment at which clocks in the district show `wall_clock` on `day`."""
    first = dt.datetime.combine(day, wall_clock.replace(fold=0), ZONE)
    second = first.replace(fold=1)
    moment = first.astimezone(dt.UTC)
    if first.utcoffset() == second.utcoffset():
        return Resolved(moment, ClockChange.NONE)
    shown = moment.astimezone(ZONE).replace(tzinfo=None)
    exists = shown == first.replace(tzinfo=None)
    return Resolved(moment, ClockChange.TWICE if exists else ClockChange.SKIPPED)


def seconds(moment: dt.datetime) -> int:
    """Whole UTC seconds of an aware moment, rounded down."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without time zone: {moment!r}")
    return int(moment.timestamp() // 1)


def moment(utc_s: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(utc_s, dt.UTC)


def local(utc_s: int, zone: ZoneInfo = ZONE) -> dt.datetime:
    """The same moment as clocks in the district show it, with its offset."""
    return dt.datetime.fromtimestamp(utc_s, zone)
