"""The waiting list of a full run: how long somebody has to say that they take a place that has become free."""

from __future__ import annotations

import datetime as dt
import enum

from mitfahr.domain.times import ZONE, local, seconds

ANSWER_S = 3 * 3600
SHORTEST_S = 20 * 60
LAST_EVENING, FIRST_MORNING = dt.time(21), dt.time(10)
"""Nobody has to answer at night: what would end then ends in the morning."""

QUIET_BEFORE_S = 60 * 60
"""So long before the departure the place goes to the next one, who has to get ready too."""

HANDED_OUT = dt.timedelta(minutes=2)
"""So long after a place became free it is only given to those who wait."""

MAX_WAITING = 10
"""Runs that one person waits for at a time."""


class Outcome(enum.StrEnum):
    """How waiting ended."""

    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    """A place was offered, and the person did not want it any more or did not answer."""
    LEFT = "left"
    """The person did not want to wait any longer."""
    OVER = "over"
    """No place became free until the run could not be booked any more, or it does not run at all."""


def answer_until_s(now_s: int, departure_s: int) -> int:
    """Until when (UTC seconds) an offer made at `now_s` holds for a run that leaves at `departure_s`.

    Some hours, not through the night, and not into the last hour before the departure; twenty minutes at least, but
    never longer than until the departure.
    """
    until = local(now_s + ANSWER_S)
    if until.time() >= LAST_EVENING or until.time() < FIRST_MORNING:
        day = until.date() + dt.timedelta(days=until.time() >= LAST_EVENING)
        until = dt.datetime.combine(day, FIRST_MORNING, ZONE)
    wanted_s = min(seconds(until), departure_s - QUIET_BEFORE_S)
    return min(max(wanted_s, now_s + SHORTEST_S), departure_s)
