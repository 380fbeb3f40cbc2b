"""What live sources say of trips now: database → `routing.live_trips`, as the serving timetable understands it."""

from __future__ import annotations

import datetime as dt
import logging
import math
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gtfs.realtime import read_message
from gtfs.trip_updates import Reading, read_trip_updates
from mitfahr.db.realtime_sources import RealtimeSource, sources_that_count
from mitfahr.domain.times import seconds
from routing.live_trips import LiveTrip
from routing.timetable import Timetable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SaidOfTrips:
    """`trips` in the order in which their sources were made: of two on one trip the later counts.

    A source that falls silent is not believed for ever: from `fresh_until_s` on something of this no longer counts.
    """

    trips: tuple[LiveTrip, ...] = ()
    fresh_until_s: float = math.inf


def said_of_trips(session: Session, timetable: Timetable, now: dt.datetime) -> SaidOfTrips:
    """Everything that counts now."""
    trips: list[LiveTrip] = []
    fresh_until_s = math.inf
    for source in sources_that_count(session, now):
        try:
            trips += reading_of(source, timetable, now).trips
        except Exception:  # nobody must be kept from searching by what a source says
            log.exception("source %s", source.name)
        if source.fresh_until is not None:
            fresh_until_s = min(fresh_until_s, source.fresh_until.timestamp())
    return SaidOfTrips(tuple(trips), fresh_until_s)


def reading_of(source: RealtimeSource, timetable: Timetable, now: dt.datetime) -> Reading:
    """The last message of a source that has one."""
    message = read_message(source.payload or b"")  # was accepted when it was stored
    return read_trip_updates(message, timetable, seconds(now), key=source.feed_id)
