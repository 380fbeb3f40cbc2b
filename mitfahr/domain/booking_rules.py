"""How a ride has to be ordered that runs only when called: by whom, how, and until when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

from mitfahr.domain.local_keys import LineKey
from mitfahr.domain.times import local, resolve, seconds

MOST_MINUTES = 7 * 24 * 60
MOST_DAYS = 14


@dataclass(frozen=True, slots=True)
class Deadline:
    """So many minutes before the departure, or (`clock`) a time of day, so many days before the day of departure.

    Days are those of the calendar, clocks those of the district.
    """

    minutes: int = 0
    days: int = 0
    clock: dt.time | None = None

    def latest_s(self, departure_s: int) -> int:
        """The last second (UTC) at which a ride that leaves one's stop at `departure_s` can be ordered."""
        if self.clock is None:
            return departure_s - 60 * self.minutes
        day = local(departure_s).date() - dt.timedelta(days=self.days)
        return min(seconds(resolve(day, self.clock).moment), departure_s)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        clock = data["clock"]
        return cls(data["minutes"], data["days"], dt.time.fromisoformat(clock) if clock else None)

    def json(self) -> dict[str, Any]:
        return {
            "minutes": self.minutes,
            "days": self.days,
            "clock": f"{self.clock:%H:%M}" if self.clock else None,
        }


@dataclass(frozen=True, slots=True)
class BookingRule:
    """For all trips of a line, or (`departures`) for those that leave their first stop at these clock times.

    Without a `deadline` one can order until the departure. `phone`, `url` and `text` are "" when there is none.
    """

    line: LineKey
    phone: str = ""
    url: str = ""
    text: str = ""
    deadline: Deadline | None = None
    departures: tuple[dt.time, ...] = ()

    def latest_s(self, departure_s: int) -> int:
        """See Deadline."""
        return self.deadline.latest_s(departure_s) if self.deadline else departure_s

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            line=LineKey.from_json(data["line"]),
            phone=data["phone"],
            url=data["url"],
            text=data["text"],
            deadline=Deadline.from_json(data["deadline"]) if data["deadline"] else None,
            departures=tuple(dt.time.fromisoformat(clock) for clock in data["departures"]),
        )

    def json(self) -> dict[str, Any]:
        return {
            "line": self.line.json(),
            "phone": self.phone,
            "url": self.url,
            "text": self.text,
            "deadline": self.deadline.json() if self.deadline else None,
            "departures": [f"{clock:%H:%M}" for clock in self.departures],
        }
