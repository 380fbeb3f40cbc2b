"""A search that is kept: on which days and in which hours somebody looks for a way, and who could help.

Hours are those of the wall clock, as `mitfahr.domain.times` has it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mitfahr.domain.errors import WishInvalid
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.domain.trip_request import TripRequest
from routing.earth import beeline_m
from routing.query import MAX_RIDE_JOURNEY_S

MAX_DAYS = 183
MAX_OPEN = 20
"""Wishes of one person at a time."""

MAX_WINDOW_S = 12 * 3600
K_ANONYMITY = 3
"""From so many people on a way may be told to drivers; of fewer somebody could guess who it is."""

STEP_M = 1000.0
_A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WishDays:
    """From `first` to `last` on these weekdays (0 = Monday), or on `first` only where there are none.

    On each of these days somebody wants to leave (or arrive) within `window_s` from `begins` on.
    """

    first: dt.date
    last: dt.date
    weekdays: frozenset[int]
    begins: dt.time
    window_s: int

    def check(self, today: dt.date) -> None:
        """Raises WishInvalid with the name of what has to be changed."""
        if self.first < today:
            raise WishInvalid("first")
        if self.last < self.first or self.last > today + MAX_DAYS * _A_DAY:
            raise WishInvalid("last")
        if not 0 < self.window_s <= MAX_WINDOW_S:
            raise WishInvalid("window")
        if next(self.between(self.first, self.last), None) is None:
            raise WishInvalid("weekdays")

    def between(self, since: dt.date, until: dt.date) -> Iterator[dt.date]:
        """The days of the wish from `since` to `until`, both included."""
        day, end = max(since, self.first), min(until, self.last if self.weekdays else self.first)
        while day <= end:
            if not self.weekdays or day.weekday() in self.weekdays:
                yield day
            day += _A_DAY

    def window(self, day: dt.date) -> tuple[int, int]:
        """UTC seconds between which the way is wanted on `day`."""
        begins_s = seconds(resolve(day, self.begins).moment)
        return begins_s, begins_s + self.window_s

    def meets(self, begins_s: int, ends_s: int) -> list[dt.date]:
        """Days on which a vehicle that is on its way from `begins_s` to `ends_s` could be of use.

        It may be a part of a longer journey, which lasts four hours at most.
        """
        days = self.between(local(begins_s - MAX_RIDE_JOURNEY_S).date(), local(ends_s).date() + _A_DAY)
        found = []
        for day in days:
            from_s, until_s = self.window(day)
            if begins_s < until_s + MAX_RIDE_JOURNEY_S and ends_s > from_s - MAX_RIDE_JOURNEY_S:
                found.append(day)
        return found


def request_on(request: TripRequest, days: WishDays, day: dt.date) -> TripRequest:
    """What is asked on one of the days of a wish."""
    from_s, until_s = days.window(day)
    when_s = until_s if request.arrive_by else from_s
    return replace(request, when=dt.datetime.fromtimestamp(when_s, dt.UTC), window_s=days.window_s)


def helps(
    way: Sequence[tuple[float, float]],
    reach_m: float,
    origin: tuple[float, float],
    destination: tuple[float, float],
) -> bool:
    """Whether a vehicle on this way may bring somebody at least half of theirs nearer.

    All are (lat, lon); `reach_m` is how far from the straight lines of the way people may get on and off. It
    keeps the router from being asked in vain and is generous: it never has to be right about a yes.
    """
    lat, lon = _along(way)
    wanted_m = float(beeline_m(*origin, destination[0], destination[1]))
    to_go_m = beeline_m(lat, lon, *destination)
    from_start_m = beeline_m(lat, lon, *origin)
    boardable = np.where(from_start_m <= wanted_m + reach_m, to_go_m, -np.inf)
    gained_m = np.maximum.accumulate(boardable) - to_go_m
    return bool(gained_m.max() + 2 * reach_m >= wanted_m / 2)


def leads_along(
    way: Sequence[tuple[float, float]],
    reach_m: float,
    origin: tuple[float, float],
    destination: tuple[float, float],
) -> bool:
    """Whether the way passes near `origin` and after that near `destination`."""
    lat, lon = _along(way)
    from_origin_m, to_destination_m = beeline_m(lat, lon, *origin), beeline_m(lat, lon, *destination)
    first, last = int(np.argmin(from_origin_m)), int(np.argmin(to_destination_m))
    return bool(first < last and from_origin_m[first] <= reach_m and to_destination_m[last] <= reach_m)


def _along(way: Sequence[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Latitudes and longitudes of points along a way, at most STEP_M apart."""
    lat, lon = [way[0][0]], [way[0][1]]
    for (lat_a, lon_a), (lat_b, lon_b) in itertools.pairwise(way):
        pieces = max(1, int(np.ceil(float(beeline_m(lat_a, lon_a, lat_b, lon_b)) / STEP_M)))
        shares = np.arange(1, pieces + 1) / pieces
        lat.extend(lat_a + (lat_b - lat_a) * shares)
        lon.extend(lon_a + (lon_b - lon_a) * shares)
    return np.array(lat), np.array(lon)
