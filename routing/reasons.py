"""Why a journey, or one boarding of a ride, does not hold: codes that a page can put into words."""

from __future__ import annotations

import enum


class Reason(enum.StrEnum):
    TRIP_GONE = "trip_gone"
    """The timetable no longer has this trip on this day, or not between these stops, or not for wheelchairs or bicycles."""
    TRIP_CANCELLED = "trip_cancelled"
    """The trip does not run today, or not between these stops."""
    STOP_SKIPPED = "stop_skipped"
    """The trip leaves out the stop where one would get on or off."""
    TIMES_CHANGED = "times_changed"
    """The vehicle leaves or arrives at another time than the journey says."""
    CHANGE_TOO_SHORT = "change_too_short"
    """Walk and transfer slack no longer fit between two vehicles, or the way between them is gone."""
    RIDE_GONE = "ride_gone"
    """The ride or run is no longer offered (or its driver is not to be matched), or a run not between these stops."""
    STOP_NOT_ACCESSIBLE = "stop_not_accessible"
    """A wheelchair cannot get on or off at a stop of the journey."""
    SEATS_TAKEN = "seats_taken"
    """Too few seats or wheelchair places on a hop of the ride."""
    TOO_LATE_TO_BOOK = "too_late_to_book"
    DRIVER_DEPARTURE = "driver_departure"
    """The driver does not leave at this time."""
    DETOUR_TOO_LONG = "detour_too_long"
    """More extra driving than the driver's budget."""
    PROMISE_BROKEN = "promise_broken"
    """Somebody on board would be picked up or dropped off too late."""
    ARRIVES_TOO_LATE = "arrives_too_late"
    """The driver would reach the goal after the latest arrival."""
    NO_WAY = "no_way"
    """No road leads there."""
    RIDE_TWICE = "ride_twice"
    """The journey uses the same private ride more than once."""
