"""What is known today about single trips: late, early, cancelled, leaving stops out, or not in the timetable at all.

These are the nouns; `Snapshot.with_live_trips` puts them over the frozen timetable. Nothing here knows a feed
format. All times are UTC seconds.

How an update is read, call by call in the order of travel:

- a stated time counts;
- a time that is not stated is the planned one plus the delay of the last stated time before it in the same
  vehicle (0 when there is none); an arrival comes before the departure of the same call;
- but it is no later than the next stated one: a vehicle that is to leave at 8:00 has arrived by then;
- then times that go backwards are raised to the one before them: a vehicle leaves no stop before it has
  arrived there, and arrives at none before it has left the last one;
- at a skipped stop nobody gets on or off; the vehicle's time there counts like any other;
- at a closed one nobody gets on who is not expected there already (`routing.ordering`).

A trip that one can stay seated in may consist of several of the feed's trips (sections). Each has updates of its
own, the delay goes on from one to the next, and a cancelled one takes the vehicle out between its two ends:
nobody can stay seated through it. Where two sections share a call (the stop at which one ends and the next
begins), arrival and getting off belong to the first, departure and getting on to the second.

Refused (LiveTripRefused, UnknownTrip, UnknownStop): a trip that does not run that day, a position that it does not
have or that is stated twice, a time more than a day from the planned one, an added trip of fewer than two calls,
longer than two days, calling at a station instead of a stop, or with the id of a trip that runs that day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallUpdate:
    """What is expected at one call. `position` counts the calls of the feed's own trip, from 0."""

    position: int
    arrival_s: int | None = None
    departure_s: int | None = None
    is_skipped: bool = False
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class TripUpdate:
    """What is expected of one trip of the timetable on one service day; it replaces what was said before.

    `first_departure_s` (seconds after the start of the service day, as planned) is needed only where
    frequencies.txt repeats a trip: it says which of its departures is meant.
    """

    trip_id: str
    service_date: dt.date
    calls: tuple[CallUpdate, ...] = ()
    is_cancelled: bool = False
    first_departure_s: int | None = None


@dataclass(frozen=True, slots=True)
class AddedCall:
    """One call of a trip that the timetable does not have; `stop_id` names a stop, not a station."""

    stop_id: str
    arrival_s: int
    departure_s: int
    can_board: bool = True
    can_alight: bool = True


@dataclass(frozen=True, slots=True)
class AddedTrip:
    """A trip that runs although the timetable does not have it; a later one of the same id and day replaces it."""

    trip_id: str
    service_date: dt.date
    route: str
    """The line as passengers know it."""
    calls: tuple[AddedCall, ...]
    headsign: str = ""
    is_on_demand: bool = False
    """Must be ordered: its legs are of kind `rufbus`."""
    wheelchair: int = 0
    """0 unknown, 1 yes, 2 no."""


LiveTrip = TripUpdate | AddedTrip
