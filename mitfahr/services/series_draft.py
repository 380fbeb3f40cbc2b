"""A series as its driver describes it: one ride that stands for all of them, and the plan."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mitfahr.db.series import RideSeries
from mitfahr.domain.recurrence import Direction, Occurrence, Recurrence
from mitfahr.domain.ride_terms import Terms
from mitfahr.services.ride_draft import RideDraft, ride_span_s
from routing.journey import Place

_OF_ONE_DATE = ("earliest", "latest", "latest_arrival")


@dataclass(frozen=True, slots=True)
class SeriesDraft:
    """`ride` is the way out on some date: of its times only the length of the departure window counts."""

    ride: RideDraft
    plan: Recurrence

    @property
    def window(self) -> dt.timedelta:
        return (self.ride.latest or self.ride.earliest) - self.ride.earliest

    def on(self, occurrence: Occurrence) -> RideDraft:
        """The ride of one date, the way back from the goal to the start."""
        earliest = occurrence.leaves.moment
        dated = replace(self.ride, earliest=earliest, latest=earliest + self.window, latest_arrival=None)
        if occurrence.direction is Direction.OUT:
            return dated
        return replace(dated, origin=self.ride.destination, destination=self.ride.origin)

    def span_s(self, occurrence: Occurrence, drive_s: Mapping[Direction, int]) -> tuple[int, int]:
        """The longest time that the ride of one date can take (UTC seconds)."""
        return ride_span_s(self.on(occurrence), drive_s[occurrence.direction])

    def offer_json(self) -> dict[str, Any]:
        """What all rides have in common, as plain values; `draft_of` reads it again."""
        fields = dataclasses.asdict(self.ride)
        return {k: v for k, v in fields.items() if k not in _OF_ONE_DATE} | {
            "window_s": int(self.window.total_seconds())
        }


def draft_of(series: RideSeries) -> SeriesDraft:
    """The draft that the series was made from."""
    offer = dict(series.offer)
    window = dt.timedelta(seconds=offer.pop("window_s"))
    ride = RideDraft(
        origin=Place(**offer.pop("origin")),
        destination=Place(**offer.pop("destination")),
        earliest=series.created_at,
        latest=series.created_at + window,
        terms=Terms(**offer.pop("terms")),
        **offer,
    )
    return SeriesDraft(ride, Recurrence.from_json(series.plan))


def drive_times_s(series: RideSeries) -> dict[Direction, int]:
    return {Direction.OUT: series.out_drive_s, Direction.BACK: series.back_drive_s}
