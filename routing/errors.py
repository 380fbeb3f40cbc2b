"""What the routing core refuses, as one tree.

RoutingError
├── SnapshotUnreadable      the files of a snapshot are damaged or incomplete
│   └── SnapshotOutdated    they are sound, but another version of this program wrote them
├── QueryInvalid            the question itself makes no sense (window negative, no party, …)
├── UnknownStop             a stop id that the serving timetable does not have
├── UnknownTrip             a trip id that the serving timetable does not have
├── LiveTripRefused         live data about a trip that cannot be true (wrong day, wrong call, wrong time)
├── RoadsRefused            an OSM extract that no road graph can be built from
└── BoardingRefused         (routing.rides) a ride cannot be boarded like this, or no tour takes a request (routing.tour)
"""

from __future__ import annotations


class RoutingError(Exception):
    """Base of everything the routing core raises on purpose."""


class SnapshotUnreadable(RoutingError):
    """A snapshot folder is damaged or incomplete."""


class SnapshotOutdated(SnapshotUnreadable):
    """A snapshot folder was written by another version of this program; its source must be imported again."""


class QueryInvalid(RoutingError):
    """The query contradicts itself or leaves the stated ranges."""


class UnknownStop(RoutingError):
    """The timetable has no stop of this id."""


class UnknownTrip(RoutingError):
    """The timetable has no trip of this id."""


class LiveTripRefused(RoutingError):
    """Live data about a trip that contradicts the timetable or itself; the message says how."""


class RoadsRefused(RoutingError):
    """The OSM extract is damaged or holds no roads; the message names file, place and reason."""
