"""What passengers are told about lines and stops for a while: building sites, diversions, strikes, festivals.

Times are UTC seconds.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from mitfahr.domain.local_keys import LineKey, StopKey

GERMAN = "de"


class Severity(enum.StrEnum):
    """From the least to the most important."""

    INFO = "info"
    WARNING = "warning"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Cause(enum.StrEnum):
    """Those of GTFS-Realtime, by their names there in small letters, and festivals."""

    UNKNOWN = "unknown_cause"
    OTHER = "other_cause"
    CONSTRUCTION = "construction"
    MAINTENANCE = "maintenance"
    EVENT = "event"
    WEATHER = "weather"
    ACCIDENT = "accident"
    TECHNICAL_PROBLEM = "technical_problem"
    STRIKE = "strike"
    DEMONSTRATION = "demonstration"
    HOLIDAY = "holiday"
    POLICE_ACTIVITY = "police_activity"
    MEDICAL_EMERGENCY = "medical_emergency"


@dataclass(frozen=True, slots=True)
class NoticeText:
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What a notice is about: a line, a stop, a line at one stop, or one of the feed's trips."""

    line: LineKey | None = None
    stop: StopKey | None = None
    trip_id: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        line, stop = data.get("line"), data.get("stop")
        return cls(
            LineKey.from_json(line) if line else None,
            StopKey.from_json(stop) if stop else None,
            str(data.get("trip_id", "")),
        )

    def json(self) -> dict[str, Any]:
        return {
            "line": self.line.json() if self.line else None,
            "stop": self.stop.json() if self.stop else None,
            "trip_id": self.trip_id,
        }


Period = tuple[int | None, int | None]
"""[first second, last second]; None where it is open."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`texts` by the code of their language (`mitfahr.languages.known`); no period means always, no target the
    whole network."""

    texts: Mapping[str, NoticeText]
    severity: Severity = Severity.INFO
    cause: Cause = Cause.UNKNOWN
    url: str = ""
    periods: tuple[Period, ...] = ()
    targets: tuple[Target, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            texts={code: NoticeText(text["title"], text["text"]) for code, text in data["texts"].items()},
            severity=Severity(data["severity"]),
            cause=Cause(data["cause"]),
            url=data["url"],
            periods=tuple((first, last) for first, last in data["periods"]),
            targets=tuple(Target.from_json(target) for target in data["targets"]),
        )

    def json(self) -> dict[str, Any]:
        return {
            "texts": {code: {"title": one.title, "text": one.text} for code, one in self.texts.items()},
            "severity": self.severity.value,
            "cause": self.cause.value,
            "url": self.url,
            "periods": [list(period) for period in self.periods],
            "targets": [target.json() for target in self.targets],
        }

    def in_language(self, code: str) -> tuple[str, NoticeText]:
        """The text for a reader, and the code of its language: the reader's own, else German, else any."""
        for known in (code, GERMAN, *self.texts):
            if known in self.texts:
                return known, self.texts[known]
        return code, NoticeText("")

    def applies(self, from_s: int, until_s: int) -> bool:
        """At some moment of [from_s, until_s]."""
        return not self.periods or any(
            (first is None or first <= until_s) and (last is None or last >= from_s)
            for first, last in self.periods
        )

    @property
    def ends_s(self) -> int | None:
        """After this second it never applies again; None: no end is known."""
        lasts = [last for _first, last in self.periods]
        return None if not lasts or None in lasts else max(last for last in lasts if last is not None)
