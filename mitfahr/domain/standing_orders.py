"""A standing order: the same way on the same days again and again, out and back, booked ahead by the portal.

When it is travelled is a `Recurrence`; on a way out that is to arrive at a time, its clock is that of the arrival.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import replace

from mitfahr.domain.recurrence import Direction, Occurrence, PlannedDay, Recurrence, planned_days
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.trip_request import TripRequest

BOOK_AHEAD = dt.timedelta(days=21)
"""A week less than runs are published: what is looked for is there."""

WAIT_FOR_TIMETABLE = dt.timedelta(days=7)
"""So long before the day somebody has to hear that its timetable is still missing."""

TRY_AGAIN = dt.timedelta(hours=6)
MAX_OPEN = 10
"""Standing orders of one person at a time."""


class Hitch(enum.StrEnum):
    """Why a day could not be booked."""

    NO_TIMETABLE = "no_timetable"
    NO_WAY_OUT = "no_way_out"
    NO_WAY_BACK = "no_way_back"
    REFUSED = "refused"
    """A way was found and could not be booked: the last place went, or a deadline had passed."""


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
