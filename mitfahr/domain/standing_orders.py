"""A standing order: the same way on the same days again and again, out and back, booked ahead by the portal.

When it is travelled is a `Recurrence`; on a way out that is to arrive at a time, its clock is that of the arrival.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mitfahr.domain.recurrence import Direction, Occurrence, PlannedDay, Recurrence, planned_days
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.trip_request import TripRequest

BOOK_AHEAD = dt.timedelta(days=21)
"""A week less than runs are published: what is looked for is there."""

WAIT_FOR_TIMETABLE = dt.timedelta(days=7)
"""So long before the day somebody has to hear that its timetable is still missing."""

TRY_AGAIN = dt.timedelta(hours=6)
WRITE_AGAIN = dt.timedelta(days=7)
"""Days that are booked as time goes by are told together, no more often than this."""

MAX_OPEN = 10
"""Standing orders of one person at a time."""


class Hitch(enum.StrEnum):
    """Why a day could not be booked."""

    NO_TIMETABLE = "no_timetable"
    NO_WAY_OUT = "no_way_out"
    NO_WAY_BACK = "no_way_back"
    REFUSED = "refused"
    """A way was found and could not be booked: the last place went, or a deadline had passed."""


NOTHING_ASKED = ""
"""Stands in the place of `asked_for` on a day that is off the plan: what is booked for it goes."""


class Fate(enum.StrEnum):
    """What a change of the order makes of one of the coming days."""

    KEPT = "kept"
    REBOOKED = "rebooked"
    CANCELLED = "cancelled"
    NEW = "new"


def fates(booked: Mapping[dt.date, str], wanted: Mapping[dt.date, str]) -> dict[dt.date, Fate]:
    """What becomes of each day, in their order: both say what a day is, or is to be, booked for (`asked_for`)."""
    found = {}
    for day in sorted(booked.keys() | wanted.keys()):
        if day not in wanted:
            found[day] = Fate.CANCELLED
        elif day not in booked:
            found[day] = Fate.NEW
        else:
            found[day] = Fate.KEPT if booked[day] == wanted[day] else Fate.REBOOKED
    return found


def asked_for(
    request: TripRequest, ends: tuple[tuple[float, float], tuple[float, float]], rides: Sequence[Occurrence]
) -> str:
    """What one day is booked for, as 32 hexadecimal digits: two days that ask for the same have the same.

    `ends` are latitude and longitude of both places, which stay what they are when a timetable renames its stops.
    """
    asked = request.as_json()
    for name in ("origin", "destination", "when"):
        del asked[name]
    asked["ends"] = ends
    asked["rides"] = [(one.direction, one.leaves.moment.isoformat()) for one in rides]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


def request_on(request: TripRequest, one: Occurrence) -> TripRequest:
    """What is asked for one way of one day; on the way back the clock is that of the departure."""
    if one.direction is Direction.OUT:
        return replace(request, when=one.leaves.moment)
    return replace(
        request,
        origin=request.destination,
        destination=request.origin,
        when=one.leaves.moment,
        arrive_by=False,
    )


def bookable_days(
    plan: Recurrence, vacations: Vacations, today: dt.date, now: dt.datetime
) -> Iterator[PlannedDay]:
    """The days of the next weeks that take place and have not begun yet."""
    for planned in planned_days(plan, vacations, today, today + BOOK_AHEAD):
        if planned.rides and planned.rides[0].leaves.moment > now:
            yield planned
