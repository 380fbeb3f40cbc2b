"""On-demand services: where they halt, and what they promise to whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from routing.journey import Place, Promise
from routing.overlay import HALT_S

Seconds = TypeVar("Seconds", int, NDArray[np.int32])
Ring = tuple[tuple[float, float], ...]
"""A closed line of (latitude, longitude); the last point need not repeat the first."""


@dataclass(frozen=True, slots=True)
class DemandService:
    """One on-demand service, with the terms of all of its tours.

    It halts at the stops of `stop_ids` and at every place inside `area`: rings, of which an odd number around a place
    means inside, so that a ring in another is a hole. A pick-up is promised within `window_s` seconds from a moment
    on, at most `detour_s` longer on board than the direct drive, and every `step_s` seconds such a moment is offered
    (counted from the full hour). Booked until `lead_s` before the promised span begins. `label` is what riders read.
    """

    service_id: str
    label: str
    stop_ids: frozenset[str] = frozenset()
    area: tuple[Ring, ...] = ()
    window_s: int = 600
    detour_s: int = 900
    lead_s: int = 3600
    step_s: int = 300

    def halts_at(self, place: Place) -> bool:
        return place.stop_id in self.stop_ids or is_inside(self.area, place.lat, place.lon)

    def promise(self, pickup_from_s: int, direct_s: int) -> Promise:
        """What is promised to whoever is ready at a moment for a way that takes `direct_s` by car."""
        return Promise(
            self.service_id,
            pickup_from_s,
            pickup_from_s + self.window_s,
            pickup_from_s + HALT_S + direct_s,
            pickup_from_s + self.longest_s(direct_s),
        )

    def longest_s(self, direct_s: Seconds) -> Seconds:
        """From the beginning of a promise to its end."""
        return direct_s + self.window_s + HALT_S + self.detour_s


def is_inside(area: tuple[Ring, ...], lat: float, lon: float) -> bool:
    """Whether an odd number of rings is around a place; degrees are taken as a plane."""
    crossed = 0
    for ring in area:
        for (lat_a, lon_a), (lat_b, lon_b) in pairwise((*ring, ring[0])):
            if (lat_a > lat) != (lat_b > lat):
                crossed += lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
    return crossed % 2 == 1
