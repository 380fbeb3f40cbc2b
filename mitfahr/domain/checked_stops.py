"""What somebody has looked at on site: feeds say little of what a stop is like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from mitfahr.domain.local_keys import StopKey
from mitfahr.domain.mobility import Known

FACTS = ("wheelchair", "shelter", "lighting", "bench", "ride_bench")
"""The fields of CheckedStop that are yes, no or unknown."""


@dataclass(frozen=True, slots=True)
class CheckedStop:
    """`is_whole`: of the stop with all its platforms, else of this platform alone. `ride_bench` is a Mitfahrbank.

    What is unknown here leaves what the feed says.
    """

    stop: StopKey
    wheelchair: Known = Known.UNKNOWN
    shelter: Known = Known.UNKNOWN
    lighting: Known = Known.UNKNOWN
    bench: Known = Known.UNKNOWN
    ride_bench: Known = Known.UNKNOWN
    text: str = ""
    checked_on: dt.date | None = None
    is_whole: bool = True

    @classmethod
    def of(
        cls,
        stop: StopKey,
        facts: Mapping[str, Known],
        text: str,
        checked_on: dt.date | None,
        is_whole: bool = True,
    ) -> Self:
        """`facts` by the names of FACTS."""
        return cls(
            stop,
            wheelchair=facts["wheelchair"],
            shelter=facts["shelter"],
            lighting=facts["lighting"],
            bench=facts["bench"],
            ride_bench=facts["ride_bench"],
            text=text,
            checked_on=checked_on,
            is_whole=is_whole,
        )

    @property
    def is_empty(self) -> bool:
        return not self.text and all(getattr(self, fact) is Known.UNKNOWN for fact in FACTS)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        checked_on = data["checked_on"]
        return cls.of(
            StopKey.from_json(data["stop"]),
            {fact: Known(data[fact]) for fact in FACTS},
            data["text"],
            dt.date.fromisoformat(checked_on) if checked_on else None,
            data["is_whole"],
        )

    def json(self) -> dict[str, Any]:
        facts = {fact: getattr(self, fact).value for fact in FACTS}
        return {
            "stop": self.stop.json(),
            "text": self.text,
            "checked_on": self.checked_on.isoformat() if self.checked_on else None,
            "is_whole": self.is_whole,
            **facts,
        }
