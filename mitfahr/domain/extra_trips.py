"""Trips that run for a while besides the timetable: a festival's shuttle, a replacement bus."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from mitfahr.domain.local_keys import StopKey
from mitfahr.domain.mobility import Known
from mitfahr.domain.times import resolve, seconds

MOST_TRIPS = 400
"""Of one entry, over all its days."""
DAY = dt.timedelta(days=1)


def extra_trip_ids(entry_id: str) -> str:
    """How the ids of all trips of an entry begin."""
    return f"zusatz-{entry_id[:12]}-"


@dataclass(frozen=True, slots=True)
class ExtraCall:
    stop: StopKey
    clock: dt.time


@dataclass(frozen=True, slots=True)
class ExtraTrip:
    """The same calls on some days, and there once, or every so many minutes until the last may leave.

    Clocks are those of the district; a call that seems earlier than the one before it is after midnight.
    """

    line: str
    calls: tuple[ExtraCall, ...]
    days: tuple[dt.date, ...]
    headsign: str = ""
    every_min: int | None = None
    until: dt.time | None = None
    wheelchair: Known = Known.UNKNOWN
    text: str = ""

    def offsets_s(self) -> list[int]:
        """Seconds of each call after the first."""
        found, offset = [0], dt.timedelta()
        for before, call in zip(self.calls, self.calls[1:], strict=False):
            step = _clock_time(call.clock) - _clock_time(before.clock)
            offset += step if step >= dt.timedelta() else step + DAY
            found.append(int(offset.total_seconds()))
        return found

    def first_departures(self) -> list[dt.timedelta]:
        """When each repetition leaves, after midnight of its day."""
        first = _clock_time(self.calls[0].clock)
        if self.every_min is None or self.until is None:
            return [first]
        last = _clock_time(self.until)
        last = last if last >= first else last + DAY
        every = dt.timedelta(minutes=self.every_min)
        return [first + n * every for n in range(min(MOST_TRIPS, (last - first) // every) + 1)]

    def trips(self) -> Iterator[tuple[dt.date, str, list[int]]]:
        """(day, name of the repetition, UTC seconds of each call) of every trip."""
        offsets = self.offsets_s()
        for day in self.days:
            for departure in self.first_departures():
                clock = (dt.datetime.min + departure % DAY).time()
                start_s = seconds(resolve(day + dt.timedelta(days=departure // DAY), clock).moment)
                minutes = int(departure.total_seconds()) // 60
                name = f"{minutes // 60:02}{minutes % 60:02}"
                yield day, name, [start_s + offset for offset in offsets]

    @property
    def n_trips(self) -> int:
        return len(self.days) * len(self.first_departures())

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            line=data["line"],
            calls=tuple(
                ExtraCall(StopKey.from_json(call["stop"]), dt.time.fromisoformat(call["clock"]))
                for call in data["calls"]
            ),
            days=tuple(dt.date.fromisoformat(day) for day in data["days"]),
            headsign=data["headsign"],
            every_min=data["every_min"],
            until=dt.time.fromisoformat(data["until"]) if data["until"] else None,
            wheelchair=Known(data["wheelchair"]),
            text=data["text"],
        )

    def json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "calls": [{"stop": call.stop.json(), "clock": f"{call.clock:%H:%M}"} for call in self.calls],
            "days": [day.isoformat() for day in self.days],
            "headsign": self.headsign,
            "every_min": self.every_min,
            "until": f"{self.until:%H:%M}" if self.until else None,
            "wheelchair": self.wheelchair.value,
            "text": self.text,
        }


def _clock_time(clock: dt.time) -> dt.timedelta:
    return dt.timedelta(hours=clock.hour, minutes=clock.minute)
