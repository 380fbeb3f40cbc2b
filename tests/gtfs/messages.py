"""GTFS-Realtime messages written in protobuf's text form, and what a timetable makes of them as text.

`said(timetable, 'trip { trip_id: "t1" } delay: 120')` is every vehicle of which something is said, one line each:
"t1 | A 08:02 | B 08:12/08:13 | C 08:22"; "t1 –" does not run, "B×" is passed without letting anybody on or off.
Times are those of the timetable's zone, on 1 June 2026 where no day is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from google.protobuf import text_format
from google.transit.gtfs_realtime_pb2 import (
    Alert,
    FeedMessage,
    TripDescriptor,
    TripUpdate,
    VehicleDescriptor,
)

from gtfs.trip_updates import Reading, read_trip_updates
from routing.live import LiveTrips
from routing.live_trips import AddedTrip, LiveTrip
from routing.timetable import Timetable
from routing.trip_calls import TripCalls

DAY = dt.date(2026, 6, 1)
"""A Monday."""


def at(clock: str, day: dt.date = DAY, zone: str = "Europe/Berlin") -> int:
    """UTC seconds of a clock time like "08:04" or "08:04:30"."""
    moment = dt.datetime.combine(day, dt.time.fromisoformat(clock), ZoneInfo(zone))
    return int(moment.timestamp())


def message(
    *updates: str, alerts: Mapping[str, str] | None = None, timestamp: int = 0, is_differential: bool = False
) -> FeedMessage:
    """A whole message of trip updates, and alerts by their ids."""
    whole = FeedMessage()
    whole.header.gtfs_realtime_version = "2.0"
    whole.header.timestamp = timestamp or at("07:30")
    if is_differential:
        whole.header.incrementality = whole.header.DIFFERENTIAL
    for i, update in enumerate(updates):
        entity = whole.entity.add(id=f"e{i}")
        entity.trip_update.CopyFrom(text_format.Parse(update, TripUpdate()))
    for alert_id, text in (alerts or {}).items():
        whole.entity.add(id=alert_id).alert.CopyFrom(text_format.Parse(text, Alert()))
    return whole


def read(timetable: Timetable, *updates: str, **options: object) -> Reading:
    return read_trip_updates(message(*updates), timetable, at("07:30"), **options)  # type: ignore[arg-type]


def said(timetable: Timetable, *updates: str) -> list[str]:
    return vehicles(timetable, read(timetable, *updates).trips)


def vehicles(timetable: Timetable, trips: Iterable[LiveTrip]) -> list[str]:
    live = LiveTrips(timetable).with_trips(trips)
    lines = []
    for (trip, _day), expected in live.expected.items():
        if expected.added is not None:
            name = f"{expected.added.route} {expected.added.trip_id} → {expected.added.headsign}"
        else:
            name = timetable.section_trip_id[int(timetable.trip_section_start[trip])]
        runs = [_calls(timetable, TripCalls.of_run(timetable, run)) for run in expected.runs]
        lines.append(" | ".join([name, *runs]) if runs else f"{name} –")
    return lines


def _calls(timetable: Timetable, calls: TripCalls) -> str:
    zone = ZoneInfo(timetable.timezone)
    face, texts = calls.face, []
    for i, stop in enumerate(face.stops):
        arr, dep = (_clock(int(moment_s), zone) for moment_s in (calls.arr[i], calls.dep[i]))
        arr = dep if i == 0 else arr  # nobody asks when a vehicle came to its first stop
        passed = "" if face.board[i] or face.alight[i] else "×"
        texts.append(f"{timetable.stop_id[stop]}{passed} {arr}" + ("" if arr == dep else f"/{dep}"))
    return " | ".join(texts)


def _clock(moment_s: int, zone: ZoneInfo) -> str:
    moment = dt.datetime.fromtimestamp(moment_s, zone)
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def message_of(trips: Iterable[LiveTrip], timestamp: int) -> FeedMessage:
    """What a source that knows exactly this would send."""
    whole = message(timestamp=timestamp)
    for i, trip in enumerate(trips):
        update = whole.entity.add(id=str(i)).trip_update
        update.trip.trip_id = trip.trip_id
        update.trip.start_date = f"{trip.service_date:%Y%m%d}"
        if isinstance(trip, AddedTrip):
            update.trip.schedule_relationship = TripDescriptor.NEW
            update.trip.route_id, update.trip_properties.trip_headsign = trip.route, trip.headsign
            update.vehicle.wheelchair_accessible = {
                0: VehicleDescriptor.UNKNOWN,
                1: VehicleDescriptor.WHEELCHAIR_ACCESSIBLE,
                2: VehicleDescriptor.WHEELCHAIR_INACCESSIBLE,
            }[trip.wheelchair]
            for added in trip.calls:
                call = update.stop_time_update.add(stop_id=added.stop_id)
                call.arrival.time, call.departure.time = added.arrival_s, added.departure_s
            continue
        if trip.is_cancelled:
            update.trip.schedule_relationship = TripDescriptor.CANCELED
        for known in trip.calls:
            call = update.stop_time_update.add(stop_sequence=known.position + 1)
            if known.arrival_s is not None:
                call.arrival.time = known.arrival_s
            if known.departure_s is not None:
                call.departure.time = known.departure_s
            if known.is_skipped:
                call.schedule_relationship = TripUpdate.StopTimeUpdate.SKIPPED
    return whole
